"""Figures of one object, from arrays: each function returns a matplotlib figure, which `save` writes.

Boxes and points are of azimuth and elevation in degrees unless a docstring says otherwise, P is the number of initial
points, and `title` stands above the figure.
"""
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox, TransformedBbox

from ..bounds import LARGEST
from ..files import whole_file
from ..findings.methods import ON_MAP
from ..findings.on_map import DOMAIN, Judged, Regions, drawn_in, holds_on, with_largest
from ..options.reports import COLORMAP
from ..parameters import AZIMUTH_AND_ELEVATION
from ..regions import ndinterval
from ..results.contents import MapResult
from ..results.layout import ADVICE, picture_path
from ..results.metadata import Metadata
from ..scores import CONFIDENCE
from .cells import closed, draw_cells
from .sizes import SMALL, lines, points, size
from .style import azimuth_ticks, grow, in_class, legend_below, measured, new_figure, outlined, set_viewpoints, style_of

BY_THE_MAP = Judged()
BESIDE = np.array([2, 1])  # degrees that the lines of a box at the domain's end may be drawn beside the map
NUMBERED = (LARGEST, ON_MAP)  # methods whose boxes have the number of their initial point
NUMBER: dict[str, Any] = dict(fontsize=SMALL, fontweight="bold", annotation_clip=False)
PROFILE = 2.7  # inches of the confidence's axis on a screen
AS_LARGE = (15, 14)  # degrees: the number of a smaller box stands above it


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
    is drawn on both sides. A view below the level in a region that holds is marked. Initial points have numbers, and a
    largest box has that of its point.

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
        if name in NUMBERED:
            number_boxes(axes, boxes)
        names += [name] if drawn else []
    finish_regions(figure, axes, initial_points, names, corners, judged.worst)
    return figure


def draw_region(axes: Axes, pieces: Sequence[ndinterval], method: str, holds: bool | None) -> None:
    """Draw a region, of which there are several pieces where it runs around a circle; thin if it does not hold."""
    for piece in pieces:
        patch = axes.add_patch(box_of(piece.a, piece.r, method))
        if holds is False:
            patch.set(linewidth=points(1.4), path_effects=outlined(2.4))


def number_boxes(axes: Axes, boxes: Sequence[ndinterval]) -> None:
    """Write the numbers of initial points, from 1, to their boxes: into the upper left corner, or above a small one."""
    numbers: dict[tuple[float, ...], list[str]] = defaultdict(list)
    for k, box in enumerate(boxes, start=1):
        if box.is_finite():
            shown = box.within(DOMAIN)
            sides = *shown.a, *shown.b
            numbers[sides].append(str(k))
    for (left, bottom, right, top), of_box in numbers.items():
        is_inside = (right - left >= AS_LARGE[0] and top - bottom >= AS_LARGE[1]) or top > DOMAIN.b[1] - AS_LARGE[1]
        axes.annotate(", ".join(of_box), (left, top), (points(4), -points(4) if is_inside else points(2)), zorder=5,
                      textcoords="offset points", va="top" if is_inside else "bottom", **NUMBER, color="white",
                      path_effects=outlined(2.4))


