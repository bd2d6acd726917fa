"""Damaged meshes: a mesh that can be drawn, or a documented error in one line."""
import shutil
from pathlib import Path

import torch

from tests.fuzzing import OBJ, damaged, fuzz, only_input_errors, spoilt, st
from utils.shapes.shape import load_mesh
from utils.shapes.stand_ins import stand_in

PICTURE = Path(__file__).parents[1] / "docs/frame.png"
MTL = "newmtl m\nKd 0.5 0.25 1\nmap_Kd a.png\n"
PLY = ("ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\nelement face 2\n"
       "property list uchar int vertex_indices\nend_header\n-1 -1 0\n1 -1 0\n0 1 0\n0 0 1\n3 0 1 2\n3 0 1 3\n")


def check_mesh(path, textures):
    """A mesh that can be drawn, or a documented error."""
    shape = only_input_errors(lambda: load_mesh(path, textures=textures))
    if shape is not None:
        assert torch.isfinite(shape.vertices).all() and shape.vertices.abs().max() <= 1 + 1e-6
        assert len(shape.faces) and shape.faces.min() >= 0 and shape.faces.max() < len(shape.vertices)
        colors = [] if shape.textures is None else [shape.textures.texels, shape.textures.colors]
        assert all(0 <= values.min() and values.max() <= 1 for values in colors)


@fuzz(obj=damaged(OBJ), mtl=damaged(MTL), textures=st.booleans())
def test_obj_and_mtl_files(folder, obj, mtl, textures):
    (folder / "a.obj").write_text(obj, encoding="latin1", errors="replace")
    (folder / "a.mtl").write_text(mtl, encoding="latin1", errors="replace")
    if textures and len(obj) % 8 == 0:
        shutil.copy(PICTURE, folder / "a.png")
    check_mesh(folder / "a.obj", textures)


@fuzz(ply=damaged(PLY), textures=st.booleans())
def test_ply_files(folder, ply, textures):
    (folder / "a.ply").write_text(ply, encoding="latin1", errors="replace")
    check_mesh(folder / "a.ply", textures)


BINARY = {}


def binary_mesh(suffix):
    """The bytes of a good mesh in a format."""
    if suffix not in BINARY:
        import trimesh
        BINARY[suffix] = trimesh.Trimesh(*stand_in(5, 0), process=False).export(file_type=suffix)
        BINARY[suffix] = BINARY[suffix].encode() if isinstance(BINARY[suffix], str) else BINARY[suffix]
    return BINARY[suffix]


@fuzz(suffix=st.sampled_from(["ply", "glb", "stl", "off"]), seed=st.integers(0, 2 ** 32), textures=st.booleans())
def test_binary_meshes(folder, suffix, seed, textures):
    (folder / f"a.{suffix}").write_bytes(spoilt(binary_mesh(suffix), seed))
    check_mesh(folder / f"a.{suffix}", textures)
