"""The largest box: how often f is asked, against a full map and OIR_B, and how long the search itself takes.

    python -m benchmarks.regions --checkpoint_dir DIR

(a) every confident initial point of the maps below --checkpoint_dir, or of made-up ones: questions over those of the
whole map, and over those of OIR_B's iterations (8 corners each); (b) what the size of a round costs;
(c) boxes, questions and the search's own time in 1 to 5 dimensions, for an ellipsoid nearly as wide as the domain;
(d) how often a promise is wrong; (e) what it leaves of a box with pits; (f) and of a real network's boxes;
(g) boxes that run around circles, against brute force; (h) what wrapping costs, and (i) what it and the sphere change,
on those maps.
"""
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.circles import points_in, print_brute_force, print_measures
from benchmarks.common import machine
from benchmarks.promises import print_how_often_wrong, print_real_boxes, print_what_is_kept
from utils.bounds.descent import N_ITERATIONS
from utils.bounds.largest import Search, advance
from utils.bounds.lattice import Lattice
from utils.options.option import Parser
from utils.parameters import AZIMUTH_AND_ELEVATION, grid
from utils.regions import ndinterval
from utils.results.reading import read_map
from utils.results.tree import find
from utils.runs.script import run_script
from utils.space import Space

POINTS = ((130, 30), (50, 20), (200, 15), (310, 50))
OIR_B_QUESTIONS = 8 * N_ITERATIONS  # 4 inner and 4 outer corners
ROUNDS = (1, 8, 32, 64, 128)
USUAL_ROUND = 32
SIDES = (60, 34, 10, 10, 10)  # lines of each dimension in (c)

Map = tuple[str, np.ndarray, np.ndarray, np.ndarray]  # name, azimuths [A], elevations [E], z [A, E]


def made_up_maps(n_maps: int = 8) -> Iterator[Map]:
    """Smooth hills on the usual grid."""
    xx, yy = grid()
    rng = np.random.default_rng(0)
    for number in range(n_maps):
        z = np.zeros(xx.shape)
        for azimuth, elevation, height in zip(rng.uniform(0, 360, 6), rng.uniform(-10, 90, 6), rng.uniform(0.5, 1, 6)):
            z = np.maximum(z, height * np.exp(-((xx - azimuth) / 45) ** 2 / 2 - ((yy - elevation) / 22) ** 2 / 2))
        yield f"made up {number}", xx[0], yy[:, 0], np.ascontiguousarray(z.T)


def stored_maps(checkpoint_dir: Path) -> Iterator[Map]:
    """The maps below a folder."""
    for key, path in find(checkpoint_dir, "map.pt").items():
        result = read_map(path)
        yield str(key), result.xx[0], result.yy[:, 0], np.ascontiguousarray(result.z.T)


def searched(lattice: Lattice, f, level: float, round_size: int) -> tuple[Search, float, int]:
    """A finished search, the seconds that it took without f, and its rounds."""
    search, in_f, n_rounds = Search(lattice, level), 0.0, 0

    def timed(points):
        nonlocal in_f
        begin = time.perf_counter()
        values = f(points)
        in_f += time.perf_counter() - begin
        return values

    start = time.perf_counter()
    while not search.done:
        advance([search], timed, round_size)
        n_rounds += 1
    return search, time.perf_counter() - start - in_f, n_rounds


def table(lattice: Lattice, values: np.ndarray):
    """f as the values [A, E] at lattice points."""
    return lambda points: values.ravel()[lattice.indices(points)]


def ellipsoid(n: int):
    """An analytic f of n dimensions: (lattice, f)."""
    steps = np.array([6, 3, 0.1, 0.2, 1])[:n]
    sides = (np.array(SIDES[:n]) - 1) * steps
    center = np.floor(np.array(SIDES[:n]) * 0.45) * steps
    lattice = Lattice.around(center, steps, ndinterval(np.zeros(n), sides))
    return lattice, lambda points: 1 - (((points - center) / (0.45 * sides)) ** 2).sum(1) / 2


