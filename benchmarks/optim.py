"""optim.py: what lock-step brings, where the time goes, what a gradient costs, and the memory.

    python -m benchmarks.optim --data_dir scale

(a) peak memory of optim.py, also of 30 iterations with all that it does by default; (b) all boxes in lock-step, against
the same descent of one box at a time that asks for one view at a time, as the released program does; (c) shares of
rendering, its gradient and the network; (d) a gradient view over a forward view for every mesh; (e) how many of the
views that the optimizers and a map ask for are different images, and the time with the network asked once for each and
without, on chair 4 or the object of `--class_nb` and `--object_nb`; (f) a network's gradient without its layers' inputs
kept, against the same with them: bits and time. alexnet and resnet have random weights. `--parts de` runs these two
alone.
"""
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
import xxhash

from benchmarks.common import machine, random_weights, run_script_alone, shapes_at_hand
from utils.bounds import OPTIMIZERS, grow_regions
from utils.bounds.corners import corners
from utils.bounds.descent import N_ITERATIONS, start, step
from utils.networks import load_network
from utils.options.option import Parser
from utils.paper import CLASS_NAMES
from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of, grid
from utils.runs.journal import Journal
from utils.runs.records import GRADIENTS, VALUES, read_records
from utils.runs.script import run_script
from utils.semantic.confidence import Confidence
from utils.semantic.cpu_gradient import CPUGradient
from utils.semantic.gradients import RendererGradient
from utils.semantic.views import Views
from utils.shapes.shape import load_shape

POINTS = np.array([(130.0, 30), (50, 20), (200, 15), (310, 50)])
METHODS = ("OIR_W", "naive", "OIR_B")
CUP = CLASS_NAMES.index("cup"), 4
CHAIR = CLASS_NAMES.index("chair"), 4
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


def images_asked_once(f, n_iterations, folder):
    """Print what it brings to ask the network once for each image: of naive and OIR_B, of OIR_W, and of a map."""
    print(f"\n(e) efficientnet_lite0 on {f.views.shape.shape_id}, {n_iterations} iterations from 4 points")
    paths = [Path(folder, f"{number}.journal") for number in range(3)]

    def journal(path):
        f.gradient = RendererGradient(known={})
        return Journal(lambda: f, f.parameters, f.label, path, {}, f.domain)

    f.value_and_grad(POINTS)
    f(POINTS)
    for methods, path in (("naive", "OIR_B"), paths[0]), (("OIR_W",), paths[1]):
        f.gradient = RendererGradient()
        begin = time.perf_counter()
        grow_regions(f, POINTS, methods, n_iterations)
        middle = time.perf_counter()
        with journal(path) as asked:
            grow_regions(asked, POINTS, methods, n_iterations)
        without, once = middle - begin, time.perf_counter() - middle
        print(f"{' and '.join(methods)}: {without:.0f} s when every view is asked, {once:.0f} s when every image is: "
              f"{once / without:.2f}", flush=True)
    with journal(paths[2]) as asked:
        asked(np.stack([values.ravel() for values in grid()], axis=1))
    images = [np.concatenate([record.table["image"] for record in read_records(path, 2) if record.kind == VALUES])
              for path in paths]
    both = images[0].reshape(-1, 3, 4 * len(POINTS))  # an iteration's inner corners of naive, of OIR_B, and outer ones
    gradients = np.concatenate([record.table["point"] for record in read_records(paths[1], 2)
                                if record.kind == GRADIENTS])
    digests, seconds = [], 0.0
    for chunk in f.chunks(gradients):
        views = f.images(chunk)[:, :1].contiguous().numpy()
        begin = time.perf_counter()
        digests += map(xxhash.xxh3_128_digest, views)
        seconds += time.perf_counter() - begin
    print("views of            asked  different")
    for name, found in {"naive": both[:, 0], "OIR_B": both[:, 1:], "naive and OIR_B": both, "OIR_W, values": images[1],
                        "OIR_W, gradients": np.array(digests, "V16"), "a map": images[2]}.items():
        print(f"{name:18} {found.size:6,} {len(np.unique(found)):10,}", flush=True)
    print(f"hashing takes {seconds / len(digests) * 1e6:.0f} microseconds an image")


