"""Compiled CPU kernels in numba's cache: kept from run to run, and made anew when any rule changes."""
import importlib
import os
import subprocess
import sys
import zipfile

import pytest

from tests.processes import Started

PROGRAM = """
import numba
import numpy as np
numba.config.CACHE_DIR = ""
from neural_renderer.cpu import gradient_kernels
owner, samples = np.zeros(64, np.int32), 1
grad_colors = np.zeros((1, 1), np.float32)
gradient_kernels.color_gradient(owner, np.ones((1, 8, 8), np.float32), samples, grad_colors)
vertices = np.array([[-2, -2, 2], [2, -2, 3], [0, 2, 4]], np.float32)
grad_vertices = np.zeros((3, 3), np.float32)
gradient_kernels.depth_gradient(vertices, np.array([[0, 1, 2]], np.int32), owner, samples, np.ones((8, 8), np.float32),
                                grad_vertices)
print(grad_colors.tolist())
print(grad_vertices.tolist())
"""
ALONE = "import importlib.util\nassert importlib.util.find_spec('utils') is None\n"


@pytest.fixture
def copy(wheel, tmp_path):
    """The renderer alone in a folder, as its wheel installs it, without anything compiled."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "neural_renderer"


def cached(copy):
    """The names of the cached kernels."""
    return {path.name for path in copy.glob("cpu/__pycache__/*.nb?")}


def run(copy):
    """The two gradients that the program prints."""
    process = Started(PROGRAM, cwd=copy.parent)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out.splitlines()


def test_a_changed_rule_reaches_the_kernels_of_other_files(copy):
    first = subprocess.run([sys.executable, "-c", ALONE + PROGRAM], cwd=copy.parent, capture_output=True, text=True,
                           env=os.environ | {"PYTHONPATH": ""})
    gradients, kernels = first.stdout.splitlines(), cached(copy)
    assert kernels and run(copy) == gradients, first.stderr
    assert cached(copy) == kernels
    for file, rule, broken in (("cpu/kernels.py", "return different == 0", "return different != 1"),
                               ("rules.py", "return weight * scale / (z * z)", "return weight * scale / z")):
        source = (copy / file).read_text()
        assert source.count(rule) == 1
        (copy / file).write_text(source.replace(rule, broken))
    for kernel, before, after in zip(("color_gradient", "depth_gradient"), gradients, run(copy)):
        assert before != after and any(kernel in name for name in cached(copy) - kernels)


@pytest.mark.parametrize("module", ["utils.renderer.cpu.compiled", "utils.bounds.compiled"])
def test_a_kernel_that_cannot_be_kept_runs_all_the_same(module, monkeypatch, tmp_path):
    resource = pytest.importorskip("resource", reason="no limits here")
    name = "doubling_" + module.replace(".", "_")
    (tmp_path / f"{name}.py").write_text(f"from {module} import kernel\n@kernel\ndef double(x):\n    return 2 * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # no file can be longer
    try:
        assert importlib.import_module(name).double(1.5) == 3
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.rglob("*.nb?"))
