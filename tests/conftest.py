"""Where the tests find their numbers."""
import os
import signal
import sys
from pathlib import Path

import pytest

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it, which children inherit

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared"

# The files that take longest begin, so that neither core waits for the other at the end. In a new clone test_gradients
# compiles the renderer; beside it runs what needs little of it, so that few kernels are compiled twice.
LONG = ("test_gradients", "test_explorer", "test_tabs", "test_sweep", "test_optim", "test_cuda", "test_confidence",
        "test_own", "test_map", "test_faults", "test_tutorial", "test_engines", "test_store", "test_report",
        "test_rules", "test_architecture", "test_efficientnet_lite", "test_compiled")


def pytest_configure(config):
    """Set what torch and Triton read when they are imported; the process that only hands out tests needs neither."""
    os.environ["GOMP_SPINCOUNT"] = "3000"  # as scripts set it: the idle threads of two processes would keep cores busy
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        import torch
        if not torch.cuda.is_available():
            os.environ["TRITON_INTERPRET"] = "1"  # the GPU's kernels then run on the CPU


def pytest_collection_modifyitems(items):
    """Order the tests by file, in the order of LONG; the others stay as they are."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory):
    """Converted networks go to a folder of the tests' own, here and in the processes that they start."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["CI"] = "true"  # or OpenVINO tells its makers of each conversion, from a process of its own


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
    from utils.runs import script

    def run(module, *words):
        monkeypatch.setattr(sys, "argv", [f"{module.__name__}.py", *map(str, words)])
        try:
            script.run_script(module.main, plural=getattr(module, "PLURAL", {}))  # sweep.py has one
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
