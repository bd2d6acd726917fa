"""The leaderboard's numbers, by other code from the files' own arrays."""
import csv
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import report as script
from tests.trees import METHODS, largest_share, write_result
from utils.findings.intervals import bootstrap, difference, estimate
from utils.findings.leaderboard import Leaderboard, over
from utils.findings.on_map import most_wrong
from utils.findings.tables import Table
from utils.results.layout import MAP, OPTIM
from utils.results.reading import read_map
from utils.space import DEGREES, SPHERE

LEVEL = 0.45


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Three networks, seven objects that all have, and more that some have."""
    folder = tmp_path_factory.mktemp("leaderboard")
    for n, network in enumerate(("AlexNet", "ResNet50", "VGG")):
        for j in range(7 + n):
            write_result(folder / network / "5" / str(j), 5, j, seed=3 * j + n, iterations=40, answers=True)
    return folder


@pytest.fixture
def run(run_script, tmp_path):
    def run(folder, *words):
        result = run_script(script, "leaderboard", "--checkpoint_dir", folder, "--results_dir", tmp_path, "--level",
                            LEVEL, *words)
        return (*result, {row["network"]: row for row in csv.DictReader(open(tmp_path / "leaderboard.csv"))}
                if result[0] != 2 else None)
    return run


def sides_inside(box):
    """The share of the domain of what is in it of a box; 0 if a bound is not finite."""
    sides = [max(0, min(b, top) - max(a, bottom)) for a, b, bottom, top in zip(box.a, box.b, (0, -10), (360, 90))]
    return np.prod(sides) / 36000 if np.isfinite([*box.a, *box.b]).all() else 0


def by_hand(folder, network):
    """{metric: [7] percent} of a network."""
    found = {}
    for j in range(7):
        a_map, regions = (torch.load(folder / network / "5" / str(j) / name) for name in (MAP, OPTIM))
        x, y, z = (a_map[name].double().numpy() for name in ("xx", "yy", "z"))
        numbers = {"views right": (a_map["top1"] == 3).float().mean().item(), "mean confidence": z.mean(),
                   f"views >={LEVEL}": (z >= LEVEL).mean(), "exact SRVR": np.mean(
                       [largest_share(x, y, z >= LEVEL, point, wrap=True) for point in regions["initial_point"]])}
        for method in METHODS:
            inside = [(x >= box.a[0]) & (x <= box.b[0]) & (y >= box.a[1]) & (y <= box.b[1])
                      for box in regions[method]["regions"]]
            numbers[f"SRVR {method}"] = np.mean([sides_inside(box) for box in regions[method]["regions"]])
            shares = [(z[cells] >= LEVEL).mean() for cells in inside if cells.any()]
            numbers[f"purity {method}"] = np.mean(shares) if shares else np.nan
        for name, value in numbers.items():
            found.setdefault(name, []).append(100 * value)
    return {name: np.array(values) for name, values in found.items()}


def test_every_number_by_other_code(tree, run, tmp_path):
    code, out, err, rows = run(tree)
    assert code == 0, err
    expected = {network: by_hand(tree, network) for network in ("AlexNet", "ResNet50", "VGG")}
    right = {network: found["views right"].mean() for network, found in expected.items()}
    assert list(rows) == sorted(right, key=right.get, reverse=True)
    random = np.random.default_rng(5)
    for network, found in expected.items():
        assert rows[network]["objects"] == "7"
        for name, values in found.items():
            values = values[np.isfinite(values)]
            assert float(rows[network][name]) == pytest.approx(values.mean(), rel=1e-6), (network, name)
            means = values[random.integers(len(values), size=(4000, len(values)))].mean(1)
            low, high = np.percentile(means, (2.5, 97.5))
            width = high - low + 1e-9
            assert abs(float(rows[network][f"{name} low"]) - low) < 0.15 * width, (network, name)
            assert abs(float(rows[network][f"{name} high"]) - high) < 0.15 * width, (network, name)
    assert "without map.pt of AlexNet: cup 7, 8; python sweep.py" in out
    assert "Over 7 objects of which all have a map, in the order of views right." in out

    lines = list(csv.DictReader(open(tmp_path / "leaderboard_neighbours.csv")))
    signs = np.array(list(itertools.product((-1, 1), repeat=7)))
    for line in (line for line in lines if line["metric"] in ("mean confidence", "exact SRVR", "SRVR OIR_B")):
        apart = expected[line["network"]][line["metric"]] - expected[line["next"]][line["metric"]]
        assert float(line["difference"]) == pytest.approx(apart.mean(), rel=1e-6) and apart.mean() >= 0
        p = np.mean(abs((signs * apart).mean(1)) >= abs(apart.mean()) - 1e-12)
        assert float(line["p"]) == pytest.approx(p, abs=1e-9)
        assert line["more than chance"] == ("yes" if p < 0.05 else "no")
    for line in lines:  # 2 / 2 ** 5 is above 0.05
        assert (line["more than chance"] == "cannot tell") == (int(line["objects"]) < 6)
    assert "Fewer than 6 objects cannot tell." in out
    for suffix, start in ((".pdf", b"%PDF"), (".png", b"\x89PNG")):
        assert (tmp_path / f"leaderboard{suffix}").read_bytes()[:4] == start


def test_results_of_another_kind_are_left_out_by_name(tree, run, tmp_path):
    write_result(tmp_path / "t/AlexNet/5/0", 5, 0)
    write_result(tmp_path / "t/AlexNet/5/1", 5, 1, iterations=40)
    write_result(tmp_path / "t/AlexNet/5/2", 5, 2, step=20, answers=True)
    write_result(tmp_path / "t/VGG/5/1", 5, 1, seed=4, parameters=("azimuth",))
    code, out, err, rows = run(tmp_path / "t")
    assert code == 1
    assert "left out: AlexNet cup 2: is of another kind (grid step 20) than most (stand-ins, grid step 15)" in err
    assert "left out: VGG cup 1: is of another kind (azimuth)" in err
    assert {network: row["objects"] for network, row in rows.items()} == {"AlexNet": "1", "VGG": "1"}
    assert "views right" not in rows["AlexNet"]  # no map has the answers
    assert rows["VGG"]["exact SRVR"] and not rows["VGG"]["purity OIR_W"]
    assert any(f"purity OIR_W is over {there} objects." in out
               for there in ("1 (AlexNet), 0 (VGG)", "0 (VGG), 1 (AlexNet)"))


def test_maps_from_a_part_of_the_views_count_with_their_error(tree, run, tmp_path):
    """VGG's maps are: at most 5 % of a map's views are on the wrong side of 0.5."""
    for j in range(7):
        for network, seed in (("AlexNet", 0), ("VGG", 2)):
            write_result(tmp_path / f"t/{network}/5/{j}", 5, j, seed=3 * j + seed, answers=network != "VGG",
                         part=network == "VGG")
            (tmp_path / f"t/{network}/5/{j}" / OPTIM).unlink()
    code, out, err, rows = run(tmp_path / "t", "--level", 0.5)
    assert code == 0, err
    assert "in the order of views >=0.5." in out
    assert "7 of 14 maps are from a part of the views: they count in views >=0.5 alone" in out
    assert not rows["VGG"]["mean confidence"] and not rows["VGG"]["exact SRVR"] and rows["AlexNet"]["exact SRVR"]
    shares = {network: np.array([100 * (torch.load(tmp_path / f"t/{network}/5/{j}" / MAP)["z"] >= 0.5).double().mean()
                                 for j in range(7)]) for network in rows}
    for network, error in (("AlexNet", 0), ("VGG", 5)):
        value, low, high = estimate(shares[network])
        stated = [float(rows[network][f"views >=0.5{end}"]) for end in ("", " low", " high")]
        assert stated == pytest.approx([value, low - error, high + error])
    line, = (line for line in csv.DictReader(open(tmp_path / "leaderboard_neighbours.csv"))
             if line["metric"] == "views >=0.5")
    first, second = (shares[line[name]] for name in ("network", "next"))
    by, p = difference(first, second)
    assert float(line["difference low"]) == pytest.approx(by.low - 5)
    assert float(line["p"]) == 1 if (first - second).mean() <= 5 else float(line["p"]) > p

    code, _, err, rows = run(tmp_path / "t")
    assert code == 1 and list(rows) == ["AlexNet"]
    assert "VGG cup 0: has a map from 140 of 168 views; 2.0 % on the wrong side of 0.5 (1.0 to 5.0); at --level 0.45" \
        in err


def test_a_difference_beyond_the_error_is_more_than_chance():
    values = pd.DataFrame({(over(0.5), "A"): [60.0, 61, 62, 63, 64, 65], (over(0.5), "B"): [40.0] * 6})
    values.columns.names = ["metric", "network"]
    for error, answer in ((5.0, "yes"), (30.0, "no")):
        errors = pd.DataFrame(dict(A=[error] * 6, B=[0.0] * 6))
        board = Leaderboard(values, errors, ["A", "B"], {}, 0.5, DEGREES, ())
        row, = board.tables()["leaderboard_neighbours"].frame.itertuples()
        high = difference(*values.T.to_numpy())[0].high + error
        assert row[-1] == answer and row.difference.high == pytest.approx(high)


def test_on_the_sphere_the_wrong_views_may_be_those_that_count_most(tmp_path):
    write_result(tmp_path / "VGG/5/0", part=True)
    part = read_map(tmp_path / "VGG/5/0" / MAP)
    weights = np.cos(np.radians(part.yy)).ravel()
    of_equal = most_wrong(part, DEGREES)
    assert of_equal == 0.05 and most_wrong(replace(part, error=None), SPHERE) == 0
    worst = np.sort(weights)[-round(of_equal * weights.size):].sum() / weights.sum()
    assert of_equal < worst <= most_wrong(part, SPHERE) < 1.5 * worst


def test_no_object_in_common(run, tmp_path):
    write_result(tmp_path / "t/AlexNet/5/0", 5, 0)
    write_result(tmp_path / "t/VGG/5/1", 5, 1)
    code, _, err, _ = run(tmp_path / "t")
    assert code == 2 and "there is no object that all of AlexNet, VGG have a map of" in err


def test_intervals_and_chance():
    assert estimate(np.array([0.3])) == (0.3, None, None)
    low, high = bootstrap(np.array([[2.0, 2.0], [0.0, 4.0]]), np.array([1, 1]))
    assert (low[0], high[0]) == (2, 2) and (low[1], high[1]) == (0, 4)
    by, p = difference(np.arange(1.0, 6), np.zeros(5))
    assert by.value == 3 and by.low > 0 and p == pytest.approx(2 / 32)  # five objects cannot tell, whatever they say
    assert difference(np.arange(1.0, 7), np.zeros(6))[1] == pytest.approx(2 / 64)
    assert difference(np.ones(3), np.ones(3))[1] == 1


def test_an_estimate_in_a_table():
    estimates = [estimate(np.array([1.0, 1.0])), estimate(np.array([2.0])), None]
    table = Table("t", pd.DataFrame(dict(a=["x", "y", "z"], b=pd.Series(estimates, dtype=object))))
    assert table.csv() == "a,b,b low,b high\nx,1.0,1.0,1.0\ny,2.0,,\nz,,,\n"
    assert "x    1.00 [1.00, 1.00]" in table.text() and "| y   |              2.00 |" in table.markdown()
