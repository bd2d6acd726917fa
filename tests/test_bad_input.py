"""Bad input of every kind through the scripts: one line that says what to do, and exit code 2; never a traceback."""
import ast
import os
import re
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import map as map_script
import optim as optim_script
import report as report_script
import sweep as sweep_script
from utils.errors import InputError
from utils.figures import plots

ROOT = Path(__file__).parents[1]
TINY = ("--network", "tests.tiny:network", "--gpu", -1, "--engine", "torch")
QUICK = (*TINY, "--step", 100)  # four views
SWEEP = ("--networks", "tests.tiny:network", "--gpu", "-1", "--engine", "torch", "--step", 100, "--jobs", "map")
LONG = "a" * 300
STUCK = 60  # seconds after which a command hangs


@contextmanager
def soon():
    """Fail after STUCK seconds, wherever the program waits."""
    def stuck(number, frame):
        pytest.fail("the program hangs")

    before = signal.signal(signal.SIGALRM, stuck)
    signal.alarm(STUCK)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def said(run_script, tmp_path):
    """said(module, *words): the one line that a command ends with. A word "@/x" is a path in the test's folder."""
    def of(module, *words, folder="ck"):
        words = [str(word).replace("@", str(tmp_path)) for word in words]
        where = () if "--checkpoint_dir" in words or folder is None else ("--checkpoint_dir", tmp_path / folder)
        with soon():
            code, out, err = run_script(module, *words, *where)
        lines = [line for line in re.split("[\r\n]+", err) if line.strip()]
        assert code == 2 and len(lines) == 1 and len(lines[0]) < 1500, (code, out, err)
        assert lines[0].startswith(f"{module.__name__}.py: error: ") and "Traceback" not in err
        return lines[0]

    return of


@pytest.fixture
def things(tmp_path):
    """A folder with what is no file: a pipe, and a folder; and with files."""
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.obj")
    os.mkfifo(tmp_path / "pipe.safetensors")
    (tmp_path / "folder.obj").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "triangle.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\n")
    return tmp_path


MESH = ("--label", "cup", "--mesh")


@pytest.mark.parametrize("words, complaint", [
    ((*MESH, "@/pipe.obj"), "pipe.obj: a pipe or a device; give an obj"),
    ((*MESH, "@/folder.obj"), "folder.obj: a folder; give an obj"),
    ((*MESH, "/dev/zero"), "/dev/zero: a pipe or a device; give an obj"),
    ((*MESH, "@/nowhere.obj"), "nowhere.obj: no such file; give an obj"),
    ((*MESH, "@/file/x.obj"), "x.obj: no such file; give an obj"),
    ((*MESH, f"@/{LONG}.obj"), "cannot be read (File name too long); give an obj"),
    ((*MESH, ""), "argument --mesh: an empty path"), (("--weights", ""), "argument --weights: an empty path"),
    (("--data_dir", ""), "--data_dir: an empty path"), (("--checkpoint_dir", ""), "--checkpoint_dir: an empty path"),
    (("--dataset", ""), "argument --dataset: an empty path"),
    (("--weights", "@/pipe"), "--weights {}/pipe: cannot be read (it is a pipe, and no file)"),
    (("--weights", "@/pipe.safetensors"), "cannot be read (it is a pipe, and no file)"),
    (("--weights", "/dev/zero"), "--weights /dev/zero: cannot be read (it is a device, and no file)"),
    (("--weights", "@"), "cannot be read (it is a folder, and no file)"),
    (("--weights", "@/file/x"), "x: cannot be read (Not a directory)"),
    (("--weights", f"@/{LONG}"), "cannot be read (File name too long)"),
    (("--dataset", "@/pipe"), "--dataset {}/pipe: cannot be read (it is a pipe, and no file)"),
    (("--dataset", "/dev/zero"), "cannot be read (it is a device"), (("--dataset", "@"), "it is a folder"),
    (("--dataset", "@/file/x"), "(Not a directory)"), (("--dataset", f"@/{LONG}"), "(File name too long)"),
    (("--data_dir", "@/file"), "--data_dir {}/file: it is a file, and no folder"),
    (("--data_dir", "@/pipe"), "--data_dir {}/pipe: it is a pipe, and no folder"),
    (("--data_dir", "@/file/x"), "no such folder"),
    (("--checkpoint_dir", "@/file"), "cannot be written to (Not a directory); choose another"),
    (("--checkpoint_dir", "@/file/x"), "cannot be written to (Not a directory); choose another"),
    (("--checkpoint_dir", f"@/{LONG}"), "cannot be written to (File name too long); choose another"),
])
def test_paths_that_lead_to_no_file(words, complaint, said, things):
    line = said(map_script, *QUICK, *words)
    assert complaint.format(things) in line, line


