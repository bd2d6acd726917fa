"""Wavefront obj files: vertices, faces and, where wanted, the faces' colours."""
import math
from pathlib import Path

import numpy as np
import torch

from ..errors import MeshError
from .files import named_file, read_file
from .materials import WRAPPINGS, face_textures, load_mtl

FLOAT32_MAX = float(np.finfo(np.float32).max)


def load_obj(filename_obj: str | Path, normalization: bool = True, texture_size: int = 4, load_texture: bool = False,
             texture_wrapping: str = "REPEAT", use_bilinear: bool = True) -> tuple[torch.Tensor, ...]:
    """Read an obj file.

    `v` and `f` lines count, in any of their forms (v, v/vt, v//vn, v/vt/vn; negative indices; colours behind the
    coordinates; a backslash at the end of a line). For textures `vt`, `mtllib` and `usemtl` count too. Every other
    line is ignored. A face with more than three corners is cut into a fan from its first corner.

    Args:
        filename_obj: the file.
        normalization: move and scale the mesh to fit around the origin, see `normalize`.
        texture_size: cells of a face's colour cube along an axis, t.
        load_texture: read the faces' colours too, see `materials.face_textures`.
        texture_wrapping: what texture coordinates outside [0, 1] stand for: "REPEAT", "MIRRORED_REPEAT",
            "CLAMP_TO_EDGE" or "CLAMP_TO_BORDER".
        use_bilinear: interpolate between texels, or take the nearest.

    Returns:
        vertices [V, 3] float32, faces [F, 3] int32, and with load_texture textures [F, t, t, t, 3] float32; torch
        tensors on the CPU.

    Raises:
        MeshError: if a file is missing, binary, malformed, or holds no mesh that can be drawn; with load_texture also
            if the file names no material file (mtllib).
        ValueError: for another wrapping or size of texture.
    """
    if texture_wrapping not in WRAPPINGS:
        raise ValueError(f"texture_wrapping {texture_wrapping!r} is not known; expected one of {', '.join(WRAPPINGS)}")
    if not (isinstance(texture_size, int) and texture_size > 0):
        raise ValueError(f"texture_size {texture_size!r}: expected a whole number of cells above 0")
    path = filename_obj
    content = read_file(path, "give an obj file")
    if not content.strip():
        raise MeshError(f"{path}: the file is empty; give an obj file with v and f lines")
    if b"\0" in content:
        raise MeshError(f"{path}: a binary file; give an obj file, which is text")

    coordinates, corners, face_lines = [], [], []
    paint = _Paint() if load_texture else None
    for number, line in _lines(content):
        words = line.split()
        if not words:
            continue
        if words[0] == b"v":
            coordinates.append(_vertex(words, path, number))
        elif words[0] == b"f":
            face = _face(words, len(coordinates), path, number)
            for k in range(1, len(face) - 1):
                corners.append((face[0], face[k], face[k + 1]))
                face_lines.append(number)
            if paint is not None:
                paint.add_face(words, path, number)
        elif paint is not None:
            paint.add(words, line, path, number)
    if not coordinates:
        raise MeshError(f"{path}: no v lines; is it an obj file?")
    if not corners:
        raise MeshError(f"{path}: no faces (f lines), so there is nothing to draw")

    for face, number in zip(corners, face_lines):  # in Python, whose integers hold whatever a line says
        if min(face) < 0 or max(face) >= len(coordinates):
            raise MeshError(f"{path}, line {number}: a face asks for a vertex that is not among the "
                            f"{len(coordinates)} of the file")
    vertices = torch.tensor(coordinates, dtype=torch.float32)
    if normalization:
        vertices = normalize(vertices, path)
    faces = torch.tensor(corners, dtype=torch.int32)
    if paint is not None:
        return vertices, faces, paint.textures(path, face_lines, texture_size, texture_wrapping, use_bilinear)
    return vertices, faces


def normalize(vertices: torch.Tensor, name: str | Path = "mesh") -> torch.Tensor:
    """Scale vertices [V, 3] so that the longest side of their box is 2, and centre the box on the origin.

    Every vertex counts, also one that no face uses.

    Raises:
        MeshError: if a coordinate is not a finite number, if all vertices are one point, or if they are so far apart
            that float32 cannot hold the box.
    """
    wrong = (~torch.isfinite(vertices).all(1)).nonzero()
    if len(wrong):
        first = int(wrong[0])
        raise MeshError(f"{name}: vertex {first} of {len(vertices)}, counted from 0, is at "
                        f"{tuple(vertices[first].tolist())}, and {len(wrong)} in all have a coordinate that is not a "
                        "finite number in single precision; give a mesh without them")
    vertices = vertices - vertices.min(0).values
    longest = float(vertices.abs().max())
    if longest == 0:
        raise MeshError(f"{name}: all {len(vertices)} vertices are the same point, so the mesh has no size to "
                        "normalise; give a mesh with an extent")
    vertices = vertices / longest * 2
    vertices = vertices - vertices.max(0).values / 2
    if not bool(torch.isfinite(vertices).all()):
        raise MeshError(f"{name}: the mesh measures {longest:g}, which single precision cannot normalise; "
                        "rescale it to a size near 1")
    return vertices


