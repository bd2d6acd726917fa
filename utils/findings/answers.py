"""What a network says instead of the class, and where its confidence is lowest."""
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..results.contents import MapResult
from ..results.tree import Key, some
from .rows import Tables
from .tables import PERCENT, Table, counted

IN_TABLE = 3  # wrong answers of a row
SHARES = ["right", *(cell for k in range(1, IN_TABLE + 1) for cell in (f"wrong answer {k}", f"% {k}"))]


@dataclass(frozen=True, eq=False)
class Answers:
    """The first answers at the views of one object or of several, by one network.

    Attributes:
        right: index of the class, or None if no file says.
        counts: views by index of the answer, the most frequent first.
        names: by index.
    """
    right: int | None
    counts: Counter[int]
    names: dict[int, str]

    @classmethod
    def of(cls, *maps: MapResult) -> "Answers":
        """The answers of maps of one class that have them."""
        counts: Counter[int] = Counter()
        names: dict[int, str] = {}
        for a_map in maps:
            assert a_map.top1 is not None
            counts.update(dict(zip(*(part.tolist() for part in np.unique(a_map.top1, return_counts=True)))))
            names |= a_map.top1_names or {}
        right = maps[0].metadata.label
        if right is not None:
            names.setdefault(right, maps[0].metadata.object_class)
        return cls(right, Counter(dict(counts.most_common())), names)

    def name(self, index: int) -> str:
        """Of an answer; a network need not name its outputs."""
        return self.names.get(index, f"class {index}")

    def share(self, index: int) -> float:
        """Of the views."""
        return self.counts[index] / self.counts.total()

    @property
    def wrong(self) -> list[int]:
        """The other answers, the most frequent first."""
        return [index for index in self.counts if index != self.right]

    def cells(self) -> list[Any]:
        """Percent of views with the right answer, and the most frequent wrong ones with their percent."""
        shown = [(self.name(index), PERCENT * self.share(index)) for index in self.wrong[:IN_TABLE]]
        empty: list[tuple[None, None]] = [(None, None)] * (IN_TABLE - len(shown))
        return [None if self.right is None else PERCENT * self.share(self.right),
                *(cell for pair in (*shown, *empty) for cell in pair)]


def tables(found: Tables) -> dict[str, Table]:
    """"answers", a row for each object, with where the confidence is lowest, and "answers_per_class".

    Maps without first answers have a row without them.
    """
    title, notes = "First answers: percent of views", found.kinds.notes()
    maps = found.per_map(["views", *SHARES, "lowest confidence", "at", "map"], _measured)
    groups = maps.groupby(["row", "class_name"], observed=True, sort=False)["map"]
    per_class = pd.DataFrame([(*names, len(stated), sum(a_map.z.size for a_map in stated), *_shares(*stated))
                              for names, group in groups
                              for stated in [[a_map for a_map in group if a_map.top1 is not None]]],
                             columns=["network", "class", "objects", "views", *SHARES])
    shown = maps[["row", "class_name", "object_nb", "views", *SHARES, "lowest confidence", "at"]].rename(
        columns=dict(row="network", class_name="class", object_nb="object"))
    return dict(answers=Table(title, shown, notes=notes),
                answers_per_class=Table(f"{title}, per class", per_class, notes=notes))


def _measured(a_map: MapResult) -> tuple[Any, ...]:
    """The number of a map's views, its answers, and where its lowest score is; and itself."""
    lowest = int(np.nanargmin(a_map.z))
    return (a_map.z.size, *_shares(*([] if a_map.top1 is None else [a_map])), float(a_map.z.flat[lowest]),
            f"{a_map.xx.flat[lowest]:g}, {a_map.yy.flat[lowest]:g}", a_map)


def _shares(*maps: MapResult) -> list[Any]:
    """The cells SHARES of maps that have answers; of no map they are empty."""
    return Answers.of(*maps).cells() if maps else [None] * len(SHARES)


def without(maps: Mapping[Key, MapResult]) -> list[str]:
    """A line that counts the maps without first answers, which early versions and the authors did not keep."""
    lacking = [key for key, a_map in maps.items() if a_map.top1 is None]
    return [f"without first answers: {counted(len(lacking), 'map')} ({some(lacking)}); map.py --override makes them "
            "anew"] if lacking else []
