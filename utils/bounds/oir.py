"""OIR_B and OIR_W: f inside a box against f around it, the outer-inner ratio (Hamdi & Ghanem 2019, section 4.2)."""
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .corners import corner_matrix, corner_volume

ALPHA = 0.05  # how much larger the outer box is, as a share of r
BETA = 0.0009  # the weight of the slope of f in OIR_W


@dataclass(frozen=True)
class OIR_B:
    """The black-box optimizer: it needs values of f alone."""
    name: ClassVar[str] = "OIR_B"
    needs_outer: ClassVar[bool] = True
    needs_gradient: ClassVar[bool] = False
    alpha: float = ALPHA

    def loss(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray, G_D: np.ndarray) -> np.ndarray:
        """V ((1 + alpha)^n sum f_C - 2 sum f_D): [K]."""
        return corner_volume(r) * ((1 + self.alpha) ** r.shape[1] * f_C.sum(1) - 2 * f_D.sum(1))

    def gradients(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray,
                  G_D: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ga = 2 V R (2 Mc f_D - Pc f_C) and gb = 2 V R (-2 M f_D + P f_C): [K, n] each.

        With k = (1 + alpha)^(n - 1), P = k ((1 + alpha/2) M + (alpha/2) Mc), and Pc the same with M and Mc exchanged.
        """
        M = corner_matrix(r.shape[1])
        near, far = 1 + self.alpha / 2, self.alpha / 2
        k = (1 + self.alpha) ** (r.shape[1] - 1)
        P, Pc = k * (near * M + far * (1 - M)), k * (near * (1 - M) + far * M)
        V = corner_volume(r)[:, None]
        f_D, f_C = f_D[:, None], f_C[:, None]
        return (2 * V * (1 / r) * (2 * _sum_in_pairs((1 - M) * f_D) - _sum_in_pairs(Pc * f_C)),
                2 * V * (1 / r) * (-2 * _sum_in_pairs(M * f_D) + _sum_in_pairs(P * f_C)))


@dataclass(frozen=True)
class OIR_W:
    """The white-box optimizer: the outer box shrinks onto the inner one, so that the gradient of f takes its place."""
    name: ClassVar[str] = "OIR_W"
    needs_outer: ClassVar[bool] = True
    needs_gradient: ClassVar[bool] = True
    alpha: float = ALPHA
    beta: float = BETA

    def loss(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray, G_D: np.ndarray) -> np.ndarray:
        """(1 + alpha)^n sum f_C / sum f_D - 1: [K]."""
        return (1 + self.alpha) ** r.shape[1] * f_C.sum(1) / f_D.sum(1) - 1

    def gradients(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray,
                  G_D: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ga = V (R Qc f_D + beta diag(Mc G_D) + beta sc), gb = V (-R Q f_D + beta diag(M G_D) + beta s): [K, n] each.

        With Q = (2 - (2n - 1) beta) M - beta Mc, Qc the same with M and Mc exchanged, and s as in `_side_slopes`.
        """
        n = r.shape[1]
        M = corner_matrix(n)
        Mc = 1 - M
        weight = 2 - (2 * n - 1) * self.beta
        Q, Qc = weight * M - self.beta * Mc, weight * Mc - self.beta * M
        inverse = (1 / r)[:, :, None]
        V = corner_volume(r)[:, None]
        f_D, G = f_D[:, None], G_D.transpose(0, 2, 1)
        inner_a, inner_b = _sum_in_halves(inverse * Qc * f_D), -_sum_in_halves(inverse * Q * f_D)
        slope_a, slope_b = (Mc * G).sum(-1), (M * G).sum(-1)
        return (V * (inner_a + self.beta * slope_a + self.beta * _side_slopes(r, Mc, M, G)),
                V * (inner_b + self.beta * slope_b + self.beta * _side_slopes(r, M, Mc, G)))


def _side_slopes(r: np.ndarray, ours: np.ndarray, others: np.ndarray, G: np.ndarray) -> np.ndarray:
    """s_k = (1 / r_k) sum over i != k of r_i ((M_i - Mc_i) M_k) . G[:, i], with M = ours, Mc = others: [K, n]."""
    n = r.shape[1]
    total = np.zeros_like(r)
    for k in range(n):
        for i in range(n):
            if i != k:
                total[:, k] += (r[:, i, None] * (((ours[i] - others[i]) * ours[k]) * G[:, i])).sum(-1)
    return total * (1 / r)


# The released program adds in these two orders, and a run that diverges amplifies the last digit.

def _sum_in_pairs(values: np.ndarray) -> np.ndarray:
    """Sum over the last axis, of length 2^n: neighbours first, then neighbouring sums."""
    while values.shape[-1] > 1:
        values = values[..., ::2] + values[..., 1::2]
    return values[..., 0]


def _sum_in_halves(values: np.ndarray) -> np.ndarray:
    """Sum over the last axis, of length 2^n: the first half onto the second, and so on."""
    while values.shape[-1] > 1:
        first, second = np.split(values, 2, axis=-1)
        values = first + second
    return values[..., 0]
