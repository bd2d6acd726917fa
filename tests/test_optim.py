"""optim.py, run as a user runs it."""
import re
import signal
import time

import numpy as np
import pytest
import torch

import optim as script
from benchmarks.faults import same_results
from tests.processes import Started, script_text
from utils.regions import ndinterval
from utils.runs.journal import Journal

TINY = ("--network", "tests.tiny:sure", "--class_nb", 5, "--object_nb", 0, "--gpu", -1, "--engine", "torch")


@pytest.fixture
def quick(tmp_path):
    """Options of a quick run of the paper's optimizers into a folder of its own."""
    return (*TINY, "--checkpoint_dir", tmp_path / "ck", "--n_iterations", 3, "--initial_width", 5, "--methods",
            "OIR_W,naive,OIR_B", "--certify", 0)


def test_regions_their_table_and_their_picture(quick, run_script, tmp_path):
    code, out, _ = run_script(script, *quick, "--verify", 2, "--plot")
    assert code == 0
    path = tmp_path / "ck/tests.tiny_sure/5/0/optim.pt"
    result = torch.load(path)
    assert result["initial_point"] == [[130, 30], [50, 20], [200, 15], [310, 50]]
    assert (result["class_nb"], result["object_nb"], result["network_name"]) == (5, 0, "tests.tiny_sure")
    for name in ("OIR_W", "naive", "OIR_B"):
        entry = result[name]
        assert len(entry["optim_trace"]) == len(entry["loss_trace"]) == len(entry["regions"]) == 4
        a, b = entry["optim_trace"][0][0]
        np.testing.assert_allclose(a, [125, 25])
        np.testing.assert_allclose(b, [135, 35])
        assert entry["optim_trace"][0].shape == (3, 2, 2) and entry["loss_trace"][0].shape == (3,)
        assert isinstance(entry["regions"][0], ndinterval) and entry["regions"][0].size() > 0
        assert len(re.findall(rf"^{name} ", out, re.M)) == 4
        for figures in entry["verified"]:
            assert 0 <= figures["minimum"] <= figures["mean"] <= 1 and 0 <= figures["top1"] <= 1
    assert path.with_suffix(".png").read_bytes()[:4] == b"\x89PNG"


def test_a_stored_result_is_reported_verified_later_and_not_mistaken(quick, run_script, tmp_path):
    path = tmp_path / "ck/tests.tiny_sure/5/0/optim.pt"
    assert run_script(script, *quick)[0] == 0
    written = path.stat().st_mtime_ns
    assert run_script(script, *quick)[0] == 0 and path.stat().st_mtime_ns == written
    code, _, err = run_script(script, *quick, "--alpha", 0.1)
    assert code == 2 and "alpha 0.05, now 0.1" in err and "--override" in err
    assert run_script(script, *quick, "--verify", 2)[0] == 0
    assert torch.load(path)["verified_at"] == 2


@pytest.mark.parametrize("words", [
    ("--methods", "trap"), ("--released",), ("--gradient", "finite_difference", "--difference", 2),
    ("--parameters", "azimuth", "--initial_points", "130 50", "--elevation", 20),
    ("--parameters", "azimuth,elevation,distance", "--initial_width", 0.5)])
def test_every_variant_runs(words, quick, run_script, tmp_path):
    code, out, err = run_script(script, *quick, *words)
    assert code == 0, err
    result = torch.load(tmp_path / "ck/tests.tiny_sure/5/0/optim.pt")
    n = len(result["parameters"])
    entry = result["trap" if "trap" in words else "OIR_W"]
    assert entry["regions"][0].n == n
    assert torch.isfinite(entry["optim_trace"][0]).all()
    assert not torch.equal(entry["optim_trace"][0][0], entry["optim_trace"][0][2])


