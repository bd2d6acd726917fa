"""Figures that compare networks, from arrays: each function returns a matplotlib figure."""
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from utils.report.curve import INTERVAL, Curve
from utils.report.kinds import counted
from utils.report.methods import in_order
from utils.report.plots import POINT_COLORS, titled

LINES, MARKS = ("-", "--", "-.", ":"), ("o", "s", "^", "D", "v", "P")  # for those who do not see colours


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


def plot_profiles(found: Mapping[str, Profile], title: str) -> Figure:
    """Draw the profiles of several networks in one figure, each with its spread.

    Args:
        found: by network.
        title: above the figure.
    """
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    titled(figure, title)
    axes = figure.subplots()
    handles = []
    for k, (network, one) in enumerate(found.items()):
        color, line = (options[k % len(options)] for options in (POINT_COLORS, LINES))
        if one.low is not None and one.high is not None:
            axes.fill_between(one.azimuth, one.low, one.high, color=color, alpha=0.15, linewidth=0)
        handles += axes.plot(one.azimuth, one.mean, line, color=color, linewidth=2, label=network)
    axes.set(xlabel="azimuth (degrees)", ylabel="confidence in the class", xlim=(0, 360), ylim=(0, 1))
    axes.set_xticks(range(0, 361, 45))
    axes.grid(color="0.92")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
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
    names = []
    for k, (network, curve) in enumerate(found.items()):
        color, line, mark = (options[k % len(options)] for options in (POINT_COLORS, LINES, MARKS))
        axes.fill_between(curve.levels, curve.low, curve.high, color=color, alpha=0.15, linewidth=0)
        axes.plot(curve.levels, curve.srvr, line, color=color, linewidth=2.5)
        names.append(Line2D([], [], linestyle=line, marker=mark, color=color, linewidth=2.5, markersize=8,
                            markeredgecolor="black", markeredgewidth=0.6,
                            label=f"{network} ({counted(curve.n_objects, 'object')})"))
        offset = 0.14 * (k - (len(found) - 1) / 2)
        beside.plot([methods.index(name) + offset for name in curve.methods], list(curve.methods.values()),
                    mark, color=color, markersize=8, markeredgecolor="black", markeredgewidth=0.6)
    axes.axvline(level, color="grey", linewidth=1, linestyle="--", zorder=0)
    axes.set_yscale("log")  # a share of 0 lies below the axis
    largest = max(max(curve.high.max(), *curve.methods.values()) for curve in found.values())
    axes.set(xlabel="level of the confidence", ylabel="SRVR (% of the domain)", xlim=(0, 1),
             ylim=(0.01, 30 if largest < 25 else 110))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_title(f"the largest boxes on the maps, with {INTERVAL:.0%} intervals", loc="left", fontsize="medium")
    beside.set_title("the methods' regions", loc="left", fontsize="medium")
    beside.set_xticks(range(len(methods)), methods, rotation=30 if len(methods) > 3 else 0)
    beside.set_xlim(-0.6, len(methods) - 0.4)
    beside.tick_params(axis="y", which="both", labelleft=False)
    for ax in (axes, beside):
        ax.grid(axis="y", color="0.9")
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
    figure.legend(handles=names, loc="outside lower center", ncols=4, frameon=False)
    return figure


