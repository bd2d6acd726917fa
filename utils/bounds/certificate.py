"""What a sample of views says of a region: certificates (docs/method.md, section 10), and the worst view found."""
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..regions import ndinterval

LEVEL = 0.5  # f from which a view counts as robust
RISK = 0.01  # share of the region that may be below the level
CONFIDENCE = 0.95
BATCH_SIZE = 32  # views that f is asked for at once
N_QUESTIONS = 320  # of the search for the worst view

Function = Callable[[np.ndarray], Any]  # f(points [N, n] float64) -> [N], of numpy or torch


@dataclass(frozen=True)
class Certainty:
    """What a certificate has to say, and the seed of its views.

    Attributes:
        risk: the share of the region that may be below the level, in (0, 1).
        confidence: in (0, 1): over many runs, at most 1 - confidence of the certificates are wrong.
        seed: 0 or more.
    """
    risk: float = RISK
    confidence: float = CONFIDENCE
    seed: int = 0

    def __post_init__(self) -> None:
        _check_shares(risk=self.risk, confidence=self.confidence)
        if self.seed < 0:
            raise InputError(f"a seed of {self.seed}: expected 0 or more")


@dataclass(frozen=True)
class Certificate:
    """What uniform views of a box say of the share of it that is below a level.

    Attributes:
        level: a view passes if f >= level there; one whose value is not a number fails.
        confidence: that the share below is in [low, high]. With retries it is spent over all tries.
        n_views, n_below: views that were asked, and how many failed.
        low, high: bounds of the share below.
        mean: of f over the views; nan without views.
        risk: the share that was asked for, or None.
        attempt: which try at a box this was, from 1.
    """
    level: float
    confidence: float
    n_views: int
    n_below: int
    low: float
    high: float
    mean: float
    risk: float | None = None
    attempt: int = 1

    def __str__(self) -> str:
        if not self.n_views:
            side = "below" if self.n_below else "above"
            return f"the region is a single point, {side} {self.level:g}: no views needed"
        return (f"at least {_percent(1 - self.high)} of the region above {self.level:g}, with "
                f"{_percent(self.confidence)} confidence; {self.n_below} of {self.n_views} views failed")


def views_needed(risk: float, confidence: float) -> int:
    """The smallest N with (1 - risk)^N <= 1 - confidence: so many views must pass, all of them.

    Raises:
        InputError: for a number outside (0, 1).
    """
    _check_shares(risk=risk, confidence=confidence)
    n = max(math.ceil(math.log(1 - confidence) / math.log1p(-risk)), 1)
    while n > 1 and (1 - risk) ** (n - 1) <= 1 - confidence:  # the logarithms are rounded
        n -= 1
    while (1 - risk) ** n > 1 - confidence:
        n += 1
    return n


def confidence_of_attempt(confidence: float, attempt: int) -> float:
    """c_t = 1 - (1 - c) / (t (t + 1)) of the t-th try, t from 1: over all tries what is spent sums to 1 - c."""
    return 1 - (1 - confidence) / (attempt * (attempt + 1))


def share_below(n_below: int, n_views: int, confidence: float) -> tuple[float, float]:
    """Bounds of the share below the level, from n_below of n_views views.

    The exact (Clopper-Pearson) interval. If no view failed only the upper bound is in question, and it gets all that
    may go wrong: (1 - r)^N = 1 - confidence.
    """
    if n_below == 0:
        return 0.0, -math.expm1(math.log(1 - confidence) / n_views)
    from scipy.stats import binomtest  # takes a second, and the options are read without it
    interval = binomtest(n_below, n_views).proportion_ci(confidence_level=confidence, method="exact")
    return float(interval.low), float(interval.high)


class Attempts:
    """Boxes tried one after the other, each on fresh views, until one passes.

    The t-th try draws N_t = views_needed(risk, c_t) views of its box, c_t as of `confidence_of_attempt`. All must pass.
    The chance that a box with more than `risk` below the level ever passes is then at most 1 - confidence, however many
    are tried and however a box follows from the failures before it.

    The views of a try are drawn from (seed, attempt): they do not depend on how many are asked at a time.

    Attributes:
        level: a view passes if f >= level there.
        certainty: see `Certainty`.
        attempt: which try this is, from 1.
        n_asked: views asked, over all tries.
        passed: values of this try's views so far; all passed.
    """

    def __init__(self, level: float, certainty: Certainty) -> None:
        self.level, self.certainty = level, certainty
        self.attempt, self.n_asked, self.passed = 1, 0, np.empty(0)

    @property
    def confidence(self) -> float:
        """c_t of this try."""
        return confidence_of_attempt(self.certainty.confidence, self.attempt)

    def n_needed(self, box: ndinterval) -> int:
        """How many views this try takes; a single point takes none."""
        return views_needed(self.certainty.risk, self.confidence) if (box.r > 0).any() else 0

    def ask(self, box: ndinterval, max_views: int) -> np.ndarray:
        """The next views of the box: [m, n], none once it has passed."""
        bits = np.random.PCG64((self.certainty.seed, self.attempt))
        bits.advance(len(self.passed) * box.n)  # past the views that were asked: a number of a view takes one draw
        return views_of(box, min(self.n_needed(box) - len(self.passed), max_views), np.random.Generator(bits))

    def tell(self, views: np.ndarray, values: np.ndarray) -> np.ndarray | None:
        """Take the values [m] of the next views [m, n]; the first that fails ends the try.

        Returns:
            The first view that fails: [n], or None.
        """
        failed = np.flatnonzero(~(values >= self.level))
        self.n_asked += len(values)
        if not len(failed):
            self.passed = np.concatenate((self.passed, values))
            return None
        self.start_again()
        return views[failed[0]]

    def start_again(self) -> None:
        """Go on to the next try, as for another box: it has no view in common with this one."""
        self.attempt, self.passed = self.attempt + 1, np.empty(0)

    def certificate(self, box: ndinterval) -> Certificate | None:
        """Of the box, once it has passed."""
        n_views = self.n_needed(box)
        if len(self.passed) < n_views:
            return None
        high = share_below(0, n_views, self.confidence)[1] if n_views else 0.0
        mean = float(self.passed.mean()) if n_views else math.nan
        return Certificate(self.level, self.certainty.confidence, n_views, 0, 0.0, high, mean, self.certainty.risk,
                           self.attempt)


