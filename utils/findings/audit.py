"""Do the regions hold? Every region against its object's map, and against the largest box that the map allows.

The maps answer without the networks, so that the authors' own files can be audited too. See `on_map` for the terms.
"""
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..regions import ndinterval
from ..results.tree import Key
from ..scores import SCORES
from .comparison import overlap
from .kinds import Kinds
from .methods import ON_MAP, ORDER
from .on_map import DOMAIN, largest_box, purity
from .pairs import Pair, views_and_regions
from .tables import PERCENT, Cell, Table

LEVEL = SCORES["softmax"].level  # from which a network counts as sure
ROWS = (*ORDER, ON_MAP)  # methods, in the order of a table's rows
COLUMNS = ["method", "regions", "starts sure", "SRVR", "purity", "purity by volume", "hold", "of regions with a view",
           "IoU with largest"]


@dataclass(frozen=True)
class Audited:
    """One region, looked at on its object's map.

    Attributes:
        sure: whether the score at the start reaches the level; None if the file does not say where it started.
        share: of the domain's volume, in [0, 1]; 0 for a region that is not finite.
        purity: in [0, 1]; None without a grid point.
        iou: intersection over union with the largest box; None without one, or for a region that is not finite.
    """
    sure: bool | None
    share: float
    purity: float | None
    iou: float | None

    @property
    def holds(self) -> bool:
        """Whether the score reaches the level at all of the region's grid points, and it has some."""
        return self.purity == 1


def audited(pair: Pair, level: float) -> Iterator[tuple[str, Audited]]:
    """(row, Audited) for every region of an object, and for the largest box on its map at every initial point.

    Args:
        pair: of one object and network.
        level: of the score.
    """
    for k, point in enumerate(pair.result.initial_points):
        is_known = bool(np.isfinite(point).all())
        best = largest_box(pair.view, point, level)
        sure = best is not None if is_known else None
        for name, entry in pair.result.methods.items():
            region = entry.regions[k]
            yield name, Audited(sure, region.share_of(DOMAIN), purity(pair.view, region, level), _iou(region, best))
        if is_known:
            held = None if best is None else 1.0
            yield ON_MAP, Audited(sure, best.share_of(DOMAIN) if best else 0.0, held, held)


def tables(pairs: Mapping[Key, Pair], level: float = LEVEL) -> dict[str, Table]:
    """What became of every region: a row for each network and method, and the same per class.

    The row ON_MAP is the exact SRVR: that of the largest boxes on the maps, from the same initial points.

    Args:
        pairs: as of `pairs.paired`.
        level: of the score.

    Returns:
        {name: Table}: "audit" and "audit_per_class".
    """
    kinds = Kinds.of(*views_and_regions(pairs))
    of_networks: dict[tuple[str, ...], list[Audited]] = defaultdict(list)
    of_classes: dict[tuple[str, ...], list[Audited]] = defaultdict(list)
    for key, pair in pairs.items():
        row = kinds.row(key, pair.view, pair.result)
        for method, one in audited(pair, level):
            of_networks[row, method].append(one)
            of_classes[row, key.class_name, method].append(one)
    title = f"Regions at level {level:g}: shares, purity and IoU in percent"
    return dict(audit=_table(title, ["network"], of_networks, kinds),
                audit_per_class=_table(f"{title}, per class", ["network", "class"], of_classes, kinds))


def _iou(region: ndinterval, best: ndinterval | None) -> float | None:
    return overlap(region.within(DOMAIN), best) if best and region.is_finite() else None


def _table(title: str, names: list[str], found: Mapping[tuple[str, ...], Sequence[Audited]], kinds: Kinds) -> Table:
    """A row for each group, whose last name is the method; the groups come in the order of their networks."""
    places = {group: k for k, group in enumerate(dict.fromkeys(group[:-1] for group in found))}
    ordered = sorted(found, key=lambda group: (places[group[:-1]], ROWS.index(group[-1])))
    return Table(title, [*names, *COLUMNS], [[*group, *_cells(found[group])] for group in ordered], notes=kinds.notes())


def _cells(found: Sequence[Audited]) -> list[Cell]:
    """The cells of COLUMNS after the method."""
    pure = [(one.purity, one.share) for one in found if one.purity is not None]
    volume = sum(share for _, share in pure)
    return [len(found), _percent([one.sure for one in found]), _percent([one.share for one in found]),
            _percent([part for part, _ in pure]),
            PERCENT * sum(part * share for part, share in pure) / volume if volume else None,
            sum(one.holds for one in found), len(pure), _percent([one.iou for one in found])]


def _percent(values: Sequence[float | None]) -> float | None:
    """The mean of those that are there, in percent; None if none is."""
    there = [value for value in values if value is not None]
    return PERCENT * float(np.mean(there)) if there else None
