"""sweep.py: on this machine, on a cluster of two nodes, and what becomes of jobs that fail."""
import io
import os
import platform
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
import torch

import map as map_script
import sweep as script
from benchmarks.faults import difference, processes_at_work
from utils.errors import DiskError, InputError
from utils.options.sweeps import parse_numbers
from utils.results.layout import SETTINGS, UNFINISHED
from utils.runs import cluster, find, progress, worker
from utils.runs.lock import is_locked
from utils.runs.result_file import ResultFile
from utils.runs.sweep import Task

ROOT = Path(__file__).parents[1]
QUICK = ("--networks", "tests.tiny:network", "--gpu", "-1", "--step", "30", "--n_iterations", "3", "--initial_width",
         "5", "--methods", "OIR_W,naive", "--initial_points", "130,30", "--certify", "0", "--engine", "torch")
CUP_0 = ("--jobs", "map", "--classes", "5", "--objects", "0")
CUP = "map of tests.tiny:network on cup {}".format


def tasks_of(*words):
    """The tasks that a command asks for, with their states."""
    tasks = script.wanted(script.parse_args([*map(str, (*QUICK, *words))]))
    for task in tasks:
        task.update_state()
    return tasks


@pytest.fixture
def cups(tmp_path):
    """cups("0-3"): tasks of maps of these cups."""
    return lambda numbers: tasks_of("--jobs", "map", "--classes", 5, "--objects", numbers, "--checkpoint_dir", tmp_path)


def finish(task, **other_settings):
    """Write the result of a task, or one that was made with other settings."""
    task.file.path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({SETTINGS: {**task.file.settings, **other_settings}}, task.file.path)


class FakeRay:
    """Ray with two machines of one CPU each. Its tasks end as planned: by name, what they return, call or raise."""
    class RayError(Exception):
        cause = property(lambda error: error.args[0])

    RayTaskError, OutOfMemoryError = type("RayTaskError", (RayError,), {}), type("OutOfMemoryError", (RayError,), {})
    exceptions = SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError, OutOfMemoryError=OutOfMemoryError)

    def __init__(self, plans):
        self.plans, self.notes, self.machines = plans, {}, ["one", "two"]
        self.given, self.on, self.cancelled, self.most_at_once, self.is_up = [], [], [], 0, False

    def init(self, *args, **options):
        self.is_up = True

    def shutdown(self):
        self.is_up = False

    def nodes(self):
        return [dict(NodeID=name, Alive=True, Resources=dict(CPU=1)) for name in self.machines]

    def get_runtime_context(self):
        return SimpleNamespace(get_node_id=lambda: "one")

    def remote(self, what):
        return SimpleNamespace(options=lambda scheduling_strategy, **others: SimpleNamespace(
            remote=lambda *args: self.start(what.__name__, scheduling_strategy, *args)))

    def start(self, what, node, *args):
        if what == "make":
            _, number, task, *_ = args
            self.given.append(str(task))
            self.on.append("one" if node == "DEFAULT" else node)
            self.notes[number] = dict(place=f"process {number} on {self.on[-1]}", node=self.on[-1])
            return number
        return SimpleNamespace(read=SimpleNamespace(remote=lambda numbers: "notes"))  # Board

    def wait(self, references, timeout):
        self.most_at_once = max(self.most_at_once, len(references))
        return references[:1], references[1:]

    def get(self, reference, timeout=None):
        if reference == "notes":
            return self.notes
        planned = self.plans.get(self.given[reference])
        outcome = planned.pop(0) if planned else {}
        outcome = outcome() if callable(outcome) else outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def cancel(self, reference, force):
        self.cancelled.append(reference)


@pytest.fixture
def fake(monkeypatch, tmp_path):
    """fake(plans) -> FakeRay, in the place of Ray."""
    def put(plans):
        ray = FakeRay(plans)
        monkeypatch.setattr(cluster, "ray", ray)
        return ray

    monkeypatch.setattr(cluster, "On", lambda node, soft: node, raising=False)
    monkeypatch.setattr(cluster, "LOOK_EVERY", 0.01)
    return put


@pytest.mark.parametrize("text, expected", [("0-3,7", [0, 1, 2, 3, 7]), ("4", [4]), ("2,0-2", [2, 0, 1])])
def test_lists_of_parse_numbers(text, expected):
    assert parse_numbers(text, "classes") == expected


