"""Results that an earlier version wrote are found and reported; unfinished ones start again."""
import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import map as map_script
import optim as optim_script
import report as report_script
from utils.paper import SHAPE_IDS
from utils.shapes.shape import load_stand_in

WHERE = "tests.tiny_network/5/0"
JOB = ("--network", "tests.tiny:network", "--class_nb", 5, "--object_nb", 0, "--gpu", -1, "--engine", "torch")
MAP = ("--step", 30, "--batch_size", 8)
OPTIM = ("--n_iterations", 6, "--initial_width", 5, "--methods", "OIR_W,naive,OIR_B,trap", "--certify", 0)


@pytest.fixture
def stored(goldens, tmp_path):
    """Options that name the object, and a copy of the earlier version's results: whole ones or unfinished ones."""
    model = tmp_path / "data/cup" / SHAPE_IDS[5][0] / "models/model_normalized.obj"
    model.parent.mkdir(parents=True)
    shutil.copy(goldens / "meshes/open_bowl.obj", model)
    shutil.copytree(goldens / "stored_results", tmp_path / "stored")
    return lambda kind: (*JOB, "--data_dir", tmp_path / "data", "--checkpoint_dir", tmp_path / "stored" / kind)


def load(goldens, kind, name):
    return torch.load(Path(goldens, "stored_results", kind, WHERE, name))


@pytest.mark.parametrize("script, words, name", [(map_script, MAP, "map.pt"),
                                                 (optim_script, (*OPTIM, "--verify", 2), "optim.pt")])
def test_a_finished_result_is_reported_and_left_as_it_is(script, words, name, stored, run_script, tmp_path):
    path = tmp_path / "stored/whole" / WHERE / name
    before = path.read_bytes()
    code, out, err = run_script(script, *stored("whole"), *words)
    assert code == 0 and str(path) in out, err
    assert path.read_bytes() == before


@pytest.mark.parametrize("script, words, name", [(map_script, MAP, "map"), (optim_script, OPTIM, "optim")])
def test_an_unfinished_run_starts_again(script, words, name, stored, run_script, goldens, tmp_path):
    code, out, err = run_script(script, *stored("partial"), *words)
    folder = tmp_path / "stored/partial" / WHERE
    assert code == 0 and f"{folder / name}.partial.pt: an unfinished run of an earlier version" in out, err
    assert [path.name for path in folder.glob(f"{name}.*")] == [f"{name}.pt"]
    ours, theirs = torch.load(folder / f"{name}.pt"), load(goldens, "whole", f"{name}.pt")
    assert ours.pop("engine") == "torch"  # which the older file does not say
    assert ours.keys() == theirs.keys() - {"verified_at"} | ({"top1", "top1_score", "top1_names"} if name == "map" else
                                                             set())
    for key in theirs.keys() - {"z", "verified_at", "OIR_W", "naive", "OIR_B", "trap"}:
        equal = torch.equal(ours[key], theirs[key]) if torch.is_tensor(theirs[key]) else ours[key] == theirs[key]
        assert equal and type(ours[key]) is type(theirs[key]), key
    if name == "map":
        assert ours["z"].dtype == theirs["z"].dtype
        np.testing.assert_allclose(ours["z"], theirs["z"], atol=1e-5)
        return
    for method in ("OIR_W", "naive", "OIR_B", "trap"):
        assert list(ours[method]) == [key for key in theirs[method] if key != "verified"]
        for mine, other in zip(ours[method]["optim_trace"], theirs[method]["optim_trace"]):
            assert mine.dtype == other.dtype
            np.testing.assert_allclose(mine, other, atol=1e-3)


def test_the_report_reads_them(stored, run_script, goldens, tmp_path):
    stored("whole")
    code, _, err = run_script(report_script, "srvr", "--checkpoint_dir", tmp_path / "stored/whole", "--results_dir",
                              tmp_path / "results")
    assert code == 0, err
    row, = csv.DictReader(open(tmp_path / "results/srvr.csv"))
    regions = load(goldens, "whole", "optim.pt")["OIR_B"]["regions"]
    assert float(row["OIR_B"]) == pytest.approx(100 * np.mean([region.size() / 36000 for region in regions]))
    assert row["network"] == "tests.tiny_network" and row["maps"] == "1"


