"""The package from Python: f of names, modules and paths, maps of it, and what there is to do with a result."""
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch

import map as map_script
from tests.tiny import Tiny
from tests.trees import write_result
from utils import (
    Confidence,
    confidence_map,
    load_mesh,
    load_network,
    load_result,
    load_stand_in,
    load_tree,
    ndinterval,
)
from utils.errors import InputError
from utils.paper import CLASS_NAMES
from utils.results.contents import MethodResult
from utils.semantic.classifier import Classifier
from utils.semantic.views import Views

matplotlib.use("agg")
CUP = load_stand_in(5, 0)
POINTS = [(130, 30), (50, 20)]
NAMES = list(CLASS_NAMES)


@pytest.fixture(scope="module")
def f():
    return Confidence.of("tests.tiny:network", "cup", CUP, engine="torch")


def test_a_network_is_a_name_a_module_or_a_pair(f):
    network = load_network("tests.tiny:network")
    for given in (network, Tiny(), (Tiny(), dict(class_names=NAMES))):
        other = Confidence.of(given, 5, CUP, engine="torch", batch_size=1)
        torch.testing.assert_close(other(POINTS), f(POINTS), atol=1e-6, rtol=0)
    assert Confidence.of((Tiny(), dict(class_names=NAMES)), "cup", CUP).label == 5
    for given in (None, 7, torch.zeros(1), (Tiny(), 3, 4), Tiny):
        with pytest.raises(InputError, match="expected an nn.Module, or a pair of it and a dict"):
            Confidence.of(given, 5, CUP)


def test_an_object_is_a_shape_or_a_path(goldens):
    path = goldens / "meshes/open_bowl.obj"
    for given in (path, str(path)):
        other = Confidence.of("tests.tiny:network", "cup", given, engine="torch")
        assert other.views.shape.mesh_hash == load_mesh(path).mesh_hash


@pytest.mark.parametrize("label", [-1, 10, 1.5, None, True, "cupp", "10", [5]])
def test_labels_that_name_no_class_are_refused(label):
    with pytest.raises(InputError, match="^`label` "):
        Confidence.of("tests.tiny:network", label, CUP)
    if not isinstance(label, str) and label != 10:
        with pytest.raises(InputError, match="expected the index of an output"):
            Confidence(Views(CUP), Classifier(Tiny()), label)
    assert Confidence.of("tests.tiny:network", np.int64(5), CUP).label == 5


def test_points_that_are_not_finite_are_refused(f):
    for point in ((np.nan, 20), (0, np.inf)):
        for ask in (f, f.value_and_grad, f.images):
            with pytest.raises(InputError, match="is not finite; expected numbers of azimuth, elevation"):
                ask([(0, 0), point])


@pytest.mark.parametrize("how, words", [
    (dict(device="cuda:99"), "`device` cuda:99: cannot be used"), (dict(device="gpu"), "`device` gpu: cannot be used"),
    (dict(engine="onnx"), "`engine` 'onnx': expected one of auto, torch, openvino")])
def test_where_f_is_computed_is_checked(how, words):
    with pytest.raises(InputError, match=words):
        Confidence.of("tests.tiny:network", 5, CUP, **how)
    with pytest.raises(TypeError, match="devise"):
        Confidence.of("tests.tiny:network", 5, CUP, devise="cpu")


def test_reprs_name_the_network_and_the_class(f):
    assert repr(f) == ("Confidence(confidence in cup (label 5) over azimuth, elevation: tests.tiny:network on "
                       "stand-in-cup-0)")
    assert repr(confidence_map(f, 90)).startswith("MapResult(tests.tiny_network, cup stand-in-cup-0: confidence over ")


@pytest.mark.parametrize("words, given", [
    ((), {}), (("--score", "margin", "--fixed", "distance=3"), dict(score="margin", fixed=dict(distance=3.0))),
    (("--parameters", "distance,red"), dict(parameters=("distance", "red")))])
def test_a_map_is_that_of_the_script_with_the_same_settings(words, given, goldens, run_script, tmp_path):
    mesh, step = goldens / "meshes/open_bowl.obj", 0.5 if "--parameters" in words else 60
    code, _, err = run_script(map_script, "--network", "tests.tiny:network", "--mesh", mesh, "--label", "cup", "--step",
                              step, "--gpu", -1, "--engine", "torch", "--checkpoint_dir", tmp_path, *words)
    assert code == 0, err
    stored = load_result(tmp_path / "tests.tiny_network/cup/open_bowl/map.pt")
    ours = confidence_map(Confidence.of("tests.tiny:network", "cup", mesh, engine="torch", **given), step)
    for name in ("xx", "yy", "z", "top1", "top1_score"):
        np.testing.assert_allclose(getattr(ours, name), getattr(stored, name), atol=1e-6)
        assert getattr(ours, name).dtype == getattr(stored, name).dtype
    assert ours.top1_names == stored.top1_names and ours.metadata.settings == stored.metadata.settings
    assert (ours.metadata.network_name, ours.metadata.class_name, ours.metadata.score, ours.metadata.engine) == (
        "tests.tiny_network", "cup", stored.metadata.score, "torch")


