"""Tables: printed, as CSV and as Markdown."""
import csv
import io
from dataclasses import dataclass

from .intervals import Estimate

PERCENT = 100
Cell = str | int | float | Estimate | None


@dataclass(frozen=True)
class Table:
    """A title and rows of cells.

    Attributes:
        title: above it.
        columns: name of each column.
        rows: lists of cells: strings, whole numbers, other numbers (shown with `digits` digits), estimates (shown
            with their intervals; CSV has three columns of each), or None for nothing.
        digits: after the point; CSV has all there are.
        notes: lines below it; CSV has none.
    """
    title: str
    columns: list[str]
    rows: list[list[Cell]]
    digits: int = 2
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """Lines of aligned columns, numbers to the right."""
        cells = [self.columns, *self._shown("-")]
        widths = [max(map(len, column)) for column in zip(*cells)]
        right = [not any(isinstance(row[k], str) for row in self.rows) for k in range(len(self.columns))]
        lines = ["  ".join(cell.rjust(width) if to_right else cell.ljust(width)
                           for cell, width, to_right in zip(row, widths, right)).rstrip() for row in cells]
        return "\n".join((self.title, *lines, *self.notes))

    def markdown(self) -> str:
        """The table in Markdown, numbers to the right, under its title."""
        right = [not any(isinstance(row[k], str) for row in self.rows) for k in range(len(self.columns))]
        rule = ["---:" if to_right else "---" for to_right in right]
        cells = ([cell.replace("|", "\\|") for cell in row] for row in (self.columns, rule, *self._shown("")))
        notes = (line for note in self.notes for line in ("", note))
        return "\n".join((f"### {self.title}", "", *(f"| {' | '.join(row)} |" for row in cells), *notes))

    def csv(self) -> str:
        """The table as CSV, with all digits that there are."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        estimated = [any(isinstance(row[k], Estimate) for row in self.rows) for k in range(len(self.columns))]

        writer.writerow([name for column, is_wide in zip(self.columns, estimated)
                         for name in ((column, f"{column} low", f"{column} high") if is_wide else (column,))])
        for row in self.rows:
            cells = [cell for one, is_wide in zip(row, estimated) for cell in (_three(one) if is_wide else (one,))]
            writer.writerow(["" if cell is None else cell for cell in cells])
        return text.getvalue()

    def _shown(self, nothing: str) -> list[list[str]]:
        return [[self._in_words(cell, nothing) for cell in row] for row in self.rows]

    def _in_words(self, cell: Cell, nothing: str) -> str:
        if cell is None:
            return nothing
        if isinstance(cell, Estimate):
            bounds = "" if cell.low is None else f" [{cell.low:.{self.digits}f}, {cell.high:.{self.digits}f}]"
            return f"{cell.value:.{self.digits}f}{bounds}"
        return f"{cell:.{self.digits}f}" if isinstance(cell, float) else str(cell)


def _three(cell: Cell) -> tuple[Cell, Cell, Cell]:
    """An estimate as three cells."""
    return (cell.value, cell.low, cell.high) if isinstance(cell, Estimate) else (cell, None, None)
