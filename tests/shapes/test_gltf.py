"""glTF files of every form: each is read as the specification says, or refused by what it needs."""
import io

import numpy as np
import pytest
from PIL import Image

from tests.glb import Gltf
from utils.errors import InputError
from utils.shapes.readers import read_mesh

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.uint16)
QUARTER = [0, np.sqrt(0.5), 0, np.sqrt(0.5)]  # around y


def solid(gltf, positions=CORNERS, faces=FACES, **more):
    """A primitive of a tetrahedron."""
    attributes = dict(POSITION=gltf.accessor(positions), **more.pop("attributes", {}))
    return dict(attributes=attributes, indices=gltf.accessor(faces.ravel()), **more)


def read(folder, gltf, textures=False):
    path = folder / "a.glb"
    path.write_bytes(gltf if isinstance(gltf, bytes) else gltf.glb())
    return read_mesh(path, textures)


def corners_of(mesh):
    """The corners of all triangles, [F, 3, 3]."""
    return mesh.vertices[mesh.faces].round(6).tolist()


EXPECTED = CORNERS[FACES].tolist()


@pytest.mark.parametrize("kind, scale, normalized", [
    ("u1", 255, True), ("i1", 127, True), ("u2", 65535, True), ("i2", 32767, True), ("u1", 1, False), ("i2", 1, False)])
def test_positions_of_whole_numbers(kind, scale, normalized, tmp_path):
    gltf = Gltf()
    positions = gltf.accessor((CORNERS * scale).astype(kind), stride=8, normalized=normalized)
    gltf.mesh(dict(attributes=dict(POSITION=positions), indices=gltf.accessor(FACES.ravel())))
    gltf.json["extensionsRequired"] = ["KHR_mesh_quantization"]
    assert corners_of(read(tmp_path, gltf)) == EXPECTED


@pytest.mark.parametrize("kind", ["u1", "u2", "u4"])
def test_indices_of_every_size_strides_and_offsets(kind, tmp_path):
    gltf = Gltf()
    view = gltf.view(b"\xcd" * 8 + b"".join(row.tobytes() + b"\xcd" * 4 for row in CORNERS), byteStride=16)
    positions = gltf.describe(CORNERS, bufferView=view, byteOffset=8)
    gltf.mesh(dict(attributes=dict(POSITION=positions), indices=gltf.accessor(FACES.ravel().astype(kind))))
    assert corners_of(read(tmp_path, gltf)) == EXPECTED


@pytest.mark.parametrize("has_view", [True, False])
def test_sparse_accessors(has_view, tmp_path):
    gltf = Gltf()
    places = gltf.view(bytes([1, 2, 3]))
    changed = dict(count=3, indices=dict(bufferView=places, componentType=5121),
                   values=dict(bufferView=gltf.view(CORNERS[1:].tobytes())))
    kept = dict(bufferView=gltf.view(np.full_like(CORNERS, 7).tobytes())) if has_view else {}
    positions = gltf.describe(CORNERS, sparse=changed, **kept)
    gltf.mesh(dict(attributes=dict(POSITION=positions), indices=gltf.accessor(FACES.ravel())))
    mesh = read(tmp_path, gltf)
    assert mesh.vertices[1:].tolist() == CORNERS[1:].tolist() and mesh.vertices[0].tolist() == [7 * has_view] * 3


def test_strips_fans_and_triangles_without_indices(tmp_path):
    square = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
    for mode, order, faces in ((5, [0, 1, 2, 3], [[0, 1, 2], [2, 1, 3]]), (6, [0, 1, 3, 2], [[0, 1, 3], [0, 3, 2]]),
                               (4, [0, 1, 2, 2, 1, 3], [[0, 1, 2], [2, 1, 3]])):
        for indexed in (True, False):
            gltf = Gltf()
            positions = gltf.accessor(square if indexed else square[order])
            more = dict(indices=gltf.accessor(np.array(order, np.uint8))) if indexed else {}
            gltf.mesh(dict(attributes=dict(POSITION=positions), mode=mode, **more))
            found = read(tmp_path, gltf)
            area = np.cross(*(found.vertices[found.faces[:, k]] - found.vertices[found.faces[:, 0]] for k in (1, 2)))
            assert area.tolist() == [[0, 0, 1], [0, 0, 1]]  # the same side, whatever the order of the corners
            assert sorted(map(sorted, corners_of(found))) == sorted(sorted(square[face].tolist()) for face in faces)


