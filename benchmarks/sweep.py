"""sweep.py against a shell loop: maps of ten objects, from the first command to the last result.

    python -m benchmarks.sweep

The loop is ten `python map.py`, one after the other, with the same options. Both start from nothing; the renderer's
compiled code is in numba's cache for both.
"""
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import machine
from utils.options import Parser, run_script

OBJECTS = 10


def seconds(*commands):
    """How long commands take, one after the other."""
    start = time.perf_counter()
    for command in commands:
        run = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"{command[0]} failed:\n{run.stderr}")
    return time.perf_counter() - start


def main():
    parser = Parser(prog="benchmarks.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="demo", metavar="NAME", help="(default: demo)")
    parser.add_argument("--class_nb", type=int, default=5, metavar="N", help="(default: 5)")
    parser.add_argument("--step", type=float, default=3, metavar="DEGREES", help="(default: 3)")
    args = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        seconds(("map.py", "--network", args.network, "--step", 50, "--checkpoint_dir", Path(folder, "compile")))
        swept = seconds(("sweep.py", "--networks", args.network, "--classes", args.class_nb, "--jobs", "map", "--step",
                         args.step, "--checkpoint_dir", Path(folder, "swept")))
        looped = seconds(*(("map.py", "--network", args.network, "--class_nb", args.class_nb, "--object_nb", number,
                            "--step", args.step, "--checkpoint_dir", Path(folder, "looped"))
                           for number in range(OBJECTS)))
    print(f"{'maps of ten objects':20} {'s':>6} {'loop / sweep':>12}")
    print(f"{'ten python map.py':20} {looped:6.1f}")
    print(f"{'python sweep.py':20} {swept:6.1f} {looped / swept:12.2f}")


if __name__ == "__main__":
    run_script(main)
