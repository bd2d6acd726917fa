"""The exact SRVR over the level: how large the largest boxes are that the maps allow."""
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..results.tree import Key
from .intervals import bootstrap
from .methods import in_order
from .on_map import DOMAIN
from .pairs import Pair, largest_shares
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


def curves(pairs: Mapping[Key, Pair], levels: Sequence[float] = LEVELS) -> dict[str, Curve]:
    """The exact SRVR over the level, by row: a network, and apart where results are not of the usual kind.

    The exact SRVR is the mean share of the domain of the largest boxes on the maps; where the confidence does not reach
    the level at the start, that is 0. Initial points that a file does not state are left out.
    """
    exact: dict[str, list[np.ndarray]] = defaultdict(list)  # of each object: shares [P, L]
    grown: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs.values():
        if len(pair.known_points):
            exact[pair.row].append(largest_shares(pair, levels))
        for name, entry in pair.regions_result.methods.items():
            grown[pair.rows.get(name, pair.row)][name] += [region.share_of(DOMAIN) for region in entry.regions]
    found = {}
    for row, shares in exact.items():
        means = {name: PERCENT * float(np.mean(grown[row][name])) for name in in_order(grown[row])}
        srvr = PERCENT * np.concatenate(shares).mean(0)
        sums, counts = np.array([one.sum(0) for one in shares]), np.array([len(one) for one in shares])
        low, high = (PERCENT * bound for bound in bootstrap(sums.T, counts))
        found[row] = Curve(np.array(levels), srvr, low, high, len(shares), means)
    return found
