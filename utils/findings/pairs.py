"""A map and regions of the same object: every region, and the largest box from every initial point, on the map."""
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..results.contents import MapResult, RegionsResult
from ..results.tree import Key
from .methods import ON_MAP
from .on_map import DOMAIN, largest_box, overlap, purity

ON_MAPS = ("row", "method", "sure", "share", "purity", "iou")


@dataclass(frozen=True, eq=False)
class Pair:
    """A map and the regions of the same object and network.

    Attributes:
        map_result, regions_result: the two.
        row: the first cell of the row that their numbers belong to.
        rows: by method, where that of its regions is another.
    """
    map_result: MapResult
    regions_result: RegionsResult
    row: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)

    @property
    def known_points(self) -> np.ndarray:
        """[P, 2] the initial points that the file states."""
        points = self.regions_result.initial_points
        return points[np.isfinite(points).all(1)]


def on_maps(pairs: Mapping[Key, Pair], level: float) -> Iterator[tuple[Any, ...]]:
    """(key, and the columns ON_MAPS) of every region of objects, and of the largest box around every initial point.

    `sure`: whether the score at the start reaches the level, 1 or 0; nan if the file does not say where the region
    started. `share`: of the domain's volume; 0 for a region that is not finite. `purity` in [0, 1]; nan without a grid
    point. `iou`: intersection over union with the largest box; nan without one, or for a region that is not finite.
    """
    for key, pair in pairs.items():
        for k, point in enumerate(pair.regions_result.initial_points):
            is_known = bool(np.isfinite(point).all())
            best = largest_box(pair.map_result, point, level)
            sure = float(best is not None) if is_known else np.nan
            for name, entry in pair.regions_result.methods.items():
                region = entry.regions[k]
                iou = overlap(region.within(DOMAIN), best) if best and region.is_finite() else np.nan
                yield (key, pair.rows.get(name, pair.row), name, sure, region.share_of(DOMAIN),
                       purity(pair.map_result, region, level), iou)
            if is_known:
                pure = np.nan if best is None else 1.0
                yield key, pair.row, ON_MAP, sure, best.share_of(DOMAIN) if best else 0.0, pure, pure


def largest_shares(pair: Pair, levels: Sequence[float]) -> np.ndarray:
    """[P, L] shares of the domain of the largest boxes around the known initial points, 0 where there is none."""
    boxes = [[largest_box(pair.map_result, point, level) for level in levels] for point in pair.known_points]
    return np.array([[box.share_of(DOMAIN) if box else 0.0 for box in of_point] for of_point in boxes])