def main() -> None:
    parser = Parser(prog="benchmarks.regions", description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint_dir", type=Path, metavar="DIR", help="with map.pt files (default: made-up maps)")
    parser.add_argument("--level", type=float, default=0.5, help="of a robust region (default: 0.5)")
    parser.add_argument("--runs", type=int, default=100, metavar="N", help="of each row of (d) and (e) (default: 100)")
    parser.add_argument("--network", help="for (f), such as efficientnet_lite0 (default: none)")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="of the network")
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR", help="with ShapeNet models")
    args = parser.parse_args()
    print(machine())
    maps = list(stored_maps(args.checkpoint_dir) if args.checkpoint_dir else made_up_maps())
    confident = []
    for name, azimuths, elevations, z in maps:
        for point in POINTS:
            places = [int(np.abs(line - x).argmin()) for line, x in zip((azimuths, elevations), point)]
            if z[tuple(places)] >= args.level:
                lattice = Lattice((azimuths, elevations), np.array(places), Space.of(AZIMUTH_AND_ELEVATION))
                confident.append((f"{name} {point}", lattice, table(lattice, z)))
    print(f"\n(a) {len(confident)} confident initial points of {len(maps)} maps, level {args.level:g}, "
          f"{USUAL_ROUND} questions a round\n"
          f"{'map and point':32} {'box':>6} {'asked':>6} {'/ box':>6} {'/ map':>6} {'/ OIR_B':>8} {'ms':>6}")
    if confident:
        searched(*confident[0][1:], args.level, USUAL_ROUND)  # compiles
    total = np.zeros(3)
    for name, lattice, f in confident:
        search, seconds, _ = searched(lattice, f, args.level, USUAL_ROUND)
        n_points = points_in(search, lattice)
        total += n_points, search.queries, lattice.size
        print(f"{name:32} {n_points:6} {search.queries:6} {search.queries / n_points:6.2f} "
              f"{search.queries / lattice.size:6.2f} {search.queries / OIR_B_QUESTIONS:8.2f} {seconds * 1e3:6.1f}")
    if confident:
        print(f"{'all':32} {total[0]:6.0f} {total[1]:6.0f} {total[1] / total[0]:6.2f} {total[1] / total[2]:6.2f} "
              f"{total[1] / OIR_B_QUESTIONS / len(confident):8.2f}")
    print(f"\n(b) all of them\n{'round':>5} {'asked / box':>12} {'rounds':>7} {'filled':>7} {'ms a point':>11}")
    for round_size in ROUNDS if confident else ():
        n_queries = n_rounds = n_points = 0
        taken = 0.0
        for _, lattice, f in confident:
            search, seconds, rounds = searched(lattice, f, args.level, round_size)
            n_queries, n_rounds = n_queries + search.queries, n_rounds + rounds
            n_points, taken = n_points + points_in(search, lattice), taken + seconds
        print(f"{round_size:5} {n_queries / n_points:12.3f} {n_rounds:7} {n_queries / n_rounds / round_size:7.0%} "
              f"{taken / len(confident) * 1e3:11.1f}")
    print(f"\n(c) an ellipsoid, {USUAL_ROUND} questions a round\n{'n':>2} {'lattice':>9} {'box':>8} {'asked':>8} "
          f"{'/ box':>6} {'boxes':>7} {'s':>6}")
    for n in range(1, 6):
        lattice, f = ellipsoid(n)
        search, seconds, _ = searched(lattice, f, 0.5, USUAL_ROUND)
        n_points = points_in(search, lattice)
        print(f"{n:2} {lattice.size:9,} {n_points:8,} {search.queries:8,} {search.queries / n_points:6.2f} "
              f"{search.n_boxes:7,} {seconds:6.2f}", flush=True)
    print_how_often_wrong(args.runs)
    print_what_is_kept(args.runs)
    if args.network:
        print_real_boxes(args.network, args.weights, args.data_dir)
    print_brute_force(30 * args.runs)
    if args.checkpoint_dir:
        print_measures(args.checkpoint_dir, POINTS, args.level, USUAL_ROUND)


if __name__ == "__main__":
    run_script(main)
