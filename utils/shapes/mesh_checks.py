"""Checks of mesh files that no library makes: whether a file holds what it says."""
from pathlib import Path

import numpy as np

from ..errors import InputError


def check_indices(path: Path, faces: np.ndarray, n_vertices: int) -> None:
    """Check that faces name vertices that are there.

    Raises:
        InputError: if one does not.
    """
    if faces.size and not 0 <= faces.min() <= faces.max() < n_vertices:
        wrong = faces.min() if faces.min() < 0 else faces.max()
        raise InputError(f"{path}: a face asks for vertex {wrong}, counted from 0, of {n_vertices}; is the file "
                         "damaged? Write it again")


def check_lines(path: Path, said: int, there: int) -> None:
    """Check that a file of text has as many lines as its header says: one for each vertex, face and other element.

    Raises:
        InputError: if there are others.
    """
    if said != there:
        raise InputError(f"{path}: its header says that {said:,} lines of vertices, faces and others follow, and there "
                         f"are {there:,}; is it complete? Write it again")
