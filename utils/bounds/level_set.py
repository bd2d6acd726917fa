"""Where f reaches a level, from a part of a grid's points (docs/method.md, section 11).

A Gaussian process is fitted to the values so far. The next points are those where it may be wrong about the side of
the level, by the most. Fresh uniform points, which it has not seen, then say how often it is wrong.
"""
from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from ..errors import InputError
from .certificate import CONFIDENCE
from .views import LEVEL, Function, stream, values_of

N_START = 32  # points of a Sobol sequence, before there is a model
N_AT_A_TIME = 24  # points that are chosen before f is asked
FRESH, LEAST_FRESH = 0.25, 100  # of the points for the error: a share, and at least so many
LEAST_VIEWS = 200
LARGEST_MODEL = 100_000_000  # numbers: points asked times points of the grid; 800 MB
FAR = 6.0  # log odds from the level beyond which values count as equal
GROWTH = 1.25  # of the number of points, after which the model's lengths are fitted again
DIGITS = 9  # of a rule's scores that count, so that rounding errors of another machine choose the same points

# Of the model's lengths (in sides of the grid) and its noise (of the variance): medians, standard deviations of the
# logarithms, and the steps in which they are fitted
USUAL_LENGTH, USUAL_NOISE = 0.2, 0.02
LENGTH_SPREAD, NOISE_SPREAD = 0.5, 1.0
STEP, MOST_STEPS = 0.2, 12

one_thread = threadpool_limits.wrap(limits=1, user_api="blas")  # threads of small matrices mostly wait for each other
Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]  # rule(mean - level [N], standard deviation [N]) -> scores [N]


