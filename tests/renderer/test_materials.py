"""Colours of obj files: images read as one plain statement of the rule says, and material files as they occur."""
import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import utils.renderer as nr
from utils.renderer.io.materials import WRAPPINGS

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0.1 0.2\nvt 0.9 0.1\nvt 0.3 0.8\n"
FACE = "usemtl paint\nf 1/1 2/2 3/3\n"
RED = "newmtl paint\nKd 1 0 0\n"
CELLS = 3


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def colors(folder, library="mtllib paint.mtl\n", face=FACE, **options):
    """The cubes of an obj file in the folder that names a library."""
    path = put(folder / "mesh.obj", library + TRIANGLE + face)
    return nr.load_obj(path, load_texture=True, texture_size=CELLS, **options)[2]


def refused(*arguments, **options):
    with pytest.raises(nr.MeshError) as error:
        colors(*arguments, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


def wrapped(x, wrapping):
    """A texture coordinate brought to where the image is."""
    period = math.floor(x)
    if wrapping == "REPEAT":
        return x if x == 1 else x - period
    if wrapping == "MIRRORED_REPEAT":
        return x - period if period % 2 == 0 else 1 - (x - period)
    return min(max(x, 0), 1) if wrapping == "CLAMP_TO_EDGE" else x


def color_at(image, u, v, wrapping, use_bilinear):
    """The colour of an image [H, W, 3], first row at the top, at a wrapped texture coordinate."""
    height, width, _ = image.shape
    x, y = u * (width - 1), v * (height - 1)  # texels from the left and from the bottom
    if wrapping == "CLAMP_TO_BORDER" and not (0 <= x <= width - 1 and 0 <= y <= height - 1):
        return np.zeros(3)
    if not use_bilinear:
        return image[height - 1 - math.floor(y + 0.5), math.floor(x + 0.5)]
    color = np.zeros(3)
    for column in range(width):
        for row in range(height):
            share = max(0, 1 - abs(x - column)) * max(0, 1 - abs(y - row))
            color += share * image[height - 1 - row, column]
    return color


@pytest.mark.parametrize("use_bilinear", [True, False])
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_cells_are_read_by_the_rule(wrapping, use_bilinear, tmp_path):
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (4, 5, 3), np.uint8)
    Image.fromarray(image).save(tmp_path / "image.png")
    corners = random.uniform(-2.5, 3.5, (40, 3, 2)).round(3)
    corners[:8] = random.uniform(0, 1, (8, 3, 2)).round(3)  # within the image
    corners[8:12] = random.integers(-2, 4, (4, 3, 2))  # on its edges
    lines = ["mtllib paint.mtl", "v 0 0 0", "v 1 0 0", "v 0 1 0", "usemtl paint"]
    lines += [f"vt {u} {v}" for u, v in corners.reshape(-1, 2)]
    lines += [f"f 1/{k} 2/{k + 1} 3/{k + 2}" for k in range(1, 121, 3)]
    put(tmp_path / "paint.mtl", "newmtl paint\nmap_Kd image.png\n")
    _, _, got = nr.load_obj(put(tmp_path / "mesh.obj", "\n".join(lines)), load_texture=True, texture_size=CELLS,
                            texture_wrapping=wrapping, use_bilinear=use_bilinear)
    expected = np.zeros(got.shape)
    for face, *cell in np.ndindex(expected.shape[:4]):
        weights = np.array(cell) / max(sum(cell), 1)
        place = [sum(w * wrapped(x, wrapping) for w, x in zip(weights, axis)) for axis in corners[face].T]
        expected[(face, *cell)] = color_at(image / 255, *place, wrapping, use_bilinear)
    off = np.abs(got.numpy() - expected).max(-1) > 1e-4
    assert off.mean() < (0 if use_bilinear else 0.01) + 1e-9, np.argwhere(off)  # halfway between texels, either
    assert len(np.unique(expected.round(3))) > 30 and (wrapping != "CLAMP_TO_BORDER" or (expected == 0).mean() > 0.3)