@pytest.mark.parametrize("module, words, complaint", [
    (map_script, ("--step", "1e-9"), "--step 1e-9: would be 360,000,000,000 x 100,000,000,000 = 3.6e+22 views; "
                                     "expected at most 10,000,000"),
    (map_script, ("--step", "0.01"), "= 360,000,000 views"),
    (map_script, ("--step", "nan"), "--step nan: expected"), (map_script, ("--step", "0"), "--step 0: expected"),
    (map_script, ("--step", "three"), "--step three: expected"), (map_script, ("--class_nb", "²"), "--class_nb ²"),
    (map_script, ("--gpu", "77"), "--gpu 77: "), (map_script, ("--gpu", "-2"), "--gpu -2: "),
    (map_script, ("--precision", "fp8"), "invalid choice: 'fp8'"),
    (map_script, ("--network", "resnte"), "did you mean resnet"),
    (map_script, ("--object_nb", "10"), "--object_nb 10: class 0, aeroplane, has 10 objects; expected 0 to 9"),
    (map_script, ("--class_nb", "-1"), "--class_nb -1: expected one of 0 aeroplane"),
    (map_script, ("--class_nb", "cupp"), "--class_nb cupp: expected one of 0 aeroplane"),
    (map_script, ("--batch_size", "65537"), "expected 1 to 65,536"), (map_script, ("--batch_size", "0"), "1 to 65,536"),
    (map_script, ("--image_size", "4097"), "expected 1 to 4,096 pixels"),
    (map_script, ("--label", "٣٣"), "--label ٣٣: the network has 10 classes"),
    (map_script, ("--fixed", "distance"), "--fixed 'distance': expected NAME=VALUE"),
    (map_script, ("--fixed", "distance="), "--fixed: '' is no number; expected one of distance, 2 to 4 half"),
    (map_script, ("--fixed", "distance=far"), "--fixed: 'far' is no number"),
    (map_script, ("--fixed", "distance=5"), "--fixed: distance 5 is outside its domain, 2 to 4 half"),
    (map_script, ("--network=--",), "argument --network: expected a value, not --"),
    (map_script, ("--weight", "x"), "unrecognized arguments: --weight x; did you mean --weights?"),
    (map_script, ("--over",), "unrecognized arguments: --over; did you mean --override?"),
    (optim_script, ("--n_iterations", "2000000"), "--n_iterations 2000000: expected a number from 1 up to 1,000,000"),
    (optim_script, ("--learning_rate", "1e4"), "--learning_rate 10000: expected a number above 0 up to 1,000"),
    (optim_script, ("--n_iterations", "0"), "--n_iterations 0: expected a number from 1"),
    (optim_script, ("--learning_rate", "nan"), "--learning_rate nan"), (optim_script, ("--beta", "nan"), "--beta nan"),
    (optim_script, ("--learning_rate", "0"), "--learning_rate 0: expected a number above 0"),
    (optim_script, ("--alpha", "-1"), "--alpha -1"), (optim_script, ("--reg", "-1"), "--reg -1"),
    (optim_script, ("--beta", "2"), "--beta 2: expected a number from 0 up to 1"),
    (optim_script, ("--initial_width", "0"), "--initial_width 0"),
    (optim_script, ("--initial_width", "51"), "--initial_width 51"),
    (optim_script, ("--verify", "-1"), "--verify -1"),
    (optim_script, ("--certify", "-1"), "--certify -1: expected a number from 0"),
    (optim_script, ("--risk", "0"), "--risk 0: expected a number above 0 and below 1"),
    (optim_script, ("--risk", "1"), "--risk 1"), (optim_script, ("--confidence", "nan"), "--confidence nan"),
    (optim_script, ("--confidence", "1"), "--confidence 1: expected a number above 0 and below 1"),
    (optim_script, ("--gradient", "exact"), "invalid choice: 'exact'"),
    (optim_script, ("--reg", "1e4"), "--reg 10000: expected a number from 0 up to 1,000"),
    (optim_script, ("--elevation", "95"), "--elevation 95: elevation 95 is"),
    (optim_script, ("--level", "0"), "--level 0: expected a confidence above 0 and below 1"),
    (optim_script, ("--level", "nan"), "--level nan: expected a confidence"),
    (optim_script, ("--level", "high"), "invalid float value: 'high'"),
    (optim_script, ("--score", "margin", "--level", "inf"), "--level inf: expected a number, a margin"),
    (optim_script, ("--released", "--score", "logit"), "the released program knows the softmax output alone"),
    (optim_script, ("--lattice", "0"), "--lattice 0: expected a step of azimuth above 0 and at most 360"),
    (optim_script, ("--lattice", "3,101"), "--lattice 3,101: expected a step of elevation above 0 and at most 100"),
    (optim_script, ("--lattice", "3,3,3"), "--lattice 3,3,3: expected one number, or one for each of azimuth"),
    (optim_script, ("--lattice", "fine"), "--lattice fine: expected one number"),
    (optim_script, ("--lattice", "0.001"), "--lattice 0.001: would be 360,001 x 100,001 = 36,000,460,001 views; "
                                           "expected at most 50,000,000"),
    (optim_script, ("--parameters", "azimuth,elevation,distance,red,blue"), "--lattice 3,3,0.05,0.025,0.025: would be"),
    (optim_script, ("--methods", "naive", "--parameters", "azimuth,elevation,distance,red", "--verify", "100"),
    "= 100,000,000 views"),
    (optim_script, ("--methods", "OIR_W,oir"), "'oir' is not known; expected some of OIR_W,naive,OIR_B,trap,largest"),
    (optim_script, ("--parameters", "azimuth,height"), "'height' is not known; expected some of azimuth,elevation"),
    (optim_script, ("--parameters", "azimuth,azimuth"), "expected every name once"),
    (optim_script, ("--plot", "--parameters", "azimuth,elevation,distance", "--lattice", "9"),
     "--plot: draws regions of azimuth,elevation or of"),
    (optim_script, ("--fixed", "azimuth=3"), "azimuth is among --parameters"),
    (optim_script, ("--initial_points", "130"), "has 1 numbers, expected 2: azimuth,elevation"),
    (optim_script, ("--initial_points", "130,95"), "elevation 95 is outside its domain, -10 to 90 degrees"),
    (optim_script, ("--initial_points", "nan,5"), "azimuth nan is outside"),
    (optim_script, ("--initial_points=-1,5",), "azimuth -1 is outside"),
    (optim_script, ("--initial_points", "1,x"), "expected numbers"),
    (optim_script, ("--initial_points", ""), "expected"),
    (sweep_script, ("--classes", "3-0"), "--classes 3-0: '3-0' is none of the expected numbers and ranges such as 0-3"),
    (sweep_script, ("--classes", "0-99999"), "--classes 10: expected one of"),
    (sweep_script, ("--classes", "10"), "--classes 10: expected"),
    (sweep_script, ("--objects", "10"), "--objects 10: class 0, aeroplane, has 10 objects; expected 0 to 9"),
    (sweep_script, ("--network", "x"), "unrecognized arguments: --network; did you mean --networks?"),
    (sweep_script, ("--mesh", "x.obj"), "unrecognized arguments: --mesh (--help lists the options)"),
    (sweep_script, ("--class_nb", "cup"), "unrecognized arguments: --class_nb; did you mean --classes?"),
    (sweep_script, ("stat",), "'stat' is not known; expected run or status"),
    (sweep_script, ("--max_concurrent", "-3"), "--max_concurrent -3: expected at least 1"),
    (sweep_script, ("--cpus_per_job", "nan"), "--cpus_per_job nan"),
    (report_script, ("maps", "--check", "x"), "unrecognized arguments: --check x (--help lists"),
    (report_script, ("gif", "--elevation", "inf"), "--elevation inf: expected -10 to 90 degrees"),
    (report_script, ("audit", "--level", "1e6"), "--level 1000000: expected a number above 0 and below 1"),
])
def test_numbers_and_options(module, words, complaint, said, tmp_path):
    usual = {map_script: TINY, optim_script: TINY, sweep_script: SWEEP, report_script: ()}[module]
    line = said(module, *usual, *words)
    assert complaint in line, line
    assert list(tmp_path.rglob("*.pt")) == []


