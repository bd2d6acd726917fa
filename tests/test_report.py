"""report.py, run as a user runs it."""
import csv
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import report as script
from tests import hostile
from tests.trees import METHODS, write_result
from utils.results import tree as results_tree
from utils.results.layout import MAP, OPTIM

ROOT = Path(__file__).parents[1]


@pytest.fixture
def tree(whole_tree, tmp_path):
    return shutil.copytree(whole_tree, tmp_path / "tree")


@pytest.fixture
def report(run_script, tree, tmp_path):
    """report(command, *words) -> (exit code, stdout, stderr), from `tree` to `results`."""
    def run(command, *words):
        folders = () if command == "compare" else ("--checkpoint_dir", tree)
        return run_script(script, command, *folders, "--results_dir", tmp_path / "results", *words)
    return run


def test_srvr_is_printed_and_written(report, tree, tmp_path):
    code, out, err = report("srvr")
    assert code == 0 and "left out" not in err
    rows = list(csv.DictReader(open(tmp_path / "results/srvr.csv")))
    assert [row["network"] for row in rows] == ["AlexNet", "ResNet50"]
    boxes = [torch.load(tree / "AlexNet" / folder / OPTIM)["OIR_B"]["regions"] for folder in ("5/0", "5/1", "1/0")]
    shares = [np.prod(np.minimum(box.b, [360, 90]) - np.maximum(box.a, [0, -10])) / 36000
              for group in boxes for box in group]
    assert float(rows[0]["OIR_B"]) == pytest.approx(100 * np.mean(shares))
    assert (rows[0]["objects"], rows[0]["maps"]) == ("3", "3")
    markdown = (tmp_path / "results/srvr.md").read_text()
    shown = f"{100 * np.mean(shares):.2f}"
    assert re.search(r"\| AlexNet +\| +3 \| ", markdown) and shown in markdown and shown in out
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == [
        "srvr.csv", "srvr.md", "srvr_per_class.csv", "srvr_regions.csv"]


def test_one_network_or_class_or_object(report, tmp_path):
    for words, n_rows, n_objects in ((("-n", "resnet"), 1, 3), (("-n", "ALEXNET"), 1, 3), (("-s", "cup"), 2, 2),
                                     (("-s", 1), 2, 1), (("-s", 5, "-j", 1), 2, 1)):
        assert report("srvr", *words)[0] == 0
        rows = list(csv.DictReader(open(tmp_path / "results/srvr.csv")))
        assert len(rows) == n_rows and rows[0]["objects"] == str(n_objects)


def test_results_of_a_network_that_is_gone_are_read_as_any(report, tree, tmp_path):
    (tree / "AlexNet").rename(tree / "Demo")
    for words, n_lines in ((("-n", "demo"), 1), ((), 1), (("-n", "resnet"), 0)):
        code, out, err = report("srvr", *words)
        line = f"{tree}: Demo is a network that is gone; its results are read as any"
        assert code == 0 and out.count(line) == n_lines
    assert report("srvr", "-n", "demo")[0] == 0
    assert [row["network"] for row in csv.DictReader(open(tmp_path / "results/srvr.csv"))] == ["Demo"]


