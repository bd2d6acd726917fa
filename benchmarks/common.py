"""What the benchmarks share."""
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

import torch

from scale.true_dict import CLASS_NAMES, SHAPE_IDS
from utils.dataset import load_shape, model_path
from utils.networks import PAPER_NETWORKS


def machine():
    """One line about where the numbers were measured."""
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return f"{cpu}, {torch.get_num_threads()} threads, torch {torch.__version__}, Python {platform.python_version()}"


def shapes_at_hand(data_dir):
    """(class_nb, object_nb, Shape) of the ShapeNet models below data_dir, or of a stand-in a class if there are none."""
    numbers = [(c, o) for c in range(len(CLASS_NAMES)) for o in range(len(SHAPE_IDS[c]))]
    there = [(c, o) for c, o in numbers if model_path(data_dir, c, o).exists()]
    for class_nb, object_nb in there or [(c, 0) for c in range(len(CLASS_NAMES))]:
        yield class_nb, object_nb, load_shape(data_dir, class_nb, object_nb)


def random_weights(network, folder):
    """A file with an untrained network's state_dict."""
    import torchvision

    torch.manual_seed(0)
    path = Path(folder, f"{network}.pth")
    torch.save(torchvision.models.get_model(PAPER_NETWORKS[network][1], weights=None).state_dict(), path)
    return path


def run_script_alone(script, *words):
    """Run a script in a process of its own; returns (seconds, seconds to the first finished batch, peak memory in GB)."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, script, "--override", *map(str, words)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    first = None
    shown = ""
    while piece := process.stderr.read(16):
        shown += piece
        if first is None and re.search(r"[1-9]\d*/\d+ \[", shown):
            first = time.perf_counter() - start
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{script} failed:\n{shown}")
    return time.perf_counter() - start, first, usage.ru_maxrss / 1e6
