"""sweep.py: on this machine, on a cluster of two nodes, and what becomes of jobs that fail."""
import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

import map as map_script
import sweep as script
from benchmarks.faults import difference, same_results
from utils.errors import InputError
from utils.runs import cluster, worker
from utils.runs import result_file as store
from utils.runs.lock import Taken, is_locked
from utils.runs.matrix import Task, parse_numbers
from utils.runs.worker import Outcome, Worker

ROOT = Path(__file__).parents[1]
QUICK = ("--networks", "tests.tiny:network", "--gpu", "-1", "--step", "30", "--n_iterations", "3", "--initial_width",
         "5", "--methods", "OIR_W,naive", "--initial_points", "130,30", "--certify", "0", "--engine", "torch")
needs_ray = pytest.mark.skipif(cluster.ray is None, reason="needs Ray: pip install -r requirements-cluster.txt")


@pytest.mark.parametrize("text, expected", [("0-3,7", [0, 1, 2, 3, 7]), ("4", [4]), ("2,0-2", [2, 0, 1])])
def test_lists_of_parse_numbers(text, expected):
    assert parse_numbers(text, "--classes") == expected


@pytest.mark.parametrize("text", ["", "a", "3-1", "1,,2", "-3", "1-"])
def test_lists_that_are_none(text):
    with pytest.raises(InputError, match="--classes .*is none of the expected numbers and ranges such as 0-3,7"):
        parse_numbers(text, "--classes")


@pytest.mark.parametrize("words, complaint", [
    (("--classes", "8-10"), "--classes 10: expected one of"), (("--objects", "x"), "--objects x: 'x' is none of"),
    (("--jobs", "map,report"), "'report' is not known"), (("--step", "0"), "--step 0"), (("--beta", "2"), "--beta 2"),
    (("--gpu", "0"), "--gpu 0: Ray hands out the GPUs"), (("--gpu", "-1", "--gpus_per_job", "1"), "--gpu -1"),
    (("--cpus_per_job", "0"), "--cpus_per_job 0: expected"), (("--max_concurrent", "0"), "--max_concurrent 0"),
    (("--weights", "w.pth", "--networks", "vgg,tests.tiny:network"), "--weights w.pth: belongs to one network"),
    (("--class_nb=1",), "unrecognized arguments: --class_nb"),
    ((*QUICK, "--classes", "5", "--objects", "0", "--checkpoint_dir", "/proc/none"), "/proc/none: cannot be written"),
    (("--networks", "resnte", "--classes", "0", "--objects", "0"), "did you mean resnet")])
def test_bad_input_is_one_line(words, complaint, run_script, tmp_path):
    code, out, err = run_script(script, "--checkpoint_dir", tmp_path, *words)
    lines = [line for line in re.split("[\r\n]+", err) if line.strip() and not line.startswith("looking: ")]
    assert complaint in lines[0] and os.listdir(tmp_path) == []
    if "did you mean" in complaint:  # a job that cannot be done does not keep others from being done
        assert code == 1 and len(lines) == 2 and re.search(r"^all +2 +0 +0 +2 +0$", out, re.M)
    else:
        assert code == 2 and len(lines) == 1 and lines[0].startswith("sweep.py: error: ")


def test_without_ray_one_line_says_so(run_script, monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "ray", None)
    code, _, err = run_script(script, *QUICK, "--classes", 5, "--objects", 0, "--checkpoint_dir", tmp_path)
    assert code == 2 and err.splitlines()[-1].startswith("sweep.py: error: Ray is not installed; pip install -r")


@pytest.mark.parametrize("left", [".sweep.{host}.999999999", *(
    f"tests.tiny_network/5/0/{name}" for name in (".map.lock", ".map.pt.999999999", "map.partial.pt"))])
def test_what_a_sweep_that_was_killed_at_its_very_end_left_is_removed(left, run_script, tmp_path):
    words = (*QUICK, "--classes", 5, "--objects", 0, "--jobs", "map", "--checkpoint_dir", tmp_path)
    [job] = script.wanted(script.parse_args([*map(str, words)]))
    job.update_state()
    left = tmp_path / left.format(host=platform.node())
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"left")
    os.utime(left, ns=(0, 0))
    store.ResultFile(job.path, job.settings)._write(job.path, {})
    code, _, err = run_script(script, *words)
    assert code == 0, err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [job.path]


