"""The renderer on a GPU: views per second, against the network that it feeds; its gradient; the scripts' memory.

    python -m benchmarks.gpu

First the GPU's images and gradients are checked against the CPU's on the stand-in shapes. Networks have random weights:
nothing is downloaded.
"""
import tempfile
import time
from functools import partial

import torch
import trimesh

from benchmarks.common import random_weights, with_image
from utils.bounds import PAPER_METHODS, optimizer
from utils.bounds.descent import start, step
from utils.errors import InputError
from utils.networks import PAPER_NETWORKS, load_network
from utils.options.option import Parser
from utils.paper import CLASS_NAMES
from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of
from utils.renderer.io.load_obj import normalize
from utils.runs.script import run_script
from utils.semantic.classifier import Classifier
from utils.semantic.confidence import Confidence
from utils.semantic.views import Views
from utils.shapes.shape import Shape, load_stand_in

BATCH = 64
ROUNDS = 20
INITIAL_POINTS = [(130, 30), (50, 20), (200, 15), (310, 50)]
TORUS = 87, 86  # sections: 14,964 faces
CHECKED_POINTS = torch.tensor([(30.0, 20.0), (140, -5), (250, 70)], dtype=torch.float64)


def points(n):
    """n viewpoints all around."""
    return torch.stack((torch.arange(n) * 360.0 / n, torch.arange(n) % 90.0), dim=1).double()


def check(device):
    """Compare the GPU with the CPU, image by image and gradient by gradient; returns the two worst differences."""
    worst_share = worst_gradient = 0.0
    stand_ins = [load_stand_in(class_nb, 0) for class_nb in range(len(CLASS_NAMES))]
    for shape in (*stand_ins, *map(with_image, stand_ins)):
        seen = []
        for where in ("cpu", device):
            at = CHECKED_POINTS.clone().requires_grad_()
            images = Views(shape, device=where)(at)
            weight = torch.randn(images.shape, generator=torch.Generator().manual_seed(0)).to(where)
            seen.append((images.detach().cpu(), torch.autograd.grad((images * weight).sum(), at)[0]))
        (expected, slope), (got, other) = seen
        worst_share = max(worst_share, float(((expected - got).abs() > 1e-3).float().mean()))
        worst_gradient = max(worst_gradient, float((slope - other).norm() / slope.norm()))
    return worst_share, worst_gradient


def seconds(work, device):
    """Median over several rounds, from outside: launches and all."""
    times = []
    for _ in range(ROUNDS + 3):
        torch.cuda.synchronize(device)
        start = time.perf_counter()
        work()
        torch.cuda.synchronize(device)
        times.append(time.perf_counter() - start)
    return sorted(times[3:])[ROUNDS // 2]


def main():
    parser = Parser(prog="benchmarks.gpu", description=__doc__.splitlines()[0])
    parser.add_argument("--gpu", type=int, default=0, metavar="N")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        raise InputError("benchmarks.gpu needs a CUDA GPU, and torch sees none; tests/renderer/test_cuda.py checks the "
                         "kernels without one")
    device = torch.device("cuda", args.gpu)
    print(f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}")

    share, gradient = check(device)
    print(f"\nGPU against CPU on {len(CLASS_NAMES)} stand-ins, white and with an image: at most {share:.3%} of the "
          f"pixels differ by more than 1e-3, gradients by {gradient:.2%} of their norm")

    mesh = trimesh.creation.torus(1.0, 0.45, *TORUS)
    torus = Shape(normalize(torch.from_numpy(mesh.vertices).float()), torch.from_numpy(mesh.faces).int(), "torus", None)
    views = Views(torus, device=device)
    print(f"\n{len(torus.faces):,} faces, 224 x 224 anti-aliased, batches of {BATCH}")
    at = points(BATCH)
    with torch.inference_mode():
        forward = seconds(lambda: views(at), device)
        images = views(at)
    print(f"forward                {BATCH / forward:10,.0f} views per second")
    at_with_gradient = at.clone().requires_grad_()
    kept = views(at_with_gradient)
    wanted = torch.randn_like(kept)
    backward = seconds(lambda: torch.autograd.grad(kept, at_with_gradient, wanted, retain_graph=True), device)
    print(f"backward               {BATCH / backward:10,.0f} views per second, {backward / forward:.1f} times the "
          "forward")
    with tempfile.TemporaryDirectory() as folder:
        files = {name: random_weights(name, folder) for name in PAPER_NETWORKS}
        for precision in ("fp32", "bf16"):
            module = load_network("resnet", files["resnet"]).load()
            f = Confidence(views, Classifier(module, device, BATCH, precision), 0)
            network = seconds(partial(f.evaluate, images), device)
            print(f"resnet alone, {precision}     {BATCH / network:10,.0f} views per second, rendering takes "
                  f"{forward / network:.2f} of its time")

        print(f"\n{'peak GPU memory':18} {'f':>8} {'f and gradient':>16}")
        domain = domain_of(AZIMUTH_AND_ELEVATION)
        methods = [optimizer(name) for name in PAPER_METHODS]
        for name in (*PAPER_NETWORKS, "efficientnet_lite0"):
            f = Confidence(views, Classifier(load_network(name, files.get(name)).load(), device), 0)
            torch.cuda.reset_peak_memory_stats(device)
            f(points(3 * f.classifier.batch_size))
            values = torch.cuda.max_memory_allocated(device) / 1e9
            torch.cuda.reset_peak_memory_stats(device)
            descent = start(methods, INITIAL_POINTS, 2.0, domain)
            step(descent, f, domain=domain)
            print(f"{name:18} {values:8.2f} GB {torch.cuda.max_memory_allocated(device) / 1e9:13.2f} GB", flush=True)
            torch.cuda.empty_cache()


if __name__ == "__main__":
    run_script(main)
