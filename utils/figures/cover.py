"""Figures of covers: how much of what a network is confident of lies in few boxes, and where these are."""
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from ..errors import counted
from ..findings.cover import LEAST, N_BOXES, PURITIES, Cover, CoverCurve
from ..findings.intervals import INTERVAL
from ..findings.on_map import DOMAIN, ROUND
from ..findings.tables import PERCENT
from ..parameters import AZIMUTH_AND_ELEVATION
from ..results.contents import MapResult
from ..space import UNIFORM, Space
from .group import Group
from .plots import clip_beside, draw_map
from .sizes import points, size
from .style import (
    LINES,
    POINT_COLORS,
    legend_below,
    literal,
    network_styles,
    new_figure,
    opacity,
    outlined,
    plain,
    subtitled,
)

NUMBERED = 8  # boxes that are drawn
BELOW = "gray"  # colours of a map that stand behind those of boxes


def plot_cover(found: Mapping[float, Mapping[str, CoverCurve]], title: str) -> Figure:
    """Draw the share of the confident views that the first boxes cover: axes for each purity, a line for each network.

    Args:
        found: curves by purity and network.
    """
    is_narrow = size().is_narrow
    figure = new_figure(title, 10, 7 if is_narrow else 4)
    handles = {}
    grid = figure.subplots(*((len(found), 1) if is_narrow else (1, len(found))), sharex=True, sharey=True)
    for axes, (purity, of_networks) in zip(grid, found.items()):
        n_boxes, styles = range(1, N_BOXES + 1), network_styles(of_networks)
        for network, curve in of_networks.items():
            style, words = styles[network], literal(f"{network} ({counted(curve.n_objects, 'object')})")
            axes.fill_between(n_boxes, curve.low, curve.high, color=style.color, alpha=opacity(len(of_networks)),
                              linewidth=0)
            axes.plot(n_boxes, curve.covered, style.line, color=style.color, linewidth=points(2), clip_on=False)
            handles[network] = Line2D([], [], linestyle=style.line, color=style.color, linewidth=points(2), label=words)
        axes.set(xlim=(1, N_BOXES), ylim=(0, 100), xticks=(1, *range(2, N_BOXES + 1, 2)))
        if axes is grid[-1] or not is_narrow:
            axes.set_xlabel("boxes")
        if axes is grid[0] or is_narrow:
            axes.set_ylabel("covered (%)" if is_narrow else "confident views covered (%)")
        has_bands = any(curve.n_objects > 1 for curve in of_networks.values())
        subtitled(axes, f"{_words(purity)}{f'; {INTERVAL:.0%} intervals' if has_bands else ''}")
        plain(axes, "both")
    legend_below(figure, list(handles.values()),
                 title=f"networks, on objects with {PERCENT * LEAST:g} % confident views or more")
    return figure


def of_object(group: Group, level: float, measure: str, no_wrap: bool) -> Figure:
    """The boxes over an object's map, at each purity."""
    space = Space.of(AZIMUTH_AND_ELEVATION, measure, not no_wrap)
    a_map = group.map()
    figure = new_figure(f"{group.titled(a_map)}; views uniform {UNIFORM[measure]}", 9, 3.4 * len(PURITIES))
    for axes, purity in zip(figure.subplots(len(PURITIES), 1), PURITIES):
        draw_map(figure, axes, a_map, BELOW)
        found = Cover.of(a_map, level, purity, space)
        _draw_boxes(axes, found, a_map)
        shown = min(NUMBERED, len(found.boxes))
        subtitled(axes, f"{_words(purity)}: in the first {shown} are {found.covered[shown - 1]:.0%} of the views at "
                        f"{level:g} or above")
    return figure


def _draw_boxes(axes: Axes, found: Cover, a_map: MapResult) -> None:
    """Draw the first boxes around the cells of their views, with their numbers; one through azimuth 0 on both sides."""
    turn = ROUND.periods[0]
    half = np.array([np.diff(line[:2]).sum() / 2 for line in (a_map.xx[0], a_map.yy[:, 0])])
    for k, box in reversed(list(enumerate(found.boxes[:NUMBERED]))):
        look: dict[str, Any] = dict(color=POINT_COLORS[k % len(POINT_COLORS)], path_effects=outlined())
        a, b = np.maximum(box.a - half, DOMAIN.a), np.minimum(box.b + half, (2 * turn, DOMAIN.b[1]))
        for back in (0, turn) if box.b[0] >= turn > box.r[0] else (0,):
            axes.add_patch(Rectangle((a[0] - back, a[1]), *(b - a), fill=False, linewidth=points(2), zorder=3,
                                     linestyle=LINES[k // len(POINT_COLORS)], **look))
        is_left = b[0] - turn > turn - a[0]  # where most of it lies
        axes.text(b[0] - turn - 2 if is_left else a[0] + 2, b[1] - 1, str(k + 1), weight="bold", va="top",
                  ha="right" if is_left else "left", zorder=4, **look)
    clip_beside(axes)


def _words(purity: float) -> str:
    return "boxes of confident views alone" if purity == 1 else f"boxes of which {purity:.0%} or more is confident"
