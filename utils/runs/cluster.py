"""Tasks on Ray: which worker is given which, on this machine or on many, and what happens when one is lost."""
from __future__ import annotations

import os
import secrets
import signal
import socket
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from ..errors import DiskError, InputError, described, first_line, is_out_of_memory
from .lock import Taken, locked, remove_if_free
from .matrix import Task
from .result_file import ResultFile, take_in
from .worker import Outcome, Worker

try:
    import ray
except ImportError:
    ray = None

RETRIES = 3  # of a task whose failure may have been the worker's
LAST_PORT = 65_535
LOCAL_STORE = 100_000_000  # bytes of shared memory; hardly anything passes through it
CHECK_EVERY = 5.0  # seconds, for machines that have joined or left
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
        what = "Ray cannot be started here" if address is None else f"--address {address}: no cluster can be joined"
        raise InputError(f"{what} ({first_line(error)}); a cluster is started with: ray start --head, on the other "
                         "machines: ray start --address HOST:6379, and joined with --address HOST:6379") from None
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
    if address is None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        ray.init("local", include_dashboard=False, object_store_memory=LOCAL_STORE, log_to_driver=False,
                 logging_level="ERROR")
        return
    if address != "auto":  # Ray takes minutes to find out that nobody is there
        host, _, port = address.rpartition(":")
        if not (host and port.isdecimal() and len(port) <= 5 and int(port) <= LAST_PORT):
            raise ValueError("expected HOST:PORT, or auto")
        socket.create_connection((host, int(port)), timeout=5).close()
    ray.init(address, log_to_driver=False, logging_level="ERROR")


def default_gpus() -> float:
    """GPUs that a task gets where nothing else is asked for: 1 if there are any."""
    return min(1, ray.cluster_resources().get("GPU", 0))


def start_workers(gpus: float, cpus: float, most: int) -> list[_WorkerHandle]:
    """Start workers for `run` before its tasks are known: at most so many, and not more than there is room for."""
    return [_WorkerHandle(cpus, gpus) for _ in range(min(_room(cpus, gpus), most))]


def run(tasks: Sequence[Task], gpus: float, cpus: float, max_concurrent: int, marker: Path | None = None,
        workers: Sequence[_WorkerHandle] = ()) -> Generator[tuple[Task, str, bool], None, None]:
    """Do tasks, several at a time, each in one worker.

    Args:
        tasks: in the order in which they are best done.
        gpus, cpus: that a task gets.
        max_concurrent: tasks at a time, where the cluster holds as many.
        marker: a file in the folder of the results, which all machines share and the workers write to. None: the
            results come back through Ray and are written here.
        workers: what `start_workers` gave, if it was called.

    Yields:
        task, failure, last: after every attempt; `failure` is "" or a line, `last` whether this was the last attempt.
            A task that another process is at work on is put back, which is told once, and taken up when that is over.

    Raises:
        InputError: if no machine of the cluster has room for a task.
    """
    waiting, attempts = list(tasks), Counter[Task]()
    meshes_taken: set[tuple[int, int]] = set()
    put_back: list[Task] = []
    idle, busy = list(workers), dict[Any, tuple[_WorkerHandle, Task]]()  # busy: by Ray's reference to an outcome
    last_room = time.monotonic()
    with ExitStack() as cleanup:
        cleanup.callback(lambda: _stop([*idle, *(worker for worker, _ in busy.values())]))
        while waiting or busy or put_back:
            for task in [task for task in put_back if not task.is_locked()]:
                put_back.remove(task)
                if task.is_done_now():
                    yield task, "", True
                else:
                    waiting.insert(0, task)
            room = min(_room(cpus, gpus), max_concurrent)
            if room or busy:
                last_room = time.monotonic()
            elif time.monotonic() - last_room > (GIVE_UP_AFTER if attempts else 0):
                raise InputError(f"no machine of the cluster has {cpus:g} CPUs and {gpus:g} GPUs for a job; start "
                                 "some, or pass smaller --cpus_per_job and --gpus_per_job")
            while waiting and len(busy) < room:
                worker = idle.pop() if idle else _WorkerHandle(cpus, gpus)
                task = worker.next_task(waiting, meshes_taken)
                try:
                    busy[worker.begin(task, marker)] = worker, task
                    meshes_taken.add(task.mesh)
                except InputError as error:
                    idle.append(worker)
                    if isinstance(error, Taken):
                        put_back.append(task)
                    yield task, str(error), not isinstance(error, Taken)
            if not waiting:  # what idle workers hold may be what a new one on a smaller cluster waits for
                _stop(idle)
                idle.clear()
            for reference in _finished(list(busy)):
                worker, task = busy.pop(reference)
                outcome = worker.end(reference, task)
                attempts[task] += 1
                if outcome.worth_retrying:  # by another worker
                    worker.stop()
                else:
                    idle.append(worker)
                last = not outcome.worth_retrying or attempts[task] > RETRIES
                if not last:
                    task.failed_on.add(worker.node)
                    waiting.insert(0, task)
                yield task, outcome.failure, last


