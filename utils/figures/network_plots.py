"""Figures that compare networks, from arrays: each function returns a matplotlib figure."""
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..errors import counted
from ..findings.audit import Curve
from ..findings.intervals import INTERVAL, Estimate
from ..findings.methods import in_order
from ..parameters import AZIMUTH_AND_ELEVATION
from ..scores import CONFIDENCE
from ..space import UNIFORM
from .cells import closed
from .sizes import letters, points, size, wrapped
from .style import (
    azimuth_ticks,
    edged,
    in_class,
    legend_below,
    literal,
    measured,
    network_styles,
    new_figure,
    opacity,
    plain,
    subtitled,
)

ACROSS = 4  # metrics side by side
LONG_NAME = 18  # letters, beside which a column has room for two metrics
LINEAR_BELOW = 0.01  # percent


def plot_profiles(azimuth: np.ndarray, found: Mapping[str, np.ndarray], title: str,
                  to_maximum: bool = False) -> Figure:
    """Draw the mean confidence over azimuth of several networks; of several objects, half lie in the band around it.

    Args:
        azimuth: [N] degrees.
        found: [objects, N] confidence at one elevation, by network.
        to_maximum: the confidence's axis ends where the curves do, and not at 1.
    """
    figure = new_figure(title)
    axes = figure.subplots()
    handles, styles = [], network_styles(found)
    for network, of_objects in found.items():
        style = styles[network]
        numbers, values = closed(AZIMUTH_AND_ELEVATION[0], azimuth, of_objects)
        if len(of_objects) > 1:
            low, high = np.quantile(values, (0.25, 0.75), axis=0)
            axes.fill_between(numbers, low, high, color=style.color, alpha=opacity(len(found)), linewidth=0)
        handles += axes.plot(numbers, values.mean(0), style.line, color=style.color, linewidth=points(2), clip_on=False,
                             label=literal(network))
    axes.set(xlabel=measured(AZIMUTH_AND_ELEVATION[0]), ylabel=in_class(CONFIDENCE), xlim=(0, 360),
             ylim=(0, None if to_maximum else 1), xticks=azimuth_ticks())
    plain(axes, "both")
    legend_below(figure, handles, title="networks")
    return figure


def plot_curves(found: Mapping[str, Curve], level: float, measure: str) -> Figure:
    """Draw the exact SRVR of networks over the level, and beside it the SRVR of the regions that the methods grew.

    The given level of the confidence is marked, and the axis names the measure.
    """
    is_narrow = size().is_narrow
    figure = new_figure("The largest regions that hold, and the methods' regions", height=7 if is_narrow else 4)
    axes, beside = (figure.subplots(2, 1, height_ratios=(1.6, 1)) if is_narrow else
                    figure.subplots(1, 2, sharey=True, width_ratios=(3.6, 1)))
    methods = in_order(name for curve in found.values() for name in curve.methods)
    handles = _draw_curves(axes, found, level)
    for k, (style, curve) in enumerate(zip(network_styles(found).values(), found.values())):
        offset = min(0.14, 0.8 / len(found)) * (k - (len(found) - 1) / 2)
        beside.plot([methods.index(name) + offset for name in curve.methods], list(curve.methods.values()),
                    linestyle="", **edged(style.mark, style.color, 8))
    largest = max(max(curve.high.max(), *curve.methods.values()) for curve in found.values())
    for one in (axes, beside):
        _srvr_axis(one, measure, 30 if largest < 25 else 110)
    subtitled(beside, "the methods' regions")
    beside.set_xticks(range(len(methods)), methods, rotation=30 if len(methods) > 3 and not is_narrow else 0)
    beside.set_xlim(-0.6, len(methods) - 0.4)
    if not is_narrow:
        beside.tick_params(axis="y", labelleft=False)
        beside.set_ylabel("")
    legend_below(figure, handles, title="networks")
    return figure


