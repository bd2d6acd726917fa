"""The space that boxes lie in: which points are the same view, and how large a box is (docs/method.md, section 10)."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import InputError
from .parameters import domain_of, periods_of
from .regions import ndinterval

DEGREES, SPHERE = MEASURES = ("degrees", "sphere")
UNIFORM = {DEGREES: "in degrees", SPHERE: "on the sphere"}  # how views are uniform, in words
LATITUDES = dict(elevation=None, light_elevation="light_azimuth")  # parameters, and what each needs to be one


class Space:
    """A domain in which a dimension may be a circle, and a box has a size.

    A box [a, b] begins in the domain. On a circle it may run through the domain's end and is at most one turn wide: the
    views of [285, 395] are those of 285 to 360 and of 0 to 35. Its size is the product over the dimensions of
    g(b) - g(a), where g(x) is x, or of a latitude degrees(sin(x)). With an azimuth that is a solid angle, in square
    degrees.

    Attributes:
        domain: box of all allowed points.
        periods: [n] of the dimensions that are circles; inf of the others.
        latitudes: [n] bool: the dimensions that are measured by solid angle.
    """

    def __init__(self, domain: ndinterval, periods: Any = np.inf, latitudes: Any = False) -> None:
        """
        Args:
            domain: finite.
            periods: one for all dimensions, or [n]; inf for none. A dimension is a circle if its side is one period.
            latitudes: likewise.

        Raises:
            InputError: for a period that is not above 0, or a domain that is wider.
        """
        periods, sides = np.asarray(periods, dtype=np.float64), domain.r
        if periods.shape not in ((), (domain.n,)) or not (periods > 0).all():
            raise InputError(f"a period of {periods.tolist()}: expected one number above 0, or {domain.n}")
        if (sides > periods).any():
            raise InputError(f"the domain from {domain.a.tolist()} to {domain.b.tolist()} is wider than the period "
                             f"{periods.tolist()}; expected one turn at most")
        self.domain = domain
        self.periods = np.where(sides == periods, periods, np.inf)
        self.latitudes = np.broadcast_to(np.asarray(latitudes, dtype=bool), domain.n)

    @classmethod
    def of(cls, parameters: Sequence[str], measure: str = DEGREES, wrap: bool = True) -> Space:
        """The space of named parameters.

        Args:
            parameters: n names of PARAMETERS.
            measure: DEGREES, or SPHERE for views that are uniform by solid angle. The two are one where there is no
                latitude.
            wrap: whether boxes may run around circles.
        """
        return cls(domain_of(parameters), periods_of(parameters) if wrap else np.inf,
                   latitudes_of(parameters) & (measure == SPHERE))

    @property
    def circles(self) -> np.ndarray:
        """[n] bool: the dimensions that are circles."""
        return np.isfinite(self.periods)

    def warp(self, points: np.ndarray) -> np.ndarray:
        """g of points [.., n]. In g, boxes of the same sides have the same size."""
        return np.where(self.latitudes, np.degrees(np.sin(np.radians(points))), points)

    def unwarp(self, warped: np.ndarray) -> np.ndarray:
        """The points [.., n] whose g is given."""
        of_latitudes = np.degrees(np.arcsin(np.clip(np.radians(warped), -1, 1))) if self.latitudes.any() else warped
        return np.where(self.latitudes, of_latitudes, warped)

    def size(self, box: ndinterval) -> float:
        """The size of a box; 0 if a side is below 0."""
        return float(np.prod(self._sides(box.a, box.b)))

    def common(self, first: ndinterval, second: ndinterval) -> float:
        """The size of what two boxes have in common, each at most one turn wide."""
        sides = np.zeros(len(self.periods))
        for turns in (-1, 0, 1):
            shift = turns * np.where(self.circles, self.periods, 0)
            common = self._sides(np.maximum(first.a, second.a + shift), np.minimum(first.b, second.b + shift))
            sides += np.where(self.circles | (turns == 0), common, 0)
        return float(np.prod(sides))

    def share(self, box: ndinterval) -> float:
        """The size of a box inside the domain over the domain's; 0 where a bound is not finite."""
        return self.common(box, self.domain) / self.size(self.domain) if box.is_finite() else 0.0

    def overlap(self, first: ndinterval, second: ndinterval) -> float:
        """Intersection over union of two boxes; nan if one is not finite. Equal boxes overlap by 1, also without size.
        """
        if not (first.is_finite() and second.is_finite()):
            return np.nan
        if first == second:
            return 1.0
        common = self.common(first, second)
        union = self.size(first) + self.size(second) - common
        return common / union if union > 0 else 0.0

    def within(self, box: ndinterval) -> ndinterval:
        """The part of a box inside the domain; a circle has no end."""
        clipped = box.within(self.domain)
        return ndinterval(np.where(self.circles, box.a, clipped.a), np.where(self.circles, box.b, clipped.b))

    def contains(self, box: ndinterval, points: np.ndarray) -> np.ndarray:
        """Which points [N, n] of the domain lie in a closed box: [N] bool."""
        return np.all([self.spans(box, points[:, d], d) for d in range(box.n)], axis=0)

    def spans(self, box: ndinterval, numbers: np.ndarray, dimension: int) -> np.ndarray:
        """Which numbers [N] of one dimension a closed box has: [N] bool."""
        a, b, period = box.a[dimension], box.b[dimension], self.periods[dimension]
        shifts = (-period, 0.0, period) if np.isfinite(period) else (0.0,)
        return np.any([(a <= numbers + shift) & (numbers + shift <= b) for shift in shifts], axis=0)

    def fold(self, points: np.ndarray) -> np.ndarray:
        """The points [.., n] of the domain that are the same views as those given; of the domain's own each itself."""
        periods = np.where(self.circles, self.periods, 1)
        is_outside = self.circles & ((points < self.domain.a) | (points > self.domain.b))
        return points - np.where(is_outside, np.floor((points - self.domain.a) / periods), 0) * periods

    def views(self, box: ndinterval, shares: np.ndarray) -> np.ndarray:
        """Views of a box [N, n] from shares [N, n] of its sides. Uniform shares make views that are uniform in size."""
        low, high = self.warp(box.a), self.warp(box.b)
        return np.clip(self.unwarp(low + shares * (high - low)), box.a, box.b)  # the sum may be rounded

    def pieces(self, box: ndinterval) -> list[ndinterval]:
        """A box, and its copies a turn back where it runs through the domain's end: what a figure draws."""
        boxes = [box]
        for dimension in np.flatnonzero(self.circles & (box.b > self.domain.b)):
            turn = np.where(np.arange(box.n) == dimension, self.periods, 0)
            boxes += [ndinterval(one.a - turn, one.b - turn) for one in boxes]
        return boxes

    def _sides(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return self.warp(np.maximum(a, b)) - self.warp(a)


def latitudes_of(parameters: Sequence[str]) -> np.ndarray:
    """[n] bool: which of the named parameters are latitudes: a share of a sphere lies below each of their values."""
    return np.array([name in LATITUDES and LATITUDES[name] in (None, *parameters) for name in parameters])


def as_space(domain: ndinterval | Space) -> Space:
    """The space of a domain, without circles and latitudes; a space as it is."""
    return domain if isinstance(domain, Space) else Space(domain)
