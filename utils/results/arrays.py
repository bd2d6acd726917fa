"""Arrays from what files hold: numbers, arrays, tensors, and lists of them."""
from typing import Any

import numpy as np


def array(value: Any, dtype: Any = np.float64) -> np.ndarray:
    """A number, an array or a tensor as an array.

    Lists are none: their elements might be lists without end.

    Args:
        value: as a file holds it.
        dtype: of the array; None: as in the file.

    Raises:
        ValueError: if it is none.
    """
    found = None if isinstance(value, list | tuple | dict | str) or value is None else np.asarray(value)
    if found is None or found.dtype.kind not in "bfiu":
        raise ValueError(f"expected numbers, found {type(value).__name__}")
    return found if dtype is None else found.astype(dtype, copy=False)


def row(value: Any) -> np.ndarray:
    """One level of a trace or a point, which may be a list of numbers or arrays, as a float64 array."""
    return np.array([array(part) for part in value]) if isinstance(value, list | tuple) else array(value)


def trace(traces: Any, point: int) -> np.ndarray | None:
    """One of a method's traces: float64 [iterations, ..], or None where there is none.

    Args:
        traces: for each initial point a trace. In our files that is a tensor, in the published ones a list.
        point: number of the initial point.
    """
    if traces is None or point >= len(traces) or not len(traces[point]):
        return None
    found = traces[point]
    return np.array([row(part) for part in found]) if isinstance(found, list) else array(found)