def test_a_run_that_was_killed_goes_on_to_the_same_regions(run_script, tmp_path):
    words = (*TINY, "--n_iterations", 15, "--initial_width", 5, "--methods", "OIR_W,naive", "--initial_points", "50,20",
             "--certify", 0, "--checkpoint_dir")
    assert run_script(script, *words, tmp_path / "whole")[0] == 0
    process = Started(script_text("optim.py"), *words, tmp_path / "killed")
    journal = tmp_path / "killed/tests.tiny_sure/5/0/optim.journal"
    while not journal.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    # --override is part of the published command, and starting it again is going on, not starting over
    code, out, _ = run_script(script, "--override", *words, tmp_path / "killed")
    assert code == 0 and "going on after" in out
    assert same_results(tmp_path / "whole", tmp_path / "killed")


LARGEST = (*TINY, "--methods", "largest", "--lattice", "40,20", "--initial_points", "130,30 310,80", "--certify", 40)


def test_largest_boxes_are_found_looked_into_and_shown(run_script, tmp_path):
    code, out, err = run_script(script, *LARGEST, "--checkpoint_dir", tmp_path, "--plot")
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 120
    sure, unsure = (" ".join(row.split()) for row in re.findall(r"^largest .*(?:\n .*)*", out, re.M))
    assert re.search(r"holds for at least 99 % of its views \(95 % confidence, \d+ of \d+ failed\)", sure)
    assert re.search(r" - .*not confident at the start \(0\.\d\d\)$", unsure)
    entry = torch.load(tmp_path / "tests.tiny_sure/5/0/optim.pt")["largest"]
    box, nothing = entry["regions"]
    assert box.size() > 0 and (box.a <= [130, 30]).all() and (box.b >= [130, 30]).all() and not nothing.is_finite()
    assert entry["promises"][0]["high"] == 0.01 and entry["promises"][0]["n_views"] >= 407
    found, none = entry["certificates"]
    assert found["low"] <= 0.01 and found["n_views"] == 40 and none is None
    assert found["worst"] >= 0.5 or re.search(r"failed\); the worst one found has 0\.4\d+ at \(\d", sure)
    assert entry["promises"][1] is None and entry["problems"][0] == ""


def test_no_view_of_a_certificate_was_drawn_before_and_all_are_asked_in_full_batches(run_script, monkeypatch, tmp_path):
    parts, batches = {}, []

    def watch(name, note):
        real = getattr(Journal, name)

        def watched(self, *words, **named):
            note(self, *words)
            return real(self, *words, **named)
        monkeypatch.setattr(Journal, name, watched)

    watch("stage", lambda self, part, *_: setattr(self, "part", part))
    watch("_ask", lambda self, _, points: parts.setdefault(self.part, []).append(np.array(points)))
    watch("_compute", lambda self, _, points: batches.append((self.part, len(points))))
    words = (*LARGEST[:-4], "--initial_points", "130,30 50,20", "--methods", "naive,largest", "--n_iterations", 2,
             "--initial_width", 5, "--certify", 300, "--worst", 64, "--batch_size", 32, "--checkpoint_dir", tmp_path)
    assert run_script(script, *words)[0] == 0
    searched, (sampled, *_) = np.concatenate(parts["largest boxes"]), parts["certifying"]
    views = searched[(searched % 1 != 0).any(1)]  # the others are on the lattice
    drawn = [tuple(view) for view in (*views, *sampled)]
    assert len(views) >= 2 * 407 and len(sampled) == 4 * 300 and len(set(drawn)) == len(drawn)
    sizes = [size for part, size in batches if part == "certifying"]
    assert sum(sizes) == 4 * (300 + 64) and sorted(sizes)[1:] == [32] * (len(sizes) - 1)


