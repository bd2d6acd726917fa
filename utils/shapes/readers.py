"""A mesh file of any format -> vertices, faces and, where they are wanted, the faces' colours."""
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from .. import renderer
from ..errors import InputError, quiet
from ..renderer.io.files import named_file
from ..renderer.io.images import read_image
from .mesh_checks import check_indices, check_lines

# vertices [V, 3] float32, faces [F, 3] int32, textures [F, t, t, t, 3] float32 or None
Mesh = tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]


def read_mesh(path: Path, textures: bool = False) -> Mesh:
    """Read a mesh as it is in its file: not moved, scaled or turned.

    Args:
        path: of the file. Its suffix says which of READERS reads it.
        textures: read the faces' colours too.

    Raises:
        InputError, MeshError: if the file cannot be read, if it holds no faces, or if `textures` asks for colours and
            there are none.
    """
    return READERS.get(path.suffix.lower(), _read_by_trimesh)(path, textures)


def _read_obj(path: Path, textures: bool) -> Mesh:
    """By the renderer's own reader: its meshes and colours are the published ones."""
    vertices, faces, *colors = renderer.load_obj(path, normalization=False, load_texture=textures)
    return vertices, faces, colors[0] if colors else None


def _read_by_trimesh(path: Path, textures: bool) -> Mesh:
    """By trimesh, with one colour for each face: t = 1."""
    import trimesh
    if path.suffix.lower()[1:] not in trimesh.available_formats():
        raise InputError(f"{path}: files of this kind are not read; {EXPECTED}")
    check_lines(path)
    beside = _FilesBeside(path)
    try:
        with quiet():  # what it would warn of is checked here
            scene = trimesh.load_scene(path, process=False, resolver=beside)
            check_indices(path, scene.geometry.values())
            mesh = scene.to_mesh()
            faces = np.asarray(getattr(mesh, "faces", ()))
            if not len(faces):
                raise InputError(f"{path}: has no faces; give a mesh with triangles, not points or lines")
            if textures and path.suffix.lower() == ".ply":  # whose missing image trimesh goes on without
                for name in beside.names:
                    read_image(beside.path_of(name))
            colors = _face_colors(mesh, path) if textures else None
    except (InputError, renderer.MeshError):
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); {EXPECTED}") from None
    except Exception as error:  # the readers raise many kinds of errors on a broken file
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise InputError(f"{path}: cannot be read as a mesh ({reason}); {EXPECTED}") from None
    return torch.tensor(mesh.vertices, dtype=torch.float32), torch.tensor(faces, dtype=torch.int32), colors


class _FilesBeside:
    """The files that a mesh names, for trimesh. Only regular ones are opened.

    Attributes:
        names: of files that were asked for.
    """

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: of the mesh.
        """
        self.path = path
        self.names: list[str] = []

    def get(self, name: str) -> bytes:
        """The contents of a file."""
        self.names.append(name)
        return self.path_of(name).read_bytes()

    def path_of(self, name: str) -> Path:
        """Where a file is."""
        folder = self.path.parent
        file = named_file(folder, name) or named_file(folder, Path(name).name)
        if file is None:
            raise InputError(f"{self.path}: names {name}, which is no file beside it; put it there")
        return file

    __getitem__ = get


def _face_colors(mesh, path: Path) -> torch.Tensor:
    """The colours of trimesh's mesh: [F, 1, 1, 1, 3] in [0, 1].

    Raises:
        InputError: if it has none.
    """
    if not mesh.visual.defined:
        raise InputError(f"`textures`: {path} has no colours; leave it out for a white object")
    visual = mesh.visual.to_color() if mesh.visual.kind == "texture" else mesh.visual
    visual.mesh = mesh  # which the colours of vertices become the faces' by
    return torch.tensor(visual.face_colors[:, None, None, None, :3] / 255, dtype=torch.float32)


# Suffix -> reader. Errors name these formats. Trimesh reads any other that it knows.
READERS: dict[str, Callable[[Path, bool], Mesh]] = {
    ".obj": _read_obj,
    ".ply": _read_by_trimesh,
    ".stl": _read_by_trimesh,
    ".glb": _read_by_trimesh,
    ".off": _read_by_trimesh,
}
_FORMATS = [suffix[1:] for suffix in READERS]
EXPECTED = f"give an {', '.join(_FORMATS[:-1])} or {_FORMATS[-1]} file"
