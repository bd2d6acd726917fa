"""Jobs on Ray: workers on this machine or on many, what each is given, and what happens when one is lost."""
import importlib
import os
import platform
import shutil
import signal
import socket
import tempfile
import time
import traceback
from argparse import Namespace
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from getpass import getuser
from hashlib import sha256
from pathlib import Path

from utils.results import store
from utils.errors import DiskError, InputError

try:
    import ray
except ImportError:
    ray = None

RETRIES = 3  # of a job whose failure may have been the worker's
LOCAL_STORE = 100_000_000  # bytes of shared memory; hardly anything passes through it
LOOK_AGAIN_EVERY = 5.0  # seconds, for machines that have joined or left
GIVE_UP_AFTER = 60.0  # seconds without any machine


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt at a job.

    Attributes:
        failure: why there is no result, one line; "" if there is one.
        worth_retrying: another worker may succeed.
        files: name -> contents of the result's files, where they are to be handed over.
    """
    failure: str = ""
    worth_retrying: bool = False
    files: dict = field(default_factory=dict)


class Worker:
    """A process that makes one result after the other. Networks and meshes stay loaded between them."""

    def __init__(self, threads):
        os.environ["TQDM_DISABLE"] = "1"  # nobody looks at its bars
        import torch

        import utils.jobs.prepare  # with all that a job needs, before there is one
        torch.set_num_threads(threads)

    def place(self):
        """Where it runs: for people, and the node's id."""
        return f"process {os.getpid()} on {platform.node()}", ray.get_runtime_context().get_node_id()

    def forget(self, args, settings):
        """Remove a result that has been handed over."""
        shutil.rmtree(_own_folder(args, settings), ignore_errors=True)

    def do(self, script, args, settings, marker):
        """Make one result, as the script does: an Outcome.

        Args:
            script: name of the module.
            args: its options.
            settings: that the result must have. Another mesh or other weights on this machine are not accepted.
            marker: a file that is seen here if the folder of the results is; None: hand the result over.
        """
        try:
            if marker is None:
                args = Namespace(**{**vars(args), "checkpoint_dir": _own_folder(args, settings)})
            elif not marker.exists():
                return Outcome(f"{args.checkpoint_dir} on {platform.node()} is not the folder of that name where the "
                               "sweep was started; pass --gather")
            module = importlib.import_module(script)
            found = module.find(args)
            if found.settings != settings:
                names = [name for name in settings if found.settings.get(name) != settings[name]]
                return Outcome(f"{platform.node()} has another {', '.join(names)} than the machine where the sweep was "
                               "started; give both the same files")
            module.report(*module.run(args), args.plot)
            return Outcome(files={} if marker else store.files_of(found.path))
        except DiskError as error:
            return Outcome(str(error), worth_retrying=True)
        except InputError as error:
            return Outcome(str(error))
        except Exception as error:
            traceback.print_exc()  # into Ray's log
            out_of_memory = isinstance(error, MemoryError) or any(
                words in str(error) for words in ("out of memory", "can't allocate memory"))
            where = traceback.extract_tb(error.__traceback__)[-1]
            return Outcome(f"{type(error).__name__}: {error} ({Path(where.filename).name}, line {where.lineno})",
                           worth_retrying=out_of_memory or isinstance(error, OSError))


