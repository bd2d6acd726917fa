"""Boxes, and how they are kept in files."""
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from utils.regions import ndinterval


def test_size_and_what_lies_within_a_domain():
    region = ndinterval([10, -30], [30, 20])
    assert region.n == 2 and region.r.tolist() == [20, 50] and region.size() == 1000
    domain = ndinterval([0, -10], [360, 90])
    assert region.within(domain) == ndinterval([10, -10], [30, 20])
    assert ndinterval([400, 0], [500, 10]).within(domain).size() == 0
    assert not ndinterval([0], [np.inf]).is_finite()


def test_a_grid_reaches_the_bounds():
    grid = ndinterval([0, 10], [2, 20]).grid(3)
    assert grid.tolist() == [[0, 10], [0, 15], [0, 20], [1, 10], [1, 15], [1, 20], [2, 10], [2, 15], [2, 20]]


READ = {"torch.load": "import torch, utils; print(torch.load({path!r})['regions'])",
        "load_result": "import utils; print(utils.load_result({path!r}).methods['naive'].regions)"}


@pytest.mark.parametrize("way", READ)
def test_a_file_with_regions_opens_in_safe_mode(way, tmp_path):
    regions, path = [ndinterval([0.1, 2], [3, np.inf])], tmp_path / "optim.pt"
    torch.save({"regions": regions, "naive": dict(regions=regions), "class_nb": 5, "settings": {}}, path)
    code = READ[way].format(path=str(path))
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert run.stdout.strip() == "[ndinterval([0.1, 2.0], [3.0, inf])]", run.stderr


def test_importing_utils_imports_no_torch_and_patches_no_imports():
    code = ("import sys; before = list(sys.meta_path); import utils; "
            "print('torch' in sys.modules, sys.meta_path == before)")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert run.stdout.split() == ["False", "True"], run.stderr