def test_a_bad_file_is_named_and_the_rest_goes_on(report, tree, tmp_path):
    marker = tmp_path / "marker"
    (tree / "AlexNet/5/0" / MAP).write_bytes(hostile.command(marker))
    (tree / "AlexNet/5/1" / OPTIM).write_bytes((tree / "AlexNet/5/1" / OPTIM).read_bytes()[:500])
    (tree / "AlexNet/1/0" / MAP).write_bytes(b"no file of torch's")
    hostile.save_as_published(hostile.published_optim(), tree / "ResNet50/1/0" / OPTIM)
    (tree / "ResNet50/1/0" / MAP).unlink()
    code, out, err = report("srvr")
    assert code == 1 and not marker.exists()
    lines = [line for line in err.replace("\r", "\n").splitlines() if line.startswith("report.py: left out: ")]
    assert len(lines) == 3 and "report.py: 3 left out" in err and "Traceback" not in err
    assert any(f"{tree}/AlexNet/5/0/map.pt: cannot be read as a published result (asks for " in line for line in lines)
    assert any(f"{tree}/AlexNet/1/0/map.pt: cannot be read" in line for line in lines)
    rows = {row["network"]: row for row in csv.DictReader(open(tmp_path / "results/srvr.csv"))}
    assert (rows["AlexNet"]["objects"], rows["AlexNet"]["maps"]) == ("2", "1")
    assert (rows["ResNet50"]["objects"], rows["ResNet50"]["maps"]) == ("1", "1")  # of those that AlexNet has too
    assert rows["ResNet50 (other objects, settings not stated)"]["objects"] == "1"  # the authors' file among ours


def test_compare_a_tree_with_itself_and_with_another(report, tree, shared, tmp_path):
    for folder, n_objects, n_not_finite in ((tree, 6, 0), (shared / "published/checkpoint", 8, 1)):
        assert report("compare", folder, folder)[0] == 0
        rows = list(csv.DictReader(open(tmp_path / "results/compare.csv")))
        assert len(rows) == n_objects and sum(int(row["of them not finite"]) for row in rows) == n_not_finite
        assert all(float(row[name]) == 1 for row in rows for name in ("correlation", *METHODS))
        assert all(float(row["largest difference"]) == 0 for row in rows)

    write_result(tmp_path / "other/AlexNet/5/0", seed=9)
    write_result(tmp_path / "other/AlexNet/9/0", class_nb=9)
    code, out, _ = report("compare", tree, tmp_path / "other")
    row, = csv.DictReader(open(tmp_path / "results/compare.csv"))
    assert code == 0 and float(row["correlation"]) < 0.99 and 0 < float(row["OIR_W"]) < 1
    assert f"only in {tree}: 5 (AlexNet bathtub 0, " in out
    assert f"only in {tmp_path / 'other'}: 1 (AlexNet toilet 0)" in out


def test_compare_leaves_out_what_cannot_be_compared(report, tree, tmp_path):
    write_result(tmp_path / "other/AlexNet/5/0", parameters=("azimuth",))
    code, _, err = report("compare", tree, tmp_path / "other")
    assert code == 1 and "left out: AlexNet cup 0, optim.pt: regions of azimuth,elevation and of azimuth" in err
    row, = csv.DictReader(open(tmp_path / "results/compare.csv"))
    assert row["regions"] == "" and row["views"] != ""


def test_folders_that_share_nothing_are_not_read(report, tree, monkeypatch, tmp_path):
    write_result(tmp_path / "other/AlexNet/9/0", class_nb=9)
    monkeypatch.setattr("utils.results.tree.read_map", lambda path: pytest.fail("read"))
    code, _, err = report("compare", tree, tmp_path / "other")
    assert code == 2 and "have no object in common" in err


@pytest.mark.parametrize("words, complaint", [
    ((), "the following arguments are required: COMMAND"), (("srv",), "invalid choice: 'srv'"),
    (("srvr", "--checkpoint_dir", "nowhere"), "nowhere: no such folder"),
    (("srvr", "-n", "vgg"), "no map.pt or optim.pt for --network vgg; there are results of AlexNet, ResNet50"),
    (("srvr", "--checkpoint_dir", ROOT / "docs"), "no map.pt or optim.pt below it"),
    (("srvr", "-s", "spoon"), "for --class_nb spoon"), (("srvr", "--frobnicate"), "unrecognized arguments"),
    (("srvr", "--results_dir", "/proc/none"), "cannot be written"),
    (("maps", "--results_dir", "/proc/none"), "cannot be written"),
    (("gif", "--data_dir", "nowhere"), "--data_dir nowhere: no such folder"),
    (("profiles", "--elevation", "100"), "--elevation 100: expected -10 to 90 degrees"),
    (("profiles", "--elevation", "nan"), "--elevation nan: expected"),
    (("audit", "--level", "1"), "--level 1: expected a number above 0 and below 1"),
    (("audit", "--level", "0"), "--level 0: expected"), (("audit", "--level", "nan"), "--level nan: expected"),
    (("audit", "--level", "high"), "--level: invalid float value: 'high'"),
    (("audit", "--results_dir", "/proc/none"), "cannot be written"),
    (("compare", "nowhere"), "arguments are required: B")])
