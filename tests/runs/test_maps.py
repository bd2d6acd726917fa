"""What a map holds beside the confidence: the network's first answers."""
import numpy as np
import pytest
import torch

import map as script
from utils import Confidence, load_network, load_stand_in
from utils.paper import CLASS_NAMES
from utils.results.layout import partial_path
from utils.runs.result_file import ResultFile

JOB = ("--network", "tests.tiny:network", "--class_nb", 5, "--object_nb", 0, "--gpu", -1, "--step", 40,
       "--batch_size", 8)
KEYS = ("z", "top1", "top1_score")


@pytest.fixture
def made(run_script, tmp_path):
    """A map of 27 views, whose file has a name of its own for each way to make it."""
    path = tmp_path / "tests.tiny_network/5/0/map.pt"

    def make(*words):
        code, out, err = run_script(script, *JOB, "--checkpoint_dir", tmp_path, *words)
        assert code == 0, err
        return path, torch.load(path), out

    return make


def test_the_first_answers_are_in_the_map(made):
    _, result, _ = made()
    f = Confidence.of(load_network("tests.tiny:network"), "cup", load_stand_in(5, 0))
    points = np.stack((result["xx"].ravel(), result["yy"].ravel()), axis=1)
    with torch.no_grad():
        output = f.logits(f.images(points)).softmax(1)
    assert result["top1"].dtype == torch.int16 and result["top1_score"].dtype == torch.float32
    assert result["top1"].shape == result["top1_score"].shape == result["z"].shape
    assert torch.equal(result["top1"].ravel().long(), output.argmax(1))
    torch.testing.assert_close(result["top1_score"].ravel(), output.max(1).values, atol=1e-6, rtol=0)
    assert result["top1_names"] == {k: CLASS_NAMES[k] for k in result["top1"].unique().tolist()}
    assert 1 < len(result["top1_names"]) < 10


def unfinished(path, result, done, keys):
    """What a run that was killed after `done` views has left in the place of its result."""
    ResultFile(partial_path(path), result["settings"]).save_finished(
        {**{key: result[key].ravel()[:done].int() if key == "top1" else result[key].ravel()[:done] for key in keys},
         "done": done})
    path.unlink()


def test_a_run_that_goes_on_has_the_same_answers(made):
    path, whole, _ = made()
    unfinished(path, whole, 16, KEYS)
    _, again, out = made()
    assert "going on after 16 of 27 views\n" in out
    assert all(torch.equal(again[key], whole[key]) for key in KEYS) and list(again) == list(whole)
    assert again["top1_names"] == whole["top1_names"]


def test_a_run_of_an_earlier_version_goes_on_without_answers(made):
    path, whole, _ = made()
    unfinished(path, whole, 16, ("z",))
    _, again, out = made()
    assert "going on after 16 of 27 views; the views before were saved without the first answers" in out
    assert torch.equal(again["z"], whole["z"]) and not again.keys() & {"top1", "top1_score", "top1_names"}
    assert "top1" in made("--override")[1]
