"""The largest box where dimensions are circles, and by solid angle: the same as by trying them all."""
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.circles import agrees, by_trying_all, random_problem, table
from utils.bounds.certificate import certify
from utils.bounds.largest import Search, advance, largest_region
from utils.bounds.lattice import Lattice
from utils.bounds.on_grid import largest_on_grid
from utils.regions import ndinterval
from utils.space import Space

SEEDS = st.integers(0, 2 ** 32 - 1)


@given(SEEDS, st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_the_box_on_a_cylinder_is_the_best_of_all_boxes(seed, batch_size):
    lattice, values, _ = random_problem(seed)
    search, asked = Search(lattice, 0.5), []
    bounds = [search.bound]
    while not search.done:
        advance([search], table(lattice, values, asked), batch_size)
        bounds.append(search.bound)
    expected = by_trying_all(lattice, values)
    assert agrees(search.answer, expected)
    assert bounds == sorted(bounds, reverse=True) and len(asked) == len(set(asked)) == search.queries
    if expected is not None:
        assert bounds[-1] == pytest.approx(lattice.space.size(expected))
        assert (search.answer.a < lattice.space.domain.b).all() or not lattice.space.circles.all()


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_no_copy_of_an_obstacle_is_in_the_box_and_nothing_else_is_lost(seed):
    lattice, values, rng = random_problem(seed)
    search, obstacles = Search(lattice, 0.5), []
    for _ in range(rng.integers(1, 5)):
        for _ in range(rng.integers(0, 4)):
            advance([search], table(lattice, values, []), 3)
        domain = lattice.space.domain
        obstacle = rng.uniform(domain.a, domain.b)
        on_line = rng.random(lattice.n) < 0.3
        obstacle = np.where(on_line, [rng.choice(lines) for lines in lattice.lines], obstacle)
        obstacles.append(obstacle)
        turns = rng.integers(-1, 2, lattice.n) * np.where(lattice.space.circles, lattice.space.periods, 0)
        search.add_obstacle(obstacle + turns if rng.random() < 0.5 else obstacle)
    while not search.done:
        advance([search], table(lattice, values, []), 7)
    assert agrees(search.answer, by_trying_all(lattice, values, obstacles))


def front(points):
    """f that knows a front, azimuth 340 to 20, and the object from above."""
    azimuth, elevation = points.T
    return np.where((np.cos(np.radians(azimuth)) > np.cos(np.radians(20.5))) | (elevation > 59.5), 0.9, 0.1)


WRAPPED = Space.of(("azimuth", "elevation"))


@pytest.mark.parametrize("point, expected", [
    ((0, 30), ([340, -10], [380, 90])), ((350, 30), ([340, -10], [380, 90])), ((10, 30), ([340, -10], [380, 90])),
    ((360, 30), ([340, -10], [380, 90])), ((120, 70), ([0, 60], [360, 90])), ((120, 30), None)])
def test_what_a_network_knows_from_the_front_is_one_region(point, expected):
    asked = []

    def f(points):
        asked.extend(map(tuple, points))
        return front(points)

    region = largest_region(f, point, step=10, domain=WRAPPED, certainty=None)
    assert region.box == (expected and ndinterval(*expected))
    assert len(set(asked)) == len(asked) and all(0 <= azimuth < 360 for azimuth, _ in asked)
    f.domain, f.periods = WRAPPED.domain, WRAPPED.periods
    assert largest_region(f, point, step=10, certainty=None).box == region.box


@pytest.mark.parametrize("measure", ["degrees", "sphere"])
def test_the_views_of_a_certificate_lie_on_both_sides_of_azimuth_0_and_in_the_domain(measure):
    asked, space = [], Space.of(("azimuth", "elevation"), measure)

    def f(points):
        asked.append(points)
        return front(points)

    region = largest_region(f, (10, 30), step=10, domain=space)
    views = np.concatenate(asked)[-region.certificate.n_views:]
    assert region.box == ndinterval([340, -10], [380, 90]) and region.certificate.n_below == 0
    assert space.contains(space.domain, views).all() and (views[:, 0] <= 360).all()
    assert space.contains(region.box, views).all()
    assert 0.4 < (views[:, 0] < 180).mean() < 0.6
    low = (views[:, 1] < 20).mean()  # 30 of 100 degrees of elevation, and 44 % of the sphere's part
    assert abs(low - (0.3 if measure == "degrees" else 0.44)) < 0.07
    fails = certify(lambda points: 1.0 * (points[:, 0] > 180), region.box, 0.5, 400, space=space)
    assert 0.4 < fails.n_below / 400 < 0.6


def test_without_a_period_a_region_ends_where_the_domain_does():
    for domain, period in ((WRAPPED.domain, None), (WRAPPED.domain, np.inf), (ndinterval([0, -10], [350, 90]), 360)):
        box = largest_region(front, (10, 30), step=10, domain=domain, period=period, certainty=None).box
        assert box == ndinterval([0, -10], [20, 90])
    assert largest_region(front, (10, 30), step=10, domain=WRAPPED.domain, period=[360, np.inf],
                          certainty=None).box == ndinterval([340, -10], [380, 90])


def test_on_the_sphere_the_largest_box_may_be_another_one():
    def f(points):  # two arms around (90, 30): one up, one sideways
        azimuth, elevation = points.T
        is_in_one = (np.abs(azimuth - 90) <= 30) | (elevation <= 42) & (azimuth <= 180)
        return 1.0 * (is_in_one & (elevation >= 20))

    space = [Space.of(("azimuth", "elevation"), measure, wrap=False) for measure in ("degrees", "sphere")]
    up, across = ndinterval([60, 20], [120, 90]), ndinterval([0, 20], [180, 40])
    assert [one.size(up) > one.size(across) for one in space] == [True, False]
    assert [largest_region(f, (90, 30), step=10, domain=one, certainty=None).box for one in space] == [up, across]


def test_little_more_is_asked_around_the_circle_than_the_answers_have_points(shared):
    from utils.results.reading import read_map
    n_queries = n_points = 0
    for path in sorted(Path(shared, "published/checkpoint").rglob("map.pt")):
        result = read_map(path)
        lines = result.xx[0], result.yy[:, 0]
        for level, start in itertools.product((0.3, 0.5, 0.7), ((130, 30), (50, 20), (200, 15), (310, 50))):
            place = np.array([np.abs(line - x).argmin() for line, x in zip(lines, start)])
            values = np.ascontiguousarray(result.z.T)
            if values[tuple(place)] < level:
                continue
            lattice = Lattice(lines, place, WRAPPED)
            search = Search(lattice, level)
            while not search.done:
                advance([search], table(lattice, values, []), 32)
            interval = largest_on_grid(*lines, result.z >= level, tuple(place[::-1]), Space(WRAPPED.domain))
            answer = search.answer
            assert answer == largest_on_grid(*lines, result.z >= level, tuple(place[::-1]), WRAPPED)
            assert answer.size() >= interval.size()
            n_queries += search.queries
            n_points += np.prod([np.count_nonzero(WRAPPED.spans(answer, line, d)) for d, line in enumerate(lines)])
    assert n_points > 5000 and n_queries <= 1.2 * n_points
