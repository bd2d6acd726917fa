"""The numbers of the paper's table, and of the comparison of two runs."""
import pickle

import numpy as np
import pytest

from tests.trees import map_of, regions_of
from utils.errors import InputError
from utils.findings.comparison import agreement, overlaps
from utils.findings.rows import Tables, load_tree
from utils.findings.srvr import tables
from utils.regions import ndinterval
from utils.results.contents import MapResult
from utils.results.layout import MAP, OPTIM
from utils.results.tree import Key
from utils.space import SPHERE, Space

PLAIN = Space.of(("azimuth", "elevation"), wrap=False)


def optim_of(*boxes, points=None, method="naive", **known):
    return regions_of([[0] * len(boxes[0][0])] * len(boxes) if points is None else points, {method: boxes}, **known)


@pytest.mark.parametrize("a, b, share", [
    ([0, -10], [360, 90], 1), ([0, -10], [180, 40], 0.25), ([-100, -60], [180, 40], 0.25),
    ([350, 80], [400, 400], 1 / 360),
    ([-20, 0], [-10, 10], 0), ([10, 10], [10, 50], 0), ([20, 10], [10, 50], 0),
    ([np.nan, 0], [10, 10], 0), ([0, 0], [np.inf, 10], 0), ([-np.inf, -np.inf], [np.inf, np.inf], 0)])
def test_share_of_the_domain(a, b, share):
    assert PLAIN.share(ndinterval(a, b)) == pytest.approx(share)


def test_tables_by_hand():
    full, quarter, nothing = ([0, -10], [360, 90]), ([0, -10], [180, 40]), ([50, 20], [50, 20])
    wild, lost = ([-90, -60], [180, 40]), ([np.nan] * 2, [np.inf] * 2)
    maps = {Key("N", "5", "0"): map_of([[0, 0.2], [0.2001, 1]]), Key("N", "5", "1"): map_of([[0.6, 0], [0, 0]]),
            Key("M", "5", "0"): map_of([[0.05]])}
    optims = {Key("N", "5", "0"): optim_of(full, quarter), Key("N", "1", "0"): optim_of(
                  nothing, lost, wild, quarter, points=[[np.nan] * 2] * 4),
              Key("N", "5", "2"): optim_of(([90], [270]), parameters=("azimuth",), method="OIR_W")}
    found = tables(Tables(maps, optims))
    assert list(found["srvr"].frame) == ["network", "objects", "naive", "OIR_W", "largest on map", "maps", ">0.1",
                                         ">0.2", ">0.3", ">0.4", ">0.5"]
    assert found["srvr"].rows() == [
        ["M", 0, None, None, None, 1, 0, 0, 0, 0, 0],
        ["N", 2, pytest.approx(100 * 1.75 / 6), None, 0, 2, 50, 37.5, 25, 25, 25],
        ["N (azimuth)", 1, None, 50, None, 0, None, None, None, None, None]]
    assert [row[:4] for row in found["srvr_per_class"].rows()] == [
        ["M", "cup", 0, None], ["N", "bathtub", 1, 12.5], ["N", "cup", 1, 62.5], ["N (azimuth)", "cup", 1, None]]
    assert sorted(found["srvr_regions"].rows()) == [["N", "naive", 2, 6, 1, 1, 1, 0],
                                                  ["N (azimuth)", "OIR_W", 1, 1, 0, 0, 0, 0]]


def test_largest_boxes_of_a_file_and_of_the_map_are_columns_of_their_own():
    a_map = map_of([[0.5, 0.5, 0.5, 0.4], [0.6, 0.6, 0.4, 0.5]], (90, 90))  # at azimuth 0, 90, .. and elevation -10, 80
    nothing = [np.nan] * 2
    regions = optim_of(([0, -10], [180, 40]), (nothing, nothing), points=[[10, 0], [250, 70]], method="largest")
    found = tables(Tables({Key("N", "5", "0"): a_map}, {Key("N", "5", "0"): regions}))
    row = dict(zip(found["srvr"].frame, found["srvr"].rows()[0]))
    assert row["largest"] == 12.5 and row["largest on map"] == pytest.approx(100 * 90 * 90 / 36000 / 2)
    assert found["srvr_regions"].rows() == [["N", "largest", 1, 2, 0, 0, 0, 1]]


class _Raw(pickle.Unpickler):
    """Python's own way to read a published file, which is trusted with the shared ones only."""

    def find_class(self, module, name):
        return super().find_class(module, name) if module.startswith(("numpy", "_codecs")) else _State


class _State:
    def __init__(self, *_):
        pass

    def __setstate__(self, state):
        self.state = state


def raw_contents(path):
    with open(path, "rb") as file:
        return [_Raw(file).load() for _ in range(4)][3]


