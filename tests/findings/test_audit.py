"""Which regions hold: against numbers by hand, by brute force and by other code; and what the command makes of it."""
import csv
import re

import numpy as np
import pytest

import report as script
from tests.trees import METHODS, largest_share, map_of, regions_of, write_result
from utils.figures import plots
from utils.findings.audit import LEVELS, curves, tables
from utils.findings.methods import ON_MAP
from utils.findings.on_map import Judged, holding, largest_box, level_of, purity, with_largest
from utils.findings.rows import Tables, load_tree
from utils.regions import ndinterval
from utils.results.contents import MethodResult, RegionsResult
from utils.results.layout import MAP, OPTIM
from utils.results.tree import Key
from utils.space import SPHERE, Space

HALF, NOTHING = 0.5, [np.nan, np.nan]


def rows_of(table):
    """{(network, method): {column: cell}}."""
    return {tuple(row[:2]): dict(zip(list(table.frame)[2:], row[2:])) for row in table.rows()}


def found_of(a_map, result):
    return Tables({KEY: a_map}, {KEY: result}, wrap=False)


KEY = Key("N", "5", "0")
INTERVAL, ROUND, ON_SPHERE = (Space.of(("azimuth", "elevation"), *how) for how in (
    ("degrees", False), ("degrees", True), (SPHERE, True)))
MAP_RESULT = map_of([[0.9, 0.9, 0.1, 0.5], [0.9, 0.7, 0.6, np.nan], [0.1, 0.8, 0.8, 0.2]])


@pytest.mark.parametrize("a, b, level, expected", [
    ([0, -10], [90, 10], HALF, 1), ([0, -10], [180, 10], HALF, 5 / 6), ([-200, -90], [90, 10], HALF, 1),
    ([0, -10], [270, 30], HALF, 8 / 12), ([270, -10], [900, -10], HALF, 1), ([270, 10], [280, 20], HALF, 0),
    ([90, 10], [90, 10], 0.7, 1), ([90, 10], [90, 10], 0.71, 0),
    ([1, -10], [89, 40], HALF, None), ([400, 0], [500, 50], HALF, None), ([50, 20], [40, 10], HALF, None),
    (NOTHING, NOTHING, HALF, None), ([0, 0], [np.inf, 10], HALF, None)])
def test_purity_of_a_closed_region_within_the_domain(a, b, level, expected):
    assert purity(MAP_RESULT, ndinterval(a, b), level, INTERVAL) == (None if expected is None else
                                                                     pytest.approx(expected))


def test_purity_of_a_region_through_azimuth_0_and_on_the_sphere():
    region = ndinterval([270, -10], [450, 30])
    assert purity(MAP_RESULT, region, HALF, ROUND) == pytest.approx(6 / 9)
    assert purity(MAP_RESULT, region, HALF, INTERVAL) == pytest.approx(1 / 3)
    weights = np.cos(np.radians([-10, 10, 30]))
    assert purity(MAP_RESULT, region, HALF, ON_SPHERE) == pytest.approx(weights @ [3, 2, 1] / (3 * weights.sum()))
    top = map_of([[0.9, 0.9], [0.9, 0.1]], step=(180, 100))  # the second row is the pole, a single view
    assert 0.99 < purity(top, ndinterval([0, -10], [180, 90]), HALF, ON_SPHERE) < 1


def test_the_largest_box_starts_at_the_nearest_grid_point():
    assert largest_box(MAP_RESULT, (44, 19), HALF, INTERVAL) == ndinterval([0, -10], [90, 10])
    assert largest_box(MAP_RESULT, (100, 25), HALF) == ndinterval([90, 10], [180, 30])
    assert largest_box(MAP_RESULT, (359, -10), HALF, INTERVAL) == ndinterval([270, -10], [270, -10])
    assert largest_box(MAP_RESULT, (359, -10), HALF) == ndinterval([0, -10], [90, 10])  # 0 is nearer than 270
    assert largest_box(MAP_RESULT, (180, -10), HALF) is None and largest_box(MAP_RESULT, (270, 10), HALF) is None
    assert largest_box(MAP_RESULT, (np.nan, np.nan), HALF) is None


def test_the_largest_box_on_a_map_runs_around_the_azimuth_where_the_map_goes_round():
    z = [[0.9, 0.1, 0.1, 0.9], [0.9, 0.1, 0.1, 0.9], [0.1, 0.1, 0.1, 0.1]]
    assert largest_box(map_of(z), (0, 0), HALF) == ndinterval([270, -10], [360, 10])
    assert largest_box(map_of(z), (0, 0), HALF, INTERVAL) == ndinterval([0, -10], [0, 10])
    part = map_of(z, step=(40, 20))  # ends at 120
    assert largest_box(part, (0, 0), HALF) == ndinterval([0, -10], [0, 10])
    assert largest_box(map_of(np.ones((2, 4))), (100, 0), HALF) == ndinterval([0, -10], [360, 10])
    assert largest_box(map_of(np.ones((2, 4))), (100, 0), HALF, INTERVAL) == ndinterval([0, -10], [270, 10])


