"""What happens before anything is loaded."""
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "torchvision", "numba", "matplotlib", "trimesh", "scipy", "ray")


@pytest.mark.parametrize("words, code", [
    (("map.py", "--help"), 0), (("map.py", "--class_nb", "10"), 2), (("map.py", "--step", "0"), 2),
    (("optim.py", "--help"), 0), (("optim.py", "--beta", "2"), 2), (("optim.py", "--initial_points", "a,b"), 2)])
def test_nothing_heavy_is_imported_before_the_options_are_known_to_be_good(words, code):
    run = subprocess.run([sys.executable, "-X", "importtime", *words], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == code
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "utils.options" in imported
    assert not imported.intersection(HEAVY)
