"""The largest box on a grid of values that are all known, in two dimensions."""
import numpy as np
from numba import njit

from utils.regions import ndinterval


def largest_on_grid(x: np.ndarray, y: np.ndarray, holds: np.ndarray, start: tuple[int, int]) -> ndinterval | None:
    """The box of largest area that contains a grid point and in which f holds at every grid point.

    Each row has a stretch of points around the start's column in which f holds. A box's rows are neighbours of the
    start's row, and its columns are what their stretches have in common. So all boxes that cannot be widened are
    looked at, and the answer is exact. Ties go to the box with more points, then to the lexicographically smaller
    lower corner.

    Args:
        x: [columns] the first number of the grid's points, ascending.
        y: [rows] the second.
        holds: [rows, columns] bool.
        start: row and column of the point.

    Returns:
        The box from its first to its last grid point; None if f does not hold at the start.
    """
    row, column = start
    if not holds[row, column]:
        return None
    left, right, low, high = _largest(np.asarray(x, np.float64), np.asarray(y, np.float64),
                                      np.ascontiguousarray(holds), row, column)
    return ndinterval([x[left], y[low]], [x[right], y[high]])


@njit(cache=True)
def _largest(x: np.ndarray, y: np.ndarray, holds: np.ndarray, row: int, column: int) -> tuple[int, int, int, int]:
    """Indices of the box's first and last column, and of its first and last row."""
    rows, columns = holds.shape
    first, last = np.empty(rows, np.int64), np.empty(rows, np.int64)  # of each row's stretch
    for i in range(rows):
        first[i], last[i] = column, column
        while first[i] > 0 and holds[i, first[i] - 1]:
            first[i] -= 1
        while last[i] + 1 < columns and holds[i, last[i] + 1]:
            last[i] += 1
    best = (column, column, row, row)
    best_area, best_count = -1.0, 0
    begin_low, end_low = 0, columns - 1
    for low in range(row, -1, -1):
        if not holds[low, column]:
            break
        begin_low, end_low = max(begin_low, first[low]), min(end_low, last[low])
        begin, end = begin_low, end_low
        for high in range(row, rows):
            if not holds[high, column]:
                break
            begin, end = max(begin, first[high]), min(end, last[high])
            area = (x[end] - x[begin]) * (y[high] - y[low])
            count = (end - begin + 1) * (high - low + 1)
            first_corner = begin < best[0] or (begin == best[0] and low < best[2])
            if area > best_area or (area == best_area and (count > best_count or (
                    count == best_count and first_corner))):
                best_area, best_count, best = area, count, (begin, end, low, high)
    return best
