"""Which network is better, and is that more than chance? Networks over the objects that all of them have."""
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError, counted
from ..paper import INITIAL_POINTS
from ..parameters import AZIMUTH_AND_ELEVATION
from ..results.contents import MapResult, RegionsResult
from ..results.left_out import LeftOut
from ..results.same import POINTS
from ..space import UNIFORM
from .audit import Curve, curves
from .common import common_objects, in_common, networks_of
from .intervals import CHANCE, FEWEST, INTERVAL, Estimate, difference, estimate
from .methods import ON_MAP, in_order
from .on_map import mean_over, most_wrong
from .rows import OBJECT, Tables
from .tables import PERCENT, Table

RIGHT, MEAN, EXACT = "views right", "mean confidence", "exact SRVR"
ERROR = "error"
SRVR, PURITY = "SRVR ", "purity "  # and the method


@dataclass(frozen=True, eq=False)
class Leaderboard:
    """Networks over the n objects that all have.

    Attributes:
        values: [n rows, metric and network] in percent; nan where there is none.
        errors: [n rows, network] percent that `over_level` may be off by, where a part of the views was asked.
        ranked: the networks, the best first.
        curves: the exact SRVR over the level, by network.
        level: of a robust view.
        measure: of sizes and of means over views.
        notes: of which kind the results are.
    """
    values: pd.DataFrame
    errors: pd.DataFrame
    ranked: list[str]
    curves: dict[str, Curve]
    level: float
    measure: str
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """Of the table and the figure."""
        return (f"Networks at level {self.level:g}, in percent, with {INTERVAL:.0%} intervals over "
                f"{counted(len(self.values), 'object')}; views uniform {UNIFORM[self.measure]}")

    @property
    def over_level(self) -> str:
        """The metric of the share of views that reach the level."""
        return over(self.level)

    @cached_property
    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """{metric: {network: the mean over the objects and its interval}}, in the order of the columns."""
        return {metric: {network: wider(estimate(self.values[metric, network].dropna().to_numpy()),
                                        self._error(metric, [network]).mean())
                         for network in self.ranked if (metric, network) in self.values}
                for metric in self.values.columns.unique("metric")}

    def _error(self, metric: str, networks: list[str]) -> np.ndarray:
        """[n] percent that a metric's sum over networks may be off by."""
        return self.errors[networks].sum(axis=1).to_numpy() * (metric == self.over_level)

    def fewer(self) -> list[str]:
        """A line for each metric that some network has of fewer objects than there are."""
        counts = self.values.count().unstack().reindex(columns=self.ranked).fillna(0).astype(int)
        return [f"{metric} is over {', '.join(f'{counts[network][metric]} ({network})' for network in self.ranked)} "
                "objects." for metric in self.estimates if counts.loc[metric].min() < len(self.values)]

    def tables(self) -> dict[str, Table]:
        """"leaderboard", a row for each network, and "leaderboard_neighbours", one for each two networks that follow
        each other in a metric."""
        frame = pd.DataFrame({"network": self.ranked, "objects": len(self.values), **{
            metric: pd.Series([found.get(network) for network in self.ranked], dtype=object)
            for metric, found in self.estimates.items()}})
        neighbours = pd.DataFrame(
            [row for metric in self.estimates for row in self._neighbours(metric)],
            columns=["metric", "network", "next", "objects", "difference", "p", "more than chance"])
        notes = (f"p: how likely a difference as large is by chance, in either direction; below {CHANCE:g} it is "
                 "more than chance. Of twenty lines on networks that are equal, one says yes all the same. Fewer than "
                 f"{FEWEST} objects cannot tell.",)
        return dict(leaderboard=Table(self.title, frame, notes=(*self.notes, *self.fewer())),
                    leaderboard_neighbours=Table("Neighbours: is the difference more than chance?", neighbours,
                                                 digits=3, notes=notes))

    def _neighbours(self, metric: str) -> Iterator[tuple[object, ...]]:
        found = self.estimates[metric]
        for one, other in pairwise(sorted(found, key=lambda network: -found[network].value)):
            both = self.values[metric][[one, other]].dropna().to_numpy()
            if len(both):
                by, p = difference(*both.T)
                error = self._error(metric, [one, other])
                if error.any():  # then the difference that there is at least
                    least = both[:, 0] - error
                    by, p = wider(by, error.mean()), 1.0 if (least - both[:, 1]).mean() <= 0 else (
                        difference(least, both[:, 1])[1])
                said = "cannot tell" if len(both) < FEWEST else "yes" if p < CHANCE else "no"
                yield metric, one, other, len(both), by, p, said


def over(level: float) -> str:
    """The name of the metric of the share of views that reach a level."""
    return f"views >={level:g}"


