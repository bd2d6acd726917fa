"""Formats that trimesh reads, such as 3mf and dae: triangles, and one colour for each."""
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...renderer.io.files import named_file
from ..colors import Paint
from ..mesh import Mesh
from ..mesh_checks import check_indices


def is_known(suffix: str) -> bool:
    """Whether trimesh reads files with a suffix such as ".dae"."""
    import trimesh
    return suffix.lower()[1:] in trimesh.available_formats()


def read(path: Path, most_pixels: int) -> Mesh:
    """The mesh of a file that trimesh reads.

    Raises:
        InputError: if it cannot be read, or if `textures` asks for colours and there are none.
    """
    import trimesh
    try:
        scene = trimesh.load_scene(path, process=False, resolver=_FilesBeside(path))
        for geometry in scene.geometry.values():
            check_indices(path, np.asarray(getattr(geometry, "faces", ())), len(geometry.vertices))
        mesh = scene.to_mesh()
        faces = np.asarray(getattr(mesh, "faces", ())).reshape(-1, 3)
        paints = [_paint(mesh, path)] if most_pixels and len(faces) else None
    except (InputError, OSError):
        raise
    except Exception as error:  # the readers raise many kinds of errors on a broken file
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise InputError(f"{path}: cannot be read as a mesh ({reason}); write it as obj, ply or glb") from None
    return Mesh(np.asarray(mesh.vertices, float), faces, paints)


class _FilesBeside:
    """The files that a mesh names, for trimesh. Only regular ones are opened."""

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: of the mesh.
        """
        self.path = path

    def get(self, name: str) -> bytes:
        """The contents of a file."""
        file = named_file(self.path.parent, name)
        if file is None:
            raise InputError(f"{self.path}: names {name}, which is no file beside it; put it there")
        return file.read_bytes()

    __getitem__ = get


def _paint(mesh, path: Path) -> Paint:
    """The colours of trimesh's mesh, one for each face.

    Raises:
        InputError: if it has none.
    """
    if not mesh.visual.defined:
        raise InputError(f"`textures`: {path} has no colours; leave it out for a white object")
    visual = mesh.visual.to_color() if mesh.visual.kind == "texture" else mesh.visual
    visual.mesh = mesh  # which the colours of vertices become the faces' by
    return Paint(len(mesh.faces), colors=visual.face_colors[:, None, :3] / 255)
