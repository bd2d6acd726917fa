"""The exact SRVR over the level: how large the largest boxes are that the maps allow."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..results.contents import MapResult, RegionsResult
from .intervals import bootstrap
from .methods import ON_MAP, in_order
from .on_map import DOMAIN, largest_box
from .rows import OBJECT, Tables
from .tables import PERCENT

LEVELS = tuple(k / 20 for k in range(1, 20))  # 0.05, 0.10, .. 0.95


@dataclass(frozen=True, eq=False)
class Curve:
    """The exact SRVR of a network over L levels.

    Attributes:
        levels: [L].
        srvr: [L] percent, the mean over objects and initial points.
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


def curves(found: Tables, levels: Sequence[float] = LEVELS, by: str = "row") -> dict[str, Curve]:
    """The exact SRVR over the level by row, which is a network, and apart where results are not of the usual kind.

    The exact SRVR is the mean share of the domain of the largest boxes on the maps; where the confidence does not reach
    the level at the start, that is 0. Initial points that a file does not state are left out.

    Args:
        found: with pairs of a map and regions.
        levels: of the score.
        by: "row", or "network" for results of the usual kind.
    """
    def shares(a_map: MapResult, result: RegionsResult) -> Iterator[tuple[object, ...]]:
        """Of each region, the same at all levels; and of the largest boxes around the points that the file states."""
        for name, entry in result.methods.items():
            yield from ((name, *[region.share_of(DOMAIN)] * len(levels)) for region in entry.regions)
        for point in result.initial_points[np.isfinite(result.initial_points).all(1)]:
            boxes = (largest_box(a_map, point, level) for level in levels)
            yield ON_MAP, *(box.share_of(DOMAIN) if box else 0.0 for box in boxes)

    columns = list(levels)
    every = found.of_pairs(["method", *columns], shares)
    of_rows = {}
    for row, exact in every[every["method"] == ON_MAP].groupby(by, observed=True, sort=False):
        grown = PERCENT * every[every[by] == row].groupby("method")[columns[0]].mean()
        objects = exact.groupby(OBJECT, observed=True)[columns]
        low, high = (PERCENT * bound for bound in bootstrap(objects.sum().to_numpy().T, objects.size().to_numpy()))
        of_rows[row] = Curve(np.array(levels), PERCENT * exact[columns].mean().to_numpy(), low, high, len(objects),
                             grown[in_order(grown.index)].to_dict())
    return of_rows
