"""The published frame: y is up, and the front looks along -z, to where the camera stands at azimuth 0.

Nothing here needs torch: the scripts check what they are given before they load it.
"""
import numpy as np

from ..errors import InputError

FRONTS = {"y": "-z", "z": "-y"}  # axis that is up -> axis that the front looks along, unless something else is said


def check_axes(up: str, front: str | None) -> None:
    """Check that a model's front does not look along the axis that is up.

    Args:
        up: "y" or "z".
        front: an axis such as "-z", or None for the usual one.

    Raises:
        InputError: if it does.
    """
    if front and front[-1] == up:
        raise InputError(f"`front` {front}: cannot be along `up` {up}; expected one of the other two axes")


def rotation(up: str, front: str | None = None) -> np.ndarray | None:
    """The rotation that turns a model into the published frame.

    Args:
        up: the model's axis that points up, "y" or "z".
        front: the model's axis that its front looks along, such as "-z" (default: FRONTS[up]).

    Returns:
        [3, 3] float32, to be multiplied by a vertex [3]; None if the model stands in the frame already.

    Raises:
        InputError: if the front looks along the axis that is up.
    """
    check_axes(up, front)
    front = front or FRONTS[up]
    if (up, front) == ("y", FRONTS["y"]):
        return None
    axes = dict(zip("xyz", np.eye(3, dtype=np.float32)))
    y, z = axes[up], axes[front[-1]] * (1 if front[0] == "-" else -1)
    return np.stack((np.cross(y, z), y, z))