@pytest.mark.parametrize("name, text, complaint", [
    ("d.csv", "class,label,mesh,mesh\nmug,cup,@,@\n", "line 1: 2 columns mesh; expected class,label,mesh"),
    ("d.csv", "class,label,mesh\nmug,cup,@,b\n", "line 2: has 1 more than line 1 names; put a text with a comma"),
    ("d.csv", "class,label,mesh\nmug,cup,pipe.obj\n", "pipe.obj is not there (it is a pipe, and no file)"),
    # before Python 3.11 the csv module itself takes no such file
    ("d.csv", "class,label,mesh\nmug,cup,a\0b\n", "line 2: the mesh a" if sys.version_info >= (3, 11) else "NUL"),
    ("d.csv", "class,label,mesh\nmug,cup,file/x.obj\n", "file/x.obj is not there (Not a directory)"),
    ("d.csv", "class,label,mesh\nmug,cup,nowhere.stl\n", "line 2: the mesh nowhere.stl is not there"),
    ("d.csv", "class,mesh\nmug,@\n", "line 1: no column label"), ("d.csv", "class,label,mesh\n", "lists no object"),
    ("d.csv", "class,label,mesh\nmug,cup,@\nring,,@\n", "line 3: no label"),
    ("d.csv", "class,label,mesh\nmug,cup,\"@\n" + "x" * 200_000, "no CSV file (field larger than field limit"),
    ("d.csv", "\udcff\udcfe", "no CSV file"), ("d.yaml", "\udcff", "no YAML"), ("d.yaml", "", "expected a list"),
    ("d.yaml", "- {[a, b]: cup, class: mug, mesh: x}\n", "line 1: no label"),
    ("d.yaml", "- {? {a: b} : cup, class: mug, mesh: x}\n", "line 1: no label"),
    ("d.yaml", "- {class: mug, class: cup, label: cup, mesh: x}\n", "line 1: has class twice; expected class, label"),
    ("d.yaml", "- {class: mug, label: [cup], mesh: x}\n", "line 1: no label"),
    ("d.yaml", "- cup\n", "line 1: no class"), ("d.yaml", "class: mug\n", "line 1: expected a list"),
    ("d.yaml", "- class: mug\n  label: cup\n  mesh: @\n- class: ring\n  mesh: @\n", "line 4: no label"),
    ("d.yaml", "- {class: mug\n", "no YAML"),
])
def test_data_sets(name, text, complaint, said, things):
    (things / name).write_text(text.replace("@", "triangle.obj"), errors="surrogateescape")
    line = said(map_script, *QUICK, "--dataset", things / name)
    assert line.startswith(f"map.py: error: --dataset {things / name}")
    assert complaint in line, line