def test_bad_input_is_one_line_and_exit_code_2(words, complaint, run_script, tree, tmp_path):
    if words[:1] not in ((), ("srv",), ("compare",)) and "--checkpoint_dir" not in words:
        words = (*words, "--checkpoint_dir", tree)
    if "--results_dir" not in words and len(words) > 1:
        words = (*words, "--results_dir", tmp_path / "results")
    code, _, err = run_script(script, *words)
    last = err.replace("\r", "\n").strip().splitlines()[-1]
    assert code == 2 and complaint in last and "Traceback" not in err
    assert not (tmp_path / "results").exists()


def test_a_full_disk_ends_the_report(report, no_drawing, monkeypatch, tmp_path):
    from utils import files

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    for command in ("maps", "srvr"):
        code, _, err = report(command)
        assert code == 2 and err.count("No space left on device") == 1
    assert not [path for path in (tmp_path / "results").rglob("*") if path.is_file()]


def pictures(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*.p*") if path.suffix in (".pdf", ".png")}


def both(*names):
    return {f"{name}.{suffix}" for name in names for suffix in ("pdf", "png")}


@pytest.fixture
def no_drawing(monkeypatch):
    """Figures are files with a word in them."""
    from utils.figures import plots
    monkeypatch.setattr(plots, "save", lambda figure, *paths: [path.write_text("figure") for path in paths])


def test_figures_have_the_published_names(report, no_drawing, tmp_path):
    results = tmp_path / "results"
    assert report("maps")[0] == 0
    objects = [f"{network}_{name}" for network in ("ResNet50", "AlexNet") for name in ("cup_0", "cup_1", "bathtub_0")]
    averages = [f"{network}_{name}_Average" for network in ("ResNet50", "AlexNet") for name in ("cup", "bathtub")]
    expected = both(*(f"2d/{name}" for name in (*objects, *averages, "cup_Average_2D", "bathtub_Average_2D")))
    assert pictures(results) == expected
    assert all(report(command)[0] == 0 for command in ("regions", "profiles", "traces"))
    assert pictures(results) - expected == both(*(f"2d/optim/{name}_regions" for name in objects), *(
        f"1d/{name}_{kind}" for name in objects for kind in ("profile", "traces")), *(
        f"1d/{name}" for name in ("azimuth_performance_cup_0", "azimuth_performance_cup_1",
                                  "azimuth_performance_bathtub_0", "average_azimuth_performance_cup",
                                  "average_azimuth_performance_bathtub")))


def test_means_only_over_all_that_they_speak_of(report, no_drawing, tmp_path):
    report("maps", "-n", "alexnet", "-s", "cup")
    assert pictures(tmp_path / "results") == both("2d/AlexNet_cup_0", "2d/AlexNet_cup_1", "2d/AlexNet_cup_Average")
    report("maps", "-s", "bathtub", "-j", 0)
    assert pictures(tmp_path / "results") == both("2d/AlexNet_cup_0", "2d/AlexNet_cup_1", "2d/AlexNet_cup_Average",
                                                  "2d/AlexNet_bathtub_0", "2d/ResNet50_bathtub_0")


def test_figures_up_to_date_are_left_as_they_are(report, no_drawing, tree, tmp_path):
    def drawn(*words):
        code, out, _ = report("maps", *words)
        assert code == 0
        return out.split(" drawn")[0]

    assert drawn() == "12" and drawn() == "0"
    assert drawn("--paper") == "12" and drawn("--paper") == "0" and drawn() == "12"
    write_result(tree / "AlexNet/5/1", object_nb=1, seed=7)
    assert drawn() == "3"  # its own, and two means
    (tmp_path / "results/2d/AlexNet_cup_0.png").unlink()
    assert drawn() == "1"
    (tmp_path / "results/made_from.json").write_text("{")
    assert drawn("-n", "resnet", "-j", 0) == "2"


def test_what_cannot_be_drawn_is_named_once(report, no_drawing, tree, tmp_path):
    (tree / "AlexNet/5/0" / MAP).write_bytes(b"")
    write_result(tree / "ResNet50/5/1", object_nb=1, step=20)
    code, out, err = report("maps")
    assert code == 1 and err.count("AlexNet/5/0/map.pt: cannot be read") == 1 and "Traceback" not in err
    assert err.count("ResNet50 cup 1: is of another kind (grid step 20) than most (stand-ins, grid step 15)") == 1
    assert pictures(tmp_path / "results") >= both("2d/AlexNet_cup_Average", "2d/AlexNet_cup_1", "2d/ResNet50_bathtub_0")
    assert not pictures(tmp_path / "results") & both("2d/AlexNet_cup_0")
    assert not list(tmp_path.rglob(".*"))

    write_result(tree / "AlexNet/1/0", class_nb=1, parameters=("azimuth",))
    code, _, err = report("regions", "-s", "bathtub")
    assert code == 1 and "has regions of azimuth; \"regions\" draws those of azimuth,elevation, \"profiles\"" in err


def test_means_are_means(tree, no_drawing, monkeypatch, run_script, tmp_path):
    from utils.figures import plots
    seen = {}
    monkeypatch.setattr(plots, "plot_map", lambda result, title, *colors: seen.update({title: result.z}))
    run_script(script, "maps", "-s", "cup", "--checkpoint_dir", tree, "--results_dir", tmp_path / "results")
    z = {name: torch.load(tree / name / MAP)["z"].numpy() for name in ("AlexNet/5/0", "AlexNet/5/1", "ResNet50/5/0",
                                                                       "ResNet50/5/1")}
    np.testing.assert_allclose(seen["AlexNet: mean confidence in cup (2 objects)"],
                               (z["AlexNet/5/0"] + z["AlexNet/5/1"]) / 2, rtol=1e-5)
    np.testing.assert_allclose(seen["Mean confidence in cup (2 networks, 2 objects)"], sum(z.values()) / 4, rtol=1e-5)


def test_a_profile_is_the_row_at_the_regions_elevation(tree, no_drawing, monkeypatch, run_script, tmp_path):
    from utils.figures import plots
    drawn = []
    monkeypatch.setattr(plots, "plot_profile", lambda *values: drawn.append(values))
    write_result(tree / "AlexNet/5/1", object_nb=1, parameters=("azimuth",))
    run_script(script, "profiles", "-n", "alexnet", "-s", 5, "--elevation", 22, "--checkpoint_dir", tree,
               "--results_dir", tmp_path / "results")
    (azimuth, z, boxes, points, title), (_, z_1d, boxes_1d, points_1d, title_1d) = drawn
    assert boxes == {} and len(points) == 0 and title == "AlexNet: confidence in cup 0 at elevation 20°"
    np.testing.assert_allclose(z, torch.load(tree / "AlexNet/5/0" / MAP)["z"][2])
    assert azimuth.tolist() == list(range(0, 360, 15))
    assert list(boxes_1d) == list(METHODS) and points_1d.tolist() == [130, 50] and title_1d.endswith("elevation 35°")


def test_profiles_are_over_the_objects_that_all_networks_have(tree, no_drawing, monkeypatch, run_script, tmp_path):
    from utils.figures import network_plots
    drawn = {}
    monkeypatch.setattr(network_plots, "plot_profiles", lambda _, found, title, *scale: drawn.update({title: found}))
    write_result(tree / "ResNet50/5/2", object_nb=2, seed=8)
    write_result(tree / "AlexNet/5/3", object_nb=3, seed=9, step=20)
    code, out, err = run_script(script, "profiles", "-s", "cup", "--checkpoint_dir", tree, "--results_dir", tmp_path)
    assert f"without map.pt of AlexNet: cup 2; python sweep.py --networks alexnet --classes 5 --objects 2 --jobs map " \
        f"--checkpoint_dir {tree}, with the options of the others, makes it" in out
    assert "without map.pt of ResNet50: cup 3; python sweep.py --networks resnet --classes 5 --objects 3" in out
    assert code == 1 and err.count("left out: AlexNet cup 3: is of another kind (grid step 20)") == 1
    found = drawn["Confidence in cup at elevation 35° (mean of 2 objects, bands hold half of them)"]
    assert list(found) == ["AlexNet", "ResNet50"]
    rows = np.array([torch.load(tree / "ResNet50/5" / number / MAP)["z"][3].numpy() for number in "01"])
    np.testing.assert_allclose(found["ResNet50"], rows)
    assert len(drawn["Confidence in cup 1 at elevation 35°"]["AlexNet"]) == 1
    assert "Confidence in cup 2 at elevation 35°" not in drawn


def test_every_kind_of_figure_is_drawn(report, tree, tmp_path):
    write_result(tree / "AlexNet/1/0", class_nb=1, parameters=("azimuth",))
    shutil.rmtree(tree / "AlexNet/5")
    hostile.save_as_published(hostile.published_optim(), tree / "ResNet50/5/0" / OPTIM)
    for command, words in (("maps", ("-n", "alexnet", "--paper")), ("regions", ("-s", "cup", "-j", 0)),
                           ("profiles", ("-n", "alexnet")), ("traces", ("-j", 0, "-n", "resnet")),
                           ("traces", ("-n", "alexnet"))):
        assert report(command, *words)[0] == 0
    found = pictures(tmp_path / "results")
    assert len(found) == 16
    for name in found:
        start = (tmp_path / "results" / name).read_bytes()[:4]
        assert start == (b"%PDF" if name.endswith("pdf") else b"\x89PNG")


def test_largest_boxes_are_drawn_with_the_other_regions(report, tree, monkeypatch, tmp_path):
    from utils.figures import plots, traces
    write_result(tree / "AlexNet/1/0", class_nb=1, parameters=("azimuth",), largest=True)
    write_result(tree / "AlexNet/5/0", largest=True)
    seen = {}

    def record(module, name):
        draw = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *values: seen.setdefault(name, (values, draw(*values)))[1])

    for module, name in ((plots, "plot_regions"), (plots, "plot_profile"), (traces, "plot_traces")):
        record(module, name)
    for command, words in (("regions", ("-s", "cup")), ("profiles", ("-s", 1)), ("traces", ("-s", "cup"))):
        assert report(command, "-n", "alexnet", "-j", 0, *words)[0] == 0
    (regions, *_, judged), figure = seen["plot_regions"]
    assert list(regions) == [*METHODS, "largest"] and judged.holds["largest"] == [True, None] and judged.level == 0.5
    whites = [patch.get_bbox().bounds for patch in figure.axes[0].patches if patch.get_edgecolor()[:3] == (1, 1, 1)]
    assert whites == [(124.5, 24.5, 26, 26)]  # no box for the start that is not confident, and none of the map
    (_, _, boxes, _, _), figure = seen["plot_profile"]
    bars = [tuple(path.get_extents().intervalx) for bar in figure.axes[0].collections for path in bar.get_paths()]
    assert list(boxes) == [*METHODS, "largest"] and bars[-1] == (124.5, 150.5) and len(bars) == 7
    rows = [axes.get_ylabel() for axes in seen["plot_traces"][1].axes[::3]]
    assert rows == list(METHODS)  # a search leaves no traces

    contents = torch.load(tree / "AlexNet/5/0" / OPTIM)
    torch.save({name: value for name, value in contents.items() if name not in METHODS}, tree / "AlexNet/5/0" / OPTIM)
    code, _, err = report("traces", "-n", "alexnet", "-s", "cup", "-j", 0)
    assert code == 1 and "has largest boxes alone" in err
    code, _, err = report("gif", "-n", "alexnet", "-s", "cup", "-j", 0, "--data_dir", tmp_path)
    assert code == 1 and "has no traces of how its regions grew" in err and "Traceback" not in err


