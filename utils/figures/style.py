"""How figures look: their colours, lines, sizes and axes, each of which stands here once."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zlib import crc32

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke

from ..bounds import LARGEST
from ..errors import printable
from ..findings.methods import ON_MAP
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from .sizes import letters, lines, points, size, wrapped

POINT_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")  # Okabe and Ito's
LEGEND_LINE = 8  # letters that an entry's line, and the space around it, are as wide as
DASHES = {"-": "solid", "--": "dash", "-.": "dashdot", ":": "dot"}  # matplotlib's names of lines -> plotly's
LINES = tuple(DASHES)
# Paul Tol's "muted" colours, which the colour-blind can tell apart: the class, eight answers, and all others
RIGHT = "#117733"
WRONG = ("#332288", "#88ccee", "#ddcc77", "#cc6677", "#aa4499", "#882255", "#44aa99", "#999933")
REST = "#dddddd"
TEXT, GROUND, EMPTY = "white", (24, 24, 24), (70, 70, 70)  # of GIFs; a bar is EMPTY beyond the confidence


@dataclass(frozen=True)
class Style:
    """The line of a method's regions: the paper's colour, and for those who do not see it matplotlib's name of its
    line, and plotly's."""
    color: str
    line: str
    dash: str


STYLES = {  # in the order of findings.methods
    "naive": Style("#ee82ee", ":", "dot"),
    "OIR_B": Style("#ff0000", "--", "dash"),
    "OIR_W": Style("#ffff00", "-", "solid"),
    "trap": Style("#ffa500", "-.", "dashdot"),
    LARGEST: Style("#ffffff", "-", "solid"),
    ON_MAP: Style("#ffffff", "-", "solid"),
}


def style_of(method: str) -> Style:
    """A method's line. A method that STYLES lacks has a dashed one, always in the same of POINT_COLORS."""
    return STYLES.get(method) or Style(POINT_COLORS[sum(method.encode()) % len(POINT_COLORS)], "--", "dash")


@dataclass(frozen=True)
class NetworkStyle:
    """How a network is drawn: its colour, and for those who do not see it matplotlib's names of its line and mark."""
    color: str
    line: str
    mark: str

    @property
    def dash(self) -> str:
        """Plotly's name of the line."""
        return DASHES[self.line]


NETWORKS = {  # by folder
    "AlexNet": NetworkStyle("#0072b2", "-", "o"),
    "VGG": NetworkStyle("#d55e00", "--", "s"),
    "ResNet50": NetworkStyle("#009e73", "-.", "^"),
    "Inceptionv3": NetworkStyle("#cc79a7", ":", "D"),
    "EfficientNetLite0": NetworkStyle("#56b4e9", "--", "v"),
    "EfficientNetLite1": NetworkStyle("#e69f00", "-", "P"),
    "EfficientNetLite2": NetworkStyle("#8c564b", "-.", "X"),
    "squeezenet1_0": NetworkStyle("#999933", "-", "p"),
    "squeezenet1_1": NetworkStyle("#999933", "--", "h"),
    "Demo": NetworkStyle("#808080", ":", "*"),
}
# Of other networks. Each is apart from the colours above, and is seen on white and on black.
OTHER_COLORS = ("#6a5acd", "#44aa99", "#cc6677", "#4c8c2b", "#b0307a", "#a07030")
OTHER_LOOKS = tuple((LINES[k % len(LINES)], "<>d"[k % 3]) for k in range(12))