def plot_leaderboard(found: Mapping[str, Mapping[str, Estimate]], ranked: Sequence[str],
                     over_level: Mapping[str, Curve], level: float, title: str,
                     measure: str) -> Figure:
    """Draw each metric of networks with its interval, and below the exact SRVR over the level, as in `plot_curves`.

    Args:
        found: by metric, percent by network.
        ranked: the networks, the best first.
        over_level: by network.
    """
    is_narrow = size().is_narrow
    longest = max(map(len, ranked))
    across = (2 if longest <= LONG_NAME else 1) if is_narrow else ACROSS
    down = -(-len(found) // across)
    heights = (down * (0.8 + 0.28 * len(ranked)), 3.4 + 0.33 * (1 + len(ranked)) if is_narrow else 3.2)
    figure = new_figure(title, 10, sum(heights) + 0.4)
    above, below = figure.subfigures(2, 1, height_ratios=heights, squeeze=False)[:, 0]
    styles, room = network_styles(ranked), letters(figure.get_figwidth(), size().text) - longest
    grid = above.subplots(down, across, squeeze=False, sharey=True).ravel()
    for axes, (metric, of_networks) in zip(grid, found.items()):
        for network, one in of_networks.items():
            k, style = ranked.index(network), styles[network]
            if one.low is not None:
                axes.plot((one.low, one.high), (k, k), color=style.color, linewidth=points(2), clip_on=False)
            axes.plot(one.value, k, linestyle="", clip_on=False, **edged(style.mark, style.color, 7))
        axes.set_title(wrapped(f"{metric} (%)", room // across - 2), loc="left", fontsize="medium")
        axes.set_yticks(range(len(ranked)), list(map(literal, ranked)))
        axes.set_ylim(len(ranked) - 0.5, -0.5)  # the best at the top
        axes.set_xlim(left=min(0, axes.dataLim.x0))
        plain(axes, "x")
    for axes in grid[len(found):]:
        axes.set_visible(False)
    ordered = {network: over_level[network] for network in ranked if network in over_level}
    if ordered:
        axes = below.subplots()
        handles = _draw_curves(axes, ordered, level)
        _srvr_axis(axes, measure, 110)
        below.legend(handles=handles, loc="outside lower center" if is_narrow else "outside right upper",
                     title="networks", alignment="left", frameon=False)
    return figure


def _draw_curves(axes: Axes, found: Mapping[str, Curve], level: float) -> list[Line2D]:
    """The entries of a legend, after the exact SRVR over the level is drawn with its intervals."""
    handles, styles, alpha = [], network_styles(found), opacity(len(found))
    for network, curve in found.items():
        style = styles[network]
        axes.fill_between(curve.levels, curve.low, curve.high, color=style.color, alpha=alpha, linewidth=0)
        axes.plot(curve.levels, curve.srvr, style.line, color=style.color, linewidth=points(2.5), clip_on=False)
        handles.append(Line2D([], [], linestyle=style.line, linewidth=points(2.5), **edged(style.mark, style.color, 8),
                              label=literal(f"{network} ({counted(curve.n_objects, 'object')})")))
    axes.axvline(level, color="grey", linewidth=points(1), linestyle="--", zorder=0)
    axes.set(xlabel="level of the confidence", xlim=(0, 1))
    subtitled(axes, f"the largest boxes on the maps, with {INTERVAL:.0%} intervals")
    return handles


def _srvr_axis(axes: Axes, measure: str, top: float) -> None:
    """Make the vertical axis one of SRVR: logarithmic from LINEAR_BELOW, and down to 0, where curves may end."""
    axes.set_yscale("symlog", linthresh=LINEAR_BELOW, linscale=0.5)
    axes.set(ylim=(0, top), yticks=[0, *(tick for tick in (0.01, 0.1, 1, 10, 100) if tick <= top)],
             ylabel=f"SRVR ({'%' if size().is_narrow else '% of the domain'} {UNIFORM[measure]})")
    axes.yaxis.set_major_formatter("{x:g}")
    plain(axes, "y")
