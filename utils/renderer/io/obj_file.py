"""The text of a Wavefront obj file: vertices, polygons, and the names of their materials."""
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import MeshError
from .files import decoded, read_file, without_mark

FLOAT32_MAX = float(np.finfo(np.float32).max)
LARGEST = 2 ** 62  # index that numpy holds; no file has as many lines
NOT_DRAWN = {b"l": "line", b"p": "point", b"curv": "curve", b"curv2": "curve", b"surf": "surface"}


@dataclass
class ObjFile:
    """What an obj file holds, as it is written.

    Attributes:
        path: of the file.
        vertices: [V, 3] float64.
        vertex_colors: [V, 3] float64 as written, NaN where a vertex has none; None if none has any.
        corners: [C] int64, vertices of all polygons, one polygon behind the other, counted from 0.
        counts: [P] int64, how many corners each polygon has, at least 3.
        lines: [P], where each polygon stands.
        coordinates: [T, 2] float64, texture coordinates.
        places: [C] int64, each corner's place in `coordinates`; -1 in a polygon that has none.
        material_of: [P], name of each polygon's material as written; "" before the first usemtl.
        libraries: names behind mtllib, as written.
        short: (line, its text) of faces with fewer than three corners, which are left out.
        not_drawn: how many elements there are of kinds that are no faces.
    """
    path: Path
    vertices: np.ndarray
    vertex_colors: np.ndarray | None
    corners: np.ndarray
    counts: np.ndarray
    lines: list[int]
    coordinates: np.ndarray
    places: np.ndarray
    material_of: list[str]
    libraries: list[str]
    short: list[tuple[int, str]]
    not_drawn: Counter = field(default_factory=Counter)


def read_obj(path: str | Path, textures: bool = True) -> ObjFile:
    """Read an obj file.

    `v` and `f` lines count, in any of their forms (v, v/vt, v//vn, v/vt/vn; negative indices; colours behind the
    coordinates; a backslash at the end of a line), and for textures `vt`, `mtllib` and `usemtl`.

    Args:
        path: of the file.
        textures: read the lines that tell colours; where not, mistakes in them do not matter.

    Raises:
        MeshError: if the file is missing, binary or malformed, or holds no faces.
    """
    content = without_mark(read_file(path, "give an obj file"))
    if not content.strip():
        raise MeshError(f"{path}: the file is empty; give an obj file with v and f lines")
    if b"\0" in content:
        raise MeshError(f"{path}: a binary file; give an obj file, which is text")

    vertices: list[tuple[float, ...]] = []
    colors: dict[int, tuple[float, ...]] = {}
    coordinates: list[tuple[float, float]] = []
    corners: list[int] = []
    places: list[int] = []
    counts, lines, material_of, libraries, short = [], [], [], [], []
    not_drawn: Counter = Counter()
    material = ""
    for number, line in _lines(content):
        words = line.split(b"#", 1)[0].split()
        key = words[0] if words else b""
        if key == b"v":
            vertices.append(_vertex(words, path, number))
            if textures and len(words) >= 7:
                colors[len(vertices) - 1] = _color(words, path, number)
        elif key == b"f":
            face = _face(words, len(vertices), path, number)
            if len(face) < 3:
                short.append((number, _shown(words)))
                continue
            corners += face
            counts.append(len(face))
            lines.append(number)
            if textures:
                places += _texture_places(words, len(coordinates), path, number)
                material_of.append(material)
        elif key in NOT_DRAWN:
            not_drawn[NOT_DRAWN[key]] += 1
        elif textures and key == b"vt":
            coordinates.append(_texture_coordinate(words, path, number))
        elif textures and key in (b"usemtl", b"mtllib"):
            name = decoded(line.strip()[len(key):].strip())  # with the # that a name may hold
            if key == b"usemtl":
                material = name
            elif name:
                libraries.append(name)
            else:
                raise MeshError(f"{path}, line {number}: no file behind mtllib")
    if not vertices:
        raise MeshError(f"{path}: no v lines; is it an obj file?")
    if not counts and not short:
        raise MeshError(f"{path}: no faces (f lines), so there is nothing to draw")

    obj = ObjFile(Path(path), np.array(vertices), None, _indices(corners), np.array(counts, np.int64), lines,
                  np.array(coordinates).reshape(-1, 2), _indices(places), material_of, libraries, short,
                  not_drawn)
    if colors:
        obj.vertex_colors = np.full((len(vertices), 3), np.nan)
        obj.vertex_colors[list(colors)] = list(colors.values())
    _check(obj, obj.corners, len(vertices), "vertex")
    if textures:
        _check(obj, obj.places, len(coordinates), "texture coordinate", lowest=-1)
    return obj


