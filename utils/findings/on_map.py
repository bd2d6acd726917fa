"""Regions on the map of their object: how pure they are, whether they hold, and the largest box that does.

A map's lattice is its grid, and a region starts at the grid point nearest to its initial point (docs/method.md,
section 10).
"""
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..bounds import LARGEST
from ..bounds.on_grid import largest_on_grid
from ..parameters import AZIMUTH_AND_ELEVATION, domain_of, too_small
from ..regions import ndinterval
from ..results.contents import MapResult, MethodResult, RegionsResult
from ..results.same import same_function
from ..space import Space
from .methods import ON_MAP

DOMAIN = domain_of(AZIMUTH_AND_ELEVATION)
ROUND = Space.of(AZIMUTH_AND_ELEVATION)  # where boxes run around the azimuth
ON_MAPS = ("method", "confident", "share", "purity", "iou")  # columns of `on_map`
NOT_PURE = np.nextafter(1.0, 0.0)  # the purity of a region with a view below the level is at most this
SEAM = 1e-6  # of a column: by how much the last gap of a map that goes round may be wider than the others

Regions = Mapping[str, Sequence[ndinterval]]  # by method
Verdicts = Mapping[str, Sequence[bool | None]]  # by method: whether each region holds, or None


def drawn_in(method: str, parameters: Sequence[str] = AZIMUTH_AND_ELEVATION) -> Space:
    """The space in which a method's regions are drawn: largest boxes may run around the azimuth."""
    return Space.of(parameters, wrap=method in (LARGEST, ON_MAP))


def largest_box(a_map: MapResult, point: Sequence[float] | np.ndarray, level: float,
                space: Space = ROUND) -> ndinterval | None:
    """The largest box around an initial point [2] in which a map reaches the level; None if it does not at the start.

    None comes back as well where the point is not of numbers, which a file may leave out. Boxes of a map that does not
    go all the way round end where the map does.
    """
    if not np.isfinite(point).all():
        return None
    space = _round_as(a_map, space)
    return largest_on_grid(a_map.xx[0], a_map.yy[:, 0], a_map.z >= level, start_on(a_map, point, space), space)


def start_on(a_map: MapResult, point: Sequence[float] | np.ndarray, space: Space = ROUND) -> tuple[int, int]:
    """The row and column of the grid point that is nearest to an initial point [2] of numbers."""
    away = np.abs(a_map.xx[0] - point[0])
    around = np.minimum(away, _round_as(a_map, space).periods[0] - away)
    return int(np.argmin(np.abs(a_map.yy[:, 0] - point[1]))), int(np.argmin(around))


def _round_as(a_map: MapResult, space: Space) -> Space:
    """A space that goes round where a map does too."""
    return space if goes_round(a_map.xx[0]) else Space(space.domain, latitudes=space.latitudes)


def judged_purity(a_map: MapResult | None, region: ndinterval, level: float, space: Space) -> float | None:
    """The purity of a region; None without a map or a grid point, or for a region that is too small to judge."""
    return None if a_map is None or too_small(region, AZIMUTH_AND_ELEVATION) else purity(a_map, region, level, space)


def purity(a_map: MapResult, region: ndinterval, level: float, space: Space) -> float | None:
    """The share of a map's grid points in a closed region, within the domain, that reach the level, or None.

    On the sphere a grid point counts as the views around it do. A region with a point below the level is not pure.
    """
    if not region.is_finite():
        return None
    rows, columns = space.spans(region, a_map.yy[:, 0], 1), space.spans(region, a_map.xx[0], 0)
    reached = a_map.z[np.ix_(rows, columns)] >= level
    if not reached.size:
        return None
    return 1.0 if reached.all() else min(_mean(reached, a_map.yy[np.ix_(rows, columns)], space), NOT_PURE)


def mean_over(a_map: MapResult, values: np.ndarray, measure: str) -> float:
    """The mean of values [rows, columns] over a map's views, each of which counts as the views around it do."""
    return _mean(values, a_map.yy, Space.of(AZIMUTH_AND_ELEVATION, measure))


def most_wrong(a_map: MapResult, measure: str) -> float:
    """The share of a map's views that may be on the wrong side of its level: 0 where all were asked.

    The error's upper bound is of equal views. On the sphere the wrong ones may be those that count most.
    """
    if a_map.error is None:
        return 0.0
    counts = weights(a_map.yy, Space.of(AZIMUTH_AND_ELEVATION, measure))
    return min(a_map.error["high"] * float(counts.max() / counts.mean()), 1.0)


def _mean(values: np.ndarray, elevations: np.ndarray, space: Space) -> float:
    return float(np.average(values, weights=weights(elevations, space)) if space.latitudes[1] else values.mean())


def weights(elevations: np.ndarray, space: Space) -> np.ndarray:
    """How much the views at elevations [..] in degrees count: as the views around them do, in a space's measure."""
    return np.cos(np.radians(elevations)) if space.latitudes[1] else np.ones(elevations.shape)


