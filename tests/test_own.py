"""A user's own meshes, data sets and networks through the scripts."""
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh
from torch import nn

import map as map_script
import optim as optim_script
from utils import Confidence, grow_regions, load_mesh, load_network, load_stand_in
from utils.errors import InputError
from utils.networks import find_label
from utils.parameters import PARAMETERS
from utils.semantic.views import Views
from utils.shapes.catalogue import catalogue_of

ROOT = Path(__file__).parents[1]
GROWN = ("--methods", "OIR_W,naive,OIR_B", "--certify", 0)
TINY = ("--network", "tests.tiny:network", "--gpu", -1, "--engine", "torch")
QUICK = (*TINY, "--step", 60)
FORMATS = ("obj", "ply", "stl", "glb", "off", "gltf")


@pytest.fixture
def mug():
    """A mug as trimesh has it."""
    shape = load_stand_in(5, 0)
    return trimesh.Trimesh(shape.vertices.numpy(), shape.faces.numpy(), process=False)


def small():
    """A network of ten classes for images of 32 x 32, as a user may have trained it on CIFAR-10."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.SiLU(), nn.Flatten(), nn.Linear(8 * 15 * 15, 10))


@pytest.fixture
def my_nets(tmp_path, monkeypatch):
    """A module of functions that return networks."""
    module = type(sys)("my_nets")
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    module.tiny = lambda: (small(), dict(image_size=32, mean=(0.5,) * 3, std=(0.25,) * 3, class_names=names))
    module.nameless = lambda: (small(), dict(image_size=32))
    module.large = small
    module.spatial = lambda: nn.Conv2d(3, 10, 3)
    module.blind = lambda: nn.Sequential(nn.Flatten(), nn.Linear(3 * 224 * 224, 10), nn.Threshold(1e9, np.nan))
    monkeypatch.setitem(sys.modules, "my_nets", module)
    return module


def test_one_shape_in_every_format_has_one_map(mug, run_script, tmp_path):
    maps = []
    for ending in FORMATS:
        path = tmp_path / ending / f"my mug.{ending}"
        path.parent.mkdir()
        if ending == "gltf":
            for name, content in trimesh.exchange.gltf.export_gltf(mug).items():
                path.with_name(path.name if name == "model.gltf" else name).write_bytes(content)
        else:
            mug.export(path)
        code, out, err = run_script(map_script, *QUICK, "--mesh", path, "--label", "cup", "--checkpoint_dir",
                                    tmp_path / ending)
        assert code == 0, err
        maps.append(torch.load(tmp_path / ending / "tests.tiny_network/cup/my mug/map.pt"))
    first = maps[0]
    assert (first["class_name"], first["label"], first["class_nb"], first["shape_id"]) == ("cup", 5, None, "my mug")
    for other in maps[1:]:
        torch.testing.assert_close(other["z"], first["z"], atol=1e-3, rtol=0)


def test_a_mesh_that_stands_otherwise_is_turned(mug, tmp_path):
    mug.export(tmp_path / "mug.ply")
    straight = load_mesh(tmp_path / "mug.ply")
    turned = mug.copy()
    turned.vertices = mug.vertices[:, [0, 2, 1]] * [1, -1, 1]  # y up -> z up; the front along -z -> along y
    turned.export(tmp_path / "turned.ply")
    again = load_mesh(tmp_path / "turned.ply", up="z", front="y")
    torch.testing.assert_close(again.vertices, straight.vertices, atol=1e-6, rtol=0)


def test_meshes_keep_their_colours_where_that_is_asked_for(mug, tmp_path):
    mug.visual.face_colors = np.tile([[255, 0, 0, 255]], (len(mug.faces), 1))
    mug.export(tmp_path / "mug.ply")
    red = load_mesh(tmp_path / "mug.ply", textures=True)
    image = Views(red)([(20, 30)])[0]
    assert image[0].max() > 0.5 and image[1:].max() == 0
    assert load_mesh(tmp_path / "mug.ply").textures is None
    assert load_mesh(tmp_path / "mug.ply").mesh_hash != red.mesh_hash
    mug.export(tmp_path / "mug.stl")
    with pytest.raises(InputError, match="has no colours"):
        load_mesh(tmp_path / "mug.stl", textures=True)


@pytest.fixture
def three_classes(mug, tmp_path):
    """A data set of three classes, with two, one and one objects."""
    mug.export(tmp_path / "mug.stl")
    trimesh.creation.torus(1, 0.3).export(tmp_path / "ring.ply")
    trimesh.creation.box((1, 2, 3)).export(tmp_path / "box.off")
    path = tmp_path / "things.csv"
    path.write_text("class,label,mesh\nmug,cup,mug.stl\nring,9,ring.ply\nmug,cup,box.off\nbox,piano,box.off\n")
    return path


def test_a_data_set_stands_in_the_built_in_ones_place(three_classes, run_script, tmp_path):
    shared = (*QUICK[:4], "--dataset", three_classes, "--checkpoint_dir", tmp_path / "ck")
    for class_nb, object_nb, name, label in ((0, 1, "mug", 5), (2, 0, "box", 6)):
        numbers = ("--class_nb", class_nb, "--object_nb", object_nb)
        assert run_script(map_script, *shared, *numbers, "--step", 60)[0] == 0
        assert run_script(optim_script, *shared, *numbers, "--n_iterations", 2, *GROWN)[0] == 0
        for file in ("map.pt", "optim.pt"):
            result = torch.load(tmp_path / f"ck/tests.tiny_network/{class_nb}/{object_nb}" / file)
            assert (result["class_name"], result["label"], result["shape_id"]) == (name, label, "box")
    code, _, err = run_script(map_script, *shared, "--class_nb", 1, "--object_nb", 1)
    assert code == 2 and "--object_nb 1: class 1, ring, has 1 object; expected 0 to 0" in err
    code, _, err = run_script(map_script, *shared, "--class_nb", 3)
    assert code == 2 and "expected one of 0 mug, 1 ring, 2 box" in err


def test_a_data_set_that_lacks_a_mesh_has_the_others(three_classes, run_script, tmp_path):
    (tmp_path / "ring.ply").unlink()
    shared = (*QUICK, "--dataset", three_classes, "--checkpoint_dir", tmp_path / "ck")
    assert run_script(map_script, *shared, "--class_nb", 2)[0] == 0
    code, _, err = run_script(map_script, *shared, "--class_nb", 1)
    assert code == 2 and "things.csv, line 3: the mesh" in err and "ring.ply is not there" in err
    assert err.count("\n") == 1


def test_meshes_of_one_name_and_maps_of_other_parameters_have_folders_of_their_own(mug, run_script, tmp_path):
    def folder_of(name, *words):
        """Where map.py puts its result, or finds it."""
        code, out, err = run_script(map_script, *QUICK, "--mesh", tmp_path / name, "--label", "cup", *words,
                                    "--checkpoint_dir", tmp_path / "ck")
        assert code == 0, err
        return Path(re.search(r"\S+(?=/map\.pt)", out)[0]).name

    for name in ("mug.ply", "mug.glb"):
        mug.export(tmp_path / name)
    others = ("--parameters", "azimuth,distance")
    for _ in range(2):  # what is stored is found again
        assert folder_of("mug.ply") == "mug"
        assert folder_of("mug.glb") == "mug.glb"
        assert folder_of("mug.ply", *others) == "mug.ply_azimuth+distance"
        assert folder_of("mug.glb", *others) == "mug.glb_azimuth+distance"
    assert len(list((tmp_path / "ck").rglob("map.pt"))) == 4
    trimesh.creation.box((1, 2, 3)).export(tmp_path / "mug.ply")  # another object: the stored result stays
    code, _, err = run_script(map_script, *QUICK, "--mesh", tmp_path / "mug.ply", "--label", "cup", "--checkpoint_dir",
                              tmp_path / "ck")
    assert code == 2 and "made from something else (mesh_hash" in err


def test_a_data_set_may_be_yaml(three_classes, tmp_path):
    (tmp_path / "things.yaml").write_text("- {class: mug, label: cup, mesh: mug.stl}\n- class: box\n  label: 6\n"
                                          "  mesh: box.off\n")
    assert catalogue_of(tmp_path / "things.yaml").class_names == ("mug", "box")
    assert catalogue_of(three_classes).n_objects(0) == 2


def test_a_network_of_ones_own(my_nets, run_script, tmp_path):
    shared = ("--network", "my_nets:tiny", "--gpu", -1, "--checkpoint_dir", tmp_path, "--class_nb", 0, "--label",
              "airplane")
    assert run_script(map_script, *shared, "--step", 60)[0] == 0
    assert run_script(optim_script, *shared, "--n_iterations", 2, "--verify", 2, *GROWN)[0] == 0
    result = torch.load(tmp_path / "my_nets_tiny/0/0/map.pt")
    assert result["settings"]["image_size"] == 32 and "0.25" in result["settings"]["normalize"]
    f = Confidence.of(load_network("my_nets:tiny"), "airplane", load_stand_in(0, 0))
    assert f.images([(0, 0)]).shape == (1, 3, 32, 32) and f.classifier.normalization == ((0.5,) * 3, (0.25,) * 3)
    assert float(f([(0, -10)])) == pytest.approx(float(result["z"][0, 0]), abs=1e-6)


@pytest.mark.parametrize("words, complaint", [
    (("--network", "my_nets:nameless", "--class_nb", 0), "does not name its classes"),
    (("--network", "my_nets:tiny", "--class_nb", 0), "say with --label"),
    (("--network", "my_nets:tiny", "--label", "zebra"), "has no such class"),
    (("--network", "my_nets:large", "--label", "1"), "give its image_size beside the module"),
    (("--network", "my_nets:spatial", "--label", "1"), "gives [1, 10, 222, 222] for 1 image, expected logits"),
    (("--network", "my_nets:blind", "--label", "1"), "not finite"),
    ((*TINY[:2], "--mesh", "mug.stl"), "of which class?"),
    ((*TINY[:2], "--mesh", "mug.stl", "--label", "cup", "--class_nb", 3), "--class_nb 3: numbers the paper's objects"),
    ((*TINY[:2], "--mesh", "mug.stl", "--label", "cup", "--object_nb", 3), "--object_nb 3: numbers the paper's objec"),
    ((*TINY[:2], "--label", "b"), "stands for 3 classes (1 bathtub, 2 bench, 3 bottle)"),
    ((*TINY[:2], "--label", "cupp"), "did you mean cup"),
    ((*TINY[:2], "--label", "10"), "expected 0 to 9"),
    ((*TINY[:2], "--image_size", 0), "--image_size 0"),
    ((*TINY[:2], "--front=-y"), "cannot be along --up y"),
    ((*TINY[:2], "--textures"), "built-in stand-ins are white"),
    ((*TINY[:2], "--textures", "--fixed", "red=0.5"), "red is the colour of a white object"),
    ((*TINY[:2], "--parameters", "azimuth"), "expected two, the axes of the map"),
    ((*TINY[:2], "--step", "3,4,5"), "--step 3,4,5: expected one number"),
])
def test_bad_input_is_one_line_and_exit_code_2(words, complaint, my_nets, run_script, tmp_path):
    code, _, err = run_script(map_script, "--gpu", -1, "--checkpoint_dir", tmp_path / "ck", *words)
    assert code == 2 and complaint in err and err.count("\n") == 1, err
    assert not list(tmp_path.rglob("*.pt"))


def test_labels():
    names = ("cup", "coffee mug", "coffeepot", "crane", "crane")
    assert find_label("Coffee_Mug", names, 5) == find_label("coffee m", names, 5) == 1
    assert find_label("cup", names, 5) == 0 and find_label("3", names, 5) == 3
    with pytest.raises(InputError, match=r"stands for 2 classes \(3 crane, 4 crane\)"):
        find_label("crane", names, 5)
    with pytest.raises(InputError, match="did you mean coffee mug"):
        find_label("mug", names, 5)
    with pytest.raises(InputError, match=r"did you mean coffee mug or beer mug or mud\?"):
        find_label("mug", ("mud", "coffee mug", "cup", "beer mug"), 4)


def test_a_score_is_recorded(run_script, tmp_path):
    assert run_script(map_script, *QUICK, "--score", "margin", "--checkpoint_dir", tmp_path, "--plot")[0] == 0
    result = torch.load(tmp_path / "tests.tiny_network/0/0/map.pt")
    assert result["score"] == result["settings"]["score"] == "margin" and result["z"].min() < 0


def test_maps_and_regions_of_other_parameters(run_script, tmp_path):
    code, out, err = run_script(map_script, *TINY, "--checkpoint_dir", tmp_path, "--plot", "--parameters",
                                "distance,light_elevation", "--step", "0.5,45", "--fixed", "azimuth=20")
    assert code == 0, err
    result = torch.load(tmp_path / "tests.tiny_network/0/0/map.pt")
    assert result["xx"][0].tolist() == [2, 2.5, 3, 3.5] and result["yy"][:, 0].tolist() == [-90, -45, 0, 45]
    assert result["parameters"] == ["distance", "light_elevation"] and result["z"].std() > 0
    assert result["settings"]["fixed"] == {"azimuth": 20}
    code, out, err = run_script(optim_script, *TINY, "--checkpoint_dir", tmp_path, "--parameters",
                                "azimuth,elevation,distance,light_elevation", "--n_iterations", 2,
                                *GROWN,
                                "--initial_points", "130,30,2.7,60")
    assert code == 0 and len(re.findall(r"^(OIR_W|OIR_B|naive) ", out, re.M)) == 3, err
    assert torch.load(tmp_path / "tests.tiny_network/0/0/optim.pt")["OIR_W"]["optim_trace"][0].shape == (2, 2, 4)


@pytest.mark.parametrize("name, at", [
    ("light_azimuth", 70), ("light_elevation", 30), ("directional_intensity", 0.4), ("ambient_intensity", 0.3),
    ("red", 0.6), ("green", 0.7), ("blue", 0.8)])
def test_gradients_of_light_and_colour_are_the_slope(name, at):
    shape, step = load_stand_in(5, 0), 0.1 * PARAMETERS[name].small
    fixed = dict(light_elevation=30, light_azimuth=70, ambient_intensity=0.3)
    fixed.pop(name, None)
    weight = torch.rand(3, 224, 224, generator=torch.Generator().manual_seed(0)).double()

    def loss(value):
        image = Views(shape, [name], fixed)(value.reshape(1, 1))[0]
        return (weight * image.double()).sum()

    value = torch.tensor(float(at), dtype=torch.float64, requires_grad=True)
    gradient, = torch.autograd.grad(loss(value), value)
    with torch.no_grad():
        slope = (loss(value + step) - loss(value - step)) / (2 * step)
    assert float(gradient) == pytest.approx(float(slope), rel=1e-3)


def test_a_field_of_view_is_a_field_of_view():
    shape = load_stand_in(5, 0)
    wide, narrow = (Views(shape, ["field_of_view"])([[value]])[0]
                    for value in (60, 45))
    assert torch.equal(wide, Views(shape)([[0, 35]])[0])
    assert (narrow > 0).sum() > 1.5 * (wide > 0).sum()


def test_from_python_as_the_scripts_do_it(run_script, tmp_path):
    words = (*TINY, "--class_nb", 5, "--checkpoint_dir", tmp_path, "--n_iterations", 3)
    assert run_script(optim_script, *words, "--methods", "OIR_B,OIR_W", "--certify", 0)[0] == 0
    stored = torch.load(tmp_path / "tests.tiny_network/5/0/optim.pt")
    f = Confidence.of(load_network("tests.tiny:network"), "cup", load_stand_in(5, 0), engine="torch")
    grown = grow_regions(f, stored["initial_point"], ("OIR_B", "OIR_W"), n_iterations=3)
    for name in ("OIR_B", "OIR_W"):
        assert grown[name].regions == stored[name]["regions"]
    with pytest.raises(ValueError, match="'oir' is no method"):
        grow_regions(f, [(1, 2)], ["oir"])


def test_the_report_of_a_data_set_and_of_an_own_mesh(three_classes, mug, run_script, tmp_path):
    import report as report_script
    shared = (*TINY, "--checkpoint_dir", tmp_path / "ck")
    assert run_script(map_script, *shared, "--dataset", three_classes, "--step", 30)[0] == 0
    assert run_script(map_script, *shared, "--mesh", tmp_path / "ring.ply", "--label", "cup", "--step", 30)[0] == 0
    words = ("--checkpoint_dir", tmp_path / "ck", "--results_dir", tmp_path / "results", "--dataset", three_classes)
    assert run_script(report_script, "maps", *words)[0] == 0
    drawn = {path.name for path in (tmp_path / "results/2d").glob("*.png")}
    assert {"tests.tiny_network_mug_0.png", "tests.tiny_network_cup_ring.png"} <= drawn
    assert run_script(report_script, "gif", *words)[0] == 0
    assert len(list((tmp_path / "results").rglob("*.gif"))) == 2
    assert run_script(map_script, *shared, "--class_nb", 5, "--parameters", "red,blue", "--step", 0.5)[0] == 0
    code, _, err = run_script(report_script, "maps", *words)
    assert code == 1 and "of confidence over red and blue" in err


def test_a_sweep_over_a_data_set_and_a_network_of_ones_own(three_classes, tmp_path):
    pytest.importorskip("ray", reason="needs Ray: pip install -r requirements-cluster.txt")
    (tmp_path / "somewhere").mkdir()
    (tmp_path / "somewhere/found_here.py").write_text(
        "import torch\nfrom torch import nn\n\ndef tiny():\n    torch.manual_seed(0)\n    return nn.Sequential("
        "nn.Conv2d(3, 4, 8, stride=8), nn.Flatten(), nn.Linear(64, 10)), dict(image_size=32, class_names="
        "['cup', 'piano', *'abcdefgh'])\n")
    sweep = [sys.executable, str(ROOT / "sweep.py"), "--networks", "found_here:tiny", "--dataset", str(three_classes),
             "--gpu", "-1", "--step", "60", "--n_iterations", "2", *map(str, GROWN), "--checkpoint_dir",
             str(tmp_path / "ck"),
             "--parameters", "azimuth"]
    how = dict(cwd=tmp_path / "somewhere", capture_output=True, text=True)
    done = subprocess.run(sweep, **how)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((tmp_path / "ck/found_here_tiny").rglob("map.pt"))) == 4
    assert len(list((tmp_path / "ck/found_here_tiny").rglob("optim.pt"))) == 4
    assert torch.load(tmp_path / "ck/found_here_tiny/1/0/optim.pt")["label"] == 9
    status = subprocess.run([*sweep[:2], "status", *sweep[2:]], **how)
    assert status.returncode == 0 and len(re.findall(r"^found_here:tiny map +\d .* D *$", status.stdout, re.M)) == 3
