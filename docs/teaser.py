"""The README's picture: an object seen from around, its map, and the largest region on it.

    python map.py --network efficientnet_lite0 --class_nb 4 --object_nb 4
    python optim.py --network efficientnet_lite0 --class_nb 4 --object_nb 4 --methods largest
    python -m docs.teaser

reads the two results and writes docs/teaser.png.
"""
import argparse
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from utils.bounds import LARGEST
from utils.figures.cells import draw_cells
from utils.figures.objects import views_at
from utils.figures.style import OUTLINED, set_viewpoints
from utils.options.reports import COLORMAP
from utils.results.reading import read_map, read_optim
from utils.shapes.shape import load_stand_in

CHAIR = 4, 4
RESULTS = Path("EfficientNetLite0", *map(str, CHAIR))
VIEWS = dict(A=(20, 30), B=(90, 30), C=(120, 60), D=(178, 35), E=(270, 60), F=(330, 45))  # azimuth, elevation; degrees
ACROSS = 3  # views in a row
SIZE = 13  # of letters


def draw(a_map, box):
    """The figure of a map and a box on it."""
    figure = Figure(figsize=(12, 4), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08)
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.75))
    left.suptitle("A chair, and the network's confidence", fontsize=SIZE)
    pictures = views_at(np.array(list(VIEWS.values())), load_stand_in(*CHAIR))
    cells = left.subplots(len(VIEWS) // ACROSS, ACROSS).flat
    for axes, (letter, point), picture in zip(cells, VIEWS.items(), pictures):
        confidence = a_map.z[np.abs(a_map.yy[:, 0] - point[1]).argmin(), np.abs(a_map.xx[0] - point[0]).argmin()]
        axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
        axes.set(xticks=[], yticks=[])
        axes.set_title(f"{letter}   {confidence:.2f}", fontsize=SIZE)
        for side in axes.spines.values():
            side.set(color=colormaps[COLORMAP](confidence), linewidth=5)

    right.suptitle("Its map, and the largest region in which the network is robust", fontsize=SIZE)
    axes = right.subplots()
    colored = draw_cells(axes, a_map, a_map.z, cmap=COLORMAP, vmin=0, vmax=1)
    axes.add_patch(Rectangle(tuple(box.a), *box.r, fill=False, edgecolor="white", linewidth=3, path_effects=OUTLINED))
    axes.text(box.a[0] + box.r[0] / 2, box.a[1] + 10, "at least 0.5", ha="center", va="center", fontsize=SIZE)
    for letter, point in VIEWS.items():
        axes.text(*point, letter, ha="center", va="center", fontsize=SIZE, fontweight="bold",
                  bbox=dict(boxstyle="circle,pad=0.25", facecolor="white", edgecolor="black"))
    set_viewpoints(axes)
    bar = right.colorbar(colored, pad=0.01, label=f'confidence in "{a_map.metadata.label_name(a_map.top1_names)}"')
    for one in (axes, bar.ax):
        one.tick_params(labelsize=SIZE - 1)
        one.xaxis.label.set_size(SIZE)
        one.yaxis.label.set_size(SIZE)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint_dir", type=Path, default=Path("checkpoint"), help="(default: checkpoint)")
    results = parser.parse_args().checkpoint_dir / RESULTS
    boxes = read_optim(results / "optim.pt").methods[LARGEST].regions
    largest = max((box for box in boxes if box.is_finite()), key=lambda box: box.size())
    draw(read_map(results / "map.pt"), largest).savefig(Path(__file__).with_name("teaser.png"), dpi=150)


if __name__ == "__main__":
    main()
