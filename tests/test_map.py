"""map.py, run as a user runs it."""
import itertools
import os
import re
import resource
import signal
import sys
import time
import types
from pathlib import Path

import pytest
import torch

import map as script  # not the built-in, which nothing here uses
import optim
from tests.processes import Started, script_text
from utils import files
from utils.semantic.views import Views

ROOT = Path(__file__).parents[1]
TINY = ("--network", "tests.tiny:network", "--class_nb", 5, "--object_nb", 0, "--gpu", -1, "--engine", "torch")


@pytest.fixture
def quick(tmp_path):
    """Options of a quick run into a folder of its own: 27 views."""
    return (*TINY, "--checkpoint_dir", tmp_path / "ck", "--step", 40)


def test_a_map_and_its_picture(quick, run_script, tmp_path):
    code, out, _ = run_script(script, *quick, "--plot")
    assert code == 0
    path = tmp_path / "ck/tests.tiny_network/5/0/map.pt"
    assert "stand-in-cup-0" in out
    assert re.search(r"mean confidence 0\.\d+, maximum [01]\.\d+, above 0\.5 in [\d.]+% of 27 views: " + str(path), out)
    result = torch.load(path)
    assert result["xx"].tolist() == [list(range(0, 360, 40))] * 3
    assert result["yy"][:, 0].tolist() == [-10, 30, 70]
    assert result["z"].shape == (3, 9) and 0 <= result["z"].min() and result["z"].max() <= 1
    assert (result["class_nb"], result["object_nb"], result["network_name"]) == (5, 0, "tests.tiny_network")
    assert result["shape_id"] == "stand-in-cup-0"
    assert result["settings"].keys() == {"step", "shape_id", "mesh_hash", "weights", "normalize", "precision"}
    assert path.with_suffix(".png").read_bytes()[:4] == b"\x89PNG"


def test_another_renderer_of_the_same_names(quick, run_script, tmp_path, monkeypatch):
    import utils.renderer
    assert run_script(script, *quick)[0] == 0
    ours = torch.load(tmp_path / "ck/tests.tiny_network/5/0/map.pt")
    code, _, err = run_script(script, *quick, "--renderer", "neural_renderer")
    assert code == 2 and "--renderer neural_renderer: cannot be imported" in err and err.count("\n") == 1

    public = types.ModuleType("neural_renderer")  # with the original's names, and none beside them
    for name in ("Renderer", "get_points_from_angles", "load_obj"):
        setattr(public, name, getattr(utils.renderer, name))
    monkeypatch.setitem(sys.modules, "neural_renderer", public)
    code, _, err = run_script(script, *quick, "--renderer", "neural_renderer")
    assert code == 2 and "renderer utils, now neural_renderer" in err
    assert run_script(script, *quick, "--renderer", "neural_renderer", "--override")[0] == 0
    theirs = torch.load(tmp_path / "ck/tests.tiny_network/5/0/map.pt")
    assert torch.equal(theirs["z"], ours["z"]) and theirs["settings"]["renderer"] == "neural_renderer"

    monkeypatch.setitem(sys.modules, "neural_renderer", types.ModuleType("neural_renderer"))
    code, _, err = run_script(script, *quick, "--renderer", "neural_renderer")
    assert code == 2 and "does not draw here" in err and err.count("\n") == 1


def test_a_result_is_kept_and_one_made_otherwise_is_refused(quick, run_script, tmp_path):
    path = tmp_path / "ck/tests.tiny_network/5/0/map.pt"
    assert run_script(script, *quick)[0] == 0
    written = path.stat().st_mtime_ns
    code, out, err = run_script(script, *quick)
    assert code == 0 and "mean confidence" in out and "view" not in err and path.stat().st_mtime_ns == written

    code, _, err = run_script(script, *quick[:-1], 50)
    assert code == 2 and "step 40.0, now 50.0" in err and "--override" in err and err.count("\n") == 1
    code, _, err = run_script(script, *quick, "--normalize")
    assert code == 2 and "normalize False, now True" in err
    assert path.stat().st_mtime_ns == written

    assert run_script(script, *quick[:-1], 50, "--override")[0] == 0
    assert torch.load(path)["z"].shape == (2, 8)


