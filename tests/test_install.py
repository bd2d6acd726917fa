"""Both packages, installed into one folder beside somebody else's package `utils`."""
import ast
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

import optim as optim_script
import utils
import utils.renderer as nr
from utils import Confidence, largest_region, load_network, load_stand_in
from utils.shapes.models import DATA_DIR

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "MANIFEST.in", "LICENSE", "README.md", "requirements.txt")
OPTIM = "checkpoint/tests.tiny_sure/5/0/optim.pt"
POINT = 130, 30
OPTIONAL = {"DracoPy", "pyarrow", "ray", "timm", "triton"}  # the library does without them, or says that it needs them
FOREIGN = "utils", "scale", "tests"  # packages of another project

# Runs in the project's folder. What it prints last is a JSON object.
PROGRAM = """
import json
from pathlib import Path

import torch
import neural_renderer
import semantic_robustness as sr
import scale, utils
from semantic_robustness.explorer.page import page
from semantic_robustness.shapes.models import DATA_DIR
from semantic_robustness.results.left_out import LeftOut

f = sr.Confidence.of(sr.load_network("my_networks:sure"), "cup", sr.load_stand_in(5, 0))
grown = sr.grow_regions(f, [(130, 30)], ["naive", "OIR_B"], n_iterations=2, width=5)
largest = sr.largest_region(f, (130, 30), step=30, certainty=None)

path = Path("checkpoint/tests.tiny_sure/5/0/optim.pt")
stored = sr.load_result(path)
contents = torch.load(path)
contents["naive"]["regions"][0] = grown["naive"].regions[0]
torch.save(contents, "changed.pt")

left_out = LeftOut("project")
text = page(sr.load_tree("checkpoint"), [], DATA_DIR, left_out)
boxes = [stored.methods["naive"].regions[0], grown["naive"].regions[0], grown["OIR_B"].regions[0], largest.box]
print(json.dumps(dict(
    foreign=[utils.WHOSE, scale.WHOSE], versions=[sr.__version__, neural_renderer.__version__], data_dir=str(DATA_DIR),
    boxes=[[box.a.tolist(), box.b.tolist()] for box in boxes], page=len(text), left_out=len(left_out.lines))))
"""


def run(*command, cwd, **environment):
    """What a Python's command prints."""
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, *map(str, command)], cwd=cwd, capture_output=True, text=True,
                          env=outside | environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the two installed packages and the foreign ones."""
    for name in ("pip", "setuptools"):
        if not find_spec(name):
            pytest.skip(f"needs {name} to build and install the packages")
    source, wheels, site = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "site"))
    for name in SOURCES:
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "utils", source / "utils", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for folder in (source, source / "utils/renderer"):
        run("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", wheels,
            folder, cwd=source)
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site, *wheels.iterdir(), cwd=source)
    for name in FOREIGN:
        (site / name).mkdir()
        (site / name / "__init__.py").write_text('WHOSE = "another project"\n')
    return site


def test_every_file_that_the_library_needs_is_installed(site):
    folder = ROOT / "utils"
    wanted = {path.relative_to(folder).as_posix() for kind in ("*.py", "*.html", "*.css", "*.js", "py.typed")
              for path in folder.rglob(kind)}
    installed = site / "semantic_robustness"
    assert {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()
            and path.suffix != ".pyc"} == wanted
    assert {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")} == {
        "semantic_robustness", "neural_renderer", *FOREIGN}


def imported():
    """Names of the packages that the library imports, other than by a relative import."""
    for path in (ROOT / "utils").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module.partition(".")[0]
            elif isinstance(node, ast.Import):
                yield from (name.name.partition(".")[0] for name in node.names)


def test_the_library_imports_what_its_requirements_bring_and_itself_by_relative_imports():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    required = {re.match(r"[\w-]+", line)[0].lower() for line in lines} | {"llvmlite"}  # which numba brings
    brings = packages_distributions()
    missing = {name for name in set(imported()) - set(sys.stdlib_module_names) - OPTIONAL
               if not required & {project.lower() for project in brings.get(name, ())}}
    assert missing == set()


def test_the_library_works_beside_a_foreign_utils(site, run_script, tmp_path):
    words = dict(network="tests.tiny:sure", class_nb=5, object_nb=0, n_iterations=2, methods="naive,OIR_B",
                 initial_points="130,30", initial_width=5, certify=0, engine="torch",
                 checkpoint_dir=tmp_path / "checkpoint")
    code, _, error = run_script(optim_script, *(w for name, value in words.items() for w in (f"--{name}", value)))
    assert code == 0, error
    ours = utils.load_result(tmp_path / OPTIM)
    f = Confidence.of(load_network("tests.tiny:sure"), "cup", load_stand_in(5, 0))
    largest = largest_region(f, POINT, step=30, certainty=None).box

    shutil.copy(ROOT / "tests/tiny.py", tmp_path / "my_networks.py")
    text = (tmp_path / "my_networks.py").read_text().replace("from utils.paper", "from semantic_robustness.paper")
    (tmp_path / "my_networks.py").write_text(text)
    said = json.loads(run("-c", PROGRAM, cwd=tmp_path, PYTHONPATH=str(site)).splitlines()[-1])

    naive, oir_b = (ours.methods[name].regions[0] for name in ("naive", "OIR_B"))
    boxes = [[box.a, box.b] for box in (naive, naive, oir_b, largest)]
    assert said["foreign"] == ["another project"] * 2
    assert said["versions"] == [utils.__version__, nr.__version__]
    assert said["data_dir"] == "scale" and DATA_DIR == ROOT / "scale"
    np.testing.assert_allclose(said["boxes"], boxes, atol=1e-4)  # optim.py computes with another engine here
    assert said["page"] > 1_000_000 and said["left_out"] == 0
    assert b"semantic_robustness.regions" in (tmp_path / "changed.pt").read_bytes()
    changed, = torch.load(tmp_path / "changed.pt")["naive"]["regions"]
    assert type(changed) is utils.ndinterval
    assert utils.load_result(tmp_path / "changed.pt").methods["naive"].regions == [changed]
    assert [changed.a.tolist(), changed.b.tolist()] == said["boxes"][1]
