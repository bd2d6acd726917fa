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
