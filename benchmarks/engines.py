"""What an engine changes: in maps by fp32 and bf16, and in the time of optim.py's descent.

    python -m benchmarks.engines --data_dir scale --squeezenet FILE

(a) The largest difference between fp32 maps by OpenVINO and by PyTorch, at any point of the grid. (b) How bf16 maps
differ from fp32 ones on five objects: in the mean, at most, and in the share of views that change sides of 0.5.
(c) 50 iterations of OIR_B and naive by OpenVINO over the same by PyTorch, in alternating slices.
"""
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.common import machine, random_weights
from utils.bounds import OPTIMIZERS
from utils.bounds.descent import start, step
from utils.engine_names import OPENVINO, TORCH
from utils.networks import load_network
from utils.networks.engines import engine_for
from utils.options.option import Parser
from utils.paper import CLASS_NAMES
from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of, grid
from utils.runs.script import run_script
from utils.semantic.classifier import Classifier
from utils.semantic.confidence import Confidence
from utils.semantic.views import Views
from utils.shapes.shape import load_shape

LITE = "efficientnet_lite0"
OBJECTS = ((1, 0), (4, 4), (5, 4), (8, 1), (9, 2))  # class and object
POINTS = np.array([(130.0, 30), (50, 20), (200, 15), (310, 50)])
DOMAIN = domain_of(AZIMUTH_AND_ELEVATION)
SLICES, SLICE = 5, 10  # iterations
WIDTH = 2.0  # wide enough for the boxes to move in a short run


def f_by(engine, network, module, shape, label, precision="fp32"):
    classifier = Classifier(module, precision=precision, normalization=network.normalization,
                            engine=engine_for(engine, network, module, network.normalization, precision))
    return Confidence(Views(shape, image_size=network.image_size), classifier, label)


def points_of(step_of_grid):
    xx, yy = grid(step_of_grid)
    return np.stack((xx.ravel(), yy.ravel()), axis=1)


def compare_maps(networks, data_dir, step_of_grid):
    points = points_of(step_of_grid)
    print(f"\n(a) fp32 maps of {len(points):,} views, {OPENVINO} and {TORCH}")
    print("network            object      differ at most by")
    for name, weights in networks:
        network = load_network(name, weights)
        module, (class_nb, object_nb) = network.load(), OBJECTS[2]
        shape, label = load_shape(data_dir, class_nb, object_nb), network.label(class_nb)
        values = [f_by(engine, network, module, shape, label)(points) for engine in (OPENVINO, TORCH)]
        print(f"{name:18} {CLASS_NAMES[class_nb]} {object_nb}".ljust(30), f"{(values[0] - values[1]).abs().max():.1e}",
              flush=True)


def compare_precisions(data_dir, step_of_grid):
    network = load_network(LITE)
    module, points = network.load(), points_of(step_of_grid)
    print(f"\n(b) {LITE}, bf16 and fp32\nobject         mean  largest  change sides")
    for class_nb, object_nb in OBJECTS:
        shape, label = load_shape(data_dir, class_nb, object_nb), network.label(class_nb)
        full, half = (f_by(OPENVINO, network, module, shape, label, precision)(points).numpy()
                      for precision in ("fp32", "bf16"))
        off, sides = np.abs(half - full), ((half >= 0.5) != (full >= 0.5)).mean()
        print(f"{CLASS_NAMES[class_nb]} {object_nb}".ljust(12), f"{off.mean():6.4f} {off.max():8.3f} {sides:13.2%}",
              flush=True)


def compare_descents(data_dir):
    network = load_network(LITE)
    module, (class_nb, object_nb) = network.load(), OBJECTS[2]
    shape, label = load_shape(data_dir, class_nb, object_nb), network.label(class_nb)
    fs = {engine: f_by(engine, network, module, shape, label) for engine in (OPENVINO, TORCH)}
    methods = [OPTIMIZERS[name]() for name in ("OIR_B", "naive")]
    descents = {engine: start(methods, POINTS, WIDTH, DOMAIN) for engine in fs}
    seconds = dict.fromkeys(fs, 0.0)
    for f in fs.values():
        f(POINTS)  # converted, and compiled
    for _ in range(SLICES):
        for engine, f in fs.items():
            begin = time.perf_counter()
            for _ in range(SLICE):
                step(descents[engine], f, domain=DOMAIN)
            seconds[engine] += time.perf_counter() - begin
    ours, theirs = seconds[OPENVINO], seconds[TORCH]
    print(f"\n(c) {SLICES * SLICE} iterations of OIR_B and naive, {LITE}: {OPENVINO} {ours:.1f} s, {TORCH} "
          f"{theirs:.1f} s, ratio {ours / theirs:.2f}")


def main():
    parser = Parser(prog="benchmarks.engines", description=__doc__.splitlines()[0])
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR")
    parser.add_argument("--squeezenet", type=Path, default=None, metavar="FILE", help="weights of squeezenet1_0")
    parser.add_argument("--step", type=float, default=3.0, help="degrees of the grid (default: 3)")
    args = parser.parse_args()
    print(machine())
    compare_descents(args.data_dir)
    compare_precisions(args.data_dir, args.step)
    with tempfile.TemporaryDirectory() as folder:
        real = [("squeezenet1_0", args.squeezenet)] if args.squeezenet else []
        compare_maps([(LITE, None), *real, ("resnet", random_weights("resnet", folder))], args.data_dir, args.step)


if __name__ == "__main__":
    run_script(main)