@pytest.mark.parametrize("words, complaint", [
    *(((f"--classes={text}",), "is none of the expected numbers and ranges such as 0-3,7")
      for text in ("", "a", "3-1", "1,,2", "-3", "1-", "0-100000", "9" * 5000)),
    (("--jobs", "map,report"), "'report' is not known"), (("--step", "0"), "--step 0"), (("--beta", "2"), "--beta 2"),
    (("--gpu", "0"), "--gpu 0: Ray hands out the GPUs"), (("--gpu", "-1", "--gpus_per_job", "1"), "--gpu -1"),
    (("--weights", "w.pth", "--networks", "vgg,tests.tiny:network"), "--weights w.pth: belongs to one network"),
    ((*QUICK, *CUP_0, "--checkpoint_dir", "/proc/none"), "/proc/none: cannot be written"),
    ((*QUICK, *CUP_0, "--networks", "resnte"), "--networks resnte: not known; did you mean resnet")])
def test_bad_input_is_one_line(words, complaint, run_script, fake, tmp_path):
    fake({})
    code, out, err = run_script(script, "--checkpoint_dir", tmp_path, *words)
    lines = [line for line in re.split("[\r\n]+", err) if line.strip() and not line.startswith("looking: ")]
    assert complaint in lines[0] and os.listdir(tmp_path) == []
    if "did you mean" in complaint:  # it is that job's failure
        assert code == 1 and len(lines) == 1 and re.search(r"^all +1 +0 +0 +1 +0$", out, re.M)
    else:
        assert code == 2 and len(lines) == 1 and lines[0].startswith("sweep.py: error: ")


def test_without_ray_one_line_says_so(run_script, monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "ray", None)
    code, _, err = run_script(script, *QUICK, "--classes", 5, "--objects", 0, "--checkpoint_dir", tmp_path)
    assert code == 2 and err.splitlines()[-1].startswith("sweep.py: error: Ray is not installed; pip install -r")


@pytest.mark.skipif(cluster.ray is None, reason="needs Ray: pip install -r requirements-cluster.txt")
@pytest.mark.parametrize("address, reason", [
    ("nonsense", "expected HOST:PORT, or auto"), ("127.0.0.1:99999", "expected HOST:PORT"), ("", "expected HOST:PORT"),
    ("127.0.0.1:9", "Connection refused"), ("nobody.invalid:6379", "")])
def test_an_address_where_no_cluster_is(address, reason, run_script, tmp_path):
    code, _, err = run_script(script, *QUICK, *CUP_0, "--checkpoint_dir", tmp_path, "--address", address)
    line = err.splitlines()[-1]
    assert line.startswith(f"sweep.py: error: --address {address}: no cluster can be joined (") and reason in line
    assert code == 2 and os.listdir(tmp_path) == []


def test_status_tells_the_states_apart_and_touches_nothing(run_script, monkeypatch, tmp_path):
    words = ("--checkpoint_dir", tmp_path, "--classes", 5, "--objects", "0-6", "--jobs", "map")
    done, other, damaged, failed, begun, running, _ = tasks_of(*words)
    assert os.listdir(tmp_path) == []
    finish(done)
    finish(other, step=5)
    finish(damaged)
    damaged.file.path.write_bytes(b"half a file")
    failed.file.record_failure("no memory")
    state, prepare = ResultFile.state, find.prepare

    def prepare_all_but_the_last(options):
        if options.object_nb == 6:
            raise IndexError("a mesh that nobody\nthought of")
        return prepare(options)

    monkeypatch.setattr(find, "prepare", prepare_all_but_the_last)
    monkeypatch.setattr(ResultFile, "state", lambda file: (
        (UNFINISHED, "") if file.path == begun.file.path else state(file)))
    with running.file.locked():
        before = sorted(tmp_path.rglob("*"))
        code, out, _ = run_script(script, "status", *QUICK, *words)
        assert sorted(tmp_path.rglob("*")) == before
    assert code == 1 and re.search(r"^tests.tiny:network map +5 cup +D O F F U R F$", out, re.M)
    for line in ("1 made with other settings than .* The first: map of tests.tiny:network on cup 1: .*step 5, now 30.0",
                 "map of tests.tiny:network on cup 2: .*cannot be read as a result",
                 "map of tests.tiny:network on cup 3: no memory$",
                 "map of tests.tiny:network on cup 6: IndexError: a mesh that nobody thought of$"):
        assert re.search(f"^{line}", out, re.M)