SEARCHED = "searched/tests.tiny_sure/cup/turned_cup/optim.pt"  # of before boxes ran around the azimuth


@pytest.fixture
def search(goldens, tmp_path, run_script):
    """Run optim.py for what the stored largest boxes are of, with more options, in a copy of their folder."""
    shutil.copytree(goldens / "stored_results", tmp_path / "stored")
    cup, mesh = load_stand_in(5, 0), tmp_path / "turned_cup.obj"
    mesh.write_text("".join([f"v {x!r} {y!r} {z!r}\n" for x, y, z in cup.vertices.tolist()]
                            + [f"f {a + 1} {b + 1} {c + 1}\n" for a, b, c in cup.faces.tolist()]))
    words = ("--network", "tests.tiny:sure", "--mesh", mesh, "--front=x", "--label", "cup", "--gpu", -1, "--engine",
             "torch", "--methods", "largest", "--lattice", 20, "--level", 0.45, "--initial_points",
             "0,10 200,10 310,30", "--checkpoint_dir", tmp_path / "stored/searched", "--certify")
    return lambda *more: run_script(optim_script, *words, *more)


def test_largest_boxes_without_a_wrap_are_those_of_before(search, goldens, tmp_path):
    path, before = tmp_path / "stored" / SEARCHED, torch.load(goldens / "stored_results" / SEARCHED)
    written = path.read_bytes()
    code, out, err = search(0, "--no_wrap")
    assert code == 0 and "[0.0, 180.0] x [-10.0, 90.0]   50.00%" in out, err
    assert path.read_bytes() == written  # it is of the same question
    assert search(20, "--no_wrap", "--override")[0] == 0
    after = torch.load(path)
    np.testing.assert_equal([(box.a, box.b) for box in after["largest"]["regions"]],
                            [(box.a, box.b) for box in before["largest"]["regions"]])
    assert after["settings"]["largest"] == before["settings"]["largest"]


def test_by_default_they_are_searched_for_again_around_the_azimuth(search, tmp_path, run_script):
    code, out, err = search(20)
    assert code == 0 and "[300.0, 540.0] x [-10.0, 90.0] 66.67%" in out, err
    stored = torch.load(tmp_path / "stored" / SEARCHED)
    assert stored["settings"]["largest"]["wrap"] is True
    assert all(one["n_views"] == 20 and 0 <= one["worst_at"][0] <= 360 for one in stored["largest"]["certificates"])
    assert run_script(report_script, "srvr", "--checkpoint_dir", tmp_path / "stored/searched", "--results_dir",
                      tmp_path / "results")[0] == 0
    row, = csv.DictReader(open(tmp_path / "results/srvr.csv"))
    assert float(row["largest"]) == pytest.approx(100 * (240 * 100 + 280 * 40 + 260 * 100) / 36000 / 3)


def test_stored_largest_boxes_of_before_are_reported(search, tmp_path, run_script):
    for command in ("srvr", "regions", "export"):
        code, _, err = run_script(report_script, command, "--checkpoint_dir", tmp_path / "stored/searched",
                                  "--results_dir", tmp_path / "results")
        assert code == 0, err
    row, = csv.DictReader(open(tmp_path / "results/srvr.csv"))
    assert float(row["largest"]) == pytest.approx(100 * (180 * 100 + 200 * 40 + 90 * 80) / 36000 / 3)


def test_boxes_by_solid_angle_are_another_question(search, tmp_path):
    assert search(20, "--no_wrap")[0] == 0
    code, out, err = search(20, "--no_wrap", "--measure", "sphere")
    assert code == 0 and "shares and random views: uniform on the sphere" in out, err
    settings = torch.load(tmp_path / "stored" / SEARCHED)["settings"]
    assert settings["largest"]["measure"] == settings["certify"]["measure"] == "sphere"
    code, _, err = search(20, "--parameters", "azimuth", "--initial_points", "120", "--measure",
                          "sphere")
    assert code == 2 and "--measure sphere: needs elevation among --parameters" in err