def test_points_and_lines_are_counted(tmp_path):
    gltf = Gltf()
    points = dict(attributes=dict(POSITION=gltf.accessor(CORNERS)))
    gltf.mesh(solid(gltf), {**points, "mode": 0}, {**points, "mode": 1}, {**points, "mode": 3})
    mesh = read(tmp_path, gltf)
    assert corners_of(mesh) == EXPECTED
    assert "left out 1 primitive of points and 2 primitives of lines" in mesh.notes[0]
    gltf = Gltf()
    gltf.mesh({**points, "mode": 0})
    gltf.accessor(CORNERS)
    with pytest.raises(InputError, match="has no faces"):
        read(tmp_path, gltf)


def test_transforms_of_nodes(tmp_path):
    turned = CORNERS[:, [2, 1, 0]] * [1, 1, -1]  # a quarter turn around y
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = np.diag([2, 3, 4]), [5, 6, 7]
    for node, expected in (
            (dict(translation=[1, 2, 3]), CORNERS + [1, 2, 3]), (dict(scale=[2, 3, 4]), CORNERS * [2, 3, 4]),
            (dict(rotation=QUARTER), turned), (dict(matrix=matrix.T.ravel().tolist()), CORNERS * [2, 3, 4] + [5, 6, 7]),
            (dict(translation=[1, 2, 3], rotation=QUARTER, scale=[2, 2, 2]), turned * 2 + [1, 2, 3])):
        gltf = Gltf()
        gltf.mesh(solid(gltf), node=node)
        np.testing.assert_allclose(read(tmp_path, gltf).vertices, expected, atol=1e-6)
    gltf = Gltf()
    gltf.mesh(solid(gltf), node=dict(scale=[-1, 1, 1]))  # a mirror image, whose faces still look outwards
    assert corners_of(read(tmp_path, gltf)) == (CORNERS * [-1, 1, 1])[FACES[:, ::-1]].tolist()


def test_parents_scenes_and_hidden_nodes(tmp_path):
    gltf = Gltf()
    child = gltf.mesh(solid(gltf), node=dict(translation=[1, 0, 0]))
    elsewhere = gltf.mesh(solid(gltf), node=dict(translation=[9, 9, 9]))
    hidden = gltf.mesh(solid(gltf), node=dict(extensions=dict(KHR_node_visibility=dict(visible=False))))
    parent = gltf.node(children=[child], scale=[2, 2, 2])
    gltf.json["scenes"] = [dict(nodes=[elsewhere]), dict(nodes=[parent, hidden])]
    gltf.json["scene"] = 1
    assert read(tmp_path, gltf).vertices.tolist() == (CORNERS * 2 + [2, 0, 0]).tolist()
    del gltf.json["scene"], gltf.json["scenes"]
    assert len(read(tmp_path, gltf).faces) == 8


def test_instances(tmp_path):
    gltf = Gltf()
    attributes = dict(TRANSLATION=gltf.accessor(np.array([[0, 0, 0], [5, 0, 0]], np.float32)),
                      SCALE=gltf.accessor(np.array([[1, 1, 1], [2, 2, 2]], np.float32)))
    gltf.mesh(solid(gltf), node=dict(extensions=dict(EXT_mesh_gpu_instancing=dict(attributes=attributes)),
                                     translation=[0, 1, 0]))
    gltf.json["extensionsRequired"] = ["EXT_mesh_gpu_instancing"]
    assert read(tmp_path, gltf).vertices.tolist() == [*(CORNERS + [0, 1, 0]).tolist(),
                                                      *(CORNERS * 2 + [5, 1, 0]).tolist()]