def goes_round(azimuths: np.ndarray) -> bool:
    """Whether no gap between the columns of a map is wider at azimuth 0 than elsewhere."""
    if len(azimuths) < 2:
        return False
    last = azimuths[0] + ROUND.periods[0] - azimuths[-1]
    return bool(0 < last <= np.diff(azimuths).max() * (1 + SEAM))


def level_of(result: RegionsResult) -> float:
    """The level that regions are held against: that of their certificates or searches, else their score's."""
    return next((float(stated["level"]) for method in result.methods.values()
                 for stated in (*(method.certificates or ()), *(method.promises or ())) if stated),
                result.metadata.level)


def holds_on(a_map: MapResult | None, region: ndinterval, level: float, space: Space) -> bool | None:
    """Whether a map reaches a level at all grid points in a region.

    None without a map or a grid point, or for a region that is too small to judge.
    """
    share = judged_purity(a_map, region, level, space)
    return None if share is None else share == 1


def with_largest(regions: Regions, points: np.ndarray, a_map: MapResult | None,
                 level: float) -> dict[str, Sequence[ndinterval]]:
    """Regions by method, and the largest boxes: those among the regions, else those that the map allows, as ON_MAP.

    The boxes of the map are around initial points, [P, 2], at a level of its score, and may run around the azimuth. A
    point at which the map does not reach the level has one that is not finite. A map from a part of its views allows
    none.
    """
    if LARGEST in regions or a_map is None or a_map.origin:
        return dict(regions)
    nowhere = ndinterval(*np.full((2, DOMAIN.n), np.nan))
    return {**regions, ON_MAP: [largest_box(a_map, point, level) or nowhere for point in points]}


def judge_of(result: RegionsResult, a_map: MapResult | None) -> MapResult | None:
    """The map, if it can judge the regions: it is of all views, and of the same function."""
    return None if a_map is None or a_map.origin or same_function(a_map.metadata, result.metadata) else a_map


def holding(result: RegionsResult, a_map: MapResult | None) -> Verdicts:
    """For each region whether it holds, {method: [P]}: as its certificate says, else as the map of its object says.

    None where neither says anything. A map of another function, or from a part of its views, says nothing.
    """
    level, judge = level_of(result), judge_of(result, a_map)

    def verdict(name: str, method: MethodResult, k: int) -> bool | None:
        known = method.holds(k)
        return holds_on(judge, method.regions[k], level, result.space_of(name)) if known is None else known

    return {name: [verdict(name, method, k) for k in range(len(method.regions))]
            for name, method in result.methods.items()}


@dataclass(frozen=True)
class Judged:
    """What is known of regions.

    Attributes:
        level: that they are held against; None: that of the map's score.
        holds: as of `holding`; of a method that is not among them the map says it.
        worst: [n] views below the level in regions that hold, as a promise allows.
    """
    level: float | None = None
    holds: Verdicts = field(default_factory=dict)
    worst: Sequence[np.ndarray] = ()


def judged(result: RegionsResult, a_map: MapResult | None) -> Judged:
    """What certificates, and the map of the object, say of regions."""
    worst = [result.space_of(name).fold(np.array(certificate["worst_at"])) for name, method in result.methods.items()
             for k, certificate in enumerate(method.certificates or ())
             if certificate and method.holds(k) and certificate["worst"] < certificate["level"]]
    return Judged(level_of(result), holding(result, a_map), worst)


def on_map(a_map: MapResult, result: RegionsResult, level: float, measure: str,
           wrap: bool) -> Iterator[tuple[Any, ...]]:
    """The columns ON_MAPS of every region of an object, and of the largest box around every initial point, as ON_MAP.

    `confident`: whether the score at the start reaches the level, 1 or 0; nan if the file does not say where the region
    started. `share`: of the domain's size; 0 for a region that is not finite. `purity` in [0, 1]; nan without a grid
    point, or where the region is too small to judge. `iou`: intersection over union with the largest box; nan without
    one, or for a region that is not finite.

    Args:
        a_map, result: of the object.
        level: from which a view counts as robust.
        measure: of MEASURES.
        wrap: whether the largest boxes may run around the azimuth.
    """
    whole = Space.of(AZIMUTH_AND_ELEVATION, measure, wrap)
    spaces = {name: result.space_of(name, measure) for name in result.methods}
    for k, point in enumerate(result.initial_points):
        is_known = bool(np.isfinite(point).all())
        best = largest_box(a_map, point, level, whole)
        confident = float(best is not None) if is_known else np.nan
        for name, entry in result.methods.items():
            region, space = entry.regions[k], spaces[name]
            iou = whole.overlap(space.within(region), best) if best and region.is_finite() else np.nan
            pure = judged_purity(a_map, region, level, space)
            yield name, confident, space.share(region), pure, iou
        if is_known:
            pure = np.nan if best is None or too_small(best, AZIMUTH_AND_ELEVATION) else 1.0
            yield ON_MAP, confident, whole.share(best) if best else 0.0, pure, np.nan if best is None else 1.0
