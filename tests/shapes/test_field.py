"""Files that people have: each is drawn right, or refused in one line that names the cause.

The files in tests/field, and what is right for each, come from public bug reports and from the formats' specifications.
Most are the same object as tests/field/ref.
"""
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh

from utils.errors import InputError
from utils.semantic.views import Views
from utils.shapes.readers import read_mesh
from utils.shapes.shape import Shape, load_mesh

FIELD = Path(__file__).parents[1] / "field"
VIEWS = [(30, 20), (150, 40), (260, 10)]
IN_QUADRANTS = (0.486, 0.387, 0.129)  # mean colour of the object with a texture of four colours


def file_of(folder, suffix=".*"):
    """The mesh of a folder."""
    return next(path for path in sorted((FIELD / folder).glob(f"a{suffix}")) if path.suffix != ".mtl")


@cache
def picture(folder, textures=False, suffix=".*"):
    """Images of the mesh in a folder: [3, 3, 96, 96]."""
    return pictures(load_mesh(file_of(folder, suffix), textures=textures))


def pictures(shape):
    return Views(shape, image_size=96)(VIEWS)


def covered(images):
    return images.amax(1) > 0


def mean_color(images):
    return images.movedim(1, -1)[covered(images)].mean(0).tolist()


def assert_same(images, expected):
    off = ((images - expected).abs().amax(1) > 0.02).float().mean()
    assert off < 0.002, f"{100 * off:.1f} % of pixels off"


def test_the_object_that_others_are_compared_with():
    assert covered(picture("ref")).float().mean() == pytest.approx(0.245, abs=0.001)
    assert mean_color(picture("ref")) == pytest.approx([0.643] * 3, abs=0.001)
    assert mean_color(picture("ref", True)) == pytest.approx([0.445, 0.405, 0.202], abs=0.001)


@pytest.mark.parametrize("folder", ["glb_quant_norm_two", "glb_skin", "glb_ktx2", "ply_mixed_quads_tris_l",
                                    "ply_tristrips", "obj_bom_v", "utm", "stray_vertex", "f_two", "map_missing_unused"])
def test_white_objects(folder):
    assert_same(picture(folder), picture("ref"))


@pytest.mark.parametrize("folder", ["glb_vcol_material", "glb_vcol_u2_3", "glb_vcol_linear", "ply_facecol_l", "mtl_bom",
                                    "obj_bom_mtllib", "v_colors", "utm", "stray_vertex", "f_two", "max_hash_names",
                                    "map_missing_unused", "double_faces"])
def test_coloured_objects(folder):
    assert_same(picture(folder, True), picture("ref", True))


@pytest.mark.parametrize("folder", ["tex_hash", "tex_lower_key", "tex_s_space", "tex_scale2", "tex_abs",
                                    "glb_tex_transform", "glb_specgloss", "tex_quadrants"])
def test_textured_objects(folder):
    assert mean_color(picture(folder, True)) == pytest.approx(IN_QUADRANTS, abs=0.004)


def test_a_texture_that_repeats_over_a_face():
    assert mean_color(picture("tex_tiled2", True)) == pytest.approx([0.311, 0, 0.332], abs=0.004)


@pytest.mark.parametrize("folder, color", [("glb_single_material", (0.8, 0.2, 0.1)), ("ycb_no_usemtl", (0.2, 0.7, 0.3)),
                                           ("img_grey16", (0.5, 0.5, 0.5))])
def test_objects_of_one_colour(folder, color):
    assert_same(picture(folder, True), picture("ref") * torch.tensor(color)[:, None, None])


def test_a_texture_times_a_factor_is_darker_in_linear_light():
    color = mean_color(picture("glb_tex_times_factor", True))
    assert all(0.5 * full < found < 0.8 * full for full, found in zip(IN_QUADRANTS, color))


def test_a_colour_a_little_above_1_is_1_and_a_single_number_is_grey():
    images, usual = picture("kd_just_above", True), picture("ref", True)
    changed = ((images - usual).abs().amax(1) > 0.005)[covered(usual)]
    assert 0.01 < changed.float().mean() < 0.5 and images.max() <= 1


def test_parts_of_a_glb_have_each_its_kind_of_colour():
    images, white = picture("glb_mixed", True), picture("ref")
    assert torch.equal(covered(images), covered(white))
    shades = (images / white.clip(1e-6)).movedim(1, -1)[covered(white)]
    assert len(shades.mul(10).round().unique(dim=0)) > 8


@pytest.mark.parametrize("folder, complaint", [("glb_draco", "Draco"), ("glb_draco_part", "Draco"),
                                               ("glb_draco_two", "Draco"), ("glb_ktx2", "KHR_texture_basisu")])
def test_what_is_not_read_is_named(folder, complaint):
    with pytest.raises(InputError, match=complaint) as error:
        picture(folder, True)
    assert "a.glb: " in str(error.value) and "save it" in str(error.value) and "\n" not in str(error.value)


def test_a_sparse_accessor_moves_its_vertex():
    mesh = read_mesh(file_of("glb_sparse"))
    assert mesh.vertices[7].tolist() == pytest.approx([1, -0.4, 0.5])


@pytest.mark.parametrize("suffix", [".obj", ".ply"])
def test_a_concave_polygon_does_not_fill_its_notch(suffix):
    boxes = [trimesh.creation.box(bounds=bounds) for bounds in (
        ((-1, -1, -0.3), (-0.5, 1, 0.3)), ((0.5, -1, -0.3), (1, 1, 0.3)), ((-0.5, -1, -0.3), (0.5, -0.5, 0.3)))]
    three = trimesh.util.concatenate(boxes)
    shape = Shape(torch.tensor(three.vertices, dtype=torch.float32), torch.tensor(three.faces, dtype=torch.int32), "U",
                  None)
    assert_same(picture("concave_U", suffix=suffix), pictures(shape))


def test_polygons_of_six_corners_in_an_off_file():
    mesh = read_mesh(file_of("off_hexagon"))
    hull = trimesh.Trimesh(mesh.vertices, mesh.faces).convex_hull
    assert trimesh.Trimesh(mesh.vertices, mesh.faces).area == pytest.approx(hull.area) and len(mesh.faces) == 20


def test_notes_count_what_is_left_out():
    for folder, note in (("stray_vertex", "left out 1 of 17 vertices"),
                         ("f_two", "left out 1 face with fewer than three corners, the first in line 42")):
        assert any(note in line for line in load_mesh(file_of(folder)).notes)
    assert load_mesh(file_of("ref")).notes == ()


def test_a_material_that_is_nowhere_is_no_grey(tmp_path):
    text = (FIELD / "ref/a.obj").read_text()
    name = next(line for line in text.splitlines() if line.startswith("usemtl"))
    (tmp_path / "a.mtl").write_text((FIELD / "ref/a.mtl").read_text())
    for changed, complaint in ((text.replace(name, "usemtl other"), "has the material 'other', which is in no mat"),
                               (text.replace(name, "# no name", 1), "stands before any usemtl line")):
        (tmp_path / "a.obj").write_text(changed)
        with pytest.raises(InputError, match=rf"a\.obj, line \d+: a face {complaint}"):
            load_mesh(tmp_path / "a.obj", textures=True)
        assert_same(pictures(load_mesh(tmp_path / "a.obj")), picture("ref"))


def test_far_away_meshes_keep_their_form():
    assert np.abs(read_mesh(file_of("utm")).vertices).max() > 1e6
    expected = load_mesh(file_of("ref")).vertices
    torch.testing.assert_close(load_mesh(file_of("utm")).vertices, expected, atol=1e-5, rtol=0)
