"""Every view, every region and every result as tidy tables, for pandas and R: CSV, or Parquet with pyarrow."""
import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..files import whole_file
from ..parameters import domain_of
from ..results.contents import MapResult, RegionsResult
from ..results.metadata import Metadata
from ..results.tree import Key
from .kinds import OBJECTS, STEP, facets
from .on_map import level_of, purity
from .pairs import difference, other_kind
from .writing import ADVICE, write_text

CSV, PARQUET = "csv", "parquet"
FORMATS = (CSV, PARQUET)
DOCUMENT = "columns.md"
GROUP = 200_000  # rows of a Parquet file that are in memory at a time
PARAMETERS = 3  # of a region that have columns of their own

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Column:
    """A column of a tidy table.

    Attributes:
        name: in the header.
        kind: of its values: str, int, float or bool; any may be empty.
        unit: that it is measured in, or "".
        meaning: in words.
    """
    name: str
    kind: type
    unit: str
    meaning: str


WHICH = (Column("network", str, "", "folder of the network"), Column("class_name", str, "", "class of the object"),
         Column("class_nb", str, "", "folder of the class: its number, or the name of an own mesh's class"),
         Column("object_nb", str, "", "folder of the object: its number, or the name of an own mesh"))
RESULTS = (*WHICH, Column("file", str, "", "map.pt or optim.pt"), Column("shape_id", str, "", "of the object"),
           Column("objects", str, "", "stand-ins, ShapeNet models, own meshes or other objects"),
           Column("label", int, "", "index of the class among the network's outputs"),
           Column("parameters", str, "", "names of a point's numbers"),
           Column("score", str, "", "softmax, logit or margin"),
           Column("grid_step", str, "degrees", "of the map; two numbers where azimuth and elevation differ"),
           Column("normalisation", str, "", "taken off the image"),
           Column("n_iterations", int, "", "of the methods that grow regions"),
           Column("engine", str, "", "that ran the network"),
           Column("weights", str, "", "first digits of their SHA-256"))
VIEWS = (*WHICH, Column("azimuth", float, "degrees", "of the camera"),
         Column("elevation", float, "degrees", "of the camera"),
         Column("score", float, "confidence in [0, 1]", "in the class"),
         Column("top1", int, "", "index of the network's first answer; empty where the file does not say"),
         Column("top1_name", str, "", "its name; empty where the network does not name its outputs"),
         Column("top1_score", float, "confidence in [0, 1]", "in the first answer"))
REGIONS = (*WHICH, Column("method", str, "", "that made the region"),
           Column("point", int, "", "number of the initial point, from 0"),
           Column("parameters", str, "", "names of a point's numbers, which initial, low and high are of"),
           *(Column(f"{name}_{k}", float, "that of the parameter", f"{words} of parameter {k}")
             for k in range(1, PARAMETERS + 1) for name, words in (
                 ("initial", "initial point"), ("low", "lower bound"), ("high", "upper bound"))),
           Column("share", float, "of the domain, in [0, 1]", "volume inside the domain; the mean of it is the SRVR"),
           Column("purity", float, "in [0, 1]", "share of the map's grid points in it that reach the level"),
           Column("level", float, "score", "from which a view counts as robust"),
           Column("holds", bool, "", "what the certificate says; empty without one"),
           Column("worst", float, "score", "the lowest that the certificate found"),
           Column("problem", str, "", "what went wrong, if anything"))
TABLES: dict[str, tuple[Column, ...]] = dict(results=RESULTS, views=VIEWS, regions=REGIONS)


def export(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult], folder: Path,
           file_format: str) -> list[Path]:
    """Write the three tables, and what their columns mean: the paths.

    Args:
        maps: the maps.
        regions: the regions.
        folder: to write to.
        file_format: of FORMATS.

    Raises:
        InputError: if Parquet is asked for and pyarrow is not there; DiskError if a file cannot be written.
    """
    write = dict(csv=_write_csv, parquet=_write_parquet)[file_format]
    if file_format == PARQUET:
        _arrow()
    rows = dict(results=chain(_results(maps, "map.pt"), _results(regions, "optim.pt")), views=_views(maps),
                regions=_regions(regions, maps))
    paths = []
    for name, columns in TABLES.items():
        paths.append(folder / f"{name}.{file_format}")
        write(paths[-1], columns, rows[name])
    write_text(folder / DOCUMENT, document())
    return [*paths, folder / DOCUMENT]