@pytest.mark.parametrize("library, file", [
    ("mtllib paint.mtl", "paint.mtl"), ("mtllib ./paint.mtl", "paint.mtl"), ("mtllib a/b/paint.mtl", "a/b/paint.mtl"),
    ("mtllib ../paint.mtl", "../paint.mtl"), ("mtllib a\\paint.mtl", "a/paint.mtl"),
    ("mtllib\tpaint.mtl ", "paint.mtl"),
    ("mtllib red paint.mtl", "red paint.mtl"), ("mtllib ./a b/red paint.mtl", "a b/red paint.mtl"),
    ("mtllib other.mtl paint.mtl", "paint.mtl"), ("mtllib other.mtl ./a/paint.mtl", "a/paint.mtl"),
    ("mtllib other.mtl\nmtllib paint.mtl", "paint.mtl")])
def test_names_of_material_files(library, file, tmp_path):
    folder = tmp_path / "models"
    put(folder / "other.mtl", "newmtl other\nKd 0 1 0\n")
    put(folder / file, RED)
    assert torch.equal(colors(folder, library + "\n"), torch.tensor([1.0, 0, 0]).expand(1, *[CELLS] * 3, 3))


def test_a_material_files_images_are_relative_to_it(tmp_path):
    put(tmp_path / "a/paint.mtl", "newmtl paint\nmap_Kd ./images\\red paint.png\n")
    (tmp_path / "a/images").mkdir()
    Image.fromarray(np.full((2, 2, 3), (255, 0, 0), np.uint8)).save(tmp_path / "a/images/red paint.png")
    assert torch.equal(colors(tmp_path, "mtllib a/paint.mtl\n"), torch.tensor([1.0, 0, 0]).expand(1, *[CELLS] * 3, 3))


@pytest.mark.parametrize("library, complaint", [
    ("mtllib other.mtl", "other.mtl: no such file; the obj file names it after mtllib"),
    ("mtllib paint.mtl other.mtl", "other.mtl: no such file"), ("mtllib", "line 1: no file behind mtllib"),
    ("mtllib a", "a: a folder; the obj file"), ("mtllib pipe.mtl", "pipe.mtl: a pipe or a device; the obj file"),
    ("", "no mtllib line")])
def test_material_files_that_are_not_there(library, complaint, tmp_path):
    put(tmp_path / "paint.mtl", RED)
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "pipe.mtl")
    message = refused(tmp_path, library + "\n")
    assert complaint in message and len(message) < 700


@pytest.mark.parametrize("color", ["2 0 0", "-0.1 0 0", "0 0 1.02", "nan 0 0", "inf 0 0", "0 0", "red", "", "1,0,0",
                                   "spectral file.rfl 1"])
def test_colours_that_are_none(color, tmp_path):
    put(tmp_path / "paint.mtl", f"newmtl paint\n\tKd {color}\n")
    line = f"Kd {color}".strip()
    assert f"paint.mtl, line 2: '{line}' is no colour; expected Kd r g b, each from 0 to 1" in refused(tmp_path)


@pytest.mark.parametrize("color, expected", [("0 0.5 1", (0, 0.5, 1)), ("1e-1\t1 .25 # light", (0.1, 1, 0.25))])
def test_colours_as_they_are_written(color, expected, tmp_path):
    for line in (f"\tKd {color}", f"Kd\t{color}"):
        put(tmp_path / "paint.mtl", f"newmtl paint\n{line}\n")
        assert torch.equal(colors(tmp_path)[0, 0, 0, 0], torch.tensor(expected))


@pytest.mark.parametrize("name, complaint", [
    ("gone.png", "line 2: the image {0}/gone.png is not there; put it there"), ("", "line 2: no file behind map_Kd"),
    ("-s 1 1 1 gone.png", "{0}/gone.png is not there"), ("a", "the image {0}/a is not there"),
    ("pipe.png", "{0}/pipe.png is not there"),
    ("empty.png", "{0}/empty.png: cannot be read as an image"), ("paint.mtl", "paint.mtl: cannot be read as an image")])
def test_images_that_are_not_there(name, complaint, tmp_path):
    put(tmp_path / "paint.mtl", f"newmtl paint\nmap_Kd {name}\n")
    put(tmp_path / "empty.png", "")
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    message = refused(tmp_path)
    assert complaint.format(tmp_path) in message and len(message) < 700
    assert len(nr.load_obj(Path(tmp_path, "mesh.obj"))) == 2  # without textures nobody asks


@pytest.mark.parametrize("place", [4, -4, 0])
def test_texture_coordinates_that_are_not_there(place, tmp_path):
    put(tmp_path / "paint.mtl", RED)
    assert "line 9: a face asks for a texture coordinate that is not among the 3" in refused(
        tmp_path, face=f"usemtl paint\nf 1/1 2/2 3/{place}\n")
