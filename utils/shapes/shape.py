"""(class, object) or file -> mesh."""
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from scale.stand_ins import stand_in
from scale.true_dict import CLASS_NAMES, SHAPE_IDS
from utils import renderer
from utils.shapes.catalogue import check_axes
from utils.errors import InputError
from utils.renderer.io.load_obj import normalize


@dataclass(frozen=True)
class Shape:
    """A mesh and where it comes from.

    Attributes:
        vertices: [V, 3] float32 tensor, normalised.
        faces: [F, 3] int32 tensor.
        shape_id: ShapeNet's id, or "stand-in-<class>-<object>".
        source: the file, or None for a stand-in.
        textures: [F, t, t, t, 3] float32 tensor, or None for a white object.
    """
    vertices: torch.Tensor
    faces: torch.Tensor
    shape_id: str
    source: Path | None
    textures: torch.Tensor | None = None

    def to(self, device: torch.device | str) -> "Shape":
        """The same shape with its tensors on a device."""
        textures = None if self.textures is None else self.textures.to(device)
        return replace(self, vertices=self.vertices.to(device), faces=self.faces.to(device), textures=textures)

    @property
    def mesh_hash(self):
        """SHA-256 of vertices, faces and colours, as hexadecimal digits: the mesh, however its file is written."""
        digest = hashlib.sha256(self.vertices.numpy().tobytes())
        for values in (self.faces, self.textures):
            if values is not None:
                digest.update(values.numpy().tobytes())
        return digest.hexdigest()


def model_path(data_dir, class_nb, object_nb):
    """Where the ShapeNet model of a class and number lies below `data_dir`."""
    return Path(data_dir, CLASS_NAMES[class_nb], SHAPE_IDS[class_nb][object_nb], "models", "model_normalized.obj")


def load_shape(data_dir, class_nb, object_nb, textures=False):
    """The mesh of a class and number: ShapeNet's, or the built-in stand-in where that is not at hand.

    Raises:
        InputError: if `data_dir` is no folder, the model's file holds no mesh that can be drawn, or it has no colours
            and `textures` asks for them.
    """
    if not Path(data_dir).is_dir():
        raise InputError(f"--data_dir {data_dir}: no such folder; give the one that holds <class>/<shape id>/models")
    path = model_path(data_dir, class_nb, object_nb)
    if path.exists():
        return load_mesh(path, textures=textures, shape_id=SHAPE_IDS[class_nb][object_nb])
    if textures:
        raise InputError(f"--textures: {path} is not at hand, and the built-in stand-ins are white; leave the option "
                         "out")
    return load_stand_in(class_nb, object_nb)


def load_mesh(path, up="y", front=None, textures=False, shape_id=None):
    """A mesh from a file: obj by our own reader, ply, stl, glb, off and what else trimesh knows by trimesh.

    Args:
        path: of the file.
        up: the model's axis that points up, "y" or "z".
        front: the model's axis that its front looks along, such as "-z" (default: -z if y is up, -y if z is). The
            published frame has y up and the front looking along -z, to where the camera stands at azimuth 0.
        textures: read the faces' colours too.
        shape_id: what the result calls it (default: the file's name without its end).

    Raises:
        InputError: if the file cannot be read or holds no mesh that can be drawn, or no colours if they are asked for.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; give an obj, ply, stl, glb or off file")
    turn = _turn(up, front)
    try:
        if path.suffix.lower() == ".obj":
            vertices, faces, *colors = renderer.load_obj(path, normalization=False, load_texture=textures)
        else:
            vertices, faces, *colors = _by_trimesh(path, textures)
        vertices = normalize(vertices if turn is None else vertices @ turn.T, path)
    except renderer.MeshError as error:
        raise InputError(str(error)) from None
    return Shape(vertices, faces, shape_id or path.stem, path, *colors)


def _turn(up, front):
    """The rotation [3, 3] of a model into the published frame; None if it stands so already."""
    check_axes(up, front)
    front = front or {"y": "-z", "z": "-y"}[up]
    if (up, front) == ("y", "-z"):
        return None
    axes = dict(zip("xyz", torch.eye(3)))
    y, z = axes[up], axes[front[-1]] * (1 if front[0] == "-" else -1)
    return torch.stack((torch.linalg.cross(y, z), y, z))


def _by_trimesh(path, textures):
    """vertices [V, 3], faces [F, 3] and, if wanted, a colour for each face [F, 1, 1, 1, 3]."""
    import trimesh
    if path.suffix.lower()[1:] not in trimesh.available_formats():
        raise InputError(f"{path}: files of this kind are not read; give an obj, ply, stl, glb or off file")
    try:
        mesh = trimesh.load_scene(path, process=False).to_mesh()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); give an obj, ply, stl, glb or off "
                         "file") from None
    except Exception as error:  # the readers raise whatever a broken file makes them stumble over
        raise InputError(f"{path}: cannot be read as a mesh ({type(error).__name__}: {error}); give an obj, ply, stl, "
                         "glb or off file") from None
    faces = np.asarray(getattr(mesh, "faces", ()))
    if not len(faces):
        raise InputError(f"{path}: has no faces; give a mesh with triangles, not points or lines")
    found = [torch.tensor(mesh.vertices, dtype=torch.float32), torch.tensor(faces, dtype=torch.int32)]
    if textures:
        if not mesh.visual.defined:
            raise InputError(f"--textures: {path} has no colours; leave the option out for a white object")
        visual = mesh.visual.to_color() if mesh.visual.kind == "texture" else mesh.visual
        colors = visual.face_colors[:, None, None, None, :3] / 255
        found.append(torch.tensor(colors, dtype=torch.float32))
    return found


def load_stand_in(class_nb, object_nb):
    """The built-in shape of a class and number."""
    vertices, faces = stand_in(class_nb, object_nb)
    return Shape(normalize(torch.from_numpy(vertices)), torch.from_numpy(faces),
                 f"stand-in-{CLASS_NAMES[class_nb]}-{object_nb}", None)
