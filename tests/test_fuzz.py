"""Anything at all as input: only documented errors, in one line, and no file left behind."""
import copy
import io
import os
import random
import re
import shutil
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import map as map_script
import optim as optim_script
import report as report_script
import sweep as sweep_script
from tests.fuzzing import LONG, OBJ, damaged, fuzz, only_input_errors, outcome, spoilt, st
from tests.tiny import Tiny
from utils.errors import InputError
from utils.networks import load_network
from utils.networks.function_network import function_network
from utils.options.option import Parser
from utils.options.reports import OF_ALL
from utils.regions import ndinterval
from utils.results.reading import load_result, read_map, read_optim
from utils.runs.find import prepare
from utils.semantic.classifier import Classifier
from utils.shapes.catalogue import catalogue_of
from utils.shapes.shape import load_stand_in

STORED = Path(__file__).parent / "goldens/stored_results"
WHERE = "tests.tiny_network/5/0"
TINY = ("--network", "tests.tiny:network", "--gpu", "-1", "--engine", "torch")


def test_what_goes_wrong_is_seen(tmp_path):
    with pytest.raises(ZeroDivisionError), redirect_stderr(io.StringIO()):
        fuzz(number=st.integers())(lambda folder, number: only_input_errors(lambda: 1 // (number < 1000)))()
    (tmp_path / "before").touch()
    for main, seen in ((lambda: 1 / 0, ZeroDivisionError), (lambda: sys.exit(1), AssertionError),
                       (lambda: Parser(prog="else").error("no"), AssertionError),
                       (lambda: (print("warning", file=sys.stderr), Parser(prog="map.py").error("no")), AssertionError),
                       (lambda: ((tmp_path / "left").touch(), Parser(prog="map.py").error("no")), AssertionError)):
        with pytest.raises(seen):
            outcome(SimpleNamespace(__name__="map", main=main), [], tmp_path)
    refuses = SimpleNamespace(__name__="map", main=lambda: Parser(prog="map.py").error("no"))
    assert outcome(refuses, [], tmp_path / "new") == 2


TEXTS = st.one_of(
    st.sampled_from(["", ".", "..", "/", "-", "--", "0", "1", "-1", "1e400", "nan", "inf", "-0.0", "1e-320",
                     "a" * 5000, "0-3", "3-0", "0-999999999", "a,b", ",", "=", "distance=3", "red=",
                     "\udcff", "a\nb", "²", "cup", "azimuth,elevation", "red,blue,green", "130,30 50,20", "{}", "[",
                     "%s", "/dev/zero", "/dev/null", "/proc/self/mem", "pipe", "folder", "file", "file/x", "good.obj",
                     "good.csv", "sys:exit", "os:getcwd", "tests.tiny:network", "resnet", "y", "-z", "margin",
                     "largest,naive"]),
    st.text(max_size=8), st.integers(-10 ** 6, 10 ** 6).map(str), st.floats().map(str))


def option_strings(module):
    """The options of a script, by its help."""
    with redirect_stdout(io.StringIO()) as out, suppress(SystemExit):
        module.parse_args(["--help"])
    found = re.findall(r"^  (?:(-\w)[^,\n]*, )?(--\w+)", out.getvalue(), re.M)
    return [option for short_and_long in found for option in short_and_long if option]


# what would run elsewhere or for long, or runs nothing
LEFT_OUT = {"--compile", "--address", "--renderer", "-h", "--help"}
OPTIONS = {module: [option for option in option_strings(module) if option not in LEFT_OUT]
           for module in (map_script, optim_script, sweep_script)}
REPORTS = ["srvr", "audit", "cover", "leaderboard", "answers", "export", "compare", "regions", "maps", "traces",
           "profiles"]
SLOW_REPORTS = ["gif", "explorer"] if LONG else []
REPORT_OPTIONS = {name: [f"--{option}" for option in (*OF_ALL, *command.options)]
                  for name, command in report_script.COMMANDS.items()}


def words_of(module):
    """Strategy: words of a command line."""
    if module is report_script:
        return st.sampled_from([*REPORTS, *SLOW_REPORTS]).flatmap(lambda command: words_with(
            REPORT_OPTIONS[command]).map(lambda words: [command, *words]))
    return words_with(OPTIONS[module])


def words_with(options):
    """Strategy: words with some of the options."""
    option = st.sampled_from(options)
    pair = st.one_of(st.tuples(option, TEXTS), st.tuples(option, TEXTS).map(lambda pair: (f"{pair[0]}={pair[1]}",)),
                     option.map(lambda one: (one,)), TEXTS.map(lambda text: (text,)))
    return st.lists(pair, max_size=4).map(lambda pairs: [word for pair in pairs for word in pair])


def things(folder):
    """Fill a folder with what is a file, and what is none."""
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "file").write_text("")
    (folder / "good.obj").write_text(OBJ)
    (folder / "good.csv").write_text("class,label,mesh\nmug,cup,good.obj\n")


def found_only(module, monkeypatch):
    """Have a script's jobs found and not done, unless they are small."""
    real = module.run

    def run(options):
        size, step = options.image_size or 224, getattr(options, "step", None)
        if step is None or np.min(step) < 50 or size > 256 or options.plot or options.network == "resnet":
            prepare(options)
            raise InputError("found")
        return real(options)

    monkeypatch.setattr(module, "run", run)


@fuzz(case=st.sampled_from([map_script, optim_script, sweep_script, report_script]).flatmap(
    lambda module: st.tuples(st.just(module), words_of(module))))
def test_command_lines(folder, case):
    module, words = case
    things(folder)
    usual = {map_script: (*TINY, "--step", "100"), optim_script: TINY,
             sweep_script: ("status", "--networks", "tests.tiny:network", "--classes", "0", "--objects", "0-1"),
             report_script: ()}[module]
    if module is report_script:
        shutil.copytree(STORED / "whole", folder / "ck")
        words = [*words[:1], *(("ck", "ck") if words[0] == "compare" else ("--checkpoint_dir", "ck")), "--results_dir",
                 "results", *words[1:]]
    before = os.getcwd()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        monkeypatch.syspath_prepend(before)
        for script in (map_script, optim_script):
            found_only(script, monkeypatch)
        if "\0" not in "".join(words):  # which no command line holds
            folders = () if module is report_script else ("--data_dir", "folder", "--checkpoint_dir", "ck")
            outcome(module, [*usual, *folders, *words], folder)


CSV = "class,label,mesh\nmug,cup,good.obj\nbox,3,good.obj\n"
YAML = "- {class: mug, label: cup, mesh: good.obj}\n- class: box\n  label: 3\n  mesh: good.obj\n"


@fuzz(text=st.one_of(damaged(CSV), damaged(YAML)), suffix=st.sampled_from(["csv", "yaml"]))
def test_data_sets(folder, text, suffix):
    things(folder)
    (folder / f"d.{suffix}").write_text(text, encoding="latin1", errors="replace")
    found = only_input_errors(lambda: catalogue_of(folder / f"d.{suffix}"))
    if found is not None:
        assert found.class_names and all(entry.label for of_class in found.entries
                                         for entry in of_class)


def odd_values(chosen):
    """One of the values that a file should not hold where it has another."""
    return chosen.choice([
        lambda: None, lambda: True, lambda: -1, lambda: 99, lambda: float("nan"), lambda: 1e308,
        lambda: "", lambda: "..", lambda: "word", lambda: "x" * 3000, lambda: [], lambda: {}, lambda: [[]],
        lambda: [None], lambda: {1: 2}, lambda: {"a": torch.ones(2)}, lambda: torch.ones(0), lambda: torch.tensor(3),
        lambda: torch.full((2, 2), float("nan")), lambda: torch.ones(1).expand(10 ** 9), lambda: torch.ones(2) + 0j,
        lambda: torch.ones(2) > 0, lambda: torch.ones(2).to_sparse(), lambda: torch.ones(2, 3, 4, 5),
        lambda: torch.ones(2).to("meta"), lambda: torch.ones(3, dtype=torch.int64), lambda: torch.ones(2).half(),
        lambda: ndinterval([0], [1]), lambda: ndinterval([np.nan] * 2, [np.inf] * 2), lambda: ndinterval([], []),
        lambda: b"bytes", lambda: {"a": {"b": {"c": []}}}, lambda: ("a", 1)])()


def changed(contents, seed):
    """A copy of nested dicts and lists with one to three places changed."""
    chosen, contents = random.Random(seed), copy.deepcopy(contents)
    for _ in range(chosen.randrange(1, 4)):
        place, at = None, contents
        while isinstance(at, (dict, list)) and len(at) and (place is None or chosen.random() < 0.6):
            key = chosen.choice(list(at) if isinstance(at, dict) else range(len(at)))
            place, at = (at, key), at[key]
        if place is None:
            continue
        holder, key = place
        if chosen.random() < 0.2:
            del holder[key]
        elif chosen.random() < 0.1 and isinstance(holder, dict):
            holder[chosen.choice([1, "new", ("a", 1), None])] = odd_values(chosen)
        else:
            holder[key] = odd_values(chosen)
    return contents


RESULTS = [("whole", "map.pt"), ("whole", "optim.pt"), ("finished", "optim.pt")]
JOB = ("--gpu", "-1", "--engine", "torch", "--class_nb", "5", "--stand_ins")
SURE = ("--network", "tests.tiny:sure", "--n_iterations", "2", "--initial_width", "5", "--methods", "naive,largest",
        "--initial_points", "130,30 310,80", "--lattice", "30", "--certify", "8", "--worst", "32", "--verify", "2",
        "--risk", "0.3", "--image_size", "64")
REPEAT = {"map": (map_script, ("--network", "tests.tiny:network", "--step", "30", "--batch_size", "8")),
          "optim": (optim_script, ("--network", "tests.tiny:network", "--n_iterations", "6", "--initial_width", "5",
                                   "--methods", "OIR_W,naive,OIR_B,trap", "--certify", "0"))}


@cache
def finished():
    """What optim.py writes today."""
    with tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
        _, path = optim_script.run(optim_script.Options.of(optim_script.parse_args(
            [*JOB, *SURE, "--checkpoint_dir", folder])))
        return torch.load(path)


def good_file(kind, name, folder):
    """Write a result of a kind; the file, and the script and the words that make such a result."""
    if kind == "whole":
        path, contents, shape = folder / WHERE / name, torch.load(STORED / kind / WHERE / name), load_stand_in(5, 0)
        contents["settings"].update(mesh_hash=shape.mesh_hash, shape_id=shape.shape_id)
        module, words = REPEAT[name.partition(".")[0]]
    else:
        path, contents = folder / "tests.tiny_sure/5/0" / name, finished()
        module, words = optim_script, SURE
    path.parent.mkdir(parents=True)
    torch.save(contents, path)
    return path, module, [*JOB, *words, "--checkpoint_dir", str(folder), "--data_dir", str(folder)]


def test_result_files_that_are_good_are_taken(tmp_path):
    for kind, name in RESULTS:
        path, module, words = good_file(kind, name, tmp_path / kind / name)
        before = path.read_bytes()
        assert outcome(module, words, tmp_path / kind / name) == 0 and path.read_bytes() == before


@fuzz(which=st.sampled_from(RESULTS), seed=st.integers(0, 2 ** 32), by_bytes=st.booleans(),
      report=st.sampled_from([*REPORTS, *SLOW_REPORTS]))
def test_result_files(folder, which, seed, by_bytes, report):
    path, module, words = good_file(*which, folder)
    if by_bytes:
        path.write_bytes(spoilt(path.read_bytes(), seed))
    else:
        try:
            torch.save(changed(torch.load(path), seed), path)
        except (TypeError, ValueError, RuntimeError, NotImplementedError):  # what cannot be saved is in no file
            return
    for read in (load_result, read_map, read_optim):
        only_input_errors(partial(read, path))
    trees = [folder, folder] if report == "compare" else ["--checkpoint_dir", folder]
    if report != "compare" and path.name == "optim.pt":
        shutil.copy(STORED / "whole" / WHERE / "map.pt", path.with_name("map.pt"))
    outcome(report_script, [report, *map(str, trees), "--results_dir", str(folder / "results")], folder)
    outcome(module, words, folder)


@fuzz(seed=st.integers(0, 2 ** 32))
def test_state_dicts(folder, seed):
    chosen = random.Random(seed)
    state = changed(dict(Tiny().state_dict()), seed)
    if chosen.random() < 0.2:
        state = odd_values(chosen)
    try:
        torch.save(state, folder / "w.pth")
    except (TypeError, ValueError, RuntimeError, NotImplementedError):
        return
    network = load_network("tests.tiny:network", folder / "w.pth")
    assert only_input_errors(lambda: network.n_classes) in (None, 10)
    module = only_input_errors(network.load)
    if module is not None:
        logits = only_input_errors(lambda: Classifier(module)(torch.rand(2, 3, 224, 224)))
        assert logits is None or (logits.shape == (2, 10) and torch.isfinite(logits).all())


@fuzz(facts=st.dictionaries(st.sampled_from(["image_size", "mean", "std", "class_names", "else"]), st.one_of(
    st.integers(-2, 6000), st.lists(st.floats(), max_size=4), st.lists(TEXTS, max_size=11), TEXTS, st.none(),
    st.booleans(), st.integers(0, 2 ** 32).map(lambda seed: odd_values(random.Random(seed))))))
def test_facts_of_a_network(folder, facts):
    network = function_network("a:b", None, lambda: (Tiny(), facts))
    for ask in (lambda: network.image_size, lambda: network.normalization, lambda: network.label(5)):
        only_input_errors(ask)
    mean_and_std = only_input_errors(lambda: network.normalization)
    assert mean_and_std is None or all(len(three) == 3 and np.isfinite(three).all() for three in mean_and_std)
