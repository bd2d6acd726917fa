"""The semantic robustness volume ratio of regions, and its counterpart for maps (Hamdi & Ghanem 2019, section 4.3)."""
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..bounds import LARGEST
from ..parameters import domain_of
from ..results.contents import MapResult, RegionsResult
from ..results.tree import Key
from .audit import LEVEL
from .kinds import Kinds
from .methods import ON_MAP, in_order
from .on_map import DOMAIN, largest_box
from .pairs import Pair, paired
from .tables import PERCENT, Table

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)

Group = tuple[str, ...]  # the first cells of a row


def share_above(z: np.ndarray, threshold: float) -> float:
    """The share of a map's cells with a confidence above the threshold."""
    return float((z > threshold).mean())


def tables(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult]) -> dict[str, Table]:
    """The report's tables, by name.

    "srvr" has a row for each network, "srvr_per_class" for each of its classes. Its column ON_MAP is the SRVR of the
    largest boxes that the maps allow at LEVEL, from the initial points of the same object. "srvr_regions" says how many
    regions there are, and how many of them have left the domain, have no volume, or are not finite.

    Args:
        maps: the maps.
        regions: the regions.
    """
    methods = in_order(name for result in regions.values() for name in result.methods)
    pairs, _ = paired(maps, regions)
    kinds = Kinds.of(maps, regions)
    columns = ["objects", *methods, ON_MAP, "maps", *(f">{threshold}" for threshold in THRESHOLDS)]

    def rows(cells_of: Callable[[Key], Group]) -> list[list[Any]]:
        def group_of(key: Key, *results: MapResult | RegionsResult) -> Group:
            return kinds.row(key, *results), *cells_of(key)

        groups: dict[Group, tuple[list[RegionsResult], list[Pair], list[MapResult]]] = defaultdict(lambda: ([], [], []))
        for key in sorted({*maps, *regions}, key=lambda key: key.order):
            if key in regions:
                groups[group_of(key, regions[key])][0].append(regions[key])
            if key in pairs:
                groups[group_of(key, maps[key], regions[key])][1].append(pairs[key])
            if key in maps:
                groups[group_of(key, maps[key])][2].append(maps[key])
        found = [[*group, *_bottom_up(mine, methods), _exact(both), *_top_down(views)]
                 for group, (mine, both, views) in groups.items()]
        return sorted(found, key=lambda row: row[0])

    note = "SRVR, and share of views above a confidence, in percent"
    return dict(
        srvr=Table(note, ["network", *columns], rows(lambda key: ()), notes=kinds.notes()),
        srvr_per_class=Table(f"{note}, per class", ["network", "class", *columns],
                             rows(lambda key: (key.class_name,)), notes=kinds.notes()),
        srvr_regions=Table("Regions, and what is amiss with them", [
            "network", "method", "objects", "regions", "outside the domain", "without volume", "not finite",
            "start not sure"], _amiss(regions, methods, kinds), notes=kinds.notes()))


def _bottom_up(results: list[RegionsResult], methods: list[str]) -> list[Any]:
    """Number of objects, and each method's SRVR in percent, averaged over objects and initial points."""
    means = []
    for method in methods:
        shares = [region.share_of(domain_of(result.metadata.parameters)) for result in results
                  if method in result.methods for region in result.methods[method].regions]
        means.append(PERCENT * float(np.mean(shares)) if shares else None)
    return [len(results), *means]


def _exact(pairs: list[Pair]) -> float | None:
    """SRVR in percent of the largest boxes on the maps, averaged over objects and initial points."""
    boxes = [largest_box(pair.view, point, LEVEL) for pair in pairs for point in pair.result.initial_points
             if np.isfinite(point).all()]
    return PERCENT * float(np.mean([box.share_of(DOMAIN) if box else 0.0 for box in boxes])) if boxes else None


def _top_down(maps: list[MapResult]) -> list[Any]:
    """Number of maps, and the share in percent of views above each threshold, averaged over maps."""
    return [len(maps), *(PERCENT * float(np.mean([share_above(result.z, threshold) for result in maps])) if maps else
                         None for threshold in THRESHOLDS)]


def _amiss(regions: Mapping[Key, RegionsResult], methods: list[str], kinds: Kinds) -> list[list[Any]]:
    """Rows of counts. A largest box that is not finite is none: the score was below the level at its start."""
    counts: dict[Group, np.ndarray] = defaultdict(lambda: np.zeros(6, dtype=int))
    for key, result in regions.items():
        domain = domain_of(result.metadata.parameters)
        for method in (name for name in methods if name in result.methods):
            row = counts[kinds.row(key, result), method]
            row[0] += 1
            for region in result.methods[method].regions:
                finite, is_searched = region.is_finite(), method == LARGEST
                row[1:] += [1, finite and bool((region.a < domain.a).any() or (region.b > domain.b).any()),
                            finite and bool((region.b <= region.a).any()), not finite and not is_searched,
                            not finite and is_searched]
    return [[*group, *map(int, row)] for group, row in counts.items()]