def test_skins_and_morph_targets(tmp_path):
    gltf = Gltf()
    joints, weights = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
    joints[3, :2], weights[:, 0], weights[3] = (0, 1), 255, (51, 204, 0, 0)
    target = gltf.accessor(np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]], np.float32))
    attributes = dict(JOINTS_0=gltf.accessor(joints), WEIGHTS_0=gltf.accessor(weights, normalized=True))
    bind = np.tile(np.eye(4, dtype=np.float32).ravel(), (2, 1))
    bind[1, 14] = -1  # a translation along z, by columns
    primitive = solid(gltf, attributes=attributes, targets=[dict(POSITION=target)])
    gltf.mesh(primitive, node=dict(skin=0, translation=[9, 9, 9]), weights=[0.5])
    lower = gltf.node(translation=[0, 0, 2], in_scene=False)
    upper = gltf.node(translation=[0, 1, 0], children=[lower])
    gltf.add("skins", joints=[upper, lower], inverseBindMatrices=gltf.accessor(bind))
    assert read(tmp_path, gltf).vertices.round(6).tolist() == [[0, 1, 0], [1.5, 1, 0], [0, 2, 0], [0, 1, 1.8]]


def png(*colors):
    """A png image of two columns: its bytes."""
    content = io.BytesIO()
    Image.fromarray(np.array([colors], np.uint8)).save(content, "png")
    return content.getvalue()


def textured(gltf, info=None, uv=((0, 0), (1, 0), (0, 1), (1, 1)), material=None, sampler=None, **attributes):
    """Add a tetrahedron with an image."""
    source = gltf.add("images", bufferView=gltf.view(png((255, 0, 0), (0, 0, 255))), mimeType="image/png")
    texture = gltf.add("textures", source=source, **({} if sampler is None else dict(sampler=gltf.add(
        "samplers", **sampler))))
    pbr = dict(baseColorTexture=dict(index=texture, **(info or {})))
    number = gltf.add("materials", **(material or dict(pbrMetallicRoughness=pbr)))
    attributes.setdefault("TEXCOORD_0", gltf.accessor(np.array(uv, np.float32)))
    gltf.mesh(solid(gltf, attributes=attributes, material=number))
    return gltf


def test_texture_coordinates_count_downwards_and_may_be_transformed(tmp_path):
    [paint] = read(tmp_path, textured(Gltf()), True).paints
    assert paint.image.tolist() == [[[1, 0, 0], [0, 0, 1]]] and paint.wrap == "repeat"
    assert paint.uv.tolist() == np.array([[0, 1], [1, 1], [0, 0], [1, 0]])[FACES].tolist()
    transform = dict(offset=[0.25, 0.5], rotation=np.pi / 2, scale=[2, 3])
    [paint] = read(tmp_path, textured(Gltf(), dict(extensions=dict(KHR_texture_transform=transform))), True).paints
    u, v = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    expected = np.stack((0.25 + 3 * v, 1 - (0.5 - 2 * u)), axis=1)  # a turn against the clock, seen with v downwards
    np.testing.assert_allclose(paint.uv, expected[FACES], atol=1e-6)


def test_second_sets_of_coordinates_and_samplers(tmp_path):
    gltf = Gltf()
    second = gltf.accessor((np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * 65535).astype(np.uint16), normalized=True)
    textured(gltf, dict(texCoord=1), uv=[[9, 9]] * 4, sampler=dict(wrapS=33071, wrapT=33071), TEXCOORD_1=second)
    [paint] = read(tmp_path, gltf, True).paints
    assert paint.wrap == "clamp" and paint.uv.tolist() == np.array([[0, 1], [1, 1], [0, 0], [1, 0]])[FACES].tolist()
    one_way, both_ways = [[[0, 0], [1, 0], [0, 2], [1, 2]], [[0, 0], [3, 0], [0, 2], [3, 2]]]
    sampler = dict(wrapS=33071, wrapT=33648)
    assert read(tmp_path, textured(Gltf(), uv=one_way, sampler=sampler), True).paints[0].wrap == "mirror"
    with pytest.raises(InputError, match="continues in two ways, clamp and mirror"):
        read(tmp_path, textured(Gltf(), uv=both_ways, sampler=sampler), True)
    gltf = Gltf()
    with pytest.raises(InputError, match="a primitive with a texture has no TEXCOORD_3"):
        read(tmp_path, textured(gltf, dict(texCoord=3)), True)


