"""The largest box: the same as by trying them all, from whatever moment the search goes on."""
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.bounds import search as box_search
from utils.bounds.largest import Search, advance, largest_region
from utils.bounds.lattice import Lattice
from utils.bounds.promise import Certainty
from utils.errors import InputError
from utils.regions import ndinterval
from utils.space import Space

STARTS = ((130, 30), (50, 20), (200, 15), (310, 50))  # of the published runs
SEEDS = st.integers(0, 2 ** 32 - 1)


class Table:
    """f as a table over a lattice."""

    def __init__(self, lattice, values):
        self.lattice, self.values = lattice, values
        self.asked = []

    def __call__(self, points):
        indices = self.lattice.indices(points)
        self.asked.extend(indices.tolist())
        return self.values.ravel()[indices]


def random_table(seed):
    """Up to four dimensions, a domain that the steps seldom divide, values on a few plateaus, some not a number."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 5)
    longest = (40, 20, 12, 7)[n - 1]
    steps = rng.choice([0.5, 1.0, 0.3, 1.7], n)
    below, above = (rng.integers(0, longest // 2 + 1, n) + rng.choice([0, 0, 0.25, 0.6], n) for _ in range(2))
    point = rng.choice([0.0, 10.0, -3.3], n)
    lattice = Lattice.around(point, steps, ndinterval(point - below * steps, point + above * steps))
    sizes = tuple(lattice.sizes)
    kind = rng.integers(6)
    if kind == 0:
        values = np.full(sizes, rng.choice([0.2, 0.5, 0.9]))  # all sure, at the level, or never
    elif kind == 1:  # a hill, whose level set is one piece
        places = np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), -1)
        values = np.exp(-np.sum(((places - lattice.center) / rng.uniform(1, 5, n)) ** 2, -1))
    else:
        fails = rng.choice([0.01, 0.03, 0.1, 0.3])
        values = rng.choice([0.1, 0.5, 0.7, np.nan], sizes, p=[fails / 2, 0.5 - fails / 2, 0.5 - fails / 2, fails / 2])
    if rng.random() < 0.9:
        values[tuple(lattice.center)] = 0.8
    return Table(lattice, values), rng


def by_trying_all(table, level, obstacles=()):
    """(a, b) of the best of all boxes around the center, by its definition; None if there is none."""
    n = table.lattice.n
    sides = []  # of each dimension, all pairs of lines around the center
    for size, c in zip(table.lattice.sizes, table.lattice.center):
        low, high = np.divmod(np.arange(size ** 2), size)
        is_around = (low <= c) & (c <= high)
        sides.append((low[is_around], high[is_around]))

    def along(values, d):
        return values.reshape([-1 if d == e else 1 for e in range(n)])

    volume, n_points, n_failing = 1.0, 1, ~(table.values >= level)
    is_hit = np.ones((len(obstacles), *(len(low) for low, _ in sides)), dtype=bool)
    for d, (lines, (low, high)) in enumerate(zip(table.lattice.lines, sides)):
        volume = volume * along(lines[high] - lines[low], d)
        n_points = n_points * along(high - low + 1, d)
        counts = np.insert(np.cumsum(n_failing, d), 0, 0, d)
        n_failing = np.take(counts, high + 1, d) - np.take(counts, low, d)
        for hit, q in enumerate(obstacles):
            is_hit[hit] &= along((lines[low] <= q[d]) & (q[d] <= lines[high]), d)
    boxes = np.argwhere((n_failing == 0) & ~is_hit.any(0))
    for rank in (volume, n_points):
        if len(boxes):
            ranks = rank[tuple(boxes.T)]
            boxes = boxes[ranks == ranks.max()]
    ends = [tuple(tuple(side[i][k] for side, k in zip(sides, box)) for i in range(2)) for box in boxes]
    return tuple(tuple(lines[i] for lines, i in zip(table.lattice.lines, end)) for end in min(ends)) if ends else None


def found(search):
    """(a, b) of a search's answer, or None."""
    return search.answer and (tuple(search.answer.a), tuple(search.answer.b))


def finish(search, f, batch_size=5):
    while not search.done:
        advance([search], f, batch_size)
    return search


