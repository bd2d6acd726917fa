"""Figures from arrays."""
import matplotlib
import numpy as np

matplotlib.use("Agg")  # files only: no screen is needed

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.patheffects import Normal, Stroke  # noqa: E402

from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS  # noqa: E402

COLORMAP = "viridis"  # even in lightness, and readable for the colour-blind
PAPER_COLORMAP = "RdBu"

OUTLINED = [Stroke(linewidth=4, foreground="black"), Normal()]  # to be seen on any colour of the map
REGION_COLORS = {"naive": "violet", "OIR_B": "red", "OIR_W": "yellow", "trap": "orange"}  # the paper's
REGION_LINES = {"naive": ":", "OIR_B": "--", "OIR_W": "-", "trap": "-."}  # for those who do not see the colours
POINT_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")  # Okabe and Ito's


def plot_map(xx, yy, z, title, *paths, colormap=COLORMAP, parameters=AZIMUTH_AND_ELEVATION, score="confidence"):
    """Draw confidence over two parameters.

    Args:
        xx, yy, z: [numbers of the second, of the first], values of the two parameters, and confidence.
        title: above the map.
        paths: of the picture, in one format or several; without one the figure stays open, for a notebook to show.
        colormap: matplotlib's name.
        parameters: names of the two.
        score: what z is, in words.
    """
    figure, axes = _axes(title, parameters)
    _draw_map(figure, axes, xx, yy, z, colormap, score)
    _save(figure, *paths)


def plot_regions(regions, initial_points, map_result, title, *paths, colormap=COLORMAP):
    """Draw regions over the map of the same object, as the paper's figure does.

    Args:
        regions: lists of ndintervals of azimuth and elevation, by method.
        initial_points: [P, 2], drawn as green crosses.
        map_result: a dict with xx, yy, z, or None for no map.
        title: above the figure.
        paths: of the picture, in one format or several; without one the figure stays open, for a notebook to show.
        colormap: matplotlib's name.
    """
    figure, axes = _axes(title)
    if map_result is not None:
        _draw_map(figure, axes, map_result["xx"], map_result["yy"], map_result["z"], colormap)
    for method, boxes in regions.items():
        label = method
        for box in boxes:
            if box.is_finite():
                axes.add_patch(plt.Rectangle(box.a, *box.r, fill=False, linewidth=2, edgecolor=REGION_COLORS[method],
                                             linestyle=REGION_LINES[method], label=label, path_effects=OUTLINED))
                label = None  # one entry a method in the legend
    _finish_regions(figure, axes, initial_points)
    _save(figure, *paths)


def growth_frames(traces, initial_points, map_result, title, n_frames, colormap=COLORMAP):
    """Regions growing over the map, one picture after the other.

    Args:
        traces: lists of [iterations, 2, 2] boxes of azimuth and elevation, by method; some may have no iterations.
        initial_points: [P, 2].
        map_result: a dict with xx, yy, z, or None for no map.
        title: above the figure; the iteration is added.
        n_frames: how many pictures at most.
        colormap: matplotlib's name.

    Returns:
        A list of [height, width, 3] uint8.
    """
    figure, axes = _axes(title)
    if map_result is not None:
        _draw_map(figure, axes, map_result["xx"], map_result["yy"], map_result["z"], colormap)
    boxes = []
    for method, of_points in traces.items():
        label = method
        for trace in of_points:
            if len(trace):
                patch = plt.Rectangle((0, 0), 0, 0, fill=False, linewidth=2, edgecolor=REGION_COLORS[method],
                                      linestyle=REGION_LINES[method], label=label, path_effects=OUTLINED)
                boxes.append((axes.add_patch(patch), trace))
                label = None
    _finish_regions(figure, axes, initial_points)
    longest = max(len(trace) for _, trace in boxes)
    frames = []
    for k in np.unique(np.linspace(0, longest - 1, n_frames).round().astype(int)):
        for patch, trace in boxes:
            a, b = trace[min(k, len(trace) - 1)]
            patch.set_visible(bool(np.isfinite((a, b)).all()))
            patch.set_bounds(*a, *(b - a))
        axes.set_title(f"{title}, iteration {k}")
        figure.canvas.draw()
        figure.set_layout_engine("none")
        frames.append(np.asarray(figure.canvas.buffer_rgba())[..., :3].copy())
    plt.close(figure)
    return frames


