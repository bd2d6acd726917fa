"""Off files: those of Geomview, with normals, colours and texture coordinates of vertices, and colours of faces."""
import re
from pathlib import Path

import numpy as np

from ...errors import InputError, counted
from ...renderer.io.files import decoded, read_file, without_mark
from ..colors import Paint
from ..mesh import Mesh, colors_of
from ..mesh_checks import check_indices, check_lines
from ..polygons import triangulate

HEADER = re.compile(r"(ST)?(C)?(N)?(4)?(n)?OFF")
Words = list[list[str]]


def read(path: Path, most_pixels: int) -> Mesh:
    """The mesh of an off file.

    Raises:
        InputError: if it is none, or not complete, or if `textures` asks for colours and there are none.
    """
    text = decoded(without_mark(read_file(path, "give an off file")))
    lines = [words for line in re.split("[\r\n]+", text) if (words := line.split("#", 1)[0].split())]
    kind = HEADER.fullmatch(lines[0][0] if lines else "")
    if kind is None or kind[5] or "BINARY" in lines[0]:
        raise InputError(f"{path}: does not begin with OFF; binary files and other dimensions are not read. Write it "
                         "as text, with three coordinates")
    lines[0] = lines[0][1:]
    lines = lines if lines[0] else lines[1:]
    try:
        n_vertices, n_faces = int(lines[0][0]), int(lines[0][1])
    except (IndexError, ValueError):
        raise InputError(f"{path}: no numbers of vertices and faces behind OFF; write it again") from None
    said = max(n_vertices, 0) + max(n_faces, 0)
    check_lines(path, said, min(said, len(lines) - 1))  # edges may follow
    vertex_lines, face_lines = lines[1:1 + n_vertices], lines[1 + n_vertices:][:n_faces]
    size = 4 if kind[4] else 3
    vertices = _numbers(path, [words[:size] for words in vertex_lines], size)
    if kind[4]:
        vertices = vertices[:, :3] / vertices[:, 3:]
    counts, corners = _corners(path, face_lines)
    drawn = counts >= 3
    notes = []
    if not drawn.all():
        notes.append(f"{path}: left out {counted(int((~drawn).sum()), 'face')} with fewer than three corners")
        corners = corners[np.repeat(drawn, counts)]
    check_indices(path, corners, n_vertices)
    places, polygon_of = triangulate(vertices, corners, counts[drawn])
    mesh = Mesh(vertices, corners[places], notes=notes)
    if most_pixels:
        of_faces = [words[1 + count:] for words, count in zip(face_lines, counts) if count >= 3]
        begin = size + (3 if kind[3] else 0)
        of_vertices = [words[begin:begin + 4] for words in vertex_lines] if kind[2] else []
        mesh.paints = [_paint(path, mesh, polygon_of, of_faces, of_vertices)]
    return mesh


def _numbers(path: Path, rows: Words, size: int) -> np.ndarray:
    try:
        return np.array(rows, float).reshape(-1, size)
    except ValueError:
        raise InputError(f"{path}: a vertex has no {size} numbers; write it again") from None


def _corners(path: Path, face_lines: Words) -> tuple[np.ndarray, np.ndarray]:
    """(corners of each face, vertices of all)."""
    try:
        counts = [int(words[0]) for words in face_lines]
        corners = [int(word) for count, words in zip(counts, face_lines) for word in words[1:1 + count]]
        if min(counts, default=0) < 0 or len(corners) != sum(counts):
            raise ValueError
        return np.array(counts, np.int64), np.array(corners, np.int64)
    except (ValueError, OverflowError):
        raise InputError(f"{path}: a face is not of the form 'n i1 .. in' in whole numbers; write it again") from None


def _paint(path: Path, mesh: Mesh, polygon_of: np.ndarray, of_faces: Words, of_vertices: Words) -> Paint:
    """Colours of faces where they have any, else of vertices."""
    # a single number is a place in a table that is nowhere
    has_color = np.array([len(words) in (3, 4) for words in of_faces], bool)
    colors = np.full((len(of_faces), 3), np.nan)
    colors[has_color] = _colors(path, [words for words in of_faces if len(words) in (3, 4)])
    if has_color.all():
        return Paint(len(mesh.faces), colors=colors[polygon_of][:, None])
    if not of_vertices:
        raise InputError(f"`textures`: {path} has no colours of {'all' if has_color.any() else 'its'} faces; leave it "
                         "out for a white object")
    corners = _colors(path, of_vertices)[mesh.faces]
    chosen = colors[polygon_of][:, None]
    return Paint(len(mesh.faces), colors=np.where(np.isfinite(chosen), chosen, corners))


def _colors(path: Path, rows: Words) -> np.ndarray:
    """[N, 3] in [0, 1]; a file with a number above 1 counts to 255."""
    try:
        return colors_of(path, np.array([row[:3] for row in rows], float).reshape(-1, 3))
    except ValueError:
        raise InputError(f"{path}: a colour that is not of three or four numbers; write it again") from None