@pytest.mark.parametrize("wrap", [True, False])
def test_a_stored_largest_box_is_read_as_it_was_made(wrap):
    box = ([270, -10], [450, 10])
    result = regions_of([[350, 0]], dict(largest=[box], naive=[box]), settings=dict(largest=dict(wrap=True) if wrap
                                                                                   else dict(level=0.5)))
    found = found_of(map_of([[0.9, 0.9, 0.1, 0.9]] * 2), result).regions.set_index("method")
    assert found["share"]["naive"] == 90 * 20 / 36000 and found["purity"]["naive"] == 1
    assert found["share"]["largest"] == (180 if wrap else 90) * 20 / 36000 and found["purity"]["largest"] == 1


def test_shares_on_the_sphere_by_hand():
    def area(a, b):
        return (np.sin(np.radians(b[1])) - np.sin(np.radians(a[1]))) * (b[0] - a[0]) / 360 / (
            1 + np.sin(np.radians(10)))

    box = ([0, -10], [90, 10])
    for measure, expected in ((SPHERE, area(*box)), ("degrees", 0.05)):
        found = Tables({KEY: MAP_RESULT}, {KEY: regions_of([[10, 0]], dict(naive=[box]))}, measure=measure, wrap=False)
        row = rows_of(tables(found, HALF)["audit"])["N", "naive"]
        assert row["SRVR"] == pytest.approx(100 * expected) and row["IoU with largest"] == 100
        exact = curves(found, [HALF])["N"]
        assert exact.srvr == pytest.approx([100 * expected]) and exact.methods["naive"] == pytest.approx(100 * expected)


def test_the_table_by_hand():
    good, wide, void, tiny = ([0, -10], [90, 10]), ([-50, -20], [180, 10]), (NOTHING, NOTHING), ([1, 1], [2, 2])
    result = regions_of([[10, 0], [180, -10]], dict(OIR_W=[good, wide], naive=[void, tiny], largest=[good, void]))
    found = rows_of(tables(found_of(MAP_RESULT, result), HALF)["audit"])
    assert list(found) == [("N", "naive"), ("N", "OIR_W"), ("N", "largest"), ("N", ON_MAP)]
    wide_share, good_share = 180 * 20 / 36000, 90 * 20 / 36000
    assert found["N", "OIR_W"] == {
        "objects": 1, "regions": 2, "starts confident": 50, "SRVR": pytest.approx(50 * (wide_share + good_share)),
        "purity": pytest.approx(50 * (1 + 5 / 6)),
        "purity by volume": pytest.approx(100 * (good_share + 5 / 6 * wide_share) / (good_share + wide_share)),
        "hold": 1, "judged": 2, "IoU with largest": 100}  # of the confident start
    assert list(found["N", "naive"].values()) == [1, 2, 50, pytest.approx(50 / 36000), None, None, 0, 0, None]
    assert list(found["N", "largest"].values()) == [1, 2, 50, pytest.approx(50 * good_share), 100, 100, 1, 1, 100]
    assert found["N", ON_MAP] == found["N", "largest"]
    strict = rows_of(tables(found_of(MAP_RESULT, result), 0.95)["audit"])
    assert strict["N", ON_MAP]["SRVR"] == strict["N", "OIR_W"]["hold"] == strict["N", "OIR_W"]["purity"] == 0


def test_an_initial_point_that_no_file_states():
    result = regions_of([[np.nan] * 2], dict(naive=[([0, -10], [90, 10])]))
    found = found_of(MAP_RESULT, result)
    row, = tables(found, HALF)["audit"].rows()
    assert row == ["N", "naive", 1, 1, None, 5, 100, 100, 1, 1, None] and curves(found) == {}


