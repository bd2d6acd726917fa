"""What the benchmarks share."""
import os
import platform
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import torch

from utils.networks import PAPER_NETWORKS
from utils.paper import CLASS_NAMES
from utils.renderer import TextureMap
from utils.shapes.models import models_there
from utils.shapes.shape import load_shape

TEXELS = 1024  # of an image over an object, along an axis


def machine():
    """One line about where the numbers were measured."""
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return f"{cpu}, {torch.get_num_threads()} threads, torch {torch.__version__}, Python {platform.python_version()}"


def shapes_at_hand(data_dir):
    """(class_nb, object_nb, Shape) of the ShapeNet models below data_dir; a stand-in a class if there are none."""
    for class_nb, object_nb in models_there(data_dir) or [(c, 0) for c in range(len(CLASS_NAMES))]:
        yield class_nb, object_nb, load_shape(data_dir, class_nb, object_nb)


def with_image(shape):
    """The shape with an image of random colours laid over it, projected from the front at a slant."""
    x, y, z = shape.vertices[shape.faces.long()].unbind(-1)
    uv = torch.stack((x + 0.5 * z, y + 0.3 * z), dim=-1) / 2 + 0.5
    image = torch.rand(1, 3, TEXELS, TEXELS, generator=torch.Generator().manual_seed(0))
    return replace(shape, textures=TextureMap(image, uv))


def random_weights(network, folder):
    """A file with an untrained network's state_dict."""
    import torchvision

    torch.manual_seed(0)
    path = Path(folder, f"{network}.pth")
    torch.save(torchvision.models.get_model(PAPER_NETWORKS[network], weights=None).state_dict(), path)
    return path


def run_script_alone(script, *words, pause_every=None, meanwhile=None):
    """Run a script in a process of its own.

    Args:
        script: file name.
        words: its options, besides --override.
        pause_every, meanwhile: every so many seconds the script is stopped and meanwhile() called, so that both are
            measured on the same machine however its speed drifts. The pauses do not count as the script's time.

    Returns:
        Seconds, seconds to the first finished batch, peak memory in GB (of this process, if that is more).
    """
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, script, "--override", *map(str, words)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    shown, first = [], []

    def watch():
        while piece := process.stderr.read(16):
            shown.append(piece)
            if not first and re.search(r"[1-9]\d*/\d+ \[", "".join(shown[-20:])):
                first.append(time.perf_counter() - start)

    watcher = threading.Thread(target=watch)
    watcher.start()
    paused, next_pause = 0.0, pause_every or float("inf")
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        seconds = time.perf_counter() - start - paused
        if pid:
            break
        if seconds > next_pause:
            process.send_signal(signal.SIGSTOP)
            begin = time.perf_counter()
            meanwhile()
            paused += time.perf_counter() - begin
            next_pause = seconds + pause_every
            process.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    watcher.join()
    if status:
        raise SystemExit(f"{script} failed:\n{''.join(shown)}")
    return seconds, first[0] if first else None, usage.ru_maxrss / 1e6