@needs_ray
@pytest.mark.parametrize("address, reason", [
    ("nonsense", "expected HOST:PORT, or auto"), ("", "expected HOST:PORT, or auto"),
    ("127.0.0.1:99999", "expected HOST:PORT"), (f"127.0.0.1:{'9' * 5000}", "expected HOST:PORT"),
    ("127.0.0.1:9", "Connection refused"), ("nobody.invalid:6379", "")])
def test_an_address_where_no_cluster_is(address, reason, run_script, tmp_path):
    code, _, err = run_script(script, *QUICK, "--classes", 5, "--objects", 0, "--checkpoint_dir", tmp_path, "--address",
                              address)
    assert code == 2 and os.listdir(tmp_path) == []
    line = err.splitlines()[-1]
    assert line.startswith(f"sweep.py: error: --address {address[:40]}") and " no cluster can be joined (" in line
    assert reason in line


def test_status_tells_the_states_apart_and_touches_nothing(run_script, tmp_path):
    words = (*QUICK, "--checkpoint_dir", tmp_path, "--classes", 5, "--objects", "0-5", "--jobs", "map")
    jobs = script.wanted(script.parse_args([*map(str, words)]))
    for job in jobs:
        job.update_state()
    assert os.listdir(tmp_path) == []
    done, other, damaged, failed, unfinished, running = (store.ResultFile(job.path, job.settings) for job in jobs)
    done.save_finished({})
    store.ResultFile(other.path, {**other.settings, "step": 5}).save_finished({})
    damaged.path.write_bytes(b"half a file")
    store.record_failure(failed.path, "no memory")
    unfinished.save_unfinished({}, now=True)
    with running.locked():
        before = sorted(tmp_path.rglob("*"))
        code, out, _ = run_script(script, "status", *words)
        assert sorted(tmp_path.rglob("*")) == before
    assert code == 1
    assert re.search(r"^tests.tiny:network map 5 cup +D O F F U R$", out, re.M)
    assert re.search(r"^1 made with other settings than .* The first: map of tests.tiny:network on cup 1: .*step 5, "
                     "now 30.0", out, re.M)
    assert re.search(r"^map of tests.tiny:network on cup 2: .*cannot be read as a result", out, re.M)
    assert re.search(r"^map of tests.tiny:network on cup 3: no memory$", out, re.M)


class FakeWorker(cluster._WorkerHandle):
    """A worker that notes what it is given; outcomes are taken off the lists in `outcomes`."""
    made, outcomes = [], {}

    def __init__(self, cpus, gpus):
        self.network, self.meshes, self.node, self.stopped, self.given = None, set(), len(self.made), False, []
        self.made.append(self)

    def begin(self, job, marker):
        self.network = job.options.network
        self.meshes.add(job.mesh)
        self.given.append(job)
        return object()

    def end(self, reference, job):
        planned = self.outcomes.get(str(job))
        return planned.pop(0) if planned else Outcome()

    def stop(self):
        self.stopped = True


@pytest.fixture
def attempts(monkeypatch, tmp_path):
    """attempts(outcomes, *words): what happens to a sweep's jobs on two workers that fail as planned."""
    class FakeRay:
        @staticmethod
        def wait(references, timeout):
            return references[:1], references[1:]

    monkeypatch.setattr(cluster, "ray", FakeRay)
    monkeypatch.setattr(cluster, "_WorkerHandle", FakeWorker)
    monkeypatch.setattr(cluster, "_room", lambda cpus, gpus: 2)
    FakeWorker.made = []

    def run(outcomes, *words):
        FakeWorker.outcomes = outcomes
        jobs = script.wanted(script.parse_args([*map(str, words), "--checkpoint_dir", str(tmp_path)]))
        return [(str(job), failure, last) for job, failure, last in
                cluster.run(jobs, 0, 1, 2, workers=cluster.start_workers(0, 1, 2))]

    return run