def outcomes(tasks, most=9, show=lambda running: None):
    """What becomes of tasks on the fake Ray, whose results are gathered: [(number of the object, failure, last)]."""
    return [(task.options.object_nb, *rest) for task, *rest in cluster.run(tasks, 1, 0, most, None, show)]


def test_maps_of_a_sweep_may_be_from_a_part_of_their_views(tmp_path):
    by_script = {task.script: task.file.settings for task in tasks_of(
        "--classes", 5, "--objects", 0, "--step", 12, "--views", 200, "--checkpoint_dir", tmp_path)}
    assert by_script[map_script]["views"] == 200 and len(by_script) == 2
    assert all("views" not in settings for made_by, settings in by_script.items() if made_by is not map_script)


def test_what_is_worth_it_is_tried_three_times_more_on_another_machine(fake, cups):
    ray = fake({CUP(0): [FakeRay.RayError()] * 9, CUP(1): [FakeRay.RayTaskError(InputError("no such mesh"))] * 9,
                CUP(2): [FakeRay.RayTaskError(IndexError("a mistake"))] * 9, CUP(3): [FakeRay.OutOfMemoryError()]})
    ray.plans[CUP(4)] = [lambda: max(ray.notes.items())[1].update(failure="the disk is full") or FakeRay.RayError()]
    seen = [(number, re.sub(r"\d+ on \w+", "N", failure), last)
            for number, failure, last in outcomes(cups("0-4"), most=1)]
    died = "process N died: it was killed, or its machine left"
    assert seen == [(0, died, False)] * 3 + [
        (0, died, True), (1, "no such mesh", True), (2, "process N: IndexError: a mistake", True),
        (3, "process N died: its machine was running low on memory", False), (3, "", True),
        (4, "the disk is full", False), (4, "", True)]
    assert ray.on[:3] == ["one", "two", "one"] and ray.given[:4] == [CUP(0)] * 4


@pytest.mark.parametrize("most, at_once", [(1, 1), (9, 2)])
def test_networks_come_one_by_one_and_no_more_at_once_than_asked_for_or_possible(most, at_once, fake, tmp_path):
    words = ("--networks", "alexnet,tests.tiny:network", "--jobs", "map", "--classes", "3,5", "--objects", "0-3")
    tasks = script.wanted(script.parse_args([*words, "--checkpoint_dir", str(tmp_path)]))
    for number, task in enumerate(tasks):
        task.file = ResultFile(tmp_path / f"{number}/map.pt", {})
    ray = fake({})
    assert len(outcomes(tasks, most)) == len(set(ray.given)) == 16 and ray.most_at_once == at_once
    networks = [name.split()[2] for name in ray.given]
    assert networks == sorted(networks)


def test_machines_that_join_later_are_used(fake, cups):
    ray = fake({})
    ray.plans[CUP(1)] = [lambda: ray.machines.extend(["three", "four"]) or {}]
    outcomes(cups("0-7"))
    assert len(ray.given) == 8 and ray.most_at_once == 4


def test_no_room_for_a_job_is_said_in_a_line(fake, cups, monkeypatch, tmp_path):
    tasks, ray = cups("0-2"), fake({})
    with pytest.raises(InputError, match="no machine of the cluster has 2 CPUs and 0 GPUs for a job; start some"):
        list(cluster.run(tasks, 2, 0, 9, None, print))
    ray.plans[CUP(0)] = [lambda: ray.machines.clear() or {}]
    ray.wait = lambda references, timeout: (references[:1] if ray.machines else [], [])
    monkeypatch.setattr(cluster, "GIVE_UP_AFTER", 0.1)
    with pytest.raises(InputError, match="no machine of the cluster has 1 CPUs"):
        outcomes(tasks)
    assert ray.cancelled and not list(tmp_path.rglob(".map.lock"))


