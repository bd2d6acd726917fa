"""The inner loops of covers (numba): the box of a grid that adds most."""
import numpy as np

from .compiled import kernel


@kernel
def last_with(ends: np.ndarray, head: int, tail: int, slack: np.ndarray, wanted: float) -> int:
    """The last of ends[head:tail] that has the wanted slack, -1 if none has; slack falls from each to the next."""
    if slack[ends[head]] < wanted:
        return -1
    low, high = head, tail - 1
    while low < high:
        middle = (low + high + 1) // 2
        if slack[ends[middle]] >= wanted:
            low = middle
        else:
            high = middle - 1
    return ends[low]


@kernel
def best_box(gains: np.ndarray, slacks: np.ndarray, least: float, is_circle: bool,
             bounds: np.ndarray, order: np.ndarray) -> tuple[int, int, int, int]:
    """The box of the largest gain among those whose slack is at least `least`; of several one of the fewest points.

    Choices of rows are tried in the order of what they can add at most, until the best box adds more than any other
    choice can. What a choice adds only gets less as boxes are taken, so that few are tried again for the next box
    (the lazy greedy algorithm, Minoux 1978). For a choice of rows and each first column the box that ends last adds
    most; it is found among the ends that have more slack than all after them, within one turn.

    Args:
        gains, slacks: [rows + 1, columns] sums over the rows before each one. A box's gain and slack are sums over its
            points. No point has a gain below 0.
        least: of the slack of a box.
        is_circle: a box may go on from the last column to the first; it is at most one turn wide.
        bounds: [rows, rows] at most what a box from a row to another adds; 0 below the diagonal. Those that are tried
            are replaced by what the best box of these rows adds.
        order: [rows * rows] the indices of `bounds`, the largest first.

    Returns:
        (first row, last row, first column, columns); no columns if no box adds anything.
    """
    n_rows, n = len(gains) - 1, gains.shape[1]
    n_unrolled = 2 * n if is_circle else n
    gain, slack = np.zeros(n_unrolled + 1), np.zeros(n_unrolled + 1)  # sums over the columns before each one
    ends = np.zeros(n_unrolled + 1, np.int64)  # of boxes: those after which no other end has as much slack
    best, fewest, found = 0.0, n_rows * n + 1, (0, 0, 0, 0)
    for rows in order:
        low, high = rows // n_rows, rows % n_rows
        if bounds[low, high] < best or bounds[low, high] <= 0:
            break
        for c in range(n_unrolled):
            gain[c + 1] = gain[c] + gains[high + 1, c % n] - gains[low, c % n]
            slack[c + 1] = slack[c] + slacks[high + 1, c % n] - slacks[low, c % n]
        largest = 0.0
        head = tail = entered = 0
        for first in range(n):
            last = first + n if is_circle else n
            while entered < last:
                entered += 1
                while tail > head and slack[ends[tail - 1]] <= slack[entered]:
                    tail -= 1
                ends[tail] = entered
                tail += 1
            while ends[head] <= first:
                head += 1
            farthest = last_with(ends, head, tail, slack, slack[first] + least)
            if farthest < 0:
                continue
            added = gain[farthest] - gain[first]
            largest = max(largest, added)
            end = farthest
            while added > 0 and added >= best and end > first and gain[end] - gain[first] == added:
                count = (end - first) * (high + 1 - low)
                if (added > best or count < fewest) and slack[end] >= slack[first] + least:
                    best, fewest, found = added, count, (low, high, first, end - first)
                end -= 1
        bounds[low, high] = largest
    return found