def test_gifs_of_an_object(report, tree, tmp_path):
    from PIL import Image
    code, out, _ = report("gif", "-n", "alexnet", "-s", "cup", "-j", 0, "--data_dir", tmp_path)
    assert code == 0
    frames = {}
    for path in (tmp_path / "results/gif").iterdir():
        assert path.stat().st_size < 5_000_000
        with Image.open(path) as gif:
            frames[path.name] = gif.n_frames
    assert frames.keys() == {f"AlexNet_cup_0_{kind}.gif" for kind in ("turning", "inside", "growing")}
    assert frames["AlexNet_cup_0_turning.gif"] == 24 and frames["AlexNet_cup_0_growing.gif"] == 4
    again = report("gif", "-n", "alexnet", "-s", "cup", "-j", 0, "--data_dir", tmp_path)
    assert again[1].startswith("0 drawn, 3 up to")


def test_gifs_need_the_mesh_and_the_traces(report, tree, tmp_path):
    contents = hostile.published_optim()
    contents["naive"]["optim_trace"] = [[], []]
    hostile.save_as_published(contents, tree / "AlexNet/1/0" / OPTIM)
    path = tree / "AlexNet/1/0" / MAP
    torch.save({**torch.load(path), "shape_id": "abc"}, path)
    code, out, err = report("gif", "-n", "alexnet", "-s", "bathtub", "--data_dir", tmp_path)
    assert code == 1 and "was made from abc, at hand is stand-in-bathtub-0" in err and "has no traces" in err
    assert out.startswith("0 drawn") and not list((tmp_path / "results").rglob("*.gif"))


