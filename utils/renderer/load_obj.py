"""Wavefront obj files: vertices and faces."""
import math

import numpy as np
import torch

FLOAT32_MAX = float(np.finfo(np.float32).max)


class MeshError(ValueError):
    """A mesh that cannot be rendered; the message names the file, the line where there is one, and what is wrong."""


def load_obj(path, normalization=True):
    """Read the vertices and faces of an obj file.

    `v` and `f` lines count, in any of their forms (v, v/vt, v//vn, v/vt/vn; negative indices; colours behind the
    coordinates; a backslash at the end of a line); everything else is passed over. A face with more than three
    corners is cut into a fan from its first corner.

    Args:
        path: the file.
        normalization: move and scale the mesh to fit around the origin, see `normalize`.

    Returns:
        vertices [V, 3] float32, faces [F, 3] int32, torch tensors.

    Raises:
        MeshError: if the file is missing, binary, malformed, or holds no mesh that can be drawn.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise MeshError(f"{path}: cannot be read ({error.strerror}); give an obj file") from None
    if not content.strip():
        raise MeshError(f"{path}: the file is empty; give an obj file with v and f lines")
    if b"\0" in content:
        raise MeshError(f"{path}: a binary file; give an obj file, which is text")

    coordinates, corners, face_lines = [], [], []
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
    if not coordinates:
        raise MeshError(f"{path}: no v lines; is it an obj file?")
    if not corners:
        raise MeshError(f"{path}: no faces (f lines), so there is nothing to draw")

    faces = np.array(corners, dtype=np.int64)
    wrong = np.flatnonzero(((faces < 0) | (faces >= len(coordinates))).any(axis=1))
    if len(wrong):
        raise MeshError(f"{path}, line {face_lines[wrong[0]]}: a face asks for a vertex that is not among the "
                        f"{len(coordinates)} of the file")
    vertices = torch.tensor(coordinates, dtype=torch.float32)
    if normalization:
        vertices = normalize(vertices, path)
    return vertices, torch.from_numpy(faces.astype(np.int32))


def normalize(vertices, name="mesh"):
    """Scale vertices [V, 3] so that the longest side of their box is 2, and centre the box on the origin.

    Every vertex counts, also one that no face uses.

    Raises:
        MeshError: if all vertices are one point, or so far apart that float32 cannot hold the box.
    """
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


def save_obj(path, vertices, faces):
    """Write vertices [V, 3] and faces [F, 3] as an obj file."""
    with open(path, "w", encoding="ascii") as file:
        for x, y, z in vertices.tolist():
            file.write(f"v {x:.8g} {y:.8g} {z:.8g}\n")
        for a, b, c in faces.tolist():
            file.write(f"f {a + 1} {b + 1} {c + 1}\n")


def _lines(content):
    """(number, line) of an obj file's text, comments gone and continued lines joined."""
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
    # float32 is what is kept, and it overflows long before a Python number does
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
    # an index that reaches before the first vertex stays negative, and is turned away with the others out of range
    return [index - 1 if index > 0 else n_vertices + index for index in face]


def _shown(words):
    return b" ".join(words)[:60].decode("utf-8", "replace")
