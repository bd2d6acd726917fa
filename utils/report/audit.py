"""Do the regions hold? Every region against its object's map, and against the largest box that the map allows.

A map's lattice is its grid, and a region starts at the grid point nearest to its initial point. A region's purity is
the share of the grid points in it, within the domain, at which the score reaches the level. A region holds if its
purity is 1. A region without a grid point has no purity, and is counted apart.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from utils.bounds import LARGEST
from utils.bounds.on_grid import largest_on_grid
from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of
from utils.regions import ndinterval
from utils.report.comparison import overlap
from utils.report.methods import STYLES
from utils.report.tables import Table
from utils.results.contents import MapResult, RegionsResult
from utils.results.tree import Key

LEVELS = tuple(k / 20 for k in range(1, 20))  # 0.05, 0.10, .. 0.95
PERCENT = 100
RESAMPLES = 2000
CONFIDENCE = 0.95  # of the bootstrap intervals
DOMAIN = domain_of(AZIMUTH_AND_ELEVATION)


@dataclass(frozen=True)
class Audited:
    """One region, looked at on its object's map.

    Attributes:
        sure: the score at the start reaches the level.
        share: of the domain's volume, in [0, 1]; 0 for a region that is not finite.
        purity: in [0, 1]; None without a grid point.
        iou: intersection over union with the largest box, where there is one; None for a region that is not finite.
    """
    sure: bool
    share: float
    purity: float | None
    iou: float | None

    @property
    def holds(self) -> bool:
        """Whether the score reaches the level at all of the region's grid points."""
        return self.purity == 1


def start_on(view: MapResult, point: Sequence[float]) -> tuple[int, int]:
    """Row and column of the grid point nearest to an initial point."""
    return (int(np.abs(view.yy[:, 0] - point[1]).argmin()), int(np.abs(view.xx[0] - point[0]).argmin()))


def largest_box(view: MapResult, point: Sequence[float], level: float) -> ndinterval | None:
    """The largest box around an initial point in which a map reaches the level; None if it does not at the start."""
    return largest_on_grid(view.xx[0], view.yy[:, 0], view.z >= level, start_on(view, point))


def purity(view: MapResult, region: ndinterval, level: float) -> float | None:
    """The share of a map's grid points in a closed region, within the domain, that reach the level; None if it has
    none."""
    if not region.is_finite():
        return None
    a, b = np.maximum(region.a, DOMAIN.a), np.minimum(region.b, DOMAIN.b)
    rows = (view.yy[:, 0] >= a[1]) & (view.yy[:, 0] <= b[1])
    columns = (view.xx[0] >= a[0]) & (view.xx[0] <= b[0])
    inside = view.z[np.ix_(rows, columns)]
    return float((inside >= level).mean()) if inside.size else None


def audited(view: MapResult, result: RegionsResult, level: float) -> Iterator[tuple[str, Audited]]:
    """(method, Audited) for every region of an object, and for the largest box of every initial point.

    Args:
        view, result: of one object and network, over azimuth and elevation.
        level: of the score.
    """
    for k, point in enumerate(result.initial_points):
        if not np.isfinite(point).all():
            continue
        best = largest_box(view, point, level)
        for name, entry in result.methods.items():
            if name != LARGEST:
                region = entry.regions[k]
                within = region.within(DOMAIN) if region.is_finite() else None
                yield name, Audited(best is not None, region.share_of(DOMAIN), purity(view, region, level),
                                    overlap(within, best) if within and best else None)
        yield LARGEST, Audited(best is not None, best.share_of(DOMAIN) if best else 0.0, 1.0 if best else None,
                               1.0 if best else None)


def tables(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult], level: float) -> dict[str, Table]:
    """What became of every region: a row for each network and method, and the same per class.

    Args:
        maps, regions: of the same keys.
        level: of the score.

    Returns:
        {name: Table}: "audit" and "audit_per_class".
    """
    rows: dict[tuple[str, ...], list[Audited]] = defaultdict(list)
    for key in sorted(maps.keys() & regions.keys(), key=lambda key: key.order):
        for method, one in audited(maps[key], regions[key], level):
            rows[key.network, method].append(one)
            rows[key.network, key.class_name, method].append(one)
    order = list(STYLES)
    ordered = sorted(rows, key=lambda group: (group[:-1], order.index(group[-1])))
    columns = ["method", "regions", "starts sure", "SRVR", "purity", "purity by volume", "hold",
               "of regions with a view", "IoU with largest"]
    title = f"Regions at level {level:g}: shares, purity and IoU in percent"

    def table(words: str, names: list[str]) -> Table:
        return Table(words, [*names, *columns], [[*group, *_row(rows[group])] for group in ordered
                                                 if len(group) == len(names) + 1])

    return dict(audit=table(title, ["network"]), audit_per_class=table(f"{title}, per class", ["network", "class"]))


def _row(found: Sequence[Audited]) -> list[float | int | None]:
    """Cells from "regions" on."""
    purities = [(one.purity, one.share) for one in found if one.purity is not None]
    volume = sum(share for _, share in purities)
    ious = [one.iou for one in found if one.iou is not None]
    return [len(found), PERCENT * _mean([one.sure for one in found]), PERCENT * _mean([one.share for one in found]),
            PERCENT * _mean([part for part, _ in purities]) if purities else None,
            PERCENT * sum(part * share for part, share in purities) / volume if volume else None,
            sum(one.holds for one in found), len(purities), PERCENT * _mean(ious) if ious else None]


@dataclass(frozen=True)
class Curve:
    """The exact SRVR of a network over the level.

    Attributes:
        levels: [L].
        srvr: [L] percent, the mean over objects.
        low, high: [L] percent, a bootstrap interval over objects.
        n_objects: that the mean is over.
        methods: SRVR in percent of each method's regions, as the paper has it.
    """
    levels: np.ndarray
    srvr: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_objects: int
    methods: dict[str, float]


def curves(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult],
           levels: Sequence[float] = LEVELS) -> dict[str, Curve]:
    """The exact SRVR over the level, by network.

    The exact SRVR of an object is the mean, over its initial points, of the largest box's share of the domain; where
    the network is not sure at the start, it is 0.
    """
    exact: dict[str, list[np.ndarray]] = defaultdict(list)
    grown: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for key in sorted(maps.keys() & regions.keys(), key=lambda key: key.order):
        points = [point for point in regions[key].initial_points if np.isfinite(point).all()]
        if not points:
            continue
        boxes = [[largest_box(maps[key], point, level) for point in points] for level in levels]
        exact[key.network].append(np.array([[box.share_of(DOMAIN) if box else 0.0 for box in row] for row in boxes]
                                           ).mean(1))
        for name, entry in regions[key].methods.items():
            if name != LARGEST:
                grown[key.network][name] += [region.share_of(DOMAIN) for region in entry.regions]
    found = {}
    for network, rows in exact.items():
        shares = PERCENT * np.array(rows)
        low, high = _bootstrap(shares)
        found[network] = Curve(np.array(levels), shares.mean(0), low, high, len(rows),
                               {name: PERCENT * _mean(values) for name, values in grown[network].items()})
    return found


def _bootstrap(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals of the mean over the first axis: values [N, L] -> two [L]."""
    random = np.random.default_rng(0)
    chosen = random.integers(len(values), size=(RESAMPLES, len(values)))
    means = values[chosen].mean(1)
    tail = PERCENT * (1 - CONFIDENCE) / 2
    return np.percentile(means, tail, axis=0), np.percentile(means, PERCENT - tail, axis=0)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
