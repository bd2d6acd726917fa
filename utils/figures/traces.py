"""How regions grew: their bounds and loss over the iterations."""
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..bounds import LARGEST
from ..findings.methods import in_order
from ..parameters import domain_of
from ..regions import ndinterval
from ..results.contents import RegionsResult
from .sizes import letters, points, size, wrapped
from .style import POINT_COLORS, legend_below, measured, new_figure

BESIDE = 4  # letters of an axis' numbers
MOVED = 0.005  # of a side of the domain: what can be seen
TICKS = dict(azimuth=5, elevation=6)  # over the domain: every 90 and every 20 degrees

Traces = Mapping[str, Sequence[np.ndarray]]  # by method, one for each initial point


def plot_traces(result: RegionsResult, title: str) -> Figure:
    """Draw bounds and loss of regions, of any parameters, against iterations: a row for each method that grew some.

    What lies far outside the parameters' domain is not shown.
    """
    parameters, bounds = result.metadata.parameters, bounds_of(result)
    n, domain = len(parameters), domain_of(parameters)
    start = first_move(bounds, domain)
    figure = new_figure(f"{title}{f', from iteration {start}, before which nothing moves' if start else ''}",
                        3.4 * (n + 1), 2.1 * len(bounds) + 0.6)
    axes = figure.subplots(len(bounds), n + 1, sharex=True, squeeze=False)
    colors = [POINT_COLORS[k % len(POINT_COLORS)] for k in range(len(result.initial_points))]
    thin = points(1.2)
    for row, method in zip(axes, bounds):
        for k, (boxes, color) in enumerate(zip(bounds[method], colors)):
            for side, ax in enumerate(row[:n]):
                ax.fill_between(range(len(boxes)), *boxes[:, :, side].T, color=color, alpha=0.15, linewidth=0)
                ax.plot(boxes[:, :, side], color=color, linewidth=thin)
            loss = result.methods[method].loss(k)
            row[n].plot(np.where(np.isfinite(loss), loss, np.nan), color=color, linewidth=thin)
        for side, (ax, name) in enumerate(zip(row, parameters)):
            margin = 0.1 * domain.r[side]
            if name in TICKS:
                ax.set_yticks(np.linspace(domain.a[side], domain.b[side], 3 if size().is_narrow else TICKS[name]))
            ax.set(ylim=(domain.a[side] - margin, domain.b[side] + margin))
            ax.axhspan(domain.a[side], domain.b[side], color="0.95", zorder=0)
            if not any(len(boxes) for boxes in bounds[method]):
                ax.text(0.5, 0.5, "no trace in the file", transform=ax.transAxes, ha="center", va="center")
        row[0].set_ylabel(method, fontweight="bold")
        row[n].ticklabel_format(axis="y", scilimits=(-3, 3))
        for ax in row:
            ax.margins(x=0)
    room = letters(figure.get_figwidth() / (n + 1), size().text) - BESIDE
    for ax, words in zip(axes[0], (*map(measured, parameters), "loss")):
        ax.set_title(wrapped(words, room), fontsize="medium")
    for ax in axes[-1]:
        ax.set_xlabel("iteration")
        ax.set_xlim(left=start)
    labels = [f"{k}: {', '.join(f'{number:g}' for number in point)}"
              for k, point in enumerate(result.initial_points, start=1)]
    legend_below(figure, [Line2D([], [], color=color) for color in colors], labels, max(len(labels), 1),
                 f"initial points: {', '.join(map(measured, parameters))}")
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
