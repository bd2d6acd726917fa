"""The answers of f, in order: stored as they come, and played back by a run that goes on.

An optimizer, a search, a certificate or a map is a plain loop that asks f. With the same answers the same loop asks the
same questions again, so that the answers are all there is to store. A run that was stopped starts from the beginning;
the journal answers what was asked before, and f is asked from there on.

A white object's image changes in steps as the camera moves. The network is asked once for each different image, which
the journal knows by a hash of its pixels.

A journal is a file: a line of JSON with the settings of the run, then records. A record is a header (HEADER) and a
table with a row for each view. If the last record was not written to its end, it is dropped.
"""
from __future__ import annotations

import json
import os
import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from ..errors import DiskError, InputError
from ..files import status_of
from ..regions import ndinterval
from ..results.layout import ADVICE, OR_ELSE
from .progress import Bar

if TYPE_CHECKING:
    from ..semantic.confidence import Confidence

FORMAT = "semantic-robustness journal 1"
HEADER = struct.Struct("<c15sIII")  # kind, engine, stage, bytes of the table, CRC-32 of all that and the table
VALUES, GRADIENTS = b"V", b"G"  # kinds of records
ANSWER = ("score", "top1", "top1_score")


def table_type(kind: bytes, n: int) -> np.dtype:
    """The columns of a record's table, for points of n numbers."""
    of_values = [("image", "V16"), *zip(ANSWER, ("<f4", "<i4", "<f4"))]
    of_gradients = [("score", "<f4"), ("gradient", "<f8", (n,))]
    return np.dtype([("point", "<f8", (n,)), *(of_values if kind == VALUES else of_gradients)])


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
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); {OR_ELSE}") from None
    except Exception as error:  # whatever a damaged file makes the reader stumble over
        raise InputError(f"{path}: cannot be read as the journal of an unfinished run ({type(error).__name__}); "
                         f"{OR_ELSE}") from None


@dataclass
class _Record:
    """A stored record, and how many of its rows have been played."""
    begin: int
    kind: bytes
    engine: str
    stage: int
    table: np.ndarray
    n_played: int = 0


