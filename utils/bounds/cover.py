"""Boxes that cover the points of a grid where f holds, as many as possible with few (docs/method.md, section 10)."""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .cover_kernels import best_box

ROUNDING = 1e-9  # of all points' weight: what sums of weights may be off


@dataclass(frozen=True)
class CoverBox:
    """A box of a cover.

    Attributes:
        rows: its first and its last row.
        columns: its first column, and how many it has; after a circle's last column comes the first.
        covered: the share of the points where f holds, by weight, that this box and those before it cover.
    """
    rows: tuple[int, int]
    columns: tuple[int, int]
    covered: float


def cover(holds: np.ndarray, weights: np.ndarray, purity: float, n_boxes: int, is_circle: bool) -> list[CoverBox]:
    """One box after the other, each the one that covers most of what those before it have not covered.

    Boxes may overlap. Of all boxes of the purity each is exactly the best one; of several it has the fewest points. So
    k boxes cover at least 1 - (1 - 1/k)^k, more than 1 - 1/e or 63 %, of what the best k boxes cover (Nemhauser, Wolsey
    & Fisher 1978).

    Args:
        holds: [rows, columns] bool, where f holds.
        weights: [rows, columns] of the points, above 0.
        purity: at least this share of a box's weight, in (0, 1], is of points where f holds.
        n_boxes: at most so many; fewer where they cover all.
        is_circle: after the last column comes the first.
    """
    open_weights = np.where(holds, weights, 0.0)
    total, n_columns = open_weights.sum(), holds.shape[1]
    slacks = _before(np.where(holds, 1 - purity, -purity) * weights)
    of_rows = _before(open_weights).sum(1)
    bounds = np.triu(of_rows[1:] - of_rows[:-1, None])  # all columns of the rows
    boxes: list[CoverBox] = []
    while len(boxes) < n_boxes and open_weights.any():
        order = np.argsort(-bounds, axis=None, kind="stable")
        low, high, first, width = best_box(_before(open_weights), slacks, -ROUNDING * weights.sum(), is_circle, bounds,
                                           order)
        open_weights[low:high + 1, np.arange(first, first + width) % n_columns] = 0
        boxes.append(CoverBox((low, high), (first, width), float(1 - open_weights.sum() / total)))
    return boxes


def most_of(covered: Sequence[float] | np.ndarray) -> np.ndarray:
    """[K] what the best 1 .. K boxes cover at most, from what boxes of `cover` do.

    No box adds more to what j boxes cover than the next one does, so that k others add at most k times as much.

    Args:
        covered: [K] shares that the first 1 .. K boxes cover.
    """
    found = np.concatenate(([0.0], covered))
    added = np.diff(found)
    n_others = np.arange(1, len(added) + 1)[:, None]
    return np.minimum(found[:-1] + n_others * added, 1).min(1)


def _before(values: np.ndarray) -> np.ndarray:
    """[rows + 1, columns] the sums over the rows before each one."""
    return np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