def test_a_class_by_its_name(run_script, said, tmp_path):
    for name in ("cup", "Cup", "5"):
        assert run_script(map_script, *QUICK, "--class_nb", name, "--checkpoint_dir", tmp_path / name)[0] == 0
        assert [*tmp_path.glob(f"{name}/*/5/0/map.pt")]
    (tmp_path / "d.csv").write_text("class,label,mesh\n0,cup,triangle.obj\nMug,cup,triangle.obj\n"
                                    "mug,cup,triangle.obj\n")
    (tmp_path / "triangle.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\n")
    of_mugs = (*QUICK, "--dataset", tmp_path / "d.csv", "--checkpoint_dir", tmp_path / "mugs", "--class_nb")
    assert run_script(map_script, *of_mugs, "mug")[0] == 0 and [*tmp_path.glob("mugs/*/2/0/map.pt")]
    assert "--class_nb MUG: expected one of 0 0, 1 Mug, 2 mug" in said(map_script, *of_mugs, "MUG")


HOSTILE_NAMES = ("..", ".", "", "../../up", "/", "~", "a/b", "\0", "\udcff", "x" * 500, "-rf", "\n", "..\\..")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_that_become_paths_stay_below_the_folder(name, monkeypatch, run_script, things):
    from tests.tiny import Tiny
    names = [name, *(f"class {k}" for k in range(9))]
    monkeypatch.setitem(sys.modules, "their_nets", SimpleNamespace(tiny=lambda: (Tiny(), dict(class_names=names))))
    before = {*things.rglob("*")}
    (things / "...obj").write_bytes((things / "triangle.obj").read_bytes())  # its stem is ".."
    for mesh in ("triangle.obj", "...obj"):
        code, out, err = run_script(map_script, "--network", "their_nets:tiny", *QUICK[2:], "--mesh", things / mesh,
                                    "--label", "0", "--checkpoint_dir", things / "x/y/ck")
        assert code == 0, err
    found = [path for path in things.rglob("*") if path.is_file() and path not in before and path.suffix == ".pt"]
    assert {path.relative_to(things / "x/y/ck/their_nets_tiny").parts[1:] for path in found} == {
        ("triangle", "map.pt"), ("__", "map.pt")}


