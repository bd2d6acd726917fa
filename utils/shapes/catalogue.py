"""The objects that there are: the paper's ten classes of ten, or those that a data set's file lists.

Nothing here needs torch: the scripts check what they are given before they load it.
"""
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import status_of
from ..paper import CLASS_NAMES, SHAPE_IDS

COLUMNS = ("class", "label", "mesh")

Rows = list[tuple[int, dict[str, str]]]  # (line in the file, {column: value})


@dataclass(frozen=True)
class Entry:
    """One object of a data set's file.

    Attributes:
        class_name: of its class.
        label: number or name of the class among the network's, as given.
        mesh: its file.
        where: the line of the data set that names it, in words.
        given: the mesh's path, as it stands there.
    """
    class_name: str
    label: str
    mesh: Path
    where: str
    given: str


@dataclass(frozen=True)
class Catalogue:
    """Classes and their objects, by number.

    Attributes:
        class_names: by the class's number.
        entries: by the numbers of class and object; None for the paper's objects, which have no file of their own.
    """
    class_names: tuple[str, ...]
    entries: tuple[tuple[Entry, ...], ...] | None

    def n_objects(self, class_nb: int) -> int:
        """How many objects a class has."""
        return len(SHAPE_IDS[class_nb] if self.entries is None else self.entries[class_nb])

    def entry(self, class_nb: int, object_nb: int) -> Entry:
        """An object of a data set's file.

        Raises:
            InputError: if its mesh is not there. The others can do without it.
        """
        assert self.entries is not None, "the paper's objects have no entries"
        entry = self.entries[class_nb][object_nb]
        try:
            status_of(entry.mesh)
        except OSError as error:
            raise InputError(f"{entry.where}: the mesh {entry.given} is not there ({error.strerror}); expected a path "
                             "relative to the data set's folder") from None
        return entry

    def class_number(self, given: str | int) -> int:
        """The number of a class, from its number or its name; capital letters do not matter.

        Raises:
            InputError: if there is no such class, or several of the name.
        """
        text = str(given).strip()
        if text.isdecimal():
            numbers = [int(text)]
        else:
            numbers = ([number for number, name in enumerate(self.class_names) if name == text]
                       or [number for number, name in enumerate(self.class_names) if name.lower() == text.lower()])
        if len(numbers) == 1 and numbers[0] < len(self.class_names):
            return numbers[0]
        raise InputError(f"`class_nb` {given}: expected one of {numbered(self.class_names)}")

    def check(self, class_nb: int, object_nb: int) -> None:
        """Check that a class has an object of a number.

        Raises:
            InputError: if there is none.
        """
        n_objects = self.n_objects(class_nb)
        if not 0 <= object_nb < n_objects:
            raise InputError(f"`object_nb` {object_nb}: class {class_nb}, {self.class_names[class_nb]}, has "
                             f"{n_objects} object{'s' if n_objects > 1 else ''}; expected 0 to {n_objects - 1}")


PAPER = Catalogue(CLASS_NAMES, None)


def numbered(names: Sequence[str]) -> str:
    """Names with their numbers, in one line."""
    return ", ".join(f"{number} {name}" for number, name in enumerate(names))


def catalogue_of(dataset: str | Path | None) -> Catalogue:
    """The Catalogue of a data set's file, or the paper's for None.

    The file is CSV with a first line `class,label,mesh`, or YAML with a list of entries of these three keys. A class's
    number is its place among the classes as they first appear, an object's its place in the class. Paths of meshes are
    relative to the file.

    Args:
        dataset: the file, or None. Its suffix says which of ROW_READERS reads it; any other is read as CSV.

    Raises:
        InputError: names the file, the line and what is wrong there.
    """
    if dataset is None:
        return PAPER
    try:
        return _read(Path(dataset), status_of(dataset).st_mtime_ns)
    except OSError as error:
        raise InputError(f"`dataset` {dataset}: cannot be read ({error.strerror}); give a CSV or YAML file of "
                         f"{', '.join(COLUMNS)}") from None


@lru_cache(maxsize=8)
def _read(path: Path, modified: int) -> Catalogue:
    """The Catalogue of a file; `modified`, its time in ns, has a changed file read again."""
    entries: dict[str, list[Entry]] = {}
    for line, row in ROW_READERS.get(path.suffix, _csv_rows)(path):
        where = f"`dataset` {path}, line {line}"
        missing = [column for column in COLUMNS if not row.get(column)]
        if missing:
            raise InputError(f"{where}: no {missing[0]}; expected {', '.join(COLUMNS)}")
        entry = Entry(row["class"], row["label"], path.parent / row["mesh"], where, row["mesh"])
        entries.setdefault(row["class"], []).append(entry)
    if not entries:
        raise InputError(f"`dataset` {path}: lists no object; expected a line for each: {', '.join(COLUMNS)}")
    return Catalogue(tuple(entries), tuple(map(tuple, entries.values())))


def _csv_rows(path: Path) -> Rows:
    """The rows of a CSV file."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            columns = list(reader.fieldnames or ())
            wrong = [column for column in COLUMNS if columns.count(column) != 1]
            if wrong:
                count = f"{columns.count(wrong[0])} columns" if wrong[0] in columns else "no column"
                raise InputError(f"`dataset` {path}, line 1: {count} {wrong[0]}; expected {','.join(COLUMNS)}")
            return [(reader.line_num, _row_of_csv(path, reader.line_num, row)) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"`dataset` {path}: no CSV file ({error}); expected lines of {','.join(COLUMNS)}") from None


def _row_of_csv(path: Path, line: int, row: dict[Any, Any]) -> dict[str, str]:
    """The columns that are asked for."""
    if None in row:
        raise InputError(f"`dataset` {path}, line {line}: has {len(row[None])} more than line 1 names; put a text "
                         "with a comma in it between \"quotes\"")
    return {key: (row[key] or "").strip() for key in COLUMNS}


def _yaml_rows(path: Path) -> Rows:
    """The entries of a YAML file. Only the parser knows their lines, so its nodes are read, not the values."""
    import yaml
    try:
        document = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (ValueError, yaml.YAMLError) as error:  # not UTF-8, or no YAML
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"`dataset` {path}{where}: no YAML ({getattr(error, 'problem', error)}); expected a list of "
                         f"entries with {', '.join(COLUMNS)}") from None
    if not isinstance(document, yaml.SequenceNode):
        raise InputError(f"`dataset` {path}, line 1: expected a list of entries with {', '.join(COLUMNS)}")
    rows = []
    for node in document.value:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        entry = [(key.value, value.value) for key, value in pairs
                 if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)]
        line, keys = node.start_mark.line + 1, [key for key, _ in entry]
        twice = [key for key in COLUMNS if keys.count(key) > 1]
        if twice:
            raise InputError(f"`dataset` {path}, line {line}: has {twice[0]} twice; expected {', '.join(COLUMNS)}")
        rows.append((line, dict(entry)))
    return rows


ROW_READERS: dict[str, Callable[[Path], Rows]] = {
    ".csv": _csv_rows,
    ".yaml": _yaml_rows,
    ".yml": _yaml_rows,
}