def test_a_map_of_an_object_in_its_colours_has_the_settings_of_the_script(run_script, tmp_path):
    mesh = Path(__file__).with_name("field") / "ref/a.obj"
    code, _, err = run_script(map_script, "--network", "tests.tiny:network", "--mesh", mesh, "--label", "cup", "--step",
                              90, "--textures", "--gpu", -1, "--engine", "torch", "--checkpoint_dir", tmp_path)
    assert code == 0, err
    stored = load_result(tmp_path / "tests.tiny_network/cup/a/map.pt")
    f = Confidence.of("tests.tiny:network", "cup", load_mesh(mesh, textures=True), engine="torch")
    ours = confidence_map(f, 90)
    assert ours.metadata.settings == stored.metadata.settings and ours.metadata.settings["textures"] == "images"
    np.testing.assert_allclose(ours.z, stored.z, atol=1e-6)
    as_it_is = Confidence(Views(f.views.shape, unmirrored=True), f.classifier, f.label)
    assert confidence_map(as_it_is, 90).metadata.unmirrored and not ours.metadata.unmirrored


def test_a_map_from_a_part_of_the_views_is_that_of_the_script(goldens, run_script, tmp_path):
    mesh = goldens / "meshes/open_bowl.obj"
    code, _, err = run_script(map_script, "--network", "tests.tiny:network", "--mesh", mesh, "--label", "cup", "--step",
                              12, "--views", 200, "--gpu", -1, "--engine", "torch", "--checkpoint_dir", tmp_path)
    assert code == 0, err
    stored = load_result(tmp_path / "tests.tiny_network/cup/open_bowl/map.pt")
    f = Confidence.of("tests.tiny:network", "cup", mesh, engine="torch")
    ours = confidence_map(f, 12, views=200)
    assert ours.origin == stored.origin != "" and ours.metadata.settings == stored.metadata.settings
    assert np.array_equal(ours.asked, stored.asked) and (ours.error, ours.level) == (stored.error, stored.level)
    np.testing.assert_allclose(ours.z, stored.z, atol=1e-6)
    assert ours.to_frame()["asked"].sum() == 200
    ours.save(tmp_path / "map.pt")
    assert repr(load_result(tmp_path / "map.pt")) == repr(ours)
    with pytest.raises(InputError, match="`views` 300: expected 200 to 269"):
        confidence_map(f, 12, views=300)


def test_the_map_of_a_module_without_names_says_what_it_can():
    about = confidence_map(Confidence(Views(CUP), Classifier(Tiny()), 5), (90, 50)).metadata
    assert (about.network_name, about.class_name, about.settings["step"]) == ("Tiny", "5", [90, 50])
    assert len(about.settings["weights"]) == 8


def test_a_map_of_another_number_of_parameters_is_refused():
    with pytest.raises(InputError, match="a map is over two parameters, and f has 1: azimuth"):
        confidence_map(Confidence.of("tests.tiny:network", 5, CUP, parameters=["azimuth"]))


def test_a_map_is_saved_and_read_again(f, tmp_path):
    made = confidence_map(f, 60)
    path = tmp_path / "ck/tests.tiny_network/5/0/map.pt"
    made.save(str(path))
    again = load_result(path)
    assert np.array_equal(again.z, made.z) and again.metadata == made.metadata
    assert load_tree(tmp_path / "ck").views["score"].mean() == pytest.approx(made.z.mean())
    with pytest.raises(InputError, match="cannot be written"):
        made.save(path / "map.pt")


@pytest.fixture(scope="module")
def regions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree") / "ResNet50/5/0"
    write_result(folder, largest=True)
    return folder / "optim.pt"


def test_regions_are_saved_and_read_again(regions, tmp_path):
    result = load_result(regions)
    result.save(tmp_path / "optim.pt")
    again = load_result(tmp_path / "optim.pt")
    assert again.methods.keys() == result.methods.keys() and again.metadata == result.metadata
    assert again.methods["OIR_B"].regions == result.methods["OIR_B"].regions
    assert np.array_equal(again.methods["OIR_B"].trace(0), result.methods["OIR_B"].trace(0))


def test_frames_have_a_row_for_each_view_and_each_region(f, regions):
    frame = confidence_map(f, 60).to_frame()
    assert isinstance(frame, pd.DataFrame) and len(frame) == 12
    assert {"azimuth", "elevation", "score", "top1_name"} <= set(frame)
    assert float(frame.query("azimuth == 120 and elevation == 50").score.iloc[0]) == pytest.approx(
        float(f([(120, 50)])), abs=1e-6)
    of_two = Confidence.of("tests.tiny:network", 5, CUP, parameters=("distance", "red"), engine="torch")
    assert {"distance", "red"} <= set(confidence_map(of_two, 0.5).to_frame())
    frame = load_result(regions).to_frame()
    assert len(frame) == 8 and {"method", "low_1", "high_2", "holds"} <= set(frame)


def test_results_are_drawn_on_given_axes_and_on_new_ones(f, regions):
    from matplotlib import pyplot
    a_map, result = confidence_map(f, 60), load_result(regions)
    _, given = pyplot.subplots()
    assert a_map.plot(given) is given and given.get_xlabel() == "azimuth (degrees)" and not given.get_title("left")
    assert result.plot(ax=given) is given
    n_finite = sum(box.is_finite() for method in result.methods.values() for box in method.regions)
    assert len(given.patches) == n_finite > 4
    through_0 = replace(result, methods={"largest": MethodResult([ndinterval([340, 0], [380, 20])] * 2)})
    assert len(through_0.plot().patches) == 4  # two pieces of each
    alone = result.plot()
    assert alone is not given and alone.get_title("left") == "ResNet50, cup 0"
    pyplot.close("all")


def test_regions_of_one_parameter_have_a_table_and_no_such_picture(tmp_path):
    write_result(tmp_path / "ResNet50/5/0", parameters=("azimuth",))
    result = load_result(tmp_path / "ResNet50/5/0/optim.pt")
    with pytest.raises(InputError, match="^regions of azimuth: expected two parameters"):
        result.plot()
    assert len(result.to_frame()) == 6