def network_style(name: str, shown: Mapping[str, NetworkStyle] | None = None) -> NetworkStyle:
    """A network's style, the same in every figure: that of NETWORKS, else one that its name's characters choose.

    Args:
        name: of its folder, or of a row of its results: "ResNet50 (grid step 15)" has the colour of ResNet50.
        shown: styles in the same figure by name. A network that is not of NETWORKS keeps away from these, from their
            colours first.
    """
    shown, network = shown or {}, _network(name)
    own, digits = NETWORKS.get(network), crc32(network.encode())
    colors = _turned(OTHER_COLORS, digits) if own is None else [own.color]
    of_others = {style.color for other, style in shown.items() if _network(other) != network}
    free = [color for color in colors if color not in of_others]
    looks = _turned(OTHER_LOOKS, digits // len(OTHER_COLORS))
    choices = [*([own] if own else []), *(NetworkStyle(color, *look) for color in [*free, *colors] for look in looks)]
    return next((style for style in choices if style not in shown.values()), choices[0])


def network_styles(names: Iterable[str]) -> dict[str, NetworkStyle]:
    """The styles of a figure's networks, by name and in the order of the names, on which they do not depend."""
    names, styles = list(names), dict[str, NetworkStyle]()
    for name in sorted(names, key=lambda name: (name not in NETWORKS, name)):
        styles[name] = network_style(name, styles)
    return {name: styles[name] for name in names}


def _network(row: str) -> str:
    """The network of a row of results, which says in brackets what is otherwise."""
    return row.partition(" (")[0]


def _turned(items: Sequence[Any], start: int) -> list[Any]:
    """All items, from one of them on around."""
    k = start % len(items)
    return [*items[k:], *items[:k]]


def outlined(width: float = 4) -> list[AbstractPathEffect]:
    """A black outline of a width in points on a screen: lines and text with it are seen on any colour of a map."""
    return [Stroke(linewidth=points(width), foreground="black"), Normal()]


OUTLINED = outlined()  # on a screen


def edged(mark: str, color: str, mark_size: float) -> dict[str, Any]:
    """A mark with an edge, for `plot`. Its size is in points on a screen."""
    return dict(marker=mark, color=color, markersize=points(mark_size), markeredgecolor="black",
                markeredgewidth=points(0.6))


def opacity(n_bands: int) -> float:
    """Of each of several bands around curves, which may lie above one another."""
    return min(0.15, 0.6 / max(n_bands, 1))


def new_figure(title: str, width: float = 9, height: float = 3.6) -> Figure:
    """A figure with a title, of a size in inches on a screen. A longer title and a legend make it taller."""
    now = size()
    figure = Figure(figsize=(now.width or width, now.height * height), layout="constrained")
    titled(figure, title)
    grow(figure, figure.get_suptitle().count("\n"), now.title)
    return figure


def grow(figure: Figure, n_lines: float, text: float) -> None:
    """Make a figure taller by lines of text of a size in points."""
    figure.set_figheight(figure.get_figheight() + lines(n_lines, text))


def titled(figure: Figure, text: str) -> None:
    """Write a figure's title: every figure has one, of this kind, at its upper left."""
    shown = wrapped(text, letters(figure.get_figwidth(), size().title))
    figure.suptitle(literal(shown), x=0.01, ha="left", fontsize=size().title)


def literal(text: str) -> str:
    """Text with names in it as matplotlib is given it: a dollar sign begins no formula."""
    return printable(text).replace("$", r"\$")


def legend_below(figure: Figure, handles: Sequence[Any], labels: Sequence[str] | None = None,
                 columns: int = 4, title: str | None = None) -> None:
    """Write what lines mean below a figure, in as many columns as there is room for.

    Args:
        labels: by default the handles' own.
        columns: at most.
        title: what the lines are.
    """
    widths = [LEGEND_LINE + len(word) for word in labels or [handle.get_label() for handle in handles]]
    room = letters(figure.get_figwidth(), size().text)
    while columns > 1 and sum(max(column, default=0) for column in np.array_split(widths, columns)) > room:
        columns -= 1
    title = title and wrapped(title, room)
    n_lines = -(-len(widths) // columns) + (title.count("\n") + 1 if title else 0)
    grow(figure, n_lines, size().text)
    legend = figure.legend(handles=handles, labels=labels, loc="outside lower center", ncols=columns, frameon=False,
                           title=title)
    legend.get_title().set_multialignment("center")


def subtitled(axes: Axes, text: str) -> None:
    """Write what axes of a figure show above them."""
    figure, place = axes.get_figure(root=True), axes.get_subplotspec()
    assert figure is not None and place is not None
    room = letters((figure.get_figwidth() - lines(4, size().text)) / place.get_gridspec().ncols, size().text)
    axes.set_title(wrapped(text, room), loc="left", fontsize="medium")


def set_viewpoints(axes: Axes, parameters: Sequence[str] = AZIMUTH_AND_ELEVATION) -> None:
    """Name the axes of a map after its two parameters; azimuth and elevation have the ticks of their domain."""
    axes.set(**{f"{axis}label": measured(name) for axis, name in zip("xy", parameters)})
    if tuple(parameters) == AZIMUTH_AND_ELEVATION:
        axes.set_xticks(azimuth_ticks())
        axes.set_yticks(range(-10, 91, 20))


def azimuth_ticks() -> range:
    """Where the ticks of azimuth are, in degrees."""
    return range(0, 361, 90 if size().is_narrow else 45)


def in_class(score: str) -> str:
    """A score, for an axis."""
    return score if size().is_narrow else f"{score} in the class"


def measured(parameter: str) -> str:
    """A parameter and its unit, for an axis."""
    return f"{parameter.replace('_', ' ')} ({PARAMETERS[parameter].unit})"


def plain(axes: Axes, axis: Literal["x", "y", "both"]) -> None:
    """No frame but two sides, and lines at the ticks of an axis, behind everything."""
    axes.grid(axis=axis, color="0.9", linewidth=points(0.8))
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
