"""Obj files as they occur, and as they should not."""
import numpy as np
import pytest
import torch

import utils.renderer as nr

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
SQUARE = TRIANGLE + "v 1 1 0\n"


def load(tmp_path, text, **options):
    path = tmp_path / "mesh.obj"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return nr.load_obj(path, **options)


@pytest.mark.parametrize("face", ["f 1 2 3", "f 1/1 2/2 3/3", "f 1//1 2//1 3//1", "f 1/1/1 2/2/1 3/3/1", "f -3 -2 -1",
                                  "f -3//-1 -2//-1 -1//-1", "f\t1  2\t3 ", "f 1 2 3 # a comment", "f 1 \\\n2 \\\n3"])
def test_every_form_of_a_face(tmp_path, face):
    vertices, faces = load(tmp_path, TRIANGLE + face + "\n", normalization=False)
    assert vertices.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert faces.tolist() == [[0, 1, 2]]
    assert vertices.dtype == torch.float32 and faces.dtype == torch.int32


def test_other_lines_colours_and_line_ends(tmp_path):
    text = ("# caf\xe9\r\nmtllib a.mtl\r\no thing\r\nv 0 0 0 1 0 0\r\nv 1 0 0 0.5 0.5 0.5\r\nv 0 1 0 0 0 1\r\n"
            "vn 0 0 1\r\nvt 0 0\r\ng a\r\nusemtl b\r\ns off\r\nl 1 2\r\nf 1 2 3").encode("latin-1")
    vertices, faces = load(tmp_path, text, normalization=False)
    assert vertices.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert faces.tolist() == [[0, 1, 2]]


def test_a_polygon_is_a_fan_and_negative_indices_count_from_their_line(tmp_path):
    _, faces = load(tmp_path, SQUARE + "f 1 2 4 3\nf -4 -3 -2\nv 5 5 5\nf -1 1 2\n")
    assert faces.tolist() == [[0, 1, 3], [0, 3, 2], [0, 1, 2], [4, 0, 1]]
    assert load(tmp_path, "f 1 2 3\n" + TRIANGLE)[1].tolist() == [[0, 1, 2]]  # a face before its vertices


def test_normalization_counts_vertices_that_no_face_uses(tmp_path):
    vertices, _ = load(tmp_path, "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 4 0 0\nf 1 2 3\n")
    np.testing.assert_allclose(vertices, [[-1, -0.25, 0], [-0.5, -0.25, 0], [-1, 0.25, 0], [1, -0.25, 0]])


def test_a_flat_mesh_is_a_mesh(tmp_path):
    vertices, _ = load(tmp_path, TRIANGLE + "f 1 2 3\n")
    np.testing.assert_allclose(vertices, [[-1, -1, 0], [1, -1, 0], [-1, 1, 0]])


@pytest.mark.parametrize("text, complaint", [
    ("", "empty"),
    ("\n \n", "empty"),
    (b"solid\0\0\1\2", "binary"),
    ("hello\n", "no v lines"),
    (TRIANGLE, "no faces"),
    ("f 1 2 3\n", "no v lines"),
    (TRIANGLE + "\nf 1 2 4\n", r"line 5: a face asks for a vertex that is not among the 3"),
    (TRIANGLE + "f 1 2 -4\n", r"line 4: a face asks for"),
    (TRIANGLE + "f 0 1 2\n", r"line 4: .*vertex 0"),
    (TRIANGLE + "f 1 2\n", r"line 4: .*is no face"),
    (TRIANGLE + "f 1 2 x\n", r"line 4: 'f 1 2 x' is no face"),
    (TRIANGLE + "f 1.5 2 3\n", r"line 4: .*is no face"),
    ("v 0 0\nf 1 1 1\n", r"line 1: 'v 0 0' is no vertex"),
    ("v 0 0 zero\nf 1 1 1\n", r"line 1: .*is no vertex"),
    (TRIANGLE + "v nan 0 0\nf 1 2 3\n", r"line 4: .*not a finite number"),
    (TRIANGLE + "v 0 inf 0\nf 1 2 3\n", r"line 4: .*not a finite number"),
    (TRIANGLE + "v 0 1e39 0\nf 1 2 3\n", r"line 4: .*not a finite number"),
    ("v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n", "same point"),
    ("v -3e38 0 0\nv 3e38 0 0\nv 0 1 0\nf 1 2 3\n", "single precision"),
])
def test_what_is_no_mesh_is_named_with_file_and_line(tmp_path, text, complaint):
    with pytest.raises(nr.MeshError, match=complaint) as error:
        load(tmp_path, text)
    assert str(tmp_path / "mesh.obj") in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(nr.MeshError, match="nowhere.obj: no such file; give an obj file"):
        nr.load_obj(tmp_path / "nowhere.obj")
    with pytest.raises(nr.MeshError, match=": a folder; give an obj file"):
        nr.load_obj(tmp_path)


def test_saved_meshes_and_colours_come_back(tmp_path, goldens):
    vertices, faces = nr.load_obj(goldens / "meshes/tetrahedron.obj")
    nr.save_obj(tmp_path / "white.obj", vertices, faces)
    white_again = nr.load_obj(tmp_path / "white.obj", normalization=False)
    random = torch.Generator().manual_seed(0)
    textures = torch.rand(len(faces), 1, 1, 1, 3, generator=random).expand(-1, 4, 4, 4, -1).contiguous()
    nr.save_obj(tmp_path / "saved.obj", vertices, faces, textures)
    again, faces_again, textures_again = nr.load_obj(tmp_path / "saved.obj", normalization=False, load_texture=True)
    for vertices_again, indices in (white_again, (again, faces_again)):
        torch.testing.assert_close(vertices_again, vertices)
        assert torch.equal(indices, faces)
    cells = slice(1, None)  # the first cell stands for no place on the face
    torch.testing.assert_close(textures_again.flatten(1, 3)[:, cells], textures.flatten(1, 3)[:, cells],
                               atol=1 / 255, rtol=0)
