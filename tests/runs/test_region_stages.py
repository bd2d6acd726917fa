"""What is verified of regions, and the states that a run goes on from."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from utils.bounds import optimizer
from utils.bounds.descent import start
from utils.bounds.largest import advance
from utils.parameters import domain_of
from utils.regions import ndinterval
from utils.results.contents import MethodResult, RegionsResult
from utils.runs.largest import searches_for
from utils.runs.regions import STATES, Run, _check_descent, _verified


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


POINTS = ((130.0, 30.0), (310.0, 80.0))
SETTINGS = dict(level=0.5, lattice=[20.0, 20.0], risk=0.2, confidence=0.9)


def hill(points):
    return np.exp(-((points[:, 0] - 150) / 90) ** 2)


@pytest.fixture
def run():
    """A run of optim.py, as far as the states of its stages know of it."""
    return Run(SimpleNamespace(settings=dict(largest=SETTINGS)),
               SimpleNamespace(initial_points=POINTS, parameters=("azimuth", "elevation")))


def saved(rounds):
    """What is saved of the searches after some rounds."""
    searches = searches_for(POINTS, SETTINGS, domain_of(("azimuth", "elevation")))
    for _ in range(rounds):
        advance(searches, hill)
    return [{key: torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value
             for key, value in search.state().items()} for search in searches], searches


@pytest.mark.parametrize("rounds", [0, 1, 3, 30])
def test_searches_go_on_from_what_was_saved(rounds, run):
    state, searches = saved(rounds)
    again = STATES["largest"](state, run)
    for _ in range(40):
        advance(searches, hill), advance(again, hill)
    assert all(search.done for search in (*searches, *again))
    assert [search.region() for search in searches] == [search.region() for search in again]


@pytest.mark.parametrize("key, value", [
    ("lines", torch.zeros(27)), ("lines", "lines"), ("sizes", torch.tensor([19, 9])), ("center", torch.tensor([0, 0])),
    ("level", 0.6), ("risk", 1.0), ("confidence", None), ("seed", 7), ("status", torch.zeros(3, dtype=torch.int8)),
    ("status", torch.full((20 * 7,), 3, dtype=torch.int8)), ("n_asked", -1), ("n_asked", 10 ** 400), ("n_boxes", 2.0),
    ("n_boxes", True), ("n_views", None), ("attempt", 0), ("passed", torch.zeros(2, 2)), ("passed", 5),
    ("value_at_point", "high"), ("obstacles", torch.zeros(2, 3)), ("open_boxes", torch.tensor([-1])),
    ("open_boxes", torch.tensor([10 ** 12])), ("open_boxes", torch.tensor([0])), ("open_boxes", torch.zeros(1, 1)),
    ("new", 1), ("lines", ...)])
def test_states_of_other_searches(key, value, run):
    state, _ = saved(2)
    state[1] = {name: one for name, one in {**state[1], key: value}.items() if one is not ...}
    with pytest.raises(ValueError, match="the search's .*|expected numbers"):
        STATES["largest"](state, run)


@pytest.mark.parametrize("stage, state", [
    ("largest", None), ("largest", []), ("largest", [5]), ("largest", [5, 5]), ("largest", [dict(lines=1)] * 2),
    ("largest", "ab"), ("certify", None), ("certify", dict(naive=5)), ("certify", {1: []}),
    ("certify", dict(naive=[dict(level=1)])), ("certify", dict(naive=["x"])), ("certify", dict(other=[None])),
    ("certify", dict(naive=[None] * 3))])
def test_states_that_no_stage_saves(stage, state, run):
    with pytest.raises(ValueError):
        STATES[stage](state, run)


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
