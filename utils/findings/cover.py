"""How many boxes does it take to say where a network is confident? Covers of maps (docs/method.md, section 10)."""
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..bounds.cover import cover, most_of
from ..errors import InputError
from ..parameters import AZIMUTH_AND_ELEVATION
from ..regions import ndinterval
from ..results.contents import MapResult
from ..results.left_out import LeftOut
from ..results.tree import Key
from ..scores import CONFIDENCE
from ..space import UNIFORM, Space
from .common import in_common
from .intervals import INTERVAL, Estimate, bootstrap
from .on_map import DOMAIN, ROUND, goes_round, mean_over, weights
from .rows import Tables
from .tables import PERCENT, Table

LEAST = 0.02  # of the views of a map that is covered: that few confident ones say little of boxes
N_BOXES = 16
IN_TABLE = (1, 2, 4, 8, 16)
BOUNDED = 8  # boxes of which the table says what the best ones cover at most
PURITIES = (1.0, 0.95)


@dataclass(frozen=True, eq=False)
class Cover:
    """Boxes over a map, the best first.

    Attributes:
        boxes: at most N_BOXES, from grid point to grid point. One that goes on through azimuth 0 ends at 360 or
            more, as in [285, 395].
        covered: [N_BOXES] the share of the confident views in the first 1, 2, .. boxes.
    """
    boxes: list[ndinterval]
    covered: np.ndarray

    @classmethod
    def of(cls, a_map: MapResult, level: float, purity: float, space: Space = ROUND) -> "Cover":
        """The cover of a map with a view that reaches the level: boxes of which at least `purity` of the views do.

        Boxes go through azimuth 0 where the space and the map go round, and views count as in the space's measure.
        """
        x, y, boxes = a_map.xx[0], a_map.yy[:, 0], []
        is_circle = bool(space.circles[0]) and goes_round(x)
        found = cover(a_map.z >= level, weights(a_map.yy, space), purity, N_BOXES, is_circle)
        for box in found:
            turns, last = divmod(sum(box.columns) - 1, len(x))
            azimuths = (x[box.columns[0]], x[last] + turns * ROUND.periods[0])
            if is_circle and box.columns[1] == len(x):
                azimuths = (DOMAIN.a[0], DOMAIN.b[0])
            boxes.append(ndinterval(*zip(azimuths, y[list(box.rows)])))
        covered = [box.covered for box in found]
        return cls(boxes, np.array(covered + covered[-1:] * (N_BOXES - len(covered))))


@dataclass(frozen=True, eq=False)
class CoverCurve:
    """What the first 1, 2, .. N_BOXES boxes cover, in percent of the confident views, over n objects.

    Attributes:
        covered: [N_BOXES] the mean over the objects.
        low, high: [N_BOXES] a bootstrap interval.
        n_objects: that the mean is over.
    """
    covered: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_objects: int


