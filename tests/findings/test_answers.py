"""What networks say instead: counts by other code, and the figures' parts."""
import csv
from dataclasses import replace

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

import report as script
from tests.trees import write_result
from utils.figures import answers as figures
from utils.figures import group
from utils.figures.style import REST, RIGHT
from utils.findings.answers import Answers
from utils.results.contents import MapResult
from utils.results.layout import MAP
from utils.results.left_out import LeftOut
from utils.results.metadata import Metadata
from utils.results.tree import Key


def map_of(top1, label, names=None):
    top1 = np.array(top1, dtype=np.int16)
    xx, yy = np.meshgrid(90 * np.arange(top1.shape[1]), 20 * np.arange(top1.shape[0]) - 10)
    return MapResult(xx, yy, np.full(top1.shape, 0.1), Metadata(label=label, class_nb=5), top1,
                     np.linspace(0, 1, top1.size).reshape(top1.shape).astype(np.float32), names)


def test_the_answers_of_a_map():
    found = Answers.of(map_of([[7, 7, 2], [968, 7, 2]], 968, {7: "bowl"}))
    assert found.wrong == [7, 2] and found.share(7) == 0.5 and found.share(968) == pytest.approx(1 / 6)
    assert (found.name(7), found.name(2), found.name(968)) == ("bowl", "class 2", "cup")
    assert found.cells() == [pytest.approx(100 / 6), "bowl", 50, "class 2", pytest.approx(100 / 3), None, None]
    both = Answers.of(map_of([[7, 7]], 968), map_of([[2, 2, 2, 968]], 968))
    assert both.wrong == [2, 7] and both.cells()[:3] == [pytest.approx(100 / 6), "class 2", 50]
    assert Answers.of(map_of([[7]], None)).cells()[0] is None  # no file says what is right


@pytest.fixture
def answers(run_script, tmp_path):
    def run(*words):
        return run_script(script, "answers", "--checkpoint_dir", tmp_path / "t", "--results_dir", tmp_path / "results",
                          *words)
    return run


def test_tables_and_figures_of_a_tree(answers, monkeypatch, tmp_path):
    for j in range(2):
        write_result(tmp_path / "t/AlexNet/5" / str(j), 5, j, seed=j, answers=True)
    write_result(tmp_path / "t/AlexNet/1/0", 1, 0)
    write_result(tmp_path / "t/VGG/5/0", 5, 0, seed=4, answers=True)
    path = tmp_path / "t/VGG/5/0" / MAP
    torch.save({**torch.load(path), "shape_id": "elsewhere"}, path)
    drawn = {}
    for name in ("plot_answers", "plot_examples"):
        real = getattr(figures, name)
        monkeypatch.setattr(figures, name, lambda *values, real=real: drawn.setdefault(values[-1], (values, real(
            *values)))[1])
    code, out, err = answers("--data_dir", tmp_path)
    assert code == 1 and err.count("VGG cup 0 was made from elsewhere, at hand is stand-in-cup-0") == 1
    assert "without first answers: 1 map (AlexNet bathtub 0); map.py --override makes them again" in out

    rows = {(row["network"], row["class"], row["object"]): row for row in csv.DictReader(open(
        tmp_path / "results/answers.csv"))}
    for j in range(2):
        stored = torch.load(tmp_path / "t/AlexNet/5" / str(j) / MAP)
        row, top1, z = rows["AlexNet", "cup", str(j)], stored["top1"].numpy(), stored["z"].numpy()
        assert float(row["right"]) == pytest.approx(100 * np.mean(top1 == 3))
        counts = {name: 100 * np.mean(top1 == k) for k, name in ((4, "bowl"), (5, "hat | cap"))}
        first, second = sorted(counts, key=counts.get, reverse=True)
        assert (row["wrong answer 1"], row["wrong answer 2"], row["wrong answer 3"]) == (first, second, "")
        assert float(row["% 1"]) == pytest.approx(counts[first])
        at = np.unravel_index(z.argmin(), z.shape)
        assert float(row["lowest confidence"]) == pytest.approx(z.min())
        assert row["at"] == f"{stored['xx'][at]}, {stored['yy'][at]}"
    assert rows["AlexNet", "bathtub", "0"]["right"] == "" and rows["AlexNet", "bathtub", "0"]["lowest confidence"]
    assert "| hat \\| cap " in (tmp_path / "results/answers.md").read_text()

    names = {path.name for path in (tmp_path / "results/2d").iterdir()}
    drawings = ("AlexNet_cup_0", "AlexNet_cup_1", "AlexNet_cup", "VGG_cup_0", "VGG_cup")
    assert names == {f"{name}_answers{suffix}" for name in drawings for suffix in (".pdf", ".png")}
    (a_map, shown, right_first, _), figure = drawn["AlexNet: first answers to cup 0"]
    assert right_first and shown[0].answer == 3 and a_map.top1.shape == a_map.z.shape
    for one in shown:
        assert one.picture.shape == (224, 224) and one.picture.max() > 100
    labels = [text.get_text() for part in figure.subfigs for legend in part.legends for text in legend.get_texts()]
    assert labels[0] == f"cup {shown[0].share:.0%} (right)" and len(labels) == 3
    (shown, _), _ = drawn["VGG: wrong answers to cup (1 object)"]
    assert all(one.picture is None for one in shown)  # the mesh is not at hand
    (shown, _), _ = drawn["AlexNet: wrong answers to cup (2 objects)"]
    assert {one.answer for one in shown} == {4, 5}
    assert {one.where.split("\n")[1][:11] for one in shown} <= {"at object\xa00", "at object\xa01"}
    assert {one.where.split("\n")[0][:-4] for one in shown} == {"highest confidence\xa0"}


def test_a_class_is_drawn_of_maps_of_one_kind(monkeypatch, capsys, tmp_path):
    maps = {Key("N", "5", str(k)): replace(map_of([[7]], 968), metadata=Metadata(label=968, settings=dict(x=k // 2)))
            for k in range(3)}
    seen = []
    monkeypatch.setattr(figures, "_example", lambda answers, index, maps, *_: seen.append(list(maps)))
    monkeypatch.setattr(figures, "plot_examples", lambda shown, title: title)
    monkeypatch.setattr(group, "read_map", maps.get)
    left_out = LeftOut("report.py")
    of_class = group.Group("N: wrong answers to cup", {key: key for key in maps}, {}, left_out)
    assert figures.of_class(of_class, tmp_path).endswith("(2 objects)")
    assert seen == [list(maps)[:2]] and left_out.lines[0].startswith("N cup 2: is of another kind (x 1)")


def test_colours_and_the_rest():
    a_map = map_of([list(range(12))], 0)
    shown = [figures.Example(k, f"a name that is far too long {k}", 1 / 12) for k in range(9)]
    figure = figures.plot_answers(a_map, shown, True, "title")
    legend, = figure.subfigs[0].legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[0] == "a name that is far t.. 8% (right)" and texts[-1] == "others 25%" and len(texts) == 10
    cells = figure.subfigs[0].axes[0].collections[0]
    colors = [to_hex(color) for color in cells.cmap(cells.norm(cells.get_array().ravel()))]
    assert colors[0] == RIGHT and len(set(colors)) == 10 and set(colors[9:]) == {REST}
    assert to_hex(legend.get_patches()[3].get_facecolor()) == colors[3]
