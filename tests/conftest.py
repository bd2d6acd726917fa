"""Where the tests find their numbers."""
import os
import sys
from pathlib import Path

import pytest
import torch

if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"  # read when Triton is imported: the GPU's kernels then run on the CPU

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared"


@pytest.fixture
def goldens():
    """Reference numbers of the neural mesh renderer on small meshes."""
    return HERE / "goldens"


@pytest.fixture
def shared():
    """Real meshes, a real network and published files, which a clone does not have."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real meshes and weights in {SHARED}")
    return SHARED


@pytest.fixture
def run_script(monkeypatch, capsys):
    """Run a script's main as the command line would: run_script(module, *words) -> (exit code, stdout, stderr)."""
    from utils.jobs import script

    def run(module, *words):
        monkeypatch.setattr(sys, "argv", [f"{module.__name__}.py", *map(str, words)])
        try:
            script.run_script(module.main)
            code = 0
        except SystemExit as stop:
            code = stop.code
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.fixture(scope="session")
def whole_tree(tmp_path_factory):
    """Two networks, three objects of two classes."""
    from tests.trees import write_result
    tree = tmp_path_factory.mktemp("tree")
    for seed, name in enumerate(("ResNet50/5/0", "ResNet50/5/1", "ResNet50/1/0", "AlexNet/5/0", "AlexNet/5/1",
                                 "AlexNet/1/0")):
        _, class_nb, object_nb = name.split("/")
        write_result(tree / name, int(class_nb), int(object_nb), seed)
    return tree
