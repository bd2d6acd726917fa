"""The picture of maps from a tenth of their views: each beside the whole map, and where the two differ.

    python map.py .. --checkpoint_dir whole
    python map.py .. --checkpoint_dir part --views 400
    python -m docs.parts whole part

takes every map that both folders have, and writes docs/parts.png.
"""
import argparse
from pathlib import Path

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from utils.figures.cells import draw_cells
from utils.figures.style import REST, legend_below, new_figure
from utils.options.reports import COLORMAP
from utils.results.contents import MapResult
from utils.results.layout import MAP
from utils.results.reading import load_result
from utils.results.tree import Key, find
from utils.scores import CONFIDENCE

SIDES = {"neither": "white", "both confident": REST, "confident in the whole map alone": "#d55e00",
         "in the map from a part alone": "#0072b2"}


def draw(pairs: dict[Key, tuple[MapResult, MapResult]]) -> Figure:
    """A row for each pair of a whole map and one from a part of its views."""
    figure = new_figure("Whole maps, maps from a part of their views (dots: asked), and the sides of the level", 13,
                        1.35 * len(pairs) + 1)
    rows = figure.subplots(len(pairs), 3, squeeze=False, sharex=True, sharey=True)
    for row, (key, (whole, part)) in zip(rows, pairs.items()):
        is_confidence = whole.metadata.score_name == CONFIDENCE
        low, high = (0, 1) if is_confidence else (whole.z.min(), whole.z.max())
        for axes, a_map in zip(row, (whole, part)):
            draw_cells(axes, a_map, a_map.z, cmap=COLORMAP, vmin=low, vmax=high)
        row[1].plot(part.xx[part.asked], part.yy[part.asked], ".", color="white", markersize=1.6, markeredgewidth=0)
        first, second = whole.z >= part.level, part.z >= part.level
        codes = np.where(first & second, 1, 2 * first + 3 * second)
        draw_cells(row[2], whole, codes, cmap=ListedColormap(list(SIDES.values())), vmin=-0.5, vmax=3.5)
        error = part.error
        row[0].set_title(f"{key}, {whole.metadata.score_name}", loc="left", fontsize="medium")
        row[1].set_title(f"{part.n_asked} of {whole.z.size:,} views", loc="left", fontsize="medium")
        row[2].set_title(f"{np.mean(first != second):.1%} differ; stated {error['share']:.1%} ({error['low']:.1%} to "
                         f"{error['high']:.1%})", loc="left", fontsize="medium")
        for axes in row:
            axes.set(xticks=range(0, 361, 90), yticks=(-10, 40, 90))
    legend_below(figure, [Patch(facecolor=color, edgecolor="black", label=name) for name, color in SIDES.items()])
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("whole", type=Path, help="folder of the whole maps")
    parser.add_argument("part", type=Path, help="folder of maps of the same, made with --views")
    args = parser.parse_args()
    whole, part = (find(folder, MAP) for folder in (args.whole, args.part))
    pairs = {key: (load_result(whole[key]), load_result(part[key])) for key in whole if key in part}
    draw(pairs).savefig(Path(__file__).with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