def test_what_is_worth_it_is_tried_three_times_more_on_other_workers(attempts):
    cup, vase = "map of tests.tiny:network on cup 0", "map of tests.tiny:network on vase 0"
    died = Outcome("died", worth_retrying=True)
    seen = attempts({cup: [died] * 9, vase: [Outcome("no such mesh")] * 9}, *QUICK, "--jobs", "map",
                    "--classes", "5,8", "--objects", "0-1")
    assert [entry for entry in seen if entry[0] == cup] == [(cup, "died", False)] * 3 + [(cup, "died", True)]
    assert [entry for entry in seen if entry[0] == vase] == [(vase, "no such mesh", True)]
    assert Counter(name for name, failure, _ in seen if not failure) == Counter(
        ["map of tests.tiny:network on cup 1", "map of tests.tiny:network on vase 1"])
    assert all([str(job) for job in worker.given].count(cup) <= 1 for worker in FakeWorker.made)


def test_workers_change_networks_seldom_and_keep_to_their_meshes(attempts):
    seen = attempts({}, "--networks", "alexnet,tests.tiny:network,vgg", "--classes", "3,5", "--objects", "0-3")
    assert len(seen) == len({name for name, *_ in seen}) == 3 * 2 * 2 * 4
    for one in FakeWorker.made:
        networks = [job.options.network for job in one.given]
        changes = sum(a != b for a, b in zip(networks, networks[1:]))
        assert changes <= 2
    loaded = sum(len({job.mesh for job in worker.given}) for worker in FakeWorker.made)
    assert len(FakeWorker.made) == 2 and loaded <= 10  # 8 if no worker ever had to help out


def test_no_more_workers_are_started_than_there_is_room_or_work_for(attempts):
    assert [len(cluster.start_workers(0, 1, most)) for most in (0, 1, 2, 9)] == [0, 1, 2, 2]


def test_a_stopped_sweep_stops_looking(monkeypatch, run_script, tmp_path):
    looked = []
    monkeypatch.setattr(Task, "update_state", lambda job: (looked.append(job), time.sleep(0.05)))

    @contextmanager
    def interrupted(address):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(cluster, "connected", interrupted)
    code, _, err = run_script(script, *QUICK, "--checkpoint_dir", tmp_path)
    assert code == 130 and "sweep.py: stopped" in err
    assert 1 <= len(looked) < 20


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_that_gets_lost_while_ray_starts_is_heard(request_to_stop, monkeypatch, run_script, tmp_path):
    def start(*args, **options):
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), request_to_stop)
            time.sleep(1)

    ended = []
    monkeypatch.setattr(cluster, "ray", SimpleNamespace(init=start, shutdown=lambda: ended.append(True)))
    code, _, err = run_script(script, *QUICK, "--classes", 5, "--objects", 0, "--checkpoint_dir", tmp_path)
    assert code == 130 and "sweep.py: stopped" in err and ended and os.listdir(tmp_path) == []