def test_gpu_minus_one_is_the_cpu_and_none_picks():
    from utils.runs.devices import device_for

    assert device_for(-1).type == "cpu"
    assert device_for(None).type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("how, code", [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_a_run_that_was_stopped_goes_on_to_the_same_map(how, code, run_script, tmp_path):
    """In a process of its own: stopped once answers are stored, started again, compared bit for bit."""
    words = (*TINY, "--step", 9, "--batch_size", 16, "--checkpoint_dir")
    whole = tmp_path.parent / "whole"  # made once for all three
    if not whole.exists():
        assert run_script(script, *words, whole)[0] == 0
    process = Started(script_text("map.py"), *words, tmp_path)
    journal = tmp_path / "tests.tiny_network/5/0/map.journal"
    while not journal.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(how)
    _, err = process.communicate()
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert journal.exists() and not journal.with_name("map.pt").exists()

    code, out, _ = run_script(script, *words, tmp_path)
    assert code == 0 and "going on after" in out
    first, second = (torch.load(folder / "tests.tiny_network/5/0/map.pt") for folder in (whole, tmp_path))
    assert all(torch.equal(first[key], second[key]) for key in ("z", "top1", "top1_score"))
    assert first["settings"] == second["settings"]
    assert sorted(os.listdir(journal.parent)) == ["map.pt"]


def test_two_at_once_make_one_map(tmp_path):
    both = [Started(script_text("map.py"), *TINY, "--step", 20, "--checkpoint_dir", tmp_path) for _ in range(2)]
    (first, bar), (second, other_bar) = (process.communicate() for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(("view/s" in bar, "view/s" in other_bar)) == [False, True]
    assert first.splitlines()[-1] == second.splitlines()[-1]
    assert os.listdir(tmp_path / "tests.tiny_network/5/0") == ["map.pt"]


def test_a_full_disk_is_one_line_and_what_was_saved_is_kept(quick, run_script, monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    code, _, err = run_script(script, *quick)
    assert code == 2 and "No space left on device" in err
    assert os.listdir(tmp_path / "ck/tests.tiny_network/5/0") == []


@pytest.mark.parametrize("module, words", [
    (script, ("--step", 40)),
    (optim, ("--n_iterations", 2, "--initial_width", 5, "--methods", "naive", "--certify", 0))])
def test_a_disk_with_no_room_for_the_result_is_one_line(module, words, run_script, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # no file can be longer
    try:
        code, _, err = run_script(module, *TINY, *words, "--checkpoint_dir", tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    last = err.splitlines()[-1]
    assert code == 2 and "cannot be written (File too large); what was saved before is kept: make room" in last
    assert not list(tmp_path.rglob("*.pt"))
    assert run_script(module, *TINY, *words, "--checkpoint_dir", tmp_path)[0] == 0


@pytest.mark.parametrize("damage", [
    lambda content: b"", lambda content: content[:len(content) // 2],
    lambda content: content.replace(b"stand-in-cup", b"stand-in-cap")], ids=["empty", "truncated", "changed"])
def test_a_damaged_file_is_one_line_and_never_a_result(damage, quick, run_script, tmp_path):
    assert run_script(script, *quick)[0] == 0
    path = tmp_path / "ck/tests.tiny_network/5/0/map.pt"
    whole = torch.load(path)
    content = damage(path.read_bytes())
    path.write_bytes(content)
    code, out, err = run_script(script, *quick)
    assert code == 2 and "mean confidence" not in out
    assert err.count("\n") == 1 and f"{path}: cannot be read as a result" in err and "--override" in err
    assert path.read_bytes() == content
    assert run_script(script, *quick, "--override")[0] == 0
    assert torch.equal(torch.load(path)["z"], whole["z"]) and os.listdir(path.parent) == ["map.pt"]


def test_map_of_a_real_cup_agrees_with_the_papers(shared, run_script, tmp_path):
    """A coarse grid of `map.py --network squeezenet1_0` against the published ResNet50 map of the same object."""
    code, out, _ = run_script(
        script, "--network", "squeezenet1_0", "--weights", shared / "weights/squeezenet1_0_rgb01.pth", "--class_nb", 5,
        "--object_nb", 4, "--data_dir", shared / "scale", "--checkpoint_dir", tmp_path, "--step", 9, "--gpu", -1)
    assert code == 0 and "stand-in" not in out
    z = torch.load(tmp_path / "squeezenet1_0/5/4/map.pt")["z"]
    published = torch.load(shared / "published/checkpoint/ResNet50/5/4/map.pt", weights_only=False)["z"]
    published = torch.as_tensor(published)[::3, ::3]
    assert torch.corrcoef(torch.stack((z.ravel(), published.ravel())))[0, 1] > 0.6


PART = (*TINY, "--step", 12, "--views", 240)  # of 270


def test_a_map_from_a_part_of_the_views_and_one_that_was_stopped(run_script, tmp_path, monkeypatch):
    code, out, _ = run_script(script, *PART, "--checkpoint_dir", tmp_path / "part", "--plot")
    words = r"from 240 of 270 views; \d+\.\d % on the wrong side of 0\.5 \(\d+\.\d to \d+\.\d\)"
    assert code == 0 and re.search(words, out)
    assert run_script(script, *PART[:-2], "--checkpoint_dir", tmp_path / "whole")[0] == 0
    part, whole = (torch.load(tmp_path / name / "tests.tiny_network/5/0/map.pt") for name in ("part", "whole"))
    assert part["asked"].shape == part["z"].shape == (9, 30) and part["asked"].sum() == 240
    assert torch.equal(part["z"][part["asked"]], whole["z"][part["asked"]]) and part["z"].dtype == torch.float32
    assert part["error"]["n_views"] == 100 and part["level"] == 0.5 and part["settings"]["views"] == 240
    assert "top1" not in part and not {"asked", "error", "level"} & whole.keys()
    assert script.Options.of(script.parse_args([])).settings().keys() == {"step", "precision"}

    images, n_calls = Views.__call__, itertools.count()
    with monkeypatch.context() as patch:
        patch.setattr(Views, "__call__", lambda views, points: images(views, points) if next(n_calls) < 5 else os.kill(
            os.getpid(), signal.SIGINT))
        assert run_script(script, *PART, "--checkpoint_dir", tmp_path / "stopped")[0] == 130
    code, out, _ = run_script(script, *PART, "--checkpoint_dir", tmp_path / "stopped", "--batch_size", 7)
    assert code == 0 and "going on after" in out
    again = torch.load(tmp_path / "stopped/tests.tiny_network/5/0/map.pt")
    assert torch.equal(again["z"], part["z"]) and torch.equal(again["asked"], part["asked"])
    assert again["error"] == part["error"]


def test_views_of_two_other_axes_and_of_another_score(run_script, tmp_path):
    words = ("--parameters", "light_azimuth,distance", "--step", "24,0.1", "--views", 200, "--score", "logit")
    code, out, _ = run_script(script, *TINY, *words, "--checkpoint_dir", tmp_path)
    assert code == 0 and "from 200 of 300 views" in out and "wrong side of 0 " in out


@pytest.mark.parametrize("words, said", [
    (("--views", 100), "--views 100: expected 200 to 4,079 of the grid's 4,080 views"),
    (("--views", 4080), "--views 4,080: expected 200 to 4,079"),
    (("--step", 12, "--views", 300), "--views 300: expected 200 to 269 of the grid's 270 views"),
    (("--step", 40, "--views", 200), "--views 200: a grid of 27 views is too small: ask all of them"),
    (("--step", 0.1, "--views", 400), "too large for a model: take a larger --step")])
def test_a_number_of_views_that_cannot_be_is_refused_in_a_line(words, said, run_script, tmp_path):
    code, _, err = run_script(script, *TINY, *words, "--checkpoint_dir", tmp_path)
    assert code == 2 and said in err and err.count("\n") == 1
