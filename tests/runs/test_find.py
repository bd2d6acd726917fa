"""What is kept between the jobs of one process, and when it is read anew."""
import os
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

import map as script
from tests.tiny import Tiny
from utils.errors import InputError
from utils.runs.find import prepare
from utils.shapes.shape import model_path


@pytest.fixture
def job(tmp_path):
    """job(*words): what map.py would find."""
    (tmp_path / "data").mkdir()
    shared = ("--network", "tests.tiny:network", "--gpu", "-1", "--data_dir", tmp_path / "data", "--stand_ins",
              "--checkpoint_dir", tmp_path / "ck")
    return lambda *words: prepare(script.Options.of(script.parse_args([*map(str, shared), *map(str, words)])))


def test_stand_ins_take_a_models_place_only_where_they_may(monkeypatch, tmp_path):
    def options(*words):
        return script.Options.of(script.parse_args(list(map(str, words))))

    assert options().stand_ins and options("--stand_ins").stand_ins and options().data_dir.is_absolute()
    assert options("--data_dir", tmp_path, "--stand_ins").stand_ins
    assert not options("--data_dir", tmp_path).stand_ins and options("--data_dir", tmp_path).data_dir == tmp_path
    monkeypatch.chdir(tmp_path)  # the folder that the program lies in is not where the user is
    assert prepare(options("--network", "tests.tiny:network", "--gpu", -1)).shape.source is None
    with pytest.raises(InputError, match="the model of aeroplane 0; it has none of the 100 models"):
        prepare(options("--network", "tests.tiny:network", "--data_dir", tmp_path, "--gpu", -1))


def test_networks_and_meshes_are_loaded_once(job):
    cup, again, vase = (job("--class_nb", class_nb) for class_nb in (5, 5, 8))
    assert cup.shape is again.shape and cup.shape is not vase.shape
    assert cup.confidence().classifier.module is vase.confidence().classifier.module


def test_a_changed_file_is_read_anew(job, goldens, tmp_path):
    mesh = model_path(tmp_path / "data", 5, 0)
    assert job("--class_nb", 5).shape.source is None
    mesh.parent.mkdir(parents=True)
    shutil.copy(goldens / "meshes/tetrahedron.obj", mesh)
    assert len(job("--class_nb", 5).shape.faces) == 4
    shutil.copy(goldens / "meshes/open_bowl.obj", mesh)
    assert len(job("--class_nb", 5).shape.faces) > 4

    weights = tmp_path / "weights.safetensors"
    save_file(Tiny().state_dict(), weights)
    before = job("--weights", weights)
    network = before.confidence().classifier.module
    state = {name: torch.zeros_like(values) for name, values in load_file(weights).items()}
    save_file(state, tmp_path / "new.safetensors")
    os.replace(tmp_path / "new.safetensors", weights)
    after = job("--weights", weights)
    assert after.file.settings["weights"] != before.file.settings["weights"]
    changed = after.confidence().classifier.module
    assert changed is not network and not any(values.any() for values in changed.parameters())
