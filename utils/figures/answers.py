"""Which figures of first answers a tree of results gives, and what is in them."""
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..files import folder_name
from ..findings.answers import Answers
from ..findings.tables import counted
from ..results.contents import MapResult
from ..results.layout import MAP
from ..results.left_out import LeftOut
from ..results.same import Kinds
from ..results.tree import Key, Tree
from . import answer_plots
from .answer_plots import MOST, Example
from .drawing import Planned
from .objects import shape_of, views_at
from .planning import grouped, name_of, title_of

VIEW_SIZE = 224  # pixels of a view


def figures(tree: Tree, maps: Mapping[Key, MapResult], data_dir: Path) -> list[Planned]:
    """The answers over each object's map with a view of each, and views of a class's most frequent wrong answers.

    Args:
        tree: the results.
        maps: those of the tree.
        data_dir: folder of the ShapeNet models.
    """
    answered = {key: a_map for key, a_map in maps.items() if a_map.top1 is not None}
    paths = {key: tree.of(MAP)[key] for key in answered}
    found = [Planned(f"2d/{name_of(key)}_answers", (paths[key],),
                     partial(_of_object, key, a_map, data_dir, tree.left_out), (str(data_dir),))
             for key, a_map in answered.items()]
    for (network, class_name), group in () if tree.selection.object_nb else grouped(
            paths, "network", "class_name").items():
        draw = partial(_of_class, f"{network}: wrong answers to {class_name}", {key: answered[key] for key in group},
                       data_dir, tree.left_out)
        found.append(Planned(f"2d/{network}_{folder_name(class_name)}_answers", tuple(group.values()), draw,
                             (str(data_dir),)))
    return found


def _of_object(key: Key, a_map: MapResult, data_dir: Path, left_out: LeftOut) -> Figure:
    answers = Answers.of(a_map)
    shown = [*([] if answers.right is None else [answers.right]), *answers.wrong[:MOST]]
    assert a_map.top1 is not None
    return answer_plots.plot_answers(
        a_map.xx, a_map.yy, a_map.top1, [_example(answers, index, {key: a_map}, data_dir, left_out) for index in shown],
        answers.right is not None, title_of(key, "first answers to"))


def _of_class(title: str, maps: Mapping[Key, MapResult], data_dir: Path, left_out: LeftOut) -> Figure:
    maps = Kinds(maps).usual_of(maps, left_out)
    answers = Answers.of(*maps.values())
    return answer_plots.plot_examples([_example(answers, index, maps, data_dir, left_out)
                                       for index in answers.wrong[:MOST]],
                                      f"{title} ({counted(len(maps), 'object')})")


def _example(answers: Answers, index: int, maps: Mapping[Key, MapResult], data_dir: Path, left_out: LeftOut) -> Example:
    """An answer with the view at which the network is surest of it, rendered if its mesh is at hand."""
    scores = {key: np.where(a_map.top1 == index, a_map.top1_score, -np.inf) for key, a_map in maps.items()
              if a_map.top1_score is not None}
    key = max(scores, key=lambda key: scores[key].max())
    cell = int(scores[key].argmax())
    score, a_map = float(scores[key].flat[cell]), maps[key]
    if not np.isfinite(score):
        return Example(index, answers.name(index), answers.share(index))
    point, picture = (float(a_map.xx.flat[cell]), float(a_map.yy.flat[cell])), None
    with left_out.on_error():
        shape = shape_of(key, data_dir, a_map.metadata)
        picture = views_at(np.array([point]), shape, a_map.metadata.image_size, VIEW_SIZE)[0]
    return Example(index, answers.name(index), answers.share(index), key.object_nb, point, score, picture)
