"""Boxes on circles and on the sphere, for `python -m benchmarks.regions`: are they exact, and what do they change?"""
import itertools
from pathlib import Path

import numpy as np

from utils.bounds.largest import Search, advance
from utils.bounds.lattice import Lattice
from utils.findings import srvr
from utils.findings.methods import ON_MAP
from utils.findings.rows import Tables, load_tree
from utils.parameters import AZIMUTH_AND_ELEVATION
from utils.regions import ndinterval
from utils.space import MEASURES, UNIFORM, Space

ABOVE = ">0.5"  # a column of srvr


def random_problem(seed):
    """A lattice of up to three dimensions, a circle among them, values on it, and the random numbers that go on.

    The steps seldom divide the period, and the level set is often narrow or goes all the way round. All numbers on
    circles are eighths, which are exact a turn further too.
    """
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 4))
    is_circle = rng.random(n) < 0.6
    is_circle[rng.integers(n)] = True
    begin = np.where(is_circle, rng.choice([0.0, -3.5], n), -60.0)
    sides = np.where(is_circle, rng.choice([12.0, 10.5, 7.0], n), 150.0)
    steps = np.where(is_circle, rng.choice([1.0, 1.75, 3.125, 12.0], n), rng.choice([20.0, 35.0], n))
    at_end = rng.choice([0.0, 0.25, 0.5, 0.875, 1.0], n)
    domain = ndinterval(begin, begin + sides)
    space = Space(domain, np.where(is_circle, sides, np.inf), ~is_circle & (rng.random(n) < 0.5))
    lattice = Lattice.around(np.minimum(begin + at_end * sides, domain.b), steps, space)
    fails = rng.choice([0, 0.02, 0.1, 0.3, 0.6])
    values = rng.choice([0.1, 0.9], tuple(lattice.sizes), p=[fails, 1 - fails])
    if rng.random() < 0.3:  # whole lines hold
        values[tuple(lattice.center)[:-1]] = 0.9
    if rng.random() < 0.9:
        values[tuple(lattice.center)] = 0.9
    return lattice, values, rng


def sides_of(lattice, d):
    """All sides of boxes around the point in one dimension: (g of the side, lines, order, low, high).

    The order is that of ties: on a circle by how far a box begins before the point, a whole turn first.
    """
    lines, c, space = lattice.lines[d], int(lattice.center[d]), lattice.space
    g = [space.warp(np.full(lattice.n, x))[d] for x in lines]
    if not space.circles[d]:
        for low, high in itertools.product(range(c + 1), range(c, len(lines))):
            yield g[high] - g[low], [*range(low, high + 1)], (low, high), lines[low], lines[high]
        return
    period, n = space.periods[d], len(lines)
    yield period, [*range(n)], (-n, n), space.domain.a[d], space.domain.b[d]
    for before, after in itertools.product(range(n), range(n)):
        if before + after < n:
            numbers = [(c + k) % n for k in range(-before, after + 1)]
            a, b = lines[numbers[0]], lines[numbers[-1]]
            b += period if b < a else 0
            yield b - a, numbers, (-before, after), a, b


def by_trying_all(lattice, values, obstacles=()):
    """The best box by its definition, or None."""
    best = None
    for sides in itertools.product(*(list(sides_of(lattice, d)) for d in range(lattice.n))):
        numbers = [side[1] for side in sides]
        if not (values[np.ix_(*numbers)] >= 0.5).all():
            continue
        box = ndinterval([side[3] for side in sides], [side[4] for side in sides])
        if obstacles and lattice.space.contains(box, np.array(obstacles)).any():
            continue
        orders = [side[2] for side in sides]
        rank = (-round(np.prod([side[0] for side in sides]), 9), -np.prod([len(part) for part in numbers]),
                [order[0] for order in orders], [order[1] for order in orders])
        if best is None or rank < best[0]:
            best = rank, box
    return best and best[1]


