"""Results of ours and of the authors come as the same arrays; what is damaged is named."""
import zipfile
from functools import partial

import numpy as np
import pytest
import torch

from tests import hostile
from utils.errors import InputError
from utils.regions import ndinterval
from utils.results import layout
from utils.results.reading import read_map, read_optim
from utils.results.tree import Key, find
from utils.runs.result_file import ResultFile

XX, YY = np.meshgrid(np.arange(0, 360, 90), np.arange(-10, 90, 50))


def our_map(path, **changes):
    contents = dict(xx=torch.from_numpy(XX), yy=torch.from_numpy(YY), z=torch.rand(2, 4), shape_id="abc")
    ResultFile(path, dict(mesh_hash="def")).save_finished({**contents, **changes})
    return path


def test_maps_of_both_kinds(tmp_path):
    ours = read_map(our_map(tmp_path / "map.pt"))
    assert ours.z.shape == (2, 4) and ours.z.dtype == float
    assert (ours.metadata.shape_id, ours.metadata.mesh_hash) == ("abc", "def")
    torch.save(dict(xx=XX, yy=YY, z=ours.z.astype(np.float32)), tmp_path / "old.pt",
               _use_new_zipfile_serialization=False)
    theirs = read_map(tmp_path / "old.pt")
    np.testing.assert_array_equal(theirs.z, ours.z)
    assert theirs.metadata.shape_id is None


ERROR = dict(share=0.02, low=0.01, high=0.05, confidence=0.95, n_views=100, n_wrong=2)


def test_a_map_from_a_part_of_its_views_and_damaged_ones(tmp_path):
    asked = torch.arange(8).reshape(2, 4) % 2 == 0
    part = dict(asked=asked, error=ERROR, level=0.5)
    result = read_map(our_map(tmp_path / "map.pt", **part))
    assert result.n_asked == 4 and result.error == ERROR
    assert result.origin == "from 4 of 8 views; 2.0 % on the wrong side of 0.5 (1.0 to 5.0)"
    for change, words in ((dict(asked=asked[:1]), "asked has shape"), (dict(asked=asked.int()), "of true and false"),
                          (dict(error={}), "error lacks"), (dict(error=None), "error lacks"),
                          (dict(level="high"), "could not convert")):
        with pytest.raises(InputError, match=words):
            read_map(our_map(tmp_path / "map.pt", **{**part, **change}))
    with pytest.raises(InputError, match="error is missing"):
        read_map(our_map(tmp_path / "map.pt", asked=asked))


def test_regions_of_both_kinds(tmp_path):
    hostile.save_as_published(hostile.published_optim(), tmp_path / "old.pt")
    theirs = read_optim(tmp_path / "old.pt", with_traces=True)
    assert theirs.metadata.parameters == ("azimuth", "elevation") and list(theirs.methods) == ["naive", "OIR_W"]
    assert theirs.initial_points.tolist() == [[130, 30], [50, 20]]
    assert theirs.methods["naive"].trace(0).tolist() == [[[120, 20], [140, 40]]] * 3
    assert theirs.methods["naive"].trace(1).shape == theirs.methods["OIR_W"].trace(0).shape == (0, 2, 2)
    assert theirs.methods["naive"].loss(0).tolist() == [0, 1, 2] and theirs.methods["OIR_W"].loss(1).shape == (0,)

    entry = dict(optim_trace=list(torch.rand(1, 3, 2, 1)), loss_trace=list(torch.rand(1, 3)),
                 regions=[ndinterval([1], [2])], problems=[""])
    ResultFile(tmp_path / "optim.pt", dict(elevation=20.0)).save_finished(
        dict(trap=entry, initial_point=[[130.0]], parameters=["azimuth"]))
    ours = read_optim(tmp_path / "optim.pt", with_traces=True)
    assert ours.metadata.parameters == ("azimuth",) and ours.metadata.elevation == 20 and list(ours.methods) == ["trap"]
    assert ours.methods["trap"].trace(0).shape == (3, 2, 1) and ours.methods["trap"].loss(0).shape == (3,)


