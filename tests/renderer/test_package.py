"""The renderer as a package of its own. test_compiled.py imports it from its wheel, with nothing else of ours."""
import email
import re
import zipfile
from pathlib import Path

import utils.renderer as nr
from tests.renderer.conftest import ROOT

FOLDER = Path(nr.__file__).parent


def test_the_wheel_holds_the_renderer_and_nothing_else(wheel):
    assert re.fullmatch(r"neural_renderer-[0-9.]+-py3-none-any\.whl", wheel.name)
    assert wheel.stat().st_size < 200_000
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = email.message_from_bytes(archive.read(f"neural_renderer-{nr.__version__}.dist-info/METADATA"))
        license, = (archive.read(name) for name in archive.namelist() if name.endswith("/LICENSE"))
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py")} | {"py.typed"}
    assert names == {f"neural_renderer/{name}" for name in files}
    assert license == (ROOT / "LICENSE").read_bytes() == (FOLDER / "LICENSE").read_bytes()
    assert metadata["License-Expression"] == "MIT" and metadata["Version"] == nr.__version__
    needed = {re.match("[a-z]+", line).group() for line in metadata.get_all("Requires-Dist")}
    assert needed == {"torch", "numpy", "numba", "pillow"}
    assert metadata.get_payload() == (FOLDER / "README.md").read_text(encoding="utf-8")


def test_what_it_needs_is_what_the_repository_needs():
    wanted = set((ROOT / "requirements.txt").read_text().split())
    listed = re.search(r"^dependencies = \[(.*)\]$", (FOLDER / "pyproject.toml").read_text(), re.MULTILINE).group(1)
    assert set(re.findall(r'"(.*?)"', listed)) <= wanted
