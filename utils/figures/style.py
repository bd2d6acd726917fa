"""How methods and maps are drawn."""
from dataclasses import dataclass

from ..bounds import LARGEST
from ..findings.methods import ON_MAP
from ..options.reports import COLORMAP


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


STYLES = {  # in the order of findings.methods
    "naive": Style("#ee82ee", ":", "dot"),
    "OIR_B": Style("#ff0000", "--", "dash"),
    "OIR_W": Style("#ffff00", "-", "solid"),
    "trap": Style("#ffa500", "-.", "dashdot"),
    LARGEST: Style("#ffffff", "-", "solid"),
    ON_MAP: Style("#ffffff", "-", "solid"),
}


@dataclass(frozen=True)
class Colors:
    """How a map's values are coloured.

    Attributes:
        colormap: matplotlib's name.
        to_maximum: the colours of a confidence end at the map's largest, and not at 1.
    """
    colormap: str = COLORMAP
    to_maximum: bool = False