def test_what_runs_and_how_far_it_is_is_shown(fake, cups):
    ray, shown = fake({}), []
    ray.plans[CUP(0)] = [lambda: ray.notes[1].update(progress="4 of 48 views") or {}]
    outcomes(cups("0-2"), show=lambda running: shown.append(list(running)))
    assert shown == [[f"{CUP(0)}: starting", f"{CUP(1)}: starting"],
                     [f"{CUP(1)}: 4 of 48 views", f"{CUP(2)}: starting"], [f"{CUP(2)}: starting"]]


@pytest.mark.parametrize("gather", [(), ("--gather",)])
def test_a_sweep_that_is_stopped_stops_its_jobs_and_says_so(gather, fake, run_script, tmp_path):
    ray = fake({CUP(1): [lambda: os.kill(os.getpid(), signal.SIGINT) or time.sleep(1)]})
    ray.nodes = lambda: [dict(NodeID="one", Alive=True, Resources=dict(CPU=3))]
    words = ("--jobs", "map", "--classes", 5, "--objects", "0-3", "--checkpoint_dir", tmp_path)
    code, out, err = run_script(script, *QUICK, *words, *gather)
    assert code == 130 and err.endswith("sweep.py: stopped\n") and out == ""
    assert len(ray.given) == 4 and len(ray.cancelled) == 2 and not ray.is_up
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_a_stopped_sweep_stops_looking(fake, monkeypatch, run_script, tmp_path):
    looked, ray = [], fake({})
    monkeypatch.setattr(Task, "update_state", lambda task: (looked.append(task), time.sleep(0.05)))
    ray.init = lambda *args, **options: os.kill(os.getpid(), signal.SIGINT)
    code, _, err = run_script(script, *QUICK, "--checkpoint_dir", tmp_path)
    assert code == 130 and "sweep.py: stopped" in err and 1 <= len(looked) < 20


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_that_gets_lost_while_ray_starts_is_heard(request_to_stop, fake, run_script, tmp_path):
    def start(*args, **options):
        ray.is_up = True
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), request_to_stop)
            time.sleep(1)

    ray = fake({})
    ray.init = start
    code, _, err = run_script(script, *QUICK, *CUP_0, "--checkpoint_dir", tmp_path)
    assert code == 130 and "sweep.py: stopped" in err and not ray.is_up and os.listdir(tmp_path) == []


@pytest.fixture
def in_a_worker(monkeypatch):
    """in_a_worker(task, marker) -> what `make` returns, here; its notes and the GPUs of the task are attributes."""
    def run(task, marker):
        remember = SimpleNamespace(remote=lambda number, **said: run.notes.update(said))
        return worker.make(SimpleNamespace(note=remember), 0, task, marker, 1)

    run.notes, run.gpus = {}, []
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(
        get_gpu_ids=lambda: run.gpus, get=lambda reference: None,
        get_runtime_context=lambda: SimpleNamespace(get_node_id=lambda: "one"), exceptions=FakeRay.exceptions))
    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    monkeypatch.setattr(worker.os, "_exit", sys.exit)
    yield run
    progress.listeners.clear()


