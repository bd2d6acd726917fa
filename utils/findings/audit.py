"""Do the regions hold? Every region against its object's map, and against the largest box that the map allows.

The maps answer without the networks, so that the authors' own files can be audited too. See `on_map` for the terms.
"""
import pandas as pd

from ..scores import SCORES
from .methods import ON_MAP, ORDER
from .rows import Tables
from .tables import PERCENT, Table

LEVEL = SCORES["softmax"].level  # of the confidence from which a view counts as robust


def tables(found: Tables, level: float = LEVEL) -> dict[str, Table]:
    """What became of every region: a row for each network and method, and the same per class.

    The row ON_MAP is the exact SRVR: that of the largest boxes on the maps, from the same initial points.

    Args:
        found: with pairs of a map and regions.
        level: of the score.

    Returns:
        {name: Table}: "audit" and "audit_per_class".
    """
    regions = found.on_maps(level)
    regions = regions.assign(
        method=pd.Categorical(regions["method"], (*ORDER, ON_MAP)),
        volume=regions["share"].where(regions["purity"].notna()), pure=regions["purity"] * regions["share"],
        holds=regions["purity"] == 1)
    title, notes = f"Regions at level {level:g}: shares, purity and IoU in percent", found.kinds.notes()
    return dict(audit=Table(title, _summary(regions, ["row"]), notes=notes),
                audit_per_class=Table(f"{title}, per class", _summary(regions, ["row", "class_name"]), notes=notes))


def _summary(regions: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """A row for each group and method. Purity is over the regions with a view of the map."""
    groups = regions.groupby([*by, "method"], observed=True)
    means, sums = PERCENT * groups[["sure", "share", "purity", "iou"]].mean(), groups[["pure", "volume", "holds"]].sum()
    frame = pd.DataFrame({
        "regions": groups.size(), "starts sure": means["sure"], "SRVR": means["share"], "purity": means["purity"],
        "purity by volume": PERCENT * sums["pure"] / sums["volume"], "hold": sums["holds"],
        "of regions with a view": groups["purity"].count(), "IoU with largest": means["iou"]})
    return frame.reset_index().rename(columns=dict(row="network", class_name="class"))
