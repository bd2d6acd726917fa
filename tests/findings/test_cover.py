"""Covers of maps: the boxes in degrees, the table by hand, and what the command makes of it."""
import csv

import numpy as np
import pytest
from matplotlib.patches import Rectangle

import report as script
from tests.trees import map_of, write_result
from utils.errors import InputError
from utils.figures import cover as figures
from utils.findings.cover import IN_TABLE, N_BOXES, PURITIES, Cover, covers
from utils.findings.rows import Tables
from utils.parameters import AZIMUTH_AND_ELEVATION
from utils.regions import ndinterval
from utils.results.left_out import LeftOut
from utils.results.tree import Key
from utils.space import SPHERE, Space

AROUND = map_of([[0.9, 0.1, 0.1, 0.8], [0.5, 0.1, 0.1, 0.9], [0.1, 0.6, 0.1, 0.1]])  # azimuth 270 and 0, and one more


def test_boxes_in_degrees_go_through_azimuth_0():
    found = Cover.of(AROUND, 0.5, 1.0)
    assert found.boxes == [ndinterval([270, -10], [360, 10]), ndinterval([90, 30], [90, 30])]
    np.testing.assert_allclose(found.covered, [0.8] + [1] * (N_BOXES - 1))
    z = np.full((3, 4), 0.9)
    assert Cover.of(map_of(z), 0.5, 1.0).boxes == [ndinterval([0, -10], [360, 30])]
    z[:, 1] = 0.2
    assert Cover.of(map_of(z), 0.5, 1.0).boxes == [ndinterval([180, -10], [360, 30])]
    z[:, 1:3] = (0.9, 0.2)
    assert Cover.of(map_of(z), 0.5, 1.0).boxes == [ndinterval([270, -10], [450, 30])]


def test_boxes_that_end_at_azimuth_0_and_views_by_solid_angle():
    found = Cover.of(AROUND, 0.5, 1.0, Space.of(AZIMUTH_AND_ELEVATION, wrap=False))
    assert found.boxes == [ndinterval([0, -10], [0, 10]), ndinterval([270, -10], [270, 10]),
                           ndinterval([90, 30], [90, 30])]
    np.testing.assert_allclose(found.covered[:3], [0.4, 0.8, 1])
    found = Cover.of(AROUND, 0.5, 1.0, Space.of(AZIMUTH_AND_ELEVATION, SPHERE))
    low, high = 4 * np.cos(np.radians(10)), np.cos(np.radians(30))
    np.testing.assert_allclose(found.covered[:2], [low / (low + high), 1])
    half = map_of([[0.9, 0.1, 0.9], [0.9, 0.9, 0.1]], step=(60, 20))  # a map that does not go round
    assert Cover.of(half, 0.5, 1.0).boxes[0] == ndinterval([0, -10], [0, 10])


def test_the_table_by_hand(capsys):
    good, none, other = Key("N", "5", "0"), Key("N", "5", "1"), Key("N", "5", "2")
    whole = map_of(np.ones((3, 4)))
    found = covers(Tables({good: AROUND, none: map_of(np.zeros((3, 4))), other: whole}, {}), 0.5, LeftOut("test"))
    table = found.tables()["cover"].frame
    assert table["objects"].tolist() == [2, 2] and table["of maps"].tolist() == [3, 3]
    assert table["purity"].tolist() == ["100%", "95%"]
    for purity in range(len(PURITIES)):
        first, *others = (table[f"{k} box{'' if k == 1 else 'es'}"][purity] for k in IN_TABLE)
        assert first.value == pytest.approx(90) and first.low >= 80 and first.high <= 100 + 1e-9
        assert all(cell.value == pytest.approx(100) for cell in others)
    assert table["half takes"].tolist() == ["1", "1"] and table["best 8 at most"].tolist() == pytest.approx([100, 100])
    curve = found.curves()[1.0]["N"]
    assert curve.covered.tolist() == pytest.approx([90] + [100] * (N_BOXES - 1)) and curve.n_objects == 2
    assert len(found.boxes()) == 2 * 3 and found.boxes()["azimuth to"].max() == 360

    strange = map_of(np.ones((3, 4)), score="logit")
    covers(Tables({good: AROUND, other: strange}, {}), 0.5, LeftOut("test"))
    assert "N cup 2: has a map of the logit over azimuth,elevation; expected the confidence" in capsys.readouterr().err
    with pytest.raises(InputError, match="no map has at least 2 % of its views at `level` 0.95 or above"):
        covers(Tables({good: AROUND}, {}), 0.95, LeftOut("test"))


def test_a_box_through_azimuth_0_is_drawn_on_both_sides():
    axes = figures.new_figure("").subplots()
    figures._draw_boxes(axes, Cover.of(AROUND, 0.5, 1.0), AROUND)
    drawn = sorted((patch.get_x(), patch.get_width()) for patch in axes.patches if isinstance(patch, Rectangle))
    assert drawn == [(-135, 180), (45, 90), (225, 180)]


def test_the_command_its_table_its_boxes_and_its_figures(run_script, whole_tree, tmp_path):
    def report(*words):
        return run_script(script, "cover", "--checkpoint_dir", whole_tree, "--results_dir", tmp_path / "r", *words)

    code, out, _ = report("--level", 0.4)
    assert code == 0 and "Boxes that cover the views with confidence of at least 0.4" in out
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == [
        "cover.csv", "cover.md", "cover.pdf", "cover.png", "cover_boxes.csv", "cover_per_class.csv"]
    rows = list(csv.DictReader(open(tmp_path / "r/cover.csv")))
    assert [(row["network"], row["objects"], row["purity"]) for row in rows] == [
        (network, "3", purity) for network in ("AlexNet", "ResNet50") for purity in ("100%", "95%")]
    assert all(0 < float(row["1 box low"]) <= float(row["1 box"]) <= float(row["16 boxes"]) <= 100 for row in rows)
    boxes = list(csv.DictReader(open(tmp_path / "r/cover_boxes.csv")))
    assert {row["object"] for row in boxes} == {"0", "1"} and {row["purity"] for row in boxes} == {"100.0", "95.0"}
    code, out, _ = report("--level", 0.4, "-n", "resnet", "-s", "cup", "-j", 1, "--measure", "sphere", "--no_wrap")
    assert code == 0 and "views uniform on the sphere" in out and "Boxes end at azimuth 0." in out
    assert max(float(row["azimuth to"]) for row in csv.DictReader(open(tmp_path / "r/cover_boxes.csv"))) < 360
    assert (tmp_path / "r/2d/ResNet50_cup_1_cover.png").read_bytes()[:4] == b"\x89PNG"


def test_a_level_that_no_map_reaches_is_refused_in_one_line(run_script, tmp_path):
    write_result(tmp_path / "ck/N/5/0")
    code, _, err = run_script(script, "cover", "--checkpoint_dir", tmp_path / "ck", "--results_dir", tmp_path / "r",
                              "--level", 0.999)
    assert code == 2 and err.strip().endswith("no map has at least 2 % of its views at --level 0.999 or above; give a "
                                              "lower one")