def test_the_default_material_is_white_and_glossy_ones_have_their_diffuse_colour(tmp_path):
    gltf = Gltf()
    glossy = dict(KHR_materials_pbrSpecularGlossiness=dict(diffuseFactor=[1, 0, 0, 1]))
    gltf.mesh(solid(gltf, material=gltf.add("materials", extensions=glossy)), solid(gltf))
    red, white = read(tmp_path, gltf, True).paints
    np.testing.assert_allclose((red.colors.ravel(), white.colors.ravel()), ([1, 0, 0], [1, 1, 1]))
    gltf = Gltf()
    gltf.mesh(solid(gltf))
    with pytest.raises(InputError, match="has no colours; leave it out"):
        read(tmp_path, gltf, True)


def test_colours_of_vertices_times_the_materials(tmp_path):
    gltf = Gltf()
    colors = gltf.accessor(np.full((4, 4), [0.5, 1, 0, 1], np.float32))
    number = gltf.add("materials", pbrMetallicRoughness=dict(baseColorFactor=[0.5, 0.5, 1, 1]), alphaMode="BLEND",
                      name="glass")
    gltf.mesh(solid(gltf, attributes=dict(COLOR_0=colors), material=number))
    mesh = read(tmp_path, gltf, True)
    np.testing.assert_allclose(mesh.paints[0].colors[0, 0], [0.537, 0.735, 0], atol=1e-3)  # 0.25, 0.5 and 0 as sRGB
    assert "drawn opaque: glass" in mesh.notes[0]


def test_a_description_may_be_padded_with_zeros(tmp_path):
    gltf = Gltf()
    gltf.mesh(solid(gltf))
    for name in ("x", "xx", "xxx", "xxxx"):
        gltf.json["asset"]["generator"] = name
        content = gltf.glb()
        end = 20 + int.from_bytes(content[12:16], "little")
        text = content[20:end].rstrip(b" ")
        assert len(read(tmp_path, content[:20] + text.ljust(end - 20, b"\0") + content[end:]).faces) == 4


def test_gltf_files_with_their_numbers_within_or_beside(tmp_path):
    gltf = Gltf()
    gltf.mesh(solid(gltf))
    path = tmp_path / "a.gltf"
    (tmp_path / "numbers of it.bin").write_bytes(gltf.bytes)
    for uri in (None, "numbers%20of%20it.bin", "numbers of it.bin", "NUMBERS%20of%20it.bin"):
        path.write_bytes(b"\xef\xbb\xbf" + gltf.gltf(uri))
        assert corners_of(read_mesh(path)) == EXPECTED
    path.write_bytes(gltf.gltf("none.bin"))
    with pytest.raises(InputError, match=r"a\.gltf: names none\.bin, which is no file beside it; put it there"):
        read_mesh(path)


