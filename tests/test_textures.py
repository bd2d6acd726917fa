"""Objects in their own colours, from the file to the result."""
import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

import map as map_script
from utils.renderer import TextureMap
from utils.semantic.views import Views
from utils.shapes.colors import Paint, decoded, encoded, texture_map, tinted
from utils.shapes.shape import load_mesh

FIELD = Path(__file__).parent / "field"
VIEWS = [(30, 20), (150, 40), (260, 10)]
QUICK = ("--network", "tests.tiny:network", "--gpu", "-1", "--step", "90")
REFERENCE, TEXTURED = (0.445, 0.405, 0.202), (0.486, 0.387, 0.129)


@pytest.fixture(scope="module")
def drawn():
    """drawn(name): the three views of a file, [3, 3, 96, 96], and the mean colour of the pixels that it covers."""
    def draw(name, **words):
        path = next(path for path in sorted((FIELD / name).glob("a.*")) if path.suffix != ".mtl")
        images = Views(load_mesh(path, textures=True), image_size=96, **words)(VIEWS)
        covered = Views(load_mesh(path), image_size=96, **words)(VIEWS)[:, 0] > 0
        return images, images.permute(0, 2, 3, 1)[covered].mean(0)

    return draw


@pytest.mark.parametrize("name, mean", [
    ("ref", REFERENCE), ("double_faces", REFERENCE), ("glb_vcol_linear", REFERENCE), ("glb_vcol_material", REFERENCE),
    ("glb_vcol_u2_3", REFERENCE), ("v_colors", REFERENCE), ("ply_facecol_l", REFERENCE),
    ("tex_quadrants", TEXTURED), ("tex_scale2", TEXTURED), ("glb_tex_transform", TEXTURED),
    ("glb_specgloss", TEXTURED), ("tex_tiled2", (0.311, 0, 0.332)), ("glb_tex_times_factor", (0.355, 0.281, 0.088)),
    ("glb_mixed", (0.479, 0.449, 0.238)), ("glb_single_material", (0.515, 0.129, 0.064))])
def test_colours_of_files_are_those_of_rays_cast_at_them(name, mean, drawn):
    images, found = drawn(name)
    np.testing.assert_allclose(found, mean, atol=1.5e-3)
    if mean == REFERENCE:
        assert (images - drawn("ref")[0]).abs().max() < 0.02


def test_a_letter_reads_backwards_unless_it_is_unmirrored(drawn, shared):
    spec = importlib.util.spec_from_file_location("caster", shared / "field/caster.py")
    caster = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(caster)
    shape = load_mesh(FIELD / "handed_F/a.obj")
    for unmirrored in (False, True):
        image = Views(shape, image_size=96, unmirrored=unmirrored)(VIEWS).numpy()
        expected = caster.cast(shape.vertices.numpy(), shape.faces.numpy(), mirrored=not unmirrored)
        assert (np.abs(image - expected) > 0.01).mean() < 1e-3
        assert (np.abs(image - expected[..., ::-1]) > 0.01).mean() > 0.01


def test_paints_become_one_texture_map():
    image, corners = np.random.default_rng(0).random((4, 6, 3)).astype(np.float32), np.random.random((2, 3, 3))
    uv = np.random.random((3, 3, 2))
    uv[1] = np.nan
    found = texture_map([Paint(3, image, uv), Paint(2, colors=corners), Paint(1, image, uv[:1], wrap="clamp"),
                         Paint(2, image, uv[1:], colors=np.full((1, 1, 3), 0.5))])
    assert isinstance(found, TextureMap) and found.n_faces == 8
    # white is the last image
    assert found.layout.image.tolist() == [0, 2, 0, 2, 2, 1, 2, 0]
    np.testing.assert_allclose(found.colors[3:5], corners, atol=1e-6)
    assert (found.colors[:3] == 1).all() and (found.colors[6:] == 0.5).all()
    assert found.to("cpu").tensors[0] is found.texels


def test_light_and_its_code_are_each_others_inverse():
    values = np.linspace(0, 1, 50)
    np.testing.assert_allclose(decoded(encoded(values)), values, atol=1e-12)
    assert encoded(np.array([0.5]))[0] == pytest.approx(0.7354, abs=1e-4)
    image = np.full((2, 2, 3), 0.6, np.float32)
    assert tinted(image, np.ones(3)) is image
    np.testing.assert_allclose(tinted(image, np.full(3, 0.5)), encoded(0.5 * decoded(np.array(0.6))), atol=1e-6)


def test_results_say_how_colours_were_read_and_which_way_round(run_script, tmp_path):
    words = (*QUICK, "--mesh", FIELD / "tex_quadrants/a.obj", "--label", "cup")
    results = {}
    for name, options in (("white", ()), ("textured", ("--textures",)), ("as it is", ("--textures", "--unmirrored"))):
        code, out, err = run_script(map_script, *words, *options, "--checkpoint_dir", tmp_path / name)
        assert code == 0, err
        assert ("mirror image" in out) == (name == "textured") and ("as they are" in out) == (name != "white")
        results[name] = torch.load(next((tmp_path / name).rglob("map.pt")))
    settings = {name: result["settings"] for name, result in results.items()}
    assert [s.get("textures") for s in settings.values()] == [None, "images", "images"]
    assert [s.get("unmirrored") for s in settings.values()] == [None, None, True]
    assert settings["white"]["mesh_hash"] != settings["textured"]["mesh_hash"] == settings["as it is"]["mesh_hash"]
    assert (results["textured"]["z"] != results["as it is"]["z"]).any()
    # the same folder, another question
    code, _, err = run_script(map_script, *words, "--textures", "--checkpoint_dir", tmp_path / "white")
    assert code == 2 and "made from something else" in err


def test_another_renderer_reads_no_images(run_script, tmp_path):
    code, _, err = run_script(map_script, *QUICK, "--mesh", FIELD / "tex_quadrants/a.obj", "--label", "cup",
                              "--textures", "--renderer", "utils.renderer", "--checkpoint_dir", tmp_path)
    assert code == 2 and "--renderer utils.renderer: reads no images over faces" in err
