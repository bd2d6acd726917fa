"""Which network is better, and is that more than chance? Networks over the objects that all of them have."""
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..paper import INITIAL_POINTS
from ..results.contents import MapResult, RegionsResult
from ..results.left_out import LeftOut
from ..results.metadata import Metadata
from ..results.tree import Key
from .common import common_objects, networks_of
from .curve import Curve, curves
from .intervals import CHANCE, INTERVAL, Estimate, difference, estimate
from .kinds import Kinds, counted
from .methods import in_order
from .on_map import DOMAIN, largest_box, purity
from .pairs import Pair, paired
from .tables import PERCENT, Cell, Table

RIGHT, MEAN, EXACT = "views right", "mean confidence", "exact SRVR"
SRVR, PURITY = "SRVR ", "purity "  # and the method
PAPER_POINTS = np.array([[float(number) for number in point.split(",")] for point in INITIAL_POINTS.split()])


@dataclass(frozen=True, eq=False)
class Leaderboard:
    """Networks over the objects that all have.

    Attributes:
        values: by network and metric, [n] one number for each of the n objects; nan where there is none. A metric that
            a network has no number of is not there.
        ranked: the networks, the best first.
        curves: the exact SRVR over the level, by network.
        level: of a robust view.
        notes: of which kind the results are, and what some networks have of fewer objects.
    """
    values: dict[str, dict[str, np.ndarray]]
    ranked: list[str]
    curves: dict[str, Curve]
    level: float
    notes: tuple[str, ...]

    @property
    def n_objects(self) -> int:
        """How many objects there are."""
        return len(next(iter(self.values.values()))[MEAN])

    @property
    def title(self) -> str:
        """Of the table and the figure."""
        return (f"Networks at level {self.level:g}, in percent, with {INTERVAL:.0%} intervals over "
                f"{counted(self.n_objects, 'object')}")

    @property
    def metrics(self) -> list[str]:
        """Those that some network has, in the order of the columns."""
        names = [RIGHT, MEAN, above(self.level), EXACT]
        methods = in_order(name.removeprefix(SRVR) for found in self.values.values() for name in found)
        return [name for name in (*names, *(kind + method for kind in (SRVR, PURITY) for method in methods))
                if any(name in found for found in self.values.values())]

    def estimates(self, metric: str) -> dict[str, Estimate]:
        """The mean of a metric over the objects and its interval, by network, the networks in their order."""
        return {network: estimate(found[np.isfinite(found)]) for network in self.ranked
                if (found := self.values[network].get(metric)) is not None}

    def fewer(self) -> list[str]:
        """A line for each metric that some network has of fewer objects than there are."""
        lines = []
        for metric in self.metrics:
            counts = [int(np.isfinite(self.values[network].get(metric, np.nan)).sum()) for network in self.ranked]
            if min(counts) < self.n_objects:
                there = ", ".join(f"{n} ({network})" for n, network in zip(counts, self.ranked))
                lines.append(f"{metric} is over {there} objects.")
        return lines

    def tables(self) -> dict[str, Table]:
        """"leaderboard", a row for each network, and "leaderboard_neighbours", one for each two networks that follow
        each other in a metric."""
        metrics = self.metrics
        found = {metric: self.estimates(metric) for metric in metrics}
        rows: list[list[Cell]] = [[network, self.n_objects, *(found[metric].get(network) for metric in metrics)]
                                  for network in self.ranked]
        return dict(
            leaderboard=Table(self.title,
                              ["network", "objects", *metrics], rows, notes=self.notes),
            leaderboard_neighbours=Table(
                "Neighbours: is the difference more than chance?",
                ["metric", "network", "next", "objects", "difference", "p", "more than chance"],
                [row for metric in metrics for row in self._neighbours(metric, found[metric])], digits=3,
                notes=(f"p: how likely a difference as large is by chance, in either direction; below {CHANCE:g} it is "
                       "more than chance. Of twenty lines on networks that are equal, one says yes all the same.",)))

    def _neighbours(self, metric: str, found: Mapping[str, Estimate]) -> list[list[Cell]]:
        ordered = sorted(found, key=lambda network: -found[network].value)
        rows: list[list[Cell]] = []
        for one, other in zip(ordered, ordered[1:]):
            first, second = self.values[one][metric], self.values[other][metric]
            both = np.isfinite(first) & np.isfinite(second)
            if both.any():
                by, p = difference(first[both], second[both])
                rows.append([metric, one, other, int(both.sum()), by, p, "yes" if p < CHANCE else "no"])
        return rows


def above(level: float) -> str:
    """The name of the share of views above a level."""
    return f"views >={level:g}"


def leaderboard(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult], level: float,
                left_out: LeftOut) -> Leaderboard:
    """The networks, over the objects of which all have a map of the usual kind.

    Args:
        maps: the maps.
        regions: the regions.
        level: of a robust view.
        left_out: results of another kind are named there.

    Raises:
        InputError: if there is no object that all networks have.
    """
    kinds = Kinds.of(maps, regions)
    kept, kept_regions = kinds.kept(maps, left_out), kinds.kept(regions, left_out)
    networks, objects = networks_of(kept), common_objects(kept)
    if not objects:
        raise InputError(f"there is no object that all of {', '.join(networks) or 'the networks'} have a map of, all "
                         "maps of one kind")
    pairs, others = paired(kept, kept_regions)
    for key, why in others.items():
        left_out.add(f"{key}: {why}")
    chosen = {key: pairs.get(key) or Pair(view, RegionsResult(PAPER_POINTS, {}, Metadata()))
              for key, view in kept.items() if (key.class_nb, key.object_nb) in objects}
    place = {thing: k for k, thing in enumerate(objects)}
    values: dict[str, dict[str, np.ndarray]] = defaultdict(dict)
    for key, pair in chosen.items():
        for metric, value in numbers_of(pair, level).items():
            of_network = values[key.network].setdefault(metric, np.full(len(objects), np.nan))
            of_network[place[key.class_nb, key.object_nb]] = value
    first = RIGHT if all(RIGHT in found and np.isfinite(found[RIGHT]).all() for found in values.values()) else MEAN
    ranked = sorted(networks, key=lambda network: -values[network][first].mean())
    notes = [f"Over {counted(len(objects), 'object')} of which all have a map, in the order of {first}."]
    of_one_kind = replace(kinds, differing=False)  # the others have been left out
    board = Leaderboard(dict(values), ranked, curves(chosen), level, (*of_one_kind.notes(), *notes))
    return replace(board, notes=(*board.notes, *board.fewer()))


def numbers_of(pair: Pair, level: float) -> dict[str, float]:
    """The metrics of one object and network, in percent: {name: number}.

    Args:
        pair: the map, and the regions, which may be of no method.
        level: of a robust view.
    """
    view, result = pair.view, pair.result
    found = {MEAN: float(view.z.mean()), above(level): float((view.z >= level).mean())}
    if view.top1 is not None and view.metadata.label is not None:
        found[RIGHT] = float((view.top1 == view.metadata.label).mean())
    points = result.initial_points[np.isfinite(result.initial_points).all(1)]
    if len(points):
        boxes = [largest_box(view, point, level) for point in points]
        found[EXACT] = float(np.mean([box.share_of(DOMAIN) if box else 0.0 for box in boxes]))
    for method, entry in result.methods.items():
        found[SRVR + method] = float(np.mean([region.share_of(DOMAIN) for region in entry.regions]))
        pure = [share for region in entry.regions if (share := purity(view, region, level)) is not None]
        if pure:
            found[PURITY + method] = float(np.mean(pure))
    return {name: PERCENT * value for name, value in found.items()}