@pytest.mark.parametrize("words, code", [(("--help",), 0), (("gif", "--help"), 0), (("maps", "--frobnicate"), 2),
                                         (("profiles", "--elevation", "100"), 2),
                                         (("audit", "--level", "2"), 2)])
def test_nothing_heavy_is_imported_before_the_options_are_known_to_be_good(words, code):
    run = subprocess.run([sys.executable, "-X", "importtime", "report.py", *words], cwd=ROOT, capture_output=True,
                         text=True)
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert run.returncode == code and "utils.results.tree" in imported
    heavy = ("torch", "numba", "pandas", "matplotlib", "PIL", "plotly", "trimesh", "scipy", "ray")
    assert not imported.intersection(heavy)


@pytest.mark.parametrize("module", ["matplotlib.pyplot", "torch"])
def test_figures_leave_the_screen_to_notebooks_and_torch_to_views(module):
    program = f"import sys, utils.figures.tree; print('{module}' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "False\n", run.stderr


def test_figures_that_could_not_be_made_are_not_listed(report, no_drawing, tree, tmp_path):
    for key in ("AlexNet/5/0", "ResNet50/1/0"):
        (tree / key / OPTIM).write_bytes(b"")
    code, out, _ = report("traces", "-s", "cup", "-n", "alexnet", "-j", 0)
    assert code == 1 and out == "0 drawn, 0 up to date\n"
    code, out, _ = report("traces", "-n", "alexnet")
    assert code == 1 and out.startswith("2 drawn, 0 up to date: ") and ".." in out
    listed = [path.strip(" .") for path in out.partition(": ")[2].strip().removesuffix(" ..").split(", ")]
    assert listed and all((tmp_path / path).exists() for path in listed)


