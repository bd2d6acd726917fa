"""Tables: printed, as CSV and as Markdown; and how text is written to a file."""
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import counted, printable
from ..files import whole_file
from .intervals import Estimate

PERCENT = 100
WIDTH = 120  # columns of a terminal
GAP = 2  # columns between those of a table, and at least so much wider than its name is one
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
        """Lines of aligned columns, numbers to the right.

        A wide table comes in blocks of at most WIDTH columns, one below the other. Each has the first columns of text.
        """
        cells = self._cells("-")
        return "\n".join((self.title, *(self._written(cells.iloc[:, block], "plain") for block in self._blocks(cells)),
                          *self.notes))

    def markdown(self) -> str:
        """The table in Markdown, numbers to the right, under its title."""
        cells = self._cells("").replace(r"\|", r"\\|", regex=True)
        return "\n".join((f"### {self.title}", "", self._written(cells, "pipe"),
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

    def _cells(self, nothing: str) -> pd.DataFrame:
        """The cells in words."""
        return self.frame.astype(object).map(lambda cell: self._in_words(cell, nothing))

    def _is_right(self) -> list[bool]:
        """Whether each column is of numbers, which stand to the right."""
        return [pd.api.types.is_numeric_dtype(column) or _has_estimates(column) for _, column in self.frame.items()]

    def _blocks(self, cells: pd.DataFrame) -> list[list[int]]:
        """Which columns stand side by side."""
        widths = [GAP + max((GAP + len(name), *map(len, column))) for name, column in cells.items()]
        n_keys = (*self._is_right(), True).index(True)
        blocks = [list(range(n_keys))]
        for k in range(n_keys, len(widths)):
            if sum(widths[j] for j in (*blocks[-1], k)) - GAP > WIDTH and len(blocks[-1]) > n_keys:
                blocks.append(list(range(n_keys)))
            blocks[-1].append(k)
        return blocks

    def _written(self, cells: pd.DataFrame, form: str) -> str:
        aligned = ["right" if is_right else "left" for name, is_right in zip(self.frame, self._is_right())
                   if name in cells]
        lines = cells.to_markdown(index=False, tablefmt=form, disable_numparse=True, colalign=aligned)
        return "\n".join(line.rstrip() for line in lines.splitlines())

    def _in_words(self, cell: Any, nothing: str) -> str:
        if isinstance(cell, Estimate):
            bounds = "" if cell.low is None else f" [{cell.low:.{self.digits}f}, {cell.high:.{self.digits}f}]"
            return f"{cell.value:.{self.digits}f}{bounds}"
        if pd.isna(cell):
            return nothing
        return f"{cell:.{self.digits}f}" if isinstance(cell, float) else str(cell)


def write_tables(tables: Mapping[str, Table], name: str, folder: Path, is_printed: bool = True) -> None:
    """Write tables to one Markdown file and a CSV file each, and print them if that is wanted."""
    for key, table in tables.items():
        if is_printed:
            print(table.text(), end="\n\n")
        write_text(folder / f"{key}.csv", table.csv())
    write_text(folder / f"{name}.md", "\n\n".join(table.markdown() for table in tables.values()) + "\n")
    paths = [*(folder / f"{key}.csv" for key in tables), folder / f"{name}.md"]
    print(f"{counted(len(tables), 'table')} written: {', '.join(map(str, paths))}")


def write_text(path: Path, text: str) -> None:
    """Write a text file.

    Raises:
        DiskError: if it cannot be written.
    """
    with whole_file(path, ADVICE) as temporary:
        temporary.write_text(printable(text), encoding="utf-8")


def _has_estimates(column: pd.Series) -> bool:
    return any(isinstance(cell, Estimate) for cell in column)
