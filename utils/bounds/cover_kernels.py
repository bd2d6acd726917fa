"""The inner loops of covers (numba): the box of a grid that adds most."""
import numpy as np

from .compiled import kernel


@kernel
def best_box(gains: np.ndarray, slacks: np.ndarray, least: float, is_circle: bool,
             bounds: np.ndarray) -> tuple[int, int, int, int]:
    """The box of the largest gain among those whose slack is at least `least`; of several one of the fewest points.

    Choices of rows are tried in the order of what they can add at most, until the best box adds more than any other
    choice can. What a choice adds only gets less as boxes are taken, so that few are tried again for the next box
    (the lazy greedy algorithm, Minoux 1978).

    Args:
        gains, slacks: [rows + 1, columns] sums over the rows before each one. A box's gain and slack are sums over its
            points. No point has a gain below 0.
        least: of the slack of a box.
        is_circle: a box may go on from the last column to the first; it is at most one turn wide.
        bounds: [rows, rows] at most what a box from a row to another adds; 0 below the diagonal. Those that are tried
            are replaced by what the best box of these rows adds.

    Returns:
        (first row, last row, first column, columns); no columns if no box adds anything.
    """
    n_rows, n = len(gains) - 1, gains.shape[1]
    n_unrolled = 2 * n if is_circle else n
    gain, slack = np.zeros(n_unrolled + 1), np.zeros(n_unrolled + 1)  # sums over the columns before each one
    is_tried = np.zeros((n_rows, n_rows), np.bool_)
    best, fewest, found = 0.0, n_rows * n + 1, (0, 0, 0, 0)
    while True:
        low, high = 0, -1
        for i in range(n_rows):
            for j in range(i, n_rows):
                if not is_tried[i, j] and bounds[i, j] > (bounds[low, high] if high >= 0 else 0):
                    low, high = i, j
        if high < 0 or bounds[low, high] < best:
            return found
        is_tried[low, high] = True
        for c in range(n_unrolled):
            gain[c + 1] = gain[c] + gains[high + 1, c % n] - gains[low, c % n]
            slack[c + 1] = slack[c] + slacks[high + 1, c % n] - slacks[low, c % n]
        largest = 0.0
        for first in range(n):
            if gain[first + 1] == gain[first] and slack[first + 1] <= slack[first]:
                continue  # the box is as good without this column
            for end in range(first + n if is_circle else n, first, -1):
                added = gain[end] - gain[first]
                if added < largest:
                    break
                if slack[end] - slack[first] >= least:
                    largest = added
                    count = (end - first) * (high + 1 - low)
                    if added > best or (added == best and count < fewest):
                        best, fewest, found = added, count, (low, high, first, end - first)
        bounds[low, high] = largest
