"""Writing tables and pages."""
from collections.abc import Mapping
from pathlib import Path

from ..errors import printable
from ..files import whole_file
from .tables import Table

ADVICE = "make room there, or choose another folder with --results_dir"


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