@pytest.mark.parametrize("error, worth_retrying", [
    (MemoryError("no room"), True), (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
    (RuntimeError("CUDA out of memory"), True), (OSError(5, "Input/output error"), True),
    (InputError("--step: bad"), False), (ValueError("a mistake in the program"), False)])
def test_which_failures_are_worth_another_attempt(error, worth_retrying, monkeypatch, tmp_path):
    def fail(options):
        raise error

    monkeypatch.setattr(map_script, "run", fail)
    [job] = script.wanted(script.parse_args([*QUICK, "--jobs", "map", "--classes", "5", "--objects", "0",
                                             "--checkpoint_dir", str(tmp_path)]))
    job.update_state()
    outcome = Worker.do(None, "map", job.options, job.settings, tmp_path)
    assert str(error) in outcome.failure and outcome.worth_retrying == worth_retrying


def test_a_worker_with_another_mesh_or_folder_refuses(tmp_path):
    [job] = script.wanted(script.parse_args([*QUICK, "--jobs", "map", "--classes", "5", "--objects", "0",
                                             "--checkpoint_dir", str(tmp_path)]))
    job.update_state()
    elsewhere = {**job.settings, "mesh_hash": "another"}
    assert "has another mesh_hash than" in Worker.do(None, "map", job.options, elsewhere, tmp_path).failure
    outcome = Worker.do(None, "map", job.options, job.settings, tmp_path / "not there")
    assert "pass --gather" in outcome.failure and list(tmp_path.rglob("*.pt")) == []


def test_a_sweeps_own_options_are_named(run_script, tmp_path):
    words = ("--gpu", "-1", "--classes", 0, "--objects", 0, "--jobs", "map", "--checkpoint_dir", tmp_path)
    for network, complaint in (("resnte", "--networks resnte: not known; did you mean resnet"),
        ("", "--networks : not"),
                               ("no.such:x", "--networks no.such:x: no.such cannot be imported")):
        code, out, err = run_script(script, "status", "--networks", network, *words)
        assert code == 1 and err == "" and complaint in out, out


def test_an_error_of_one_job_is_that_jobs(monkeypatch, run_script, tmp_path):
    real = map_script.find

    def find(options):
        if options.object_nb == 1:
            raise IndexError("a mesh that nobody\nthought of")
        return real(options)

    monkeypatch.setattr(map_script, "find", find)
    code, out, err = run_script(script, "status", *QUICK, "--jobs", "map", "--classes", 5, "--objects", "0-2",
                                "--checkpoint_dir", tmp_path)
    assert code == 1 and re.search(r"^tests.tiny:network map 5 cup +\. F \.$", out, re.M) and err == ""
    assert "map of tests.tiny:network on cup 1: IndexError: a mesh that nobody thought of\n" in out


def test_a_task_that_another_process_is_at_work_on_is_put_back(attempts, monkeypatch, tmp_path):
    words = (*QUICK, "--jobs", "map", "--classes", "5", "--objects", "0-2")
    tasks = script.wanted(script.parse_args([*map(str, words), "--checkpoint_dir", str(tmp_path)]))
    for task in tasks:
        task.update_state()
    monkeypatch.setattr(cluster.time, "sleep", lambda seconds: None)
    FakeWorker.outcomes, seen, elsewhere = {}, [], store.ResultFile(tasks[0].path, tasks[0].settings)

    def begin(worker, task, marker):
        with store.ResultFile(task.path, task.settings).locked(wait=False):
            worker.given.append(task)
        return object()

    monkeypatch.setattr(FakeWorker, "begin", begin)
    with ExitStack() as other:
        other.enter_context(elsewhere.locked())
        for task, failure, last in cluster.run(tasks, 0, 1, 1):
            seen.append((task.options.object_nb, failure, last))
            if len(seen) == 3:
                elsewhere.save_finished({})
                other.close()
    assert [number for number, *_ in seen] == [0, 1, 2, 0] and [last for *_, last in seen] == [False, True, True, True]
    assert seen[0][1] == f"{tasks[0].path}: process {os.getpid()} on {platform.node()} is making it"
    assert not any(failure for _, failure, _ in seen[1:])
    assert tasks[0] not in [task for worker in FakeWorker.made for task in worker.given]  # it was made elsewhere


def test_a_task_is_done_here_once_the_process_that_was_at_work_on_it_has_failed(attempts, monkeypatch):
    held = iter([True, True, False])
    monkeypatch.setattr(Task, "is_locked", lambda task: next(held))
    monkeypatch.setattr(Task, "is_done_now", lambda task: False)
    monkeypatch.setattr(cluster, "_finished", lambda references: references)
    refused = iter([Taken("process 1 on there is making it")])

    def begin(worker, task, marker):
        for error in refused:
            raise error
        return object()

    monkeypatch.setattr(FakeWorker, "begin", begin)
    seen = attempts({}, *QUICK, "--jobs", "map", "--classes", "5", "--objects", "0")
    name = "map of tests.tiny:network on cup 0"
    assert seen == [(name, "process 1 on there is making it", False), (name, "", True)]


def test_a_gathered_result_takes_the_place_of_no_other(tmp_path):
    words = (*QUICK, "--jobs", "map", "--classes", "5", "--objects", "0", "--checkpoint_dir", tmp_path)
    [task] = script.wanted(script.parse_args([*map(str, words)]))
    task.update_state()
    store.ResultFile(task.path, {**task.settings, "step": 5}).save_finished({})
    handle = object.__new__(cluster._WorkerHandle)
    handle.claim = ExitStack()
    with pytest.raises(store.OtherSettings, match="step 5, now 30.0.*; pass --override"):
        handle.begin(task, None)
    assert os.listdir(task.path.parent) == ["map.pt"]


def test_a_folder_that_one_task_cannot_write_to_is_that_tasks(attempts, monkeypatch):
    def begin(worker, task, marker):
        if task.options.object_nb == 0:
            raise InputError("cannot be written to")
        return object()

    monkeypatch.setattr(FakeWorker, "begin", begin)
    seen = attempts({}, *QUICK, "--jobs", "map", "--classes", "5", "--objects", "0-1")
    assert sorted(seen) == [("map of tests.tiny:network on cup 0", "cannot be written to", True),
                            ("map of tests.tiny:network on cup 1", "", True)]


def test_the_marker_of_a_sweep_that_goes_on_is_kept_on_whatever_machine_it_is(tmp_path):
    with cluster.marker_in(tmp_path / "new") as marker:
        cluster.remove_old_markers(tmp_path / "new")
        assert marker.exists() and is_locked(marker)
        with cluster.marker_in(tmp_path / "new") as other:
            assert other != marker
    assert os.listdir(tmp_path / "new") == []
    (tmp_path / ".sweep.otherhost.1").touch()  # process 1 is always there
    cluster.remove_old_markers(tmp_path)
    assert os.listdir(tmp_path) == ["new"]


def test_the_folder_for_temporary_files_is_ones_own(monkeypatch, tmp_path):
    monkeypatch.setattr(worker.tempfile, "gettempdir", lambda: str(tmp_path))
    folder = worker._private_folder()
    assert folder.parent == tmp_path and folder.stat().st_mode & 0o777 == 0o700 and worker._private_folder() == folder
    folder.chmod(0o755)
    with pytest.raises(InputError, match="expected a folder of your own that nobody else has rights to; remove it, or"):
        worker._private_folder()
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="expected a folder of your own"):
        worker._private_folder()
    folder.unlink()
    folder.mkdir(mode=0o700)
    mine = os.getuid()
    monkeypatch.setattr(worker.os, "getuid", lambda: mine + 1)
    folder.rename(tmp_path / f"semantic-robustness-{mine + 1}")
    with pytest.raises(InputError, match="expected a folder of your own"):
        worker._private_folder()
    monkeypatch.setattr(worker.tempfile, "gettempdir", lambda: "/proc/none")
    with pytest.raises(InputError, match="cannot be made .*; set TMPDIR"):
        worker._private_folder()


