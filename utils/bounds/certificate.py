"""What a sample of uniform views says of any region (docs/method.md, section 10)."""
import math
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..regions import ndinterval
from ..space import Space
from .views import BATCH_SIZE, Function, check_box, check_shares, stream, values_of, views_of

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Certificate:
    """What uniform views of a box say of the share of it that is below a level.

    Attributes:
        level: a view passes if f >= level there; one whose value is not a number fails.
        confidence: that the share below is in [low, high]. A promise spends it over all attempts.
        n_views, n_below: views that were asked, and how many failed.
        low, high: bounds of the share below, of a single point the share itself.
        mean: of f over the views; nan without views.
        risk: of a promise (`Attempts`) the share that may be below, which is `high`; else None.
        attempt: of a promise which box of all that were tried this is, from 1.
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
        if self.low == self.high:
            return f"the region is a single point, {'below' if self.n_below else 'at least'} {self.level:g}"
        return (f"at least {_percent(1 - self.high)} of the region is at least {self.level:g}, with "
                f"{_percent(self.confidence)} confidence; {self.n_below} of {self.n_views} views failed")


def share_below(n_below: int, n_views: int, confidence: float) -> tuple[float, float]:
    """Bounds of the share below the level, from n_below of n_views views: the exact (Clopper-Pearson) interval."""
    from scipy.stats import binomtest  # takes a second, and the options are read without it
    interval = binomtest(n_below, n_views).proportion_ci(confidence_level=confidence, method="exact")
    return float(interval.low), float(interval.high)


def certify(f: Function, box: ndinterval, level: float, n_views: int, confidence: float = CONFIDENCE,
            rng: np.random.Generator | None = None, batch_size: int = BATCH_SIZE,
            space: Space | None = None) -> Certificate:
    """What n_views uniform views say of any box, whoever grew it.

    The views must be fresh: a box that was chosen because of them has no certificate from them. They are from a stream
    that no search draws from.

    Args:
        f: see `Function`.
        box: finite; it may have no extent in some dimensions. A single point takes one view.
        level: a view passes if f >= level there.
        n_views: 1 or more.
        confidence: in (0, 1).
        rng: of the views (default: the same for every box).
        batch_size: views that f is asked for at once; the views do not depend on it.
        space: that the box lies in. The views are uniform in its measure, and f is asked at points of its domain
            (default: one without circles, in the numbers as they are).

    Raises:
        InputError: for a box that is not finite, no views, or a confidence outside (0, 1).
    """
    check_shares(confidence=confidence)
    if n_views < 1:
        raise InputError(f"{n_views} views: a certificate takes 1 or more")
    check_box(box)
    space = space or Space(box)
    views = space.fold(fresh_views(box, n_views, stream("certificate") if rng is None else rng, space))
    values = np.concatenate([values_of(f, views[i:i + batch_size]) for i in range(0, len(views), batch_size)])
    return certificate_of(box, values, level, confidence)


def fresh_views(box: ndinterval, n_views: int, rng: np.random.Generator, space: Space) -> np.ndarray:
    """The views of a certificate: [n_views, n]; of a single point [1, n]."""
    return views_of(box, n_views if (box.r > 0).any() else 1, rng, space)


def certificate_of(box: ndinterval, values: np.ndarray, level: float, confidence: float) -> Certificate:
    """What f's values [N] at uniform views of a box say of the box.

    Args:
        box: that the views are of.
        values: N >= 1. One that is not a number counts as below the level.
        level: a view passes if f >= level there.
        confidence: in (0, 1).
    """
    n_below = int(np.count_nonzero(~(values >= level)))
    low, high = share_below(n_below, len(values), confidence) if (box.r > 0).any() else (float(n_below), float(n_below))
    return Certificate(level, confidence, len(values), n_below, low, high, float(values.mean()))


def _percent(share: float) -> str:
    """A share, rounded down to a hundredth of a percent."""
    return f"{math.floor(share * 1e4 + 1e-6) / 100:g} %"
