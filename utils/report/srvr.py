"""The semantic robustness volume ratio of regions, and its counterpart for maps (Hamdi & Ghanem 2019, section 4.3)."""
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of
from utils.report.methods import in_order
from utils.report.tables import Table
from utils.results.contents import CONFIDENCE, MapResult, RegionsResult
from utils.results.metadata import Metadata
from utils.results.tree import Key

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)
PERCENT = 100

Group = tuple[str, ...]  # the first cells of a row


def share_above(z: np.ndarray, threshold: float) -> float:
    """The share of a map's cells with a confidence above the threshold."""
    return float((z > threshold).mean())


def tables(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult]) -> dict[str, Table]:
    """The report's tables, by name.

    "srvr" has a row for each network, "srvr_per_class" for each of its classes. "srvr_regions" says how many regions
    have left the domain, have no volume, or are not finite.

    Args:
        maps: the maps.
        regions: the regions.
    """
    methods = in_order(name for result in regions.values() for name in result.methods)
    columns = ["objects", *methods, "maps", *(f">{threshold}" for threshold in THRESHOLDS)]

    def rows(group_of: Callable[[Key, Metadata], Group]) -> list[list[Any]]:
        groups: dict[Group, tuple[list[RegionsResult], list[MapResult]]] = defaultdict(lambda: ([], []))
        for key in sorted({*maps, *regions}, key=lambda key: key.order):
            if key in regions:
                groups[group_of(key, regions[key].metadata)][0].append(regions[key])
            if key in maps:
                groups[group_of(key, maps[key].metadata)][1].append(maps[key])
        found = [[*group, *_bottom_up(mine, methods), *_top_down(views)] for group, (mine, views) in groups.items()]
        return sorted(found, key=lambda row: row[0])

    note = "SRVR, and share of views above a confidence, in percent"
    return dict(
        srvr=Table(note, ["network", *columns], rows(lambda key, metadata: (_row_name(key, metadata),))),
        srvr_per_class=Table(f"{note}, per class", ["network", "class", *columns],
                             rows(lambda key, metadata: (_row_name(key, metadata), key.class_name))),
        srvr_regions=Table("Regions with something amiss", ["network", "method", "regions", "outside the domain",
                                                            "without volume", "not finite"], _amiss(regions, methods)))


def _row_name(key: Key, metadata: Metadata) -> str:
    """The network. Results that differ from the paper's in kind are not averaged with them: the name says how."""
    names = metadata.parameters if metadata.parameters != AZIMUTH_AND_ELEVATION else ()
    score = [metadata.score_name] if metadata.score_name != CONFIDENCE else []
    differing = [*names, *score, *(f"{name}={value:g}" for name, value in sorted(metadata.fixed.items()))]
    return f"{key.network} ({', '.join(differing)})" if differing else key.network


def _bottom_up(results: list[RegionsResult], methods: list[str]) -> list[Any]:
    """Number of objects, and each method's SRVR in percent, averaged over objects and initial points."""
    means = []
    for method in methods:
        shares = [region.share_of(domain_of(result.metadata.parameters)) for result in results
                  if method in result.methods for region in result.methods[method].regions]
        means.append(PERCENT * float(np.mean(shares)) if shares else None)
    return [len(results), *means]


def _top_down(maps: list[MapResult]) -> list[Any]:
    """Number of maps, and the share in percent of views above each threshold, averaged over maps."""
    return [len(maps), *(PERCENT * float(np.mean([share_above(result.z, threshold) for result in maps])) if maps else
                         None for threshold in THRESHOLDS)]


def _amiss(regions: Mapping[Key, RegionsResult], methods: list[str]) -> list[list[Any]]:
    counts: dict[Group, np.ndarray] = defaultdict(lambda: np.zeros(4, dtype=int))
    for key, result in regions.items():
        domain = domain_of(result.metadata.parameters)
        for method in methods:
            for region in result.methods[method].regions if method in result.methods else ():
                finite = region.is_finite()
                counts[_row_name(key, result.metadata), method] += [
                    1, finite and bool((region.a < domain.a).any() or (region.b > domain.b).any()),
                    finite and bool((region.b <= region.a).any()), not finite]
    return [[*group, *map(int, row)] for group, row in counts.items()]