class Journal:
    """f of a run, with its answers stored: journal(points), journal.answers(points), journal.value_and_grad(points).

    Attributes:
        parameters: names of a point's n numbers.
        label: index of the object's class among the network's outputs.
        domain: box of all allowed points; None for a run that may leave it.
        n_stored: views whose answers an earlier run stored.
        n_asked: views that were asked for in this run, played back or not.
        n_images: different images among those whose values were asked for.
        engines: names of what computed the network's values.
    """

    def __init__(self, make_f: Callable[[], Confidence], parameters: tuple[str, ...], path: Path,
                 settings: dict[str, Any], label: int, domain: ndinterval | None = None,
                 override: bool = False) -> None:
        """Read what an earlier run with the same settings stored.

        Args:
            make_f: () -> the function; called when the first new question is asked.
            parameters: of a point.
            path: of the file. It is made when the first answer is stored.
            settings: of the run.
            label: index of the object's class among the network's outputs.
            domain: of the points, or None.
            override: stored answers that cannot be used are dropped.

        Raises:
            InputError: for a damaged file.
        """
        self.parameters, self.domain, self.label = parameters, domain, label
        self.path, self.settings, self.override = path, settings, override
        self.engines: set[str] = set()
        self.n_asked = 0
        self._make_f, self._made_f = make_f, None
        self._answers: dict[bytes, tuple[float, int, float]] = {}  # by the hash of the image
        self._stage, self._bar, self._file = 0, None, None
        self._records, self._end = self._read() if stored_settings(path) is not None else (deque(), 0)
        self.n_stored = sum(len(record.table) for record in self._records)

    @property
    def n_images(self) -> int:
        return len(self._answers)

    def __call__(self, points: Any) -> np.ndarray:
        """The score at points [N, n]: [N] float32."""
        return self.answers(points)["score"]

    def answers(self, points: Any) -> np.ndarray:
        """What the network says at points [N, n]: a table [N] with the columns of ANSWER."""
        return self._ask(VALUES, points)

    def value_and_grad(self, points: Any) -> tuple[np.ndarray, np.ndarray]:
        """Score and gradient at points [N, n]: [N] float32, [N, n] float64."""
        table = self._ask(GRADIENTS, points)
        return table["score"], table["gradient"]

    @contextmanager
    def stage(self, description: str, total: int | None = None, settings: Any = None) -> Iterator[Bar]:
        """A part of the run, with a bar of its own over its views.

        Stored answers to a part that has other settings now are dropped, and so is all that was stored after them.

        Args:
            description: for people, before the bar; the same each time.
            total: how many views will be asked for, if it is known.
            settings: what the questions of this part depend on beside the settings of the run.
        """
        self._stage = zlib.crc32(repr((description, settings)).encode())
        with Bar(description, total) as self._bar:
            yield self._bar
        self._bar = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @property
    def _f(self) -> Confidence:
        if self._made_f is None:
            self._made_f = self._make_f()
        return self._made_f

    def _ask(self, kind: bytes, points: Any) -> np.ndarray:
        """The rows of points [N, n]: stored ones first, then new ones, a batch at a time."""
        points = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, len(self.parameters))
        tables = [np.empty(0, table_type(kind, points.shape[1]))]
        done = 0
        while done < len(points):
            table = self._played(kind, points[done:])
            is_new = table is None
            if table is None:
                table = self._computed(kind, points[done:done + self._f.classifier.batch_size])
                self._append(kind, table)
            if self._bar is not None:
                (self._bar.update if is_new else self._bar.skip)(len(table))
            tables.append(table)
            done += len(table)
        self.n_asked += len(points)
        return np.concatenate(tables)

    def _computed(self, kind: bytes, points: np.ndarray) -> np.ndarray:
        """The rows of a batch of points, computed. The network is asked for the values of new images alone."""
        table = np.empty(len(points), table_type(kind, points.shape[1]))
        table["point"] = points
        if kind == GRADIENTS:
            table["score"], table["gradient"] = self._f.value_and_grad(points)
            return table
        images = self._f.images(points)
        channels = images[:, :1] if images.stride(1) == 0 else images  # of a grey image all channels are one
        hashes = [xxhash.xxh3_128_digest(image) for image in channels.cpu().contiguous().numpy()]
        new = {key: k for k, key in reversed(list(enumerate(hashes))) if key not in self._answers}
        places = sorted(new.values())
        if places:
            if len(places) < len(images):
                images = channels[places].expand(-1, images.shape[1], -1, -1)
            found = self._f.answers(images)
            self._answers.update(zip([hashes[k] for k in places], zip(*(values.tolist() for values in found))))
        table["image"] = np.frombuffer(b"".join(hashes), "V16")
        for name, values in zip(ANSWER, zip(*(self._answers[key] for key in hashes))):
            table[name] = values
        return table

    def _played(self, kind: bytes, points: np.ndarray) -> np.ndarray | None:
        """The next stored rows, as many as there are of the points; None if there are none left.

        Raises:
            InputError: if they are of other points.
        """
        if not self._records:
            return None
        record = self._records[0]
        rows = record.table[record.n_played:record.n_played + len(points)]
        is_same = record.kind == kind and rows["point"].tobytes() == points[:len(rows)].tobytes()
        if record.stage != self._stage or (self.override and not is_same):
            self._drop_the_rest()
            return None
        if not is_same:
            raise InputError(f"{self.path}: holds answers to other questions than are asked now; another version of "
                             f"this program made it; {OR_ELSE}")
        self.engines.add(record.engine)
        if kind == VALUES:
            answers = zip(*(rows[name].tolist() for name in ANSWER))
            self._answers.update(zip(map(bytes, rows["image"]), answers))
        record.n_played += len(rows)
        if record.n_played == len(record.table):
            self._records.popleft()
        return rows

    def _drop_the_rest(self) -> None:
        """Forget the stored records that have not been played."""
        record = self._records[0]
        self._records.clear()
        self._end = record.begin
        if record.n_played:
            self._append(record.kind, record.table[:record.n_played], record.engine)

    def _append(self, kind: bytes, table: np.ndarray, engine: str = "") -> None:
        """Store a record.

        Raises:
            DiskError: if it cannot be written; the file is then as it was.
        """
        engine = engine or self._f.classifier.engine_name
        self.engines.add(engine)
        content = table.tobytes()
        header = HEADER.pack(kind, engine.encode(), self._stage, len(content), 0)
        record = HEADER.pack(kind, engine.encode(), self._stage, len(content), zlib.crc32(header + content)) + content
        try:
            if self._file is None:
                self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o666)
                os.ftruncate(self._file, self._end)
            if not self._end:
                first = json.dumps(dict(format=FORMAT, settings=self.settings)) + "\n"
                record = first.encode() + record
            written = os.pwrite(self._file, record, self._end)
            if written < len(record):  # the next try says why
                os.pwrite(self._file, record[written:], self._end + written)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file or self.path, self._end)
                if not self._end:
                    self.path.unlink()
            raise DiskError(f"{self.path}: cannot be written ({error.strerror}); what was saved before is kept: "
                            f"{ADVICE}") from None
        self._end += len(record)

    def _read(self) -> tuple[deque[_Record], int]:
        """The stored records, and where they end.

        Raises:
            InputError: if the file cannot be read, or a record before the last is damaged.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read ({error.strerror}); {OR_ELSE}") from None
        records: deque[_Record] = deque()
        at = content.index(b"\n") + 1
        while at + HEADER.size <= len(content):
            kind, engine, stage, length, checksum = HEADER.unpack_from(content, at)
            begin, end = at + HEADER.size, at + HEADER.size + length
            if end > len(content):
                break
            table = content[begin:end]
            if zlib.crc32(HEADER.pack(kind, engine, stage, length, 0) + table) != checksum:
                if end == len(content) or self.override:
                    break
                raise InputError(f"{self.path}: is damaged at byte {at:,}; {OR_ELSE}")
            rows = np.frombuffer(table, table_type(kind, len(self.parameters)))
            records.append(_Record(at, kind, engine.rstrip(b"\0").decode(), stage, rows))
            at = end
        return records, at
