"""Regions on the map of their object: how pure they are, whether they hold, and the largest box that does.

A map's lattice is its grid, and a region starts at the grid point nearest to its initial point (docs/method.md,
section 10).
"""
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..bounds import LARGEST
from ..bounds.on_grid import largest_on_grid
from ..parameters import AZIMUTH_AND_ELEVATION, domain_of, too_small
from ..regions import ndinterval
from ..results.contents import MapResult, MethodResult, RegionsResult
from ..results.same import same_function
from .methods import ON_MAP

DOMAIN = domain_of(AZIMUTH_AND_ELEVATION)
ON_MAPS = ("method", "confident", "share", "purity", "iou")  # columns of `on_map`
Regions = Mapping[str, Sequence[ndinterval]]  # by method
Verdicts = Mapping[str, Sequence[bool | None]]  # by method: whether each region holds, or None


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


def largest_box(a_map: MapResult, point: Sequence[float] | np.ndarray, level: float) -> ndinterval | None:
    """The largest box around an initial point [2] in which a map reaches the level; None if it does not at the start.

    None comes back as well where the point is not of numbers, which a file may leave out.
    """
    if not np.isfinite(point).all():
        return None
    start = (int(np.argmin(np.abs(a_map.yy[:, 0] - point[1]))), int(np.argmin(np.abs(a_map.xx[0] - point[0]))))
    return largest_on_grid(a_map.xx[0], a_map.yy[:, 0], a_map.z >= level, start)


def purity(a_map: MapResult, region: ndinterval, level: float) -> float | None:
    """The share of a map's grid points in a closed region, within the domain, that reach the level, or None."""
    if not region.is_finite():
        return None
    a, b = np.maximum(region.a, DOMAIN.a), np.minimum(region.b, DOMAIN.b)
    rows = (a_map.yy[:, 0] >= a[1]) & (a_map.yy[:, 0] <= b[1])
    columns = (a_map.xx[0] >= a[0]) & (a_map.xx[0] <= b[0])
    inside = a_map.z[np.ix_(rows, columns)]
    return float((inside >= level).mean()) if inside.size else None


def level_of(result: RegionsResult) -> float:
    """The level that regions are held against: that of their certificates or searches, else their score's."""
    return next((float(stated["level"]) for method in result.methods.values()
                 for stated in (*(method.certificates or ()), *(method.promises or ())) if stated),
                result.metadata.level)


def holds_on(a_map: MapResult | None, region: ndinterval, level: float) -> bool | None:
    """Whether a map reaches a level at all grid points in a region.

    None without a map or a grid point, or for a region that is too small to judge.
    """
    share = None if a_map is None or too_small(region, AZIMUTH_AND_ELEVATION) else purity(a_map, region, level)
    return None if share is None else share == 1


def with_largest(regions: Regions, points: np.ndarray, a_map: MapResult | None,
                 level: float) -> dict[str, Sequence[ndinterval]]:
    """Regions by method, and the largest boxes: those among the regions, else those that the map allows, as ON_MAP.

    The boxes of the map are around initial points, [P, 2], at a level of its score.
    """
    if LARGEST in regions or a_map is None:
        return dict(regions)
    boxes = (largest_box(a_map, point, level) for point in points)
    return {**regions, ON_MAP: [box for box in boxes if box]}


def holding(result: RegionsResult, a_map: MapResult | None) -> Verdicts:
    """For each region whether it holds, {method: [P]}: as its certificate says, else as the map of its object says.

    None where neither says anything. A map of another function says nothing.
    """
    if a_map is not None and same_function(a_map.metadata, result.metadata):
        a_map = None
    level = level_of(result)

    def verdict(method: MethodResult, k: int) -> bool | None:
        known = method.holds(k)
        return holds_on(a_map, method.regions[k], level) if known is None else known

    return {name: [verdict(method, k) for k in range(len(method.regions))] for name, method in result.methods.items()}


def on_map(a_map: MapResult, result: RegionsResult, level: float) -> Iterator[tuple[Any, ...]]:
    """The columns ON_MAPS of every region of an object, and of the largest box around every initial point, as ON_MAP.

    `confident`: whether the score at the start reaches the level, 1 or 0; nan if the file does not say where the region
    started. `share`: of the domain's volume; 0 for a region that is not finite. `purity` in [0, 1]; nan without a
    grid point, or where the region is too small to judge. `iou`: intersection over union with the largest box; nan
    without one, or for a region that is not finite.
    """
    for k, point in enumerate(result.initial_points):
        is_known = bool(np.isfinite(point).all())
        best = largest_box(a_map, point, level)
        confident = float(best is not None) if is_known else np.nan
        for name, entry in result.methods.items():
            region = entry.regions[k]
            iou = overlap(region.within(DOMAIN), best) if best and region.is_finite() else np.nan
            pure = None if too_small(region, AZIMUTH_AND_ELEVATION) else purity(a_map, region, level)
            yield name, confident, region.share_of(DOMAIN), pure, iou
        if is_known:
            pure = np.nan if best is None or too_small(best, AZIMUTH_AND_ELEVATION) else 1.0
            yield ON_MAP, confident, best.share_of(DOMAIN) if best else 0.0, pure, np.nan if best is None else 1.0
