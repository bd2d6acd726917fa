"""What a worker of a sweep does: Ray's tasks, which make one result each in a process on some machine."""
from __future__ import annotations

import os
import platform
import shutil
import traceback
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from ..errors import DiskError, InputError, described, is_out_of_memory
from .progress import listeners
from .script import tune_process

if TYPE_CHECKING:
    from .sweep import Task


class Board:
    """What attempts say about themselves, by their numbers: a Ray actor."""

    def __init__(self) -> None:
        self.notes: dict[int, dict[str, str]] = {}

    def note(self, number: int, **said: str) -> None:
        """Remember what an attempt says: its place (process and machine), node, progress or failure."""
        self.notes.setdefault(number, {}).update(said)

    def read(self, numbers: list[int]) -> dict[int, dict[str, str]]:
        """What some attempts have said. That of others is forgotten."""
        self.notes = {number: self.notes.get(number, {}) for number in numbers}
        return self.notes


def get_ready(cpus: float) -> int | None:
    """The GPU of this task, by its number on this machine; None: there is none, or the process sees no other.

    The process is tuned for the task, which has so many CPUs.
    """
    import ray
    gpus = ray.get_gpu_ids()
    numbered = bool(gpus) and str(gpus[0]).isdigit()
    if numbered:  # Ray hides the other GPUs, and the next task in this process may be given one of them
        os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    tune_process()
    import torch
    torch.set_num_threads(max(1, int(cpus)))
    return int(gpus[0]) if numbered else None


def make(board: Any, number: int, task: Task, marker: Path | None, cpus: float) -> dict[str, bytes]:
    """Make one result, as the script does. The process ends where another one may succeed.

    Args:
        board: a handle of `Board`, where this attempt has a number.
        task: its settings are those that the result must have. Another mesh or other weights are not accepted.
        marker: a file that is there if the folder of the results is; None: return what the result's files hold.
        cpus: that the task has.

    Raises:
        InputError: why there is no result.
    """
    import ray

    def say(**said: str) -> None:
        with suppress(ray.exceptions.RayError):  # the board may have been killed
            ray.get(board.note.remote(number, **said))

    say(place=f"process {os.getpid()} on {platform.node()}", node=ray.get_runtime_context().get_node_id())
    gpu = get_ready(cpus)
    from .find import prepare  # brings torch: not before the process is ready for it
    listeners[:] = [lambda text: board.note.remote(number, progress=text)]
    options = task.options if gpu is None else replace(task.options, gpu=gpu)
    try:
        if marker is None:
            options = replace(options, checkpoint_dir=_own_folder(task))
        elif not marker.exists():
            raise InputError(f"{options.checkpoint_dir} on {platform.node()} is not the folder of that name where "
                             "the sweep was started; pass `gather`")
        job = prepare(options)
        assert task.file is not None
        ours, theirs = job.file.settings, task.file.settings
        names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
        if names:
            raise InputError(f"{platform.node()} has another {', '.join(names)} than the machine where the sweep was "
                             "started; give both the same files")
        task.script.show(*task.script.run(options), options.plot)
        return {} if marker else job.file.files()
    except Exception as error:
        failure = str(error)
        if not isinstance(error, InputError):
            traceback.print_exc()  # into Ray's log
            where = traceback.extract_tb(error.__traceback__)[-1]
            failure = f"{described(error)} ({Path(where.filename).name}, line {where.lineno})"
        if isinstance(error, (DiskError, OSError)) or is_out_of_memory(error):
            say(failure=failure)
            os._exit(1)  # frees the memory that it holds
        raise InputError(failure) from None


def forget(task: Task) -> None:
    """Remove a result that has been handed over."""
    shutil.rmtree(_own_folder(task), ignore_errors=True)


def _own_folder(task: Task) -> Path:
    """Where a worker keeps a result that it will hand over.

    The same for the same result of the same sweep, so that a run goes on; never another sweep's.
    """
    assert task.file is not None
    key = str(task.options.checkpoint_dir), sorted(task.file.settings.items())
    name = sha256(repr(key).encode()).hexdigest()[:16]
    return user_cache_path("semantic-robustness") / "sweeps" / name