def document() -> str:
    """What the columns of the tables mean, and their units: Markdown."""
    parts = ["# Columns of the exported tables", "", "Rows of the three tables belong together by network, class_nb "
             "and object_nb. An empty cell is not known, or there is nothing."]
    for name, columns in TABLES.items():
        parts += ["", f"## {name}", "", "| column | unit | meaning |", "|---|---|---|"]
        parts += [f"| {column.name} | {column.unit} | {column.meaning} |" for column in columns]
    return "\n".join(parts) + "\n"


def _which(key: Key) -> Row:
    return key.network, key.class_name, key.class_nb, key.object_nb


def _results(results: Mapping[Key, Any], file: str) -> Iterator[Row]:
    for key, result in results.items():
        known: Metadata = result.metadata
        found = facets(result)
        yield (*_which(key), file, known.shape_id, found.get(OBJECTS), known.label, ",".join(known.parameters),
               known.score, found.get(STEP), found.get("normalisation"), found.get("n_iterations"), found.get("engine"),
               found.get("weights"))


def _views(maps: Mapping[Key, MapResult]) -> Iterator[Row]:
    for key, view in maps.items():
        which = _which(key)
        answers: Iterable[Row] = repeat((None, None, None))
        if view.top1 is not None and view.top1_score is not None:
            names, indices = view.top1_names or {}, view.top1.ravel().tolist()
            answers = zip(indices, map(names.get, indices), _numbers(view.top1_score))
        for place, answer in zip(zip(*map(_numbers, (view.xx, view.yy, view.z))), answers):
            yield *which, *place, *answer


def _regions(regions: Mapping[Key, RegionsResult], maps: Mapping[Key, MapResult]) -> Iterator[Row]:
    for key, result in regions.items():
        view, names = maps.get(key), result.metadata.parameters
        comparable = view is not None and not other_kind(result.metadata) and not difference(view.metadata,
                                                                                             result.metadata)
        domain, level = domain_of(names), level_of(result)
        for method, entry in result.methods.items():
            for k, (point, box) in enumerate(zip(result.initial_points, entry.regions)):
                sides = [value for name in range(PARAMETERS) for value in (
                    (point[name], box.a[name], box.b[name]) if name < box.n else (None,) * 3)]
                certificate = entry.certificates[k] if entry.certificates else None
                yield (*_which(key), method, k, ",".join(names), *map(_finite, sides), box.share_of(domain),
                       purity(view, box, level) if comparable and view is not None else None, level, entry.holds(k),
                       certificate["worst"] if certificate else None,
                       (entry.problems[k] if entry.problems else None) or None)


def _numbers(values: np.ndarray) -> list[float]:
    """The values of an array, with as many digits as a float32 has where that is all they are."""
    flat = values.ravel()
    short = flat.astype(np.float32)
    return [float(text) for text in short.astype(str)] if (short == flat).all() else flat.tolist()


def _finite(value: Any) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)


def _write_csv(path: Path, columns: tuple[Column, ...], rows: Iterable[Row]) -> None:
    with whole_file(path, ADVICE) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(column.name for column in columns)
        writer.writerows(rows)


def _arrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise InputError("--format parquet: needs pyarrow (pip install pyarrow); without the option the tables are "
                         "CSV") from None
    return pyarrow


def _write_parquet(path: Path, columns: tuple[Column, ...], rows: Iterable[Row]) -> None:
    arrow = _arrow()
    kinds = {str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_()}
    schema = arrow.schema([arrow.field(column.name, kinds[column.kind], metadata=dict(
        unit=column.unit, meaning=column.meaning)) for column in columns])
    rows = iter(rows)
    with whole_file(path, ADVICE) as temporary, arrow.parquet.ParquetWriter(temporary, schema) as file:
        while group := list(islice(rows, GROUP)):
            arrays = [arrow.array(values, field.type) for values, field in zip(zip(*group), schema)]
            file.write_table(arrow.Table.from_arrays(arrays, schema=schema))
