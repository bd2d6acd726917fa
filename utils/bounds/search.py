"""The search for the largest box of a lattice that holds no failing point: best-first branch and bound."""
import math
from copy import deepcopy

import numpy as np

from ..regions import ndinterval
from .box_kernels import Queue, add_all_failing, push, settle
from .grid_kernels import Grid, write_box
from .lattice import Lattice
from .question_kernels import FAILS, HOLDS, UNKNOWN, choose, in_order

ROOM = 1024  # boxes, and failing points, for which room is made at first
ORDERED = 4096  # questions that are put in order at a time


class BoxSearch:
    """Finds the box [a, b] around the lattice's center, a and b lattice points, of largest size all of whose lattice
    points hold; of several the one with most points, then with the lexicographically smallest a, then b. On a circle a
    box may run around, by one turn at most; there a and b are compared as they lie before and after the center, and a
    whole turn begins first.

    Open boxes wait in a queue, the best first; at first there is one, the domain. Round by round the best box is looked
    at. A failing point inside it is known: its children take its place (for each dimension in which that point
    differs from the center, the box cut back to the line before the point). All its points are known to hold: it is
    the answer. Otherwise some of them are asked.

    Circles are unrolled (`Lattice.unrolled`), so that all boxes lie in the first one. A box of one turn or more counts
    as one turn. Without a failing point it can become as wide as all lines are, and of these boxes only that one is
    looked for.

    The answer is exact. A box without failing points that lies in a parent lies in one of its children, or where
    boxes are cut short (`box_kernels.tighten`) in another open box. And no box comes before one that it lies in: its
    volume is not larger, and it has fewer points. So the best box, once all its points hold, comes before all boxes
    that can still be found.

    Attributes:
        lattice: see `Lattice`; sizes are those of its space.
        n_asked: lattice points that have been asked.
        n_boxes: boxes that have been looked at.
    """

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.n_asked = self.n_boxes = 0
        self._status = np.full(lattice.size, UNKNOWN, dtype=np.int8)
        self._grid = _grid_of(lattice)
        self._failing, self._n_failing = np.empty((ROOM, lattice.n), dtype=np.int64), 0
        self._queue = _with_room(ROOM)
        self._length = push(self._queue, 0, self._grid, 0 * self._grid.sizes, self._grid.sizes - 1)
        self._order_of, self._order, self._order_is_whole = -1, np.empty(0, dtype=np.int64), True
        self._go_on()

    @property
    def bound(self) -> float:
        """The volume of the largest box that may still be the answer; 0 if there is none."""
        return float(self._queue.volumes[0]) if self._length else 0.0

    @property
    def is_done(self) -> bool:
        """Whether the answer is known."""
        return not len(self._order)

    @property
    def answer(self) -> ndinterval | None:
        """The largest box, if it is known and there is one: the center may fail."""
        return self.lattice.box(*self._best()) if self.is_done and self._length else None

    def ask(self, max_points: int) -> np.ndarray:
        """The lattice points to ask next, as indices: at least one while the search is not done.

        The center comes first, alone. The same is wanted until something is recorded.
        """
        center = np.ravel_multi_index(tuple(self.lattice.center), tuple(self.lattice.sizes))
        if self.is_done or self._status[center] == UNKNOWN:
            return np.full(0 if self.is_done else 1, center)
        box = self._best()
        chosen = choose(self._status, self._grid, *box, self._order, max_points)
        if len(chosen) < max_points and not self._order_is_whole:
            self._put_in_order(max_points)
            chosen = choose(self._status, self._grid, *box, self._order, max_points)
        return chosen

    def record(self, indices: np.ndarray, holds: np.ndarray) -> None:
        """Take note of which lattice points hold: indices [m], bool [m]. What is known already stays."""
        is_new = self._status[indices] == UNKNOWN
        indices, holds = indices[is_new], holds[is_new]
        self.n_asked += len(indices)
        self._status[indices] = np.where(holds, HOLDS, FAILS)
        failing = np.unravel_index(indices[~holds], tuple(self.lattice.sizes))
        self._note_failing(self.lattice.copies(np.stack(failing, axis=1)))
        self._go_on()

    def exclude(self, point: np.ndarray) -> None:
        """Take note that a point [n] fails, on the lattice or not: no box holds it from now on."""
        self._note_failing(self.lattice.reach(point))
        self._go_on()

    def bound_without(self, point: np.ndarray) -> float:
        """What `bound` would be with a point [n] excluded."""
        trial = deepcopy(self)
        trial.exclude(point)
        return trial.bound

    def _note_failing(self, places: np.ndarray) -> None:
        """Keep the failing places [m, n] that say something new."""
        if self._n_failing + len(places) > len(self._failing):
            more = np.empty((len(self._failing) + len(places), self.lattice.n), dtype=np.int64)
            self._failing = np.concatenate((self._failing, more))
        self._n_failing = add_all_failing(self._failing, self._n_failing, places, self._grid.center)

    def _go_on(self) -> None:
        """Bring a box without a known failing point to the front, and its unknown points in order."""
        while True:
            self._length, n_boxes = settle(self._queue, self._length, self._failing[:self._n_failing], self._grid)
            self.n_boxes += n_boxes
            if self._length <= len(self._queue.keys) - self.lattice.n:
                break
            self._queue = _with_room(2 * self._length, self._queue)
        if self._length and self._order_of == self._queue.keys[0]:
            self._order = self._order[self._status[self._order] == UNKNOWN]
            if len(self._order) or self._order_is_whole:
                return
        self._put_in_order(1)

    def _put_in_order(self, n_wanted: int) -> None:
        """Put the unknown points of the best box in order, or enough of them."""
        if self._length:
            self._order_of = self._queue.keys[0]
            self._order, self._order_is_whole = in_order(self._status, self._grid, *self._best(),
                                                         max(ORDERED, n_wanted))
        else:
            self._order_of, self._order, self._order_is_whole = -1, np.empty(0, dtype=np.int64), True

    def _best(self) -> tuple[np.ndarray, np.ndarray]:
        return self._box(self._queue.keys[0])

    def _box(self, key: int) -> tuple[np.ndarray, np.ndarray]:
        """(lo, hi) [n] of a box."""
        lo, hi = np.empty_like(self._grid.sizes), np.empty_like(self._grid.sizes)
        write_box(key, self._grid, lo, hi)
        return lo, hi


def _grid_of(lattice: Lattice) -> Grid:
    """What the kernels know of a lattice."""
    unrolled, center = lattice.unrolled()
    sizes = np.array([len(own) for own in unrolled], dtype=np.int64)
    lines = np.zeros((lattice.n, sizes.max()))
    for row, own in zip(lines, unrolled):
        row[:len(own)] = own
    space = lattice.space
    return Grid(space.warp(lines.T).T.copy(), sizes, center, math.prod(sizes.tolist()), lattice.sizes,
                np.where(space.circles, lattice.center, 0), space.periods)


def _with_room(n_boxes: int, queue: Queue | None = None) -> Queue:
    """A heap with room for so many boxes, those of another one in it."""
    larger = Queue(np.empty(n_boxes), np.empty(n_boxes, dtype=np.int64), np.empty(n_boxes, dtype=np.int64))
    if queue is not None:
        for new, old in zip(larger, queue):
            new[:len(old)] = old
    return larger
