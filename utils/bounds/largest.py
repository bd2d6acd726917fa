"""The largest robust region around a point, exactly (docs/method.md, section 10), and with a certificate.

A robust region is a box around a point in which f stays at or above a level. The bound optimizers grow such boxes by
gradient descent, and do not always end in one. Here the answer is sought on a lattice around the point, where it is
exact, with little more questions to f than the answer has points: see `BoxSearch` for how, and why it is exact. Between
the lattice points f is sampled: see `Attempts`. Where too many views fail, some are excluded, and the search goes on.
"""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..regions import ndinterval
from ..space import Space
from .certificate import Certificate
from .lattice import Lattice
from .promise import Attempts, Certainty
from .search import BoxSearch
from .views import BATCH_SIZE, LEVEL, Function, values_of

USUAL_CERTAINTY = Certainty()


@dataclass(frozen=True)
class Region:
    """The largest robust region around a point.

    Attributes:
        box: None if f is below the level at the point itself.
        certificate: of the box, if one was asked for.
        queries: how many values of f it took.
        value_at_point: f at the point.
    """
    box: ndinterval | None
    certificate: Certificate | None
    queries: int
    value_at_point: float


class Search:
    """The search for one point's region, as questions and answers: many searches can share the batches of one f.

    The box and its certificate do not depend on how many questions are asked at a time; the number of questions does.

    Attributes:
        level: of a robust region.
        value_at_point: f at the point; nan until it is known.
        obstacles: list of points [n] that were excluded: views that failed, and those of `add_obstacle`.
    """

    def __init__(self, lattice: Lattice, level: float = LEVEL, certainty: Certainty | None = None) -> None:
        self.level = level
        self.value_at_point = np.nan
        self.obstacles: list[np.ndarray] = []
        self._boxes = BoxSearch(lattice)
        self._attempts = None if certainty is None else Attempts(level, certainty, lattice.space)

    @property
    def done(self) -> bool:
        """Whether the region is known, and its certificate if there is to be one."""
        if not self._boxes.is_done:
            return False
        return self._attempts is None or self._boxes.answer is None or self.certificate is not None

    @property
    def answer(self) -> ndinterval | None:
        """The region, once the search is done, if there is one."""
        return self._boxes.answer if self.done else None

    @property
    def certificate(self) -> Certificate | None:
        """Of the region, once it has passed."""
        box = self._boxes.answer
        return None if box is None or self._attempts is None else self._attempts.certificate(box)

    @property
    def bound(self) -> float:
        """The volume of the largest box that may still be the region; 0 if there is none."""
        return self._boxes.bound

    @property
    def queries(self) -> int:
        """Values of f so far."""
        return self._boxes.n_asked + (0 if self._attempts is None else self._attempts.n_asked)

    @property
    def n_boxes(self) -> int:
        """Boxes that have been looked at."""
        return self._boxes.n_boxes

    def ask(self, max_points: int = BATCH_SIZE) -> np.ndarray:
        """The points to ask next: [m, n], 1 <= m <= max_points while the search is not done, else none.

        First come lattice points, then views of the box that they leave. The same points are wanted until `tell` or
        `add_obstacle` is called.
        """
        lattice = self._boxes.lattice
        if self.done:
            return np.empty((0, lattice.n))
        box = self._boxes.answer
        if box is None or self._attempts is None:
            return lattice.points(self._boxes.ask(max_points))
        return self._attempts.ask(box, max_points)

    def tell(self, points: np.ndarray, values: np.ndarray) -> None:
        """Take f's values [m] at points [m, n] as they were wanted, or at the first m of them.

        A value that is not a number counts as below the level.

        Raises:
            ValueError: for points that were not wanted.
        """
        points = np.asarray(points, dtype=np.float64)
        values = np.asarray(values, dtype=np.float64)
        if self.done or points.shape != (len(values), self._boxes.lattice.n):
            raise ValueError(f"points of shape {list(points.shape)} and {values.shape} values: expected as many of "
                             "both as were wanted")
        if self._boxes.is_done:
            self._told_views(points, values)
            return
        indices = self._boxes.lattice.indices(points)
        if np.isnan(self.value_at_point):
            at_point = (points == self._boxes.lattice.point).all(1)
            self.value_at_point = float(values[at_point][0]) if at_point.any() else np.nan
        self._boxes.record(indices, values >= self.level)
        self._exclude_failures()

    def add_obstacle(self, point: Sequence[float] | np.ndarray) -> None:
        """Exclude a point [n] anywhere: the region ends, in some dimension, at the lattice line before it.

        A point in the region that was found makes the search go on from what it knows. The next box has fresh views.
        """
        at = np.asarray(point, dtype=np.float64)
        box = self._boxes.answer
        self.obstacles.append(at)
        self._boxes.exclude(at)
        if self._attempts is not None and self._attempts.has_started and self._boxes.answer != box:
            self._attempts.start_again()

    def region(self) -> Region:
        """What was found, once the search is done."""
        return Region(self.answer, self.certificate, self.queries, self.value_at_point)

    def _told_views(self, views: np.ndarray, values: np.ndarray) -> None:
        box = self._boxes.answer
        assert box is not None and self._attempts is not None  # else the search is done
        if not np.array_equal(views, self._attempts.ask(box, len(views))):
            raise ValueError("these are not the views that were wanted")
        attempt = self._attempts.attempt
        self._attempts.tell(box, views, values)
        if self._attempts.attempt != attempt:
            self._exclude_failures()

    def _exclude_failures(self) -> None:
        """Exclude known views that failed from a box that no attempt would certify, one by one, at the least cost."""
        while self._attempts is not None and self._boxes.is_done and (box := self._boxes.answer) is not None:
            failures = self._attempts.too_many_of(box)
            if not len(failures):
                return
            bounds = [self._boxes.bound_without(view) for view in failures]
            self.obstacles.append(failures[int(np.argmax(bounds))])
            self._boxes.exclude(self.obstacles[-1])


