"""How well two folders of results agree: what someone looks at to check a reproduction."""
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from ..regions import ndinterval
from ..results.contents import MapResult, RegionsResult
from ..results.layout import MAP, OPTIM
from ..results.tree import Key, Tree
from .kinds import facets
from .methods import in_order
from .tables import Cell, Table

Agreement = tuple[int, float, float]  # number of viewpoints, correlation, largest difference


def compare(first: Tree, second: Tree) -> Table:
    """The comparison of two folders of results, a row for each object that both have.

    What cannot be compared is named and left out. Where the two results of an object are not of the same kind, the row
    says in what they differ.

    Raises:
        InputError: if there is no such object; that is said before a file is read.
    """
    if not any(_common(first.of(name), second.of(name)) for name in (MAP, OPTIM)):
        raise InputError(f"{first.folder} and {second.folder} have no object in common; expected the same <network>/"
                         "<class>/<object> in both")
    maps: dict[Key, Agreement] = {}
    regions: dict[Key, dict[str, list[float]]] = {}
    ours, theirs = first.maps(), second.maps()
    for key in _common(ours, theirs):
        with first.left_out.on_error(f"{key}, {MAP}: "):
            maps[key] = agreement(ours[key], theirs[key])
    our_regions, their_regions = first.regions(), second.regions()
    for key in _common(our_regions, their_regions):
        with first.left_out.on_error(f"{key}, {OPTIM}: "):
            regions[key] = overlaps(our_regions[key], their_regions[key])
    if not (maps or regions):
        raise InputError(f"{first.folder} and {second.folder}: of what both have, nothing can be compared, see above")
    return table(maps, regions, {key: [words for one, other in ((ours, theirs), (our_regions, their_regions))
                                       if key in one and key in other for words in differences(one[key], other[key])]
                                 for key in {*maps, *regions}})


def only_in_one(first: Tree, second: Tree) -> list[str]:
    """A line for each of two folders that has objects which the other does not have."""
    lines = []
    for tree, other in ((first, second), (second, first)):
        alone = [str(key) for key in tree.keys if key not in other.keys]
        if alone:
            some = f"{', '.join(alone[:5])}{', ..' if len(alone) > 5 else ''}"
            lines.append(f"only in {tree.folder}: {len(alone)} ({some})")
    return lines


def overlap(first: ndinterval, second: ndinterval) -> float:
    """Intersection over union of two boxes; nan if one is not finite. Equal boxes overlap by 1, without volume too."""
    if not (first.is_finite() and second.is_finite()):
        return np.nan
    if first == second:
        return 1.0
    a = np.maximum(first.a, second.a)
    common = ndinterval(a, np.maximum(np.minimum(first.b, second.b), a)).size()
    volumes = [0.0 if (box.b < box.a).any() else box.size() for box in (first, second)]
    union = sum(volumes) - common
    return common / union if union > 0 else 0.0


def agreement(first: MapResult, second: MapResult) -> Agreement:
    """How well two maps agree at the viewpoints that both have, with finite values.

    Returns:
        The number of viewpoints, the correlation (nan where one map is constant and the other is not the same) and the
        largest absolute difference.

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
    return values.shape[1], float(correlation), float(np.abs(values[0] - values[1]).max())


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


def differences(first: MapResult | RegionsResult, second: MapResult | RegionsResult) -> list[str]:
    """In what two results are of different kinds, as far as both say: "grid step 3 and 6"."""
    ours, theirs = facets(first), facets(second)
    return [f"{name.replace('_', ' ')} {value} and {theirs[name]}" for name, value in ours.items()
            if name in theirs and value != theirs[name]]


def table(maps: Mapping[Key, Agreement], regions: Mapping[Key, Mapping[str, Sequence[float]]],
          differing: Mapping[Key, Sequence[str]]) -> Table:
    """The comparison, a row for each object.

    Args:
        maps: what `agreement` says.
        regions: what `overlaps` says.
        differing: what `differences` says of both.
    """
    methods = in_order(name for result in regions.values() for name in result)
    rows: list[list[Cell]] = []
    for key in sorted({*maps, *regions}, key=lambda key: key.order):
        found = regions.get(key, {})
        of_map: Sequence[Any] = maps.get(key, (None, None, None))
        means = [_mean(found.get(method, ())) for method in methods]
        pairs = [value for values in found.values() for value in values]
        rows.append([key.network, key.class_name, key.object_nb, *map(_or_nothing, of_map), *means,
                     len(pairs) if found else None, int(np.isnan(pairs).sum()) if found else None,
                     "; ".join(dict.fromkeys(differing[key])) or None])
    return Table("Agreement: of the maps, and intersection over union of the regions", [
        "network", "class", "object", "views", "correlation", "largest difference", *methods, "regions",
        "of them not finite", "made otherwise"], rows, digits=4)


def _common(ours: Mapping[Key, Any], theirs: Mapping[Key, Any]) -> list[Key]:
    return sorted(ours.keys() & theirs.keys(), key=lambda key: key.order)


def _mean(values: Sequence[float]) -> float | None:
    finite = [value for value in values if not np.isnan(value)]
    return float(np.mean(finite)) if finite else None


def _or_nothing(value: float | None) -> float | None:
    return None if value is not None and np.isnan(value) else value
