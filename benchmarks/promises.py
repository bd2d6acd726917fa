"""The promise of a largest box, for `python -m benchmarks.regions`: how often it is wrong, and how much it costs.

An f here is 1 but for pits, cells of a fine grid, or strips across the first dimension, in which it is 0. No lattice
point is in one, so that the lattice leaves the whole domain, and what a certificate cuts off is all that is lost.
"""
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.common import shapes_at_hand
from utils.bounds.largest import Search, advance, largest_region
from utils.bounds.lattice import Lattice
from utils.bounds.promise import RISK, Certainty
from utils.networks import load_network
from utils.paper import IMAGENET_LABELS, INITIAL_POINTS
from utils.regions import ndinterval
from utils.semantic.confidence import Confidence

WRONG_SHARES = (0.0101, 0.011, 0.015)  # of the domain below the level, above the risk
KEPT_SHARES = (0.002, 0.005, 0.008)  # below the risk
FINE = {1: (20_000,), 2: (180, 120), 3: (30, 30, 24)}  # cells of a side
STRIPS = 10_000
LINES = {1: 400, 2: 18, 3: 6}  # of the lattice, about, in each dimension
PIT, SIDES = 0.5, (90, 60)  # degrees
QUESTIONS_AT_ONCE = 1024


@dataclass(frozen=True)
class Pitted:
    """f, 0 in some cells of a grid over [0, sides] and 1 elsewhere.

    Attributes:
        fails: bool, a cell each.
        sides: [n] of the domain.
    """
    fails: np.ndarray
    sides: np.ndarray

    @classmethod
    def random(cls, sizes: tuple[int, ...], share: float, lattice: Lattice, rng: np.random.Generator) -> "Pitted":
        """Cells that fail at random, `share` of all, none of them at a lattice point; strips of the first of sizes."""
        lines = lattice.lines[:len(sizes)]
        sides = np.array([line[-1] for line in lines])
        fails = np.zeros(sizes, dtype=bool)
        at_lines = [np.minimum((line / side * size).astype(int), size - 1)
                    for line, side, size in zip(lines, sides, sizes)]
        may_fail = np.ones(sizes, dtype=bool)
        may_fail[np.ix_(*at_lines)] = False
        chosen = rng.choice(np.flatnonzero(may_fail), round(share * fails.size), replace=False)
        fails.flat[chosen] = True
        return cls(fails, sides)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        sizes = self.fails.shape
        cells = np.minimum((points[:, :len(sizes)] / self.sides[:len(sizes)] * sizes).astype(int), np.array(sizes) - 1)
        return 1.0 - self.fails[tuple(cells.T)]

    def share_in(self, box: ndinterval) -> float:
        """The share of a box that is below the level; its ends are where cells end."""
        n = self.fails.ndim
        low, high = (np.rint(end[:n] / self.sides[:n] * self.fails.shape).astype(int) for end in (box.a, box.b))
        inside = self.fails[tuple(slice(a, max(b, a + 1)) for a, b in zip(low, high))]
        return float(inside.mean())