def test_all_makes_tables_figures_of_means_and_the_page_of_one_reading(report, no_drawing, tree, monkeypatch, tmp_path):
    (tree / "AlexNet/1/0" / MAP).write_bytes(b"damaged")
    read = []
    for name in ("read_map", "read_optim"):
        one = getattr(results_tree, name)
        monkeypatch.setattr(results_tree, name, lambda path, one=one: read.append(path) or one(path))
    monkeypatch.setattr(script, "FEW", 5)
    code, out, err = report("all", "--level", 0.4)
    assert code == script.LEFT_OUT and err.count(f"{tree / 'AlexNet/1/0' / MAP}") == 1
    assert len(read) == len(set(read)) == 12
    made = {path.relative_to(tmp_path / "results").as_posix() for path in (tmp_path / "results").rglob("*.*")}
    for name in ("srvr", "srvr_regions", "audit", "leaderboard", "leaderboard_neighbours", "cover", "answers"):
        assert f"{name}.csv" in made and f"{name}.csv" in out
    assert {"audit.png", "leaderboard.png", "cover.png", "explorer.html", "2d/cup_Average_2D.png",
            "1d/average_azimuth_performance_cup.png"} <= made
    assert "explorer.html: " in out and "Rows are of" not in out  # tables are written and not printed
    assert not any(re.search(r"(cup|bathtub)_\d|gif|export", name) for name in made)
    for name in ("export", "gif", "compare"):
        assert name in out.split("not in all: ")[1]


