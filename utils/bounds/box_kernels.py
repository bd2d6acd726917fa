"""The inner loops of the search for the largest box (numba).

Boxes wait in a queue, each as its key. On a circle a failing point stands at each of its places. So it cuts a box
wherever it lies in it, and a box without one that is a turn wide or more can always become as wide as all lines are.

A failing point matters only through the side of the center on which it lies, and how far. Of two failing points, one
of which lies between the center and the other in every dimension, the farther one says nothing more: only the nearer
one is kept.
"""
from typing import NamedTuple

import numpy as np

from .compiled import kernel
from .grid_kernels import Grid, key_of, width, write_box

LOW, HIGH = 0, 1  # sides of a box in one dimension


class Queue(NamedTuple):
    """A heap of boxes, the best first: volumes, numbers of points, keys; each as long as there is room for boxes."""
    volumes: np.ndarray
    counts: np.ndarray
    keys: np.ndarray


@kernel
def is_better(queue: Queue, i: int, j: int) -> bool:
    """Whether box i comes before box j: larger, then more points, then a smaller key."""
    if queue.volumes[i] != queue.volumes[j]:
        return queue.volumes[i] > queue.volumes[j]
    if queue.counts[i] != queue.counts[j]:
        return queue.counts[i] > queue.counts[j]
    return queue.keys[i] < queue.keys[j]


@kernel
def swap(queue: Queue, i: int, j: int) -> None:
    """Exchange two places of the heap."""
    queue.volumes[i], queue.volumes[j] = queue.volumes[j], queue.volumes[i]
    queue.counts[i], queue.counts[j] = queue.counts[j], queue.counts[i]
    queue.keys[i], queue.keys[j] = queue.keys[j], queue.keys[i]