@needs_ray
def test_how_a_job_that_was_killed_died():
    died = cluster._how_it_died
    assert died(cluster.ray.exceptions.OutOfMemoryError("x")) == "died: its machine was running low on memory"
    assert "low on memory" in died(RuntimeError("The worker was killed because the node was running low on memory."))
    assert died(RuntimeError("connection lost")) == "died: it was killed, or its machine left"


@pytest.fixture(scope="module")
def two_nodes():
    """The address of a cluster of two nodes with one CPU each."""
    pytest.importorskip("ray", reason="needs Ray: pip install -r requirements-cluster.txt")
    from ray.cluster_utils import Cluster
    both = Cluster(initialize_head=True, head_node_args=dict(num_cpus=1, include_dashboard=False))
    both.add_node(num_cpus=1)
    yield both.address
    both.shutdown()


@pytest.fixture
def sequential(tmp_path):
    """sequential(*words): a folder with what the scripts make one after the other."""
    def run(*words):
        folder = tmp_path / "sequential"
        for job in script.wanted(script.parse_args([*words, "--checkpoint_dir", str(folder)])):
            job.script.run(job.options)
        return folder

    return run


def test_two_nodes_one_worker_killed_nothing_lost_or_doubled(two_nodes, sequential, tmp_path):
    folder = tmp_path / "swept"
    words = (*QUICK, "--classes", "5", "--objects", "0-5")
    process = subprocess.Popen([sys.executable, "sweep.py", *words, "--checkpoint_dir", folder, "--address", two_nodes],
                               cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while len(list(folder.rglob("*.pt"))) < 3 and process.poll() is None:
        time.sleep(0.01)
    victim = None
    while victim is None and process.poll() is None:
        for lock in folder.rglob(".*.lock"):  # it names its process
            if found := re.match(r"process (\d+) on ", lock.read_text() if lock.exists() else ""):
                victim = int(found[1])
    assert Path(f"/proc/{victim}/cmdline").read_bytes().startswith(b"ray::Worker")
    os.kill(victim, signal.SIGKILL)
    out, err = process.communicate()
    assert process.returncode == 0, err
    job = r"(map|optim) of tests.tiny:network on cup \d"
    assert re.search(rf"{job}: process {victim} on \S+ died: .*; trying again", err)
    assert re.search(r"^all +12 +0 +12 +0 +0$", out, re.M)
    assert same_results(folder, sequential(*words)), difference(folder, sequential(*words))


def test_results_come_back_from_machines_without_the_folder(two_nodes, sequential, run_script, tmp_path):
    words = (*QUICK, "--classes", "8", "--objects", "0-1", "--jobs", "map")
    (tmp_path / "gathered/tests.tiny_network/8/1").mkdir(parents=True)
    store.record_failure(tmp_path / "gathered/tests.tiny_network/8/1/map.pt", "an earlier sweep's")
    code, out, err = run_script(script, *words, "--checkpoint_dir", tmp_path / "gathered", "--address", two_nodes,
                                "--gather", "--plot", "--max_concurrent", 1)
    assert code == 0, err
    pictures = sorted((tmp_path / "gathered").rglob("*.png"))
    assert [path.read_bytes()[:4] for path in pictures] == [b"\x89PNG"] * 2
    for path in pictures:
        path.unlink()
    assert same_results(tmp_path / "gathered", sequential(*words))


@needs_ray
def test_a_killed_sweep_goes_on_with_exactly_what_is_missing(sequential, run_script, tmp_path):
    folder = tmp_path / "swept"
    words = (*QUICK, "--classes", "5", "--objects", "0-3", "--jobs", "map")
    process = subprocess.Popen([sys.executable, "sweep.py", *words, "--checkpoint_dir", folder], cwd=ROOT,
                               stderr=subprocess.DEVNULL)
    while not list(folder.rglob("map.pt")) and process.poll() is None:  # and not what is being written
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    damaged = folder / "tests.tiny_network/5/3/map.pt"
    damaged.parent.mkdir(exist_ok=True)
    damaged.write_bytes(b"half a file")
    there = {path: path.stat().st_mtime_ns for path in folder.rglob("map.pt")}
    code, out, err = run_script(script, *words, "--checkpoint_dir", folder)
    assert code == 1
    before, done = map(int, re.search(r"^all +4 +(\d) +(\d) +1 +0$", out, re.M).groups())
    assert before >= 1 and before + done == 3
    assert {path: path.stat().st_mtime_ns for path in there if path != damaged}.items() <= there.items()
    assert "map of tests.tiny:network on cup 3: " in err and "cannot be read as a result" in err
    assert "trying again" not in err
    assert damaged.read_bytes() == b"half a file"
    assert "cannot be read" in damaged.with_name("map.failed.txt").read_text()

    assert run_script(map_script, "--network", "tests.tiny:network", *QUICK[2:6], "--class_nb", 5, "--object_nb", 3,
                      "--engine", "torch", "--checkpoint_dir", folder, "--override")[0] == 0
    assert same_results(folder, sequential(*words)), difference(folder, sequential(*words))