def test_figures_stay_below_their_folder(stored, monkeypatch, run_script, things):
    monkeypatch.setattr(plots, "plot_map", lambda *_, **__: plots.Figure(figsize=(1, 1)))
    path = things / "x/y/ck" / stored[0]
    path.parent.mkdir(parents=True)
    torch.save({**stored[1], "class_name": "../../up"}, path)
    (things / "d.csv").write_text("class,label,mesh\n../../../up,cup,triangle.obj\n")
    before = {*things.rglob("*")}
    code, out, err = run_script(report_script, "maps", "--checkpoint_dir", things / "x/y/ck", "--dataset",
                                things / "d.csv", "--results_dir", things / "x/y/results")
    assert code == 0, err
    new = [path for path in things.rglob("*") if path not in before and path.is_file()]
    assert len(new) > 2 and all(things / "x/y/results" in path.parents for path in new)


def test_a_pipe_among_the_figures_is_not_waited_for(stored, monkeypatch, run_script, things):
    monkeypatch.setattr(plots, "plot_map", lambda *_, **__: plots.Figure(figsize=(1, 1)))
    path = things / "ck" / stored[0]
    path.parent.mkdir(parents=True)
    torch.save(stored[1], path)
    os.mkfifo(things / "made_from.json")
    with soon():
        code, out, err = run_script(report_script, "maps", "--checkpoint_dir", things / "ck", "--results_dir", things)
    assert code == 0 and [*things.rglob("*.png")], err


def test_no_parser_takes_abbreviations():
    sources = [path for folder in ("", "benchmarks", "examples", "scale") for path in (ROOT / folder).glob("*.py")]
    calls = [(path.name, ast.unparse(node)) for path in (*sources, *(ROOT / "utils").rglob("*.py"))
             for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "ArgumentParser"]
    assert calls and [name for name, call in calls if "allow_abbrev=False" not in call] == []


WEIGHTS = dict(  # what no network can take, as a function of good weights, and what is said of it
    numbers=(lambda good: {1: good}, "holds no state_dict (1 names"),
    meta=(lambda good: {"a": good.to("meta")}, "holds no state_dict ('a' names no dense tensor)"),
    sparse=(lambda good: {"a": good.to_sparse()}, "holds no state_dict ('a' names no dense tensor)"),
    quantized=(lambda good: {"layers.1.bias": torch.quantize_per_tensor(good, 1.0, 0, torch.qint8)}, "does not fit"),
    empty=(lambda good: {}, "holds no state_dict"), none=(lambda good: None, "holds no state_dict"),
    nested=(lambda good: {"a": {"b": good}}, "does not fit"),
    deep=(lambda good: [[[good]]], "holds no state_dict"))