def table(lattice, values, asked):
    def f(points):
        indices = lattice.indices(points)
        asked.extend(indices.tolist())
        return values.ravel()[indices]
    return f


def agrees(answer, expected):
    return answer == expected or (answer is not None and expected is not None and
                                  np.allclose([answer.a, answer.b], [expected.a, expected.b], rtol=0, atol=1e-9))


def print_brute_force(n_runs: int) -> None:
    """Searches on cylinders against all boxes there are."""
    counts = np.zeros((2, 3), dtype=int)  # searches, and those that differ, by dimensions
    for seed in range(n_runs):
        lattice, values, _ = random_problem(seed)
        search = Search(lattice, 0.5)
        while not search.done:
            advance([search], table(lattice, values, []), 1 + seed % 20)
        counts[:, lattice.n - 1] += 1, not agrees(search.answer, by_trying_all(lattice, values))
    print(f"\n(g) largest boxes on cylinders, some of them by solid angle, against all boxes: "
          f"{counts[0].sum():,} searches in 1 to 3 dimensions ({', '.join(map(str, counts[0]))}), "
          f"{counts[1].sum()} of them differ")


def print_questions(checkpoint: Tables, points: tuple[tuple[float, float], ...], level: float, round_size: int) -> None:
    """What wrapping costs: questions for each lattice point of the answers, over all confident points of maps."""
    print(f"\n(h) questions, {round_size} a round\n{'boxes':28} {'points':>6} {'box':>7} {'asked':>7} {'/ box':>6}")
    for words, wrap in (("end at azimuth 0", False), ("run through it", True)):
        space, n_points, n_in_boxes, n_asked = Space.of(AZIMUTH_AND_ELEVATION, wrap=wrap), 0, 0, 0
        for a_map in checkpoint.maps.values():
            lines, values = (a_map.xx[0], a_map.yy[:, 0]), np.ascontiguousarray(a_map.z.T)
            for point in points:
                place = np.array([np.abs(line - x).argmin() for line, x in zip(lines, point)])
                if values[tuple(place)] < level:
                    continue
                lattice = Lattice(lines, place, space)
                search = Search(lattice, level)
                while not search.done:
                    advance([search], table(lattice, values, []), round_size)
                n_points, n_asked = n_points + 1, n_asked + search.queries
                n_in_boxes += points_in(search, lattice)
        print(f"{words:28} {n_points:6} {n_in_boxes:7} {n_asked:7} {n_asked / n_in_boxes:6.3f}", flush=True)


def points_in(search: Search, lattice: Lattice) -> int:
    """How many lattice points the answer has."""
    box = search.answer
    if box is None:
        return 0
    return int(np.prod([np.count_nonzero(lattice.space.spans(box, line, d)) for d, line in enumerate(lattice.lines)]))


def print_measures(checkpoint_dir: Path, points: tuple[tuple[float, float], ...], level: float,
                   round_size: int) -> None:
    """The shares of confident views, and the exact SRVR, of networks: by both measures, with wrapping and without."""
    found = load_tree(checkpoint_dir)
    print_questions(found, points, level, round_size)
    columns = {}
    for measure, wrap in itertools.product(MEASURES, (False, True)):
        frame = srvr.tables(Tables(found.maps, found.regions_results, found.kinds, measure, wrap))["srvr"].frame
        frame = frame.set_index("network")
        columns[f"{ABOVE} {UNIFORM[measure]}"] = frame[ABOVE]
        columns[f"{'round' if wrap else 'to 0'} {UNIFORM[measure]}"] = frame[ON_MAP]
    names = sorted(columns, key=lambda name: not name.startswith(ABOVE))
    print(f"\n(i) views with confidence {ABOVE}, and exact SRVR at 0.5 of boxes that end at azimuth 0 or run round, in "
          f"percent\n{'network':14}", *(f"{name:>19}" for name in names))
    for network in columns[names[0]].index:
        print(f"{network:14}", *(f"{columns[name][network]:19.2f}" for name in names))