def test_regions_that_are_too_small_to_judge_are_named_before_the_run_and_in_the_table(run_script, tmp_path):
    words = (*TINY, "--methods", "OIR_B,naive", "--n_iterations", 3, "--certify", 20, "--worst", 32, "--checkpoint_dir")
    code, out, _ = run_script(script, *words, tmp_path)
    assert code == 0 and "no region will grow beyond 3e-05 in 3 iterations, which is too small to judge" in out
    assert len(re.findall("too small to judge; more iterations", " ".join(out.split()))) == 8 and "holds" not in out
    code, out, _ = run_script(script, *words, tmp_path / "wider", "--initial_width", 5)
    assert code == 0 and "too small" not in out and "hold" in out


def test_a_region_that_does_not_hold_says_so(quick, run_script, tmp_path):
    words = (*quick[:-4], "--methods", "naive", "--initial_points", "310,60", "--initial_width", 20, "--certify", 50)
    code, out, err = run_script(script, *words)
    assert code == 0, err
    row, = (" ".join(row.split()) for row in re.findall(r"^naive .*(?:\n .*)*", out, re.M))
    found, = torch.load(tmp_path / "ck/tests.tiny_sure/5/0/optim.pt")["naive"]["certificates"]
    assert 0 < found["n_below"] < 50 and found["low"] < found["n_below"] / 50 < found["high"]
    assert f"does not hold: {found['n_below'] / 50:.0%} below 0.5, worst {found['worst']:.2f} at (" in row
    assert found["worst"] < 0.5


def test_what_a_stored_result_lacks_is_added_and_the_rest_kept(quick, run_script, tmp_path):
    path = tmp_path / "ck/tests.tiny_sure/5/0/optim.pt"
    short = (*quick[:-4], "--initial_points", "130,30")
    assert run_script(script, *short, "--methods", "naive", "--certify", 0)[0] == 0
    before = torch.load(path)
    more = (*short, "--methods", "naive,largest", "--lattice", "60,50", "--certify", 20)
    assert run_script(script, *more)[0] == 0
    after = torch.load(path)
    assert after["naive"]["regions"] == before["naive"]["regions"] and "largest" in after
    assert torch.equal(after["naive"]["optim_trace"][0], before["naive"]["optim_trace"][0])
    assert [len(after[name]["certificates"]) for name in ("naive", "largest")] == [1, 1]
    written = path.stat().st_mtime_ns
    assert run_script(script, *more)[0] == run_script(script, *short, "--methods", "naive", "--certify", 0)[0] == 0
    assert path.stat().st_mtime_ns == written
    assert run_script(script, *short, "--methods", "naive", "--certify", 0, "--verify", 2)[0] == 0
    assert {"largest", "certify"} < torch.load(path)["settings"].keys()
    assert run_script(script, *more, "--level", 0.9)[0] == 0
    assert torch.load(path)["largest"]["certificates"][0]["level"] == 0.9
    code, _, err = run_script(script, *more, "--alpha", 0.1)
    assert code == 2 and "alpha 0.05, now 0.1" in err


def test_the_released_program_knows_no_largest_box(quick, run_script, tmp_path):
    assert script.Options.of(script.parse_args(["--released"])).methods == ("OIR_W", "naive", "OIR_B")
    assert script.Options.of(script.parse_args([])).methods == ("OIR_W", "naive", "OIR_B", "largest")


def test_one_dimensional_regions_are_drawn_over_their_profile(run_script, tmp_path):
    words = (*TINY, "--parameters", "azimuth", "--methods", "naive,largest", "--n_iterations", 2, "--initial_points",
             "130", "--lattice", 40, "--certify", 20, "--checkpoint_dir", tmp_path, "--plot")
    code, _, err = run_script(script, *words)
    assert code == 0, err
    at, scores = torch.load(tmp_path / "tests.tiny_sure/5/0/optim.pt")["profile"]
    assert at.tolist() == list(range(0, 361, 3)) and scores.shape == (121,) and scores.max() <= 1
    assert (tmp_path / "tests.tiny_sure/5/0/optim.png").read_bytes()[:4] == b"\x89PNG"