@kernel
def push(queue: Queue, length: int, grid: Grid, lo: np.ndarray, hi: np.ndarray) -> int:
    """Add a box to a heap of so many, which must have room for it; returns the new length.

    The volume is multiplied up from the first dimension to the last. Rounding keeps the order of what it rounds: a box
    inside another one never has the larger volume.
    """
    volume = 1.0
    count = 1
    for d in range(len(grid.sizes)):
        volume *= width(grid, d, lo[d], hi[d])
        count *= min(hi[d] - lo[d] + 1, grid.counts[d])
    queue.volumes[length], queue.counts[length], queue.keys[length] = volume, count, key_of(grid, lo, hi)
    i = length
    while i > 0 and is_better(queue, i, (i - 1) // 2):
        swap(queue, i, (i - 1) // 2)
        i = (i - 1) // 2
    return length + 1


@kernel
def pop(queue: Queue, length: int) -> int:
    """Take the best box off a heap of so many; returns the new length."""
    length -= 1
    swap(queue, 0, length)
    i = 0
    while 2 * i + 1 < length:
        child = 2 * i + 1
        if child + 1 < length and is_better(queue, child + 1, child):
            child += 1
        if not is_better(queue, child, i):
            break
        swap(queue, i, child)
        i = child
    return length


@kernel
def lies_between(inner: np.ndarray, outer: np.ndarray, center: np.ndarray) -> bool:
    """Whether one place lies between the center and another in every dimension."""
    for d in range(len(center)):
        near, far = inner[d] - center[d], outer[d] - center[d]
        if (near > 0 and far < near) or (near < 0 and far > near):
            return False
    return True


@kernel
def add_failing(failing: np.ndarray, length: int, place: np.ndarray, center: np.ndarray) -> int:
    """Add a place to the failing ones [room, n] of which so many are kept; returns how many are kept then."""
    for s in range(length):
        if lies_between(failing[s], place, center):
            return length
    kept = 0
    for s in range(length):
        if not lies_between(place, failing[s], center):
            failing[kept] = failing[s]
            kept += 1
    failing[kept] = place
    return kept + 1


@kernel
def add_all_failing(failing: np.ndarray, length: int, places: np.ndarray, center: np.ndarray) -> int:
    """The same for places [m, n], for which there must be room."""
    for i in range(len(places)):
        length = add_failing(failing, length, places[i], center)
    return length


@kernel
def comes_first(failing: np.ndarray, s: int, t: int) -> bool:
    """Whether row s sorts before row t."""
    for d in range(failing.shape[1]):
        if failing[s, d] != failing[t, d]:
            return failing[s, d] < failing[t, d]
    return False


@kernel
def inspect(failing: np.ndarray, grid: Grid, lo: np.ndarray, hi: np.ndarray,
            supported: np.ndarray, kept: np.ndarray) -> int:
    """What the failing points say of a box.

    Args:
        failing: [S, n] places.
        grid: the lattice.
        lo, hi: [n] the box.
        supported: [n, 2], written: whether a side of the box lies at the last line, or a failing point lies on the
            next line, within the box in the other dimensions. Without one the side could move outwards.
        kept: [n, 2], written: the farthest line at which a failing point inside the box could support that side;
            -1 if none.

    Returns:
        The row of the failing point inside the box that leaves the smallest largest child; -1 if there is none.
    """
    n = len(grid.sizes)
    others = np.empty(n)
    for d in range(n):
        others[d] = 1.0
        for e in range(n):
            if e != d:
                others[d] *= width(grid, e, lo[e], hi[e])
        supported[d, LOW], supported[d, HIGH] = lo[d] == 0, hi[d] == grid.sizes[d] - 1
        kept[d, LOW] = kept[d, HIGH] = -1
    best, smallest = -1, np.inf
    for s in range(len(failing)):
        outside, far = -1, False
        for d in range(n):
            x = failing[s, d]
            if x < lo[d] or x > hi[d]:
                far = outside >= 0 or x < lo[d] - 1 or x > hi[d] + 1
                outside = d
                if far:
                    break
        if far:
            continue
        if outside >= 0:
            supported[outside, LOW if failing[s, outside] < lo[outside] else HIGH] = True
            continue
        largest = 0.0
        for d in range(n):
            x = failing[s, d]
            if x < grid.center[d]:
                largest = max(largest, others[d] * width(grid, d, x + 1, hi[d]))
                if kept[d, LOW] < 0 or x + 1 < kept[d, LOW]:
                    kept[d, LOW] = x + 1
            elif x > grid.center[d]:
                largest = max(largest, others[d] * width(grid, d, lo[d], x - 1))
                kept[d, HIGH] = max(kept[d, HIGH], x - 1)
        # of equals the first place, so that the choice does not hang on the order in which the points were found
        if largest < smallest or (largest == smallest and best >= 0 and comes_first(failing, s, best)):
            best, smallest = s, largest
    return best


@kernel
def tighten(failing: np.ndarray, grid: Grid, lo: np.ndarray, hi: np.ndarray,
            supported: np.ndarray, kept: np.ndarray) -> tuple[int, bool]:
    """Cut a box, in place, until all its sides are supported.

    No box is lost that could be the answer. Call a box maximal if it has no failing point inside and every side is
    supported: every answer lies in a maximal box. A maximal box inside this one that reached an unsupported side would
    have its support there; so none does, and all end at a line that a failing point inside can support.

    Returns:
        (row as of `inspect`, whether a box is left).
    """
    while True:
        row = inspect(failing, grid, lo, hi, supported, kept)
        is_tight = True
        for d in range(len(lo)):
            for side in range(2):
                if not supported[d, side]:
                    if kept[d, side] < 0:
                        return row, False
                    is_tight = False
                    if side == LOW:
                        lo[d] = kept[d, side]
                    else:
                        hi[d] = kept[d, side]
        if is_tight:
            return row, True


@kernel
def settle(queue: Queue, length: int, failing: np.ndarray, grid: Grid) -> tuple[int, int]:
    """Split boxes until the best one has no failing point inside, or until the queue has no room for its children.

    All copies of a box are next to each other in the order of the heap, and are taken off together: what is made of a
    box always comes after it.

    Returns:
        (the queue's new length, how many boxes were taken off).
    """
    n = len(grid.sizes)
    lo, hi = np.empty(n, np.int64), np.empty(n, np.int64)
    supported, kept = np.empty((n, 2), np.bool_), np.empty((n, 2), np.int64)
    n_boxes = 0
    while 0 < length <= len(queue.keys) - n:
        key = queue.keys[0]
        write_box(key, grid, lo, hi)
        row, is_left = tighten(failing, grid, lo, hi, supported, kept)
        is_cut = key_of(grid, lo, hi) != key
        if is_left and not is_cut and row < 0:
            break
        n_boxes += 1
        while length > 0 and queue.keys[0] == key:
            length = pop(queue, length)
        if not is_left:
            continue
        if is_cut:
            length = push(queue, length, grid, lo, hi)
            continue
        for d in range(n):
            x = failing[row, d]
            if x < grid.center[d]:
                end, lo[d] = lo[d], x + 1
                length = push(queue, length, grid, lo, hi)
                lo[d] = end
            elif x > grid.center[d]:
                end, hi[d] = hi[d], x - 1
                length = push(queue, length, grid, lo, hi)
                hi[d] = end
    return length, n_boxes
