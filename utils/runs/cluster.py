"""A sweep's jobs as Ray's tasks, on this machine or on many, and what happens when one is lost.

Ray finds each task a process with the CPUs and GPUs that it needs, keeps processes for the tasks that come next, and
ends one before its machine runs out of memory. A task that has failed is given to Ray again from here: Ray's own
retries would not say so, might take the same process, and have no end where memory is short.
"""
from __future__ import annotations

import os
import random
import re
import secrets
import signal
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from ..errors import DiskError, InputError, described, first_line
from ..results.layout import DONE
from .lock import Taken, locked
from .result_file import make_folder
from .worker import Board, forget, make

try:
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On
except ImportError:
    ray = None

if TYPE_CHECKING:
    from .sweep import Task

RETRIES = 3  # of a task whose failure another process may be spared
LAST_PORT = 65_535
LOCAL_STORE = 100_000_000  # bytes of shared memory; hardly anything passes through it
LOOK_EVERY = 1.0  # seconds, for progress, and for machines that have joined or left
ANSWER_WITHIN = 5.0  # seconds, on what is soon done
GIVE_UP_AFTER = 60.0  # seconds without any machine


@contextmanager
def connected(address: str | None = None) -> Iterator[None]:
    """Ray, started on this machine or, with an address, joined.

    Raises:
        InputError: if Ray is not installed, or no cluster answers.
    """
    if ray is None:
        raise InputError("Ray is not installed; pip install -r requirements-cluster.txt (map.py and optim.py do "
                         "without it)")
    stopped = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)  # Python drops what is raised in the moment of a fork, and Ray forks
        raise KeyboardInterrupt

    requests = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) != signal.SIG_IGN]
    for request in requests:
        signal.signal(request, stop)
    try:
        _initialize(address)
    except SystemExit:  # Ray's own answer to a request to terminate
        raise KeyboardInterrupt from None
    except (OSError, RuntimeError, ValueError) as error:
        what = "Ray cannot be started here" if address is None else f"`address` {address}: no cluster can be joined"
        raise InputError(f"{what} ({first_line(error)}); a cluster is started with: ray start --head, on the other "
                         "machines: ray start --address HOST:6379, and joined with `address` HOST:6379") from None
    finally:
        for request in requests:  # Ray has put its own there
            signal.signal(request, signal.default_int_handler)
    try:
        if stopped:
            raise KeyboardInterrupt
        yield
    finally:
        ray.shutdown()


def _initialize(address: str | None) -> None:
    if address not in (None, "auto"):  # Ray takes minutes to find out that nobody is there
        found = re.fullmatch(r"(.+):(\d{1,5})", address)
        if not found or int(found[2]) > LAST_PORT:
            raise ValueError("expected HOST:PORT, or auto")
        socket.create_connection((found[1], int(found[2])), timeout=5).close()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    of_ours = dict(include_dashboard=False, object_store_memory=LOCAL_STORE) if address is None else {}
    ray.init(address or "local", log_to_driver=False, logging_level="ERROR", **of_ours)


def default_gpus() -> float:
    """GPUs that a task gets where nothing else is asked for: 1 if there are any."""
    return min(1, ray.cluster_resources().get("GPU", 0))


