"""How figures look: their colours, lines, sizes and axes, each of which stands here once."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke

from ..bounds import LARGEST
from ..errors import printable
from ..findings.methods import ON_MAP
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS

POINT_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")  # Okabe and Ito's
LINES, MARKS = ("-", "--", "-.", ":"), ("o", "s", "^", "D", "v", "P")  # of networks, for those who do not see colours
EDGED: dict[str, Any] = dict(markeredgecolor="black", markeredgewidth=0.6)  # a mark
# Paul Tol's "muted" colours, which the colour-blind can tell apart: the class, eight answers, and all others
RIGHT = "#117733"
WRONG = ("#332288", "#88ccee", "#ddcc77", "#cc6677", "#aa4499", "#882255", "#44aa99", "#999933")
REST = "#dddddd"
OUTLINED = [Stroke(linewidth=4, foreground="black"), Normal()]  # to be seen on any colour of the map
TEXT, GROUND, EMPTY = "white", (24, 24, 24), (70, 70, 70)  # of GIFs; a bar is EMPTY beyond the confidence
OUTLINED_THIN = [Stroke(linewidth=2.4, foreground="black"), Normal()]


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


def network_style(k: int) -> tuple[str, str, str]:
    """Colour, line and mark of the k-th network."""
    return POINT_COLORS[k % len(POINT_COLORS)], LINES[k % len(LINES)], MARKS[k % len(MARKS)]


def new_figure(title: str, width: float = 9, height: float = 3.6) -> Figure:
    """A figure with a title, of a size in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    titled(figure, title)
    return figure


def titled(figure: Figure, text: str) -> None:
    """Write a figure's title: every figure has one, of this kind, at its upper left."""
    figure.suptitle(literal(text), x=0.01, ha="left", fontsize="large")


def literal(text: str) -> str:
    """Text with names in it as matplotlib is given it: a dollar sign begins no formula."""
    return printable(text).replace("$", r"\$")


def legend_below(figure: Figure, handles: Sequence[Any], labels: Sequence[str] | None = None,
                 columns: int = 4) -> None:
    """Write what lines mean below a figure. The labels are by default the handles' own."""
    figure.legend(handles=handles, labels=labels, loc="outside lower center", ncols=columns, frameon=False)


def set_viewpoints(axes: Axes, parameters: Sequence[str] = AZIMUTH_AND_ELEVATION) -> None:
    """Name the axes of a map after its two parameters; azimuth and elevation have the ticks of their domain."""
    axes.set(**{f"{axis}label": f"{name.replace('_', ' ')} ({PARAMETERS[name].unit})"
                for axis, name in zip("xy", parameters)})
    if tuple(parameters) == AZIMUTH_AND_ELEVATION:
        axes.set_xticks(range(0, 361, 45))
        axes.set_yticks(range(-10, 91, 20))


def plain(axes: Axes, axis: Literal["x", "y", "both"]) -> None:
    """No frame but two sides, and lines at the ticks of an axis, behind everything."""
    axes.grid(axis=axis, color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
