"""Checks of mesh files that trimesh's readers leave out: whether a file holds what its header says."""
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..renderer.io.files import read_file


def check_lines(path: Path) -> None:
    """Check that a file of text has as many lines as its header says: one for each vertex, face and other element.

    Args:
        path: of the file. Of other files than ascii ply and off, nothing is known.

    Raises:
        InputError, MeshError: if there are others, or the file cannot be read.
    """
    if path.suffix.lower() not in COUNTS:
        return
    counts = COUNTS[path.suffix.lower()](read_file(path, "give another file"))
    if counts is not None and counts[0] != counts[1]:
        raise InputError(f"{path}: its header says that {counts[0]:,} lines of vertices, faces and others follow, and "
                         f"there are {counts[1]:,}; is it complete? Write it again")


def check_indices(path: Path, meshes: Iterable) -> None:
    """Check that the faces of trimesh's meshes name vertices that are there.

    Raises:
        InputError: if one does not.
    """
    for mesh in meshes:
        faces, n_vertices = np.asarray(getattr(mesh, "faces", ())), len(mesh.vertices)
        if faces.size and not 0 <= faces.min() <= faces.max() < n_vertices:
            wrong = faces.min() if faces.min() < 0 else faces.max()
            raise InputError(f"{path}: a face asks for vertex {wrong}, counted from 0, of {n_vertices}; is the file "
                             "damaged? Write it again")


def _said_by_ply(content: bytes) -> tuple[int, int] | None:
    """(lines that the header says, lines that there are); None of a binary file."""
    header, _, rest = content.partition(b"end_header")
    if b"format ascii" not in header:
        return None
    elements = [line.split() for line in header.splitlines() if line.startswith(b"element")]
    try:
        said = sum(int(words[2]) for words in elements)
    except (IndexError, ValueError):
        return None  # the reader refuses such a header
    return said, sum(1 for line in rest.splitlines() if line.strip())


def _said_by_off(content: bytes) -> tuple[int, int] | None:
    """As `_said_by_ply`. The counts stand behind the first word, on its line or on the next."""
    lines = [words for line in content.splitlines() if (words := line.split(b"#", 1)[0].split())]
    begin = 1 if lines and len(lines[0]) > 1 else 2
    try:
        *_, vertices, faces, _ = sum(lines[:begin], [])
        said = int(vertices) + int(faces)
    except ValueError:
        return None  # the reader refuses such a header
    return said, min(said, len(lines) - begin)  # edges may follow


COUNTS = {".ply": _said_by_ply, ".off": _said_by_off}
