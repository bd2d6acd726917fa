"""(class, object) -> mesh: models, stand-ins, and the tool that brings models in."""
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scale import link
from utils.errors import InputError
from utils.paper import CLASS_NAMES, IMAGENET_LABELS, SHAPE_IDS
from utils.semantic.views import Views
from utils.shapes.shape import load_shape, model_path
from utils.shapes.stand_ins import stand_in

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def put(path, text=TRIANGLE):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_facts():
    assert len(CLASS_NAMES) == len(IMAGENET_LABELS) == len(SHAPE_IDS) == 10
    assert len({shape_id for ids in SHAPE_IDS for shape_id in ids}) == 100
    assert (CLASS_NAMES[5], IMAGENET_LABELS[5], SHAPE_IDS[5][4]) == ("cup", 968, "3c0467f96e26b8c6a93445a1757adf6")


def test_a_model_at_hand_is_taken(tmp_path):
    put(model_path(tmp_path, 5, 4))
    shape = load_shape(tmp_path, 5, 4)
    assert shape.shape_id == SHAPE_IDS[5][4] and shape.source == model_path(tmp_path, 5, 4)
    assert shape.faces.tolist() == [[0, 1, 2]]


def test_the_hash_is_the_meshs_and_not_the_files(tmp_path):
    put(model_path(tmp_path, 5, 4))
    put(model_path(tmp_path, 5, 5), "# another file\n" + TRIANGLE)
    put(model_path(tmp_path, 5, 6), TRIANGLE.replace("v 0 1 0", "v 0 2 0"))
    hashes = [load_shape(tmp_path, 5, n).mesh_hash for n in (4, 5, 6)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_stand_in_where_there_is_no_model(tmp_path):
    shape = load_shape(tmp_path, 5, 4)
    assert shape.shape_id == "stand-in-cup-4" and shape.source is None
    np.testing.assert_allclose(shape.vertices.abs().max(), 1, rtol=1e-5)


def test_a_missing_model_is_an_error_where_no_stand_in_may_take_its_place(tmp_path):
    for place in ((5, 4), (5, 0), (1, 7)):
        put(model_path(tmp_path, *place))
    with pytest.raises(InputError) as error:
        load_shape(tmp_path, 5, 3, stand_ins=False)
    assert f"has no cup/{SHAPE_IDS[5][3]}/models/model_normalized.obj, the model of cup 3" in str(error.value)
    assert "it has bathtub 7, cup 0 4. Give the folder" in str(error.value) and "`stand_ins`" in str(error.value)
    with pytest.raises(InputError, match="it has none of the 100 models"):
        load_shape(Path(__file__).parent, 5, 3, stand_ins=False)


def test_link_lists_what_each_object_is(tmp_path, monkeypatch, capsys):
    put(model_path(tmp_path, 5, 4))
    monkeypatch.setattr(sys, "argv", ["scale.link", "--list", "--data_dir", str(tmp_path)])
    link.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 102 and lines[-1] == f"1 models in {tmp_path}, 99 stand-ins"
    assert lines[55].split() == ["5", "cup", "4", "model", SHAPE_IDS[5][4]]
    assert lines[1].split() == ["0", "aeroplane", "0", "stand-in", "stand-in-aeroplane-0"]


def test_bad_folders_and_files_are_named(tmp_path):
    with pytest.raises(InputError, match="`data_dir` .*nowhere: no such folder"):
        load_shape(tmp_path / "nowhere", 0, 0)
    put(model_path(tmp_path, 0, 0), "v 0 0 0\nf 1 1 9\n")
    with pytest.raises(InputError, match="model_normalized.obj, line 2"):
        load_shape(tmp_path, 0, 0)


@pytest.mark.parametrize("class_nb", range(10))
def test_stand_ins_are_ten_different_sound_meshes(class_nb):
    silhouettes = []
    for object_nb in range(10):
        vertices, faces = stand_in(class_nb, object_nb)
        assert vertices.dtype == np.float32 and faces.dtype == np.int32
        assert 100 < len(faces) < 20000
        assert np.isfinite(vertices).all() and faces.min() >= 0 and faces.max() < len(vertices)
        again, _ = stand_in(class_nb, object_nb)
        np.testing.assert_array_equal(vertices, again)
        shape = load_shape(Path(__file__).parent, class_nb, object_nb)
        images = Views(shape, image_size=64)([(30, 20), (100, 60)])[:, 0] > 0
        assert 0.005 < images.float().mean() < 0.7
        silhouettes.append(images)
    for a in range(10):
        for b in range(a):
            union, common = (silhouettes[a] | silhouettes[b]).sum(), (silhouettes[a] & silhouettes[b]).sum()
            assert common / union < 0.985, f"{CLASS_NAMES[class_nb]} {a} and {b} look the same"


@pytest.mark.parametrize("layout, nested", [("models/model_normalized.obj", ""), ("model.obj", ""),
                                            ("models/model_normalized.obj", "ShapeNetCore.v2")])
def test_link_finds_models_in_either_layout(layout, nested, tmp_path, monkeypatch, capsys):
    shapenet, data_dir = tmp_path / "shapenet", tmp_path / "scale"
    put(shapenet / nested / "03797390" / SHAPE_IDS[5][4] / layout)
    put(shapenet / nested / "02808440" / SHAPE_IDS[1][0] / layout)
    words = ["scale.link", "--shapenet", str(shapenet), "--data_dir", str(data_dir)]
    monkeypatch.setattr(sys, "argv", words)
    link.main()
    said = capsys.readouterr().out
    assert "linked 2 models" in said and "98 missing" in said and f"cup 0: {SHAPE_IDS[5][0]}" in said
    assert load_shape(data_dir, 5, 4).source.is_symlink()
    monkeypatch.setattr(sys, "argv", [*words, "--copy"])
    link.main()
    assert "2 were there already" in capsys.readouterr().out


def test_link_copies_and_mends_broken_links(tmp_path, monkeypatch, capsys):
    put(tmp_path / "shapenet/x" / SHAPE_IDS[5][4] / "model.obj")
    target = model_path(tmp_path / "scale", 5, 4)
    target.parent.mkdir(parents=True)
    target.symlink_to(tmp_path / "gone")
    monkeypatch.setattr(sys, "argv", ["scale.link", "--shapenet", str(tmp_path / "shapenet"), "--data_dir",
                                      str(tmp_path / "scale"), "--copy"])
    link.main()
    assert "copied 1" in capsys.readouterr().out
    assert not target.is_symlink() and target.read_text() == TRIANGLE
    assert os.listdir(target.parent) == ["model_normalized.obj"]


@pytest.mark.parametrize("folder, complaint", [("nowhere", "no such folder"), ("", "none of the 100 models")])
def test_link_says_what_is_wrong_in_one_line(folder, complaint, tmp_path):
    run = subprocess.run([sys.executable, "-m", "scale.link", "--shapenet", str(tmp_path / folder), "--data_dir",
                          str(tmp_path / "scale")], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert run.returncode == 2 and complaint in run.stderr and run.stderr.count("\n") == 1
