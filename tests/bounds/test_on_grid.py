"""The largest box on a known grid, against all boxes."""
import itertools

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from utils.bounds.on_grid import largest_on_grid
from utils.regions import ndinterval


def by_brute_force(x, y, holds, start):
    """Of all boxes that contain the start and hold: the largest; ties as in docs/method.md, section 10."""
    row, column = start
    if not holds[row, column]:
        return None
    ranks = []
    for low, high in itertools.product(range(row + 1), range(row, len(y))):
        for left, right in itertools.product(range(column + 1), range(column, len(x))):
            if holds[low:high + 1, left:right + 1].all():
                area = (x[right] - x[left]) * (y[high] - y[low])
                ranks.append((-area, -(right - left + 1) * (high - low + 1), x[left], y[low], x[right], y[high]))
    _, _, *bounds = min(ranks)
    return ndinterval(bounds[:2], bounds[2:])


@example(19, 4, 4, 0.9)  # of two boxes without area from the same corner
@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2 ** 32 - 1), st.integers(1, 7), st.integers(1, 7), st.sampled_from([0.3, 0.7, 0.9, 1.0, 0.0]))
def test_it_is_the_largest_of_all_boxes(seed, rows, columns, share):
    random = np.random.default_rng(seed)
    x, y = (np.cumsum(random.integers(1, 3, n)).astype(float) for n in (columns, rows))
    holds = random.random((rows, columns)) < share
    start = int(random.integers(rows)), int(random.integers(columns))
    assert largest_on_grid(x, y, holds, start) == by_brute_force(x, y, holds, start)
