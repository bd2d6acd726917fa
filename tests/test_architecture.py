"""The architecture's rules: who imports whom, how long modules are, and what the checkers say."""
import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 300  # lines of a module
MOST_ARGUMENTS = 8
KERNELS = {"cpu/camera_kernels.py", "cpu/gradient_kernels.py", "cpu/image_kernels.py", "cpu/kernels.py",
           "cuda/kernels.py"}
# the neural_renderer package's own signatures, which programs call
PUBLISHED = {"Renderer.__init__", "Renderer.forward", "Renderer.render", "Renderer.render_rgb", "Rasterize.__init__",
             "rasterize_rgbad", "rasterize"}


def modules():
    for path in sorted((ROOT / "utils").rglob("*.py")):
        if not any(str(path).endswith(name) for name in KERNELS) and path.parent.name != "stand_ins":
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def functions(tree, prefix=""):
    """(qualified name, node) of every function and method that stands in a module or a class."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, node


def arguments(node, is_method):
    """Its arguments, without self and cls."""
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    return named[1 if is_method and not static else 0:] + [a for a in (given.vararg, given.kwarg) if a]


def run(*command):
    ended = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_imports_run_downwards():
    pytest.importorskip("importlinter", reason="needs import-linter: pip install -r requirements-dev.txt")
    run("-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))")


def test_ruff_finds_nothing():
    pytest.importorskip("ruff", reason="needs ruff: pip install -r requirements-dev.txt")
    run("-m", "ruff", "check", "--no-cache", ".")


def test_mypy_finds_nothing():
    pytest.importorskip("mypy", reason="needs mypy: pip install -r requirements-dev.txt")
    pytest.importorskip("numpy", minversion="2", reason="numpy 1 and its time's matplotlib have other types")
    run("-m", "mypy")


def test_modules_are_short():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path, _ in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_functions_take_few_arguments():
    many = {f"{path.relative_to(ROOT)}: {name}" for path, tree in modules() for name, node in functions(tree)
            if len(arguments(node, "." in name)) > MOST_ARGUMENTS and name not in PUBLISHED}
    assert many == set()


def test_public_functions_have_type_hints():
    bare = set()
    for path, tree in modules():
        for name, node in functions(tree):
            last = name.rpartition(".")[2]
            if any(part.startswith("_") for part in name.split(".")) and last not in ("__init__", "__call__"):
                continue
            if not node.returns or not all(a.annotation for a in arguments(node, "." in name)):
                bare.add(f"{path.relative_to(ROOT)}: {name}")
    assert bare == set()


def test_every_module_says_its_subject():
    assert [str(path) for path, tree in modules() if not ast.get_docstring(tree)] == []
