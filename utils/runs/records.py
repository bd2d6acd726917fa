"""The file of a journal: the settings of its run, then f's answers, appended as they come.

The first line is JSON. Then come records: a header (HEADER) and a table with a row for each view. A record that was not
written to its end is dropped.
"""
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
    """Answers of f to points that were asked at once.

    Attributes:
        kind: VALUES or GRADIENTS.
        engine: what computed the network's values.
        stage: number of the part of the run in which they were asked.
        table: of `table_type`.
    """
    kind: bytes
    engine: str
    stage: int
    table: np.ndarray

    def packed(self) -> bytes:
        """As it stands in the file."""
        content = self.table.tobytes()
        start = self.kind, self.engine.encode(), self.stage, len(content)
        return HEADER.pack(*start, zlib.crc32(HEADER.pack(*start, 0) + content)) + content


def stored_settings(path: Path) -> dict[str, Any] | None:
    """The settings of the run that a journal is of; None if there is no journal.

    Raises:
        InputError: if the file is none of this program's journals.
    """
    try:
        status_of(path)
        with open(path, "rb") as file:
            line = file.readline()
        if not line.endswith(b"\n"):  # not even that was written to its end
            return None
        first = json.loads(line)
        if first["format"] != FORMAT:
            raise ValueError("another format")
        return dict(first["settings"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); {OR_ELSE}") from None
    except Exception as error:  # whatever a damaged file makes the reader stumble over
        raise InputError(f"{path}: cannot be read as the journal of an unfinished run ({type(error).__name__}); "
                         f"{OR_ELSE}") from None


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


class RecordFile:
    """A journal's file while it is written to."""

    def __init__(self, path: Path, settings: dict[str, Any], records: Sequence[Record]) -> None:
        """Write the file again with the records that are there, and keep it open.

        Args:
            path: of the file.
            settings: of the run.
            records: of an earlier run.

        Raises:
            DiskError: if it cannot be written.
        """
        self.path = path
        first = json.dumps(dict(format=FORMAT, settings=settings)).encode() + b"\n"
        with whole_file(path, KEPT) as temporary:
            temporary.write_bytes(first + b"".join(record.packed() for record in records))
        self._file = open(path, "ab", buffering=0)

    def append(self, record: Record) -> None:
        """Write one more record.

        Raises:
            DiskError: if it cannot be written; the file is then as it was.
        """
        content, end = record.packed(), self._file.tell()
        try:
            while content:
                content = content[self._file.write(content):]
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(end)
                self._file.seek(end)
            raise DiskError(f"{self.path}: cannot be written ({error.strerror}); {KEPT}") from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()
