"""Maps from a part of their views: how often they are wrong, against random views and a coarse grid.

    python -m benchmarks.level_set --checkpoint_dir DIR

looks f up in the maps below DIR, of objects with an odd number. --rules compares rules for the next view instead, on
the objects with an even number: what was chosen by them is reported on others.
"""
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common import machine
from utils.bounds.level_set import level_set, n_fresh, variance_in_doubt
from utils.options.option import Parser
from utils.parameters import AZIMUTH_AND_ELEVATION, grid, periods_of
from utils.results.reading import read_map
from utils.results.tree import find
from utils.runs.script import run_script

LEVEL = 0.5
COARSE = (2, 5)  # every second elevation and fifth azimuth: 17 x 24 = 408 views
XX, YY = grid()
POINTS = np.stack((XX.ravel(), YY.ravel()), axis=1).astype(np.float64)
PERIODS = periods_of(AZIMUTH_AND_ELEVATION)


@dataclass(frozen=True)
class Score:
    """How good one map from a part of the views is: share on the wrong side, intersection over union of the confident
    views, whether the error's interval holds the share that the model was wrong in, and seconds of all cores."""
    wrong: float
    overlap: float
    holds: bool | None = None
    seconds: float = 0.0


def scored(z: np.ndarray, values: np.ndarray, **known) -> Score:
    """Values [34, 120] against the whole map."""
    true, found = z >= LEVEL, values >= LEVEL
    union = np.count_nonzero(true | found)
    return Score(np.mean(true != found), np.count_nonzero(true & found) / union if union else 1.0, **known)


def by_model(z: np.ndarray, n_views: int, rule: Callable, seed: int) -> Score:
    """Of a Gaussian process that is asked by a rule."""
    flat = z.astype(np.float32).ravel()

    def f(points: np.ndarray) -> np.ndarray:
        rows, columns = np.rint((points[:, 1] + 10) / 3), np.rint(points[:, 0] / 3)
        return flat[(rows * z.shape[1] + columns).astype(int)]

    start = time.process_time()
    found = level_set(f, POINTS, n_views, LEVEL, periods=PERIODS, rule=rule, seed=seed)
    seconds = time.process_time() - start
    of_map = scored(z, found.values.reshape(z.shape))
    of_model = of_map.wrong + found.error.n_wrong / z.size  # before the fresh views took their places
    holds = found.error.low <= of_model + 1e-12 and of_model <= found.error.high + 1e-12
    return Score(of_map.wrong, of_map.overlap, holds, seconds)


def by_coarse_grid(z: np.ndarray) -> Score:
    """Of bilinear interpolation, around the circle too."""
    from scipy.interpolate import RegularGridInterpolator
    rows, columns = YY[::COARSE[0], 0], XX[0, ::COARSE[1]]
    known = z[::COARSE[0], ::COARSE[1]]
    interpolate = RegularGridInterpolator((rows, np.append(columns, 360)), np.hstack((known, known[:, :1])),
                                          bounds_error=False, fill_value=None)  # the last elevation is beyond the rows
    return scored(z, interpolate(np.stack((YY, XX), axis=-1)))


def straddle(factor: float) -> Callable:
    """The straddle rule: how far the side of the level is within a number of standard deviations."""
    return lambda distance, deviation: factor * deviation - np.abs(distance)


def randomized_straddle() -> Callable:
    """The straddle with a random factor, beta from chi-square with two degrees of freedom (arXiv 2408.03144)."""
    random = np.random.default_rng(0)
    return lambda distance, deviation: straddle(np.sqrt(random.chisquare(2)))(distance, deviation)


def misclassified(distance: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """The probability that the mean is on the wrong side."""
    return -np.abs(distance) / deviation


def largest_deviation(distance: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Where the least is known, wherever the level is."""
    return deviation


def at_random() -> Callable:
    """Uniform views."""
    random = np.random.default_rng(0)
    return lambda distance, deviation: random.random(len(distance))


def stored_maps(checkpoint_dir: Path, parity: int) -> Iterator[np.ndarray]:
    """The maps on the usual grid of objects with an even (0) or odd (1) number."""
    for key, path in find(checkpoint_dir, "map.pt").items():
        if key.object_nb.isdecimal() and int(key.object_nb) % 2 == parity:
            z = read_map(path).z
            if z.shape == XX.shape:
                yield z


def print_row(name: str, maps: list[np.ndarray], score: Callable[[np.ndarray], Score]) -> None:
    """A line about all maps, and about those where the network is confident in some view."""
    scores = [score(z) for z in maps]
    some = [one for z, one in zip(maps, scores) if (z >= LEVEL).any()]
    wrong, overlap, seconds = (np.array([getattr(one, name) for one in scores])
                               for name in ("wrong", "overlap", "seconds"))
    of_model = "" if scores[0].holds is None else (
        f"{np.mean([one.holds for one in scores]):9.1%} {np.median(seconds):8.2f} {seconds.max():6.2f}")
    print(f"{name:20} {wrong.mean():7.2%} {wrong.max():7.2%} {overlap.mean():8.3f}    "
          f"{np.mean([one.wrong for one in some]):7.2%} {np.mean([one.overlap for one in some]):8.3f} {of_model}",
          flush=True)


def main() -> None:
    parser = Parser(prog="benchmarks.level_set", description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint_dir", type=Path, required=True, metavar="DIR", help="with map.pt files")
    parser.add_argument("--views", type=int, default=408, help="in all, for the model and its error (default: 408)")
    parser.add_argument("--rules", action="store_true", help="compare rules, on the other objects")
    parser.add_argument("--every", type=int, default=1, help="take every N-th map alone (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of the first views and the fresh ones (default: 0)")
    args = parser.parse_args()
    maps = list(stored_maps(args.checkpoint_dir, 0 if args.rules else 1))[::args.every]
    rules = {"variance in doubt": variance_in_doubt, "random views": at_random()}
    if args.rules:
        rules = {"variance in doubt": variance_in_doubt, "misclassified": misclassified,
                 "straddle, 1.96": straddle(1.96), "randomized straddle": randomized_straddle(),
                 "largest deviation": largest_deviation, "random views": at_random()}
    print(f"{machine()}\n{len(maps)} maps, of which {sum((z >= LEVEL).any() for z in maps)} have a confident view; "
          f"{args.views} of {XX.size:,} views, {n_fresh(args.views)} of them for the error\n"
          f"{'':20} {'all maps':>7} {'':16} with a confident one {'interval':>6} {'CPU seconds':>13}\n"
          f"{'':20} {'wrong':>7} {'worst':>7} {'overlap':>8}    {'wrong':>7} {'overlap':>8} {'holds':>9} {'median':>8} "
          f"{'most':>6}")
    for name, rule in rules.items():
        print_row(name, maps, lambda z, rule=rule: by_model(z, args.views, rule, args.seed))
    print_row("coarse grid of 408", maps, by_coarse_grid)


if __name__ == "__main__":
    run_script(main)
