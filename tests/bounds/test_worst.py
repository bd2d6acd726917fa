"""The worst view of a box."""
import math

import numpy as np
import pytest

from utils.bounds.views import stream, views_of
from utils.bounds.worst import POPULATION, Evolution, search_in_lock_step, worst_view
from utils.errors import InputError
from utils.regions import ndinterval

WIDE = ndinterval([100, -10, 0.5], [160, 40, 2])


def dent(views):
    return 1 - 0.8 * np.exp(-((views - [110, 30, 1.8]) ** 2 / [100, 100, 0.2]).sum(1))


def test_the_worst_view_is_in_the_box_and_near_the_lowest():
    sizes = []

    def f(views):
        assert ((WIDE.a <= views) & (views <= WIDE.b)).all()
        sizes.append(len(views))
        return dent(views)

    view, value = worst_view(f, WIDE)
    assert value == f(view[None])[0] < 0.23
    assert sizes[:-1] == [POPULATION] * 10
    assert np.array_equal(view, worst_view(f, WIDE)[0]) and not np.array_equal(view, worst_view(f, WIDE, seed=1)[0])


def test_searches_in_lock_step_find_what_each_finds_alone_and_go_on_from_known_views():
    boxes = [WIDE, ndinterval([105, 20, 1], [120, 40, 1]), ndinterval([1, 2, 3], [1, 2, 3])]
    n_asked = []

    def f(views):
        n_asked.append(len(views))
        return dent(views)

    def searches():
        known = [views_of(box, 100, stream("known", k)) for k, box in enumerate(boxes)]
        return [Evolution(box, stream(k), views, dent(views)) for k, (box, views) in enumerate(zip(boxes, known))]

    together, alone = searches(), searches()
    known = [search.worst[1] for search in together]
    search_in_lock_step(together, f, 320)
    assert n_asked == [2 * POPULATION] * 10  # the point is known
    for search, one, before in zip(together, alone, known):
        search_in_lock_step([one], dent, 320)
        assert np.array_equal(search.worst[0], one.worst[0]) and search.worst[1] == one.worst[1] <= before


def test_a_population_that_is_not_full_is_filled_with_uniform_views():
    search = Evolution(WIDE, stream(0), *(lambda views: (views, dent(views)))(views_of(WIDE, 5, stream(1))))
    assert len(search.trials()) == POPULATION - 5
    search.select(trials := search.trials(), dent(trials))
    assert len(search.trials()) == POPULATION


def test_the_worst_view_of_a_flat_box_is_in_it_and_of_a_point_is_the_point():
    flat = ndinterval([3, 5], [3, 9])
    view, value = worst_view(lambda views: (views[:, 1] - 8) ** 2, flat, n_questions=100)
    assert view[0] == 3 and abs(view[1] - 8) < 0.1 and value < 0.01
    sizes = []
    view, _ = worst_view(lambda views: sizes.append(len(views)) or views[:, 0], ndinterval([1, 2], [1, 2]))
    assert np.array_equal(view, [1, 2]) and sizes == [1]


def test_a_view_that_is_not_a_number_is_the_worst_and_ends_the_search():
    sizes = []

    def f(views):
        sizes.append(len(views))
        return np.where(views[:, 0] > 150, np.nan, views[:, 1])

    view, value = worst_view(f, WIDE)
    assert math.isnan(value) and view[0] > 150 and len(sizes) == 1


def test_a_box_without_views_is_refused():
    with pytest.raises(InputError, match="finite"):
        worst_view(len, ndinterval([1], [0]))
