"""The semantic robustness volume ratio of regions, and its counterpart for maps (Hamdi & Ghanem 2019, section 4.3)."""
from collections import defaultdict

import numpy as np

from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of
from utils.results.contents import METHODS
from utils.report.tables import Table

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)
PERCENT = 100


def share_above(z, threshold):
    """The share of a map's cells with a confidence above the threshold."""
    return float((z > threshold).mean())


def tables(maps, optims):
    """The report's tables.

    Args:
        maps: MapResults by Key.
        optims: OptimResults by Key.

    Returns:
        {name: Table}: "srvr" with a row for each network, "srvr_per_class", and "srvr_regions", which says how many
        regions have left the domain, have no volume, or are not finite.
    """
    methods = [name for name in METHODS if any(name in result.regions for result in optims.values())]
    columns = ["objects", *methods, "maps", *(f">{threshold}" for threshold in THRESHOLDS)]

    def rows(group_of):
        groups = defaultdict(lambda: ([], []))
        for key in sorted({*maps, *optims}, key=lambda key: key.order):
            if key in optims:
                groups[group_of(key, optims[key].parameters)][0].append(optims[key])
            if key in maps:
                groups[group_of(key, AZIMUTH_AND_ELEVATION)][1].append(maps[key])
        found = [[*group, *_bottom_up(mine, methods), *_top_down(views)] for group, (mine, views) in groups.items()]
        return sorted(found, key=lambda row: row[0])

    note = "SRVR, and share of views above a confidence, in percent"
    return dict(
        srvr=Table(note, ["network", *columns], rows(lambda key, names: (_network(key, names),))),
        srvr_per_class=Table(f"{note}, per class", ["network", "class", *columns],
                             rows(lambda key, names: (_network(key, names), key.class_name))),
        srvr_regions=Table("Regions with something amiss", ["network", "method", "regions", "outside the domain",
                                                            "without volume", "not finite"], _amiss(optims, methods)))


def _network(key, parameters):
    """A row's name: regions of other parameters than the paper's are not averaged with them."""
    return key.network if parameters == AZIMUTH_AND_ELEVATION else f"{key.network} ({', '.join(parameters)})"


def _bottom_up(optims, methods):
    """Number of objects, and each method's SRVR in percent, averaged over objects and initial points."""
    means = []
    for method in methods:
        shares = [region.share_of(domain_of(result.parameters)) for result in optims
                  for region in result.regions.get(method, ())]
        means.append(PERCENT * float(np.mean(shares)) if shares else None)
    return [len(optims), *means]


def _top_down(maps):
    """Number of maps, and the share in percent of views above each threshold, averaged over maps."""
    return [len(maps), *(PERCENT * float(np.mean([share_above(result.z, threshold) for result in maps])) if maps else
                         None for threshold in THRESHOLDS)]


def _amiss(optims, methods):
    counts = defaultdict(lambda: np.zeros(4, dtype=int))
    for key, result in optims.items():
        domain = domain_of(result.parameters)
        for method in methods:
            for region in result.regions.get(method, ()):
                finite = region.is_finite()
                counts[_network(key, result.parameters), method] += [
                    1, finite and bool((region.a < domain.a).any() or (region.b > domain.b).any()),
                    finite and bool((region.b <= region.a).any()), not finite]
    return [[*group, *map(int, row)] for group, row in counts.items()]
