"""benchmarks.faults in short: killed at a random moment, nothing is lost; and a loss would be seen.

The killed optim.py is in test_optim.py, the killed sweep.py and its killed workers are in test_sweep.py.
"""
import random

import torch

from benchmarks import faults


def test_a_killed_run_ends_in_the_same_files(tmp_path):
    duration = faults.undisturbed("map.py", tmp_path / "whole")
    _, ended = faults.disturbed("map.py", tmp_path / "killed", random.uniform(0.3, 0.9) * duration)
    assert ended and faults.same_results(tmp_path / "whole", tmp_path / "killed")


def test_what_counts_as_a_loss(tmp_path):
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
        torch.save(dict(z=torch.ones(2), traces=[torch.ones(1)], settings=dict(step=3)), folder / "map.pt")
    assert faults.same_results(*folders)
    (folders[1] / "map.journal").touch()
    assert not faults.same_results(*folders)
    (folders[1] / "map.journal").unlink()
    torch.save(dict(z=torch.ones(2), traces=[torch.zeros(1)], settings=dict(step=3)), folders[1] / "map.pt")
    assert not faults.same_results(*folders)
