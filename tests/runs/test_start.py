"""What happens before anything is loaded."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "torchvision", "numba", "matplotlib", "trimesh", "scipy", "ray")


@pytest.mark.parametrize("words, code", [
    (("map.py", "--help"), 0), (("map.py", "--class_nb", "10"), 2), (("map.py", "--step", "0"), 2),
    (("optim.py", "--help"), 0), (("optim.py", "--beta", "2"), 2), (("optim.py", "--initial_points", "a,b"), 2)])
def test_nothing_heavy_is_imported_before_the_options_are_known_to_be_good(words, code):
    run = subprocess.run([sys.executable, "-X", "importtime", *words], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == code
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "utils.options.jobs" in imported
    assert not imported.intersection(HEAVY)


@pytest.mark.parametrize("given, expected", [({}, "3000"), (dict(GOMP_SPINCOUNT="7"), "7"),
                                             (dict(OMP_WAIT_POLICY="active"), "None")])
def test_threads_soon_sleep_unless_the_user_says_otherwise(given, expected):
    others = {name: value for name, value in os.environ.items() if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    run = subprocess.run([sys.executable, "-c", "import os, utils; from utils.runs.script import tune_process; "
                          "assert os.environ.get('GOMP_SPINCOUNT') != '3000'; tune_process(); "
                          "print(os.environ.get('GOMP_SPINCOUNT'))"], cwd=ROOT,
                         env={**others, **given}, capture_output=True, text=True)
    assert run.stdout.strip() == expected
