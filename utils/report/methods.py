"""How things are drawn: the methods, in the paper's order, and maps."""
from collections.abc import Iterable
from dataclasses import dataclass

from utils.bounds import LARGEST


@dataclass(frozen=True)
class Style:
    """How a method's regions are drawn.

    Attributes:
        color: of the line, the paper's.
        line: matplotlib's name of the line, for those who do not see the colours.
        dash: plotly's name of the same line.
    """
    color: str
    line: str
    dash: str


STYLES = {
    "naive": Style("#ee82ee", ":", "dot"),
    "OIR_B": Style("#ff0000", "--", "dash"),
    "OIR_W": Style("#ffff00", "-", "solid"),
    "trap": Style("#ffa500", "-.", "dashdot"),
    LARGEST: Style("#ffffff", "-", "solid"),
}
ON_MAP = f"{LARGEST} on map"  # the largest box that a map allows: no method of optim.pt, and drawn as LARGEST is
COLORMAP = "viridis"  # even in lightness, and readable for the colour-blind
PAPER_COLORMAP = "RdBu"


@dataclass(frozen=True)
class Colors:
    """How a map's values are coloured.

    Attributes:
        colormap: matplotlib's name.
        to_maximum: the colours of a confidence end at the map's largest, and not at 1.
    """
    colormap: str = COLORMAP
    to_maximum: bool = False


def in_order(names: Iterable[str]) -> list[str]:
    """Those of the names that are methods, each once, in the paper's order."""
    wanted = set(names)
    return [name for name in STYLES if name in wanted]
