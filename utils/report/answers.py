"""What a network says instead of the class, and where it is least sure."""
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from utils.files import folder_name
from utils.report import answer_plots
from utils.report.answer_plots import MOST, Example
from utils.report.drawing import Planned
from utils.report.kinds import Kinds, counted
from utils.report.objects import shape_of, views_at
from utils.report.planning import name_of, title_of
from utils.report.tables import PERCENT, Cell, Table
from utils.results.contents import MapResult
from utils.results.layout import MAP
from utils.results.left_out import LeftOut
from utils.results.tree import Key, Tree

IN_TABLE = 3  # wrong answers of a row
SOME = 5  # maps that a line names
VIEW_SIZE = 224  # pixels of a view
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


def figures(tree: Tree, maps: Mapping[Key, MapResult], data_dir: Path) -> list[Planned]:
    """The answers over each object's map with a view of each, and views of a class's most frequent wrong answers.

    Args:
        tree: the results.
        maps: those of the tree.
        data_dir: folder of the ShapeNet models.
    """
    paths, found = tree.of(MAP), []
    by_class: dict[tuple[str, str], dict[Key, MapResult]] = defaultdict(dict)
    for key, view in maps.items():
        if view.top1 is not None:
            by_class[key.network, key.class_name][key] = view
            draw = partial(_of_object, key, view, data_dir, tree.left_out)
            found.append(Planned(f"2d/{name_of(key)}_answers", (paths[key],), draw, (str(data_dir),)))
    for (network, class_name), group in () if tree.selection.object_nb else by_class.items():
        draw = partial(_of_class, f"{network}: wrong answers to {class_name}", group, data_dir, tree.left_out)
        found.append(Planned(f"2d/{network}_{folder_name(class_name)}_answers", tuple(paths[key] for key in group),
                             draw, (str(data_dir),)))
    return found


def _of_object(key: Key, view: MapResult, data_dir: Path, left_out: LeftOut) -> Figure:
    answers = Answers.of(view)
    shown = [*([] if answers.right is None else [answers.right]), *answers.wrong[:MOST]]
    assert view.top1 is not None
    return answer_plots.plot_answers(
        view.xx, view.yy, view.top1, [_example(answers, index, {key: view}, data_dir, left_out) for index in shown],
        answers.right is not None, title_of(key, "first answers to"))


def _of_class(title: str, maps: Mapping[Key, MapResult], data_dir: Path, left_out: LeftOut) -> Figure:
    answers = Answers.of(*maps.values())
    return answer_plots.plot_examples([_example(answers, index, maps, data_dir, left_out)
                                       for index in answers.wrong[:MOST]],
                                      f"{title} ({counted(len(maps), 'object')})")


def _example(answers: Answers, index: int, maps: Mapping[Key, MapResult], data_dir: Path, left_out: LeftOut) -> Example:
    """An answer with the view at which the network is surest of it, rendered if its mesh is at hand."""
    best = None
    for key, view in maps.items():
        assert view.top1 is not None and view.top1_score is not None
        cells = np.flatnonzero(view.top1.ravel() == index)
        if len(cells):
            cell = int(cells[np.argmax(view.top1_score.ravel()[cells])])
            found = float(view.top1_score.flat[cell]), key, view, cell
            best = found if best is None or found[0] > best[0] else best
    if best is None:
        return Example(index, answers.name(index), answers.share(index))
    score, key, view, cell = best
    point, picture = (float(view.xx.flat[cell]), float(view.yy.flat[cell])), None
    with left_out.on_error():
        shape = shape_of(key, data_dir, view.metadata)
        picture = views_at(np.array([point]), shape, view.metadata.image_size, VIEW_SIZE)[0]
    return Example(index, answers.name(index), answers.share(index), key.object_nb, point, score, picture)
