"""Damaged meshes: a mesh that can be drawn, or a documented error in one line. Concave polygons: their area, once."""
import io
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.fuzzing import OBJ, damaged, fuzz, only_input_errors, spoilt, st
from tests.glb import Gltf
from utils.shapes.shape import load_mesh
from utils.shapes.stand_ins import stand_in

PICTURE = Path(__file__).parents[1] / "docs/frame.png"
MTL = "newmtl m\nKd 0.5 0.25 1\nmap_Kd -s 2 2 1 -o 0.5 0 -mm 0 1 -clamp on a.png\n"
PLY = ("ply\nformat ascii 1.0\ncomment TextureFile a.png\nelement vertex 4\nproperty float x\nproperty float y\n"
       "property float z\nproperty float s\nproperty float t\nproperty uchar red\nproperty uchar green\n"
       "property uchar blue\nelement face 2\nproperty list uchar int vertex_indices\nend_header\n"
       "-1 -1 0 0 0 9 9 9\n1 -1 0 1 0 0 0 0\n0 1 0 0 1 255 0 0\n0 0 1 1 1 0 255 0\n3 0 1 2\n4 0 1 3 2\n")
OFF = ("COFF\n5 2 0\n-1 -1 0 1 0 0 1\n1 -1 0 0 1 0 1\n0 1 0 0 0 1 1\n0 0 1 1 1 0 1\n0 0 0 1 1 1 1\n"
       "4 0 1 4 2 255 0 0\n3 0 1 3\n")
STL = ("solid a\n" + "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n" * 2
       + "endsolid a\n")


def check_mesh(path, textures):
    """A mesh that can be drawn, or a documented error."""
    shape = only_input_errors(lambda: load_mesh(path, textures=textures))
    if shape is not None:
        assert torch.isfinite(shape.vertices).all() and shape.vertices.abs().max() <= 1 + 1e-6
        assert len(shape.faces) and shape.faces.min() >= 0 and shape.faces.max() < len(shape.vertices)
        assert all(note.startswith(str(path)) and "\n" not in note for note in shape.notes)
    if shape is not None and shape.textures is not None:
        assert shape.textures.n_faces == len(shape.faces)
        for colors in (shape.textures.texels, shape.textures.colors):
            assert colors is None or (colors.min() >= 0 and colors.max() <= 1 + 1e-6)
    return shape


@fuzz(obj=damaged(OBJ), mtl=damaged(MTL), textures=st.booleans())
def test_obj_and_mtl_files(folder, obj, mtl, textures):
    (folder / "a.obj").write_text(obj, encoding="latin1", errors="replace")
    (folder / "a.mtl").write_text(mtl, encoding="latin1", errors="replace")
    if textures and len(obj) % 8 == 0:
        shutil.copy(PICTURE, folder / "a.png")
    check_mesh(folder / "a.obj", textures)


@fuzz(case=st.one_of(*(st.tuples(st.just(suffix), damaged(text))
                       for suffix, text in (("ply", PLY), ("off", OFF), ("stl", STL)))), textures=st.booleans())
def test_text_files(folder, case, textures):
    suffix, text = case
    (folder / f"a.{suffix}").write_text(text, encoding="latin1", errors="replace")
    if textures and len(text) % 2 == 0:
        Image.new("L", (3, 2), 128).save(folder / "a.png")
    check_mesh(folder / f"a.{suffix}", textures)


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


def rich_gltf():
    """A glTF file with much in it: an image, colours, a skin, a morph target, instances, a sparse accessor."""
    gltf, content = Gltf(), io.BytesIO()
    Image.new("RGB", (2, 2), (255, 0, 0)).save(content, "png")
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    faces = gltf.accessor(np.array([0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3], np.uint16))
    uv = gltf.accessor((corners[:, :2] * 255).astype(np.uint8), stride=4, normalized=True)
    texture = gltf.add("textures", source=gltf.add("images", bufferView=gltf.view(content.getvalue())),
                       sampler=gltf.add("samplers", wrapS=33071, wrapT=33071))
    info = dict(index=texture, texCoord=0, extensions=dict(KHR_texture_transform=dict(offset=[0.5, 0], rotation=1)))
    material = gltf.add("materials", pbrMetallicRoughness=dict(baseColorTexture=info, baseColorFactor=[1, 0.5, 1, 1]))
    sparse = dict(count=1, indices=dict(bufferView=gltf.view(b"\3"), componentType=5121),
                  values=dict(bufferView=gltf.view(corners[3].tobytes())))
    moved = gltf.describe(corners, sparse=sparse)
    attributes = dict(POSITION=gltf.accessor(corners), TEXCOORD_0=uv)
    skinned = dict(JOINTS_0=gltf.accessor(np.zeros((4, 4), np.uint8)),
                   WEIGHTS_0=gltf.accessor(np.full((4, 4), 0.25, np.float32)))
    gltf.mesh(dict(attributes={**attributes, **skinned}, indices=faces, material=material,
                   targets=[dict(POSITION=moved)]), node=dict(skin=0), weights=[0.5])
    gltf.add("skins", joints=[gltf.node(translation=[0, 0, 1], in_scene=False)],
             inverseBindMatrices=gltf.accessor(np.eye(4, dtype=np.float32).reshape(1, 16)))
    places = dict(TRANSLATION=gltf.accessor(np.array([[0, 0, 0], [2, 0, 0]], np.float32)))
    child = gltf.mesh(dict(attributes=dict(POSITION=attributes["POSITION"], COLOR_0=gltf.accessor(
        np.full((4, 3), 40000, np.uint16), normalized=True)), mode=5), node=dict(
            extensions=dict(EXT_mesh_gpu_instancing=dict(attributes=places))))
    gltf.json["scenes"][0]["nodes"].remove(child)
    gltf.node(children=[child], rotation=[0, 1, 0, 0], scale=[1, 2, 1])
    return gltf


