"""Figures that compare networks, from arrays: each function returns a matplotlib figure."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..findings.audit import Curve
from ..findings.intervals import INTERVAL, Estimate
from ..findings.methods import in_order
from ..findings.tables import counted
from .plots import POINT_COLORS, literal, titled

LINES, MARKS = ("-", "--", "-.", ":"), ("o", "s", "^", "D", "v", "P")  # for those who do not see colours
ACROSS = 4  # metrics side by side


@dataclass(frozen=True, eq=False)
class Profile:
    """Confidence over azimuth at one elevation, the mean over objects.

    Attributes:
        azimuth: [N] degrees.
        mean: [N].
        low, high: [N] quartiles of the objects: half of them lie between; None of a single one.
        n_objects: that the mean is over.
    """
    azimuth: np.ndarray
    mean: np.ndarray
    low: np.ndarray | None
    high: np.ndarray | None
    n_objects: int


def plot_profiles(found: Mapping[str, Profile], title: str, to_maximum: bool = False) -> Figure:
    """Draw the profiles of several networks in one figure, each with its spread.

    Args:
        found: by network.
        title: above the figure.
        to_maximum: the confidence's axis ends where the curves do, and not at 1.
    """
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    titled(figure, title)
    axes = figure.subplots()
    handles = []
    for k, (network, one) in enumerate(found.items()):
        color, line, _ = _style(k)
        if one.low is not None and one.high is not None:
            axes.fill_between(one.azimuth, one.low, one.high, color=color, alpha=0.15, linewidth=0)
        handles += axes.plot(one.azimuth, one.mean, line, color=color, linewidth=2, label=literal(network))
    axes.set(xlabel="azimuth (degrees)", ylabel="confidence in the class", xlim=(0, 360),
             ylim=(0, None if to_maximum else 1))
    axes.set_xticks(range(0, 361, 45))
    _plain(axes, "both")
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return figure


def plot_curves(found: Mapping[str, Curve], level: float) -> Figure:
    """Draw the exact SRVR over the level, and beside it the SRVR of the regions that the methods grew.

    Args:
        found: by network.
        level: that is marked.
    """
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    titled(figure, "The largest regions that hold, and the methods' regions")
    axes, beside = figure.subplots(1, 2, sharey=True, width_ratios=(3.6, 1))
    methods = in_order(name for curve in found.values() for name in curve.methods)
    names = _draw_curves(axes, found, level)
    for k, curve in enumerate(found.values()):
        color, _, mark = _style(k)
        offset = 0.14 * (k - (len(found) - 1) / 2)
        beside.plot([methods.index(name) + offset for name in curve.methods], list(curve.methods.values()),
                    mark, color=color, markersize=8, markeredgecolor="black", markeredgewidth=0.6)
    largest = max(max(curve.high.max(), *curve.methods.values()) for curve in found.values())
    axes.set_ylim(0.01, 30 if largest < 25 else 110)
    beside.set_title("the methods' regions", loc="left", fontsize="medium")
    beside.set_xticks(range(len(methods)), methods, rotation=30 if len(methods) > 3 else 0)
    beside.set_xlim(-0.6, len(methods) - 0.4)
    beside.tick_params(axis="y", which="both", labelleft=False)
    _plain(beside, "y")
    figure.legend(handles=names, loc="outside lower center", ncols=4, frameon=False)
    return figure


def plot_leaderboard(found: Mapping[str, Mapping[str, Estimate]], ranked: Sequence[str],
                     over_level: Mapping[str, Curve], level: float, title: str) -> Figure:
    """Draw each metric of each network with its interval, and below the exact SRVR over the level.

    Args:
        found: by metric, percent by network.
        ranked: the networks, the best first.
        over_level: by network.
        level: that is marked.
        title: above the figure.
    """
    down = -(-len(found) // ACROSS)
    heights = (down * (0.7 + 0.25 * len(ranked)), 3.2)
    figure = Figure(figsize=(10, sum(heights) + 0.4), layout="constrained")
    titled(figure, title)
    above, below = figure.subfigures(2, 1, height_ratios=heights, squeeze=False)[:, 0]
    grid = above.subplots(down, ACROSS, squeeze=False, sharey=True)
    for axes, (metric, of_networks) in zip(grid.flat, found.items()):
        for k, network in enumerate(ranked):
            one = of_networks.get(network)
            if one is None:
                continue
            color, _, mark = _style(k)
            if one.low is not None:
                axes.plot((one.low, one.high), (k, k), color=color, linewidth=2)
            axes.plot(one.value, k, mark, color=color, markersize=7, markeredgecolor="black", markeredgewidth=0.6)
        axes.set_title(f"{metric} (%)", loc="left", fontsize="medium")
        axes.set_yticks(range(len(ranked)), list(map(literal, ranked)))
        axes.set_ylim(len(ranked) - 0.5, -0.5)  # the best at the top
        axes.set_xlim(left=min(0, axes.get_xlim()[0]))
        _plain(axes, "x")
    for axes in list(grid.flat)[len(found):]:
        axes.set_visible(False)
    ordered = {network: over_level[network] for network in ranked if network in over_level}
    if ordered:
        axes = below.subplots()
        handles = _draw_curves(axes, ordered, level)
        axes.set_ylim(0.01, 110)
        below.legend(handles=handles, loc="outside right upper", frameon=False)
    return figure


def _draw_curves(axes: Axes, found: Mapping[str, Curve], level: float) -> list[Line2D]:
    """The exact SRVR over the level with its intervals: what the lines mean comes back."""
    handles = []
    for k, (network, curve) in enumerate(found.items()):
        color, line, mark = _style(k)
        axes.fill_between(curve.levels, curve.low, curve.high, color=color, alpha=0.15, linewidth=0)
        axes.plot(curve.levels, curve.srvr, line, color=color, linewidth=2.5)
        handles.append(Line2D([], [], linestyle=line, marker=mark, color=color, linewidth=2.5, markersize=8,
                              markeredgecolor="black", markeredgewidth=0.6,
                              label=literal(f"{network} ({counted(curve.n_objects, 'object')})")))
    axes.axvline(level, color="grey", linewidth=1, linestyle="--", zorder=0)
    axes.set_yscale("log")  # a share of 0 lies below the axis
    axes.set(xlabel="level of the confidence", ylabel="SRVR (% of the domain)", xlim=(0, 1))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_title(f"the largest boxes on the maps, with {INTERVAL:.0%} intervals", loc="left", fontsize="medium")
    _plain(axes, "y")
    return handles


def _style(k: int) -> tuple[str, str, str]:
    """Colour, line and mark of the k-th network."""
    color, line, mark = (options[k % len(options)] for options in (POINT_COLORS, LINES, MARKS))
    return color, line, mark


def _plain(axes: Axes, axis: Literal["x", "y", "both"]) -> None:
    """No frame but two sides, and lines at the ticks of an axis, behind everything."""
    axes.grid(axis=axis, color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
