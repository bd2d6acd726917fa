"""Stand-in shapes: ten made by code for each class, where a ShapeNet model is not at hand."""
import importlib

import numpy as np

from ...paper import CLASS_NAMES


def stand_in(class_nb: int, object_nb: int) -> tuple[np.ndarray, np.ndarray]:
    """The stand-in shape of a class and number.

    Args:
        class_nb: 0 .. 9, see `utils.paper`.
        object_nb: 0 .. 9.

    Returns:
        vertices [V, 3] float32 (y up, the front towards -z) and faces [F, 3] int32, the same on every machine.
    """
    module = importlib.import_module(f"{__name__}.{CLASS_NAMES[class_nb]}")
    mesh = module.VARIANTS[object_nb]()
    # rounded, so that the last bits of a machine's sine do not change the shape's hash
    return np.round(mesh.vertices, 5).astype(np.float32), np.asarray(mesh.faces, dtype=np.int32)