def test_keys_that_are_missing(tmp_path):
    contents = hostile.published_optim()
    contents = {name: dict(regions=contents[name]["regions"]) for name in ("naive", "OIR_W")}
    hostile.save_as_published(contents, tmp_path / "optim.pt")
    result = read_optim(tmp_path / "optim.pt", with_traces=True)
    assert np.isnan(result.initial_points).all() and result.initial_points.shape == (2, 2)
    assert result.methods["naive"].trace(0).shape == (0, 2, 2) and result.methods["naive"].loss(1).shape == (0,)
    assert result.metadata.shape_id is None


def test_every_published_result_is_read(shared):
    tree = shared / "published/checkpoint"
    maps, optims = find(tree, layout.MAP), find(tree, layout.OPTIM)
    assert len(maps) + len(optims) >= 13
    for path in maps.values():
        assert read_map(path).z.shape == (34, 120)
    lengths = set()
    for path in optims.values():
        result = read_optim(path, with_traces=True)
        assert result.initial_points.tolist() == [[130, 30], [50, 20], [200, 15], [310, 50]]
        for method in ("naive", "OIR_B", "OIR_W"):
            assert all(result.methods[method].loss(point).shape == (600,) for point in range(4))
            lengths |= {len(result.methods[method].trace(point)) for point in range(4)}
    assert lengths == {0, 600}
    assert np.isnan(read_optim(optims[Key("ResNet50", "8", "0")]).methods["OIR_W"].regions[0].a).all()


def refused(read, path):
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: ") and "\n" not in str(error.value)
    return str(error.value)


def test_a_call_in_the_new_format_is_not_made(tmp_path):
    torch.save(dict(z=hostile._Command(tmp_path / "marker")), tmp_path / "map.pt")
    assert "nothing in it was run" in refused(read_map, tmp_path / "map.pt")
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("spoil", [
    *(lambda good, size=size: good[:size] for size in (0, 3, 25, 300, -1)), lambda good: good.replace(b"abc", b"abd"),
    lambda good: good.replace(np.float32(0.25).tobytes(), np.float32(0.5).tobytes())])
def test_our_file_damaged(tmp_path, spoil):
    path = our_map(tmp_path / "map.pt", z=torch.full((2, 4), 0.25))
    path.write_bytes(spoil(path.read_bytes()))
    assert "nothing in it was run" in refused(read_map, path)


def test_a_tensor_with_more_numbers_than_its_file(tmp_path):
    path = our_map(tmp_path / "map.pt", z=torch.ones(1, 1).expand(2, 4))
    assert "damaged, or another kind of file; nothing in it was run" in refused(read_map, path)


def test_settings_that_cannot_be_compared(tmp_path):
    path = our_map(tmp_path / "map.pt")
    torch.save({**torch.load(path), "settings": dict(weights=torch.ones(2))}, path)
    assert "is no result of map.py or optim.py" in refused(read_map, path)