@dataclass(frozen=True, eq=False)
class Covers:
    """The covers of all maps with enough confident views.

    Attributes:
        found: the maps.
        level: from which a view is confident.
        of_maps: by purity, for each map with at least LEAST confident views.
        others: the maps with fewer.
    """
    found: Tables
    level: float
    of_maps: Mapping[Key, Mapping[float, Cover]]
    others: Collection[Key]

    @property
    def title(self) -> str:
        """Of the table and the figure."""
        return (f"Boxes that cover the views with confidence of at least {self.level:g}; views uniform "
                f"{UNIFORM[self.found.measure]}")

    def curves(self) -> dict[float, dict[str, CoverCurve]]:
        """The curves of each row, which is a network and perhaps where its results differ from most, by purity."""
        rows = {row: keys for (row,), (keys, _) in self._groups(per_class=False).items() if keys}
        return {purity: {row: self._curve(keys, purity) for row, keys in rows.items()} for purity in PURITIES}

    def tables(self) -> dict[str, Table]:
        """"cover", a row for each network and purity, and "cover_per_class", one for each of its classes."""
        ends = "run through azimuth 0" if self.found.wrap else "end at azimuth 0"
        notes = (*self.found.kinds.notes(),
                 f"Percent of the confident views, the mean over the objects with at least {PERCENT * LEAST:g} % "
                 f"confident views, with {INTERVAL:.0%} intervals. Purity: at least so much of a box is confident. "
                 f"Boxes {ends}.",
                 f"best {BOUNDED} at most: no {BOUNDED} boxes cover more. half takes: on half of the objects so many "
                 "boxes cover half of the confident views.", *self._compared[1])
        return {name: Table(title, self._frame(per_class), digits=1, notes=notes) for name, title, per_class in (
            ("cover", self.title, False), ("cover_per_class", f"{self.title}, per class", True))}

    def boxes(self) -> pd.DataFrame:
        """A row for each box of each map."""
        rows = [(key.network, key.class_name, key.object_nb, PERCENT * purity, number, box.a[0], box.b[0], box.a[1],
                 box.b[1], PERCENT * of_map[purity].covered[number - 1])
                for key, of_map in self.of_maps.items() for purity in PURITIES
                for number, box in enumerate(of_map[purity].boxes, start=1)]
        return pd.DataFrame(rows, columns=["network", "class", "object", "purity", "box", "azimuth from", "azimuth to",
                                           "elevation from", "elevation to", "covered with those before"])

    @cached_property
    def _compared(self) -> tuple[dict[Key, MapResult], tuple[str, ...]]:
        """The maps that tables and curves are of, and a line on the others: see `in_common`."""
        return in_common({key: self.found.maps[key] for key in self.found.maps
                          if key in self.of_maps or key in self.others}, "maps")

    def _groups(self, per_class: bool) -> dict[tuple[str, ...], tuple[list[Key], list[Key]]]:
        """The maps of each row of a table: those that are covered, and the others."""
        groups: dict[tuple[str, ...], tuple[list[Key], list[Key]]] = defaultdict(lambda: ([], []))
        for key in self._compared[0]:
            row = self.found.kinds.row(key, self.found.maps[key])
            groups[(row, key.class_name) if per_class else (row,)][key in self.others].append(key)
        return groups

    def _curve(self, keys: Sequence[Key], purity: float) -> CoverCurve:
        covered = PERCENT * np.stack([self.of_maps[key][purity].covered for key in keys], axis=1)
        return CoverCurve(covered.mean(1), *bootstrap(covered, np.ones(len(keys))), len(keys))

    def _frame(self, per_class: bool) -> pd.DataFrame:
        names = ["network", "class"] if per_class else ["network"]
        rows = []
        for row, (keys, others) in self._groups(per_class).items():
            if per_class and not keys:
                continue
            for purity in PURITIES:
                cells = [f"{purity:.0%}", len(keys), len(keys) + len(others)]
                rows.append((*row, *cells, *(self._cells(keys, purity) if keys else [None] * (len(IN_TABLE) + 2))))
        return pd.DataFrame(rows, columns=[*names, "purity", "objects", "of maps",
                                           *(f"{k} box{'' if k == 1 else 'es'}" for k in IN_TABLE),
                                           f"best {BOUNDED} at most", "half takes"])

    def _cells(self, keys: Sequence[Key], purity: float) -> list[object]:
        curve = self._curve(keys, purity)
        is_one = len(keys) == 1
        cells: list[object] = [Estimate(curve.covered[k - 1]) if is_one else
                               Estimate(curve.covered[k - 1], curve.low[k - 1], curve.high[k - 1]) for k in IN_TABLE]
        shares = [self.of_maps[key][purity].covered for key in keys]
        n_for_half = int(np.quantile([(share < 0.5).sum() for share in shares], 0.5, method="inverted_cdf")) + 1
        return [*cells, PERCENT * np.mean([most_of(share)[BOUNDED - 1] for share in shares]),
                str(n_for_half) if n_for_half <= N_BOXES else f">{N_BOXES}"]


def covers(found: Tables, level: float, left_out: LeftOut) -> Covers:
    """The covers of maps of the confidence over azimuth and elevation at a level; other maps are named and left out.

    Raises:
        InputError: if no map has enough confident views.
    """
    space = Space.of(AZIMUTH_AND_ELEVATION, found.measure, found.wrap)
    of_maps: dict[Key, dict[float, Cover]] = {}
    others = set()
    for key, a_map in found.maps.items():
        known = a_map.metadata
        if known.parameters != AZIMUTH_AND_ELEVATION or known.score_name != CONFIDENCE:
            left_out.add(f"{key}: has a map of the {known.score_name} over {','.join(known.parameters)}; expected the "
                         f"{CONFIDENCE} over {','.join(AZIMUTH_AND_ELEVATION)}")
        elif mean_over(a_map, a_map.z >= level, found.measure) < LEAST:
            others.add(key)
        else:
            of_maps[key] = {purity: Cover.of(a_map, level, purity, space) for purity in PURITIES}
    if not of_maps:
        raise InputError(f"no map has at least {PERCENT * LEAST:g} % of its views at `level` {level:g} or above; give "
                         "a lower one")
    return Covers(found, level, of_maps, others)
