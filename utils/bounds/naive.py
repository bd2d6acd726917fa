"""Naive and trap: the sum of f in the box, less a penalty on the box's size (Hamdi & Ghanem 2019, section 4.2)."""
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .corners import corner_matrix, corner_volume

REG = 0.1  # lambda, the weight of the penalty on the size


@dataclass(frozen=True)
class Naive:
    """The naive optimizer: loss = -V sum f_D + lambda |r|."""
    name: ClassVar[str] = "naive"
    needs_outer: ClassVar[bool] = False
    needs_gradient: ClassVar[bool] = False
    reg: float = REG

    def loss(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray, G_D: np.ndarray) -> np.ndarray:
        """-V sum f_D + lambda |r|: [K]."""
        return -corner_volume(r) * f_D.sum(1) + self.reg * np.linalg.norm(r, axis=1)

    def gradients(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray,
                  G_D: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ga = 2 V R Mc f_D - lambda r and gb = -2 V R M f_D + lambda r: [K, n] each."""
        M = corner_matrix(r.shape[1])
        V = corner_volume(r)[:, None]
        return (2 * V * (1 / r) * (f_D @ (1 - M).T) - self.reg * r,
                -2 * V * (1 / r) * (f_D @ M.T) + self.reg * r)


@dataclass(frozen=True)
class Trap(Naive):
    """The trapezoid rule's gradient of the naive loss. It needs the gradient of f."""
    name: ClassVar[str] = "trap"
    needs_gradient: ClassVar[bool] = True

    def gradients(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray,
                  G_D: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ga = V (-diag(Mc G_D) + (sum f_D) R 1) - lambda r, gb = V (-diag(M G_D) - (sum f_D) R 1) + lambda r."""
        M = corner_matrix(r.shape[1])
        V = corner_volume(r)[:, None]
        sums = f_D.sum(1, keepdims=True) * (1 / r)
        return (V * (-np.einsum("kc,qck->qk", 1 - M, G_D) + sums) - self.reg * r,
                V * (-np.einsum("kc,qck->qk", M, G_D) - sums) + self.reg * r)