def _stop(workers: Iterable[_WorkerHandle]) -> None:
    for worker in workers:
        worker.stop()


def _finished(references: list[Any]) -> list[Any]:
    """Those of Ray's references whose outcome is there; waits for the first, but not for long."""
    if not references:
        time.sleep(1)
        return []
    ready, _ = ray.wait(references, timeout=CHECK_EVERY)
    return ready


class _WorkerHandle:
    """A worker as it is known here, and what it has loaded."""

    def __init__(self, cpus: float, gpus: float) -> None:
        self.actor = ray.remote(Worker).options(num_cpus=cpus, num_gpus=gpus).remote(max(1, int(cpus)))
        self.place = self.actor.place.remote()
        self.name, self.node = "a worker", None
        self.network: str | None = None
        self.meshes: set[tuple[int, int]] = set()
        self.claim = ExitStack()

    def next_task(self, waiting: list[Task], meshes_taken: set[tuple[int, int]]) -> Task:
        """Take the task out of the list that needs least to be loaded: first by network, then by mesh."""
        def cost(task: Task) -> tuple[bool, bool, int]:
            mesh = 0 if task.mesh in self.meshes else 2 if task.mesh in meshes_taken else 1
            return self.node in task.failed_on, task.options.network != self.network, mesh

        task = min(waiting, key=cost)
        waiting.remove(task)
        return task

    def begin(self, task: Task, marker: Path | None) -> Any:
        """Start a task: Ray's reference to its outcome.

        Raises:
            Taken: if the results come back through Ray, and another process is at work on this one.
            InputError: if the result could not be written, or would take the place of one made from something else.
        """
        if marker is None:  # the worker's own lock is on another machine
            assert task.path is not None and task.settings is not None
            file = ResultFile(task.path, task.settings, task.options.override)
            with ExitStack() as claim:
                claim.enter_context(file.locked(wait=False))
                file.finished()  # raises for what is not to be overridden
                self.claim = claim.pop_all()
        self.network = task.options.network
        self.meshes.add(task.mesh)
        return self.actor.do.remote(task.script.__name__, task.options, task.settings, marker)

    def end(self, reference: Any, task: Task) -> Outcome:
        """The outcome of a task, with its files in their place."""
        with self.claim:
            with suppress(ray.exceptions.RayError):
                self.name, self.node = ray.get(self.place, timeout=1)
            return self._received(reference, task)

    def _received(self, reference: Any, task: Task) -> Outcome:
        try:
            outcome = ray.get(reference)
        except ray.exceptions.RayTaskError as error:
            return Outcome(f"{self.name}: {described(error.cause)}")
        except ray.exceptions.RayError as error:
            return Outcome(f"{self.name} {_how_it_died(error)}", worth_retrying=True)
        try:
            if outcome.files and task.path is not None:
                take_in(task.path, outcome.files)
                with suppress(ray.exceptions.RayError):  # waited for, as the worker may be stopped next
                    ray.get(self.actor.forget.remote(task.options, task.settings))
        except DiskError as error:
            return Outcome(str(error))
        return outcome

    def stop(self) -> None:
        """End the worker; what it was doing is kept as far as it was saved."""
        ray.kill(self.actor)
        self.claim.close()


def _room(cpus: float, gpus: float) -> int:
    """How many tasks the cluster's machines hold."""
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return sum(int(min(machine.get("CPU", 0) // cpus, machine.get("GPU", 0) // gpus if gpus else float("inf")))
               for machine in machines)


def remove_old_markers(folder: Path) -> None:
    """Remove the markers of sweeps that were killed, on whatever machine."""
    for marker in folder.glob(".sweep.*"):
        remove_if_free(marker)


@contextmanager
def marker_in(folder: Path) -> Iterator[Path]:
    """A file by which a worker knows that it has the same folder. It is locked as long as the sweep goes on.

    Raises:
        InputError: if the folder cannot be written to.
    """
    path = folder.absolute() / f".sweep.{secrets.token_hex(6)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to ({error.strerror}); choose another folder with "
                         "--checkpoint_dir") from None
    with locked(path):
        yield path


def _how_it_died(error: Exception) -> str:
    if isinstance(error, ray.exceptions.OutOfMemoryError) or is_out_of_memory(error):
        return "died: its machine was running low on memory"
    return "died: it was killed, or its machine left"
