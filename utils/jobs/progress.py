"""A bar over a run whose state is saved on the way."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

if TYPE_CHECKING:
    from utils.jobs.prepare import Job


@contextmanager
def progress(job: Job, total: int, done: int, unit: str,
             state: Callable[[], dict[str, Any]]) -> Iterator[Callable[[int], None]]:
    """Yield advance(n), to be called after every n units; it moves the bar and saves the state every few seconds.

    After Ctrl-C the state is saved once more, and KeyboardInterrupt goes on.

    Args:
        job: the run's.
        total, done: units that there are, and that an earlier run has done.
        unit: of the bar.
        state: () -> what `job.file.unfinished()` will give to the run that goes on.
    """
    description = f"{job.network.folder} on {job.shape.shape_id}"
    with tqdm(total=total, initial=done, unit=unit, desc=description) as bar:
        def advance(n: int) -> None:
            bar.update(n)
            job.file.save_unfinished(state)

        try:
            yield advance
        except KeyboardInterrupt:
            job.file.save_unfinished(state, now=True)
            raise
