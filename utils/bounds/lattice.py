"""The lattice around a point: the lines on which a region may end, and the points where f is asked."""
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..regions import as_numbers, ndinterval
from ..space import Space, as_space

LARGEST_LATTICE = 50_000_000  # points; a search keeps one byte for each
STEPS_PER_SIDE = 32  # where no step is given
SAME_LINE = 1e-9  # of a step; lines closer than this are one


@dataclass(frozen=True)
class Lattice:
    """Lines across every dimension, and the one among them on which the point lies.

    A lattice point is known by its place [n], the numbers of its lines, or by its index: places counted in C order, the
    last dimension fastest.

    A circle has every line once. A box may run around it: its lines are those of the circle unrolled, from a turn
    before the point to a turn after it, and each of them stands there twice, the point's own three times.

    Attributes:
        lines: n arrays, each of rising float64 numbers; of a circle those of one turn.
        center: [n] integers: the point is lines[d][center[d]] in dimension d.
        space: that boxes lie in.

    Raises:
        InputError: for more than LARGEST_LATTICE points.
    """
    lines: tuple[np.ndarray, ...]
    center: np.ndarray
    space: Space

    def __post_init__(self) -> None:
        _check_size([len(lines) for lines in self.lines])

    @classmethod
    def around(cls, point: Sequence[float] | np.ndarray, step: float | Sequence[float] | np.ndarray | None,
               space: ndinterval | Space) -> "Lattice":
        """The lines point + k step inside a domain, and the domain's own ends (docs/method.md, section 10).

        On a circle the two ends are one line. A step need not divide the period: the gaps beside that line are what is
        left of it.

        Args:
            point: [n], inside the domain.
            step: one for all dimensions, or [n]. None: a STEPS_PER_SIDEth of the domain's side.
            space: the domain, of n dimensions, finite; or the space of one.

        Raises:
            InputError: for a point outside, a step that is not above 0, or too many points.
        """
        space = as_space(space)
        domain = space.domain
        at = as_numbers(point, "point")
        if at.shape != domain.a.shape:
            raise InputError(f"a point of shape {list(at.shape)}: expected {domain.n} numbers, as the domain has "
                             "dimensions")
        if not (domain.is_finite() and (domain.a <= at).all() and (at <= domain.b).all()):
            raise InputError(f"the point {at.tolist()} is not in the domain from {domain.a.tolist()} to "
                             f"{domain.b.tolist()}; give a point inside it")
        steps = np.asarray(domain.r / STEPS_PER_SIDE if step is None else step, dtype=np.float64)
        if steps.shape not in ((), (domain.n,)):
            raise InputError(f"steps of shape {list(steps.shape)}: expected one number, or {domain.n}")
        steps = np.where(domain.r > 0, steps, 1.0)  # a dimension without extent has one line, whatever the step
        if not (np.isfinite(steps).all() and (steps > 0).all()):
            raise InputError(f"a step of {steps.tolist()}: expected numbers above 0")
        below, above = (at - domain.a) / steps, (domain.b - at) / steps
        _check_size([math.ceil(low) + math.ceil(high) + 1 for low, high in zip(below, above)])
        sides = [(_lines_up_to(high, p, h, end), _lines_up_to(low, p, -h, start))
                 for low, high, p, h, start, end in zip(below, above, at, steps, domain.a, domain.b)]
        lines = [np.concatenate((down[::-1], [p], up)) for (up, down), p in zip(sides, at)]
        lines = [own[:-1] if is_circle else own for own, is_circle in zip(lines, space.circles)]
        center = [len(down) % len(own) for (_, down), own in zip(sides, lines)]  # the end of a circle is its beginning
        return cls(tuple(lines), np.array(center, dtype=np.int64), space)

    @property
    def n(self) -> int:
        """Number of dimensions."""
        return len(self.lines)

    @property
    def sizes(self) -> np.ndarray:
        """[n] lines of each dimension."""
        return np.array([len(lines) for lines in self.lines], dtype=np.int64)

    @property
    def size(self) -> int:
        """Number of lattice points."""
        return math.prod(len(lines) for lines in self.lines)

    @property
    def point(self) -> np.ndarray:
        """[n] the point around which the lattice lies."""
        return np.array([lines[c] for lines, c in zip(self.lines, self.center)])

    def points(self, indices: np.ndarray) -> np.ndarray:
        """The coordinates of lattice points, indices [m]: [m, n]."""
        places = np.unravel_index(indices, tuple(self.sizes))
        return np.stack([lines[place] for lines, place in zip(self.lines, places)], axis=1)

    def indices(self, points: np.ndarray) -> np.ndarray:
        """The indices of lattice points with coordinates [m, n]: [m].

        Raises:
            ValueError: for a point that is not on the lattice.
        """
        points = np.asarray(points, dtype=np.float64).reshape(-1, self.n)
        places = [np.minimum(np.searchsorted(lines, x), len(lines) - 1) for lines, x in zip(self.lines, points.T)]
        strangers = np.any([lines[place] != x for lines, place, x in zip(self.lines, places, points.T)], axis=0)
        if strangers.any():
            raise ValueError(f"{points[strangers][0].tolist()} is no point of the lattice")
        return np.ravel_multi_index(tuple(places), tuple(self.sizes))

    def unrolled(self) -> tuple[list[np.ndarray], np.ndarray]:
        """The lines that a box may have, n arrays of rising numbers, and the place [n] of the point among them."""
        lines, center = list(self.lines), self.center.copy()
        for d in np.flatnonzero(self.space.circles):
            own = len(lines[d])
            turns, numbers = np.divmod(center[d] + np.arange(2 * own + 1), own)
            lines[d], center[d] = self.lines[d][numbers] + (turns - 1) * self.space.periods[d], own
        return lines, center

    def copies(self, places: np.ndarray) -> np.ndarray:
        """The unrolled places of lattice points [m, n]: [m or more, n], on both sides of the point on a circle."""
        copies = places.copy()
        for d in np.flatnonzero(self.space.circles):
            own = len(self.lines[d])
            copies[:, d] = (copies[:, d] - self.center[d]) % own + own
            before = copies[copies[:, d] > own]
            before[:, d] -= own
            copies = np.concatenate((copies, before))
        return copies

    def reach(self, point: np.ndarray) -> np.ndarray:
        """The unrolled places [m, n] that a box has to hold, one of them at least, if it holds any given point.

        In each dimension that is the given point's own line, or the next one away from the center. A box around the
        center, with its ends on lines, holds the given point, or a copy of it on a circle, if it holds one of the
        places, and else not. A point outside the domain has none.
        """
        lines, center = self.unrolled()
        places = np.empty((1, 0), dtype=np.int64)
        for d, (own, c, period) in enumerate(zip(lines, center, self.space.periods)):
            copies = [point[d]]
            if np.isfinite(period):  # the first copy from the center on, and the one a turn before it
                copies = [point[d] + period * np.ceil((own[c] - point[d]) / period)]
                copies += [copies[0] - period] if copies[0] > own[c] else []
            found = [np.searchsorted(own, x, "left") if x >= own[c] else np.searchsorted(own, x, "right") - 1
                     for x in copies]
            inside = np.array([place for place in found if 0 <= place < len(own)], dtype=np.int64)
            places = np.concatenate((np.repeat(places, len(inside), 0), np.tile(inside, len(places))[:, None]), 1)
        return places

    def box(self, lo: np.ndarray, hi: np.ndarray) -> ndinterval:
        """The box between two unrolled places [n]. It begins in the domain; a whole turn is the domain's."""
        a, b = np.empty(self.n), np.empty(self.n)
        for d, (lines, period) in enumerate(zip(self.lines, self.space.periods)):
            if not np.isfinite(period):
                a[d], b[d] = lines[lo[d]], lines[hi[d]]
            elif hi[d] - lo[d] >= len(lines):
                a[d], b[d] = self.space.domain.a[d], self.space.domain.b[d]
            else:
                first, last = ((place + self.center[d]) % len(lines) for place in (lo[d], hi[d]))
                a[d], b[d] = lines[first], lines[last] + (period if last < first else 0)
        return ndinterval(a, b)


def _check_size(sizes: Sequence[int]) -> None:
    total = math.prod(sizes)
    if total > LARGEST_LATTICE:
        raise InputError(f"a lattice of {' x '.join(map(str, sizes))} = {total:,} points: at most {LARGEST_LATTICE:,} "
                         "can be searched; take a larger step or a smaller domain")


def _lines_up_to(n_steps: float, point: float, step: float, end: float) -> np.ndarray:
    """The lines on one side of a point, outwards: whole steps away, the domain's end last."""
    whole = math.ceil(n_steps - SAME_LINE) - 1  # whole steps that stop short of the end
    if n_steps <= SAME_LINE:
        return np.empty(0)
    return np.append(point + step * np.arange(1, whole + 1), end)
