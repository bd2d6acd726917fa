"""The corners of boxes (Hamdi & Ghanem 2019, section 4.2).

Everything is computed for K boxes of n dimensions at once, in float64: a, b, r = b - a are [K, n].
"""
import numpy as np


def corner_matrix(n: int) -> np.ndarray:
    """M [n, 2^n]: column i holds the binary digits of i, the most significant first."""
    return (np.arange(2 ** n) >> np.arange(n)[::-1, None] & 1).astype(np.float64)


def corners(a: np.ndarray, r: np.ndarray) -> np.ndarray:
    """The corners a + M[:, i] r of boxes a, r [K, n]: [K, 2^n, n]."""
    return a[:, None] + corner_matrix(a.shape[1]).T * r[:, None]


def outer_corners(a: np.ndarray, b: np.ndarray, r: np.ndarray, alpha: float | np.ndarray) -> np.ndarray:
    """The corners of boxes that are larger by alpha r / 2 on every side: [K, 2^n, n]."""
    margin = alpha / 2 * r
    return corners(a - margin, (b + margin) - (a - margin))


def corner_volume(r: np.ndarray) -> np.ndarray:
    """V = prod(r) / 2^n, the volume that each corner of a box stands for: [K]."""
    return np.prod(r, axis=1) / 2 ** r.shape[1]
