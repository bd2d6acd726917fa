"""What a network says instead of the class, and where its confidence is lowest."""
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import counted
from ..results.contents import MapResult
from ..results.tree import Key, some
from .rows import Tables
from .tables import PERCENT, Table

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
        """The answers of those maps of one class that have them."""
        counts: Counter[int] = Counter()
        names: dict[int, str] = {}
        right = None
        for a_map in maps:
            if a_map.top1 is not None:
                counts.update(dict(zip(*(part.tolist() for part in np.unique(a_map.top1, return_counts=True)))))
                names |= a_map.top1_names or {}
                right = a_map.metadata.label if right is None else right
                names |= {} if right is None or right in names else {right: a_map.metadata.object_class}
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
        cells: list[Any] = [PERCENT * self.share(self.right) if self.counts and self.right is not None else None]
        for index in self.wrong[:IN_TABLE]:
            cells += [self.name(index), PERCENT * self.share(index)]
        return cells + [None] * (len(SHARES) - len(cells))


def tables(found: Tables) -> dict[str, Table]:
    """"answers", a row for each object, with where the confidence is lowest, and "answers_per_class".

    Maps without first answers have a row without them.
    """
    title, notes = "First answers: percent of views", found.kinds.notes()
    columns = ["views", *SHARES, "lowest confidence", "at"]
    maps = found.per_map([*columns, "map"], _measured)
    per_class = []
    for names, group in maps.groupby(["row", "class_name"], observed=True, sort=False)["map"]:
        answered = [a_map for a_map in group if a_map.top1 is not None]
        n_views = sum(a_map.z.size for a_map in answered)
        per_class.append((*names, len(answered), n_views, *Answers.of(*answered).cells()))
    shown = maps[["row", "class_name", "object_nb", *columns]].rename(
        columns=dict(row="network", class_name="class", object_nb="object"))
    return dict(answers=Table(title, shown, notes=notes), answers_per_class=Table(
        f"{title}, per class", pd.DataFrame(per_class, columns=["network", "class", "objects", "views", *SHARES]),
        notes=notes))


def _measured(a_map: MapResult) -> tuple[Any, ...]:
    """The number of a map's views, its answers, and where its lowest score is; and itself."""
    lowest = int(np.nanargmin(a_map.z))
    return (a_map.z.size, *Answers.of(a_map).cells(), float(a_map.z.flat[lowest]),
            f"{a_map.xx.flat[lowest]:g}, {a_map.yy.flat[lowest]:g}", a_map)


def without(maps: Mapping[Key, MapResult]) -> list[str]:
    """A line that counts the maps without first answers, which early versions and the authors did not keep."""
    lacking = [key for key, a_map in maps.items() if a_map.top1 is None]
    return [f"without first answers: {counted(len(lacking), 'map')} ({some(lacking)}); map.py --override makes them "
            "again"] if lacking else []
