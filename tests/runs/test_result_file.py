"""Results appear whole or not at all, and are never mistaken for others."""
import errno
import json
import os
import platform

import pytest
import torch

from tests.processes import Started
from utils import files
from utils.errors import InputError
from utils.results import layout
from utils.results.layout import ENGINE, result_path
from utils.runs import lock
from utils.runs.records import FORMAT
from utils.runs.result_file import ResultFile

SETTINGS = dict(step=3, mesh_hash="abc")
IN_A_PROCESS_OF_ITS_OWN = """
import sys, torch
from utils.runs.result_file import ResultFile
file = ResultFile(sys.argv[1], dict(step=3, mesh_hash="abc"), override="override" in sys.argv)
with file.locked():
    found = file.finished()
    print("found" if found else "locked", flush=True)
    if found is None and input() == "finish":
        file.save_finished(dict(z=torch.ones(2)))
"""


def begin(path, settings=SETTINGS):
    """An unfinished run's journal, beside a result."""
    path = path.with_suffix(".journal")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(format=FORMAT, settings=settings)) + "\n")
    return path


def test_a_finished_result_comes_back_and_opens_in_safe_mode(tmp_path):
    file = ResultFile(tmp_path / "a/b/map.pt", SETTINGS)
    assert file.finished() is None and file.unfinished() == tmp_path / "a/b/map.journal"
    begin(file.path)
    file.save_finished(dict(z=torch.ones(2)))
    assert os.listdir(tmp_path / "a/b") == ["map.pt"]
    contents = ResultFile(tmp_path / "a/b/map.pt", SETTINGS).finished()
    assert contents["z"].tolist() == [1, 1] and contents["settings"] == SETTINGS
    assert torch.load(tmp_path / "a/b/map.pt")["settings"] == SETTINGS


def test_what_was_made_from_something_else_is_not_used(tmp_path):
    ResultFile(tmp_path / "map.pt", SETTINGS).save_finished({})
    journal = begin(tmp_path / "map.pt")
    other = ResultFile(tmp_path / "map.pt", dict(step=5, mesh_hash="abc", new=1))
    for read in (other.finished, other.unfinished):
        with pytest.raises(InputError, match="new not recorded, now 1; step 3, now 5.*`override`"):
            read()
    same = ResultFile(tmp_path / "map.pt", {**SETTINGS, "textures": True})  # which the mesh's hash says
    assert same.finished() is not None and same.unfinished() == journal
    overriding = ResultFile(tmp_path / "map.pt", dict(step=5), override=True)
    assert overriding.finished() is None and overriding.unfinished() == journal and not journal.exists()


def test_an_overriding_run_that_was_stopped_goes_on(tmp_path):
    ResultFile(tmp_path / "map.pt", SETTINGS).save_finished({})
    again = ResultFile(tmp_path / "map.pt", SETTINGS, override=True)
    assert begin(tmp_path / "map.pt") == again.unfinished() and again.unfinished().exists()
    assert again.finished() is None


@pytest.fixture
def process():
    """process(path, *words) starts one that locks a result and then waits for a line of input."""
    started = []

    def start(path, *words):
        started.append(Started(IN_A_PROCESS_OF_ITS_OWN, path, *words))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


@pytest.mark.parametrize("words", [(), ("override",)])
def test_of_two_processes_one_computes_and_the_other_waits_for_its_result(words, process, tmp_path):
    path = tmp_path / "map.pt"
    file = ResultFile(path, SETTINGS)
    file.save_finished({}) if words else None
    first = process(path, *words)
    assert first.stdout.readline() == "locked\n" and lock.is_locked(layout.lock_path(path))
    second = process(path, *words)
    assert second.stdout.readline() == (f"{path}: process {first.pid} on {platform.node()} is making it; "
                                         "waiting for that to end\n")
    first.stdin.write("finish\n")
    first.stdin.flush()
    assert second.stdout.readline() == "found\n"
    assert first.wait() == second.wait() == 0
    assert not lock.is_locked(layout.lock_path(path)) and os.listdir(tmp_path) == ["map.pt"]


def test_the_lock_outlives_its_file_which_the_first_of_two_removes(process, tmp_path):
    path = tmp_path / "map.pt"
    first = process(path)
    assert first.stdout.readline() == "locked\n"
    second = process(path)
    assert "waiting" in second.stdout.readline()
    first.communicate("stop\n")
    assert second.stdout.readline() == "locked\n" and lock.is_locked(layout.lock_path(path))


