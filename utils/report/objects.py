"""Views of the object that a result is of, as pictures."""
import numpy as np
import torch

from scale.true_dict import CLASS_NAMES, SHAPE_IDS
from utils.shapes.shape import load_mesh, load_shape
from utils.errors import InputError
from utils.semantic.confidence import images_at

BATCH = 32


def shape_of(key, data_dir, known):
    """The mesh that a result was made from.

    Args:
        key: the result's Key.
        data_dir: folder of the ShapeNet models.
        known: a MapResult or an OptimResult; where it states no shape, class and number decide.

    Raises:
        InputError: if another mesh, or none, is at hand, or other things were changed: its views would not be those
            that the network saw.
    """
    mesh, fixed, mesh_hash = (getattr(known, name, None) for name in ("mesh", "fixed", "mesh_hash"))
    if fixed:
        raise InputError(f"{key} was made with {', '.join(f'{k}={v:g}' for k, v in fixed.items())}, which the report "
                         "does not draw")
    shape = load_mesh(**mesh) if mesh else _by_number(key, data_dir)
    if known.shape_id not in (None, shape.shape_id):
        raise InputError(f"{key} was made from {known.shape_id}, at hand is {shape.shape_id}; give the folder that has "
                         "the model with --data_dir")
    if mesh_hash not in (None, shape.mesh_hash):
        raise InputError(f"{key} was made from another mesh of {shape.shape_id} than the one at hand; give the folder "
                         "that has it with --data_dir")
    return shape


def _by_number(key, data_dir):
    names = key.class_nb, key.object_nb
    if not all(name.isdecimal() for name in names) or int(key.class_nb) >= len(CLASS_NAMES) or (
            int(key.object_nb) >= len(SHAPE_IDS[0])):
        raise InputError(f"{key}: no mesh is known for class {key.class_nb}, object {key.object_nb}")
    return load_shape(data_dir, *map(int, names))


def views_at(points, shape, size=224):
    """What the network saw at points [N, 2], azimuth and elevation in degrees: grey [N, size, size] uint8.

    `size` divides 224.
    """
    points = torch.as_tensor(np.asarray(points, dtype=np.float64))
    views = []
    for chunk in points.split(BATCH):
        grey = images_at(chunk, shape.vertices, shape.faces, textures=shape.textures).mean(1)
        grey = torch.nn.functional.avg_pool2d(grey, grey.shape[-1] // size)
        views.append((grey.clamp(0, 1) * 255).round().byte().numpy())
    return np.concatenate(views)
