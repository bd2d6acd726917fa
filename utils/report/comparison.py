"""How well two folders of results agree: what someone looks at to check a reproduction."""
import numpy as np

from utils.errors import InputError
from utils.regions import ndinterval
from utils.results.contents import METHODS
from utils.report.tables import Table


def overlap(first, second):
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


def agreement(first, second):
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


def overlaps(first, second):
    """The overlaps of the regions that two results grew from the same initial points: lists by method.

    Raises:
        InputError: if they have other parameters, or no initial point in common.
    """
    if first.parameters != second.parameters:
        raise InputError(f"regions of {','.join(first.parameters)} and of {','.join(second.parameters)}")
    if np.array_equal(first.initial_points, second.initial_points, equal_nan=True):
        pairs = [(k, k) for k in range(len(first.initial_points))]
    else:
        pairs = [(i, j) for i, ours in enumerate(first.initial_points) for j, theirs in
                 enumerate(second.initial_points) if np.array_equal(ours, theirs)]
    if not pairs:
        raise InputError("the two have no initial point in common")
    return {method: [overlap(first.regions[method][i], second.regions[method][j]) for i, j in pairs]
            for method in METHODS if method in first.regions and method in second.regions}


def table(maps, regions):
    """The comparison, a row for each object.

    Args:
        maps: by Key, what `agreement` says.
        regions: by Key, what `overlaps` says.
    """
    methods = [name for name in METHODS if any(name in result for result in regions.values())]
    rows = []
    for key in sorted({*maps, *regions}, key=lambda key: key.order):
        found = regions.get(key, {})
        means = [_mean(found.get(method, ())) for method in methods]
        pairs = [value for values in found.values() for value in values]
        rows.append([key.network, key.class_name, key.object_nb, *map(_or_nothing, maps.get(key, [None] * 3)), *means,
                     len(pairs) if found else None, int(np.isnan(pairs).sum()) if found else None])
    return Table("Agreement: of the maps, and intersection over union of the regions", [
        "network", "class", "object", "views", "correlation", "largest difference", *methods, "regions",
        "of them not finite"], rows, digits=4)


def _mean(values):
    finite = [value for value in values if not np.isnan(value)]
    return float(np.mean(finite)) if finite else None


def _or_nothing(value):
    return None if value is not None and np.isnan(value) else value