def plot_profile(azimuth, confidence, regions, initial_points, title, *paths):
    """Draw confidence over azimuth at one elevation, with one-dimensional regions as bars below it.

    Args:
        azimuth, confidence: [N] degrees and confidence.
        regions: lists of ndintervals of azimuth, by method; may be empty.
        initial_points: [P] azimuths.
        title: above the figure.
        paths: of the picture, in one format or several.
    """
    figure, axes = plt.subplots(figsize=(9, 3.6), layout="constrained")
    axes.plot(azimuth, confidence, color="black", linewidth=1.5)
    for row, (method, boxes) in enumerate(regions.items(), start=1):
        bottom = -0.08 * row
        for box in boxes:
            if box.is_finite():
                axes.broken_barh([(box.a[0], box.r[0])], (bottom - 0.025, 0.05), facecolor=REGION_COLORS[method],
                                 edgecolor="black", linewidth=0.8)
        axes.text(-4, bottom, method, ha="right", va="center", fontsize="small")
    for point in initial_points:
        axes.axvline(point, color="grey", linewidth=1, linestyle="--", zorder=0)
    axes.set(title=title, xlabel="azimuth (degrees)", xlim=(-2, 362), ylim=(-0.08 * len(regions) - 0.05, 1.02))
    axes.set_xticks(range(0, 361, 45))
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.set_ylabel("confidence in the class", y=1, ha="right")
    axes.axhline(0, color="black", linewidth=0.8)
    _save(figure, *paths)


def plot_traces(bounds, losses, initial_points, names, domain, title, *paths):
    """Draw a region's bounds and the loss against iterations: a row for each method.

    Args:
        bounds: lists of [iterations, 2, n] boxes, one for each initial point, by method; may have no iterations.
        losses: lists of [iterations], by method.
        initial_points: [P, n].
        names: of the n parameters.
        domain: a ndinterval of n sides; what lies far outside it is not shown.
        title: above the figure.
        paths: of the picture, in one format or several.
    """
    n = len(names)
    figure, axes = plt.subplots(len(bounds), n + 1, figsize=(3.4 * (n + 1), 2.1 * len(bounds) + 1), sharex=True,
                                squeeze=False, layout="constrained")
    for row, method in zip(axes, bounds):
        for k, (boxes, loss) in enumerate(zip(bounds[method], losses[method])):
            color = POINT_COLORS[k % len(POINT_COLORS)]
            for side, ax in enumerate(row[:n]):
                ax.fill_between(range(len(boxes)), *boxes[:, :, side].T, color=color, alpha=0.15, linewidth=0)
                ax.plot(boxes[:, :, side], color=color, linewidth=1.2)
            row[n].plot(np.where(np.isfinite(loss), loss, np.nan), color=color, linewidth=1.2)
        for side, (ax, name) in enumerate(zip(row, names)):
            margin = 0.1 * domain.r[side]
            ax.set(ylim=(domain.a[side] - margin, domain.b[side] + margin), ylabel=name)
            ax.axhspan(domain.a[side], domain.b[side], color="0.95", zorder=0)
            if not any(len(boxes) for boxes in bounds[method]):
                ax.text(0.5, 0.5, "no trace in the file", transform=ax.transAxes, ha="center", va="center")
        row[0].set_title(method, loc="left", fontweight="bold")
        row[n].set_ylabel("loss")
        row[n].ticklabel_format(axis="y", scilimits=(-3, 3))
        for ax in row:
            ax.margins(x=0)
    for ax in axes[-1]:
        ax.set_xlabel("iteration")
    figure.suptitle(title)
    points = [", ".join(f"{number:g}" for number in point) for point in initial_points]
    figure.legend([plt.Line2D([], [], color=POINT_COLORS[k % len(POINT_COLORS)]) for k in range(len(points))], points,
                  loc="outside lower center", ncols=max(len(points), 1), frameon=False)
    _save(figure, *paths)


def _axes(title, parameters=AZIMUTH_AND_ELEVATION):
    figure, axes = plt.subplots(figsize=(9, 3.6), layout="constrained")
    axes.set(title=title, **{f"{axis}label": f"{name.replace('_', ' ')} ({PARAMETERS[name].unit})"
                             for axis, name in zip("xy", parameters)})
    if parameters == AZIMUTH_AND_ELEVATION:
        axes.set_xticks(range(0, 361, 45))
        axes.set_yticks(range(-10, 91, 20))
    return figure, axes


def _finish_regions(figure, axes, initial_points):
    """What regions stand among: their initial points, the domain, and what the lines mean."""
    axes.plot(*zip(*initial_points), "x", color="lime", markersize=9, markeredgewidth=2.5, label="initial points",
              path_effects=OUTLINED)
    axes.set(xlim=(-2, 362), ylim=(-12, 92))
    axes.set_facecolor("lightgrey")
    figure.legend(loc="outside lower center", ncols=5, frameon=False)


def _draw_map(figure, axes, xx, yy, z, colormap, score="confidence"):
    limits = dict(vmin=0, vmax=1) if score == "confidence" else {}
    cells = axes.pcolormesh(np.asarray(xx), np.asarray(yy), np.asarray(z), cmap=colormap, shading="nearest",
                            rasterized=True, **limits)  # thousands of cells make a slow PDF
    figure.colorbar(cells, label=f"{score} in the class", pad=0.01)


def _save(figure, *paths):
    if not paths:
        return
    for path in paths:
        figure.savefig(path, dpi=150)
        figure.set_layout_engine("none")  # it has been laid out, which takes longest
    plt.close(figure)
