"""Figures of a network's first answers, from arrays."""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Patch

from .plots import literal, set_viewpoints, titled

# Paul Tol's "muted" colours, which the colour-blind can tell apart: the class, eight answers, and all others
RIGHT = "#117733"
WRONG = ("#332288", "#88ccee", "#ddcc77", "#cc6677", "#aa4499", "#882255", "#44aa99", "#999933")
REST = "#dddddd"
MOST = len(WRONG)
ACROSS = 5  # views in a row
NAME_LENGTH = 22  # letters of an answer's name


@dataclass(frozen=True, eq=False)
class Example:
    """An answer, and a view that is given it.

    Attributes:
        index: of the answer.
        name: likewise.
        share: of the views, in [0, 1].
        object_nb: of the object seen; "" if there is no such view.
        point: azimuth and elevation of the view, degrees.
        score: of the answer there.
        picture: [S, S] uint8, or None.
    """
    index: int
    name: str
    share: float
    object_nb: str = ""
    point: tuple[float, float] = (0.0, 0.0)
    score: float = 0.0
    picture: np.ndarray | None = None

    @property
    def words(self) -> str:
        """Its name and share."""
        name = self.name if len(self.name) <= NAME_LENGTH else f"{self.name[:NAME_LENGTH - 2]}.."
        return f"{name} {_percent(self.share)}"


def plot_answers(xx: np.ndarray, yy: np.ndarray, top1: np.ndarray, shown: Sequence[Example], right_first: bool,
                 title: str) -> Figure:
    """Draw a map coloured by the first answer, and below it one view of each answer.

    Args:
        xx, yy: [rows, columns] azimuth and elevation, degrees.
        top1: [rows, columns] index of the first answer.
        shown: the answers that have a colour of their own, at most MOST beside the class.
        right_first: whether the first of them is the class.
        title: above the figure.
    """
    colors = _colors(len(shown), right_first)
    seen = [(one, color) for one, color in zip(shown, colors) if one.picture is not None]
    down = -(-len(seen) // ACROSS)
    heights = (3.4, *([2.2 * down] if seen else []))
    figure = Figure(figsize=(10, sum(heights) + 0.3), layout="constrained")
    titled(figure, title)
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    axes = parts[0].subplots()
    place = {one.index: k for k, one in enumerate(shown)}
    codes = np.vectorize(lambda index: place.get(index, len(shown)))(top1)
    axes.pcolormesh(xx, yy, codes, cmap=ListedColormap([*colors, REST]), vmin=-0.5, vmax=len(shown) + 0.5,
                    shading="nearest", rasterized=True)
    set_viewpoints(axes)
    entries = [Patch(facecolor=color, label=literal(one.words)
                     + (" (right)" if right_first and one is shown[0] else ""))
               for one, color in zip(shown, colors)]
    rest = 1 - sum(one.share for one in shown)
    if rest > 1e-9:
        entries.append(Patch(facecolor=REST, label=f"others {_percent(rest)}"))
    parts[0].legend(handles=entries, loc="outside right upper", frameon=False, fontsize="small")
    if seen:
        _draw_examples(parts[1], seen, down)
    return figure


def plot_examples(shown: Sequence[Example], title: str) -> Figure:
    """Draw one view of each answer.

    Args:
        shown: the answers; those without a picture have only their words.
        title: above the figure.
    """
    down = max(-(-len(shown) // ACROSS), 1)
    figure = Figure(figsize=(10, 2.3 * down + 0.5), layout="constrained")
    titled(figure, title)
    _draw_examples(figure, [(one, color) for one, color in zip(shown, WRONG)], down)
    if not shown:
        figure.text(0.5, 0.5, "no wrong answer", ha="center", va="center")
    return figure


def _draw_examples(figure: Figure | SubFigure, shown: Sequence[tuple[Example, str]], down: int) -> None:
    grid = figure.subplots(down, ACROSS, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, (one, color) in zip(grid.flat, shown):
        _draw_example(axes, one, color)


def _draw_example(axes: Axes, one: Example, color: str) -> None:
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    picture = np.zeros((1, 1), np.uint8) if one.picture is None else one.picture
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
    if one.picture is None:
        axes.text(0.5, 0.5, "mesh not at hand", transform=axes.transAxes, color="white", ha="center", va="center")
    for side in axes.spines.values():
        side.set(color=color, linewidth=4)
    where = f"object {one.object_nb}, ({one.point[0]:g}°, {one.point[1]:g}°), {one.score:.2f}"
    axes.set_title(f"{literal(one.words)}\n{where}", fontsize="small", loc="left")


def _colors(n: int, right_first: bool) -> list[str]:
    return [RIGHT, *WRONG][:n] if right_first else list(WRONG[:n])


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "<1%"
