"""Covers against all boxes of small grids."""
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.bounds.cover import cover, most_of


def boxes_of(holds, weights, purity, is_circle):
    """Every box of a grid that has the purity, as a mask of its points."""
    n_rows, n = holds.shape
    found = {}
    for low, high in itertools.combinations(range(n_rows + 1), 2):
        for first, width in itertools.product(range(n), range(1, n + 1)):
            if first + width > n and not is_circle:
                continue
            inside = np.zeros(holds.shape, bool)
            inside[low:high, np.arange(first, first + width) % n] = True
            if (weights * holds)[inside].sum() >= purity * weights[inside].sum() - 1e-12:
                found[inside.tobytes()] = inside
    return list(found.values())


def inside_of(box, shape):
    """The points of a box of a cover."""
    inside = np.zeros(shape, bool)
    inside[box.rows[0]:box.rows[1] + 1, np.arange(box.columns[0], sum(box.columns)) % shape[1]] = True
    return inside


def grids():
    """(holds, weights, purity, is_circle) of small grids."""
    def made(seed, rows, columns, share, purity, even, is_circle):
        random = np.random.default_rng(seed)
        weights = np.ones((rows, columns)) if even else random.uniform(0.1, 1, (rows, columns))
        return random.random((rows, columns)) < share, weights, purity, is_circle
    return st.builds(made, st.integers(0, 2 ** 32 - 1), st.integers(1, 5), st.integers(1, 6),
                     st.sampled_from([0.2, 0.5, 0.8, 1.0]), st.sampled_from([1.0, 0.95, 0.8, 0.5]), st.booleans(),
                     st.booleans())


@settings(max_examples=150, deadline=None)
@given(grids())
def test_each_box_is_the_best_of_all_boxes(grid):
    holds, weights, purity, is_circle = grid
    every, covered = boxes_of(*grid), np.zeros(holds.shape, bool)
    found = cover(holds, weights, purity, 40, is_circle)
    for box in found:
        inside = inside_of(box, holds.shape)
        assert any((inside == other).all() for other in every)  # of the purity, and a turn wide at most
        adds = np.array([weights[other & holds & ~covered].sum() for other in every])
        assert weights[inside & holds & ~covered].sum() == pytest.approx(adds.max())
        if (weights == 1).all():
            assert inside.sum() == min(other.sum() for other, added in zip(every, adds) if added == adds.max())
        covered |= inside
        assert box.covered == pytest.approx(weights[covered & holds].sum() / weights[holds].sum())
    assert bool(found) == holds.any() and covered[holds].all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2 ** 32 - 1), st.sampled_from([1.0, 0.8]), st.booleans())
def test_few_boxes_are_nearly_as_good_as_the_best_few(seed, purity, is_circle):
    random = np.random.default_rng(seed)
    holds, weights = random.random((3, 4)) < 0.6, np.ones((3, 4))
    every = [inside & holds for inside in boxes_of(holds, weights, purity, is_circle)]
    covered = [box.covered * holds.sum() for box in cover(holds, weights, purity, 3, is_circle)]
    at_most = most_of(np.array(covered) / max(holds.sum(), 1)) * holds.sum()
    for k, (ours, bound) in enumerate(zip(covered, at_most), start=1):
        best = max(np.logical_or.reduce(chosen).sum() for chosen in itertools.combinations(every, min(k, len(every))))
        assert (1 - (1 - 1 / k) ** k) * best <= ours + 1e-9 and ours <= best + 1e-9 and best <= bound + 1e-9


def test_a_region_through_the_last_column_is_one_box_on_a_circle_and_two_on_a_line():
    holds = np.zeros((4, 12), bool)
    holds[1:3, [10, 11, 0, 1]] = True
    box, = cover(holds, np.ones(holds.shape), 1.0, 9, is_circle=True)
    assert (box.rows, box.columns, box.covered) == ((1, 2), (10, 4), 1)
    assert [box.columns[1] for box in cover(holds, np.ones(holds.shape), 1.0, 9, is_circle=False)] == [2, 2]
    box, = cover(np.ones((4, 12), bool), np.ones((4, 12)), 1.0, 9, is_circle=True)
    assert (box.rows, box.columns[1]) == ((0, 3), 12)


def test_a_hole_is_passed_over_where_the_purity_allows_it():
    holds = np.ones((4, 10), bool)
    holds[1, 4] = False
    for purity, n_boxes in ((1.0, 4), (0.975, 1), (0.976, 4)):
        assert len(cover(holds, np.ones(holds.shape), purity, 9, is_circle=False)) == n_boxes
    weights = np.ones(holds.shape)
    weights[1, 4] = 2  # by weight it is twice as large
    assert len(cover(holds, weights, 0.975, 9, is_circle=False)) == 4


def test_nothing_is_covered_where_nothing_holds():
    assert cover(np.zeros((3, 4), bool), np.ones((3, 4)), 1.0, 9, is_circle=True) == []