def test_other_files(tmp_path):
    path = tmp_path / "map.pt"
    path.write_text("hello")
    assert "another kind of file" in refused(read_map, path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello", "hello")
    assert "another kind of file" in refused(read_map, path)
    torch.save([1], path)
    assert "holds no result, but list" in refused(read_map, path)
    assert "cannot be read" in refused(read_map, tmp_path / "nowhere.pt")


@pytest.mark.parametrize("changes, complaint", [
    (dict(z=None), "expected numbers, found NoneType"), (dict(z=[[0.5]]), "shapes (2, 4), (2, 4) and (1, 1)"),
    (dict(z=torch.rand(4, 2)), "shapes (2, 4), (2, 4) and (4, 2)"), (dict(z=torch.rand(8)), "shapes"),
    (dict(xx=torch.full((2, 4), torch.inf)), "not finite"),
    (dict(top1=torch.zeros(8).int(), top1_score=torch.rand(2, 4)), "top1 and top1_score have shapes (8,) and (2, 4)"),
    (dict(top1=torch.rand(2, 4), top1_score=torch.rand(2, 4)), "indices of answers"),
    (dict(top1=torch.zeros(2, 4).int()), "top1_score is missing"),
    (dict(top1=torch.zeros(2, 4).int(), top1_score=torch.rand(2, 4), top1_names={"a": "b"}), "'a'")])
def test_maps_with_other_contents(tmp_path, changes, complaint):
    assert complaint in refused(read_map, our_map(tmp_path / "map.pt", **changes))


CERTIFICATE = dict(level=0.5, n_views=9, n_below=0, low=0.0, high=0.1, mean=0.8, top1=1.0, worst=0.6, worst_at=[0.0])
GOOD = dict(regions=[ndinterval([1], [2]), ndinterval([3], [4])], optim_trace=[[], []], loss_trace=[[], []],
            certificates=[CERTIFICATE, None], promises=[None, None], problems=["", "collapsed"],
            verified=[dict(minimum=0.1, mean=0.5, above_half=0.5, top1=1.0)] * 2)
ENDLESS = []
ENDLESS.append(ENDLESS)


def refused_regions(path, changes):
    ResultFile(path, {}).save_finished({**dict(naive=GOOD, initial_point=[[130], [50]]), **changes})
    return refused(partial(read_optim, with_traces=True), path)


@pytest.mark.parametrize("changes, complaint", [
    (dict(naive=3), "than they write"), (dict(naive={}), "regions is missing"),
    (dict(parameters=["azimuth", "elevation"]), "expected 1 of the parameters azimuth, elevation"),
    (dict(parameters=["colour"]), "expected 1 of the parameters"),
    (dict(initial_point=[[130]]), "initial points"), (dict(initial_point=[[1, 2], [3, 4]]), "initial points")])
def test_regions_with_other_contents(tmp_path, changes, complaint):
    assert complaint in refused_regions(tmp_path / "optim.pt", changes)


@pytest.mark.parametrize("key, value, complaint", [
    ("regions", [], "expected regions"), ("regions", [3, 4], "than they write"),
    ("regions", ENDLESS, "than they write"),
    ("regions", [ndinterval([1], [2]), ndinterval([1, 2], [3, 4])], "as many dimensions"),
    ("regions", [ndinterval([1], [2, 3])] * 2, "as many dimensions"),
    ("regions", [ndinterval(1, 2)] * 2, "than they write"), ("regions", [ndinterval([], [])] * 2, "initial points"),
    ("certificates", "holds", "other certificates"), ("certificates", [], "other certificates"),
    ("certificates", [None, dict(level=0.5)], "other certificates"),
    ("certificates", [None, {**CERTIFICATE, "n_views": 0}], "other certificates"),
    ("promises", [None, CERTIFICATE], "other promises"), ("problems", ["", 5], "other problems"),
    ("verified", [None] * 2, "other verified"),
    ("optim_trace", [torch.zeros(3, 3), []], "cannot reshape"), ("optim_trace", 5, "than they write"),
    ("optim_trace", ["x"] * 2, "expected numbers, found str"), ("loss_trace", [torch.zeros(2) + 0j] * 2, "numbers")])
def test_a_method_with_other_contents(tmp_path, key, value, complaint):
    assert complaint in refused_regions(tmp_path / "optim.pt", dict(naive={**GOOD, key: value}))


def test_a_method_as_it_is_written(tmp_path):
    ResultFile(tmp_path / "optim.pt", {}).save_finished(dict(naive=GOOD, initial_point=[[130], [50]]))
    assert read_optim(tmp_path / "optim.pt").methods["naive"].certificates == GOOD["certificates"]
