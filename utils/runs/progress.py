"""A bar over a run whose state is saved on the way."""
from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

FIRST = "{desc}: compiling, once"
TELL_EVERY = 1.0  # seconds between two texts for a listener

listeners: list[Callable[[str], None]] = []  # are called with how far a run is, such as "1,204 of 4,080 views"

if TYPE_CHECKING:
    from .find import Job


@contextmanager
def progress(job: Job, total: int, done: int, unit: str,
             state: Callable[[], dict[str, Any]]) -> Iterator[Callable[[int], None]]:
    """Yield advance(n), to be called after every n units; it moves the bar and saves the state every few seconds.

    The first units may wait for programs that are compiled once. The bar says so, and they are not in its rate.

    After Ctrl-C the state is saved once more, and KeyboardInterrupt goes on.

    Args:
        job: the run's.
        total, done: units that there are, and that an earlier run has done.
        unit: of the bar.
        state: () -> what `job.file.unfinished()` will give to the run that goes on.
    """
    description = f"{job.network.folder} on {job.shape.shape_id}"
    with tqdm(total=total, initial=done, unit=unit, desc=description, bar_format=FIRST) as bar:
        first, count, told = True, done, 0.0

        def advance(n: int) -> None:
            nonlocal first, count, told
            count += n
            if time.monotonic() - told >= TELL_EVERY:
                told = time.monotonic()
                for listener in listeners:
                    listener(f"{count:,} of {total:,} {unit}s")
            if first:
                bar.bar_format = None
                bar.unpause()
                bar.initial = bar.last_print_n = done + n
            bar.update(n)
            if first:
                bar.refresh()
            first = False
            job.file.save_unfinished(state)

        try:
            yield advance
        except KeyboardInterrupt:
            job.file.save_unfinished(state, now=True)
            raise
