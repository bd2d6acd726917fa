"""How well a real classifier recognises the stand-in shapes: the table of scale/README.md.

    python -m benchmarks.stand_ins --network efficientnet_lite0

For every object, the highest confidence in its class over azimuth 0, 20, .. 340 and elevation 0, 15, .. 75; for every
class, the share of these views whose first answer it is.
With --picture FILE a contact sheet is drawn too.
"""
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import torch
from tqdm import tqdm

from utils.networks import load_network
from utils.options.option import Parser
from utils.paper import CLASS_NAMES
from utils.runs.script import run_script
from utils.semantic.classifier import Classifier
from utils.semantic.confidence import Confidence
from utils.semantic.views import Views
from utils.shapes.shape import load_stand_in

POINTS = [(azimuth, elevation) for elevation in range(0, 76, 15) for azimuth in range(0, 360, 20)]
SEEN, SURE = 0.2, 0.5
PORTRAIT = [(330, 20)]


def main():
    parser = Parser(prog="benchmarks.stand_ins", description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="resnet", metavar="NAME")
    parser.add_argument("--weights", type=Path, metavar="FILE")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="contact sheet: a row a class")
    args = parser.parse_args()
    network = load_network(args.network, args.weights)
    classifier = Classifier(network.load(), normalization=network.normalization)
    best, right = np.zeros((2, len(CLASS_NAMES), 10))
    sheet = np.zeros((len(CLASS_NAMES), 10, 112, 112), dtype=np.uint8)
    for class_nb, object_nb in tqdm(list(np.ndindex(best.shape)), unit="object"):
        shape = load_stand_in(class_nb, object_nb)
        f = Confidence(Views(shape, image_size=network.image_size), classifier, network.label(class_nb))
        answers = [f.answers(f.images(chunk)) for chunk in f.chunks(POINTS)]
        best[class_nb, object_nb] = max(float(found.score.max()) for found in answers)
        right[class_nb, object_nb] = torch.cat([found.top1 == f.label for found in answers]).float().mean()
        portrait = Views(shape)(PORTRAIT)[0, 0].reshape(112, 2, 112, 2).mean((1, 3))
        sheet[class_nb, object_nb] = (portrait * 255).round().byte().numpy()
    if args.picture:
        rows, columns, height, width = sheet.shape
        imageio.imwrite(args.picture, sheet.transpose(0, 2, 1, 3).reshape(rows * height, columns * width))

    print(f"| class | {' | '.join(str(n) for n in range(10))} | reach {SEEN} | right |")
    print("|---" * 13 + "|")
    for name, row, shares in zip(CLASS_NAMES, best, right):
        cells = (f"**{value:.2f}**" if value >= SURE else f"{value:.2f}" for value in row)
        print(f"| {name} | {' | '.join(cells)} | {(row >= SEEN).sum()} | {shares.mean():.0%} |")
    print(f"\n{(best >= SEEN).sum()} of {best.size} objects reach {SEEN}; "
          f"{(best >= SURE).any(axis=1).sum()} of {len(best)} classes have one that reaches {SURE} (bold).")


if __name__ == "__main__":
    run_script(main)