@contextmanager
def connected(address=None):
    """Ray, started on this machine or, with an address, joined.

    Raises:
        InputError: if Ray is not installed, or no cluster answers.
    """
    if ray is None:
        raise InputError("Ray is not installed; pip install -r requirements-cluster.txt (map.py and optim.py do "
                         "without it)")
    stopped = []

    def stop(number, frame):
        stopped.append(number)  # Python drops what is raised in the moment of a fork, and Ray forks
        raise KeyboardInterrupt

    requests = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) != signal.SIG_IGN]
    for request in requests:
        signal.signal(request, stop)
    try:
        if address is None:
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            ray.init("local", include_dashboard=False, object_store_memory=LOCAL_STORE, log_to_driver=False,
                     logging_level="ERROR")
        else:
            if address != "auto":  # Ray takes minutes to find out that nobody is there
                host, _, port = address.rpartition(":")
                socket.create_connection((host, int(port)), timeout=5).close()
            ray.init(address, log_to_driver=False, logging_level="ERROR")
    except SystemExit:  # Ray's own answer to a request to terminate
        raise KeyboardInterrupt from None
    except (OSError, RuntimeError, ValueError) as error:
        what = "Ray cannot be started here" if address is None else f"--address {address}: no cluster can be joined"
        raise InputError(f"{what} ({_first_line(error)}); a cluster is started with: ray start --head, on the other "
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


def default_gpus():
    """GPUs that a job gets where nothing else is asked for: 1 if there are any."""
    return min(1, ray.cluster_resources().get("GPU", 0))


def hire(gpus, cpus, most):
    """Start workers for `run` before its jobs are known: at most so many, and not more than there is room for."""
    return [_Hand(cpus, gpus) for _ in range(min(_room(cpus, gpus), most))]


def run(jobs, gpus, cpus, max_concurrent, marker=None, workers=()):
    """Do jobs, several at a time, each in one worker.

    Args:
        jobs: utils.jobs.matrix.Jobs in the order in which they are best done.
        gpus, cpus: that a job gets.
        max_concurrent: jobs at a time, where the cluster holds as many.
        marker: a file in the folder of the results, which all machines share and the workers write to. None: the
            results come back through Ray and are written here.
        workers: what `hire` gave, if it was called.

    Yields:
        job, failure, last: after every attempt; `failure` is "" or a line, `last` whether this was the last attempt.

    Raises:
        InputError: if no machine of the cluster has room for a job.
    """
    waiting, attempts, meshes_taken = list(jobs), Counter(), set()
    idle, busy = list(workers), {}  # Hands; Ray's reference to an outcome -> (Hand, Job)
    seen = time.monotonic()
    with ExitStack() as cleanup:
        cleanup.callback(lambda: [hand.dismiss() for hand in [*idle, *(hand for hand, _ in busy.values())]])
        while waiting or busy:
            room = min(_room(cpus, gpus), max_concurrent)
            if room or busy:
                seen = time.monotonic()
            elif time.monotonic() - seen > (GIVE_UP_AFTER if attempts else 0):
                raise InputError(f"no machine of the cluster has {cpus:g} CPUs and {gpus:g} GPUs for a job; start "
                                 "some, or pass smaller --cpus_per_job and --gpus_per_job")
            while waiting and len(busy) < room:
                hand = idle.pop() if idle else _Hand(cpus, gpus)
                job = hand.choose(waiting, meshes_taken)
                meshes_taken.add(job.mesh)
                busy[hand.begin(job, marker)] = hand, job
            if not waiting:  # what idle workers hold may be what a new one on a smaller cluster waits for
                while idle:
                    idle.pop().dismiss()
            ready, _ = ray.wait(list(busy), timeout=LOOK_AGAIN_EVERY) if busy else (time.sleep(1), [])
            for reference in ready or ():
                hand, job = busy.pop(reference)
                outcome = hand.end(reference, job)
                attempts[job] += 1
                if outcome.worth_retrying:  # by another worker
                    hand.dismiss()
                else:
                    idle.append(hand)
                last = not outcome.worth_retrying or attempts[job] > RETRIES
                if not last:
                    job.shunned.add(hand.node)
                    waiting.insert(0, job)
                yield job, outcome.failure, last


class _Hand:
    """A worker as seen from here, and what it has loaded."""

    def __init__(self, cpus, gpus):
        self.actor = ray.remote(Worker).options(num_cpus=cpus, num_gpus=gpus).remote(max(1, int(cpus)))
        self.place = self.actor.place.remote()
        self.name, self.node = "a worker", None
        self.network, self.meshes = None, set()
        self.claim = ExitStack()

    def choose(self, waiting, meshes_taken):
        """Take the job out of the list that needs least to be loaded: first by network, then by mesh."""
        def cost(job):
            mesh = 0 if job.mesh in self.meshes else 2 if job.mesh in meshes_taken else 1
            return self.node in job.shunned, job.args.network != self.network, mesh

        job = min(waiting, key=cost)
        waiting.remove(job)
        return job

    def begin(self, job, marker):
        """Start a job: Ray's reference to its outcome."""
        self.network = job.args.network
        self.meshes.add(job.mesh)
        if marker is None:  # the worker's own lock is on another machine
            self.claim.enter_context(store.ResultFile(job.path, job.settings).locked())
        return self.actor.do.remote(job.script.__name__, job.args, job.settings, marker)

    def end(self, reference, job):
        """The outcome of a job, with its files in their place."""
        with self.claim:
            with suppress(ray.exceptions.RayError):
                self.name, self.node = ray.get(self.place, timeout=1)
            return self._received(reference, job)

    def _received(self, reference, job):
        try:
            outcome = ray.get(reference)
        except ray.exceptions.RayTaskError as error:
            return Outcome(f"{self.name}: {type(error.cause).__name__}: {_first_line(error.cause)}")
        except ray.exceptions.RayError as error:
            return Outcome(f"{self.name} {_how_it_died(error)}", worth_retrying=True)
        try:
            if outcome.files:
                store.take_in(job.path, outcome.files)
                with suppress(ray.exceptions.RayError):  # waited for, as the worker may be dismissed next
                    ray.get(self.actor.forget.remote(job.args, job.settings))
        except DiskError as error:
            return Outcome(str(error))
        return outcome

    def dismiss(self):
        """End the worker; what it was doing is kept as far as it was saved."""
        ray.kill(self.actor)
        self.claim.close()


def _room(cpus, gpus):
    """How many jobs the cluster's machines hold."""
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return sum(int(min(machine.get("CPU", 0) // cpus, machine.get("GPU", 0) // gpus if gpus else float("inf")))
               for machine in machines)


def remove_old_markers(folder):
    """Remove the markers of sweeps that were killed on this machine."""
    for marker in folder.glob(f".sweep.{platform.node()}.*"):
        if not Path("/proc", marker.suffix[1:]).exists():
            with suppress(OSError):
                marker.unlink()


@contextmanager
def marker_in(folder):
    """A file by which a worker sees that it has the same folder.

    Raises:
        InputError: if the folder cannot be written to.
    """
    path = folder.absolute() / f".sweep.{platform.node()}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to ({error.strerror}); choose another folder with "
                         "--checkpoint_dir") from None
    try:
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


def _own_folder(args, settings):
    """Where a worker keeps a result that it will hand over.

    The same for the same result of the same sweep, so that a run goes on; never another sweep's.
    """
    name = sha256(repr((str(args.checkpoint_dir), sorted(settings.items()))).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"semantic-robustness-{getuser()}", name)


def _how_it_died(error):
    if isinstance(error, ray.exceptions.OutOfMemoryError) or "running low on memory" in str(error):
        return "died: its machine was running low on memory"
    return "died: it was killed, or its machine left"


def _first_line(error):
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
