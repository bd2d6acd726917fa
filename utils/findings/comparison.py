"""How well two folders of results agree: what someone looks at to check a reproduction."""
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from ..results.contents import MapResult, RegionsResult
from ..results.layout import MAP, OPTIM
from ..results.same import made_otherwise
from ..results.tree import Key, Tree, some
from .methods import in_order
from .on_map import overlap
from .tables import Table

AGREEMENT = ("views", "correlation", "largest difference")  # columns of maps
COUNTS = ("regions", "of them not finite")  # of regions


def compare(first: Tree, second: Tree) -> Table:
    """The comparison of two folders of results, a row for each object that both have.

    What cannot be compared is named and left out. Where the two results of an object were made otherwise, the row says
    where they differ.

    Raises:
        InputError: if there is no such object; that is said before a file is read.
    """
    if not any(first.of(name).keys() & second.of(name).keys() for name in (MAP, OPTIM)):
        raise InputError(f"{first.folder} and {second.folder} have no object in common; expected the same <network>/"
                         "<class>/<object> in both")
    maps: dict[Key, dict[str, float]] = {}
    regions: dict[Key, dict[str, list[float]]] = {}
    otherwise: dict[Key, list[str]] = defaultdict(list)
    compared: tuple[tuple[str, Any, Any, dict[Key, Any]], ...] = (
        (MAP, Tree.maps, agreement, maps), (OPTIM, Tree.regions, overlaps, regions))
    for name, read, compare_two, found in compared:
        ours, theirs = read(first), read(second)
        for key in ours.keys() & theirs.keys():
            with first.left_out.on_error(f"{key}, {name}: "):
                found[key] = compare_two(ours[key], theirs[key])
                otherwise[key] += made_otherwise(ours[key], theirs[key])
    if not (maps or regions):
        raise InputError(f"{first.folder} and {second.folder}: of what both have, nothing can be compared, see above")
    rows = []
    for key in sorted({*maps, *regions}, key=lambda key: key.order):
        overlapping = regions.get(key, {})
        values = np.array([value for of_method in overlapping.values() for value in of_method])
        n_regions = dict(zip(COUNTS, (len(values), int(np.isnan(values).sum())))) if key in regions else {}
        rows.append({"network": key.network, "class": key.class_name, "object": key.object_nb, **maps.get(key, {}),
                     **{method: np.nanmean(of_method) for method, of_method in overlapping.items()
                        if np.isfinite(of_method).any()}, **n_regions,
                     "made otherwise": "; ".join(dict.fromkeys(otherwise[key])) or None})
    methods = in_order(name for overlapping in regions.values() for name in overlapping)
    frame = pd.DataFrame(rows, columns=["network", "class", "object", *AGREEMENT, *methods, *COUNTS, "made otherwise"])
    counts = dict.fromkeys(("views", *COUNTS), "Int64")
    return Table("Agreement: of the maps, and intersection over union of the regions", frame.astype(
        dict.fromkeys((*AGREEMENT, *methods), "float64") | counts), digits=4)


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
    if np.array_equal(first.initial_points, second.initial_points, equal_nan=True):
        pairs = [(k, k) for k in range(len(first.initial_points))]
    else:
        pairs = [(i, j) for i, ours in enumerate(first.initial_points) for j, theirs in
                 enumerate(second.initial_points) if np.array_equal(ours, theirs)]
    if not pairs:
        raise InputError("the two have no initial point in common")
    return {name: [overlap(first.methods[name].regions[i], second.methods[name].regions[j]) for i, j in pairs]
            for name in in_order(first.methods.keys() & second.methods.keys())}
