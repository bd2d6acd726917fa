"""Text formats as programs write them: obj and mtl, ply, off, stl."""
import struct

import numpy as np
import pytest
from PIL import Image

from utils.errors import InputError
from utils.shapes.readers import read_mesh
from utils.shapes.shape import load_mesh

SQUARE = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
V = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
TWO = [[0, 1, 2], [0, 2, 3]]


def put(path, content):
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder, name, content, textures=False):
    return read_mesh(put(folder / name, content), textures)


def refused(folder, name, content, textures=False):
    with pytest.raises(ValueError) as error:
        read(folder, name, content, textures)
    assert "\n" not in str(error.value) and str(folder) in str(error.value)
    return str(error.value)


def color_of(mesh):
    """The colour of the first triangle's first corner."""
    return np.broadcast_to(mesh.paints[0].colors, (len(mesh.faces), 3, 3))[0, 0].round(3).tolist()


@pytest.mark.parametrize("text", [
    V + "f 1 2 3 4", "\ufeff" + V + "f 1 2 3 4", (V + "f 1 2 3 4").replace("\n", "\r"),
    (V + "f 1 2 3 4").replace("\n", "\r\n"), V + "f 1 2 \\\n 3 4\n", V + "f -4 -3 -2 -1",
    (V + "f 1 2 3 4").encode("utf-16"),
    V.replace(" 0\n", " 0 1.0\n") + "f 1 2 3 4", "# \\\n" + V + "g a b\ns 1\no c\nvn 0 0 1\nf 1//1 2//1 3//1 4//1"])
def test_forms_of_an_obj_file(text, tmp_path):
    mesh = read(tmp_path, "a.obj", text)
    assert (mesh.vertices.tolist(), mesh.faces.tolist(), mesh.notes) == (SQUARE, TWO, [])


def test_elements_of_an_obj_file_that_are_not_drawn_are_counted(tmp_path):
    text = V + "p 1\nl 1 2\nl 2 3\ncstype bspline\nsurf 0 1 0 1 1 2 3 4\nend\nf 1 2\nf 1 2 3\nf 4\n"
    mesh = read(tmp_path, "a.obj", text)
    assert mesh.faces.tolist() == [[0, 1, 2]]
    assert "left out 2 faces with fewer than three corners, the first in line 11" in mesh.notes[0]
    assert "left out 1 point and 2 lines and 1 surface; only faces are drawn" in mesh.notes[1]
    assert "'f 1 2' is no face" in refused(tmp_path, "a.obj", V + "f 1 2\n")


@pytest.mark.parametrize("colors, expected", [("1 0.5 0", [1, 0.5, 0]), ("255 51 0", [1, 0.2, 0]),
                                              ("1 0.5 0 1", [1, 0.5, 0])])
def test_colours_behind_coordinates(colors, expected, tmp_path):
    mesh = read(tmp_path, "a.obj", V.replace("\n", f" {colors}\n") + "f 1 2 3 4", True)
    assert color_of(mesh) == expected
    assert "colours from" in refused(tmp_path, "a.obj", V.replace("\n", " 300 0 0\n") + "f 1 2 3", True)


@pytest.fixture
def images(tmp_path):
    """A folder with red images of many names."""
    for name in ("t.png", "my tex.png", "wood#2.png", "1 2.png", "caf\xe9.png", "Mixed.PNG"):
        Image.new("RGB", (2, 2), (255, 0, 0)).save(tmp_path / name)
    return tmp_path


OBJ = "mtllib a.mtl\n" + V + "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nusemtl m\nf 1/1 2/2 3/3 4/4\n"


