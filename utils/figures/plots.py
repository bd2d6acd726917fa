"""Figures of one object, from arrays: each function returns a matplotlib figure, which `save` writes.

Boxes and points are of azimuth and elevation in degrees unless a docstring says otherwise, P is the number of initial
points, and `title` stands above the figure.
"""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from ..bounds import LARGEST
from ..files import whole_file
from ..findings.methods import in_order
from ..findings.on_map import DOMAIN, Judged, Regions, drawn_in, holds_on, with_largest
from ..options.reports import COLORMAP
from ..parameters import AZIMUTH_AND_ELEVATION, domain_of
from ..regions import ndinterval
from ..results.contents import MapResult, RegionsResult
from ..results.layout import ADVICE, picture_path
from ..results.metadata import Metadata
from ..scores import CONFIDENCE
from .style import OUTLINED, OUTLINED_THIN, POINT_COLORS, legend_below, new_figure, set_viewpoints, style_of

MOVED = 0.005  # of a side of the domain: what can be seen
BY_THE_MAP = Judged()
TICKS = dict(azimuth=5, elevation=6)  # over the domain: every 90 and every 20 degrees

Traces = Mapping[str, Sequence[np.ndarray]]  # by method, one for each initial point


def plot_map(result: MapResult, title: str, colormap: str = COLORMAP, to_maximum: bool = False) -> Figure:
    """Draw a score over the two parameters that a map's metadata names.

    Args:
        colormap: matplotlib's name.
        to_maximum: the colours of a confidence end at the map's largest, and not at 1.
    """
    figure, axes = map_axes("\n".join(filter(None, (title, result.origin))), result.metadata.parameters)
    draw_map(figure, axes, result, colormap, to_maximum)
    return figure


def plot_regions(regions: Regions, initial_points: np.ndarray, below: MapResult | None, title: str,
                 colormap: str = COLORMAP, to_maximum: bool = False, judged: Judged = BY_THE_MAP) -> Figure:
    """Draw regions over the map of the same object, as the paper's figure does, and the largest box on the map.

    A region that does not hold has a thin line, and a mark in its upper right corner. One that runs through azimuth 0
    is drawn on both sides. A view below the level in a region that holds is marked.

    Args:
        regions: boxes by method. Those that are not finite are not drawn. Without largest boxes among them, those of
            the map are drawn.
        initial_points: [P, 2], drawn as green crosses.
        below: the map, or None for no map.
        colormap, to_maximum: of the map, as in `plot_map`.
        judged: what is known of the regions (default: what the map says).
    """
    figure, axes = map_axes(title)
    if below is not None:
        draw_map(figure, axes, below, colormap, to_maximum)
    level = (below.metadata if below else Metadata()).level if judged.level is None else judged.level
    names, corners = [], []
    for name, boxes in with_largest(regions, initial_points, below, level).items():
        drawn, space = [(k, box) for k, box in enumerate(boxes) if box.is_finite()], drawn_in(name)
        for k, box in drawn:
            known = judged.holds[name][k] if name in judged.holds else holds_on(below, box, level, space)
            pieces = space.pieces(box)
            draw_region(axes, pieces, name, known)
            if known is False:
                corners.append(np.clip(pieces[-1].b, DOMAIN.a, DOMAIN.b))
        names += [name] if drawn else []
    finish_regions(figure, axes, initial_points, names, corners, judged.worst)
    return figure


def draw_region(axes: Axes, pieces: Sequence[ndinterval], method: str, holds: bool | None) -> None:
    """Draw a region, of which there are several pieces where it runs around a circle; thin if it does not hold."""
    for piece in pieces:
        patch = axes.add_patch(box_of(piece.a, piece.r, method))
        if holds is False:
            patch.set(linewidth=1.4, path_effects=OUTLINED_THIN)


def plot_profile(azimuth: np.ndarray, confidence: np.ndarray, regions: Regions, initial_points: np.ndarray,
                 title: str) -> Figure:
    """Draw confidence over azimuth at one elevation, with one-dimensional regions as bars below it.

    The bar of a region that runs through azimuth 0 is drawn on both sides.

    Args:
        azimuth, confidence: [N].
        regions: boxes of azimuth, by method; may be empty.
        initial_points: [P] azimuths.
    """
    figure = new_figure(title)
    axes = figure.subplots()
    axes.plot(azimuth, confidence, color="black", linewidth=1.5)
    for i, (method, boxes) in enumerate(regions.items(), start=1):
        bottom = -0.08 * i
        for box in boxes:
            if box.is_finite():
                bars = [(piece.a[0], piece.r[0]) for piece in drawn_in(method, AZIMUTH_AND_ELEVATION[:1]).pieces(box)]
                axes.broken_barh(bars, (bottom - 0.025, 0.05), facecolor=style_of(method).color,
                                 edgecolor="black", linewidth=0.8)
        axes.text(-4, bottom, method, ha="right", va="center", fontsize="small")
    for point in initial_points:
        axes.axvline(point, color="grey", linewidth=1, linestyle="--", zorder=0)
    axes.set(xlabel="azimuth (degrees)", xlim=(-2, 362), ylim=(-0.08 * len(regions) - 0.05, 1.02),
             xticks=range(0, 361, 45), yticks=np.linspace(0, 1, 6))
    axes.set_ylabel("confidence in the class", y=1, ha="right")
    axes.axhline(0, color="black", linewidth=0.8)
    return figure


