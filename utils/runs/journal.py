"""The answers of f, in order: stored as they come, and played back by a run that goes on.

An optimizer, a search, a certificate or a map is a plain loop that asks f. With the same answers the same loop asks the
same questions again, so that the answers are all there is to store. A run that was stopped starts from the beginning;
the journal answers what was asked before, and f is asked from there on.

A white object's image changes in steps as the camera moves. The network is asked once for each different image, which
the journal knows by a hash of its pixels.
"""
from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..regions import ndinterval
from ..results.layout import OR_ELSE
from ..semantic.image_keys import channels_of, first_of_new, image_keys
from .progress import Bar
from .records import ANSWER, GRADIENTS, VALUES, Record, append, read_records, rewritten, table_type

if TYPE_CHECKING:
    from ..semantic.confidence import Confidence


class Journal:
    """f of a run, with its answers stored: journal(points), journal.answers(points), journal.value_and_grad(points).

    Attributes:
        parameters: names of a point's n numbers.
        label: index of the object's class among the network's outputs.
        domain: box of all allowed points; None for a run that may leave it.
        n_stored: views whose answers an earlier run stored.
        n_asked: views that were asked for in this run, played back or not.
        engines: names of what computed the network's values.
    """

    def __init__(self, make_f: Callable[[], Confidence], parameters: tuple[str, ...], label: int, path: Path,
                 settings: dict[str, Any], domain: ndinterval | None = None, override: bool = False) -> None:
        """Read what an earlier run with the same settings stored.

        Args:
            make_f: () -> the function; called when the first new question is asked.
            parameters, label, domain: attributes.
            path: of the journal's file.
            settings: of the run.
            override: damaged answers, and those to other questions, are dropped.

        Raises:
            InputError: for a damaged file.
        """
        self.parameters, self.label, self.domain = parameters, label, domain
        self.path, self.settings, self.override = path, settings, override
        self.n_asked, self.engines = 0, set[str]()
        self._make_f = make_f
        self._answers: dict[bytes, tuple[float, int, float]] = {}  # by the hash of the image
        self._stored, self._played = deque[Record](), list[Record]()
        self._file: FileIO | None = None
        self._stage = 0
        self._bar: Bar | None = None
        try:
            self._stored.extend(read_records(path, len(parameters)))
        except InputError:
            if not override:
                raise
        self.n_stored = sum(len(record.table) for record in self._stored)

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

    @property
    def n_images(self) -> int:
        """Different images among those whose values were asked for."""
        return len(self._answers)

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
        with Bar(description, total) as bar:
            self._bar = bar
            yield bar
        self._bar = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    @cached_property
    def _f(self) -> Confidence:
        return self._make_f()

    def _ask(self, kind: bytes, points: Any) -> np.ndarray:
        """The rows of points [N, n]: stored ones first, then new ones, a batch at a time."""
        points = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, len(self.parameters))
        tables = [np.empty(0, table_type(kind, points.shape[1]))]
        done = 0
        while done < len(points):
            table = self._play(kind, points[done:])
            is_new = table is None
            if table is None:
                table = self._compute(kind, points[done:done + self._f.classifier.batch_size])
            if self._bar is not None:
                (self._bar.update if is_new else self._bar.skip)(len(table))
            tables.append(table)
            done += len(table)
        self.n_asked += len(points)
        return np.concatenate(tables)

    def _play(self, kind: bytes, points: np.ndarray) -> np.ndarray | None:
        """The next stored rows, as many as there are of the points; None if there are none left.

        Raises:
            InputError: if they are of other points.
        """
        if not self._stored:
            return None
        record = self._stored[0]
        rows, rest = np.split(record.table, [len(points)])
        is_same = record.kind == kind and rows["point"].tobytes() == points[:len(rows)].tobytes()
        if record.stage != self._stage or (self.override and not is_same):
            self._stored.clear()
            return None
        if not is_same:
            raise InputError(f"{self.path}: holds answers to other questions than are asked now; another version of "
                             f"this program made it; {OR_ELSE}")
        self._stored.popleft()
        if len(rest):
            self._stored.appendleft(replace(record, table=rest))
        self._played.append(replace(record, table=rows))
        self.engines.add(record.engine)
        if kind == VALUES:
            self._answers.update(zip(map(bytes, rows["image"]), zip(*(rows[name].tolist() for name in ANSWER))))
        return rows

    def _compute(self, kind: bytes, points: np.ndarray) -> np.ndarray:
        """The rows of a batch of points, asked of f and stored."""
        table = np.empty(len(points), table_type(kind, points.shape[1]))
        table["point"] = points
        if kind == GRADIENTS:
            table["score"], table["gradient"] = self._f.gradient.value_and_grad(self._f, points)
        else:
            table["image"], columns = self._values(points)
            for name, values in zip(ANSWER, columns):
                table[name] = values
        engine = self._f.classifier.engine_name
        self.engines.add(engine)
        if self._file is None:
            self._file = rewritten(self.path, self.settings, self._played)
        append(Record(kind, engine, self._stage, table), self._file)
        return table

    def _values(self, points: np.ndarray) -> tuple[np.ndarray, Iterator[Any]]:
        """Hashes of the images at a batch of points, and the columns of ANSWER. The network is asked for new images."""
        images = self._f.views(points)
        hashes = image_keys(images)
        new = first_of_new(hashes, self._answers)
        if new:
            if len(new) < len(images):
                images = channels_of(images)[new].expand(-1, images.shape[1], -1, -1)
            found = self._f.answers(images)
            self._answers.update(zip((hashes[k] for k in new), zip(*(values.tolist() for values in found))))
        return np.frombuffer(b"".join(hashes), "V16"), zip(*(self._answers[key] for key in hashes))