def gradient_with_less(module, rounds):
    """Whether all bits are the same without the layers' inputs kept, and the ratio of the times."""
    given = torch.rand(4 * len(POINTS), 1, 224, 224, generator=torch.Generator().manual_seed(0)).expand(-1, 3, -1, -1)
    module = module.to(memory_format=torch.channels_last)
    found, times = {}, {True: [], False: []}
    for _ in range(rounds):
        for is_kept in times:
            images = given.clone(memory_format=torch.channels_last).requires_grad_()
            begin = time.perf_counter()
            with nullcontext() if is_kept else CPUGradient():
                values = module(images).softmax(1)[:, 0]
            gradient, = torch.autograd.grad(values.sum(), images)
            times[is_kept].append(time.perf_counter() - begin)
            found[is_kept] = values.detach(), gradient
    return all(map(torch.equal, *found.values())), min(times[False]) / min(times[True])


def main():
    parser = Parser(prog="benchmarks.optim", description=__doc__.splitlines()[0])
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR")
    parser.add_argument("--class_nb", type=int, help=f"(default: {CUP[0]}, of (e) {CHAIR[0]})")
    parser.add_argument("--object_nb", type=int, default=4, help="(default: %(default)s)")
    parser.add_argument("--parts", default="abcdef", help="(default: %(default)s)")
    parser.add_argument("--n_iterations", type=int, default=N_ITERATIONS, help="of (e) (default: %(default)s)")
    args = parser.parse_args()
    print(machine())
    numbers = CUP if args.class_nb is None else (args.class_nb, args.object_nb)
    shape = load_shape(args.data_dir, *numbers)
    with tempfile.TemporaryDirectory() as folder:
        files = {"efficientnet_lite0": None, **{name: random_weights(name, folder) for name in ("alexnet", "resnet")}}

        def f_of(network, class_nb=numbers[0], seen=shape):
            chosen = load_network(network, files[network])
            return Confidence.of(chosen, chosen.label(class_nb), seen)

        if "a" in args.parts:
            print("\n(a) peak memory of optim.py")
            for network in ("efficientnet_lite0", "alexnet", "resnet"):
                weights = ("--weights", files[network]) if files[network] else ()
                options = ("--network", network, *weights, "--data_dir", args.data_dir, "--stand_ins",
                           "--class_nb", numbers[0], "--object_nb", numbers[1], "--n_iterations", 4,
                           "--methods", ",".join(METHODS))
                *_, peak = run_script_alone("optim.py", *options, "--certify", 0, "--gpu", -1, "--checkpoint_dir",
                                            folder)
                print(f"{network:18} {peak:.2f} GB", flush=True)
            *_, peak = run_script_alone(
                "optim.py", "--network", "efficientnet_lite0", "--data_dir", args.data_dir, "--stand_ins", "--class_nb",
                CHAIR[0], "--object_nb", CHAIR[1], "--n_iterations", 30, "--gpu", -1, "--checkpoint_dir", folder)
            print(f"efficientnet_lite0 {peak:.2f} GB with all methods and certificates", flush=True)

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
            class_nb, object_nb = CHAIR if args.class_nb is None else numbers
            f = f_of("efficientnet_lite0", class_nb, load_shape(args.data_dir, class_nb, object_nb))
            images_asked_once(f, args.n_iterations, folder)

        if "f" in args.parts:
            print("\n(f) a gradient of 16 views without the layers' inputs kept, over the same with them\n"
                  "network            time  same bits")
            for network in ("efficientnet_lite0", "alexnet", "resnet"):
                same, ratio = gradient_with_less(load_network(network, files[network]).load(), 8)
                print(f"{network:18} {ratio:4.2f}  {'yes' if same else 'no'}", flush=True)


if __name__ == "__main__":
    run_script(main)