def made_up(n: int, kind: str, share: float, rng: np.random.Generator) -> tuple[Lattice, Pitted]:
    """A lattice over a domain of n dimensions, and an f with pits or strips."""
    sizes = np.array(FINE[n])
    if kind == "strips":
        sizes = np.array((STRIPS, *sizes[1:]))
    step = sizes // LINES[n]
    lattice = Lattice.around(step * (sizes // step // 2), step, ndinterval(np.zeros(n), sizes))
    fine = tuple(sizes) if kind == "pits" else (STRIPS,)
    return lattice, Pitted.random(fine, share, lattice, rng)


def print_how_often_wrong(n_runs: int) -> None:
    """How many of n_runs searches certify a box with more than the risk below the level."""
    print(f"\n(d) {n_runs} searches each: how many certify a box of which more than {RISK:.0%} is below the level\n"
          f"{'n':>2} {'':6} " + " ".join(f"{share:>8.2%}" for share in WRONG_SHARES) + f" {'s':>6}")
    for n in FINE:
        for kind in ("strips", "pits"):
            start, wrong = time.perf_counter(), []
            for share in WRONG_SHARES:
                n_wrong = 0
                for seed in range(n_runs):
                    lattice, f = made_up(n, kind, share, np.random.default_rng(seed))
                    search = Search(lattice, 0.5, Certainty(seed=seed))
                    while not search.done:
                        advance([search], f, QUESTIONS_AT_ONCE)
                    box = search.answer
                    n_wrong += box is not None and bool((box.r > 0).any()) and f.share_in(box) > RISK
                wrong.append(n_wrong / n_runs)
            print(f"{n:2} {kind:6} " + " ".join(f"{share:8.2%}" for share in wrong)
                  + f" {time.perf_counter() - start:6.0f}", flush=True)


def print_what_is_kept(n_runs: int) -> None:
    """How much of a box a certificate leaves where the share below is within the risk."""
    print(f"\n(e) {n_runs} domains of {SIDES[0]} x {SIDES[1]} degrees with pits of {PIT:g} degrees\n"
          f"{'share below':>11} {'volume kept':>11} {'asked':>7} {'views':>6} {'attempts':>8}")
    sizes = tuple(round(side / PIT) for side in SIDES)
    lattice = Lattice.around((45, 30), 3, ndinterval((0, 0), SIDES))
    for share in KEPT_SHARES:
        rows = []
        for seed in range(n_runs):
            f = Pitted.random(sizes, share, lattice, np.random.default_rng(seed))
            found = largest_region(f, (45, 30), 0.5, 3, ndinterval((0, 0), SIDES), Certainty(seed=seed))
            rows.append((found.box.size() / np.prod(SIDES), found.queries, found.certificate.n_views,
                         found.certificate.attempt))
        print("{:11.1%} {:11.2f} {:7.0f} {:6.0f} {:8.1f}".format(share, *np.mean(rows, axis=0)), flush=True)


class Remembered:
    """f, asked once for each view."""

    def __init__(self, f: Confidence) -> None:
        self._f, self.domain, self._known = f, f.domain, dict[bytes, float]()

    def __call__(self, views: np.ndarray) -> np.ndarray:
        new = [view for view in views if view.tobytes() not in self._known]
        if new:
            self._known.update(zip((view.tobytes() for view in new), self._f(np.array(new)).tolist()))
        return np.array([self._known[view.tobytes()] for view in views])


def print_real_boxes(network: str, weights, data_dir) -> None:
    """How much of the boxes of a real network its certificates leave."""
    points = [tuple(map(float, point.split(","))) for point in INITIAL_POINTS.split()]
    print(f"\n(f) {network}: boxes around confident points\n"
          f"{'object':12} {'point':>9} {'before':>8} {'after':>8} {'kept':>5} {'asked':>6} {'more':>6} {'attempts':>8}")
    rows = []
    for class_nb, object_nb, shape in shapes_at_hand(data_dir):
        f = Remembered(Confidence.of(load_network(network, weights), IMAGENET_LABELS[class_nb], shape))
        for seed, point in enumerate(points):
            on_lattice = largest_region(f, point, 0.5, 3, certainty=None)
            if on_lattice.box is None or not on_lattice.box.size():
                continue
            found = largest_region(f, point, 0.5, 3, certainty=Certainty(seed=seed))
            rows.append((on_lattice.box.size(), found.box.size(), found.queries, on_lattice.queries))
            print(f"{class_nb} {object_nb:<10} {point[0]:4g},{point[1]:4g} {rows[-1][0]:8.0f} {rows[-1][1]:8.0f} "
                  f"{rows[-1][1] / rows[-1][0]:5.2f} {found.queries:6} {found.queries - on_lattice.queries:6} "
                  f"{found.certificate.attempt:8}", flush=True)
    if rows:
        before, after, asked, on_lattice = np.sum(rows, axis=0)
        print(f"all: {after / before:.3f} of the area kept, a box {np.mean([a / b for b, a, *_ in rows]):.3f} of its "
              f"own; {asked:.0f} questions, {on_lattice:.0f} of them to the lattice")
