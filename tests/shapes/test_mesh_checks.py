"""Damaged mesh files: each is refused in one line, and none is taken for good."""
import os

import numpy as np
import pytest
import trimesh

from utils.errors import InputError
from utils.shapes.shape import load_mesh

BOX = trimesh.creation.box()
TEXT = {"ply": trimesh.exchange.ply.export_ply(BOX, encoding="ascii"), "off": BOX.export(file_type="off").encode()}


def put(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refused(path):
    with pytest.raises(InputError) as error:
        load_mesh(path)
    message = str(error.value)
    assert "\n" not in message and len(message) < 700
    return message


def binary_ply(index):
    """A ply file whose first face asks for vertex `index`."""
    content = trimesh.exchange.ply.export_ply(BOX)
    return content.replace(np.int32(BOX.faces[0]).tobytes(), np.int32([index, *BOX.faces[0][1:]]).tobytes())


def glb(index, scene=None):
    """A glb file whose first face asks for vertex `index`."""
    content = (scene or BOX).export(file_type="glb")
    first = np.uint32(BOX.faces).tobytes()
    assert first in content
    return content.replace(first, np.uint32([index, *BOX.faces.ravel()[1:]]).tobytes(), 1)


@pytest.mark.parametrize("name, content", [
    ("box.ply", TEXT["ply"].replace(b"3 1 3 0", b"3 1 300 0")),
    ("box.ply", TEXT["ply"].replace(b"3 1 3 0", b"3 1 -1 0")),
    ("box.ply", binary_ply(300)), ("box.ply", binary_ply(-1)), ("box.glb", glb(8)),
    ("boxes.glb", glb(8, trimesh.Scene([BOX, BOX])))])  # 8 would be a vertex of the second box
def test_face_indices_out_of_range(tmp_path, name, content, recwarn):
    assert " of 8; is the file damaged?" in refused(put(tmp_path, name, content))
    assert not recwarn.list


@pytest.mark.parametrize("name, content, said, found", [
    ("cut.ply", TEXT["ply"].rsplit(b"\n", 4)[0], 20, 17), ("none.ply", TEXT["ply"].rsplit(b"\n", 13)[0], 20, 8),
    ("more.ply", TEXT["ply"].replace(b"face 12", b"face 999999999999"), "1,000,000,000,007", 20),
    ("fewer.ply", TEXT["ply"].replace(b"vertex 8", b"vertex 7"), 19, 20),
    ("cut.off", TEXT["off"].rsplit(b"\n", 4)[0], 20, 17),
    ("cut.off", TEXT["off"].replace(b"OFF\n", b"# a box\nOFF ").rsplit(b"\n", 4)[0], 20, 17)])
def test_text_with_other_lines_than_its_header_says(tmp_path, name, content, said, found):
    assert f"says that {said} lines" in (message := refused(put(tmp_path, name, content)))
    assert f"there are {found};" in message


@pytest.mark.parametrize("name, content", [
    *((f"box.{kind}", text) for kind, text in TEXT.items()), ("blank.ply", TEXT["ply"] + b"\n\n"),
    ("box.ply", binary_ply(1)),
    ("boxes.glb", glb(1, trimesh.Scene([BOX, BOX]))), ("box.off", TEXT["off"].replace(b"OFF\n", b"# a box\nOFF "))])
def test_undamaged_files_are_read(tmp_path, name, content):
    shape = load_mesh(put(tmp_path, name, content))
    assert len(shape.faces) == 12 * len(shape.vertices) // 8


@pytest.mark.parametrize("content", [TEXT["ply"].replace(b"0.50000000", b"nan", 1),
                                     TEXT["ply"].replace(b"0.50000000", b"1e300", 1)])
def test_coordinates_that_are_no_numbers_are_called_so(tmp_path, content):
    message = refused(put(tmp_path, "box.ply", content))
    assert "not a finite number" in message and "rescale" not in message


@pytest.mark.parametrize("suffix", ["obj", "ply", "glb"])
@pytest.mark.parametrize("make, complaint", [
    (os.mkfifo, "a pipe or a device; give an obj"), (lambda path: path.symlink_to("/dev/zero"), "a pipe or a device"),
    (os.mkdir, "a folder; give an obj"), (lambda path: None, "no such file; give an obj")])
def test_what_is_no_file_is_not_opened(tmp_path, suffix, make, complaint):
    path = tmp_path / f"mesh.{suffix}"
    make(path)
    assert f"{path}: {complaint}" in refused(path)
