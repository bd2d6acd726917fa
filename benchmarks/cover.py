"""Covers of maps: the CPU time that they take, against reading the maps and against trying every box.

    python -m benchmarks.cover --checkpoint_dir DIR

Of the maps below --checkpoint_dir with 2 % confident views or more: N_BOXES boxes of each purity. On every TRIED-th of
them each of the first FEW boxes is compared with every box there is: none may add more.
"""
import time
from pathlib import Path

import numpy as np

from benchmarks.common import machine
from utils.bounds.cover import cover
from utils.findings.cover import LEAST, N_BOXES, PURITIES
from utils.options.option import Parser
from utils.results.reading import read_map
from utils.results.tree import find
from utils.runs.script import run_script

TRIED, FEW = 20, 2
LEVEL = 0.5


def most_added(is_open: np.ndarray, holds: np.ndarray, purity: float) -> int:
    """What the best of all boxes on the circle adds, each of which is tried."""
    n_rows, n = holds.shape
    counts = [np.pad(np.concatenate((values, values), axis=1).astype(int), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
              for values in (is_open, holds)]
    first, width = np.arange(n)[:, None], np.arange(1, n + 1)
    best = 0
    for low in range(n_rows):
        for high in range(low + 1, n_rows + 1):
            added, confident = ((of_band[high] - of_band[low])[first + width] - (of_band[high] - of_band[low])[first]
                                for of_band in counts)
            best = max(best, int(added[confident >= purity * width * (high - low) - 1e-9].max(initial=0)))
    return best


def main() -> None:
    parser = Parser(prog="benchmarks.cover", description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint_dir", type=Path, metavar="DIR", required=True, help="with map.pt files")
    args = parser.parse_args()
    print(machine())
    start = time.process_time()
    maps = [read_map(path).z >= LEVEL for path in find(args.checkpoint_dir, "map.pt").values()]
    reading = time.process_time() - start
    confident = [holds for holds in maps if holds.mean() >= LEAST]
    print(f"{len(maps)} maps, {len(confident)} of them with {LEAST:.0%} confident views or more; reading took "
          f"{reading:.2f} s of CPU time\n"
          f"{'purity':>6} {'boxes':>6} {'s':>6} {'ms a map':>9} {'/ reading':>9} {'every box':>10}")
    for purity in PURITIES:
        cover(np.ones((3, 4), bool), np.ones((3, 4)), purity, 1, True)  # compiles
        start = time.process_time()
        n_boxes = sum(len(cover(holds, np.ones(holds.shape), purity, N_BOXES, True)) for holds in confident)
        taken = time.process_time() - start
        ours = theirs = 0.0
        for holds in confident[::TRIED]:
            start = time.process_time()
            found = cover(holds, np.ones(holds.shape), purity, FEW, True)
            ours += time.process_time() - start
            is_open = holds.copy()
            for box in found:
                start = time.process_time()
                most = most_added(is_open, holds, purity)
                theirs += time.process_time() - start
                columns = np.arange(box.columns[0], sum(box.columns)) % holds.shape[1]
                rows = slice(box.rows[0], box.rows[1] + 1)
                assert is_open[rows, columns].sum() == most, "a better box was missed"
                is_open[rows, columns] = False
        print(f"{purity:6.0%} {n_boxes:6,} {taken:6.2f} {1e3 * taken / len(confident):9.2f} {taken / reading:9.2f} "
              f"{theirs / ours:9.0f}x")


if __name__ == "__main__":
    run_script(main)
