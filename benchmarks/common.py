"""What the benchmarks share."""
import platform
from pathlib import Path

import torch

from scale.true_dict import CLASS_NAMES, SHAPE_IDS
from utils.dataset import load_shape, model_path


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
