"""Compiled CPU kernels in numba's cache: kept from run to run, and made anew when any rule changes."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import utils.renderer as nr

PROGRAM = """
import numpy as np
from neural_renderer.cpu import gradient_kernels
owner, samples = np.zeros(64, np.int32), 1
grad_colors = np.zeros((1, 1), np.float32)
gradient_kernels.color_gradient(owner, np.ones((1, 8, 8), np.float32), samples, grad_colors)
vertices = np.array([[-2, -2, 2], [2, -2, 3], [0, 2, 4]], np.float32)
grad_vertices = np.zeros((3, 3), np.float32)
gradient_kernels.depth_gradient(vertices, np.array([[0, 1, 2]], np.int32), owner, samples, np.ones((8, 8), np.float32),
                                grad_vertices)
print(grad_colors.tolist(), grad_vertices.tolist())
"""


@pytest.fixture
def copy(tmp_path):
    """The renderer alone in a folder, under its published name, without anything compiled."""
    return shutil.copytree(Path(nr.__file__).parent, tmp_path / "neural_renderer",
                           ignore=shutil.ignore_patterns("__pycache__"))


def run(copy):
    """What the program prints, and the names of the cached kernels."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_CACHE")}
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=copy.parent, capture_output=True, text=True,
                          env=outside | {"PYTHONPATH": ""})
    assert done.returncode == 0, done.stderr
    return done.stdout, {path.name for path in copy.glob("cpu/__pycache__/*.nb?")}


def test_a_changed_rule_reaches_the_kernels_of_other_files(copy):
    gradient, cached = run(copy)
    assert cached
    assert run(copy) == (gradient, cached)
    for file, rule, broken in (("cpu/kernels.py", "return different == 0", "return different != 1"),
                               ("rules.py", "return weight * scale / (z * z)", "return weight * scale / z")):
        source = (copy / file).read_text()
        assert source.count(rule) == 1
        (copy / file).write_text(source.replace(rule, broken))
        changed, more = run(copy)
        assert changed != gradient
        for kernel in ("color_gradient", "depth_gradient"):
            assert any(kernel in name for name in more - cached)
        gradient, cached = changed, more