@pytest.mark.parametrize("level, wrap", [(0.2, True), (0.2, False), (HALF, True)])
def test_the_exact_srvr_of_the_published_pairs_by_brute_force(shared, level, wrap):
    both = load_tree(shared / "published/checkpoint")
    both = Tables(both.maps, both.regions_results, wrap=wrap)
    assert len(both.pairs) + len(both.unpaired) == 8 and len(both.pairs) > 6
    shares = {}
    for key in both.pairs:
        a_map = both.maps[key]
        shares.setdefault(key.network, []).extend(largest_share(a_map.xx, a_map.yy, a_map.z >= level, point,
                                                                wrap)
                                                  for point in both.regions_results[key].initial_points)
    found = rows_of(tables(both, level)["audit"])
    assert any(any(of_network) for of_network in shares.values())
    for network, of_network in shares.items():
        assert found[network, ON_MAP]["SRVR"] == pytest.approx(100 * np.mean(of_network), abs=1e-12)
        assert curves(both, [level])[network].srvr == pytest.approx([100 * np.mean(of_network)], abs=1e-12)


def test_the_iou_by_counting_points():
    box, best = ndinterval([-40, 3], [33, 60]), ([0, -10], [90, 10])
    result = regions_of([[10, 0]], dict(naive=[(box.a, box.b)]))
    x, y = np.meshgrid(np.arange(0.05, 360, 0.1), np.arange(-9.95, 90, 0.1))
    first, second = ((x > a[0]) & (x < b[0]) & (y > a[1]) & (y < b[1]) for a, b in ((box.a, box.b), best))
    found = rows_of(tables(found_of(MAP_RESULT, result), HALF)["audit"])["N", "naive"]
    assert found["IoU with largest"] == pytest.approx(100 * (first & second).sum() / (first | second).sum(), rel=1e-3)


def test_the_curve_and_its_bootstrap():
    lesser = map_of([[0.3, 0.3], [0.3, 0.3]])
    maps = [MAP_RESULT, lesser, MAP_RESULT]
    points = [[[10, 0]], [[0, 0]], [[10, 0], [180, -10]]]  # the mean is over points, not over objects
    box = [([0, -10], [36, 90])]
    keys = [Key("N", "5", str(k)) for k in range(3)]
    tables = Tables(dict(zip(keys, maps)), {key: regions_of(starts, dict(naive=box * len(starts)))
                                            for key, starts in zip(keys, points)}, wrap=False)
    found = curves(tables, [0.2, 0.5, 0.95], by="network")["N"]
    share = 90 * 20 / 360
    np.testing.assert_allclose(found.srvr, [3 * share / 4, 2 * share / 4, 0])
    assert found.n_objects == 3 and found.methods == {"naive": pytest.approx(10)}

    random, sums, counts = np.random.default_rng(7), np.array([share, 0, share]), np.array([1, 1, 2])
    drawn = random.integers(3, size=(20000, 3))
    expected = np.percentile(sums[drawn].sum(1) / counts[drawn].sum(1), [2.5, 97.5])
    assert (found.low[1], found.high[1]) == pytest.approx(tuple(expected))
    assert (found.low <= found.srvr).all() and (found.srvr <= found.high).all()
    assert found.low[2] == found.high[2] == 0
    np.testing.assert_array_equal(curves(tables, [0.2, 0.5, 0.95], by="network")["N"].low, found.low)  # the same again
    assert LEVELS[0] == 0.05 and LEVELS[-1] == 0.95 and len(LEVELS) == 19


@pytest.mark.parametrize("known, of_map, words", [
    (dict(), dict(), None), (dict(score="logit"), dict(), "regions of the logit"),
    (dict(parameters=("azimuth",)), dict(), "regions of azimuth;"),
    (dict(settings=dict(fixed=dict(red=0.5))), dict(settings=dict(fixed=dict(red=0.5))), "red=0.5"),
    (dict(settings=dict(weights="abc")), dict(settings=dict(weights="abd")), "weights"),
    (dict(shape_id="one"), dict(shape_id="other"), "shape"),
    (dict(), dict(settings=dict(fixed=dict(red=0.5))), "fixed values")])
def test_maps_and_regions_that_are_not_of_one_function_are_no_pair(known, of_map, words):
    n = len(known.get("parameters", "xy"))
    found = found_of(map_of(MAP_RESULT.z, **of_map), regions_of([[0] * n], dict(naive=[([0] * n, [10] * n)]), **known))
    assert (found.pairs, [*found.unpaired]) == (([KEY], []) if words is None else ([], [KEY]))
    assert words is None or words in found.unpaired[KEY]


