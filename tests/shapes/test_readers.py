"""Mesh files of every format."""
import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from utils.errors import InputError
from utils.shapes import readers
from utils.shapes.mesh import Mesh
from utils.shapes.readers import read_mesh
from utils.shapes.shape import load_mesh

TRIANGLE = Mesh(np.eye(3), np.array([[0, 1, 2]]))
PLY = """ply
format ascii 1.0
comment TextureFile {}
element vertex 3
property float x
property float y
property float z
property float s
property float t
element face 1
property list uchar int vertex_indices
end_header
-1 -1 0 0 0
1 -1 0 0 1
0 1 0 1 0
3 0 1 2
"""
GLTF = dict(  # a triangle whose numbers are in another file
    asset=dict(version="2.0"), scene=0, scenes=[dict(nodes=[0])], nodes=[dict(mesh=0)],
    meshes=[dict(primitives=[dict(attributes=dict(POSITION=0), indices=1)])],
    bufferViews=[dict(buffer=0, byteLength=36), dict(buffer=0, byteOffset=36, byteLength=6)],
    accessors=[dict(bufferView=0, componentType=5126, count=3, type="VEC3"),
               dict(bufferView=1, componentType=5123, count=3, type="SCALAR")])


def test_a_new_format_is_a_line_of_the_table(monkeypatch, tmp_path):
    monkeypatch.setitem(readers.READERS, ".mine", lambda path, textures: TRIANGLE)
    path = tmp_path / "mesh.MINE"
    path.write_text("")
    assert load_mesh(path).faces.tolist() == [[0, 1, 2]]


def test_formats_that_nobody_reads_and_files_without_a_mesh(tmp_path):
    path = tmp_path / "mesh.doc"
    path.write_text("")
    with pytest.raises(InputError, match="mesh.doc: files of this kind are not read; give an obj, .*glb, gltf or off"):
        load_mesh(path)
    trimesh.PointCloud(np.random.default_rng(0).random((5, 3))).export(tmp_path / "points.ply")
    (tmp_path / "text.stl").write_text("solid")
    for name, complaint in (("points.ply", "points.ply: has no faces"), ("text.stl", "text.stl: ")):
        with pytest.raises(InputError, match=complaint):
            load_mesh(tmp_path / name)


@pytest.fixture
def files(tmp_path):
    """A folder with a red image, what is no image, and a pipe."""
    Image.new("RGB", (4, 4), (255, 0, 0)).save(tmp_path / "red.png")
    (tmp_path / "text.png").write_text("hello")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.parametrize("image, complaint", [
    ("red.png", None), ("text.png", "text.png: cannot be read as an image"),
    ("pipe", "mesh.ply: names pipe, which is no file beside it; put it there"),
    ("none.png", "names none.png, which is no file beside it")])
def test_images_that_a_ply_file_names(image, complaint, files, capsys):
    (files / "mesh.ply").write_text(PLY.format(image))
    assert len(load_mesh(files / "mesh.ply").faces) == 1  # for a white object it does not matter
    if complaint is None:
        [paint] = read_mesh(files / "mesh.ply", True).paints
        assert (paint.image == [1, 0, 0]).all() and paint.uv.tolist() == [[[0, 0], [0, 1], [1, 0]]]
    else:
        with pytest.raises(InputError) as error:
            load_mesh(files / "mesh.ply", textures=True)
        assert complaint in str(error.value)
    assert capsys.readouterr().err == ""  # where trimesh would log it, with a traceback


def test_the_image_of_a_glb_file(files):
    box = trimesh.creation.box()
    box.visual = trimesh.visual.TextureVisuals(uv=np.zeros((8, 2)), material=trimesh.visual.material.PBRMaterial(
        baseColorTexture=Image.open(files / "red.png")))
    box.export(files / "box.glb")
    [paint] = read_mesh(files / "box.glb", True).paints
    assert (paint.image == [1, 0, 0]).all() and paint.colors is None


def test_numbers_that_a_gltf_file_names(files):
    (files / "numbers").write_bytes(np.eye(3, dtype=np.float32).tobytes() + np.arange(3, dtype=np.uint16).tobytes())
    for name, complaint in (("numbers", None), ("pipe", "mesh.gltf: names pipe, which is no file beside it")):
        (files / "mesh.gltf").write_text(json.dumps({**GLTF, "buffers": [dict(uri=name, byteLength=42)]}))
        if complaint is None:
            assert load_mesh(files / "mesh.gltf").faces.tolist() == [[0, 1, 2]]
        else:
            with pytest.raises(InputError, match=complaint):
                load_mesh(files / "mesh.gltf")


def test_a_disk_that_fails_while_a_mesh_is_read_is_named(monkeypatch, tmp_path):
    def failing(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    path = tmp_path / "box.off"
    trimesh.creation.box().export(path)
    monkeypatch.setattr(Path, "read_bytes", failing)
    with pytest.raises(InputError, match=r"box\.off: cannot be read \(Input/output error\); "):
        load_mesh(path)
