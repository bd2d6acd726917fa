"""The semantic robustness volume ratio of regions, and its counterpart for maps (Hamdi & Ghanem 2019, section 4.3)."""
import pandas as pd

from ..bounds import LARGEST
from ..regions import ndinterval
from ..space import Space
from .audit import LEVEL
from .methods import ON_MAP, in_order
from .on_map import mean_over
from .rows import OBJECT, Tables
from .tables import PERCENT, Table

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)
WRONG = ["outside the domain", "without volume", "not finite", "start not confident"]


def tables(found: Tables) -> dict[str, Table]:
    """The report's tables, by name.

    "srvr" has a row for each network, "srvr_per_class" for each of its classes. Its column ON_MAP is the SRVR of the
    largest boxes that the maps allow at LEVEL, from the initial points of the same object. "srvr_regions" says how many
    regions there are, and how many of them have left the domain, have no volume, or are not finite.
    """
    exact = found.on_maps(LEVEL).query("method == @ON_MAP")
    above = [f">{threshold}" for threshold in THRESHOLDS]
    shares = found.per_map(above, lambda a_map: [
        mean_over(a_map, a_map.z > threshold, found.measure) for threshold in THRESHOLDS])

    def table(title: str, by: list[str]) -> Table:
        regions = found.regions.groupby([*by, "method"], observed=True)["share"].mean().unstack("method")
        maps = shares.groupby(by, observed=True)
        frame = pd.concat([
            found.regions.drop_duplicates([*by, *OBJECT]).groupby(by, observed=True).size().rename("objects"),
            PERCENT * regions[in_order(regions)],
            PERCENT * exact.groupby(by, observed=True)["share"].mean().rename(ON_MAP), maps.size().rename("maps"),
            PERCENT * maps[above].mean()], axis=1).sort_index()
        counts = {name: frame[name].fillna(0).astype(int) for name in ("objects", "maps")}
        names = dict(row="network", class_name="class")
        return Table(title, frame.assign(**counts).reset_index().rename(columns=names), notes=found.notes())

    title = "SRVR, and share of views above a confidence, in percent"
    return dict(srvr=table(title, ["row"]), srvr_per_class=table(f"{title}, per class", ["row", "class_name"]),
                srvr_regions=_wrong(found))


def _wrong(found: Tables) -> Table:
    """Counts of regions. A largest box that is not finite is none: the score was below the level at its start."""
    flags = [_flags(region, result.space_of(method), method == LARGEST)
             for result in found.regions_results.values() for method, entry in result.methods.items()
             for region in entry.regions]
    regions = found.regions[["row", "method", *OBJECT]].join(pd.DataFrame(flags, columns=WRONG, dtype=bool))
    regions["method"] = pd.Categorical(regions["method"], in_order(regions["method"]))
    by = ["row", "method"]
    groups = regions.groupby(by, observed=True)
    objects = regions.drop_duplicates([*by, *OBJECT]).groupby(by, observed=True).size()
    frame = pd.concat([objects.rename("objects"), groups.size().rename("regions"), groups[WRONG].sum()], axis=1)
    return Table("Regions, and what is wrong with them", frame.reset_index().rename(columns=dict(row="network")),
                 notes=found.kinds.notes())


def _flags(region: ndinterval, space: Space, is_searched: bool) -> tuple[bool, ...]:
    """Which of WRONG a region is."""
    if not region.is_finite():
        return False, False, not is_searched, is_searched
    leaves = ((region.a < space.domain.a) | (region.b > space.domain.b)) & ~space.circles
    return bool(leaves.any()), bool((region.b <= region.a).any()), False, False