@given(SEEDS, st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_the_box_is_the_best_of_all_boxes_and_the_bound_falls_to_its_volume(seed, batch_size):
    table, _ = random_table(seed)
    search = Search(table.lattice, 0.5)
    bounds = [search.bound]
    while not search.done:
        advance([search], table, batch_size)
        bounds.append(search.bound)
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == pytest.approx(search.answer.size() if search.answer else 0)
    assert found(search) == by_trying_all(table, 0.5)
    assert search.queries == len(table.asked) == len(set(table.asked))
    at_point = table.values[tuple(table.lattice.center)]
    assert np.array_equal(search.value_at_point, at_point, equal_nan=True)


@given(SEEDS)
@settings(max_examples=80, deadline=None)
def test_obstacles_are_outside_and_nothing_else_is_lost(seed):
    table, rng = random_table(seed)
    a, b = (np.array([lines[end] for lines in table.lattice.lines]) for end in (0, -1))
    search = Search(table.lattice, 0.5)
    obstacles = []
    for _ in range(rng.integers(1, 6)):
        for _ in range(rng.integers(0, 4)):
            advance([search], table, 3)
        obstacle = rng.uniform(a - 0.1, b + 0.1)  # some just outside the domain
        on_line = rng.random(len(a)) < 0.4
        obstacle[on_line] = [rng.choice(lines) for lines in np.array(table.lattice.lines, dtype=object)[on_line]]
        obstacles.append(obstacle)
        search.add_obstacle(obstacle)
    assert found(finish(search, table)) == by_trying_all(table, 0.5, obstacles)


def test_an_obstacle_between_the_points_own_line_and_the_next_leaves_the_point():
    lattice = Lattice.around([0.0, 0.0], 1.0, ndinterval([-2, -2], [2, 2]))
    search = finish(Search(lattice, 0.5), lambda points: np.ones(len(points)))
    search.add_obstacle([0.5, 0.5])
    assert not search.done or search.answer
    assert finish(search, lambda points: np.ones(len(points))).answer == ndinterval([-2, -2], [0, 2])
    search.add_obstacle([0, 0])
    assert search.done and search.answer is None


@pytest.mark.parametrize("n_views", [50, 407])
def test_an_obstacle_during_or_after_an_attempt_makes_the_next_box_start_with_fresh_views(n_views):
    def f(points):
        return np.ones(len(points))

    search = Search(Lattice.around([0.0], 1.0, ndinterval([-9], [9])), 0.5, Certainty())
    while len(search.ask(n_views)) < n_views:
        advance([search], f, n_views)
    advance([search], f, n_views)
    search.add_obstacle([20.0])  # outside: nothing changes
    assert search.done == (n_views == 407)
    search.add_obstacle([6.5])
    assert not search.done and search.certificate is None
    finish(search, f, 100)
    assert search.answer == ndinterval([-9], [6]) and search.certificate.attempt == 2
    assert search.certificate.n_views > 407 and search.queries == 19 + n_views + search.certificate.n_views


def test_questions_that_are_put_in_order_in_small_parts_are_the_same(monkeypatch):
    table, _ = random_table(0)
    table.lattice = Lattice.around([0.0, 0.0], 1.0, ndinterval([-20, -15], [20, 15]))
    table.values = np.cos(table.lattice.points(np.arange(table.lattice.size)) @ [0.08, 0.11])
    asked = []
    for ordered in (1, 4096):
        monkeypatch.setattr(box_search, "ORDERED", ordered)
        table.asked = []
        finish(Search(table.lattice, 0.5), table, 7)
        asked.append(table.asked)
    assert asked[0] == asked[1] and len(asked[0]) > 100


def hill(points):
    """An ellipse around (40, 20), with a dent at (50, 23)."""
    inside = 1 - (((points - [40, 20]) / [25, 9]) ** 2).sum(1) / 2
    return inside - 0.9 * np.exp(-(((points - [50, 23]) / 1.5) ** 2).sum(1))


def test_searches_in_lock_step_find_what_each_finds_alone():
    domain = ndinterval([0, 0], [90, 40])
    points = [(40, 20), (45, 18), (0, 0), (52, 25)]
    searches = [Search(Lattice.around(point, 3, domain), 0.5, Certainty(0.1)) for point in points]
    sizes = []

    def f(views):
        sizes.append(len(views))
        return hill(views)

    while not all(search.done for search in searches):
        advance(searches, f, 16)
    assert max(sizes) <= 16
    for point, search in zip(points, searches):
        alone = largest_region(hill, point, 0.5, 3, domain, Certainty(0.1))
        assert (search.answer, search.certificate) == (alone.box, alone.certificate)
    assert searches[2].answer is None and searches[2].certificate is None and searches[2].queries == 1


@pytest.mark.parametrize("batch_size", [1, 8, 100])
def test_region_and_certificate_do_not_depend_on_the_batches(batch_size):
    region = largest_region(hill, (40, 20), 0.5, 7, ndinterval([0, 0], [90, 40]), Certainty(0.02), batch_size)
    expected = largest_region(hill, (40, 20), 0.5, 7, ndinterval([0, 0], [90, 40]), Certainty(0.02))
    assert expected.certificate.attempt > 1  # too many views failed between the lattice points, and cut the box
    assert (region.box, region.certificate) == (expected.box, expected.certificate)


def test_a_region_without_extent_in_one_dimension_is_certified_in_the_others():
    domain = ndinterval([-5, -5], [5, 5])
    region = largest_region(lambda x: 1.0 * (x[:, 1] == 0), (0, 0), 0.5, 1, domain)
    assert region.box == ndinterval([-5, 0], [5, 0]) and region.certificate.n_views == 407
    region = largest_region(lambda x: 1.0 * (x == 0).all(1), (0, 0), 0.5, 1, domain)
    assert region.box == ndinterval([0, 0], [0, 0]) and region.certificate.n_views == 0
    region = largest_region(lambda x: 1.0 * (x == 0).all(1), (0, 0), 0.5, 1, domain, certainty=None)
    assert region.certificate is None and region.value_at_point == 1


def test_torch_values_and_the_domain_of_f():
    import torch

    def f(points):
        return torch.from_numpy(hill(points)).float()

    f.domain = ndinterval([0, 0], [90, 40])
    assert largest_region(f, (40, 20)).box == largest_region(hill, (40, 20), domain=f.domain).box


def test_little_more_is_asked_than_the_answers_have_points_on_published_maps(shared):
    from utils.results.reading import read_map
    paths = sorted(Path(shared, "published/checkpoint").rglob("map.pt"))
    n_queries = n_points = 0
    space = Space.of(("azimuth", "elevation"), wrap=False)
    for path, level, start in itertools.product(paths, (0.3, 0.5, 0.7), STARTS):
        result = read_map(path)
        lines = result.xx[0], result.yy[:, 0]
        lattice = Lattice(lines, np.array([np.abs(line - x).argmin() for line, x in zip(lines, start)]), space)
        table = Table(lattice, np.ascontiguousarray(result.z.T))
        if table.values[tuple(lattice.center)] < level:
            continue
        search = Search(lattice, level)
        finish(search, table, 32)
        inside = [np.flatnonzero((a <= line) & (line <= b))
                  for line, a, b in zip(lines, search.answer.a, search.answer.b)]
        assert table.values[np.ix_(*inside)].min() >= level
        n_queries += search.queries
        n_points += len(inside[0]) * len(inside[1])
    assert len(paths) == 8 and n_points > 5000
    assert n_queries <= 1.2 * n_points


def test_four_dimensions_take_few_boxes():
    lattice = Lattice.around([0.0] * 4, [6, 3, 0.1, 0.2], ndinterval([-160, -45, -0.4, -0.8], [194, 54, 0.5, 1.0]))
    assert tuple(lattice.sizes) == (61, 34, 10, 10)
    radii = np.array([160, 45, 0.45, 0.9])
    search = finish(Search(lattice, 0.5), lambda x: 1 - ((x / radii) ** 2).sum(1) / 2, 32)
    n_points = np.prod([np.count_nonzero((line >= a) & (line <= b))
                        for line, a, b in zip(lattice.lines, search.answer.a, search.answer.b)])
    assert search.queries < 2 * n_points and search.n_boxes < 20_000


def test_lines_are_steps_from_the_point_and_the_domains_ends():
    lattice = Lattice.around([1.0, 5.0, 3.0], [3, 2, 1], ndinterval([0, 5, 3], [10, 9.5, 3]))
    assert [line.tolist() for line in lattice.lines] == [[0, 1, 4, 7, 10], [5, 7, 9, 9.5], [3]]
    assert lattice.center.tolist() == [1, 0, 0]
    steps = Lattice.around([0.0], 0.1, ndinterval([-0.3], [0.7])).lines[0]
    assert len(steps) == 11 and (steps[0], steps[-1]) == (-0.3, 0.7)


@pytest.mark.parametrize("point, step, message", [
    ((5,), 1, "expected 2 numbers"), ((50, 0), 1, "not in the domain"), ((np.nan, 0), 1, "not in the domain"),
    ((5, 5), 0, "above 0"), ((5, 5), (1, -1), "above 0"), ((5, 5), (1, 2, 3), "expected one number, or 2"),
    ((5, 5), 1e-3, "100,020,001 points"), ((5, 5), 1e-300, "take a larger step")])
def test_what_cannot_be_searched_is_said_in_one_line(point, step, message):
    with pytest.raises(InputError, match=message) as error:
        largest_region(hill, point, 0.5, step, ndinterval([0, 0], [10, 10]))
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="no domain"):
        largest_region(hill, (5, 5))


def test_answers_to_other_questions_are_refused():
    search = Search(Lattice.around([0.0], 1.0, ndinterval([-3], [3])), 0.5, Certainty(0.5))
    with pytest.raises(ValueError, match="no point of the lattice"):
        search.tell([[0.5]], [1.0])
    with pytest.raises(ValueError, match="as many"):
        search.tell([[0.0]], [1.0, 1.0])
    while search.ask().tolist() and not (search.ask() % 1).any():
        advance([search], lambda x: np.ones(len(x)))
    with pytest.raises(ValueError, match="not the views"):
        search.tell([[0.5]], [1.0])
