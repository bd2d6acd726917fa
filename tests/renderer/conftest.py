"""What the renderer's tests share."""
import shutil
import subprocess
import sys
from importlib.util import find_spec
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
    """The file that `pip install ./utils/renderer` installs: the renderer alone, as the package neural_renderer."""
    if not find_spec("setuptools"):
        pytest.skip("needs setuptools: pip install -r requirements-dev.txt")
    source, built = tmp_path_factory.mktemp("source") / "utils/renderer", tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "utils/renderer", source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    program = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", program, str(built)], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    path, = built.iterdir()
    return path
