"""A mesh as a file holds it: not moved, scaled or turned."""
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..errors import InputError
from .colors import Paint

LONGEST_SIDE = 4096  # texels of an image: ten for each sample of a view of 224 pixels
FAR = 4  # sizes of a mesh between it and the origin


@dataclass
class Mesh:
    """What a mesh file holds.

    Attributes:
        vertices: [V, 3] float64.
        faces: [F, 3] int64.
        paints: colours of the faces, in their order; None where they were not asked for.
        notes: what of the file is left out or taken in another way, each in a line.
    """
    vertices: np.ndarray
    faces: np.ndarray
    paints: list[Paint] | None = None
    notes: list[str] = field(default_factory=list)


def colors_of(path: Path, written: np.ndarray) -> np.ndarray:
    """Colours [N, 3] in [0, 1] from numbers of a text: where one is above 1, all count to 255.

    Raises:
        InputError: if one is below 0 or above 255, or no number.
    """
    lowest, highest = written.min(initial=0), written.max(initial=0)
    if not 0 <= lowest <= highest <= 255:
        raise InputError(f"{path}: colours from {lowest:g} to {highest:g}; expected numbers from 0 to 1, or to 255")
    return written / 255 if highest > 1 else written


def without_far_vertices(mesh: Mesh, path: Path) -> Mesh:
    """The mesh without vertices that no face uses and that lie outside of the box of the others; a note counts them."""
    used = np.zeros(len(mesh.vertices), bool)
    used[mesh.faces] = True
    low, high = mesh.vertices[used].min(0), mesh.vertices[used].max(0)
    far = ~used & ~((mesh.vertices >= low) & (mesh.vertices <= high)).all(1)
    if not far.any():
        return mesh
    note = f"{path}: left out {int(far.sum()):,} of {len(far):,} vertices, far from the others and used by no face"
    return replace(mesh, vertices=mesh.vertices[~far], faces=(np.cumsum(~far) - 1)[mesh.faces],
                   notes=[*mesh.notes, note])


def near_origin(mesh: Mesh) -> Mesh:
    """The mesh moved to the origin, if it lies so far away that single precision would lose its form."""
    low, high = mesh.vertices.min(0), mesh.vertices.max(0)
    if np.abs(mesh.vertices).max() > FAR * (high - low).max():
        return replace(mesh, vertices=mesh.vertices - low)
    return mesh  # bit for bit as ever