VALUES = [None, True, -1, 0, 1, 2, 3, 5, 1e300, 0.5, "", "x", "VEC4", "data:,", "data:;base64,AAAA", "none.bin", [], {},
          [[]], [0], [99], [1e300] * 3, {"a": 1}, 5120, 5125, 5126, 10 ** 9, 2 ** 70, float("nan")]


def places_in(json):
    """All (dict or list, key) below a value."""
    found, open_values = [], [json]
    while open_values:
        value = open_values.pop()
        for key in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
            found.append((value, key))
            open_values.append(value[key])
    return found


def test_a_gltf_file_with_much_in_it_is_read(tmp_path):
    (tmp_path / "a.glb").write_bytes(rich_gltf().glb())
    assert len(check_mesh(tmp_path / "a.glb", True).faces) == 8


@fuzz(seed=st.integers(0, 2 ** 32), textures=st.booleans())
def test_descriptions_of_gltf_files(folder, seed, textures):
    chosen, gltf = random.Random(seed), rich_gltf()
    for _ in range(chosen.randrange(1, 4)):
        holder, key = chosen.choice(places_in(gltf.json))
        if chosen.random() < 0.25:
            del holder[key]
        else:
            holder[key] = chosen.choice(VALUES)
    is_binary = chosen.random() < 0.7
    path = folder / ("a.glb" if is_binary else "a.gltf")
    path.write_bytes(gltf.glb() if is_binary else gltf.gltf())
    check_mesh(path, textures)


@fuzz(seed=st.integers(0, 2 ** 32), suffix=st.sampled_from(["obj", "ply", "off"]))
def test_concave_polygons_have_their_area(folder, seed, suffix):
    random = np.random.default_rng(seed)
    n = int(random.integers(3, 12))
    angles = 2 * np.pi * (np.arange(n) + random.uniform(-0.2, 0.2, n)) / n  # each next one within half a turn
    outline = random.uniform(0.2, 1, n)[:, None] * np.stack((np.cos(angles), np.sin(angles)), 1)
    x, y = np.roll(outline, int(random.integers(n)), 0).T
    area = 0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1))
    frame = np.linalg.qr(random.normal(size=(3, 3)))[0]
    points = (np.stack((x, y), 1) @ frame[:2] + random.normal(size=3)).round(9)
    rows = [" ".join(map(repr, row)) for row in points.tolist()]
    order = " ".join(map(str, range(n)))
    text = {"obj": "\n".join([*(f"v {row}" for row in rows), "f " + " ".join(str(k + 1) for k in range(n))]),
            "off": "\n".join(["OFF", f"{n} 1 0", *rows, f"{n} {order}"]),
            "ply": "\n".join(["ply", "format ascii 1.0", f"element vertex {n}",
                              *(f"property double {axis}" for axis in "xyz"), "element face 1",
                              "property list uchar int vertex_index", "end_header", *rows, f"{n} {order}"])}[suffix]
    (folder / f"a.{suffix}").write_text(text + "\n")
    shape = check_mesh(folder / f"a.{suffix}", False)
    corners = shape.vertices.double().numpy()[shape.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    scale = (2 / (points.max(0) - points.min(0)).max()) ** 2  # of the published frame
    assert np.linalg.norm(normals, axis=1).sum() == pytest.approx(area * scale, rel=1e-4)  # no triangle outside of it
    assert np.linalg.norm(normals.sum(0)) == pytest.approx(area * scale, rel=1e-4)  # and none that turns the other way


@fuzz(seed=st.integers(0, 2 ** 32))
def test_polygons_of_any_corners(folder, seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(3, 30))
    points = [random.normal(size=(n, 3)), random.integers(-1, 2, (n, 3)), np.zeros((n, 3))][seed % 3]
    points = points * 10.0 ** random.integers(-20, 20)
    faces = ["f " + " ".join(map(str, random.integers(1, n + 1, random.integers(3, 9)))) for _ in range(5)]
    (folder / "a.obj").write_text("\n".join([*(f"v {x!r} {y!r} {z!r}" for x, y, z in points.tolist()), *faces]) + "\n")
    check_mesh(folder / "a.obj", False)
