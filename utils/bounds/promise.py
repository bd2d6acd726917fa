"""The promise of a largest box: with confidence c, at most a share r of it is below the level (docs/method.md, 10).

Views of the box are drawn one after the other, and a test may look after every view: a likelihood-ratio martingale
against "the share below is r or more", by Ville's inequality (Waudby-Smith & Ramdas 2024, arXiv 2010.09686).
"""
import math
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..regions import ndinterval
from ..space import Space
from .certificate import CONFIDENCE, Certificate
from .views import check_shares, stream, views_of

RISK = 0.01  # share of the region that may be below the level
BETS = np.array([0, 0.1, 0.3, 0.6])  # p_i over r: shares below that the test bets on
WEIGHTS = np.array([3, 1, 1, 1]) / 6  # of the bets
HOPELESS, FAILURES_OF_HOPELESS = 0.7, 4  # an attempt ends at more than this share of r, with so many failures
LUCK = 0.5  # standard deviations of the failures that may be bad luck
TOO_MANY, FAILURES_OF_TOO_MANY = 0.6, 3  # no attempt starts at more than this share of r, with so many failures
NEARLY_0 = 1e-300  # stands for a bet of 0, whose logarithm is not finite; it is as valid
LARGEST_EXPONENT = 700  # of exp in float64


@dataclass(frozen=True)
class Certainty:
    """What a certificate has to say, and the seed of its views.

    Attributes:
        risk: r, the share of the region that may be below the level, in (0, 1).
        confidence: c in (0, 1): over many runs, at most 1 - c of the certificates are wrong.
        seed: 0 or more.
    """
    risk: float = RISK
    confidence: float = CONFIDENCE
    seed: int = 0

    def __post_init__(self) -> None:
        check_shares(risk=self.risk, confidence=self.confidence)
        if self.seed < 0:
            raise InputError(f"a seed of {self.seed}: expected 0 or more")


def wealth(n_failed: np.ndarray | int, n_passed: np.ndarray | int, risk: float) -> np.ndarray:
    """The martingale after k failing and m passing views: sum_i w_i (p_i / r)^k ((1 - p_i) / (1 - r))^m.

    While the share below is r or more it is a supermartingale that starts at 1. So the chance that it ever reaches
    1 / delta is at most delta.
    """
    k, m = (np.asarray(count, dtype=np.float64)[..., None] for count in (n_failed, n_passed))
    exponents = k * np.log(np.maximum(BETS, NEARLY_0)) + m * (np.log1p(-BETS * risk) - math.log1p(-risk))
    return (WEIGHTS * np.exp(np.minimum(exponents, LARGEST_EXPONENT))).sum(-1)


def views_needed(risk: float, delta: float, n_failed: int = 0, n_passed: int = 0) -> int:
    """How many views have to pass, none failing, until the wealth is 1 / delta.

    Args:
        risk: r.
        delta: in (0, 1).
        n_failed, n_passed: views so far.
    """
    low, high = 0, 1  # whether `high` is enough is not known yet
    while wealth(n_failed, n_passed + high, risk) * delta < 1:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if wealth(n_failed, n_passed + middle, risk) * delta < 1 else (low, middle)
    return low


def risk_spent(confidence: float, attempt: int) -> float:
    """delta_t = (1 - c) / (t (t + 1)), the chance that attempt t, from 1, is wrong; over all they sum to 1 - c."""
    return (1 - confidence) / (attempt * (attempt + 1))


