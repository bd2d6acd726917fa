"""Mesh files of every format."""
import pytest
import torch

from utils.errors import InputError
from utils.shapes import readers
from utils.shapes.shape import load_mesh

TRIANGLE = (torch.eye(3), torch.tensor([[0, 1, 2]], dtype=torch.int32), None)


def test_a_new_format_is_a_line_of_the_table(monkeypatch, tmp_path):
    monkeypatch.setitem(readers.READERS, ".mine", lambda path, textures: TRIANGLE)
    path = tmp_path / "mesh.MINE"
    path.write_text("")
    assert load_mesh(path).faces.tolist() == [[0, 1, 2]]


def test_formats_that_nobody_reads_and_files_that_are_not_there(tmp_path):
    path = tmp_path / "mesh.doc"
    path.write_text("")
    with pytest.raises(InputError, match="mesh.doc: files of this kind are not read; give an obj, ply, stl, glb or"):
        load_mesh(path)
    with pytest.raises(InputError, match="nowhere.ply: no such file; give an obj, ply, stl, glb or off file"):
        load_mesh(tmp_path / "nowhere.ply")
