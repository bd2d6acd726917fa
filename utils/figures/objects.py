"""Views of the object that a result is of, as pictures. PyTorch, of 600 MB, is imported for drawing alone."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError, printable
from ..paper import CLASS_NAMES, SHAPE_IDS
from ..parameters import IMAGE_SIZE
from ..results.layout import IMAGES
from ..results.metadata import Metadata
from ..results.tree import Key

if TYPE_CHECKING:
    from ..shapes.shape import Shape

BATCH = 32


def shape_of(key: Key, data_dir: Path, *known: Metadata) -> Shape:
    """The mesh that results of one key were all made from. Where they state no shape, class and number decide.

    Raises:
        InputError: if another mesh, or none, is at hand, or other parameters were changed: its views would not be
            those that the network saw.
    """
    from ..shapes.shape import load_mesh
    for metadata in known:
        if metadata.fixed:
            values = ", ".join(f"{name}={value:g}" for name, value in metadata.fixed.items())
            raise InputError(f"{key} was made with {values}, which the report does not draw")
    mesh = next((metadata.mesh for metadata in known if metadata.mesh), None)
    if mesh and mesh["textures"] and any(metadata.settings.get("textures") not in (None, IMAGES) for metadata in known):
        raise InputError(f"{key} was made with one cube of colours for each face, as earlier versions read them; make "
                         "it again to see it drawn")
    shape = load_mesh(**mesh) if mesh else _by_number(key, data_dir)
    for metadata in known:
        if metadata.shape_id not in (None, printable(shape.shape_id)):
            raise InputError(f"{key} was made from {metadata.shape_id}, at hand is {shape.shape_id}; give the folder "
                             "that has the model as `data_dir`")
        if metadata.mesh_hash not in (None, shape.mesh_hash):
            raise InputError(f"{key} was made from another mesh of {shape.shape_id} than the one at hand; give the "
                             "folder that has it as `data_dir`")
    return shape


def views_at(points: np.ndarray, shape: Shape, image_size: int = IMAGE_SIZE, size: int = IMAGE_SIZE,
             unmirrored: bool = False) -> np.ndarray:
    """What a network of images of `image_size` pixels a side saw at [N, 2] points, azimuth and elevation in degrees.

    Returns:
        [N, size, size] uint8, grey; the images are scaled.
    """
    import torch

    from ..semantic.views import Views
    draw, views = Views(shape, image_size=image_size, unmirrored=unmirrored), []
    for chunk in torch.as_tensor(np.asarray(points, dtype=np.float64)).split(BATCH):
        grey = torch.nn.functional.adaptive_avg_pool2d(draw(chunk).mean(1), size)
        views.append((grey.clamp(0, 1) * 255).round().byte().numpy())
    return np.concatenate(views)


def _by_number(key: Key, data_dir: Path) -> Shape:
    from ..shapes.shape import load_shape
    numbers = key.class_nb, key.object_nb
    ends = len(CLASS_NAMES), len(SHAPE_IDS[0])
    if not all(number.isdecimal() and int(number) < end for number, end in zip(numbers, ends)):
        raise InputError(f"{key}: no mesh is known for class {key.class_nb}, object {key.object_nb}")
    return load_shape(data_dir, int(key.class_nb), int(key.object_nb))
