"""Every view, every region and every result as tidy tables, for pandas and R: CSV, or Parquet with pyarrow."""
from pathlib import Path

import pandas as pd

from ..errors import InputError
from ..files import whole_file
from .rows import REGIONS, RESULTS, VIEWS, Column, Tables
from .tables import ADVICE, write_text

CSV, PARQUET = "csv", "parquet"
DOCUMENT = "columns.md"
GROUP = 200_000  # rows of a Parquet file that are in memory at a time
TABLES = dict(results=RESULTS, views=VIEWS, regions=REGIONS)


def export(found: Tables, folder: Path, file_format: str) -> list[Path]:
    """The paths of the three tables, written to a folder as CSV or PARQUET, and of what their columns mean.

    Raises:
        InputError: if Parquet is asked for and pyarrow is not there; DiskError if a file cannot be written.
    """
    if file_format == PARQUET:
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError:
            raise InputError("`format` parquet: needs pyarrow (pip install pyarrow); without it the tables are "
                             "CSV") from None
    paths = []
    document = ["# Columns of the exported tables", "", "Rows of the three tables belong together by network, class_nb "
                "and object_nb. An empty cell is not known, or there is nothing."]
    for name, described in TABLES.items():
        frame = getattr(found, name)
        columns = [*described, *(Column(other, frame[other].dtype.name, "", "a setting; empty where the file does not "
                                        "record it, as at its default") for other in frame.columns[len(described):])]
        paths.append(folder / f"{name}.{file_format}")
        with whole_file(paths[-1], ADVICE) as temporary:
            if file_format == PARQUET:
                _write_parquet(temporary, columns, frame)
            else:
                frame.to_csv(temporary, index=False, lineterminator="\n")
        document += ["", f"## {name}", "", "| column | unit | meaning |", "|---|---|---|"]
        document += [f"| {column.name} | {column.unit} | {column.meaning} |" for column in columns]
    write_text(folder / DOCUMENT, "\n".join(document) + "\n")
    return [*paths, folder / DOCUMENT]


def _write_parquet(path: Path, columns: list[Column], frame: pd.DataFrame) -> None:
    import pyarrow as arrow
    from pyarrow.parquet import ParquetWriter
    kinds = {"int64": arrow.int64(), "float64": arrow.float64(), "boolean": arrow.bool_()}
    schema = arrow.schema([arrow.field(column.name, kinds.get(column.kind.lower(), arrow.string()), metadata=dict(
        unit=column.unit, meaning=column.meaning)) for column in columns])
    with ParquetWriter(path, schema) as file:
        for begin in range(0, len(frame), GROUP):
            group = frame.iloc[begin:begin + GROUP].astype(object)
            rows = group.where(group.notna(), None)
            file.write_table(arrow.Table.from_arrays([arrow.array(rows[field.name], field.type) for field in schema],
                                                     schema=schema))
