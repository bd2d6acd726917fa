"""How a mesh stands: its axes, and the rotation into the published frame."""
import numpy as np
import pytest

from utils.errors import InputError
from utils.shapes.frame import check_axes, rotation

AXES = {sign + axis: np.where(np.array(list("xyz")) == axis, -1 if sign else 1, 0) for sign in ("", "-")
        for axis in "xyz"}


@pytest.mark.parametrize("up", ["y", "z"])
@pytest.mark.parametrize("front", AXES)
def test_up_becomes_y_and_the_front_looks_along_minus_z(up, front):
    if front[-1] == up:
        with pytest.raises(InputError, match=f"`front` {front}: cannot be along `up` {up}"):
            check_axes(up, front)
        return
    turn = rotation(up, front)
    if turn is None:
        assert (up, front) == ("y", "-z")
        return
    assert turn.dtype == np.float32 and np.linalg.det(turn) == 1
    np.testing.assert_array_equal(turn @ AXES[up], AXES["y"])
    np.testing.assert_array_equal(turn @ AXES[front], AXES["-z"])


def test_fronts_that_are_not_given():
    assert rotation("y") is None
    np.testing.assert_array_equal(rotation("z"), rotation("z", "-y"))