def advance(searches: Sequence[Search], f: Function, batch_size: int = BATCH_SIZE) -> None:
    """Take all searches that are not done a round further; f is asked once for all of them.

    Each search puts batch_size // (searches that are not done) questions, at least one.

    Args:
        searches: of the same f.
        f: see `Function`.
        batch_size: questions of a round. Fewer waste less: over the published maps 1.02 questions are asked for each
            point of the answers with 8 a round, and 1.05 with 32.
    """
    active = [search for search in searches if not search.done]
    if not active:
        return
    points = [search.ask(max(batch_size // len(active), 1)) for search in active]
    values = values_of(f, np.concatenate(points))
    for search, own, answers in zip(active, points, np.split(values, np.cumsum([len(p) for p in points])[:-1])):
        search.tell(own, answers)


def largest_region(f: Function, point: Sequence[float] | np.ndarray, level: float = LEVEL,
                   step: float | Sequence[float] | np.ndarray | None = None, domain: ndinterval | Space | None = None,
                   certainty: Certainty | None = USUAL_CERTAINTY, batch_size: int = BATCH_SIZE,
                   period: float | Sequence[float] | np.ndarray | None = None) -> Region:
    """The largest box around a point in which f >= level, with a certificate.

    On the lattice of `Lattice.around` the box is exactly the largest one, prod(b - a), that has f >= level at all its
    lattice points; ties are as of `BoxSearch`. On a circle the box may run through the domain's end, as in [285, 395].
    The search is best-first branch and bound (`BoxSearch`). It asks f for little more than the points of the answer.
    Where too many views fail between the lattice points, in attempts at a certificate (`Attempts`), some of them are
    then excluded.

    Args:
        f: f(points [N, n]) -> [N], and perhaps `domain`. A `Confidence` has both.
        point: [n], in f's units: of a `Confidence` over azimuth and elevation two numbers of degrees.
        level: of a robust region, in the unit of f's values. A value of f that is not a number is below it.
        step: of the lattice, one for all dimensions or [n], in f's units (default: a 32nd of the domain's sides).
        domain: an ndinterval in f's units that the region stays in (default: f's); or a `Space`, which says its
            periods and its measure too.
        certainty: of the certificate, two shares in (0, 1) and a seed; None for no certificate.
        batch_size: number of points that f is asked for at a time; see `advance`.
        period: one for all dimensions or [n], after which f is the same again; inf where it is not (default: f's, of
            azimuth 360). A dimension of the domain that is one period wide is a circle.

    Returns:
        A `Region`: its `box` (None if f is below the level at the point), `certificate` and `queries`.

    Raises:
        InputError: for a point outside the domain, no domain, a step that is not above 0, a lattice that is too large,
            or a domain that is wider than a period.
    """
    domain = getattr(f, "domain", None) if domain is None else domain
    if domain is None:
        raise InputError("no domain is known; give one, a ndinterval, or an f that has one")
    if not isinstance(domain, Space):
        domain = Space(domain, getattr(f, "periods", np.inf) if period is None else period)
    search = Search(Lattice.around(point, step, domain), level, certainty)
    while not search.done:
        advance([search], f, batch_size)
    return search.region()