def wider(one: Estimate, error: float) -> Estimate:
    """An estimate whose interval has an error added on both sides, which makes one where there was none."""
    if not error:
        return one
    low, high = (one.value if bound is None else bound for bound in (one.low, one.high))
    return Estimate(one.value, low - error, high + error)


def leaderboard(found: Tables, level: float, left_out: LeftOut) -> Leaderboard:
    """The networks at a level, over the objects of which all have a map of the usual kind; others are left out by name.

    Raises:
        InputError: if there is no object that all networks have.
    """
    kinds = found.kinds
    maps = kinds.usual_of(found.maps, left_out, any_views=True)
    for key, a_map in maps.items():
        if a_map.origin and a_map.level != level:
            left_out.add(f"{key}: has a map {a_map.origin}; at `level` {level:g} its error is not known")
    maps = {key: a_map for key, a_map in maps.items() if not a_map.origin or a_map.level == level}
    usual = Tables(maps, kinds.usual_of(found.regions_results, left_out), kinds, found.measure, found.wrap)
    networks, objects = networks_of(usual.maps), common_objects(usual.maps)
    if not objects:
        raise InputError(f"there is no object that all of {', '.join(networks) or 'the networks'} have a map of, all "
                         "maps of one kind")
    for key, why in usual.unpaired.items():
        left_out.add(f"{key}: {why}")
    # all exact SRVRs are from the same points: those of most regions
    papers = [[float(number) for number in point.split(",")] for point in INITIAL_POINTS.split()]
    points = np.array(kinds.usual.get((POINTS, AZIMUTH_AND_ELEVATION), papers))
    regions = {key: RegionsResult(points, {}, a_map.metadata) for key, a_map in usual.maps.items()}
    for key in usual.pairs:
        result = usual.regions_results[key]
        regions[key] = replace(result, methods={name: method for name, method in result.methods.items()
                                                if kinds.usual_of({key: result}, left_out, name)})
    compared = Tables({key: a_map for key, a_map in usual.maps.items() if (key.class_nb, key.object_nb) in objects},
                      regions, kinds, found.measure, found.wrap)
    values = _values(compared, level, objects)
    errors = values.pop(ERROR).reindex(columns=networks)
    first = next(metric for metric in (RIGHT, MEAN, over(level)) if metric in values
                 and values[metric].notna().all(axis=None) and len(values[metric].columns) == len(networks))
    ranked = sorted(networks, key=lambda network: -values[first][network].mean())
    notes = (*found.notes(are_all_usual=True),
             f"Over {counted(len(objects), 'object')} of which all have a map, in the order of {first}.")
    n_parts = sum(bool(a_map.origin) for a_map in compared.maps.values())
    if n_parts:
        notes += (f"{n_parts} of {counted(len(compared.maps), 'map')} are from a part of the views: they count in "
                  f"{over(level)} alone, and its intervals have the upper bound of their error added on both sides.",)
    on_curve = {key: compared.maps[key] for key in compared.pairs
                if np.isfinite(regions[key].initial_points).all(1).any()}
    of_curve = Tables(in_common(on_curve, "maps")[0], regions, kinds, found.measure, found.wrap)
    return Leaderboard(values, errors, ranked, curves(of_curve, by="network"), level, found.measure, notes)


def _values(found: Tables, level: float, objects: list[tuple[str, str]]) -> pd.DataFrame:
    """The metrics in percent: a row for each of the objects, and columns of metric and network.

    ERROR is what the share of views that reach the level may be off by.
    """
    names = [RIGHT, MEAN, over(level), ERROR]

    def of_map(a_map: MapResult) -> tuple[Any, ...]:
        is_said = a_map.top1 is not None and a_map.metadata.label is not None
        right = mean_over(a_map, np.asarray(a_map.top1 == a_map.metadata.label), found.measure) if is_said else np.nan
        mean = np.nan if a_map.origin else mean_over(a_map, a_map.z, found.measure)
        return right, mean, mean_over(a_map, a_map.z >= level, found.measure), most_wrong(a_map, found.measure)

    maps = found.per_map(names, of_map).set_index(OBJECT)[names]
    means = found.on_maps(level).groupby([*OBJECT, "method"], observed=True)[["share", "purity"]].mean().unstack()
    methods = in_order(means["share"])
    columns = {EXACT: ("share", ON_MAP), **{SRVR + method: ("share", method) for method in methods},
               **{PURITY + method: ("purity", method) for method in methods}}
    metrics = maps.assign(**{name: means[column] for name, column in columns.items() if column in means})
    values = PERCENT * metrics.astype(float).unstack("network").dropna(axis=1, how="all")
    values.columns.names = ["metric", "network"]
    return values.reindex(pd.MultiIndex.from_tuples(objects))
