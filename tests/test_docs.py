"""README.md and docs/: the code in them runs as pasted, their links lead somewhere, and no option in them is wrong."""
import inspect
import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import matplotlib
import pytest
import trimesh

import map as map_script
import optim as optim_script
import report as report_script
import sweep as sweep_script
from tests import hubs
from tests.tiny import Tiny
from utils.bounds.promise import Certainty
from utils.shapes.catalogue import catalogue_of

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OTHER_PAGES = [ROOT / name / "README.md" for name in ("benchmarks", "checkpoint", "results", "scale", "utils/renderer")]
SCRIPTS = {f"{module.__name__}.py": module for module in (map_script, optim_script, sweep_script, report_script)}
OTHER_PROGRAMS = ("conda", "cp", "git", "grep", "import-linter", "jupyter", "pip", "python", "ray", "srun", "dot")
SLURM = dict(SLURMD_NODENAME="one", SLURM_NNODES="4", SLURM_CPUS_PER_TASK="16")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
FIRST_BLOCKS = (
    "pip install -r requirements.txt && python map.py --network efficientnet_lite0 --class_nb 4 --object_nb 4 --plot\n",
    "pip install -r requirements.txt -r requirements-dev.txt && python -m pytest\n")


def named(path):
    return path.relative_to(ROOT).as_posix()


def blocks(page, language):
    """The fenced blocks of a language; a shell's have none."""
    return [text for found, text in FENCE.findall(page.read_text(encoding="utf-8")) if found == language]


def indented(page):
    """Commands that are set in by four blanks, as one block."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return "\n".join(re.findall(r"^    ((?:python|import-linter) .*)$", text, re.M))


def spans(page):
    """Code within sentences and tables."""
    return re.findall(r"`([^`\n]+)`", FENCE.sub("", page.read_text(encoding="utf-8")))


@cache
def options_of(name):
    """All the options that a script or a module knows, by its own help or, of a module, by its source."""
    if name in SCRIPTS:
        module = SCRIPTS[name]
        commands = report_script.COMMANDS if module is report_script else {"": None}
        found = {"--help"}
        for command in commands:
            found |= set(re.findall(r"--\w+", help_of(module, *filter(None, [command]))))
        return found
    return set(re.findall(r'"(--\w+)"', inspect.getsource(import_module(name)))) | {"--help"}


def help_of(module, *words):
    """What a script prints for --help."""
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit):
        module.parse_args([*words, "--help"])
    return out.getvalue()


def calls(block, tmp_path):
    """What a block of shell calls: lists of words. Nothing is run but the shell itself, its loops and variables."""
    record = tmp_path / "calls"
    record.write_text("")
    stubs = "".join(f"{name}() {{ printf '%s\\037' {name} \"$@\" $'\\036' >> '{record}'; }}\n"
                    for name in OTHER_PROGRAMS)  # one write a call: the programs of a pipe run at the same time
    done = subprocess.run(["/bin/bash", "-eu", "-c", f"{stubs}\n{block}\nwait"], cwd=tmp_path, capture_output=True,
                          text=True, env={**SLURM, "PATH": ""})
    assert done.returncode == 0, f"{block}\n{done.stderr}"
    return [call.split("\037")[:-1] for call in record.read_text().split("\036\037")[:-1]]


def check_call(program, *words):
    """Raise or exit if a program would not take the words. Those that are not ours are believed: pip, ray, Slurm."""
    files = [after for before, after in zip(words, words[1:]) if before in ("-r", "-f", "lab")]
    assert program in ("cp", "ray", "srun") or all((ROOT / name).is_file() for name in files), words
    if program != "python":
        return
    if words[0] == "-m":
        name, *words = words[1:]
        assert find_spec(name), name
        known = set() if name == "pytest" else options_of(name)
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, (name, words)
        return
    module = SCRIPTS[words[0]]
    if "--help" not in words:
        args = module.parse_args(list(words[1:]))
        if hasattr(module, "Options"):
            module.Options.of(args)


@pytest.fixture
def folder(goldens, tmp_path, monkeypatch):
    """A folder with the files that the pages name, from which their code runs."""
    bowl = trimesh.load_mesh(goldens / "meshes/open_bowl.obj")
    for name in ("docs", "meshes", "scale"):
        (tmp_path / name).mkdir()
    for name in ("model.obj", "mug.stl", "meshes/red mug.stl", "meshes/tall mug.ply", "meshes/desk.obj"):
        bowl.export(tmp_path / name)
    (tmp_path / "docs/results").symlink_to(ROOT / "docs/results")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "/").parent == tmp_path:
            del sys.modules[name]


@pytest.fixture
def quick(monkeypatch):
    """Fewer iterations and views, a coarser lattice, a small network in place of a slow one, and none is converted."""
    def coarser(place, **changes):
        module, name = place.rsplit(".", 1)
        function = getattr(import_module(module), name)
        monkeypatch.setattr(place, lambda *args, **given: function(*args, **{**given, **changes}))

    coarser("utils.bounds.grow_regions", n_iterations=2)
    coarser("utils.bounds.largest.largest_region", step=30, certainty=Certainty(0.3))
    monkeypatch.setattr("utils.semantic.confidence.engine_for", lambda *args: None)
    matplotlib.use("agg")
    load = import_module("utils.networks").load_network
    for place in ("utils.networks.load_network", "utils.networks.table.load_network"):
        monkeypatch.setattr(place, lambda name: load("tests.tiny:network" if "efficientnet" in name else name))


RECIPES = dict(transformers='"hf:', timm='"timm:', open_clip='"open_clip:', onnxruntime="import onnxruntime")
MAKERS = dict(transformers=hubs.make_hf, timm=hubs.make_timm, open_clip=hubs.make_open_clip,
              onnxruntime=hubs.make_onnx)
WITH_PYTHON = [page for page in PAGES if blocks(page, "python") and page.name != "reports.md"]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=named)
def test_python_runs_as_pasted(page, folder, quick):
    names = {"MyNet": Tiny}
    for code in blocks(page, "python"):
        if any(words in code for words in RECIPES.values()):
            continue
        file = re.match(r"# (\w+\.py)\n", code)
        if file:
            (folder / file[1]).write_text(code)
        exec(compile(code, named(page), "exec"), names)
    made = [value for name, value in names.items() if name == "network" and callable(value)]
    for network in made:  # what the page says a network's function returns is taken
        module, facts = network()
        assert isinstance(module, Tiny) and facts["image_size"]


@pytest.mark.parametrize("package", RECIPES)
def test_recipes_run_as_pasted(package, folder, quick, monkeypatch):
    pytest.importorskip(package, reason=f"needs {package}")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code, = (code for code in blocks(ROOT / "docs/python.md", "python") if RECIPES[package] in code)
    MAKERS[package](folder)
    for name in re.findall(r'"((?:hf|timm|open_clip):[^"]+)"', code):  # a small one of a folder in the hub's place
        prefix = name.partition(":")[0]
        code = code.replace(f'"{name}"', f'"{prefix}:{"" if prefix == "hf" else "local-dir:"}{folder}"')
    assert len(code.splitlines()) <= 20
    exec(compile(code, f"docs/python.md, {package}", "exec"), {})


def test_the_tables_are_made_as_pasted(whole_tree, folder):
    code, = blocks(ROOT / "docs/reports.md", "python")
    (folder / "checkpoint").symlink_to(whole_tree)
    exec(compile(code, "docs/reports.md", "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_are_taken_as_pasted(page, folder):
    for text in blocks(page, "csv"):
        (folder / "objects.csv").write_text(text)
        assert catalogue_of(folder / "objects.csv").class_names == ("mug", "desk")
    for block in [*blocks(page, ""), indented(page), *(s for s in spans(page) if s.startswith(("python ", "pip ")))]:
        for call in calls(block, folder):
            check_call(*call)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_option_in_a_sentence_is_one(page):
    known = {"--help"}.union(*map(options_of, [*SCRIPTS, "scale.link"]))
    named_there = {option for span in spans(page) if not span.startswith("pip ")
                   for option in re.findall(r"(?<![\w-])--\w+", span)}
    assert named_there <= known, named_there - known


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_option_stands_in_a_page(script):
    there = {option for page in PAGES for span in spans(page) for option in re.findall(r"--\w+", span)}
    assert options_of(script) - there - {"--help"} == set()


def test_a_block_says_what_it_is():
    languages = {(named(page), language) for page in PAGES for language, _ in FENCE.findall(page.read_text())}
    assert {language for _, language in languages} <= {"", "python", "csv", "text"}


def test_the_readme_is_short_and_begins_with_a_picture_and_two_commands():
    readme = ROOT / "README.md"
    lines = readme.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
    assert any(line.startswith("![") for line in lines[:10])
    assert tuple(blocks(readme, "")[:2]) == FIRST_BLOCKS
    assert FIRST_BLOCKS[1] in (ROOT / ".ci/run").read_text()


def slugs(page):
    """The anchors that GitHub gives a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in
            re.findall(r"^#+ (.*)$", text, re.M)}