@pytest.mark.parametrize("line", [
    "map_Kd t.png", "map_kd t.png", "MAP_KD t.png", "\tmap_Kd\tt.png \r", "map_Kd my tex.png", "map_Kd wood#2.png",
    "map_Kd t.png # red", "map_Kd -s 1 1 1 my tex.png", "map_Kd -o 0 0 0 -s 1 1 1 t.png", "map_Kd -s 1 t.png",
    "map_Kd -blendu on -blendv off -clamp off -mm 0 1 -bm 1 -texres 512 -cc off -imfchan r -boost 2 t.png",
    "map_Kd -t 0 0 0 t.png", "map_Kd C:\\Users\\x\\t.png", "map_Kd /home/x/textures/t.png", "map_Kd textures\\t.png",
    "map_Kd T.PNG", "map_Kd mixed.png", "map_Kd ./t.png", "map_Kd -s 1 1 1 1 2.png", "map_Kd caf\xe9.png"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig"])
def test_forms_of_an_images_line(line, encoding, images):
    put(images / "a.mtl", f"newmtl m\nKd 0 1 0\n{line}\n".encode(encoding))
    [paint] = read(images, "a.obj", OBJ, True).paints
    assert paint.image.tolist() == [[[1, 0, 0]] * 2] * 2 and (paint.colors == 1).all() and paint.wrap == "repeat"
    assert paint.uv[0].tolist() == [[0, 0], [1, 0], [1, 1]]


def test_faces_without_coordinates_beside_an_image(images):
    put(images / "a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd t.png\n")
    mesh = read(images, "a.obj", OBJ + "f 1 2 3\n", True)
    assert mesh.paints[0].colors[2].tolist() == [[0, 1, 0]] * 3 and np.isnan(mesh.paints[0].uv[2]).all()
    assert "1 triangle of materials with an image have no texture coordinates" in mesh.notes[0]


def test_a_texture_coordinate_beyond_single_precision_is_no_place(images):
    put(images / "a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd t.png\n")
    put(images / "a.obj", OBJ.replace("vt 1 0", "vt 1e300 0"))
    assert load_mesh(images / "a.obj", textures=True).textures.n_faces == 2


def test_options_of_an_images_line_that_move_or_change_it(images):
    for options, uv, value in (("-s 2 3 1", [[0, 0], [2, 0], [2, 3]], 1),
                               ("-o 0.5 0.25", [[.5, .25], [1.5, .25], [1.5, 1.25]], 1),
                               ("-o 1 -s 2", [[1, 0], [3, 0], [3, 1]], 1),
                               ("-mm 0.25 0.5", [[0, 0], [1, 0], [1, 1]], 0.75)):
        put(images / "a.mtl", f"newmtl m\nmap_Kd {options} t.png\n")
        [paint] = read(images, "a.obj", OBJ, True).paints
        assert paint.uv[0].tolist() == uv and paint.image[0, 0, 0] == value
    put(images / "a.mtl", "newmtl m\nmap_Kd -clamp on t.png\n")
    assert read(images, "a.obj", OBJ, True).paints[0].wrap == "clamp"
    put(images / "a.mtl", "newmtl m\nmap_Kd -t 0.1 0 0 t.png\n")
    assert "turbulence (-t) is not read" in refused(images, "a.obj", OBJ, True)


def test_images_that_nothing_needs_may_be_missing(tmp_path):
    put(tmp_path / "a.mtl", "newmtl m\nKd 1 0 0\nnewmtl other\nmap_Kd none.png\nnewmtl empty\nmap_Kd\n")
    assert color_of(read(tmp_path, "a.obj", OBJ, True)) == [1, 0, 0]
    text = OBJ.replace("usemtl m", "usemtl other")
    assert "a.mtl, line 4: the image" in refused(tmp_path, "a.obj", text, True)
    without = text.replace("1/1 2/2 3/3 4/4", "1 2 3 4")  # without coordinates, nothing is read from it
    assert color_of(read(tmp_path, "a.obj", without, True)) == [0.5] * 3


@pytest.mark.parametrize("new, use", [("Material #25", "Material #25"), ("red # a comment", "red"),
                                      ("red", "red # mine"),
                                      ("a b", "a b"), ("R\xf6t", "R\xf6t")])
def test_names_of_materials(new, use, tmp_path):
    put(tmp_path / "a.mtl", f"newmtl other\nKd 0 1 0\nnewmtl {new}\nKd 1 0 0\n".encode("latin-1"))
    text = OBJ.replace("usemtl m", f"usemtl {use}").encode("latin-1")
    assert color_of(read(tmp_path, "a.obj", text, True)) == [1, 0, 0]


@pytest.mark.parametrize("line, expected", [("Kd 0.25", [0.25] * 3), ("KD 1 0 0", [1, 0, 0]),
                                            ("Kd 1.000001 -0.000001 0", [1, 0, 0]),
                                            ("Kr 1 1 1\nKd 1 0 0\nd 0.5\nTr 0.5\nillum 2", [1, 0, 0]),
                                            ("Ka 1 1 1", [0.5] * 3)])
def test_lines_of_a_colour(line, expected, tmp_path):
    put(tmp_path / "a.mtl", f"newmtl m\n{line}\n")
    assert color_of(read(tmp_path, "a.obj", OBJ, True)) == expected


@pytest.mark.parametrize("line", ["Kd spectral a.rfl 1", "Kd xyz 1 1 1", "Kd 255 0 0", "Kd 0.5 0.5"])
def test_colours_that_are_none(line, tmp_path):
    put(tmp_path / "a.mtl", f"newmtl m\n{line}\n")
    assert "is no colour; expected Kd r g b" in refused(tmp_path, "a.obj", OBJ, True)


@pytest.mark.parametrize("image, mode, expected", [
    (np.full((2, 2), 32768, np.uint16), None, 0.5), (np.full((2, 2), 0.5, np.float32), "tiff", 0.5),
    (Image.new("1", (2, 2), 1), None, 1), (Image.new("LA", (2, 2), (51, 9)), None, 0.2),
    (Image.new("CMYK", (2, 2), (0, 0, 0, 204)), "tiff", 0.2),
    (Image.new("RGB", (2, 2), (51,) * 3).quantize(4), None, 0.2),
    (Image.new("RGBA", (2, 2), (51, 51, 51, 0)), None, 0.2)])
def test_kinds_of_images(image, mode, expected, tmp_path):
    name = f"t.{mode or 'png'}"
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(tmp_path / name)
    put(tmp_path / "a.mtl", f"newmtl m\nmap_Kd {name}\n")
    np.testing.assert_allclose(read(tmp_path, "a.obj", OBJ, True).paints[0].image, expected, atol=0.01)


def test_images_of_many_pixels(tmp_path):
    Image.new("L", (16384, 16), 51).save(tmp_path / "t.png")
    put(tmp_path / "a.mtl", "newmtl m\nmap_Kd t.png\n")
    put(tmp_path / "a.obj", OBJ)
    image = read_mesh(tmp_path / "a.obj", True).paints[0].image
    assert image.shape == (4, 4096, 3) and (image == np.float32(0.2)).all()
    assert load_mesh(tmp_path / "a.obj", textures=True, texture_limit=0.3).textures is not None
    with pytest.raises(InputError, match=r"t\.png: an image of 16,384 x 16 pixels; the limit is 0.2 million, and "):
        load_mesh(tmp_path / "a.obj", textures=True, texture_limit=0.2)


PLY = ("ply\nformat {}\ncomment made by x\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n{}"
       "element face {}\nproperty list uchar int vertex_indices\n{}end_header\n")


def ply(body, more="", count=1, of_faces="", form="ascii 1.0"):
    return PLY.format(form, more, count, of_faces).encode() + body


LINES = b"0 0 0\n1 0 0\n1 1 0\n0 1 0\n"


@pytest.mark.parametrize("content", [
    ply(LINES + b"4 0 1 2 3\n"), ply(LINES + b"4 0 1 2 3"), ply(LINES + b"4 0 1 2 3\n").replace(b"\n", b"\r"),
    ply(LINES + b"4 0 1 2 3\n").replace(b"\n", b"\r\n"),
    ply(LINES.replace(b"\n", b"\n\n") + b"\n4 0 1 2 3\n\n"), b"\xef\xbb\xbf" + ply(LINES + b"4 0 1 2 3\n"),
    ply(LINES + b"4 0 1 2 3\n").replace(b"made by x", b"caf\xe9").replace(b"end_header", b"end_header "),
    ply(LINES + b"4 0 1 2 3\n").replace(b"vertex_indices", b"vertex_index").replace(b"uchar int", b"uint8 uint32"),
    ply(LINES + b"4 0 1 2 3\n7 8\n", of_faces="element edge 1\nproperty int v1\nproperty int v2\n"),
    *(ply(np.array(SQUARE, f"{order}f4").tobytes() + b"\4" + np.arange(4, dtype=f"{order}i4").tobytes(),
          form=f"binary_{name}_endian 1.0") for order, name in (("<", "little"), (">", "big")))])
def test_forms_of_a_ply_file(content, tmp_path):
    mesh = read(tmp_path, "a.ply", content)
    assert mesh.vertices.tolist() == SQUARE and mesh.faces.tolist() == TWO


@pytest.mark.parametrize("kind, color", [("uchar", "255 51 0"), ("ushort", "65535 13107 0"), ("float", "1 0.2 0"),
                                         ("double", "1 0.2 0"), ("int", "255 51 0")])
@pytest.mark.parametrize("names", [("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"),
                                   ("r", "g", "b")])
def test_colours_of_a_ply_file(kind, color, names, tmp_path):
    more = "".join(f"property {kind} {name}\n" for name in names)
    of_vertices = ply(LINES.replace(b"\n", f" {color}\n".encode()) + b"4 0 1 2 3\n", more)
    of_faces = ply(LINES + f"4 0 1 2 3 {color}\n".encode(), of_faces=more)
    for content in (of_vertices, of_faces):
        assert color_of(read(tmp_path, "a.ply", content, True)) == [1, 0.2, 0]


def test_images_of_a_ply_file(images):
    coordinates = "property list uchar float texcoord\n"
    header = ply(LINES + b"4 0 1 2 3 8 0 0 1 0 1 1 0 1\n", of_faces=coordinates)
    [paint] = read(images, "a.ply", header.replace(b"made by x", b"TextureFile my tex.png"), True).paints
    assert paint.image[0, 0].tolist() == [1, 0, 0]
    assert paint.uv.tolist() == [[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]]
    two = ply(LINES + b"3 0 1 2 6 0 0 1 0 1 1 1\n3 0 2 3 0 -1\n", count=2,
              of_faces=coordinates + "property int texnumber\n")
    two = two.replace(b"made by x", b"TextureFile t.png\ncomment TextureFile my tex.png")
    first, second = read(images, "a.ply", two, True).paints
    assert first.image is not None and second.image is None
    missing = header.replace(b"made by x", b"TextureFile none.png")
    assert "names none.png, which is no file beside it" in refused(images, "a.ply", missing, True)


def test_strips_of_a_ply_file(tmp_path):
    content = ply(LINES + b"9 0 1 3 2 -1 0 1 2 -1\n").replace(b"element face", b"element tristrips")
    assert read(tmp_path, "a.ply", content).faces.tolist() == [[0, 1, 3], [3, 1, 2], [0, 1, 2]]


@pytest.mark.parametrize("content, complaint", [
    (ply(LINES + b"4 0 1 2\n"), "cannot be read as a ply file"), (ply(LINES), "says that 5 lines"),
    (ply(LINES + b"4 0 1 2 9\n"), "asks for vertex 9"), (b"ply\nformat ascii 1.0\n", "no end_header line"),
    (ply(LINES + b"4 0 1 2 3\n").replace(b"float x", b"float q"), "no vertices with x, y and z"),
    (ply(b"\0" * 20, form="binary_little_endian 1.0"), "cannot be read as a ply file"),
    (ply(LINES + b"4 0 1 2 3\n").replace(b"vertex 4", b"vertex 99999999999999"), "says that"),
    (ply(LINES + b"4\n").replace(b"list uchar int", b"int"), "of other types than those of a mesh"),
    (ply(LINES.replace(b"0 0 0", b"1 0 0 0") + b"4 0 1 2 3\n").replace(b"float x", b"list uchar float x"), "")])
def test_ply_files_that_are_not_read(content, complaint, tmp_path):
    assert complaint in refused(tmp_path, "a.ply", content)


POINTS = "0 0 0\n1 0 0\n1 1 0\n0 1 0\n"


@pytest.mark.parametrize("text", [
    f"OFF\n4 1 0\n{POINTS}4 0 1 2 3\n", f"OFF 4 1 4\n{POINTS}4 0 1 2 3\n",
    f"# x\nOFF # y\n\n4 1 0 # z\n{POINTS}4 0 1 2 3 # w\n",
    f"OFF\r\n4 1 0\r\n{POINTS}4 0 1 2 3".replace("\n", "\r\n"), f"\ufeffOFF\n4 1 0\n{POINTS}4 0 1 2 3\n",
    f"OFF\n4 1\n{POINTS}4 0 1 2 3",
    "NOFF\n4 1 0\n" + POINTS.replace("\n", " 0 0 1\n") + "4 0 1 2 3",
    "4OFF\n4 1 0\n" + POINTS.replace("\n", " 1\n") + "4 0 1 2 3",
    "STCNOFF\n4 1 0\n" + POINTS.replace("\n", " 0 0 1 1 0 0 1 0.5 0.5\n") + "4 0 1 2 3"])
def test_forms_of_an_off_file(text, tmp_path):
    mesh = read(tmp_path, "a.off", text)
    assert mesh.vertices.tolist() == SQUARE and mesh.faces.tolist() == TWO


@pytest.mark.parametrize("text, expected", [
    (f"OFF\n4 1 0\n{POINTS}4 0 1 2 3 255 51 0\n", [1, 0.2, 0]),
    (f"OFF\n4 1 0\n{POINTS}4 0 1 2 3 1.0 0.2 0 1\n", [1, 0.2, 0]),
    ("COFF\n4 1 0\n" + POINTS.replace("\n", " 255 51 0 255\n") + "4 0 1 2 3\n", [1, 0.2, 0]),
    ("COFF\n4 1 0\n" + POINTS.replace("\n", " 1 0.2 0 1\n") + "4 0 1 2 3\n", [1, 0.2, 0]),
    ("CNOFF\n4 1 0\n" + POINTS.replace("\n", " 0 0 1 1 0.2 0 1\n") + "4 0 1 2 3\n", [1, 0.2, 0])])
def test_colours_of_an_off_file(text, expected, tmp_path):
    assert color_of(read(tmp_path, "a.off", text, True)) == expected


@pytest.mark.parametrize("text, complaint", [
    ("OFF BINARY\n1 1 1\n", "does not begin with OFF"), ("nOFF 5\n", "does not begin with OFF"),
    ("", "does not begin with OFF"),
    ("OFF\nx\n", "no numbers of vertices"), (f"OFF\n4 1 0\n{POINTS}4 0 1 2\n", "not of the form"),
    (f"OFF\n4 1 0\n{POINTS}2 0 1\n", "has no faces"),
    (f"OFF\n4 1 0\n{POINTS[:-4]}x 0\n4 0 1 2 3\n", "has no 3 numbers")])
def test_off_files_that_are_not_read(text, complaint, tmp_path):
    assert complaint in refused(tmp_path, "a.off", text)


FACET = "facet normal 0 0 1\n outer loop\n  vertex 0 0 0\n  vertex 1 0 0\n  vertex 0 1 0\n endloop\nendfacet\n"


def binary_stl(count=2, said=None, rest=b"", header=b"made by x"):
    facet = struct.pack("<12fH", 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0x801F)  # with a colour in its last two bytes
    return header.ljust(80) + struct.pack("<I", count if said is None else said) + facet * count + rest


@pytest.mark.parametrize("content, n_faces, note", [
    (f"solid a b\n{FACET * 2}endsolid a b\n", 2, None),
    (f"solid\n{FACET}endsolid\nsolid two\n{FACET}endsolid\n", 2, None),
    (f"SOLID A\n{FACET.upper()}ENDSOLID\n", 1, None), (f"solid a\r\n{FACET}endsolid".replace("\n", "\r\n"), 1, None),
    (f"solid a\n{FACET.replace('endloop', 'vertex -1 1 0 endloop')}endsolid a\n", 2, None),
    (binary_stl(), 2, None), (binary_stl(header=b"solid x"), 2, None), (binary_stl(header=b"COLOR=\1\2\3\4"), 2, None),
    (binary_stl(said=0), 2, "says 0 facets, and there are 2"),
    (binary_stl(said=9), 2, "says 9 facets, and there are 2"),
    (binary_stl(rest=b"trailing"), 2, "left out 8 bytes behind the last facet"),
    (binary_stl(rest=b"\0" * 50), 2, "50 bytes")])
def test_forms_of_an_stl_file(content, n_faces, note, tmp_path):
    mesh = read(tmp_path, "a.stl", content)
    assert len(mesh.faces) == n_faces and (note is None) == (mesh.notes == []) and mesh.vertices.max() == 1
    assert note is None or note in mesh.notes[0]


@pytest.mark.parametrize("content, complaint", [
    (binary_stl()[:-20], "says 2 facets, and there are 1 and a part of one"),
    ("solid\n" + FACET[:60], "1 facet begun, and 0 ended"),
    ("solid\n" + FACET.replace("1 0 0", "1 0"), "not of the form"), ("solid\nendsolid\n", "has no faces"),
    ("solid\n" + FACET.replace("1 0 0", "1 0 x"), "not of the form"), (b"", "has no faces")])
def test_stl_files_that_are_not_read(content, complaint, tmp_path):
    assert complaint in refused(tmp_path, "a.stl", content)


def test_only_far_stray_vertices_are_left_out(tmp_path):
    near = load_mesh(put(tmp_path / "a.obj", V + "v 0.5 0.5 0\nf 1 2 3 4"))
    assert len(near.vertices) == 5 and not near.notes  # as stored results have it
    far = load_mesh(put(tmp_path / "a.obj", "v 9 9 9\n" + V + "v nan 0 0\n".replace("nan", "-9") + "f 2 3 4 5"))
    assert len(far.vertices) == 4 and "left out 2 of 6 vertices" in far.notes[0]
    np.testing.assert_array_equal(far.vertices, near.vertices[:4])
    with pytest.raises(InputError, match="not a finite number"):
        load_mesh(put(tmp_path / "a.ply", ply(LINES.replace(b"1 1 0", b"nan 1 0") + b"4 0 1 2 3\n")))
