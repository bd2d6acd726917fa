"""What is verified of regions, and the states that a run goes on from."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from utils.bounds import optimizer
from utils.bounds.descent import start
from utils.jobs.regions import STATES, _check_descent, _verified
from utils.regions import ndinterval
from utils.results.contents import MethodResult, RegionsResult


def test_the_verified_figures_are_of_the_part_in_the_domain_as_the_share_is():
    asked = []

    def value_and_top1(points):
        asked.append(points)
        return torch.tensor(points[:, 0] / 360, dtype=torch.float32), torch.ones(len(points), dtype=torch.bool)

    boxes = [ndinterval([-180, 0], [180, 20]), ndinterval([400, 0], [500, 20]), ndinterval([0, 0], [360, np.nan])]
    result = RegionsResult(np.zeros((3, 2)), dict(naive=MethodResult(boxes)))
    verified = _verified(result, SimpleNamespace(value_and_top1=value_and_top1), 3).methods["naive"].verified
    assert verified[0] == dict(minimum=0, mean=pytest.approx(0.25), above_half=0, top1=1)
    assert len(asked) == 1 and asked[0].min() == 0 and asked[0].max() == 180
    assert all(np.isnan(value) for found in verified[1:] for value in found.values())


@pytest.mark.parametrize("stage, state", [
    ("largest", None), ("largest", []), ("largest", [5]), ("largest", [dict(lines=1)]), ("certify", None),
    ("certify", dict(naive=5)), ("certify", {1: []}), ("certify", dict(naive=[dict(level=1)])),
    ("certify", dict(naive=["x"])), ("certify", dict(other=[None]))])
def test_states_that_no_stage_saves(stage, state):
    with pytest.raises(ValueError):
        STATES[stage](state)


@pytest.mark.parametrize("change", [
    dict(a=np.zeros((2, 3))), dict(b=np.zeros(2)), dict(problems=["", 5]), dict(problems=[""]),
    dict(traces=[np.zeros((2, 2, 2))] * 5), dict(traces=[np.zeros((2, 2, 2))]),
    dict(traces=[np.zeros((3, 2, 2))], losses=[np.zeros(2)])])
def test_descents_that_are_none(change):
    descent = start([optimizer("naive")], [(130, 30), (50, 20)])
    _check_descent(descent, 2, 4)
    for name, value in change.items():
        setattr(descent, name, value)
    with pytest.raises(ValueError, match="expected at most 4, of 2 boxes"):
        _check_descent(descent, 2, 4)