def _room(cpus: float, gpus: float) -> dict[str, int]:
    """How many tasks each machine of the cluster can hold, by the machine's id; machines without room are left out."""
    machines = {node["NodeID"]: node["Resources"] for node in ray.nodes() if node["Alive"]}
    room = {node: int(min(has.get("CPU", 0) // cpus, has.get("GPU", 0) // gpus if gpus else float("inf")))
            for node, has in machines.items()}
    return {node: n for node, n in room.items() if n}


def run(tasks: Sequence[Task], cpus: float, gpus: float, max_concurrent: int, marker: Path | None,
        show: Callable[[Iterable[str]], None]) -> Generator[tuple[Task, str, bool], None, None]:
    """Do tasks, several at a time.

    Args:
        tasks: in the order in which they are best done.
        cpus, gpus: that a task gets.
        max_concurrent: tasks at a time, where the cluster holds as many.
        marker: of `marker_in`. None: the results come back through Ray and are written here.
        show: is called about once a second with what is running, and how far it is.

    Yields:
        task, failure ("" or a line), and whether this was the last attempt. A task that another process is at work on
        waits for its end, which is said once.

    Raises:
        InputError: if no machine of the cluster has room for a task.
    """
    here = On(ray.get_runtime_context().get_node_id(), soft=False)
    board = ray.remote(Board).options(num_cpus=0, scheduling_strategy=here).remote()
    numbers, notes = count(), dict[int, dict[str, str]]()
    waiting, taken = list(tasks), set[Any]()
    running: dict[Any, tuple[int, Task, ExitStack]] = {}  # by Ray's reference to the outcome
    last_room = -GIVE_UP_AFTER
    try:
        while waiting or running:
            room_on = _room(cpus, gpus)
            room = min(sum(room_on.values()), max_concurrent)
            last_room = time.monotonic() if room else last_room
            if time.monotonic() - last_room > GIVE_UP_AFTER:
                raise InputError(f"no machine of the cluster has {cpus:g} CPUs and {gpus:g} GPUs for a job; start "
                                 "some, or pass smaller `cpus_per_job` and `gpus_per_job`")
            for task in list(waiting):
                if len(running) >= room:
                    break
                task.update_state()
                is_made, failure = task.state == DONE and not task.was_done, ""  # by another process, meanwhile
                try:
                    claim = None if is_made else _claim(task, gather=marker is None)
                except Taken as error:
                    if task not in taken:
                        yield task, str(error), False
                    taken.add(task)
                    continue
                except InputError as error:
                    claim, failure = None, str(error)
                waiting.remove(task)
                if claim is None:
                    if is_made and task.file is not None:
                        task.file.tidy()  # its process may have died right after it
                    yield task, failure, True
                    continue
                others = [node for node in room_on if node not in task.tried_on]
                where = On(random.choice(others), soft=True) if task.tried_on and others else "DEFAULT"
                number = next(numbers)
                reference = ray.remote(make).options(
                    num_cpus=cpus, num_gpus=gpus, max_retries=0, scheduling_strategy=where
                ).remote(board, number, task, marker, cpus)
                running[reference] = number, task, claim
            if not running:
                time.sleep(LOOK_EVERY)
                continue
            show(f"{task}: {notes.get(number, {}).get('progress', 'starting')}"
                 for number, task, _ in running.values())
            ended, _ = ray.wait(list(running), timeout=LOOK_EVERY)
            with suppress(ray.exceptions.RayError):
                notes = ray.get(board.read.remote([number for number, *_ in running.values()]), timeout=ANSWER_WITHIN)
            for reference in ended:
                number, task, claim = running.pop(reference)
                said = notes.get(number, {})
                with claim:
                    failure, worth_retrying = _received(reference, task, said)
                task.tried_on.append(said.get("node", ""))
                last = not worth_retrying or len(task.tried_on) > RETRIES
                if not last:
                    waiting.insert(0, task)
                yield task, failure, last
    finally:
        for reference, (_, _, claim) in running.items():
            ray.cancel(reference, force=True)  # what it was doing is kept as far as it was saved
            claim.close()


def _claim(task: Task, gather: bool) -> ExitStack:
    """The lock of a task's result while it comes back through Ray: its worker's own is on another machine.

    Raises Taken if another process is at work on it, and InputError if it must not be replaced or cannot be written.
    """
    assert task.file is not None
    with ExitStack() as claim:
        claim.enter_context(task.file.locked(wait=False))
        task.file.finished()  # raises for what is not to be overridden
        return claim.pop_all() if gather else ExitStack()


def _received(reference: Any, task: Task, said: dict[str, str]) -> tuple[str, bool]:
    """The failure of an attempt, "" if the result is in its place, and whether it is worth another."""
    assert task.file is not None
    place = said.get("place", "a worker")
    try:
        files = ray.get(reference)
        if files:
            task.file.take_in(files)
            there = On(said["node"], soft=True)
            ray.wait([ray.remote(forget).options(num_cpus=0, scheduling_strategy=there).remote(task)],
                     timeout=ANSWER_WITHIN)
    except DiskError as error:
        return str(error), False
    except ray.exceptions.RayTaskError as error:
        return str(error.cause) if isinstance(error.cause, InputError) else f"{place}: {described(error.cause)}", False
    except ray.exceptions.OutOfMemoryError:
        return f"{place} died: its machine was running low on memory", True
    except ray.exceptions.RayError:
        return said.get("failure") or f"{place} died: it was killed, or its machine left", True
    return "", False


@contextmanager
def marker_in(folder: Path) -> Iterator[Path]:
    """A file by which a worker knows that it has the same folder. It is locked as long as the sweep goes on."""
    make_folder(folder)
    path = folder.absolute() / f".sweep.{secrets.token_hex(6)}"
    path.touch()
    with locked(path):
        yield path
