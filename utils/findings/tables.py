"""Tables: printed, as CSV and as Markdown; and how text is written to a file."""
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import printable
from ..files import whole_file
from .intervals import Estimate

PERCENT = 100
ADVICE = "make room there, or choose another `results_dir`"


@dataclass(frozen=True, eq=False)
class Table:
    """A title, a frame and lines below it.

    The frame's columns are text, whole numbers, other numbers (shown with `digits` digits behind the point), or
    estimates (shown with their intervals). CSV has all digits, three columns of each estimate, and no notes.
    """
    title: str
    frame: pd.DataFrame
    digits: int = 2
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """Lines of aligned columns, numbers to the right."""
        return "\n".join((self.title, self._written("plain", "-"), *self.notes))

    def markdown(self) -> str:
        """The table in Markdown, numbers to the right, under its title."""
        return "\n".join((f"### {self.title}", "", self._written("pipe", ""),
                          *(line for note in self.notes for line in ("", note))))

    def csv(self) -> str:
        """The table as CSV."""
        columns = [pd.DataFrame([cell or (None,) * 3 for cell in column], self.frame.index,
                                [name, f"{name} low", f"{name} high"]) if _has_estimates(column) else column
                   for name, column in self.frame.items()]
        return pd.concat(columns, axis=1).to_csv(index=False, lineterminator="\n")

    def rows(self) -> list[list[Any]]:
        """The cells, None where there is nothing."""
        return [[None if pd.isna(cell) else cell for cell in row]
                for row in self.frame.astype(object).itertuples(index=False)]

    def _written(self, form: str, nothing: str) -> str:
        right = [pd.api.types.is_numeric_dtype(column) or _has_estimates(column)
                 for _, column in self.frame.items()]
        cells = self.frame.astype(object).map(lambda cell: self._in_words(cell, nothing).replace(
            "|", "\\|" if form == "pipe" else "|"))
        lines = cells.to_markdown(index=False, tablefmt=form, disable_numparse=True,
                                  colalign=["right" if to_right else "left" for to_right in right])
        return "\n".join(line.rstrip() for line in lines.splitlines())

    def _in_words(self, cell: Any, nothing: str) -> str:
        if isinstance(cell, Estimate):
            bounds = "" if cell.low is None else f" [{cell.low:.{self.digits}f}, {cell.high:.{self.digits}f}]"
            return f"{cell.value:.{self.digits}f}{bounds}"
        if pd.isna(cell):
            return nothing
        return f"{cell:.{self.digits}f}" if isinstance(cell, float) else str(cell)


def counted(n: int, what: str) -> str:
    """A number of objects in words: "1 object", "3 objects"."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def write_tables(tables: Mapping[str, Table], name: str, folder: Path) -> None:
    """Print tables, and write them to one Markdown file and a CSV file each."""
    for key, table in tables.items():
        print(table.text(), end="\n\n")
        write_text(folder / f"{key}.csv", table.csv())
    write_text(folder / f"{name}.md", "\n\n".join(table.markdown() for table in tables.values()) + "\n")
    print(f"written: {', '.join(str(folder / f'{key}.csv') for key in tables)}, {folder / f'{name}.md'}")


def write_text(path: Path, text: str) -> None:
    """Write a text file.

    Raises:
        DiskError: if it cannot be written.
    """
    with whole_file(path, ADVICE) as temporary:
        temporary.write_text(printable(text), encoding="utf-8")


def _has_estimates(column: pd.Series) -> bool:
    return any(isinstance(cell, Estimate) for cell in column)