def test_draco(tmp_path):
    draco = pytest.importorskip("DracoPy")
    gltf = Gltf()
    stream = draco.encode(CORNERS, FACES.astype(np.uint32), quantization_bits=14)
    number = draco.decode(stream).attributes[0]["unique_id"]
    packed = dict(bufferView=gltf.view(stream), attributes=dict(POSITION=number))
    primitive = dict(attributes=dict(POSITION=gltf.describe(CORNERS)), indices=gltf.describe(FACES.reshape(-1, 1)),
                     extensions=dict(KHR_draco_mesh_compression=packed))
    gltf.mesh(primitive, node=dict(translation=[1, 0, 0]))
    gltf.json["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    mesh = read(tmp_path, gltf)
    found = sorted(np.round(mesh.vertices[face], 3).tolist() for face in mesh.faces)
    assert sorted(map(sorted, found)) == sorted(map(sorted, (CORNERS + [1, 0, 0])[FACES].tolist()))


def test_draco_without_its_package(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "DracoPy", None)
    gltf = Gltf()
    packed = dict(bufferView=gltf.view(b"DRACO"), attributes=dict(POSITION=0))
    gltf.mesh(solid(gltf, extensions=dict(KHR_draco_mesh_compression=packed)))
    with pytest.raises(InputError, match="compressed by Draco .* pip install DracoPy"):
        read(tmp_path, gltf)


@pytest.mark.parametrize("name", ["EXT_meshopt_compression", "KHR_meshopt_compression", "ACME_new_thing"])
def test_extensions_that_are_not_read_are_named(name, tmp_path):
    gltf = Gltf()
    gltf.mesh(solid(gltf))
    gltf.json["extensionsRequired"] = [name]
    with pytest.raises(InputError, match=f"needs the extension {name}, which is not read; open it in Blender"):
        read(tmp_path, gltf)
    gltf.json["extensionsUsed"] = gltf.json.pop("extensionsRequired")
    assert len(read(tmp_path, gltf).faces) == 4


def test_a_compressed_view_that_stands_nowhere_else_is_named(tmp_path):
    gltf = Gltf()
    gltf.mesh(solid(gltf))
    gltf.json["bufferViews"][0].update(buffer=1, extensions=dict(EXT_meshopt_compression=dict(buffer=0, byteLength=9)))
    gltf.json["buffers"] = []
    content = gltf.glb().replace(b'"buffers": [', b'"buffers": [{"byteLength": 48}, ', 1)
    path = tmp_path / "a.glb"
    path.write_bytes(content[:12] + (len(content) - 20 - 8 - len(gltf.bytes) - (-len(gltf.bytes) % 4)).to_bytes(
        4, "little") + content[16:])
    with pytest.raises(InputError, match="uses EXT_meshopt_compression, which is not read"):
        read_mesh(path)


@pytest.mark.parametrize("change, complaint", [
    (lambda json: json["accessors"][0].update(count=99), "99 entries are asked for where 48 bytes are"),
    (lambda json: json["bufferViews"][0].update(byteLength=10 ** 9), "ends behind its buffer"),
    (lambda json: json["accessors"][0].update(componentType=1), "is of no kind that glTF knows"),
    (lambda json: json["nodes"][0].update(mesh=7), "asks for number 7 of its meshes, which is not there"),
    (lambda json: json["nodes"][0].update(children=[0]), "is not there, or below itself"),
    (lambda json: json["scenes"][0].update(nodes=[5]), "node 5 is not there"),
    (lambda json: json.update(nodes=4), "does not follow glTF 2.0"),
    (lambda json: json["asset"].update(version="1.0"), r"glTF 1\.0 is not read, only 2\.0"),
    (lambda json: json.pop("asset"), "no description of a glTF asset"),
    (lambda json: json["bufferViews"][0].update(buffer=1), "asks for number 1 of its buffers"),
    (lambda json: json["accessors"][1].update(bufferView=0, count=12), "a face asks for vertex"),
])
def test_damaged_files(change, complaint, tmp_path):
    gltf = Gltf()
    gltf.mesh(solid(gltf, faces=FACES.astype(np.uint32)))
    change(gltf.json)
    with pytest.raises(InputError, match=complaint) as error:
        read(tmp_path, gltf)
    assert "\n" not in str(error.value) and str(error.value).startswith(str(tmp_path / "a.glb"))


def test_a_broken_image_is_named(tmp_path):
    gltf = textured(Gltf())
    gltf.json["images"][0].update(bufferView=gltf.view(b"no image"), name="bark")
    with pytest.raises(ValueError, match=r"a\.glb: image bark: cannot be read as an image"):
        read(tmp_path, gltf, True)
    assert len(read(tmp_path, gltf).faces) == 4
