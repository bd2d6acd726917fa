"""Regions of the semantic space: boxes."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import InputError, in_short


class ndinterval:
    """A box [a, b] in n dimensions.

    Attributes:
        a, b: [n] float64 arrays, the lower and the upper bound of each dimension.
        r: [n] their difference.
    """

    def __init__(self, a: Any, b: Any) -> None:
        """
        Args:
            a, b: [n] numbers each, the lower and the upper bounds, in the dimensions' units (of angles degrees).
        """
        self.a = np.asarray(a, dtype=np.float64).copy()
        self.b = np.asarray(b, dtype=np.float64).copy()

    @property
    def r(self) -> np.ndarray:
        """[n] the sides b - a, in the dimensions' units."""
        return self.b - self.a

    @property
    def n(self) -> int:
        """Number of dimensions."""
        return len(self.a)

    def size(self) -> float:
        """Volume: the product of the sides, in the units of the dimensions."""
        return float(np.prod(self.r))

    def within(self, domain: ndinterval) -> ndinterval:
        """The part of the box inside a domain, another box; it may have no volume left, with b >= a."""
        a = np.clip(self.a, domain.a, domain.b)
        return ndinterval(a, np.maximum(np.clip(self.b, domain.a, domain.b), a))

    def is_finite(self) -> bool:
        """Whether all bounds are numbers."""
        return bool(np.isfinite(self.a).all() and np.isfinite(self.b).all())

    def grid(self, k: int) -> np.ndarray:
        """k ** n points, k evenly spaced along each dimension, the bounds included: [k ** n, n]."""
        axes = np.meshgrid(*(np.linspace(a, b, k) for a, b in zip(self.a, self.b)), indexing="ij")
        return np.stack([axis.ravel() for axis in axes], axis=1)

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, ndinterval) and np.array_equal(self.a, other.a, equal_nan=True)
                and np.array_equal(self.b, other.b, equal_nan=True))

    def __repr__(self) -> str:
        return f"ndinterval({self.a.tolist()}, {self.b.tolist()})"

    def __reduce__(self) -> tuple[Callable[..., ndinterval], tuple[list[float], list[float]]]:
        # plain numbers only, so that a file of regions opens where nothing but numbers may be read
        return ndinterval, (self.a.tolist(), self.b.tolist())


# What a file may call the class: this package is `utils` in the clone, and `semantic_robustness` where it is installed.
SAFE_GLOBALS = [(ndinterval, f"{package}.regions.ndinterval") for package in ("utils", "semantic_robustness")]


def as_numbers(points: Any, name: str = "points") -> np.ndarray:
    """Points as a float64 array, of whatever shape they have.

    Args:
        points: anything that numpy takes for numbers.
        name: of the argument, for the error's line.

    Raises:
        InputError: for rows of different lengths, and for values that are no numbers.
    """
    try:
        return np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} {in_short(points)}: expected rows of numbers, as many in each") from None
