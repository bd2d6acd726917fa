"""map.py's whole wall time over the network's own, its start, and its memory.

    python -m benchmarks.map --data_dir scale

For each network: `python map.py`, from the command to its end, and the network alone in eager PyTorch (channels-last,
fp32), on as many ready images as the map has views (from samples: every so often the script is stopped for some
batches of the network). Then the time to the first finished batch, and the peak memory on the mesh with the most faces.
The converted network is in the cache, as it is from the second run on. The paper's networks have random weights.
"""
import tempfile
import time
from functools import partial
from pathlib import Path

import torch

from benchmarks.common import machine, random_weights, run_script_alone, shapes_at_hand
from utils.networks import PAPER_NETWORKS, load_network
from utils.options.option import Parser
from utils.parameters import grid
from utils.runs.script import run_script
from utils.semantic.confidence import Confidence

VIEWS = grid()[0].size
BATCHES = 6  # of the network alone, in each pause
PAUSE_EVERY = {"alexnet": 4, "efficientnet_lite0": 4}  # seconds; of others:
PAUSE_EVERY_20 = 20


def run_alone(f, batch, times):
    """Add to `times` the seconds of some batches of the network alone."""
    for _ in range(BATCHES):
        begin = time.perf_counter()
        f.evaluate(batch)
        times.append(time.perf_counter() - begin)


def main():
    parser = Parser(prog="benchmarks.map", description=__doc__.splitlines()[0])
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR")
    parser.add_argument("--networks", default="efficientnet_lite0,alexnet,resnet", help="(default: %(default)s)")
    parser.add_argument("--precision", default="fp32", help="of map.py (default: fp32)")
    parser.add_argument("--engine", default="auto", help="of map.py (default: auto)")
    parser.add_argument("--class_nb", type=int, default=5)
    parser.add_argument("--object_nb", type=int, default=4)
    args = parser.parse_args()
    print(f"{machine()}; --engine {args.engine} --precision {args.precision}")
    largest_class, largest_object, largest = max(shapes_at_hand(args.data_dir), key=lambda entry: len(entry[2].faces))
    print(f"{'network':18} {'network alone s':>15} {'map.py s':>9} {'ratio':>6} {'first batch s':>14} {'peak GB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for network in args.networks.split(","):
            weights = random_weights(network, folder) if network in PAPER_NETWORKS else None
            shared = ("--network", network, *(("--weights", weights) if weights else ()), "--gpu", -1, "--data_dir",
                      args.data_dir, "--stand_ins", "--checkpoint_dir", folder, "--engine", args.engine, "--precision",
                      args.precision)
            f = Confidence.of(load_network(network, weights), 0, largest, engine="torch")
            batch = f.images([(azimuth, 30) for azimuth in range(f.classifier.batch_size)])
            batch = batch.contiguous(memory_format=torch.channels_last)
            f.evaluate(batch)
            times = []
            *_, largest_peak = run_script_alone("map.py", *shared, "--class_nb", largest_class, "--object_nb",
                                                largest_object, "--step", 20)
            whole, first, peak = run_script_alone(
                "map.py", *shared, "--class_nb", args.class_nb, "--object_nb", args.object_nb,
                pause_every=PAUSE_EVERY.get(network, PAUSE_EVERY_20), meanwhile=partial(run_alone, f, batch, times))
            alone = sum(times) / len(times) / len(batch) * VIEWS
            print(f"{network:18} {alone:15.1f} {whole:9.1f} {whole / alone:6.2f} {first:14.1f} {peak:8.2f}", flush=True)
            print(f"{'':18} on the largest mesh ({len(largest.faces):,} faces): peak {largest_peak:.2f} GB", flush=True)


if __name__ == "__main__":
    run_script(main)
