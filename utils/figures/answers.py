"""Figures of a network's first answers: which there are, and a view that is given each."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Patch

from ..errors import counted
from ..findings.answers import Answers
from ..results.contents import MapResult
from ..results.left_out import LeftOut
from ..results.tree import Key
from .cells import draw_cells
from .group import Group
from .objects import shape_of, views_at
from .sizes import SMALL, letters, lines, points, size, wrapped
from .style import REST, RIGHT, WRONG, literal, new_figure, set_viewpoints

MOST = len(WRONG)
ACROSS, ACROSS_COLUMN = 5, 3  # views in a row
WIDTH = 10  # inches on a screen
BLANK = "\xa0"  # at which no line ends
NAME_LENGTH = 22  # letters of an answer's name


class Example(NamedTuple):
    """An answer, and the view at which the network is most confident of it.

    Attributes:
        answer, name: index and name of the answer.
        share: of the views, in [0, 1].
        where: the highest score of the answer, and at which object and viewpoint; "" if no score is stored.
        picture: [S, S] uint8; None where the mesh is not at hand.
    """
    answer: int
    name: str
    share: float
    where: str = ""
    picture: np.ndarray | None = None


def of_object(group: Group, data_dir: Path) -> Figure:
    """The first answers over an object's map, and a view of each."""
    a_map = group.map()
    answers = Answers.of(a_map)
    right = [] if answers.right is None else [answers.right]
    shown = [_example(answers, index, {group.key: a_map}, data_dir, group.left_out)
             for index in (*right, *answers.wrong[:MOST])]
    return plot_answers(a_map, shown, bool(right), group.titled(a_map))


def of_class(group: Group, data_dir: Path) -> Figure:
    """Views of the most frequent wrong answers of a network to the objects of a class."""
    maps = group.usual_maps()
    answers = Answers.of(*maps.values())
    shown = [_example(answers, index, maps, data_dir, group.left_out) for index in answers.wrong[:MOST]]
    return plot_examples(shown, f"{group.titled(*maps.values())} ({counted(len(maps), 'object')})")


def plot_answers(a_map: MapResult, shown: Sequence[Example], right_first: bool, title: str) -> Figure:
    """Draw a map coloured by the first answer, and below it one view of each answer.

    Args:
        a_map: with first answers.
        shown: the answers that have a colour of their own, at most MOST beside the class.
        right_first: whether the first of them is the class.
    """
    colors = [*([RIGHT] if right_first else []), *WRONG][:len(shown)]
    seen = [(one, color) for one, color in zip(shown, colors) if one.picture is not None]
    is_narrow = size().is_narrow
    heights = (3.4 + (0.3 * (1 + len(shown) / 2) if is_narrow else 0), *([_row() * _rows(seen)] if seen else []))
    figure = new_figure(title, WIDTH, sum(heights) + 0.3)
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    axes = parts[0].subplots()
    place = {one.answer: k for k, one in enumerate(shown)}
    codes = np.vectorize(lambda index: place.get(index, len(shown)))(a_map.top1)
    draw_cells(axes, a_map, codes, cmap=ListedColormap([*colors, REST]), vmin=-0.5, vmax=len(shown) + 0.5)
    set_viewpoints(axes)
    labels = [literal(f"{_short(one.name)} {_percent(one.share)}") for one in shown]
    if right_first:
        labels[0] += " (right)"
    rest = 1 - sum(one.share for one in shown)
    if rest > 1e-9:
        labels.append(f"others {_percent(rest)}")
    entries = [Patch(facecolor=color, label=label) for color, label in zip((*colors, REST), labels)]
    parts[0].legend(handles=entries, loc="outside lower left" if is_narrow else "outside right upper",
                    frameon=False, fontsize=SMALL, title="first answer, % of the views", title_fontsize=SMALL,
                    alignment="left", ncols=2 if is_narrow else 1)
    if seen:
        _draw_examples(parts[1], seen)
    return figure


def plot_examples(shown: Sequence[Example], title: str) -> Figure:
    """Draw one view of each answer; those without a picture have only their words."""
    figure = new_figure(title, WIDTH, _row() * _rows(shown) + 0.4)
    _draw_examples(figure, list(zip(shown, WRONG)))
    if not shown:
        figure.text(0.5, 0.5, "no wrong answer", ha="center", va="center")
    return figure


def _example(answers: Answers, index: int, maps: Mapping[Key, MapResult], data_dir: Path, left_out: LeftOut) -> Example:
    """An answer with its view, which is rendered if the mesh is at hand."""
    scores = {key: np.where(a_map.top1 == index, a_map.top1_score, -np.inf) for key, a_map in maps.items()
              if a_map.top1_score is not None}
    answer = Example(index, answers.name(index), answers.share(index))
    key = max(scores, key=lambda key: scores[key].max(), default=None)
    if key is None or not np.isfinite(scores[key].max()):
        return answer
    cell, a_map = int(scores[key].argmax()), maps[key]
    point = float(a_map.xx.flat[cell]), float(a_map.yy.flat[cell])
    score, which = a_map.metadata.score_name, f"object{BLANK}{key.object_nb}, " if len(maps) > 1 else ""
    answer = answer._replace(where=f"highest {score}{BLANK}{scores[key].flat[cell]:.2f}\n"
                                   f"at {which}({point[0]:g}°,{BLANK}{point[1]:g}°)")
    with left_out.on_error():
        shape = shape_of(key, data_dir, a_map.metadata)
        return answer._replace(picture=views_at(np.array([point]), shape, a_map.metadata.image_size,
                                                unmirrored=a_map.metadata.unmirrored)[0])
    return answer


def _rows(shown: Sequence[object]) -> int:
    return max(-(-len(shown) // _across()), 1)


def _across() -> int:
    return ACROSS_COLUMN if size().is_narrow else ACROSS


def _row() -> float:
    """The height of a row of views in inches on a screen: a square, and five lines."""
    return ((size().width or WIDTH) / _across() + lines(5, SMALL)) / size().height


def _draw_examples(figure: Figure | SubFigure, shown: Sequence[tuple[Example, str]]) -> None:
    """Draw views of answers, each in a frame of the answer's colour."""
    grid = figure.subplots(_rows(shown), _across(), squeeze=False, gridspec_kw=dict(wspace=0.06)).ravel()
    room = letters((size().width or WIDTH) / _across(), SMALL)
    for axes in grid[len(shown):]:
        axes.set_axis_off()
    for axes, (one, color) in zip(grid, shown):
        axes.set(xticks=[], yticks=[])
        axes.imshow(np.zeros((1, 1), np.uint8) if one.picture is None else one.picture, cmap="gray", vmin=0, vmax=255)
        if one.picture is None:
            axes.text(0.5, 0.5, "mesh not at hand", transform=axes.transAxes, color="white", ha="center", va="center")
        axes.spines[:].set(color=color, linewidth=points(4))
        caption = f"{_short(one.name)}\n{_percent(one.share)} of the views\n{one.where}"
        axes.set_title(literal(wrapped(caption, room)), fontsize=SMALL, loc="left")


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[:NAME_LENGTH - 2]}.."


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "<1%"
