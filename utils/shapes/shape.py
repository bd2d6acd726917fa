"""A class and object number, or a file -> a mesh in the published frame."""
import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ..errors import InputError
from ..files import no_folder
from ..paper import CLASS_NAMES, SHAPE_IDS
from ..renderer import MeshError, TextureMap
from ..renderer.io.files import check_file
from ..renderer.io.images import MOST_PIXELS
from ..renderer.io.load_obj import normalize
from .colors import texture_map
from .frame import rotation
from .mesh import near_origin, without_far_vertices
from .models import DATA_DIR, in_words, model_path, models_there
from .readers import EXPECTED, read_mesh
from .stand_ins import stand_in


@dataclass(frozen=True, repr=False)
class Shape:
    """A mesh and where it comes from.

    Attributes:
        vertices: [V, 3] float32 tensor in the published frame, normalised: the longest side of their box is 2, and the
            box is centred on the origin.
        faces: [F, 3] int32 tensor.
        shape_id: ShapeNet's id, "stand-in-<class>-<object>", or the file's name without its suffix.
        source: the file, or None for a stand-in.
        textures: a TextureMap, or colour cubes, a [F, t, t, t, 3] float32 tensor in [0, 1]; None for a white object.
        notes: what of the file is left out or taken in another way, each in a line.
    """
    vertices: torch.Tensor
    faces: torch.Tensor
    shape_id: str
    source: Path | None
    textures: TextureMap | torch.Tensor | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (f"Shape({self.shape_id}: {len(self.vertices):,} vertices, {len(self.faces):,} faces, "
                f"{'white' if self.textures is None else 'with textures'})")

    def to(self, device: torch.device | str) -> "Shape":
        """The same shape with its tensors on a device."""
        textures = None if self.textures is None else self.textures.to(device)
        return replace(self, vertices=self.vertices.to(device), faces=self.faces.to(device), textures=textures)

    @property
    def mesh_hash(self) -> str:
        """SHA-256 of vertices, faces and colours, in hexadecimal: the mesh's, whatever else its file holds."""
        digest = hashlib.sha256(self.vertices.numpy().tobytes())
        textures = self.textures
        for values in (self.faces, *(textures.tensors if isinstance(textures, TextureMap) else [textures])):
            if values is not None:
                digest.update(values.numpy())
        return digest.hexdigest()


def load_shape(data_dir: str | Path, class_nb: int, object_nb: int, textures: bool = False,
               stand_ins: bool = True, texture_limit: float = MOST_PIXELS / 1e6) -> Shape:
    """The object of a class and number: ShapeNet's model, or the built-in stand-in where there is no model.

    Args:
        data_dir: folder of <class>/<shape id>/models/model_normalized.obj; the default one, `DATA_DIR`, need not exist.
        class_nb, object_nb: the two numbers, 0 to 9 each; the classes in the order of `utils.paper.CLASS_NAMES`.
        textures: read the faces' colours too.
        stand_ins: whether a stand-in may take a model's place.
        texture_limit: million pixels that a texture's image may have.

    Returns:
        A Shape: vertices [V, 3] in the published frame, faces [F, 3].

    Raises:
        InputError: if `data_dir` is no folder, if the model is missing and has no stand-in, if its file holds no mesh
            that can be drawn, or if `textures` asks for colours and there are none.
    """
    wrong = "" if Path(data_dir) == DATA_DIR else no_folder(data_dir)  # the default one need not exist
    if wrong:
        raise InputError(f"`data_dir` {data_dir}: {wrong}; give the one that holds <class>/<shape id>/models")
    path = model_path(data_dir, class_nb, object_nb)
    if os.path.exists(path):
        return _load(path, SHAPE_IDS[class_nb][object_nb], None, True, textures, texture_limit)
    if not stand_ins:
        there = models_there(data_dir)
        raise InputError(f"`data_dir` {data_dir}: has no {path.relative_to(data_dir)}, the model of "
                         f"{CLASS_NAMES[class_nb]} {object_nb}; it has {in_words(there) or 'none of the 100 models'}. "
                         "Give the folder that has it, or `stand_ins` for the built-in shape")
    if textures:
        raise InputError(f"`textures`: {path} is not there, and the built-in stand-ins are white; leave it out")
    return load_stand_in(class_nb, object_nb)


def load_mesh(path: str | Path, up: str = "y", front: str | None = None, textures: bool = False,
              shape_id: str | None = None, texture_limit: float = MOST_PIXELS / 1e6) -> Shape:
    """A mesh from a file: obj, ply, stl, off, glb, gltf, or another format that trimesh reads.

    A vertex that no face uses does not count for the size, and concave polygons are cut into triangles inside of them.

    Args:
        path: of the file.
        up: the model's axis that points up, "y" or "z".
        front: the model's axis that its front looks along, such as "-z" (default: -z if y is up, -y if z is).
        textures: read the faces' colours too.
        shape_id: what the result calls it (default: the file's name without its suffix).
        texture_limit: million pixels that a texture's image may have.

    Returns:
        A Shape: vertices [V, 3], turned, moved and scaled into the published frame, faces [F, 3].

    Raises:
        InputError: if the file cannot be read, if it holds no mesh that can be drawn, or if `textures` asks for colours
            and there are none; also if the front looks along the axis that is up.
    """
    turn = rotation(up, front)
    return _load(Path(path), shape_id, turn, False, textures, texture_limit)


def _load(path: Path, shape_id: str | None, turn: np.ndarray | None, published: bool, textures: bool,
          texture_limit: float) -> Shape:
    """The Shape of a file, turned. If `published`, polygons are cut, and every vertex counts, as published."""
    try:
        check_file(path, EXPECTED)
        mesh = read_mesh(path, textures, published, round(texture_limit * 1e6))
        with np.errstate(all="ignore"):  # `normalize` refuses what single precision cannot hold
            if not published:
                mesh = near_origin(without_far_vertices(mesh, path))
            vertices = torch.from_numpy(mesh.vertices.astype(np.float32))
        if turn is not None:
            vertices = vertices @ torch.from_numpy(turn).T
        vertices = normalize(vertices, path)
    except MeshError as error:
        raise InputError(str(error)) from None
    return Shape(vertices, torch.from_numpy(mesh.faces.astype(np.int32)), shape_id or path.stem, path,
                 None if mesh.paints is None else texture_map(mesh.paints), tuple(mesh.notes))


def load_stand_in(class_nb: int, object_nb: int) -> Shape:
    """The built-in shape of a class and number.

    Args:
        class_nb: 0 to 9, in the order of `utils.paper.CLASS_NAMES`.
        object_nb: 0 to 9.

    Returns:
        A white Shape: vertices [V, 3] in the published frame, faces [F, 3].
    """
    vertices, faces = stand_in(class_nb, object_nb)
    return Shape(normalize(torch.from_numpy(vertices)), torch.from_numpy(faces),
                 f"stand-in-{CLASS_NAMES[class_nb]}-{object_nb}", None)