def plot_profile(azimuth: np.ndarray, confidence: np.ndarray, regions: Regions, initial_points: np.ndarray,
                 title: str) -> Figure:
    """Draw confidence over azimuth at one elevation, with one-dimensional regions as bars below it.

    The bar of a region that runs through azimuth 0 is drawn on both sides. Largest boxes have a row for each initial
    point, with its number.

    Args:
        azimuth, confidence: [N].
        regions: boxes of azimuth, by method; may be empty.
        initial_points: [P] azimuths.
    """
    figure = new_figure(title)
    axes = figure.subplots()
    axes.plot(*closed(AZIMUTH_AND_ELEVATION[0], azimuth, confidence), color="black", linewidth=points(1.5),
              clip_on=False)
    rows = _rows(regions)
    row = lines(1, size().text) / (PROFILE * size().height)
    grow(figure, len(rows), size().text)
    for i, (method, _, boxes) in enumerate(rows, start=1):
        for box in boxes:
            bars = [(piece.a[0], piece.r[0]) for piece in drawn_in(method, AZIMUTH_AND_ELEVATION[:1]).pieces(box)]
            axes.broken_barh(bars, (-row * (i + 0.3), 0.6 * row), facecolor=style_of(method).color,
                             edgecolor="black", linewidth=points(0.8))
    dashed: dict[str, Any] = dict(color="grey", linewidth=points(1), linestyle="--")
    for k, point in enumerate(initial_points, start=1):
        axes.axvline(point, zorder=0, **dashed)
        axes.annotate(str(k), (point, 1), (0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=SMALL)
    levels = np.linspace(0, 1, 6)
    axes.set_yticks([*levels, *(-row * i for i in range(1, len(rows) + 1))],
                    [*(f"{level:.1f}" for level in levels), *(label for _, label, _ in rows)])
    axes.set(xlabel=measured(AZIMUTH_AND_ELEVATION[0]), xlim=(0, 360), ylim=(-row * (len(rows) + 0.6 * bool(rows)), 1),
             xticks=azimuth_ticks(), ylabel=in_class(CONFIDENCE))
    axes.axhline(0, color="black", linewidth=points(0.8))
    if len(initial_points):
        legend_below(figure, [Line2D([], [], **dashed)], ["initial points, by number"])
    return figure


def _rows(regions: Regions) -> list[tuple[str, str, Sequence[ndinterval]]]:
    """The method, the name and the finite boxes of each row of a profile. Each largest box has one of its own."""
    rows: list[tuple[str, str, Sequence[ndinterval]]] = []
    for method, boxes in regions.items():
        finite = {k: box for k, box in enumerate(boxes, start=1) if box.is_finite()}
        if method in NUMBERED:
            rows += [(method, f"{method} {k}", [box]) for k, box in finite.items()]
        else:
            rows.append((method, method, list(finite.values())))
    return rows


def save(figure: Figure, *paths: Path) -> None:
    """Write a figure in one format or several, which the paths' suffixes name. A PDF's fonts are TrueType."""
    with rc_context({"pdf.fonttype": 42}):
        for path in paths:
            figure.savefig(path, dpi=size().dpi)
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
    return Rectangle(tuple(a), *r, fill=False, linewidth=points(2), edgecolor=style.color, linestyle=style.line,
                     path_effects=outlined(), zorder=3)


def finish_regions(figure: Figure, axes: Axes, initial_points: np.ndarray, names: Sequence[str],
                   corners: Sequence[np.ndarray] = (), below_level: Sequence[np.ndarray] = ()) -> None:
    """Draw marks: corners of regions that do not hold, single views, initial points; and what the lines mean."""
    clip_beside(axes)
    entries: list[Any] = [box_of((0, 0), (1, 1), name) for name in names]
    mark: dict[str, Any] = dict(color="white", markeredgecolor="black", markeredgewidth=points(1), linestyle="",
                                clip_on=False, zorder=4)
    if corners:
        at = tuple(zip(*corners))
        entries.append((*axes.plot(*at, marker="o", markersize=points(9), **mark), *axes.plot(
            *at, "x", color="black", markersize=points(5), markeredgewidth=points(1.5), clip_on=False, zorder=4)))
    entries += draw_points(axes, initial_points)
    words = [*names, *(["does not hold"] if corners else []), "initial points"]
    if below_level:
        entries += axes.plot(*zip(*below_level), marker="v", markersize=points(8), **mark)
        words.append("lowest view")
    axes.set(xlim=(DOMAIN.a[0], DOMAIN.b[0]), ylim=(DOMAIN.a[1], DOMAIN.b[1]), facecolor="lightgrey")
    numbered = " (a largest box has its initial point's number)" if {*names} & {*NUMBERED} else ""
    legend_below(figure, entries, words, len(words), f"regions{numbered}")


def clip_beside(axes: Axes) -> None:
    """Let boxes on a map be seen in full where they end with the domain."""
    for patch in axes.patches:
        patch.set_clip_box(TransformedBbox(Bbox((DOMAIN.a - BESIDE, DOMAIN.b + BESIDE)), axes.transData))


def draw_points(axes: Axes, initial_points: np.ndarray) -> list[Line2D]:
    """Draw initial points [P, 2] with their numbers, 1 to P."""
    for k, point in enumerate(initial_points, start=1):
        if np.isfinite(point).all():  # a file may leave it out
            axes.annotate(str(k), point, (points(5), points(3)), textcoords="offset points", color="lime", zorder=5,
                          path_effects=outlined(2.4), **NUMBER)
    return axes.plot(*zip(*initial_points), "x", color="lime", markersize=points(9), markeredgewidth=points(2.5),
                     path_effects=outlined(), zorder=4)


def draw_map(figure: Figure | SubFigure, axes: Axes, result: MapResult, colormap: str = COLORMAP,
             to_maximum: bool = False) -> None:
    """Draw a map, and what its colours mean."""
    score = result.metadata.score_name
    low, high = (0, None if to_maximum else 1) if score == CONFIDENCE else (None, None)
    cells = draw_cells(axes, result, result.z, cmap=colormap, vmin=low, vmax=high)
    figure.colorbar(cells, label=in_class(score), pad=0.01)
    set_viewpoints(axes, result.metadata.parameters)