def test_all_draws_each_object_of_a_few_and_goes_on_without_regions(report, no_drawing, tree, tmp_path):
    for path in tree.rglob(OPTIM):
        path.unlink()
    code, out, err = report("all", "-s", "cup", "--level", 0.4)
    assert code == 0, err
    assert f"audit: needs {OPTIM}, and there is none" in out and f"traces: needs {OPTIM}, and there is none" in out
    assert {"2d/AlexNet_cup_0.png", "2d/ResNet50_cup_Average.pdf"} <= pictures(tmp_path / "results")


def test_networks_are_compared_over_the_objects_that_all_have(report, tree, tmp_path):
    def rows(command, file):
        assert report(command, "--level", 0.4)[0] == 0
        return list(csv.DictReader(open(tmp_path / f"results/{file}.csv")))

    shutil.rmtree(tree / "AlexNet/5/1")
    _, out, _ = report("srvr")
    assert "Maps: of 2 objects that all 2 networks have. Left out: 1 result of other objects (ResNet50 cup 1)." in out
    assert "Regions: of 2 objects that all 2 networks have." in out
    found = list(csv.DictReader(open(tmp_path / "results/srvr.csv")))
    assert [(row["objects"], row["maps"]) for row in found] == [("2", "2")] * 2
    assert {row["objects"] for row in rows("audit", "audit")} == {"2"}
    assert {row["of maps"] for row in rows("cover", "cover")} == {"2"}
    shutil.rmtree(tree / "AlexNet/5/0")
    shutil.rmtree(tree / "ResNet50/1/0")
    _, out, _ = report("srvr")
    assert "There is no object that all 2 networks have maps of: rows are of different objects." in out


def test_printed_tables_fit_a_terminal(report):
    for command in ("cover", "leaderboard", "audit"):
        out = report(command, "--level", 0.4)[1].split("\n\n")[0].splitlines()
        rows = [line for line in out if line.startswith(("network", "AlexNet", "ResNet50"))]
        assert len(rows) > 3 and max(map(len, rows)) <= 120


@pytest.mark.parametrize("command", script.COMMANDS)
def test_every_command_has_two_examples_that_parse(command):
    examples = script.COMMANDS[command].examples
    assert len(set(examples)) == 2
    for example in examples:
        words = shlex.split(example)
        if "shapenet" in words:
            words[words.index("shapenet")] = "scale"
        assert script.parse_args([command, *words]).command == command