class Attempts:
    """Boxes tried one after the other, each on fresh views, until one passes.

    Attempt t draws views of its box one by one. It passes when the wealth is 1 / delta_t, and it ends when the known
    views say that it will not. The chance that a box of which r or more is below the level ever passes is then at most
    1 - c, however many are tried, and however a box follows from the views before it. All views ever drawn may be used
    to choose the next box, none of them to certify it.

    The views of an attempt are drawn from a stream of their own, and looked at in order: nothing depends on how many
    are asked at a time.

    Attributes:
        level: a view passes if f >= level there.
        certainty: see `Certainty`.
        space: that the boxes lie in, and in whose measure views are uniform and the share below is one.
        attempt: which try this is, from 1.
        n_asked: views asked, over all attempts.
    """

    def __init__(self, level: float, certainty: Certainty, space: Space) -> None:
        self.level, self.certainty, self.space = level, certainty, space
        self.attempt, self.n_asked = 1, 0
        self._values = np.empty(0)  # f at this attempt's views
        self._views, self._fails = np.empty((0, 0)), np.empty(0, dtype=bool)  # of all attempts

    @property
    def has_started(self) -> bool:
        """Whether this attempt has drawn a view."""
        return len(self._values) > 0

    def ask(self, box: ndinterval, max_views: int) -> np.ndarray:
        """The next views of the box, as points of the domain: [m, n], none once it has passed."""
        n_drawn = len(self._values) * box.n  # a number of a view takes one draw
        rng = stream("largest", self.certainty.seed, self.attempt, n_drawn=n_drawn)
        return self.space.fold(views_of(box, min(self._n_needed(box), max_views), rng, self.space))

    def tell(self, box: ndinterval, views: np.ndarray, values: np.ndarray) -> None:
        """Take the values [m] of the next views [m, n] of the box. Those after the attempt's end are left out."""
        self.n_asked += len(values)
        fails = ~(values >= self.level)
        failures, n_before = self.known(box)
        n_failed, n_known = len(failures) + np.cumsum(fails), n_before + np.arange(1, len(values) + 1)
        is_end = (n_failed >= FAILURES_OF_HOPELESS) & (
            n_failed - LUCK * np.sqrt(n_failed) > HOPELESS * self.certainty.risk * n_known)
        n_kept = int(np.argmax(is_end)) + 1 if is_end.any() else len(values)
        self._views = np.concatenate((self._views.reshape(-1, box.n), views[:n_kept]))
        self._fails = np.concatenate((self._fails, fails[:n_kept]))
        self._values = np.concatenate((self._values, values[:n_kept]))
        if is_end.any():
            self.start_again()

    def start_again(self) -> None:
        """Go on to the next attempt. It has no view in common with this one."""
        self.attempt, self._values = self.attempt + 1, np.empty(0)

    def known(self, box: ndinterval) -> tuple[np.ndarray, int]:
        """The views in a box that failed [m, n], and how many there are that failed or passed, over all attempts."""
        if not len(self._views):
            return np.empty((0, box.n)), 0
        is_inside = self.space.contains(box, self._views)
        return self._views[is_inside & self._fails], int(np.count_nonzero(is_inside))

    def too_many_of(self, box: ndinterval) -> np.ndarray:
        """The known views of a box that failed [m, n], if they are too many for an attempt at it; else none."""
        failures, n_known = self.known(box)
        is_too_many = len(failures) >= FAILURES_OF_TOO_MANY and len(failures) > TOO_MANY * self.certainty.risk * n_known
        return failures if is_too_many else failures[:0]

    def certificate(self, box: ndinterval) -> Certificate | None:
        """Of the box, once it has passed."""
        if self._n_needed(box):
            return None
        n_failed, n_views = self._counts()
        return Certificate(self.level, self.certainty.confidence, n_views, n_failed, 0.0,
                           self.certainty.risk if n_views else 0.0,
                           float(self._values.mean()) if n_views else math.nan, self.certainty.risk, self.attempt)

    def _counts(self) -> tuple[int, int]:
        """How many of this attempt's views failed, and how many there are."""
        return int(np.count_nonzero(~(self._values >= self.level))), len(self._values)

    def _n_needed(self, box: ndinterval) -> int:
        """How many views of the box have to pass from here on, if none fails; a single point takes none."""
        if not (box.r > 0).any():
            return 0
        n_failed, n_views = self._counts()
        delta = risk_spent(self.certainty.confidence, self.attempt)
        return views_needed(self.certainty.risk, delta, n_failed, n_views - n_failed)
