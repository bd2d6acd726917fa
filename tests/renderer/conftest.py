"""What the renderer's tests share."""
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import utils.renderer as nr

ROOT = Path(__file__).parents[2]
WITH_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=WITH_GPU)])
def device(request):
    """Every device that is at hand."""
    return torch.device(request.param)


@pytest.fixture
def looking_from():
    """looking_from(eye, *arguments, **settings): a Renderer that looks at the origin from there."""
    def make(eye, *arguments, **settings):
        renderer = nr.Renderer(*arguments, camera_mode="look_at", **settings)
        renderer.eye = eye
        return renderer

    return make


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The file that `pip install .` installs: the renderer alone, as the package neural_renderer."""
    pytest.importorskip("setuptools", reason="needs setuptools: pip install -r requirements-dev.txt")
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "utils/renderer", source / "utils/renderer", ignore=shutil.ignore_patterns("__pycache__"))
    program = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", program, str(built)], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    path, = built.iterdir()
    return path