def fan(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The triangles of polygons, each cut into a fan from its first corner.

    Args:
        counts: [P] int, the corners of each polygon, at least 3.

    Returns:
        corners: [F, 3] int64, places among all polygons' corners, one polygon behind the other.
        polygon_of: [F] int64, the polygon that each triangle belongs to.
    """
    n_triangles = counts - 2
    polygon_of = np.repeat(np.arange(len(counts)), n_triangles)
    first = (np.cumsum(counts) - counts)[polygon_of]
    k = np.arange(len(polygon_of)) - (np.cumsum(n_triangles) - n_triangles)[polygon_of]
    return np.stack((first, first + k + 1, first + k + 2), axis=1), polygon_of


def _lines(content):
    """(number, line) of an obj file's text, with continued lines joined."""
    joined, start = b"", 0
    for number, line in enumerate(content.splitlines(), 1):
        start = start or number
        if line.rstrip().endswith(b"\\") and b"#" not in line:
            joined += line.rstrip()[:-1] + b" "
            continue
        yield start, joined + line
        joined, start = b"", 0
    if joined:
        yield start, joined


def _vertex(words, path, number):
    try:
        x, y, z = float(words[1]), float(words[2]), float(words[3])
    except (ValueError, IndexError):
        raise MeshError(f"{path}, line {number}: '{_shown(words)}' is no vertex; expected v x y z") from None
    # The vertices become float32, which overflows long before a Python number does.
    if not (math.isfinite(x + y + z) and max(abs(x), abs(y), abs(z)) <= FLOAT32_MAX):
        raise MeshError(f"{path}, line {number}: '{_shown(words)}' has a coordinate that is not a finite number")
    return x, y, z


def _color(words, path, number):
    try:
        return float(words[4]), float(words[5]), float(words[6])
    except ValueError:
        raise MeshError(f"{path}, line {number}: '{_shown(words)}' is no vertex with a colour; expected v x y z r g b"
                        ) from None


def _face(words, n_vertices, path, number):
    """Corner indices from 0; a negative one counts back from the last vertex read."""
    try:
        face = [int(word.split(b"/", 1)[0]) for word in words[1:]]
    except ValueError:
        raise MeshError(no_face(path, number, _shown(words))) from None
    if 0 in face:
        raise MeshError(f"{path}, line {number}: '{_shown(words)}' asks for vertex 0; obj files count from 1")
    # An index before the first vertex stays negative, and is rejected with the others out of range.
    return [index - 1 if index > 0 else n_vertices + index for index in face]


def no_face(path: str | Path, number: int, text: str) -> str:
    """What is wrong with an f line that is none."""
    return (f"{path}, line {number}: '{text}' is no face; expected f with at least three corners v, v/vt, v//vn or "
            "v/vt/vn")


def _texture_coordinate(words, path, number):
    try:
        return float(words[1]), float(words[2]) if len(words) > 2 else 0.0
    except (ValueError, IndexError):
        raise MeshError(f"{path}, line {number}: '{_shown(words)}' is no texture coordinate; expected vt u v"
                        ) from None


def _texture_places(words, n_coordinates, path, number):
    """The corners' texture coordinates, counted from 0; -1 for all if one has none."""
    words_of = [word.split(b"/") for word in words[1:]]
    if not all(len(word) > 1 and word[1] for word in words_of):
        return [-1] * len(words_of)
    try:
        places = [int(word[1]) for word in words_of]
    except ValueError:
        raise MeshError(f"{path}, line {number}: '{_shown(words)}' has a texture coordinate that is no number"
                        ) from None
    # 0 and indices before the first are rejected with the others out of range.
    return [k - 1 if k > 0 else n_coordinates + k if -n_coordinates <= k < 0 else LARGEST for k in places]


def _indices(numbers):
    """[N] int64. What no array holds is as much out of range as LARGEST."""
    try:
        return np.array(numbers, np.int64)
    except OverflowError:
        return np.array([max(min(number, LARGEST), -LARGEST) for number in numbers], np.int64)


def _check(obj, indices, n_there, kind, lowest=0):
    """Refuse indices out of range."""
    wrong = np.flatnonzero((indices < lowest) | (indices >= n_there))
    if len(wrong):
        polygon = np.searchsorted(np.cumsum(obj.counts), wrong[0], side="right")
        raise MeshError(f"{obj.path}, line {obj.lines[polygon]}: a face asks for a {kind} that is not among the "
                        f"{n_there} of the file")


def _shown(words):
    return b" ".join(words)[:60].decode("utf-8", "replace")
