"""(class, object) -> mesh."""
import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch

from scale.stand_ins import stand_in
from scale.true_dict import CLASS_NAMES, SHAPE_IDS
from utils import renderer
from utils.errors import InputError
from utils.renderer.load_obj import normalize


@dataclass(frozen=True)
class Shape:
    """A mesh and where it comes from.

    Attributes:
        vertices: [V, 3] float32 tensor, normalised.
        faces: [F, 3] int32 tensor.
        shape_id: ShapeNet's id, or "stand-in-<class>-<object>".
        source: the file, or None for a stand-in.
    """
    vertices: torch.Tensor
    faces: torch.Tensor
    shape_id: str
    source: Path | None

    @property
    def mesh_hash(self):
        """SHA-256 of the vertices and faces, as hexadecimal digits: the mesh, however its file is written."""
        digest = hashlib.sha256(self.vertices.numpy().tobytes())
        digest.update(self.faces.numpy().tobytes())
        return digest.hexdigest()


def model_path(data_dir, class_nb, object_nb):
    """Where the ShapeNet model of a class and number lies below `data_dir`."""
    return Path(data_dir, CLASS_NAMES[class_nb], SHAPE_IDS[class_nb][object_nb], "models", "model_normalized.obj")


def load_shape(data_dir, class_nb, object_nb):
    """The mesh of a class and number: ShapeNet's, or the built-in stand-in where that is not at hand.

    Raises:
        InputError: if `data_dir` is no folder, or the model's file holds no mesh that can be drawn.
    """
    if not Path(data_dir).is_dir():
        raise InputError(f"--data_dir {data_dir}: no such folder; give the one that holds <class>/<shape id>/models")
    path = model_path(data_dir, class_nb, object_nb)
    try:
        if path.exists():
            vertices, faces = renderer.load_obj(path)
            return Shape(vertices, faces, SHAPE_IDS[class_nb][object_nb], path)
    except renderer.MeshError as error:
        raise InputError(str(error)) from None
    return load_stand_in(class_nb, object_nb)


def load_stand_in(class_nb, object_nb):
    """The built-in shape of a class and number."""
    vertices, faces = stand_in(class_nb, object_nb)
    return Shape(normalize(torch.from_numpy(vertices)), torch.from_numpy(faces),
                 f"stand-in-{CLASS_NAMES[class_nb]}-{object_nb}", None)