def plot_traces(result: RegionsResult, title: str) -> Figure:
    """Draw bounds and loss of regions, of any parameters, against iterations: a row for each method that grew some.

    What lies far outside the parameters' domain is not shown.
    """
    parameters, bounds = result.metadata.parameters, bounds_of(result)
    n, domain = len(parameters), domain_of(parameters)
    start = first_move(bounds, domain)
    figure = new_figure(f"{title}{f', from iteration {start}, before which nothing moves' if start else ''}",
                        3.4 * (n + 1), 2.1 * len(bounds) + 1)
    axes = figure.subplots(len(bounds), n + 1, sharex=True, squeeze=False)
    colors = [POINT_COLORS[k % len(POINT_COLORS)] for k in range(len(result.initial_points))]
    for row, method in zip(axes, bounds):
        for k, (boxes, color) in enumerate(zip(bounds[method], colors)):
            for side, ax in enumerate(row[:n]):
                ax.fill_between(range(len(boxes)), *boxes[:, :, side].T, color=color, alpha=0.15, linewidth=0)
                ax.plot(boxes[:, :, side], color=color, linewidth=1.2)
            loss = result.methods[method].loss(k)
            row[n].plot(np.where(np.isfinite(loss), loss, np.nan), color=color, linewidth=1.2)
        for side, (ax, name) in enumerate(zip(row, parameters)):
            margin = 0.1 * domain.r[side]
            if name in TICKS:
                ax.set_yticks(np.linspace(domain.a[side], domain.b[side], TICKS[name]))
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
        ax.set_xlim(left=start)
    points = [", ".join(f"{number:g}" for number in point) for point in result.initial_points]
    legend_below(figure, [Line2D([], [], color=color) for color in colors], points, max(len(points), 1))
    return figure


def bounds_of(result: RegionsResult) -> Traces:
    """The traces of the boxes, [iterations, 2, n], in the paper's order of methods; largest boxes did not grow."""
    return {name: [result.methods[name].trace(k) for k in range(len(result.initial_points))]
            for name in in_order(result.methods) if name != LARGEST}


def first_move(bounds: Traces, domain: ndinterval) -> int:
    """The iteration from which a figure of traces starts: a little before the first in which a bound has moved by MOVED
    of its domain's side. Bounds are [iterations, 2, n], and the domain has n sides.
    """
    traces = [trace for of_points in bounds.values() for trace in of_points if len(trace)]
    has_moved = [(np.abs(trace - trace[0]) > MOVED * domain.r).any(axis=(1, 2)) for trace in traces]
    longest = max(map(len, traces), default=0)
    first = min((int(moved.argmax()) for moved in has_moved if moved.any()), default=longest)
    return 0 if first >= longest else max(first - longest // 20, 0)


def save(figure: Figure, *paths: Path) -> None:
    """Write a figure in one format or several, which the paths' suffixes name."""
    for path in paths:
        figure.savefig(path, dpi=150)
        figure.set_layout_engine("none")  # it has been laid out, which takes longest


def save_beside(figure: Figure, path: Path) -> None:
    """Write the picture of a result beside it, and print where.

    Raises:
        DiskError: if it cannot be written.
    """
    picture = picture_path(path)
    with whole_file(picture, ADVICE) as file:
        save(figure, file)
    print(f"picture: {picture}")


def map_axes(title: str, parameters: Sequence[str] = AZIMUTH_AND_ELEVATION) -> tuple[Figure, Axes]:
    """A figure for a map over two parameters."""
    figure = new_figure(title)
    axes = figure.subplots()
    set_viewpoints(axes, parameters)
    return figure, axes


def box_of(a: Sequence[float] | np.ndarray, r: Sequence[float] | np.ndarray, method: str) -> Rectangle:
    """A box from a with sides r, in the method's line."""
    style = style_of(method)
    return Rectangle(tuple(a), *r, fill=False, linewidth=2, edgecolor=style.color, linestyle=style.line,
                     path_effects=OUTLINED)


def finish_regions(figure: Figure, axes: Axes, initial_points: np.ndarray, names: Sequence[str],
                    corners: Sequence[np.ndarray] = (), below_level: Sequence[np.ndarray] = ()) -> None:
    """Draw marks: corners of regions that do not hold, single views, initial points; and what the lines mean."""
    entries: list[Any] = [box_of((0, 0), (1, 1), name) for name in names]
    if corners:
        at = tuple(zip(*corners))
        entries.append((*axes.plot(*at, "o", color="white", markeredgecolor="black", markersize=9, zorder=4),
                        *axes.plot(*at, "x", color="black", markersize=5, markeredgewidth=1.5, zorder=4)))
    entries += axes.plot(*zip(*initial_points), "x", color="lime", markersize=9, markeredgewidth=2.5,
                         path_effects=OUTLINED)
    words = [*names, *(["does not hold"] if corners else []), "initial points"]
    if below_level:
        entries += axes.plot(*zip(*below_level), "v", color="white", markeredgecolor="black", markersize=8, zorder=4)
        words.append("lowest view")
    axes.set(xlim=(-2, 362), ylim=(-12, 92), facecolor="lightgrey")
    legend_below(figure, entries, words, 6)


def draw_map(figure: Figure | SubFigure, axes: Axes, result: MapResult, colormap: str = COLORMAP,
              to_maximum: bool = False) -> None:
    """Draw a map, and what its colours mean."""
    score = result.metadata.score_name
    low, high = (0, None if to_maximum else 1) if score == CONFIDENCE else (None, None)
    cells = axes.pcolormesh(result.xx, result.yy, result.z, cmap=colormap, vmin=low, vmax=high,
                            shading="nearest", rasterized=True)  # thousands of cells make a slow PDF
    figure.colorbar(cells, label=f"{score} in the class", pad=0.01)
    set_viewpoints(axes, result.metadata.parameters)  # once more: the map's own limits leave out the last tick