def certify(f: Function, box: ndinterval, level: float, n_views: int, confidence: float = CONFIDENCE,
            rng: np.random.Generator | None = None, batch_size: int = BATCH_SIZE) -> Certificate:
    """What n_views uniform views say of any box, whoever grew it.

    The views must be fresh: a box that was chosen because of them has no certificate from them.

    Args:
        f: see `Function`.
        box: finite; it may have no extent in some dimensions. A single point is asked once and has no share to bound.
        level: a view passes if f >= level there.
        n_views: 1 or more.
        confidence: in (0, 1).
        rng: of the views (default: seeded with 0).
        batch_size: views that f is asked for at once; the views do not depend on it.

    Raises:
        InputError: for a box that is not finite, no views, or a confidence outside (0, 1).
    """
    _check_shares(confidence=confidence)
    if n_views < 1:
        raise InputError(f"{n_views} views: a certificate takes 1 or more")
    _check_box(box)
    if not (box.r > 0).any():
        fails = not values_of(f, box.a[None])[0] >= level
        return Certificate(level, confidence, 0, int(fails), float(fails), float(fails), math.nan)
    views = views_of(box, n_views, np.random.default_rng(0) if rng is None else rng)
    values = np.concatenate([values_of(f, views[i:i + batch_size]) for i in range(0, n_views, batch_size)])
    return certificate_of(values, level, confidence)


def certificate_of(values: np.ndarray, level: float, confidence: float) -> Certificate:
    """What f's values [N] at uniform views of a box say of the box.

    Args:
        values: N >= 1. One that is not a number counts as below the level.
        level: a view passes if f >= level there.
        confidence: in (0, 1).
    """
    n_below = int(np.count_nonzero(~(values >= level)))
    return Certificate(level, confidence, len(values), n_below, *share_below(n_below, len(values), confidence),
                       float(values.mean()))


def worst_view(f: Function, box: ndinterval, n_questions: int = N_QUESTIONS, batch_size: int = BATCH_SIZE,
               seed: int = 0) -> tuple[np.ndarray, float]:
    """The view of a box with the lowest f that differential evolution finds.

    Every generation is one batch for f. There is no promise: a lower f may exist.

    Args:
        f: see `Function`. A value that is not a number counts as lower than all others.
        box: finite; dimensions without extent stay as they are.
        n_questions: how often f is asked at most; at least one batch is asked.
        batch_size: size of a generation at most (but 5 or more), a multiple of the dimensions.
        seed: 0 or more.

    Returns:
        (the view [n], f there).

    Raises:
        InputError: for a box that is not finite.
    """
    _check_box(box)
    is_free = box.r > 0
    if not is_free.any():
        return box.a.copy(), float(values_of(f, box.a[None])[0])
    from scipy.optimize import differential_evolution  # takes a second, and the options are read without it
    n_free = int(np.count_nonzero(is_free))
    popsize = max(batch_size // n_free, math.ceil(5 / n_free))
    worst = (box.a.copy(), math.inf)

    def ask(shares: np.ndarray) -> np.ndarray:
        """f at shares [n_free, m] of the way from a to b."""
        nonlocal worst
        views = np.tile(box.a, (shares.shape[1], 1))
        views[:, is_free] += shares.T * box.r[is_free]
        views = np.minimum(views, box.b)  # the sum may be rounded up
        values = values_of(f, views)
        lowest = np.argmin(values)  # of numbers with a nan among them, the nan
        if np.isnan(values[lowest]) or values[lowest] < worst[1]:
            worst = views[lowest], float(values[lowest])
        return values

    n_generations = max(n_questions // (popsize * n_free) - 1, 0)  # after the first
    differential_evolution(ask, [(0, 1)] * n_free, popsize=popsize, maxiter=n_generations, polish=False,
                           updating="deferred", vectorized=True, seed=seed, callback=lambda *_: math.isnan(worst[1]))
    return worst


def views_of(box: ndinterval, n_views: int, rng: np.random.Generator) -> np.ndarray:
    """Uniform views of a box: [n_views, n]."""
    return np.minimum(box.a + rng.random((n_views, box.n)) * box.r, box.b)  # the sum may be rounded up


def values_of(f: Function, points: np.ndarray) -> np.ndarray:
    """f at points [N, n]: [N] float64."""
    return np.asarray(f(points), dtype=np.float64)


def _check_shares(**shares: float) -> None:
    for name, value in shares.items():
        if not 0 < value < 1:
            raise InputError(f"a {name} of {value}: expected a number between 0 and 1, such as 0.05")


def _check_box(box: ndinterval) -> None:
    if not (box.is_finite() and (box.a <= box.b).all()):
        raise InputError(f"{box}: has no views; expected finite bounds, each a not above its b")


def _percent(share: float) -> str:
    """A share, rounded down to a hundredth of a percent."""
    return f"{math.floor(share * 1e4 + 1e-6) / 100:g} %"
