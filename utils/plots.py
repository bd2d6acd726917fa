"""Figures from arrays."""
import matplotlib
import numpy as np

matplotlib.use("Agg")  # files only: no screen is needed

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.patheffects import Normal, Stroke  # noqa: E402

from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS  # noqa: E402

COLORMAP = "viridis"  # even in lightness, and readable for the colour-blind


OUTLINED = [Stroke(linewidth=4, foreground="black"), Normal()]  # to be seen on any colour of the map
REGION_COLORS = {"naive": "violet", "OIR_B": "red", "OIR_W": "yellow", "trap": "orange"}  # the paper's


def plot_map(xx, yy, z, title, path, parameters=AZIMUTH_AND_ELEVATION, score="confidence"):
    """Draw confidence over two parameters as a PNG.

    Args:
        xx, yy, z: [numbers of the second, of the first], values of the two parameters, and confidence.
        title: above the map.
        path: of the PNG.
        parameters: names of the two.
        score: what z is, in words.
    """
    figure, axes = _axes(title, parameters)
    _draw_map(figure, axes, xx, yy, z, score)
    _save(figure, path)


def plot_regions(regions, initial_points, map_result, title, path):
    """Draw regions over the map of the same object, as the paper's figure does.

    Args:
        regions: lists of ndintervals of azimuth and elevation, by method.
        initial_points: [P, 2], drawn as green crosses.
        map_result: a dict with xx, yy, z, or None for no map.
        title: above the figure.
        path: of the PNG.
    """
    figure, axes = _axes(title)
    if map_result is not None:
        _draw_map(figure, axes, map_result["xx"], map_result["yy"], map_result["z"])
    for method, boxes in regions.items():
        label = method
        for box in boxes:
            if box.is_finite():
                axes.add_patch(plt.Rectangle(box.a, *box.r, fill=False, linewidth=2, edgecolor=REGION_COLORS[method],
                                             label=label, path_effects=OUTLINED))
                label = None  # one entry a method in the legend
    axes.plot(*zip(*initial_points), "x", color="lime", markersize=9, markeredgewidth=2.5, label="initial points",
              path_effects=OUTLINED)
    axes.set(xlim=(-2, 362), ylim=(-12, 92))
    axes.set_facecolor("lightgrey")
    figure.legend(loc="outside lower center", ncols=5, frameon=False)
    _save(figure, path)


def _axes(title, parameters=AZIMUTH_AND_ELEVATION):
    figure, axes = plt.subplots(figsize=(9, 3.6), layout="constrained")
    axes.set(title=title, **{f"{axis}label": f"{name.replace('_', ' ')} ({PARAMETERS[name].unit})"
                             for axis, name in zip("xy", parameters)})
    if parameters == AZIMUTH_AND_ELEVATION:
        axes.set_xticks(range(0, 361, 45))
        axes.set_yticks(range(-10, 91, 20))
    return figure, axes


def _draw_map(figure, axes, xx, yy, z, score="confidence"):
    limits = dict(vmin=0, vmax=1) if score == "confidence" else {}
    cells = axes.pcolormesh(np.asarray(xx), np.asarray(yy), np.asarray(z), cmap=COLORMAP, shading="nearest", **limits)
    figure.colorbar(cells, label=f"{score} in the class", pad=0.01)


def _save(figure, path):
    figure.savefig(path, dpi=150)
    plt.close(figure)