@pytest.mark.parametrize("error, worth_retrying", [
    (MemoryError("no room"), True), (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
    (RuntimeError("CUDA out of memory"), True), (OSError(5, "Input/output error"), True), (DiskError("full"), True),
    (InputError("--step: bad"), False), (ValueError("a mistake in the program"), False)])
def test_a_worker_ends_where_another_may_succeed(error, worth_retrying, cups, in_a_worker, monkeypatch, tmp_path):
    monkeypatch.setattr(map_script, "run", Mock(side_effect=error))
    [task] = cups("0")
    with pytest.raises(SystemExit if worth_retrying else InputError) as ended:
        in_a_worker(task, tmp_path)
    assert str(error) in (in_a_worker.notes["failure"] if worth_retrying else str(ended.value))
    assert in_a_worker.notes["place"] == f"process {os.getpid()} on {platform.node()}"


def test_a_worker_with_another_mesh_or_folder_refuses(cups, in_a_worker, tmp_path):
    [task] = cups("0")
    with pytest.raises(InputError, match="is not the folder of that name where the sweep was started; pass `gather`"):
        in_a_worker(task, tmp_path / "not there")
    task.file.settings["mesh_hash"] = "another"
    with pytest.raises(InputError, match="has another mesh_hash than the machine where the sweep was started"):
        in_a_worker(task, tmp_path)
    assert list(tmp_path.rglob("*.pt")) == []


def test_a_worker_says_how_far_it_is(in_a_worker, tmp_path):
    [task] = tasks_of(*CUP_0, "--checkpoint_dir", tmp_path, "--batch_size", "4")
    assert in_a_worker(task, tmp_path) == {} and task.file.path.exists()
    assert re.fullmatch(r"\d+ of 48 views", in_a_worker.notes["progress"])


@pytest.mark.parametrize("gpus, visible, expected", [
    ([], "0", None), ([2], "2", 2), (["1"], "1", 1), (["MIG-GPU-a"], "MIG-GPU-a", None)])
def test_a_process_that_stays_may_be_given_any_gpu(gpus, visible, expected, in_a_worker, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    in_a_worker.gpus = gpus
    assert worker.get_ready(1) == expected
    assert ("CUDA_VISIBLE_DEVICES" in os.environ) == (expected is None)


@pytest.mark.parametrize("gather", [False, True])
@pytest.mark.parametrize("made", [False, True])
def test_a_task_that_another_process_is_at_work_on_is_put_back(gather, made, fake, cups, tmp_path):
    tasks = cups("0-2")
    elsewhere, seen, ray = ResultFile(tasks[0].file.path, tasks[0].file.settings), [], fake({})
    with ExitStack() as other:
        other.enter_context(elsewhere.locked())
        for task, failure, last in cluster.run(tasks, 1, 0, 1, None if gather else tmp_path, print):
            seen.append((task.options.object_nb, failure, last))
            if len(seen) == 3:
                if made:
                    finish(tasks[0])
                other.close()
    assert seen == [(0, f"{tasks[0].file.path}: process {os.getpid()} on {platform.node()} is making it", False),
                    (1, "", True), (2, "", True), (0, "", True)]
    assert ray.given == [CUP(1), CUP(2)] + [CUP(0)] * (not made)


def test_what_is_not_even_begun(fake, cups):
    made, other, unwritable, last = cups("0-3")
    finish(made)  # meanwhile, by a process that then died
    made.file.path.with_name(".map.lock").touch()
    finish(other, step=5)
    unwritable.file.path.parent.touch()
    ray = fake({CUP(3): [lambda: {} if is_locked(last.file.path.with_name(".map.lock")) else 1 / 0]})  # it is gathered
    seen = outcomes([made, other, unwritable, last])
    assert seen[0] == (0, "", True) and seen[3] == (3, "", True) and ray.given == [CUP(3)]
    assert re.search(r"step 5, now 30.0.*; pass .*override", seen[1][1]) and "cannot be written to" in seen[2][1]
    assert [os.listdir(task.file.path.parent) for task in (made, other, last)] == [["map.pt"], ["map.pt"], []]


def test_what_killed_sweeps_left_is_removed_and_the_marker_of_one_that_goes_on_is_not(cups, run_script, tmp_path):
    [task] = cups("0")
    finish(task)
    with cluster.marker_in(tmp_path) as marker, cluster.marker_in(tmp_path) as other:
        for left in (tmp_path / ".sweep.otherhost.1", *map(task.file.path.with_name, (".map.lock", ".map.pt.9999999"))):
            left.touch()  # process 1 is always there
        assert run_script(script, *QUICK, *CUP_0, "--checkpoint_dir", tmp_path)[0] == 0
        assert {path for path in tmp_path.rglob("*") if path.is_file()} == {task.file.path, marker, other}
        assert is_locked(marker)
    assert not list(tmp_path.glob(".sweep.*"))


@pytest.fixture(scope="module")
def two_nodes():
    """The address of a cluster of two nodes with one CPU each, which this process has joined."""
    pytest.importorskip("ray", reason="needs Ray: pip install -r requirements-cluster.txt")
    from ray.cluster_utils import Cluster
    both = Cluster(initialize_head=True, head_node_args=dict(num_cpus=1, include_dashboard=False))
    both.add_node(num_cpus=1)
    with cluster.connected(both.address):
        yield both.address
    both.shutdown()


@pytest.fixture
def swept(two_nodes, run_script, monkeypatch, tmp_path):
    """swept(*words) -> (stdout, stderr) of sweep.py on the cluster. The workers of the sweep before go on."""
    monkeypatch.setattr(cluster, "connected", nullcontext)

    def run(*words, expected=0):
        code, out, err = run_script(script, *QUICK, *words, "--checkpoint_dir", tmp_path / "swept")
        assert code == expected, err
        return out, err

    return run


def assert_same_as_one_by_one(words, folder):
    """Compare what sweep.py has made with what the scripts make one after the other."""
    for task in tasks_of(*words, "--checkpoint_dir", folder / "one"):
        task.script.run(task.options)
    assert not difference(folder / "swept", folder / "one")


def test_two_nodes_one_worker_killed_nothing_lost_or_doubled(swept, tmp_path):
    killed = []

    def kill():
        """Kill a process at work once there are three results."""
        while not killed:
            time.sleep(0.01)
            for number in processes_at_work(tmp_path)[:1] if len([*tmp_path.rglob("*.pt")]) >= 3 else ():
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGSTOP)
                    time.sleep(0.1)
                    is_at_work = number in processes_at_work(tmp_path)
                    os.kill(number, signal.SIGKILL if is_at_work else signal.SIGCONT)
                    killed.extend([number] * is_at_work)

    threading.Thread(target=kill, daemon=True).start()
    words = ("--classes", "5", "--objects", "0-5")
    out, err = swept(*words)
    assert re.search(rf" of tests.tiny:network on cup \d: process {killed[0]} on \S+ died: .*; trying again", err), err
    assert re.search(r"^all +12 +0 +12 +0 +0$", out, re.M)
    assert_same_as_one_by_one(words, tmp_path)


def test_results_come_back_from_machines_without_the_folder(swept, monkeypatch, tmp_path):
    words = ("--classes", "8", "--objects", "0-1", "--jobs", "map")
    ResultFile(tmp_path / "swept/tests.tiny_network/8/1/map.pt", {}).record_failure("an earlier sweep's")
    terminal = io.StringIO()
    terminal.isatty, terminal.fileno = lambda: True, lambda: -1
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(os, "get_terminal_size", lambda number: os.terminal_size((70, 30)))
    monkeypatch.setenv("COLUMNS", "71")  # where older versions of tqdm look
    monkeypatch.setenv("LINES", "31")
    swept(*words, "--gather", "--plot", "--max_concurrent", 1)
    bars = [bar for bar in re.split("[\r\n]+", terminal.getvalue()) if "0/2 " in bar]
    assert any("map of tests.tiny:network on v" in bar for bar in bars) and max(map(len, bars)) <= 70
    pictures = sorted(tmp_path.rglob("*.png"))
    assert [path.read_bytes()[:4] for path in pictures] == [b"\x89PNG"] * 2
    for path in pictures:
        path.unlink()
    assert_same_as_one_by_one(words, tmp_path)
    assert not list(Path(os.environ["XDG_CACHE_HOME"], "semantic-robustness/sweeps").rglob("*.pt"))


def test_a_killed_sweep_goes_on_with_exactly_what_is_missing(swept, two_nodes, tmp_path):
    words = ("--classes", "5", "--objects", "0-3", "--jobs", "map")
    process = subprocess.Popen([sys.executable, "sweep.py", *QUICK, *words, "--checkpoint_dir", tmp_path / "swept",
                                "--address", two_nodes], cwd=ROOT, stderr=subprocess.DEVNULL)
    while not list(tmp_path.rglob("map.pt")) and process.poll() is None:  # and not what is being written
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    damaged = tmp_path / "swept/tests.tiny_network/5/3/map.pt"
    damaged.parent.mkdir(exist_ok=True)
    damaged.write_bytes(b"half a file")
    there = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("map.pt")}
    out, err = swept(*words, expected=1)
    before, done = map(int, re.search(r"^all +4 +(\d) +(\d) +1 +0$", out, re.M).groups())
    assert before >= 1 and before + done == 3
    assert {path: path.stat().st_mtime_ns for path in there} == there and damaged.read_bytes() == b"half a file"
    assert "map of tests.tiny:network on cup 3: " in err and "cannot be read as a result" in err
    assert not re.search("cup 3: .*trying again", err)
    assert "cannot be read" in damaged.with_name("map.failed.txt").read_text()
    swept("--classes", 5, "--objects", 3, "--jobs", "map", "--override")
    assert_same_as_one_by_one(words, tmp_path)
