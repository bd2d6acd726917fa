"""What a network says instead of the class, and where it is least sure."""
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..results.contents import MapResult
from ..results.tree import Key
from .kinds import Kinds, counted
from .tables import PERCENT, Cell, Table

IN_TABLE = 3  # wrong answers of a row
SOME = 5  # maps that a line names
WRONG = [cell for k in range(1, IN_TABLE + 1) for cell in (f"wrong answer {k}", f"% {k}")]


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
    def of(cls, *views: MapResult) -> "Answers":
        """The answers of maps of one class that have them."""
        counts: Counter[int] = Counter()
        names: dict[int, str] = {}
        for view in views:
            assert view.top1 is not None
            counts.update(dict(zip(*(part.tolist() for part in np.unique(view.top1, return_counts=True)))))
            names |= view.top1_names or {}
        right = views[0].metadata.label
        if right is not None:
            names.setdefault(right, views[0].metadata.object_class)
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

    def cells(self) -> list[Cell]:
        """Percent of views with the right answer, and the most frequent wrong ones with their percent."""
        shown = [(self.name(index), PERCENT * self.share(index)) for index in self.wrong[:IN_TABLE]]
        empty: list[tuple[None, None]] = [(None, None)] * (IN_TABLE - len(shown))
        return [None if self.right is None else PERCENT * self.share(self.right),
                *(cell for pair in (*shown, *empty) for cell in pair)]


def tables(maps: Mapping[Key, MapResult]) -> dict[str, Table]:
    """"answers", a row for each object, with where the network is least sure, and "answers_per_class".

    Maps without first answers have a row without them.
    """
    kinds = Kinds.of(maps)
    rows: list[list[Cell]] = []
    groups: dict[tuple[str, str], list[MapResult]] = defaultdict(list)
    for key, view in maps.items():
        row = kinds.row(key, view)
        groups[row, key.class_name].append(view)
        lowest = int(np.nanargmin(view.z))
        found = Answers.of(view).cells() if view.top1 is not None else [None] * (1 + 2 * IN_TABLE)
        rows.append([row, key.class_name, key.object_nb, view.z.size, *found, float(view.z.flat[lowest]),
                     f"{view.xx.flat[lowest]:g}, {view.yy.flat[lowest]:g}"])
    per_class: list[list[Cell]] = []
    for (row, class_name), views in groups.items():
        told = [view for view in views if view.top1 is not None]
        per_class.append([row, class_name, len(told), sum(view.z.size for view in told),
                          *(Answers.of(*told).cells() if told else [None] * (1 + 2 * IN_TABLE))])
    title = "First answers: percent of views"
    return dict(
        answers=Table(title, ["network", "class", "object", "views", "right", *WRONG, "lowest confidence", "at"], rows,
                      notes=kinds.notes()),
        answers_per_class=Table(f"{title}, per class", ["network", "class", "objects", "views", "right", *WRONG],
                                per_class, notes=kinds.notes()))


def without(maps: Mapping[Key, MapResult]) -> list[str]:
    """A line that counts the maps without first answers, which early versions and the authors did not keep."""
    lacking = [str(key) for key, view in maps.items() if view.top1 is None]
    if not lacking:
        return []
    some = f"{', '.join(lacking[:SOME])}{', ..' if len(lacking) > SOME else ''}"
    return [f"without first answers: {counted(len(lacking), 'map')} ({some}); map.py --override makes them anew"]

