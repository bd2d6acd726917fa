"""How well two folders of results agree: what someone looks at to check a reproduction."""
from collections import defaultdict
from collections.abc import Callable, Mapping
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

AGREEMENT = {"views": "Int64", "correlation": "float64", "largest difference": "float64"}  # columns, and their types


def compare(first: Tree, second: Tree) -> Table:
    """The comparison of two folders of results, a row for each object that both have.

    What cannot be compared is named and left out. Where the two results of an object were made otherwise, the row says
    in what they differ.

    Raises:
        InputError: if there is no such object; that is said before a file is read.
    """
    if not any(first.of(name).keys() & second.of(name).keys() for name in (MAP, OPTIM)):
        raise InputError(f"{first.folder} and {second.folder} have no object in common; expected the same <network>/"
                         "<class>/<object> in both")
    rows: dict[Key, dict[str, Any]] = {}
    otherwise: dict[Key, list[str]] = defaultdict(list)
    compared: tuple[tuple[str, Callable[[Tree], Mapping[Key, Any]], Callable[..., dict[str, Any]]], ...] = (
        (MAP, Tree.maps, agreement), (OPTIM, Tree.regions, overlaps))
    for name, read, compare_two in compared:
        ours, theirs = read(first), read(second)
        for key in ours.keys() & theirs.keys():
            with first.left_out.on_error(f"{key}, {name}: "):
                rows.setdefault(key, {}).update(compare_two(ours[key], theirs[key]))
                otherwise[key] += made_otherwise(ours[key], theirs[key])
    if not rows:
        raise InputError(f"{first.folder} and {second.folder}: of what both have, nothing can be compared, see above")
    keys = sorted(rows, key=lambda key: key.order)
    frame = pd.DataFrame([rows[key] for key in keys])
    methods = in_order(frame)
    overlapping = frame[methods].map(lambda values: values if isinstance(values, list) else [])
    pairs = overlapping.apply(lambda row: np.array([value for values in row for value in values]), axis=1)
    shown = pd.DataFrame({
        "network": [key.network for key in keys], "class": [key.class_name for key in keys],
        "object": [key.object_nb for key in keys], **frame.reindex(columns=list(AGREEMENT)).astype(AGREEMENT),
        **overlapping.map(lambda values: np.nanmean(values) if np.isfinite(values).any() else np.nan),
        "regions": pairs.map(lambda found: len(found) or None).astype("Int64"),
        "of them not finite": pairs.map(lambda found: int(np.isnan(found).sum()) if len(found) else None).astype(
            "Int64"), "made otherwise": ["; ".join(dict.fromkeys(otherwise[key])) or None for key in keys]})
    return Table("Agreement: of the maps, and intersection over union of the regions", shown, digits=4)


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
