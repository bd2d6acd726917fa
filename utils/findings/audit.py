"""Do the regions hold, and how large could they be? Every region against its object's map, and the largest boxes there.

The maps answer without the networks, so that the authors' own files can be audited too. See `on_map` for the terms.
"""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..parameters import AZIMUTH_AND_ELEVATION
from ..results.contents import MapResult, RegionsResult
from ..scores import SCORES
from ..space import Space
from .intervals import bootstrap
from .methods import ON_MAP, ORDER, in_order
from .on_map import largest_box
from .rows import OBJECT, Tables
from .tables import PERCENT, Table

LEVEL = SCORES["softmax"].level  # of the confidence from which a view counts as robust
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
    the level at the start, that is 0. Initial points that a file does not state are left out. Results that are all of
    the usual kind may go by "network".
    """
    whole = Space.of(AZIMUTH_AND_ELEVATION, found.measure, found.wrap)

    def shares(a_map: MapResult, result: RegionsResult) -> Iterator[tuple[object, ...]]:
        """Of each region, the same at all levels; and of the largest boxes around the points that the file states."""
        for name, entry in result.methods.items():
            space = result.space_of(name, found.measure)
            yield from ((name, *[space.share(region)] * len(levels)) for region in entry.regions)
        for point in result.initial_points[np.isfinite(result.initial_points).all(1)]:
            boxes = (largest_box(a_map, point, level, whole) for level in levels)
            yield ON_MAP, *(whole.share(box) if box else 0.0 for box in boxes)

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


def tables(found: Tables, level: float = LEVEL) -> dict[str, Table]:
    """"audit", a row for each network and method of what became of the regions at a level, and "audit_per_class".

    The row ON_MAP is the exact SRVR: that of the largest boxes on the maps, from the same initial points.
    """
    regions = found.on_maps(level)
    regions = regions.assign(
        method=pd.Categorical(regions["method"], (*ORDER, ON_MAP)),
        volume=regions["share"].where(regions["purity"].notna()), pure=regions["purity"] * regions["share"],
        holds=regions["purity"] == 1, object=regions.groupby(OBJECT, observed=True).ngroup())
    title, notes = f"Regions at level {level:g}: shares, purity and IoU in percent", found.notes()
    return dict(audit=Table(title, _summary(regions, ["row"]), notes=notes),
                audit_per_class=Table(f"{title}, per class", _summary(regions, ["row", "class_name"]), notes=notes))


def _summary(regions: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """A row for each group and method. Purity is over the regions that have a view of the map and are not too small."""
    groups = regions.groupby([*by, "method"], observed=True)
    means = PERCENT * groups[["confident", "share", "purity", "iou"]].mean()
    sums = groups[["pure", "volume", "holds"]].sum()
    frame = pd.DataFrame({
        "objects": groups["object"].nunique(), "regions": groups.size(), "starts confident": means["confident"],
        "SRVR": means["share"], "purity": means["purity"], "purity by volume": PERCENT * sums["pure"] / sums["volume"],
        "hold": sums["holds"], "judged": groups["purity"].count(), "IoU with largest": means["iou"]})
    return frame.reset_index().rename(columns=dict(row="network", class_name="class"))