def variance_in_doubt(distance: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """log(sigma^2 Phi(-|d| / sigma)): the variance, times the probability that the mean is on the wrong side."""
    from scipy.special import log_ndtr
    return 2 * np.log(deviation) + log_ndtr(-np.abs(distance) / deviation)


@dataclass(frozen=True)
class WrongShare:
    """The share of a grid's points that a model puts on the wrong side of a level, from fresh uniform points.

    Attributes:
        share: the unbiased estimate.
        low, high: an interval that holds the share with the confidence.
        confidence: of the interval.
        n_views, n_wrong: fresh points, and those on the wrong side.
    """
    share: float
    low: float
    high: float
    confidence: float
    n_views: int
    n_wrong: int

    def as_dict(self) -> dict[str, Any]:
        """The numbers by name."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class LevelSet:
    """f on a grid of N points, of which a part was asked.

    Attributes:
        values: [N] float32, f where it was asked, elsewhere the model's mean.
        asked: [N] bool.
        error: of the model's values before the fresh points took their place. The values have no larger share.
    """
    values: np.ndarray
    asked: np.ndarray
    error: WrongShare


def n_fresh(n_views: int) -> int:
    """How many of a number of points are for the error."""
    return max(LEAST_FRESH, int(FRESH * n_views))


def check_model(n_views: int, n_points: int) -> None:
    """Refuse a number of views that the model cannot take, or that would be the whole grid.

    Args:
        n_views: that are to be asked.
        n_points: of the grid.

    Raises:
        InputError: says what is expected.
    """
    most = min(n_points - 1, LARGEST_MODEL // n_points)
    if most < LEAST_VIEWS:
        too = "small: ask all of them" if n_points <= LEAST_VIEWS else "large for a model: take a larger `step`"
        raise InputError(f"`views` {n_views:,}: a grid of {n_points:,} views is too {too}")
    if not LEAST_VIEWS <= n_views <= most:
        raise InputError(f"`views` {n_views:,}: expected {LEAST_VIEWS} to {most:,} of the grid's {n_points:,} views")


def level_set(f: Function, points: np.ndarray, n_views: int, level: float = LEVEL, *,
              periods: np.ndarray | float = np.inf, is_share: bool = True, rule: Rule = variance_in_doubt,
              seed: int = 0) -> LevelSet:
    """f on a grid of points, from n_views of them.

    Args:
        f: see `Function`.
        points: [N, n] of the grid, in f's units; see `check_model` for how many there may be.
        n_views: points that are asked; a quarter of them, but 100 or more, are for the error.
        level: that f is to be on the right side of.
        periods: of the numbers of a point, one for all or [n]; inf for none.
        is_share: f lies in [0, 1], and the model is of its log odds. Else the model is of f itself.
        rule: for the next point: the one of the highest score.
        seed: of the first points and of the fresh ones.

    Raises:
        InputError: for fewer than LEAST_VIEWS views, or more than there are.
    """
    from scipy.special import expit, logit
    from scipy.stats.qmc import Sobol
    points = np.asarray(points, dtype=np.float64)
    check_model(n_views, len(points))
    n_model = n_views - n_fresh(n_views)
    model = Model(points, periods, n_model)
    shift = stream("first views of a grid", seed).random(points.shape[1])
    asked = model.nearest((Sobol(points.shape[1], scramble=False).random(N_START) + shift) % 1)
    values, n_fitted = values_of(f, points[asked]), 0

    def distances() -> np.ndarray:
        """How far the values are from the level, as the model has them."""
        return np.clip(logit(values) - logit(level), -FAR, FAR) if is_share else values - level

    while len(asked) < n_model:
        if len(asked) >= GROWTH * n_fitted:
            model.fit(asked, distances())
            n_fitted = len(asked)
        chosen = model.choose(distances(), rule, min(N_AT_A_TIME, n_model - len(asked)))
        asked, values = np.append(asked, chosen), np.append(values, values_of(f, points[chosen]))
    model.fit(asked, distances())
    mean = model.predict(distances())[0]
    found = (expit(mean + logit(level)) if is_share else mean + level).astype(np.float32)
    found[asked] = values
    is_asked = np.zeros(len(points), dtype=bool)
    is_asked[asked] = True
    fresh = stream("fresh views of a grid", seed).choice(np.flatnonzero(~is_asked), n_views - n_model, replace=False)
    true = values_of(f, points[fresh])
    n_wrong = np.count_nonzero((true >= level) != (found[fresh] >= level))
    error = wrong_share(int(n_wrong), len(fresh), len(points) - n_model, len(points))
    found[fresh], is_asked[fresh] = true, True
    return LevelSet(found, is_asked, error)


def wrong_share(n_wrong: int, n_views: int, n_unseen: int, n_points: int,
                confidence: float = CONFIDENCE) -> WrongShare:
    """What fresh views say of the share of a grid that is wrong, when all that is not unseen is right.

    The interval is exact and two-sided, as Clopper and Pearson's, for views that are drawn without replacement: the
    number of wrong ones among them is hypergeometric.

    Args:
        n_wrong: of the views.
        n_views: fresh ones, uniform among the unseen points.
        n_unseen: points that the model has not seen.
        n_points: of the grid.
        confidence: of the interval.
    """
    from scipy.stats import hypergeom
    tail, numbers = (1 - confidence) / 2, range(n_unseen + 1)  # of wrong points, of which any may be true
    low = bisect_right(numbers, tail, key=lambda number: hypergeom.sf(n_wrong - 1, n_unseen, number, n_views))
    high = bisect_left(numbers, -tail, key=lambda number: -hypergeom.cdf(n_wrong, n_unseen, number, n_views)) - 1
    return WrongShare(n_wrong / n_views * n_unseen / n_points, low / n_points, high / n_points, confidence, n_views,
                      n_wrong)


class Model:
    """A Gaussian process over the points of a grid.

    The covariance of f at u and v is a variance times exp(-sum over k of |u_k - v_k| / length_k), and the values have a
    noise. Of a circle the chord takes the place of the difference. The mean is constant, and has no prior.
    """

    def __init__(self, points: np.ndarray, periods: np.ndarray | float, most: int) -> None:
        """Of points [N, n] and their periods, one for all or [n], inf for none; at most so many points are asked."""
        n_points, self._n = points.shape
        low, sides = points.min(0), np.ptp(points, axis=0)
        self._is_circle = np.isfinite(np.broadcast_to(periods, self._n))
        self._units = (points - low) / np.where(self._is_circle, periods, np.where(sides > 0, sides, 1))
        self._steps = np.zeros(self._n + 1, dtype=int)  # of the logarithms of lengths and noise, from the usual ones
        self._most_rows = np.empty((most, n_points))  # of `_rows`
        self._cholesky = np.empty((0, 0))
        self._variance = np.ones(n_points)  # of f at each point after what was asked, over the process's
        self._asked = np.empty(0, dtype=int)

    @property
    def _rows(self) -> np.ndarray:
        """[m, N] L^-1 K of the m points asked and all points, where K + noise = L L^T at the points asked."""
        return self._most_rows[:len(self._asked)]

    def nearest(self, units: np.ndarray) -> np.ndarray:
        """Indices of the points that are nearest to places [m, n] in the unit cube, each once."""
        found = [int(np.abs(self._units - place).max(1).argmin()) for place in units]
        return np.array(list(dict.fromkeys(found)))

    @one_thread
    def fit(self, asked: np.ndarray, values: np.ndarray) -> None:
        """Choose lengths and noise for the values [m] at points with the indices [m]: the most likely of a lattice."""
        distances = [self._distance(k, asked, asked) for k in range(self._n)]
        worth: dict[tuple[int, ...], float] = {}

        def likelihood(steps: np.ndarray) -> float:
            key = tuple(steps.tolist())
            if key not in worth:
                worth[key] = self._log_likelihood(steps, distances, values)
            return worth[key]

        moves = np.concatenate((np.eye(self._n + 1, dtype=int), -np.eye(self._n + 1, dtype=int)))
        while True:
            near = [steps for steps in self._steps + moves if np.abs(steps).max() <= MOST_STEPS]
            best = max(near, key=likelihood)
            if likelihood(best) <= likelihood(self._steps):
                break
            self._steps = best
        self._cholesky, self._variance = np.empty((0, 0)), np.ones(len(self._units))
        self._asked = self._asked[:0]
        self._ask(asked)

    @one_thread
    def predict(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of f at all points, [N] each, from the values [m] at the points asked."""
        white, level, variance = _whitened(self._cholesky, values)
        return level + white @ self._rows, np.sqrt(variance * self._variance)

    @one_thread
    def choose(self, values: np.ndarray, rule: Rule, n_points: int) -> np.ndarray:
        """Indices of the next points, the best by the rule; each counts as asked when the next is chosen.

        Args:
            values: [m] at the points asked.
            rule: for the next point.
            n_points: how many.
        """
        mean, deviation = self.predict(values)
        scale, chosen = deviation / np.sqrt(self._variance), []
        for _ in range(n_points):
            scores = np.round(rule(mean, scale * np.sqrt(self._variance)), DIGITS)
            scores[self._asked] = -np.inf
            chosen.append(int(scores.argmax()))
            self._ask(np.array(chosen[-1:]))
        return np.array(chosen)

    def _ask(self, indices: np.ndarray) -> None:
        """Take points among those asked, whatever their values."""
        from scipy.linalg import cholesky, solve_triangular
        lengths, noise = self._hyperparameters(self._steps)
        every = np.arange(len(self._units))
        covariance = np.exp(-sum(self._distance(k, indices, every) / lengths[k] for k in range(self._n)))
        known = self._rows[:, indices]
        covariance -= known.T @ self._rows
        corner = cholesky(covariance[:, indices] + noise * np.eye(len(indices)), lower=True)
        new = solve_triangular(corner, covariance, lower=True)
        self._cholesky = np.block([[self._cholesky, np.zeros(known.shape)], [known.T, corner]])
        self._variance = np.maximum(self._variance - (new ** 2).sum(0), 1e-9)
        self._most_rows[len(self._asked):len(self._asked) + len(indices)] = new
        self._asked = np.append(self._asked, indices)

    def _log_likelihood(self, steps: np.ndarray, distances: list[np.ndarray], values: np.ndarray) -> float:
        """Of the values, with the most likely mean and variance, times the prior of lengths and noise."""
        from scipy.linalg import cholesky
        lengths, noise = self._hyperparameters(steps)
        covariance = np.exp(-sum(part / length for part, length in zip(distances, lengths)))
        covariance[np.diag_indices_from(covariance)] += noise
        factor = cholesky(covariance, lower=True)
        variance = _whitened(factor, values)[2]
        spreads = np.append(np.full(self._n, LENGTH_SPREAD), NOISE_SPREAD)
        return (-0.5 * len(values) * np.log(variance) - np.log(np.diag(factor)).sum()
                - 0.5 * ((STEP * steps / spreads) ** 2).sum())

    def _hyperparameters(self, steps: np.ndarray) -> tuple[np.ndarray, float]:
        """Lengths [n] in sides of the grid, and the noise over the variance."""
        factors = np.exp(STEP * steps)
        return USUAL_LENGTH * factors[:-1], USUAL_NOISE * factors[-1]

    def _distance(self, k: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """[.., ..] between points with indices, in dimension k, in sides of the grid or turns."""
        difference = np.abs(self._units[first, k][:, None] - self._units[second, k])
        return np.abs(np.sin(np.pi * difference)) / np.pi if self._is_circle[k] else difference


def _whitened(cholesky: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float, float]:
    """L^-1 (values - mean), and the most likely mean and variance, of values [m] whose covariance is L L^T."""
    from scipy.linalg import solve_triangular
    both = np.stack((np.ones(len(values)), values), axis=1)
    ones, white = solve_triangular(cholesky, both, lower=True).T
    mean = ones @ white / (ones @ ones)
    rest = white - mean * ones
    return rest, float(mean), max(float(rest @ rest) / len(values), 1e-12)
