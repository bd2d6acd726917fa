"""The largest box on a known grid, against all boxes."""
import itertools

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from utils.bounds.on_grid import largest_on_grid
from utils.regions import ndinterval
from utils.space import Space

PERIOD = 20.0


def by_brute_force(x, y, holds, start, space):
    """Of all boxes that contain the start and hold: the largest; ties as in docs/method.md, section 10."""
    row, column = start
    if not holds[row, column]:
        return None
    n, ranks = len(x), []
    sides = [(range(left, right + 1), x[left], x[right], left) for left, right in
             itertools.product(range(column + 1), range(column, n))]
    if space.circles[0]:
        sides = []
        for before, after in itertools.product(range(n), range(n)):
            if before + after < n:
                a, b = x[(column - before) % n], x[(column + after) % n]
                sides.append((range(column - before, column + after + 1), a, b + (PERIOD if b < a else 0), -before))
        sides.append((range(n), space.domain.a[0], space.domain.b[0], -n))
    heights = space.warp(np.stack((0 * y, y), axis=1))[:, 1]
    for low, high in itertools.product(range(row + 1), range(row, len(y))):
        for columns, a, b, order in sides:
            if holds[low:high + 1, np.array(columns) % n].all():
                area = round((b - a) * (heights[high] - heights[low]), 9)
                ranks.append((-area, -len(columns) * (high - low + 1), order, y[low], len(columns), y[high], a, b))
    *_, bottom, _, top, a, b = min(ranks)
    return ndinterval([a, bottom], [b, top])


@example(19, 4, 4, 0.9, False, False)  # of two boxes without area from the same corner
@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2 ** 32 - 1), st.integers(1, 7), st.integers(1, 7), st.sampled_from([0.3, 0.7, 0.9, 1.0, 0.0]),
       st.booleans(), st.booleans())
def test_it_is_the_largest_of_all_boxes(seed, rows, columns, share, is_circle, on_sphere):
    random = np.random.default_rng(seed)
    x, y = (np.cumsum(random.integers(1, 3, n)).astype(float) for n in (columns, rows))
    holds = random.random((rows, columns)) < share
    if share > 0.5 and random.random() < 0.5:
        holds[random.integers(rows)] = True  # all the way round
    start = int(random.integers(rows)), int(random.integers(columns))
    space = Space(ndinterval([0, 0], [PERIOD, 60]), [PERIOD if is_circle else np.inf, np.inf], [False, on_sphere])
    assert largest_on_grid(x, 4 * y, holds, start, space) == by_brute_force(x, 4 * y, holds, start, space)
