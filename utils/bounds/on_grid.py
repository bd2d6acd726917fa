"""The largest box on a grid of values that are all known, in two dimensions (docs/method.md, section 10)."""
import numpy as np

from ..regions import ndinterval
from ..space import Space
from .lattice import Lattice


def largest_on_grid(x: np.ndarray, y: np.ndarray, holds: np.ndarray, start: tuple[int, int],
                    space: Space) -> ndinterval | None:
    """The box of largest size that contains a grid point and in which f holds at every grid point.

    Every row has a run of points around the start's column in which f holds. A box of some rows is widest where it has
    the columns that all their runs share. Only the widest box of each choice of rows can be the answer, and these are
    compared all at once: the answer is exact. Ties go to the box with more points, then to the lexicographically
    smaller lower corner, then to the smaller upper one, on a circle as of `BoxSearch`.

    Args:
        x: [columns] the first number of the grid's points, ascending; of a circle less than a turn of it.
        y: [rows] the second.
        holds: [rows, columns] bool.
        start: row and column of the point.
        space: of two dimensions, the first of which may be a circle.

    Returns:
        The box from its first to its last grid point; None if f does not hold at the start.
    """
    row, column = start
    if not holds[row, column]:
        return None
    lattice = Lattice((x, y), np.array([column, row]), space)
    (across, _), (center, _) = lattice.unrolled()
    n_columns = len(x)
    columns = (np.arange(len(across)) + column - center) % n_columns  # of the grid
    (lowest,), (highest,) = _run(holds[:, column][None], row)
    first, last = _run(holds[:, columns], center)
    low, high = np.arange(row, lowest - 1, -1), np.arange(row, highest + 1)  # rows that a box may begin and end with
    begin = np.maximum.outer(np.maximum.accumulate(first[low]), np.maximum.accumulate(first[high]))
    end = np.minimum.outer(np.minimum.accumulate(last[low]), np.minimum.accumulate(last[high]))
    width = np.where(end - begin < n_columns, across[end] - across[begin], space.periods[0])
    warped = space.warp(np.stack((np.zeros(len(y)), y), axis=1))[:, 1]
    area = width * (warped[high] - warped[low][:, None])
    count = np.minimum(end - begin + 1, n_columns) * (high - low[:, None] + 1)
    lows, highs = np.broadcast_to(low[:, None], area.shape), np.broadcast_to(high, area.shape)
    i, j = divmod(int(np.lexsort([key.ravel() for key in (highs, end, lows, begin, -count, -area)])[0]), len(high))
    return lattice.box(np.array([begin[i, j], low[i]]), np.array([end[i, j], high[j]]))


def _run(holds: np.ndarray, at: int) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last column of each row's run of True through the column `at`: [rows], [rows].

    A row without one there has a last column before its first.
    """
    before = np.logical_and.accumulate(holds[:, at::-1], axis=1).sum(1)
    after = np.logical_and.accumulate(holds[:, at:], axis=1).sum(1)
    return at + 1 - before, at - 1 + after
