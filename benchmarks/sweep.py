"""sweep.py against shell loops: maps of ten objects, from the first command to the last result.

    python -m benchmarks.sweep

The loops are ten `python map.py` with the same options, one after the other and two at a time. All start from nothing;
the renderer's compiled code is in numba's cache for all.
"""
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.common import machine
from utils.options.option import Parser
from utils.runs.script import run_script

OBJECTS = 10


def run(command):
    """Run a script, its name and options being given."""
    ended = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True)
    if ended.returncode:
        raise SystemExit(f"{command[0]} failed:\n{ended.stderr}")


def seconds(*commands, at_once=1):
    """How long commands take, so many at a time."""
    start = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(run, commands))
    return time.perf_counter() - start


def main():
    parser = Parser(prog="benchmarks.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="efficientnet_lite0", metavar="NAME",
                        help="(default: %(default)s)")
    parser.add_argument("--class_nb", type=int, default=5, metavar="N", help="(default: 5)")
    parser.add_argument("--step", type=float, default=3, metavar="DEGREES", help="(default: 3)")
    args = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        def loop(name):
            return [("map.py", "--network", args.network, "--class_nb", args.class_nb, "--object_nb", number, "--step",
                     args.step, "--checkpoint_dir", Path(folder, name)) for number in range(OBJECTS)]

        run(("map.py", "--network", args.network, "--step", 50, "--checkpoint_dir", Path(folder, "compile")))
        looped = seconds(*loop("looped"))
        swept = seconds(("sweep.py", "--networks", args.network, "--classes", args.class_nb, "--jobs", "map", "--step",
                         args.step, "--checkpoint_dir", Path(folder, "swept")))
        two_by_two = seconds(*loop("two"), at_once=2)
    print(f"{'maps of ten objects':27} {'s':>6} {'first / this':>12}")
    for name, taken in (("ten python map.py", looped), ("the same, two at a time", two_by_two),
                        ("python sweep.py", swept)):
        print(f"{name:27} {taken:6.1f} {looped / taken:12.2f}")


if __name__ == "__main__":
    run_script(main)
