"""A mesh file of any format -> vertices, faces and, where they are wanted, the faces' colours."""
from collections.abc import Callable
from pathlib import Path

from ..errors import InputError, quiet
from ..renderer import MeshError
from ..renderer.io.images import MOST_PIXELS
from .formats import gltf, obj, off, other, ply, stl
from .mesh import Mesh


def read_mesh(path: Path, textures: bool = False, published: bool = False, most_pixels: int = MOST_PIXELS) -> Mesh:
    """Read a mesh as it is in its file: not moved, scaled or turned.

    Args:
        path: of the file. Its suffix says which of READERS reads it.
        textures: read the faces' colours too.
        published: the file is an obj file of the paper's, whose polygons are cut as published.
        most_pixels: that a texture's image may have.

    Raises:
        InputError, MeshError: if the file cannot be read, if it holds no faces, or if `textures` asks for colours and
            there are none.
    """
    read = obj.read_published if published else READERS.get(path.suffix.lower(), other.read)
    if read is other.read and not other.is_known(path.suffix):
        raise InputError(f"{path}: files of this kind are not read; {EXPECTED}")
    try:
        with quiet():  # what a library would warn of is checked
            mesh = read(path, most_pixels if textures else 0)
    except (InputError, MeshError):
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); {EXPECTED}") from None
    if not len(mesh.faces):
        raise InputError(f"{path}: has no faces; give a mesh with triangles, not points or lines")
    return mesh


# Suffix -> reader. Errors name these formats. Trimesh reads any other that it knows.
READERS: dict[str, Callable[[Path, int], Mesh]] = {
    ".obj": obj.read,
    ".ply": ply.read,
    ".stl": stl.read,
    ".glb": gltf.read,
    ".gltf": gltf.read,
    ".off": off.read,
}
_FORMATS = [suffix[1:] for suffix in READERS]
EXPECTED = f"give an {', '.join(_FORMATS[:-1])} or {_FORMATS[-1]} file"
