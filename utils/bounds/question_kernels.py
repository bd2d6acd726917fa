"""Which lattice points of a box to ask next (numba).

Questions go outwards from the center. A point near it is in almost every box that may still be the answer, and a
failing point near it cuts a box deepest. Half of a round goes to the nearest unknown point on each diagonal, from the
center to a corner: there a level set first leaves the box. The rest are the unknown points of smallest distance, the
sum over the dimensions of the share of the way from the center to the box's side.
"""
import numpy as np

from .compiled import kernel
from .grid_kernels import Grid, one_turn, point_at

UNKNOWN, HOLDS, FAILS, TAKEN = range(4)  # of a lattice point; TAKEN only while a round's questions are chosen
RANKS = 256  # steps of the distance by which questions are sorted, a dimension



@kernel
def in_order(status: np.ndarray, grid: Grid, lo: np.ndarray, hi: np.ndarray, n_wanted: int) -> tuple[np.ndarray, bool]:
    """The unknown points of a box by distance, then index; if there are many, the nearest n_wanted or some more.

    Args:
        status: of the lattice points, by index.
        grid: the lattice.
        lo, hi: [n] the box.
        n_wanted: how many are enough; 1 or more.

    Returns:
        (indices, whether they are all unknown points of the box).
    """
    n = len(grid.sizes)
    last = n - 1
    lo, hi = one_turn(grid, lo, hi)
    ranks = np.zeros((n, np.max(grid.sizes)), np.int64)
    for d in range(n):
        for x in range(lo[d], hi[d] + 1):
            c = grid.center[d]
            ranks[d, x] = (x - c) * RANKS // (hi[d] - c) if x > c else (c - x) * RANKS // max(c - lo[d], 1)
    counts = np.zeros(n * RANKS + 1, np.int64)
    starts = np.zeros(n * RANKS + 1, np.int64)
    found = np.empty(0, np.int64)
    end = n * RANKS + 1  # ranks from here on are left out
    n_found, n_unknown = 0, 0
    place = lo.copy()
    for is_counted in (False, True):
        place[:] = lo
        d = 0
        while d >= 0:
            row_rank = 0
            for e in range(last):
                row_rank += ranks[e, place[e]]
            place[last] = lo[last]
            index = point_at(grid, place)
            line = (lo[last] + grid.starts[last]) % grid.counts[last]
            for x in range(lo[last], hi[last] + 1):
                if status[index] == UNKNOWN:
                    rank = row_rank + ranks[last, x]
                    if not is_counted:
                        counts[rank] += 1
                        n_unknown += 1
                    elif rank < end:
                        found[starts[rank]] = index
                        starts[rank] += 1
                index, line = index + 1, line + 1
                if line == grid.counts[last]:
                    index, line = index - line, 0
            d = last - 1
            while d >= 0 and place[d] == hi[d]:
                place[d] = lo[d]
                d -= 1
            if d >= 0:
                place[d] += 1
        if not is_counted:
            for rank in range(n * RANKS + 1):
                starts[rank] = n_found
                n_found += counts[rank]
                if n_found >= n_wanted:
                    end = rank + 1
                    break
            found = np.empty(n_found, np.int64)
    return found, n_found == n_unknown


@kernel
def choose(status: np.ndarray, grid: Grid, lo: np.ndarray, hi: np.ndarray,
           order: np.ndarray, n_wanted: int) -> np.ndarray:
    """The next questions about a box: its diagonals' nearest unknown points, then those of `order`.

    Args:
        status, grid, lo, hi: as of `in_order`.
        order: indices as of `in_order`, of now or earlier.
        n_wanted: how many questions at most.

    Returns:
        Indices; fewer than n_wanted if `order` has no more.
    """
    n = len(grid.sizes)
    lo, hi = one_turn(grid, lo, hi)
    chosen = np.empty(n_wanted, np.int64)
    n_chosen = 0
    place = np.empty(n, np.int64)
    n_steps = 0
    for d in range(n):
        n_steps = max(n_steps, hi[d] - grid.center[d], grid.center[d] - lo[d])
    for corner in range(1 << n):
        if n_chosen >= max(n_wanted // 2, 1):
            break
        for step in range(1, n_steps + 1):
            for d in range(n):
                c = grid.center[d]
                if corner >> d & 1:
                    place[d] = c + (hi[d] - c) * step // n_steps
                else:
                    place[d] = c - (c - lo[d]) * step // n_steps
            index = point_at(grid, place)
            if status[index] == UNKNOWN:
                status[index] = TAKEN
                chosen[n_chosen] = index
                n_chosen += 1
                break
    n_diagonal = n_chosen
    for index in order:
        if n_chosen == n_wanted:
            break
        if status[index] == UNKNOWN:
            chosen[n_chosen] = index
            n_chosen += 1
    for i in range(n_diagonal):
        status[chosen[i]] = UNKNOWN
    return chosen[:n_chosen]