def test_the_published_files_numbers_by_the_definition(shared):
    tree = shared / "published/checkpoint"
    shares, above = {}, {}
    for path in tree.rglob(OPTIM):
        raw = raw_contents(path)
        for method in ("naive", "OIR_B", "OIR_W"):
            for region in raw[method]["regions"]:
                (a0, a1), (b0, b1) = region.state["a"], region.state["b"]
                sides = min(b0, 360) - max(a0, 0), min(b1, 90) - max(a1, -10)
                is_box = np.isfinite([a0, a1, b0, b1]).all() and min(sides) > 0
                shares.setdefault((path.parts[-4], method), []).append(sides[0] * sides[1] / 36000 if is_box else 0)
    for path in tree.rglob(MAP):
        z = raw_contents(path)["z"]
        above.setdefault(path.parts[-4], []).append([np.count_nonzero(z > t) / 4080 for t in (0.1, 0.2, 0.3, 0.4, 0.5)])
    table = tables(load_tree(tree))["srvr"]
    assert {row[0] for row in table.rows()} == set(above) and len(above) >= 3
    for row in table.rows():
        found = dict(zip(table.frame, row))
        for method in ("naive", "OIR_B", "OIR_W"):
            assert found[method] == pytest.approx(100 * np.mean(shares[row[0], method]), rel=1e-9)
        np.testing.assert_allclose(row[-5:], 100 * np.mean(above[row[0]], axis=0))


@pytest.mark.parametrize("first, second, expected", [
    (([0, 0], [2, 2]), ([0, 0], [2, 2]), 1), (([0, 0], [2, 2]), ([1, 0], [3, 2]), 1 / 3),
    (([0, 0], [2, 2]), ([2, 0], [3, 2]), 0), (([0, 0], [2, 2]), ([5, 5], [6, 6]), 0),
    (([1, 1], [1, 1]), ([1, 1], [1, 1]), 1), (([1, 1], [1, 1]), ([1, 1], [1, 2]), 0),
    (([2, 2], [0, 0]), ([0, 0], [2, 2]), 0), (([np.nan, 0], [1, 1]), ([np.nan, 0], [1, 1]), np.nan)])
def test_overlap_of_two_boxes(first, second, expected):
    first, second = ndinterval(*first), ndinterval(*second)
    assert PLAIN.overlap(first, second) == pytest.approx(expected, nan_ok=True)
    assert PLAIN.overlap(second, first) == pytest.approx(expected, nan_ok=True)


def test_overlap_of_boxes_that_run_around_the_azimuth():
    first = regions_of([[350, 0]], dict(largest=[([340, 0], [380, 10])]), settings=dict(largest=dict(wrap=True)))
    second = regions_of([[350, 0]], dict(largest=[([0, 0], [20, 10])]), settings=dict(largest=dict(level=0.5)))
    assert overlaps(first, second) == overlaps(second, first) == {"largest": [0.5]}


def test_shares_of_views_on_the_sphere():
    found = {measure: tables(Tables({Key("N", "5", "0"): map_of([[0.6, 0.6], [0.6, 0], [0, 0]], step=(180, 40))}, {},
                                    measure=measure))["srvr"] for measure in ("degrees", SPHERE)}
    weights = np.cos(np.radians([-10, 30, 70]))
    shares = {measure: dict(zip(table.frame, table.rows()[0]))[">0.5"] for measure, table in found.items()}
    assert shares == {"degrees": pytest.approx(50), SPHERE: pytest.approx(100 * weights @ [1, 0.5, 0] / weights.sum())}
    assert "uniform in degrees" in found["degrees"].text() and "uniform on the sphere" in found[SPHERE].text()


def test_agreement_of_maps_at_the_viewpoints_they_share():
    def agreed(*values):
        return dict(zip(("views", "correlation", "largest difference"), values))

    z = np.random.default_rng(0).random((4, 8))
    assert agreement(map_of(z), map_of(z)) == agreed(32, 1, 0)
    views, correlation, difference = agreement(map_of(z), map_of(1 - z)).values()
    assert (views, correlation) == (32, pytest.approx(-1)) and difference == pytest.approx(np.abs(1 - 2 * z).max())
    assert agreement(map_of(z), map_of(z[::2, ::2], step=(180, 40))) == agreed(8, 1, 0)
    holes = np.where(np.arange(8) == 3, np.nan, z)
    assert agreement(map_of(z), map_of(holes)) == agreed(28, 1, 0)
    assert np.isnan(agreement(map_of(z), map_of(np.ones((4, 8))))["correlation"])
    with pytest.raises(InputError, match="no viewpoint in common"):
        agreement(map_of(z), MapResult(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1))))


def test_regions_are_paired_by_their_initial_points():
    one, two = ([0, 0], [2, 2]), ([10, 10], [20, 20])
    first, second = optim_of(one, two, points=[[1, 1], [15, 15]]), optim_of(two, points=[[15, 15]])
    assert overlaps(first, second) == {"naive": [1]}
    with pytest.raises(InputError, match="no initial point in common"):
        overlaps(first, optim_of(one, points=[[9, 9]]))
    with pytest.raises(InputError, match="regions of azimuth,elevation and of azimuth"):
        overlaps(first, optim_of(([0], [1]), parameters=("azimuth",)))