def links(page):
    """(target, anchor) of the links of a page or a notebook that stay in the repository."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text)):
        if not target.startswith(("http:", "https:", "attachment:")):
            path, _, anchor = target.partition("#")
            yield Path(os.path.normpath(page.parent / path)) if path else page, anchor


@pytest.mark.parametrize("page", [*PAGES, *OTHER_PAGES, ROOT / "tutorial/semantic_robustness.ipynb"], ids=named)
def test_links_lead_somewhere(page):
    for target, anchor in links(page):
        assert target.exists(), target
        assert not anchor or anchor in slugs(target), f"{target}#{anchor}"


def cited():
    """(file, section number) of docs/method.md, as the sources and tests cite it."""
    for path in sorted(path for folder in ("utils", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")):
        text = " ".join(path.read_text(encoding="utf-8").split())
        for numbers in re.findall(r"docs/method\.md, sections? (\d+(?:(?:, | and )\d+)*)", text):
            yield from ((named(path), number) for number in re.findall(r"\d+", numbers))


def test_every_section_of_the_method_that_is_cited_exists():
    sections = re.findall(r"^## (\d+)\. ", (ROOT / "docs/method.md").read_text(encoding="utf-8"), re.M)
    assert sections == [str(k + 1) for k in range(len(sections))]
    found = set(cited())
    assert found and {(name, number) for name, number in found if number not in sections} == set()
    assert not [path for path in (ROOT / "utils").rglob("*.py") if re.search(r"\bSPEC\b", path.read_text("utf-8"))]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "README.md"], ids=named)
def test_every_page_can_be_reached_from_the_readme(page):
    assert page in {target for target, _ in links(ROOT / "README.md")}
