"""A bar over a run whose state is saved on the way."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

FIRST = "{desc}: compiling, once"

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
        first = True

        def advance(n: int) -> None:
            nonlocal first
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
