"""Views of a box, drawn at random, and what f says there."""
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import numpy as np

from ..errors import InputError
from ..regions import ndinterval
from ..space import Space

LEVEL = 0.5  # f from which a view counts as robust
BATCH_SIZE = 32  # views that f is asked for at once

Function = Callable[[np.ndarray], Any]  # f(points [N, n] float64) -> [N], of numpy or torch


def stream(*names: str | int, n_drawn: int = 0) -> np.random.Generator:
    """Random numbers of their own for every list of names, the same each time, from the n_drawn-th on.

    Views that select a region and views that certify it come from streams of different names, so that the latter are
    fresh.
    """
    bits = np.random.PCG64(np.frombuffer(sha256(repr(names).encode()).digest(), np.uint32))
    bits.advance(n_drawn)
    return np.random.Generator(bits)


def views_of(box: ndinterval, n_views: int, rng: np.random.Generator, space: Space | None = None) -> np.ndarray:
    """Views of a box that are uniform in its size in a space: [n_views, n]; None: uniform in its numbers."""
    return (space or Space(box)).views(box, rng.random((n_views, box.n)))


def values_of(f: Function, points: np.ndarray) -> np.ndarray:
    """f at points [N, n]: [N] float64."""
    return np.asarray(f(points), dtype=np.float64)


def check_box(box: ndinterval) -> None:
    """Raise InputError for a box without views."""
    if not (box.is_finite() and (box.a <= box.b).all()):
        raise InputError(f"{box}: has no views; expected finite bounds, each a not above its b")


def check_shares(**shares: float) -> None:
    """Raise InputError for a number outside (0, 1)."""
    for name, value in shares.items():
        if not 0 < value < 1:
            raise InputError(f"a {name} of {value}: expected a number between 0 and 1, such as 0.05")