def test_a_certificate_decides_before_the_map():
    boxes = [ndinterval([0, -10], [90, 10]), ndinterval([0, -10], [180, 10]), ndinterval([1, 1], [2, 2])]
    certificates = [dict(level=0.5, worst=0.4), dict(level=0.5, worst=0.5), None]
    result = RegionsResult(np.zeros((3, 2)), {"OIR_W": MethodResult(boxes, certificates=certificates),
                                              "naive": MethodResult(boxes)})
    assert holding(result, MAP_RESULT) == {"OIR_W": [False, True, None], "naive": [True, False, None]}
    assert holding(result, None) == {"OIR_W": [False, True, None], "naive": [None] * 3}
    assert level_of(result) == 0.5
    strict = RegionsResult(np.zeros((2, 2)), {"largest": MethodResult(boxes[:2], promises=[None, dict(level=0.8)])})
    assert level_of(strict) == 0.8 and holding(strict, MAP_RESULT) == {"largest": [False, False]}
    points, naive = np.array([[0, 10], [180, -10]]), dict(naive=boxes[:1])
    nowhere = ndinterval([np.nan] * 2, [np.nan] * 2)
    assert with_largest(naive, points, MAP_RESULT, 0.8) == naive | {ON_MAP: [ndinterval([0, -10], [0, 10]), nowhere]}
    assert with_largest(dict(largest=boxes), points, MAP_RESULT, 0.8) == dict(largest=boxes)
    assert with_largest(naive, points, None, 0.8) == naive
    other = map_of(MAP_RESULT.z, score="logit")
    assert holding(result, other) == holding(result, None)


def test_figures_mark_the_regions_that_do_not_hold():
    good, wide, void = ndinterval([0, -10], [90, 10]), ndinterval([0, -10], [400, 10]), ndinterval(NOTHING, NOTHING)
    points = np.array([[10.0, 0.0], [180.0, -10.0], [0.0, 0.0]])

    def drawn(*args, **options):
        figure = plots.plot_regions(dict(naive=[good, wide, void]), points, *args, "title", **options)
        axes = figure.axes[0]
        corners = [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "o"]
        names = [text.get_text() for text in figure.legends[0].get_texts()]
        return [patch.get_linewidth() for patch in axes.patches], corners, names

    widths, corners, names = drawn(MAP_RESULT)
    assert widths[0] == 2 > widths[1] and corners == [[[360, 10]]] and len(widths) == 4  # and two largest boxes
    assert names == ["naive", ON_MAP, "does not hold", "initial points"]
    widths, corners, names = drawn(None)
    assert widths == [2, 2] and corners == [] and names == ["naive", "initial points"]
    _, corners, _ = drawn(MAP_RESULT, judged=Judged(holds=dict(naive=[False, True, None])))
    assert corners == [[[90, 10]]]


@pytest.fixture
def audit(run_script, tmp_path):
    def run(tree, *words):
        return run_script(script, "audit", "--checkpoint_dir", tree, "--results_dir", tmp_path / "results", *words)
    return run


def test_the_command_writes_tables_and_a_figure(audit, tmp_path):
    for seed, name in enumerate(("AlexNet/5/0", "AlexNet/5/1", "ResNet50/5/0")):
        write_result(tmp_path / "tree" / name, 5, int(name[-1]), seed, largest=name.startswith("R"))
    write_result(tmp_path / "tree/AlexNet/1/0", 1, 0)
    (tmp_path / "tree/AlexNet/1/0" / OPTIM).unlink()
    code, out, err = audit(tmp_path / "tree", "--level", 0.3)
    assert code == 0 and err.replace("\r", "").strip() == ""
    assert f"with {MAP} and no {OPTIM}: 1 (AlexNet bathtub 0)" in out and "Regions at level 0.3" in out
    results = tmp_path / "results"
    assert sorted(path.name for path in results.iterdir()) == ["audit.csv", "audit.md", "audit.pdf", "audit.png",
                                                               "audit_per_class.csv"]
    assert (results / "audit.pdf").read_bytes()[:4] == b"%PDF" and (results / "audit.png").read_bytes()[1:4] == b"PNG"
    names = [(row["network"], row["method"], row["regions"]) for row in csv.DictReader(open(results / "audit.csv"))]
    assert names == [("AlexNet", name, "2") for name in (*METHODS, ON_MAP)] + [
        ("ResNet50", name, "2") for name in (*METHODS, "largest", ON_MAP)]
    assert re.search(r"\| ResNet50 +\| cup +\| largest on map +\| +1 \| +2 \|", (results / "audit.md").read_text())


def test_pairs_of_another_kind_are_left_out_by_name(audit, tmp_path):
    write_result(tmp_path / "tree/AlexNet/5/0")
    write_result(tmp_path / "tree/AlexNet/5/1", object_nb=1, parameters=("azimuth",))
    code, out, err = audit(tmp_path / "tree")
    assert code == 1 and "report.py: left out: AlexNet cup 1: has regions of azimuth; expected azimuth,elevation" in err
    assert re.search(r"AlexNet +cup +naive", out)
    code, out, err = audit(tmp_path / "tree", "-j", 1)
    assert code == 2 and "no object to audit" in err.strip().splitlines()[-1]
