"""The file of a journal: the settings of its run, then f's answers, appended as they come.

The first line is JSON. Then come records: a header (HEADER) and a table with a row for each view. A record that was not
written to its end is dropped.
"""
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DiskError, InputError
from ..files import status_of, whole_file
from ..results.layout import ADVICE, OR_ELSE

FORMAT = "semantic-robustness journal 1"
HEADER = struct.Struct("<c15sIII")  # kind, engine, stage, bytes of the table, CRC-32 of all that and the table
VALUES, GRADIENTS = b"V", b"G"  # kinds of records
ANSWER = ("score", "top1", "top1_score")
KEPT = f"what was saved before is kept: {ADVICE}"


def table_type(kind: bytes, n: int) -> np.dtype:
    """The columns of a record's table, for points of n numbers."""
    of_values = [("image", "V16"), *zip(ANSWER, ("<f4", "<i4", "<f4"))]
    of_gradients = [("score", "<f4"), ("gradient", "<f8", (n,))]
    return np.dtype([("point", "<f8", (n,)), *(of_values if kind == VALUES else of_gradients)])


@dataclass(frozen=True)
class Record:
    """Answers of f to points that were asked at once."""
    kind: bytes  # VALUES or GRADIENTS
    engine: str  # what computed the network's values
    stage: int  # number of the part of the run in which they were asked
    table: np.ndarray  # of `table_type`

    def packed(self) -> bytes:
        """As it stands in the file."""
        content = self.table.tobytes()
        start = self.kind, self.engine.encode(), self.stage, len(content)
        return HEADER.pack(*start, zlib.crc32(HEADER.pack(*start, 0) + content)) + content


@contextmanager
def readable(path: Path, what: str) -> Iterator[None]:
    """Whatever a damaged file makes its reader stumble over becomes an InputError, of one line."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); {OR_ELSE}") from None
    except Exception as error:
        raise InputError(f"{path}: cannot be read as {what} ({type(error).__name__}); {OR_ELSE}") from None


def stored_settings(path: Path) -> dict[str, Any] | None:
    """The settings of the run that a journal is of; None if there is no journal.

    Raises:
        InputError: if the file is none of this program's journals.
    """
    with readable(path, "the journal of an unfinished run"), suppress(FileNotFoundError, NotADirectoryError):
        status_of(path)
        with open(path, "rb") as file:
            line = file.readline()
        if line.endswith(b"\n"):  # else not even that was written to its end
            first = json.loads(line)
            if first["format"] != FORMAT:
                raise ValueError("another format")
            return dict(first["settings"])
    return None


def read_records(path: Path, n: int) -> Iterator[Record]:
    """The records of a journal, of points of n numbers.

    Raises:
        InputError: if the file cannot be read, or a record before the last is damaged.
    """
    if stored_settings(path) is None:
        return
    content = path.read_bytes()
    at = content.index(b"\n") + 1
    while at + HEADER.size <= len(content):
        kind, engine, stage, length, checksum = HEADER.unpack_from(content, at)
        end = at + HEADER.size + length
        table = content[at + HEADER.size:end]
        if zlib.crc32(HEADER.pack(kind, engine, stage, length, 0) + table) != checksum:
            if end >= len(content):
                return
            raise InputError(f"{path}: is damaged at byte {at:,}; {OR_ELSE}")
        yield Record(kind, engine.rstrip(b"\0").decode(), stage, np.frombuffer(table, table_type(kind, n)))
        at = end


def rewritten(path: Path, settings: dict[str, Any], records: Sequence[Record]) -> FileIO:
    """The file of a journal, written again with the records of an earlier run, and open for more.

    Raises:
        DiskError: if it cannot be written.
    """
    first = json.dumps(dict(format=FORMAT, settings=settings)).encode() + b"\n"
    with whole_file(path, KEPT) as temporary:
        temporary.write_bytes(first + b"".join(record.packed() for record in records))
    return open(path, "ab", buffering=0)


def append(record: Record, file: FileIO) -> None:
    """Write one more record.

    Raises:
        DiskError: if it cannot be written; the file is then as it was.
    """
    content, end = record.packed(), file.tell()
    try:
        while content:
            content = content[file.write(content):]
    except OSError as error:
        with suppress(OSError):
            file.truncate(end)
            file.seek(end)
        raise DiskError(f"{file.name}: cannot be written ({error.strerror}); {KEPT}") from None
