"""The lines of a lattice as the kernels of the search know them: places, boxes between them, and their sides (numba).

A box [lo, hi] is given by the numbers of its lines, both ends included, and it always holds the center. As an integer
it is its key: index of lo times the grid's size, plus index of hi. Keys sort as lo does, then as hi does.

The lines of a circle lie here unrolled, from a turn before the center to a turn after it. A box of more than one turn
counts as one turn.
"""
from typing import NamedTuple

import numpy as np

from .compiled import kernel


class Grid(NamedTuple):
    """The unrolled lines of a lattice.

    Attributes:
        lines: [n, longest] in the measure of volumes (filled up with zeros).
        sizes: [n] lines of each dimension.
        center: [n] the place of the point.
        size: number of places.
        counts: [n] different lines of each dimension: of a circle those of one turn.
        starts: [n] the number that the first line has in the lattice.
        turns: [n] a whole turn of each circle.
    """
    lines: np.ndarray
    sizes: np.ndarray
    center: np.ndarray
    size: int
    counts: np.ndarray
    starts: np.ndarray
    turns: np.ndarray


@kernel
def width(grid: Grid, d: int, low: int, high: int) -> float:
    """The side of a box from line to line, one turn at most."""
    return grid.lines[d, high] - grid.lines[d, low] if high - low < grid.counts[d] else grid.turns[d]


@kernel
def index_of(place: np.ndarray, sizes: np.ndarray) -> int:
    """The index of a place."""
    index = 0
    for d in range(len(sizes)):
        index = index * sizes[d] + place[d]
    return index


@kernel
def point_at(grid: Grid, place: np.ndarray) -> int:
    """The index of the lattice point at a place."""
    index = 0
    for d in range(len(place)):
        index = index * grid.counts[d] + (place[d] + grid.starts[d]) % grid.counts[d]
    return index


@kernel
def one_turn(grid: Grid, lo: np.ndarray, hi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of a box that has each of its lattice points once, around the center as evenly as it can be."""
    low, high = lo.copy(), hi.copy()
    for d in range(len(lo)):
        if hi[d] - lo[d] >= grid.counts[d]:
            low[d] = min(max(lo[d], grid.center[d] - grid.counts[d] // 2), hi[d] - grid.counts[d] + 1)
            high[d] = low[d] + grid.counts[d] - 1
    return low, high


@kernel
def write_place(index: int, sizes: np.ndarray, place: np.ndarray) -> None:
    """The place of an index, into `place`."""
    for d in range(len(sizes) - 1, -1, -1):
        place[d] = index % sizes[d]
        index //= sizes[d]


@kernel
def key_of(grid: Grid, lo: np.ndarray, hi: np.ndarray) -> int:
    """A box as one integer."""
    return index_of(lo, grid.sizes) * grid.size + index_of(hi, grid.sizes)


@kernel
def write_box(key: int, grid: Grid, lo: np.ndarray, hi: np.ndarray) -> None:
    """A box from its key, into lo and hi."""
    write_place(key // grid.size, grid.sizes, lo)
    write_place(key % grid.size, grid.sizes, hi)