class _Paint:
    """The lines of an obj file that tell its faces' colours."""

    def __init__(self) -> None:
        self.coordinates: list[tuple[float, float]] = []
        # of each triangle, three places in `coordinates`; None where a face has none
        self.corners: list[tuple[int, int, int] | None] = []
        self.material_of: list[str] = []
        self.current = ""
        self.libraries: list[str] = []

    def add(self, words, line, path, number):
        if words[0] == b"vt":
            try:
                self.coordinates.append((float(words[1]), float(words[2]) if len(words) > 2 else 0.0))
            except (ValueError, IndexError):
                raise MeshError(f"{path}, line {number}: '{_shown(words)}' is no texture coordinate; expected vt u v"
                                ) from None
        elif words[0] in (b"usemtl", b"mtllib"):
            name = line.strip()[len(words[0]):].strip().decode("utf-8", "replace")
            if words[0] == b"usemtl":
                self.current = name
            elif name:
                self.libraries.append(name)
            else:
                raise MeshError(f"{path}, line {number}: no file behind mtllib")

    def add_face(self, words, path, number):
        places = [word.split(b"/") for word in words[1:]]
        face = None
        if all(len(place) > 1 and place[1] for place in places):
            try:
                face = [int(place[1]) for place in places]
            except ValueError:
                raise MeshError(f"{path}, line {number}: '{_shown(words)}' has a texture coordinate that is no number"
                                ) from None
            # 0 and indices before the first become negative, and are rejected with the others out of range.
            face = [k - 1 if k > 0 else len(self.coordinates) + k if k else -1 for k in face]
        for k in range(1, len(places) - 1):
            self.corners.append(None if face is None else (face[0], face[k], face[k + 1]))
            self.material_of.append(self.current)

    def textures(self, path, face_lines, texture_size, wrapping, use_bilinear):
        """[F, t, t, t, 3]."""
        materials = {}
        if not self.libraries:
            raise MeshError(f"{path}: no mtllib line, so there are no colours to load; load it without textures")
        for names in self.libraries:
            # The line is one name with blanks in it, or several names.
            folder = Path(path).parent
            for name in [names] if named_file(folder, names) else names.split():
                materials.update(load_mtl(named_file(folder, name) or folder / name))
        corners = np.full((len(self.corners), 3, 2), np.nan, np.float32)
        coordinates = np.array(self.coordinates, np.float32).reshape(-1, 2)
        for face, places in enumerate(self.corners):
            if places is None:
                continue
            if not all(0 <= place < len(coordinates) for place in places):
                raise MeshError(f"{path}, line {face_lines[face]}: a face asks for a texture coordinate that is not "
                                f"among the {len(coordinates)} of the file")
            corners[face] = coordinates[list(places)]
        return face_textures(self.material_of, materials, corners, texture_size, wrapping, use_bilinear)


def _lines(content):
    """(number, line) of an obj file's text, without comments, with continued lines joined."""
    joined, start = b"", 0
    for number, line in enumerate(content.splitlines(), 1):
        start = start or number
        line = line.split(b"#", 1)[0]
        if line.rstrip().endswith(b"\\"):
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


def _face(words, n_vertices, path, number):
    """Corner indices from 0; a negative one counts back from the last vertex read."""
    try:
        face = [int(word.split(b"/", 1)[0]) for word in words[1:]]
    except ValueError:
        face = []
    if len(face) < 3:
        raise MeshError(f"{path}, line {number}: '{_shown(words)}' is no face; expected f with at least three "
                        "corners v, v/vt, v//vn or v/vt/vn")
    if 0 in face:
        raise MeshError(f"{path}, line {number}: '{_shown(words)}' asks for vertex 0; obj files count from 1")
    # An index before the first vertex stays negative, and is rejected with the others out of range.
    return [index - 1 if index > 0 else n_vertices + index for index in face]


def _shown(words):
    return b" ".join(words)[:60].decode("utf-8", "replace")
