"""Intervals of means over objects, and whether two means differ by more than chance. Objects are resampled."""
import math
from typing import NamedTuple

import numpy as np

INTERVAL = 0.95  # confidence of the bootstrap's
RESAMPLES = 2000  # of the bootstrap
EXCHANGES = 9999  # of signs; with fewer than 14 objects all of them are tried
CHANCE = 0.05  # a difference as large by chance with a lower probability than this is more than chance
FEWEST = math.ceil(1 - math.log2(CHANCE))  # objects of which any difference can be more than chance
SEED = 0  # the same numbers again


class Estimate(NamedTuple):
    """A number, and its interval; None where there are too few objects for one."""
    value: float
    low: float | None = None
    high: float | None = None


def bootstrap(sums: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds, [..] and [..], of means over the points of n objects; of one object the mean itself.

    Objects are resampled, each with all of its points: `counts`, [n], of which `sums`, [.., n], are the sums.
    """
    if len(counts) < 2:
        mean = sums[..., 0] / counts[0]
        return mean, mean
    from scipy.stats import bootstrap as of_scipy  # takes a second, and the options are read without it
    found = of_scipy((sums, np.broadcast_to(counts, sums.shape)), lambda sums, counts, axis: sums.sum(axis) /
                     counts.sum(axis), paired=True, vectorized=True, axis=-1, n_resamples=RESAMPLES,
                     confidence_level=INTERVAL, method="percentile",
                     random_state=np.random.default_rng(SEED)).confidence_interval
    return found.low, found.high


def estimate(values: np.ndarray) -> Estimate:
    """The mean over n objects of one value each, [n], and its interval."""
    if len(values) < 2:
        return Estimate(float(values.mean()))
    low, high = bootstrap(values, np.ones(len(values)))
    return Estimate(float(values.mean()), float(low), float(high))


def difference(first: np.ndarray, second: np.ndarray) -> tuple[Estimate, float]:
    """The mean difference of two values of the same n objects, [n] each, and how likely one as large is by chance.

    By chance, which of the two values is whose may be exchanged in every object. With n objects no probability is below
    2 / 2 ** n, so that fewer than FEWEST objects never tell.
    """
    from scipy.stats import permutation_test
    if len(first) < 2 or (first == second).all():
        return estimate(first - second), 1.0
    found = permutation_test((first - second,), np.mean, permutation_type="samples", vectorized=True,
                             n_resamples=EXCHANGES, random_state=np.random.default_rng(SEED))
    return estimate(first - second), float(found.pvalue)
