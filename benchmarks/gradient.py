"""The renderer's gradient against central differences of f, over the models at hand.

    python -m benchmarks.gradient --network squeezenet1_0 --weights FILE --data_dir scale

For each class: how often the two agree in sign, and how much larger the renderer's is (median of the ratios), at
random points where f can be seen to change.
"""
from pathlib import Path

import numpy as np

from benchmarks.common import shapes_at_hand
from utils.networks import load_network
from utils.options.option import Parser
from utils.paper import CLASS_NAMES
from utils.parameters import AZIMUTH_AND_ELEVATION, domain_of
from utils.runs.script import run_script
from utils.semantic.classifier import Classifier
from utils.semantic.confidence import Confidence
from utils.semantic.gradients import CentralDifferences
from utils.semantic.views import Views

SEEN = 1e-4  # a slope, in confidence per degree, that counts as one


def main():
    parser = Parser(prog="benchmarks.gradient", description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="resnet", metavar="NAME")
    parser.add_argument("--weights", type=Path, metavar="FILE")
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR")
    parser.add_argument("--points", type=int, default=24, metavar="N", help="of each object (default: 24)")
    parser.add_argument("--difference", type=float, default=1.0, metavar="H", help="degrees (default: 1)")
    args = parser.parse_args()
    network = load_network(args.network, args.weights)
    classifier = Classifier(network.load(), normalization=network.normalization)
    domain = domain_of(AZIMUTH_AND_ELEVATION)
    points = np.random.default_rng(0).uniform(domain.a, domain.b, (args.points, 2))
    pairs = {}
    for class_nb, _, shape in shapes_at_hand(args.data_dir):
        f = Confidence(Views(shape, image_size=network.image_size), classifier, network.label(class_nb))
        renderers = f.value_and_grad(points)[1]
        f.gradient = CentralDifferences(args.difference)
        pairs.setdefault(class_nb, []).append((renderers.numpy(), f.value_and_grad(points)[1].numpy()))
    print("class       slopes  same sign  renderer's / central difference")
    for class_nb, found in pairs.items():
        renderers, central = (np.concatenate(part).ravel() for part in zip(*found))
        seen = np.abs(central) > SEEN
        if seen.any():
            same = (np.sign(renderers) == np.sign(central))[seen].mean()
            ratio = np.median(np.abs(renderers[seen] / central[seen]))
            print(f"{CLASS_NAMES[class_nb]:10} {seen.sum():7} {same:10.0%} {ratio:10.0f}", flush=True)


if __name__ == "__main__":
    run_script(main)
