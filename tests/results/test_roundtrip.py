"""A result that is read and written again stays the same; what early and published files lack is not made up."""
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.faults import same
from tests import hostile
from utils.regions import ndinterval
from utils.results import layout
from utils.results.contents import MapResult, MethodResult, RegionsResult, map_contents, regions_contents
from utils.results.metadata import Metadata
from utils.results.reading import load_result, map_of, regions_of
from utils.runs.result_file import ResultFile, read

ROOT = Path(__file__).parents[2]
OF_OURS = "stored_results/whole/tests.tiny_network/5/0"


def same_types(one, other):
    """Whether two contents have the same keys in the same order, and the same types and dtypes."""
    if isinstance(one, dict):
        return list(one) == list(other) and all(same_types(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same_types, one, other))
    return type(one) is type(other) and getattr(one, "dtype", None) == getattr(other, "dtype", None)


@pytest.mark.parametrize("name, there, back", [
    (layout.MAP, map_of, map_contents), (layout.OPTIM, regions_of, regions_contents)])
def test_our_files_come_back_as_they_were(name, there, back, goldens, tmp_path):
    contents = read(goldens / OF_OURS / name)
    again = back(there(contents))
    ResultFile(tmp_path / name, contents["settings"]).save_finished(again)
    stored = read(tmp_path / name)
    assert same(stored, contents) and same_types(stored, contents)


def test_new_results(tmp_path):
    xx, yy = np.meshgrid(np.arange(3), np.arange(2) + 0.5)
    metadata = Metadata("Net", None, None, "cup", 3, "mug", score="logit", mesh=dict(
        path="/mug.stl", up="y", front=None, textures=False), settings=dict(
            fixed=dict(distance=3), image_size=64, elevation=20, mesh_hash="abc"))
    ResultFile(tmp_path / "map.pt", metadata.settings).save_finished(map_contents(
        MapResult(xx, yy, np.zeros((2, 3), np.float32), metadata, np.eye(2, 3, dtype=np.int16),
                  np.ones((2, 3), np.float32), {0: "cup", 1: "mug"})))
    found = load_result(tmp_path / "map.pt")
    assert isinstance(found, MapResult) and found.metadata == metadata
    assert (found.xx.dtype, found.yy.dtype, found.z.dtype) == (np.int64, np.float64, np.float32)
    assert found.top1.tolist() == [[1, 0, 0], [0, 1, 0]] and found.top1.dtype == np.int16
    assert (found.top1_score == 1).all() and found.top1_names == {0: "cup", 1: "mug"}
    assert list(torch.load(tmp_path / "map.pt"))[:5] == ["xx", "yy", "z", "parameters", "class_nb"]
    assert (metadata.score_name, metadata.level, metadata.fixed) == ("logit", 0, dict(distance=3))
    assert (metadata.image_size, metadata.elevation, metadata.mesh_hash) == (64, 20, "abc")

    traces, losses = np.random.default_rng(0).random((2, 5, 2, 2)), np.arange(10.).reshape(2, 5)
    method = MethodResult([ndinterval([0, 0], [1, 1])] * 2, traces, losses, ["", "collapsed"])
    ResultFile(tmp_path / "optim.pt", metadata.settings).save_finished(regions_contents(
        RegionsResult(np.array([[130., 30], [50, 20]]), dict(OIR_W=method), metadata)))
    grown = load_result(tmp_path / "optim.pt")
    assert isinstance(grown, RegionsResult) and grown.metadata == metadata
    assert grown.initial_points.tolist() == [[130, 30], [50, 20]] and grown.verified_at is None
    for k in range(2):
        np.testing.assert_array_equal(grown.methods["OIR_W"].trace(k), traces[k])
        np.testing.assert_array_equal(grown.methods["OIR_W"].loss(k), losses[k])
    assert grown.methods["OIR_W"].problems == ["", "collapsed"] and grown.methods["OIR_W"].verified is None
    with pytest.raises(ValueError, match="without its traces"):
        regions_contents(regions_of(regions_contents(grown), with_traces=False))


def test_what_files_do_not_say(tmp_path):
    hostile.save_as_published(hostile.published_optim(), tmp_path / "optim.pt")
    published = load_result(tmp_path / "optim.pt")
    assert published.metadata == Metadata("AlexNet", 5, shape_id="abc")
    assert published.metadata.object_class == "cup" and published.metadata.level == 0.5
    assert published.metadata.mesh_hash is None and published.metadata.elevation is None
    assert published.metadata.fixed == {} and published.metadata.image_size == 224
    assert published.methods["naive"].problems is None
    early = dict(xx=torch.zeros(1, 1), yy=torch.zeros(1, 1), z=torch.zeros(1, 1), class_nb=5, object_nb=0,
                 shape_id="abc", network_name="AlexNet")
    again = map_contents(map_of(early))
    assert {"class_name", "label"}.isdisjoint(again) and again["score"] == "softmax"


def test_nothing_here_imports_torch():
    names = sorted(path.stem for path in (ROOT / "utils/results").glob("*.py"))
    program = f"import sys, {', '.join(f'utils.results.{name}' for name in names)}; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "False\n", run.stderr
