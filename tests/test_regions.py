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


@pytest.mark.parametrize("imports", ["import torch, utils", "import utils, torch"])
def test_a_file_with_regions_opens_in_safe_mode_once_utils_is_imported(imports, tmp_path):
    torch.save({"regions": [ndinterval([0.1, 2], [3, np.inf])]}, tmp_path / "r.pt")
    code = f"{imports}; print(torch.load({str(tmp_path / 'r.pt')!r})['regions'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert run.stdout.strip() == "[ndinterval([0.1, 2.0], [3.0, inf])]", run.stderr
