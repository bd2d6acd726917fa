"""optim.py: what lock-step brings, where the time goes, what a gradient costs, and the memory.

    python -m benchmarks.optim --data_dir scale

(a) peak memory of optim.py; (b) all boxes in lock-step, against the same descent of one box at a time that asks for one
view at a time, as the released program does; (c) shares of rendering, its gradient and the network; (d) a gradient view
over a forward view for every mesh; (e) how many of the views that the optimizers and a map ask for are different
images, and the time with the network asked once for each and without, on a chair. alexnet and resnet have random
weights. --parts de runs these two alone.
"""
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import xxhash

from benchmarks.common import machine, random_weights, run_script_alone, shapes_at_hand
from utils.bounds import OPTIMIZERS, grow_regions
from utils.bounds.corners import corners
from utils.bounds.descent import N_ITERATIONS, start, step
from utils.networks import choose_network
from utils.options.option import Parser
from utils.paper import CLASS_NAMES
from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of, grid
from utils.runs.journal import Journal
from utils.runs.script import run_script
from utils.semantic.confidence import Confidence
from utils.semantic.views import Views
from utils.shapes.shape import load_shape

POINTS = np.array([(130.0, 30), (50, 20), (200, 15), (310, 50)])
METHODS = ("OIR_W", "naive", "OIR_B")
CHAIR = CLASS_NAMES.index("chair")
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


class Hashing:
    """f, with a hash of each image that it is shown, and the seconds that hashing takes."""

    def __init__(self, f):
        self.f, self.seen, self.n_views, self.seconds = f, set(), 0, 0.0
        self.domain, images = f.domain, f.images

        def hashed(points):
            found = images(points)
            begin = time.perf_counter()
            self.seen.update(map(xxhash.xxh3_128_digest, found[:, :1].detach().contiguous().numpy()))
            self.seconds += time.perf_counter() - begin
            self.n_views += len(found)
            return found

        f.images = hashed

    def __call__(self, points):
        return self.f(points)

    def value_and_grad(self, points):
        return self.f.value_and_grad(points)


def asked_once(f_of, shape, n_iterations, folder):
    """Print what it brings to ask the network once for each image: for optimizers together and alone, and for a map."""
    print(f"\n(e) the network asked once for each image: efficientnet_lite0 on {shape.shape_id}, {n_iterations} "
          "iterations, 4 points\nquestions of        views  different  s without  s with  ratio  s hashing")
    points = np.stack([values.ravel() for values in grid()], axis=1)

    def grow(*methods):
        return lambda f: grow_regions(f, POINTS, methods, n_iterations)

    for name, ask in {"naive, OIR_B": grow("naive", "OIR_B"), "naive": grow("naive"), "OIR_B": grow("OIR_B"),
                      "OIR_W": grow("OIR_W"), "a map": lambda f: f(points)}.items():
        f = f_of("efficientnet_lite0")
        f(points[:40])
        begin = time.perf_counter()
        ask(f)
        without = time.perf_counter() - begin
        path = Path(folder, f"{len(list(Path(folder).iterdir()))}.journal")
        begin = time.perf_counter()
        with Journal(lambda f=f: f, f.parameters, f.label, path, {}, f.domain) as journal:
            ask(journal)
        with_memory = time.perf_counter() - begin
        counted = Hashing(f)
        ask(counted)
        print(f"{name:18} {counted.n_views:7,} {len(counted.seen):10,} {without:10.1f} {with_memory:7.1f} "
              f"{with_memory / without:6.2f} {counted.seconds:10.2f}", flush=True)


def main():
    parser = Parser(prog="benchmarks.optim", description=__doc__.splitlines()[0])
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR")
    parser.add_argument("--class_nb", type=int, default=5)
    parser.add_argument("--object_nb", type=int, default=4)
    parser.add_argument("--parts", default="abcde", help="(default: %(default)s)")
    parser.add_argument("--n_iterations", type=int, default=N_ITERATIONS, help="of (e) (default: %(default)s)")
    args = parser.parse_args()
    print(machine())
    shape = load_shape(args.data_dir, args.class_nb, args.object_nb)
    with tempfile.TemporaryDirectory() as folder:
        files = {"efficientnet_lite0": None, **{name: random_weights(name, folder) for name in ("alexnet", "resnet")}}

        def f_of(network, class_nb=args.class_nb, seen=shape):
            chosen = choose_network(network, files[network])
            return Confidence.of(chosen, chosen.label(class_nb), seen)

        if "a" in args.parts:
            print("\n(a) peak memory of optim.py")
            for network in ("efficientnet_lite0", "alexnet", "resnet"):
                weights = ("--weights", files[network]) if files[network] else ()
                options = ("--network", network, *weights, "--data_dir", args.data_dir, "--stand_ins",
                           "--class_nb", args.class_nb, "--object_nb", args.object_nb, "--n_iterations", 4,
                           "--methods", ",".join(METHODS))
                *_, peak = run_script_alone("optim.py", *options, "--certify", 0, "--gpu", -1, "--checkpoint_dir",
                                            folder)
                print(f"{network:18} {peak:.2f} GB", flush=True)

        if "b" in args.parts:
            print("\n(b) 50 iterations, 3 methods x 4 points\nnetwork            lock-step s  one by one s  ratio  "
                  "traces differ by")
            for network in ("efficientnet_lite0", "alexnet"):
                together, alone, difference = lock_step(f_of(network), 50)
                print(f"{network:18} {together:11.1f} {alone:13.1f} {alone / together:6.1f}  {difference:.1e}",
                      flush=True)

        if "c" in args.parts:
            print("\n(c) one iteration\nnetwork             ms  rendering  network  its gradient  renderer's gradient")
            for network in ("efficientnet_lite0", "alexnet", "resnet"):
                f = f_of(network)
                shares(f, 1)
                times = shares(f, 5)
                rendering, forward, backward, gradient = times / times.sum()
                print(f"{network:18} {times.sum() * 1e3:.0f} {rendering:10.0%} {forward:8.0%} {backward:13.0%} "
                      f"{gradient:20.0%}", flush=True)

        if "d" in args.parts:
            print("\n(d) ms per 224 x 224 view\nshape            faces  forward  gradient  ratio")
            ratios = []
            for class_nb, object_nb, other in shapes_at_hand(args.data_dir):
                gradient_over_forward(other, 1)
                forward, backward = gradient_over_forward(other, 5)
                ratios.append(backward / forward)
                print(f"{CLASS_NAMES[class_nb]} {object_nb}".ljust(14), f"{len(other.faces):7,} {forward:8.2f} "
                      f"{backward:9.2f} {ratios[-1]:6.1f}", flush=True)
            print(f"geometric mean {np.exp(np.mean(np.log(ratios))):.1f}, largest {max(ratios):.1f}")

        if "e" in args.parts:
            chair = next((one for number, _, one in shapes_at_hand(args.data_dir) if number == CHAIR), shape)
            asked_once(lambda network: f_of(network, CHAIR, chair), chair, args.n_iterations, folder)


if __name__ == "__main__":
    run_script(main)
