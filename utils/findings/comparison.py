"""How well two folders of results agree: what someone looks at to check a reproduction."""
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from ..results.contents import MapResult, RegionsResult
from ..results.layout import MAP, OPTIM
from ..results.same import made_otherwise
from ..results.tree import Tree, some
from .methods import in_order
from .tables import Table

AGREEMENT = ("views", "correlation", "largest difference")  # columns of maps
COUNTS = ("regions", "of them not finite")  # of regions


def compare(first: Tree, second: Tree) -> Table:
    """The comparison of two folders of results, a row for each object that both have.

    What cannot be compared is left out by name. A row says in which settings its two results differ.

    Raises:
        InputError: if there is no such object; that is said before a file is read.
    """
    if not any(first.of(name).keys() & second.of(name).keys() for name in (MAP, OPTIM)):
        raise InputError(f"{first.folder} and {second.folder} have no object in common; expected the same <network>/"
                         "<class>/<object> in both")
    results = {name: (read(first), read(second)) for name, read in ((MAP, Tree.maps), (OPTIM, Tree.regions))}
    measures: tuple[tuple[str, Any], ...] = ((MAP, agreement), (OPTIM, _mean_overlaps))
    rows = []
    for key in first.keys:
        measured: dict[str, Any] = {}
        otherwise: list[str] = []
        for name, measure in measures:
            ours, theirs = (of_tree.get(key) for of_tree in results[name])
            if ours and theirs:
                with first.left_out.on_error(f"{key}, {name}: "):
                    measured |= measure(ours, theirs)
                    otherwise += made_otherwise(ours, theirs)
        if measured:
            rows.append({"network": key.network, "class": key.class_name, "object": key.object_nb, **measured,
                         "made otherwise": "; ".join(dict.fromkeys(otherwise)) or None})
    if not rows:
        raise InputError(f"{first.folder} and {second.folder}: of what both have, nothing can be compared, see above")
    methods = in_order(name for row in rows for name in row)
    kinds = dict.fromkeys([*AGREEMENT, *methods], "float64") | dict.fromkeys(("views", *COUNTS), "Int64")
    frame = pd.DataFrame(rows, columns=["network", "class", "object", *kinds, "made otherwise"]).astype(kinds)
    return Table("Agreement: of the maps, and intersection over union of the regions", frame, digits=4)


def only_in_one(first: Tree, second: Tree) -> list[str]:
    """A line for each of two folders that has objects which the other does not have."""
    found = {tree.folder: [key for key in tree.keys if key not in other.keys]
             for tree, other in ((first, second), (second, first))}
    return [f"only in {folder}: {len(keys)} ({some(keys)})" for folder, keys in found.items() if keys]


def agreement(first: MapResult, second: MapResult) -> dict[str, float]:
    """How well two maps agree at the viewpoints that both have, with finite values: the columns AGREEMENT.

    The correlation is nan where one map is constant and the other is not the same.

    Raises:
        InputError: if there is no such viewpoint.
    """
    ours, theirs = (result.xx.ravel() + 1j * result.yy.ravel() for result in (first, second))
    _, here, there = np.intersect1d(ours, theirs, return_indices=True)
    values = np.stack((first.z.ravel()[here], second.z.ravel()[there]))
    values = values[:, np.isfinite(values).all(axis=0)]
    if not values.size:
        raise InputError("the two maps have no viewpoint in common")
    with np.errstate(invalid="ignore"):  # of a constant map
        correlation = 1.0 if (values[0] == values[1]).all() else np.corrcoef(values)[0, 1]
    return dict(zip(AGREEMENT, (values.shape[1], float(correlation), float(np.abs(values[0] - values[1]).max()))))


def overlaps(first: RegionsResult, second: RegionsResult) -> dict[str, list[float]]:
    """The overlaps of the regions that two results grew from the same initial points: lists by method.

    Raises:
        InputError: if they have other parameters, or no initial point in common.
    """
    names, other_names = first.metadata.parameters, second.metadata.parameters
    if names != other_names:
        raise InputError(f"regions of {','.join(names)} and of {','.join(other_names)}")
    pairs = [(i, j) for i, ours in enumerate(first.initial_points) for j, theirs in enumerate(second.initial_points)
             if np.array_equal(ours, theirs)]
    if np.array_equal(first.initial_points, second.initial_points, equal_nan=True):  # also where no file states them
        pairs = [(k, k) for k in range(len(first.initial_points))]
    if not pairs:
        raise InputError("the two have no initial point in common")
    found = {}
    for name in in_order(first.methods.keys() & second.methods.keys()):
        space = max((first.space_of(name), second.space_of(name)), key=lambda one: one.circles.any())
        found[name] = [space.overlap(first.methods[name].regions[i], second.methods[name].regions[j]) for i, j in pairs]
    return found


def _mean_overlaps(first: RegionsResult, second: RegionsResult) -> dict[str, Any]:
    """The mean overlap by method, and the columns COUNTS."""
    found = pd.DataFrame(overlaps(first, second), dtype=float)
    return {**found.mean().dropna(), "regions": found.size, "of them not finite": int(found.isna().sum().sum())}