def test_a_killed_process_holds_no_lock_and_leaves_nothing_behind(process, tmp_path):
    path = tmp_path / "map.pt"
    file = ResultFile(path, SETTINGS)
    journal = begin(path)
    first = process(path)
    assert first.stdout.readline() == "locked\n"
    second = process(path)
    assert "waiting" in second.stdout.readline()
    (tmp_path / f".map.pt.{first.pid}").write_bytes(b"half of it")
    first.kill()
    assert second.stdout.readline() == "locked\n" and second.poll() is None
    second.communicate("stop\n")
    assert sorted(os.listdir(tmp_path)) == ["map.journal"]

    file.save_finished({})
    begin(path)  # left by a process that was killed between its last two steps
    os.utime(journal, ns=(0, 0))
    with file.locked():
        pass
    assert os.listdir(tmp_path) == ["map.pt"]


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_one_line(number, tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(number, os.strerror(number))

    file = ResultFile(tmp_path / "map.pt", SETTINGS)
    monkeypatch.setattr(lock.fcntl, "flock", no_locks)
    with pytest.raises(InputError, match=f"cannot be locked .{os.strerror(number)}.; choose .* with locks"):
        with file.locked():
            pytest.fail("not locked")


def test_looking_for_a_lock_touches_nothing(process, tmp_path):
    path = tmp_path / "map.pt"
    assert not lock.is_locked(layout.lock_path(path)) and os.listdir(tmp_path) == []
    first = process(path)
    assert first.stdout.readline() == "locked\n"
    held = tmp_path / ".map.lock"
    before = held.read_text(), held.stat().st_mtime_ns
    assert lock.is_locked(layout.lock_path(path)) and (held.read_text(), held.stat().st_mtime_ns) == before
    assert before[0] == f"process {first.pid} on {platform.node()}"


def test_a_lock_that_another_holds_can_be_left_to_it(tmp_path):
    file = ResultFile(tmp_path / "map.pt", SETTINGS)
    file.save_finished({})
    (tmp_path / ".map.pt.9").touch()
    with file.locked(), pytest.raises(lock.Taken, match=f"map.pt: process {os.getpid()} on .* is making it$"):
        (tmp_path / ".map.pt.9").touch()
        file.tidy()
        assert (tmp_path / ".map.pt.9").exists()
        with ResultFile(tmp_path / "map.pt", SETTINGS).locked(wait=False):
            pytest.fail("two hold it")
    file.tidy()
    assert os.listdir(tmp_path) == ["map.pt"]


@pytest.mark.parametrize("left", ["map.pt.9", "map.pt.9.pt", "map.journal.9.journal", "map.png.9.png",
                                  "map.failed.txt.9.txt"])
def test_half_written_files_are_tidied_away(left, tmp_path):
    file = ResultFile(tmp_path / "map.pt", SETTINGS)
    file.save_finished({})
    (tmp_path / f".{left}").touch()
    file.tidy()
    assert os.listdir(tmp_path) == ["map.pt"]


def test_a_full_disk_leaves_what_was_saved(tmp_path, monkeypatch):
    file = ResultFile(tmp_path / "map.pt", SETTINGS)
    begin(file.path)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device.*kept"):
        file.save_finished({})
    assert os.listdir(tmp_path) == ["map.journal"]


def test_a_failure_is_noted_even_where_nothing_was_written_yet(tmp_path):
    file = ResultFile(result_path(tmp_path, "AlexNet", 5, 0, "map.pt"), SETTINGS)
    file.record_failure("its machine was running low on memory")
    assert file.state() == (layout.FAILED, "its machine was running low on memory")
    file.save_finished({})
    assert os.listdir(file.path.parent) == ["map.pt"]


def test_finished_results_are_found_whatever_they_were_made_from(tmp_path):
    paths = [tmp_path / "AlexNet/5" / name for name in ("0/map.pt", "0/optim.pt", "1/map.pt")]
    for path in (*paths, tmp_path / "AlexNet/5/2/map.journal"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert sorted(layout.stored(tmp_path)) == paths
    assert layout.stored(tmp_path / "nothing") == []


def test_a_result_says_which_engines_computed_it(tmp_path):
    file = ResultFile(tmp_path / "map.pt", SETTINGS)
    file.save_finished({})
    assert ENGINE not in file.finished()  # nothing was computed
    file.save_finished({}, {"openvino", "torch"})
    assert file.finished()[ENGINE] == "openvino+torch"
    file.save_finished(dict(engine="torch"), {"openvino"})  # something was added to a result
    assert file.finished()[ENGINE] == "openvino+torch"
