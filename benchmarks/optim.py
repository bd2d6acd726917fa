"""optim.py: what lock-step brings, where the time goes, what a gradient costs, and the memory.

    python -m benchmarks.optim --data_dir scale

(a) peak memory of optim.py; (b) all boxes in lock-step, against the same descent of one box at a time that asks for one
view at a time, as the released program does; (c) shares of rendering, its gradient and the network; (d) a gradient view
over a forward view for every mesh. alexnet and resnet have random weights.
"""
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import machine, random_weights, run_script_alone, shapes_at_hand
from utils.bounds import OPTIMIZERS
from utils.bounds.corners import corners
from utils.bounds.descent import start, step
from utils.networks import load_network
from utils.options.jobs import Parser
from utils.paper import CLASS_NAMES
from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of
from utils.runs.script import run_script
from utils.semantic.confidence import Confidence
from utils.semantic.views import Views
from utils.shapes.shape import load_shape

POINTS = np.array([(130.0, 30), (50, 20), (200, 15), (310, 50)])
METHODS = ("OIR_W", "naive", "OIR_B")
WIDTH = 2.0  # wide enough for the boxes to move in a short run
DOMAIN = domain_of(AZIMUTH_AND_ELEVATION)


class OneByOne:
    """f, asked for one view at a time."""

    def __init__(self, f):
        self.f = f

    def __call__(self, points):
        return torch.cat([self.f(point[None]) for point in points])

    def value_and_grad(self, points):
        return [torch.cat(parts) for parts in zip(*(self.f.value_and_grad(point[None]) for point in points))]


def descend(f, methods, points, n_iterations):
    descent = start([OPTIMIZERS[name]() for name in methods], points, WIDTH, DOMAIN)
    for _ in range(n_iterations):
        step(descent, f, domain=DOMAIN)
    return np.stack(descent.traces, axis=1)


def lock_step(f, n_iterations):
    """(seconds in lock-step, seconds one by one, largest difference of the traces)."""
    descend(f, METHODS, POINTS, 1)
    begin = time.perf_counter()
    together = descend(f, METHODS, POINTS, n_iterations)
    middle = time.perf_counter()
    alone = np.concatenate([descend(OneByOne(f), [name], point[None], n_iterations)
                            for name in METHODS for point in POINTS])
    return middle - begin, time.perf_counter() - middle, np.abs(together - alone).max()


def shares(f, rounds):
    """Seconds of one iteration's parts: rendering, the network, the network's gradient, the renderer's gradient."""
    inner = torch.from_numpy(corners(POINTS - WIDTH, np.full_like(POINTS, 2 * WIDTH)).reshape(-1, 2))
    values_only = inner.repeat(4, 1)  # two methods' inner corners, and two methods' outer ones
    total = np.zeros(4)
    for _ in range(rounds):
        for points, with_gradient in ((values_only, False), (inner, True)):
            for chunk in f.chunks(points):
                times = [time.perf_counter()]
                with torch.set_grad_enabled(with_gradient):
                    chunk = chunk.clone().requires_grad_(with_gradient)
                    images = f.images(chunk)
                    times.append(time.perf_counter())
                    seen = images.detach().requires_grad_(with_gradient)
                    confidence = f.logits(seen).softmax(1)[:, f.label].sum()
                    times.append(time.perf_counter())
                    if with_gradient:
                        wanted, = torch.autograd.grad(confidence, seen)
                        times.append(time.perf_counter())
                        torch.autograd.grad(images, chunk, wanted)
                        times.append(time.perf_counter())
                total[:len(times) - 1] += np.diff(times)
    return total / rounds


def gradient_over_forward(shape, rounds):
    """Median ms of a forward view, and of its gradient."""
    views = Views(shape)
    points = torch.tensor([(azimuth, elevation) for elevation in (10, 50) for azimuth in (0, 100, 200, 300)]).double()
    forward, backward = [], []
    for _ in range(rounds):
        begin = time.perf_counter()
        views(points)
        forward.append((time.perf_counter() - begin) / len(points) * 1e3)
        wanted_points = points.clone().requires_grad_()
        images = views(wanted_points)
        wanted = torch.randn(images.shape)
        begin = time.perf_counter()
        torch.autograd.grad(images, wanted_points, wanted)
        backward.append((time.perf_counter() - begin) / len(points) * 1e3)
    return np.median(forward), np.median(backward)


def main():
    parser = Parser(prog="benchmarks.optim", description=__doc__.splitlines()[0])
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR")
    parser.add_argument("--class_nb", type=int, default=5)
    parser.add_argument("--object_nb", type=int, default=4)
    args = parser.parse_args()
    print(machine())
    shape = load_shape(args.data_dir, args.class_nb, args.object_nb)
    with tempfile.TemporaryDirectory() as folder:
        files = {"efficientnet_lite0": None, **{name: random_weights(name, folder) for name in ("alexnet", "resnet")}}

        def f_of(network):
            chosen = load_network(network, files[network])
            return Confidence.of(chosen, chosen.label(args.class_nb), shape)

        print("\n(a) peak memory of optim.py")
        for network in ("efficientnet_lite0", "alexnet", "resnet"):
            weights = ("--weights", files[network]) if files[network] else ()
            options = ("--network", network, *weights, "--data_dir", args.data_dir, "--stand_ins",
                       "--class_nb", args.class_nb, "--object_nb", args.object_nb, "--n_iterations", 4,
                       "--methods", ",".join(METHODS))
            *_, peak = run_script_alone("optim.py", *options, "--certify", 0, "--gpu", -1, "--checkpoint_dir", folder)
            print(f"{network:18} {peak:.2f} GB", flush=True)

        print("\n(b) 50 iterations, 3 methods x 4 points\nnetwork            lock-step s  one by one s  ratio  "
              "traces differ by")
        for network in ("efficientnet_lite0", "alexnet"):
            together, alone, difference = lock_step(f_of(network), 50)
            print(f"{network:18} {together:11.1f} {alone:13.1f} {alone / together:6.1f}  {difference:.1e}", flush=True)

        print("\n(c) one iteration\nnetwork             ms  rendering  network  its gradient  renderer's gradient")
        for network in ("efficientnet_lite0", "alexnet", "resnet"):
            f = f_of(network)
            shares(f, 1)
            times = shares(f, 5)
            rendering, forward, backward, gradient = times / times.sum()
            print(f"{network:18} {times.sum() * 1e3:.0f} {rendering:10.0%} {forward:8.0%} {backward:13.0%} "
                  f"{gradient:20.0%}", flush=True)

        print("\n(d) ms per 224 x 224 view\nshape            faces  forward  gradient  ratio")
        ratios = []
        for class_nb, object_nb, other in shapes_at_hand(args.data_dir):
            gradient_over_forward(other, 1)
            forward, backward = gradient_over_forward(other, 5)
            ratios.append(backward / forward)
            print(f"{CLASS_NAMES[class_nb]} {object_nb}".ljust(14), f"{len(other.faces):7,} {forward:8.2f} "
                  f"{backward:9.2f} {ratios[-1]:6.1f}", flush=True)
        print(f"geometric mean {np.exp(np.mean(np.log(ratios))):.1f}, largest {max(ratios):.1f}")


if __name__ == "__main__":
    run_script(main)
