"""How large figures, their text and their lines are: on a screen, or in a paper, where text stays 8 points."""
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from matplotlib import rc_context

from ..options.reports import WIDTHS

SMALL = 8  # points, everywhere
LETTER, LINE = 0.55, 1.5  # of the text's size: the width of a letter, on average, and the height of a line


@dataclass(frozen=True)
class Size:
    """How large a figure is made.

    Attributes:
        width: inches of the figure; None: what suits it.
        text, title: points.
        lines: how thick lines and how large marks are, of those on a screen.
        height: of figures, of that on a screen.
        dpi: of a PNG.
    """
    width: float | None = None
    text: float = 10
    title: float = 12
    lines: float = 1.0
    height: float = 1.0
    dpi: int = 150

    @property
    def is_narrow(self) -> bool:
        """Whether axes stand below one another that stand side by side elsewhere."""
        return self.width is not None and self.width < WIDTHS["page"]


ON_SCREEN = Size()
IN_PAPER = dict(column=Size(WIDTHS["column"], SMALL, SMALL, 0.6, 0.55, 300),
                page=Size(WIDTHS["page"], SMALL, SMALL, 0.8, 0.72, 300))
_size = ContextVar("size", default=ON_SCREEN)


def size() -> Size:
    """The size of the figure that is being made."""
    return _size.get()


@contextmanager
def sized(width: str | None) -> Iterator[None]:
    """Make figures of a width of WIDTHS, and write them; None: for a screen."""
    now = IN_PAPER[width] if width else ON_SCREEN
    token = _size.set(now)
    try:
        with rc_context({"font.size": now.text, "axes.linewidth": 0.8 * now.lines} if width else {}):
            yield
    finally:
        _size.reset(token)


def points(on_screen: float) -> float:
    """A line's width or a mark's size in points, from that on a screen."""
    return on_screen * size().lines


def letters(inches: float, text: float) -> int:
    """How many letters of text of a size in points stand side by side in a width in inches."""
    return max(int(72 * inches / (LETTER * text)), 1)


def lines(n: float, text: float) -> float:
    """The height in inches of n lines of text of a size in points."""
    return n * LINE * text / 72


def wrapped(text: str, n_letters: int) -> str:
    """Text whose lines have at most so many letters, where it has blanks."""
    return "\n".join(textwrap.fill(line, n_letters, break_long_words=False, break_on_hyphens=False)
                     for line in text.split("\n"))