@pytest.mark.filterwarnings("ignore")  # of torch, for some of these tensors
@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights(kind, said, tmp_path):
    make, complaint = WEIGHTS[kind]
    torch.save(make(torch.ones(2)), tmp_path / "w.pth")
    line = said(map_script, *QUICK, "--weights", tmp_path / "w.pth")
    assert f"--weights {tmp_path / 'w.pth'}: " in line and complaint in line, line


def test_weights_of_another_type_or_not_whole(said, tmp_path):
    from tests.tiny import Tiny
    state = Tiny().state_dict()
    for values, complaint in ((torch.zeros(8, dtype=torch.int64), "another type (such as layers.1.bias, torch.int64"),
                              (torch.full((8,), float("nan")), "not finite")):
        torch.save({**state, "layers.1.bias": values}, tmp_path / "w.pth")
        line = said(map_script, *QUICK, "--weights", tmp_path / "w.pth")
        assert complaint in line, line


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A folder with a map of four views: its path below, and its contents."""
    folder = tmp_path_factory.mktemp("stored")
    options = map_script.Options.of(map_script.parse_args([*map(str, QUICK), "--checkpoint_dir", str(folder)]))
    _, path = map_script.run(options)
    return path.relative_to(folder), torch.load(path)


@pytest.mark.parametrize("name, change, complaint", [
    ("map.pt", dict(settings=5), "map.pt: cannot be read as a result of this program"),
    ("map.pt", dict(settings={}), "made from something else"), ("map.pt", dict(settings=None), "cannot be read as"),
    ("map.pt", dict(settings={1: 2}), "cannot be read as"), ("map.pt", dict(z=...), "z is missing; pass --override"),
    ("map.pt", dict(z="word"), "expected numbers, found str; pass --override"),
    ("map.pt", dict(z=torch.ones(3)), "xx, yy and z have shapes (1, 4), (1, 4) and (3,)"),
    ("map.pt", dict(z=torch.full((1, 4), float("nan"))), "z has no number that is finite; pass --override"),
    ("map.pt", dict(z=torch.empty(0, 4)), "have shapes"), ("map.pt", dict(xx=None), "expected numbers"),
    ("map.pt", dict(class_nb=99, class_name=None), "class 99 is none; expected 0 to 9, or a class_name"),
    ("map.pt", dict(class_nb=-1), "class -1 is none"), ("map.pt", dict(score="words"), "score words is not known"),
    ("map.pt", dict(parameters=5), "is no result"), ("map.pt", dict(parameters=[[1]]), "parameters are no names"),
    ("map.pt", dict(mesh=dict(path=1)), "mesh says not where the mesh is"),
])
def test_results_with_other_contents(name, change, complaint, stored, said, tmp_path):
    place, contents = stored
    changed = {key: value for key, value in {**contents, **change}.items() if value is not ...}
    path = (tmp_path / "ck" / place).with_name(name)
    path.parent.mkdir(parents=True)
    torch.save(changed, path)
    assert complaint in said(map_script, *QUICK)
    assert torch.load(path).keys() == changed.keys()


@pytest.mark.parametrize("name", ["map.pt", "map.journal", ".map.lock", "map.failed.txt"])
@pytest.mark.parametrize("kind", ["a pipe", "a folder"])
def test_results_that_are_no_files(name, kind, stored, run_script, said, tmp_path):
    path = (tmp_path / "ck" / stored[0]).with_name(name)
    path.parent.mkdir(parents=True)
    path.mkdir() if kind == "a folder" else os.mkfifo(path)
    for words in (SWEEP[:4], (*SWEEP, "--classes", 0, "--objects", 0)):
        with soon():
            code, out, err = run_script(sweep_script, "status", *words, "--classes", 0, "--objects", 0,
                                        "--checkpoint_dir", tmp_path / "ck")
        assert code == 1 and err == "" and (name == "map.failed.txt" or f"(it is {kind}, and no file)" in out), out
    if name != "map.failed.txt":  # that is only looked at for a sweep's status
        assert f"(it is {kind}, and no file)" in said(map_script, *QUICK)
    if name == "map.pt" and kind == "a pipe":
        with soon():
            code, out, err = run_script(report_script, "maps", "--checkpoint_dir", tmp_path / "ck", "--results_dir",
                                        tmp_path)
        assert code == 1 and "left out: " in err and "(it is a pipe, and no file)" in err


@pytest.mark.parametrize("below", ["", "/deeper"])
def test_a_sweeps_status_below_a_file(below, run_script, things):
    code, out, err = run_script(sweep_script, "status", *SWEEP, "--classes", 0, "--objects", 0, "--checkpoint_dir",
                                f"{things}/file{below}")
    assert (code, out) == (2, "")
    assert err.endswith("file: it is a file, and no folder; give the folder of the results\n")


def test_standard_output_closed_or_full_in_a_process_of_its_own():
    read, write = os.pipe()
    os.close(read)
    with open("/dev/full", "w") as full, os.fdopen(write, "w") as closed:
        for stdout, reason in ((full, "No space left on device"), (closed, "Broken pipe")):
            ended = subprocess.run([sys.executable, "map.py", "--help"], cwd=ROOT, stdout=stdout,
                                   stderr=subprocess.PIPE, text=True)
            assert ended.returncode == 2 and ended.stderr.count("\n") == 1
            assert f"map.py: error: standard output cannot be written to ({reason}); what was" in ended.stderr


@pytest.mark.parametrize("module, words", [
    (map_script, QUICK), (report_script, ("srvr",)), (sweep_script, ("status", *SWEEP, "--classes", 0)),
    (optim_script, (*TINY, "--methods", "naive", "--n_iterations", 1, "--certify", 0))])
@pytest.mark.parametrize("buffering", [1, -1])
def test_a_full_standard_output(module, words, buffering, stored, said, monkeypatch, tmp_path):
    path = tmp_path / "ck" / stored[0]
    path.parent.mkdir(parents=True)
    torch.save(stored[1], path)
    words = (*words, "--results_dir", tmp_path) if module is report_script else words
    monkeypatch.setattr("utils.runs.sweep.tqdm", lambda tasks, **kwargs: tasks)  # its bar shows on a slow machine
    with open("/dev/full", "w", buffering) as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert "standard output cannot be written to (No space left on device)" in said(module, *words)


def test_a_process_without_output(stored, run_script, monkeypatch, tmp_path):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)  # its bar is written to standard error
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert run_script(map_script, *QUICK, "--checkpoint_dir", tmp_path) == (0, "", "")
    assert [*tmp_path.rglob("map.pt")]


@pytest.mark.parametrize("error", [MemoryError("no room"), RuntimeError("CUDA out of memory. Tried"), RuntimeError(
    "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")])
def test_too_little_memory(error, monkeypatch, said):
    def fail(options):
        raise error

    monkeypatch.setattr(map_script, "run", fail)
    assert "there is not enough memory" in said(map_script, *QUICK)


def test_warnings_are_not_for_users(monkeypatch, said):
    def warn(options):
        warnings.warn("a tensor is sparse", stacklevel=1)
        raise InputError("this is to be read")

    monkeypatch.setattr(map_script, "run", warn)
    monkeypatch.setattr(sys, "warnoptions", [])
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_: print(message, file=sys.stderr)
        assert "this is to be read" in said(map_script, *QUICK)


def test_a_name_that_is_no_text_is_printed(run_script, tmp_path):
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    code, out, err = run_script(map_script, *QUICK, "--checkpoint_dir", folder)
    assert code == 0 and "\\udcff" in out, err
    mesh = os.path.join(os.fsencode(tmp_path), b"\xff.obj")
    Path(os.fsdecode(mesh)).write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\n")
    code, out, err = run_script(map_script, *QUICK, *MESH, os.fsdecode(mesh), "--checkpoint_dir", tmp_path / "ck",
                                "--plot")
    assert code == 0 and [*tmp_path.glob("ck/*/cup/*/map.png")], err
    for command in ("maps", "export", "answers"):
        code, out, err = run_script(report_script, command, "--checkpoint_dir", tmp_path / "ck", "--results_dir",
                                    tmp_path / "results")
        assert code == 0 and "left out" not in err, err
