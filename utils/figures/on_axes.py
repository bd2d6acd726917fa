"""A result on matplotlib axes that the user may have made: what `result.plot(ax)` draws."""
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from ..bounds import LARGEST
from ..errors import InputError
from ..findings.on_map import drawn_in, holding
from ..parameters import AZIMUTH_AND_ELEVATION, domain_of
from ..results.contents import MapResult, RegionsResult
from ..results.metadata import labelled
from .plots import box_of, draw_map, draw_points, draw_region, number_boxes
from .style import literal, set_viewpoints


def draw(result: MapResult | RegionsResult, ax: Axes | None = None) -> Axes:
    """The axes with a map, or with regions of two parameters, on them.

    Args:
        result: a map's colours mean what its bar says; a region that does not hold has a thin line.
        ax: axes, drawn on as they are; None: those of a new figure of pyplot's.

    Raises:
        InputError: for regions of another number of parameters.
    """
    about = result.metadata
    if len(about.parameters) != 2:
        raise InputError(f"regions of {', '.join(about.parameters)}: expected two parameters to draw them over; "
                         "`to_frame` has their numbers")
    is_new = ax is None
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
        origin = result.origin if isinstance(result, MapResult) else ""
        title = labelled(about.subject, about.object_class, about.label_name(getattr(result, "top1_names", None)))
        ax.set_title(literal("\n".join(filter(None, (title, origin)))), loc="left")
    if isinstance(result, MapResult):
        draw_map(ax.figure, ax, result)
    else:
        _draw_regions(result, ax)
    if is_new:
        domain = domain_of(about.parameters)
        ax.set(xlim=(domain.a[0], domain.b[0]), ylim=(domain.a[1], domain.b[1]), facecolor="lightgrey")
    return ax


def _draw_regions(result: RegionsResult, ax: Axes) -> None:
    """Boxes of every method, and the initial points."""
    handles: list[Any] = []
    for name, verdicts in holding(result, None).items():
        space = drawn_in(name, result.metadata.parameters)
        for box, verdict in zip(result.methods[name].regions, verdicts):
            if box.is_finite():
                draw_region(ax, space.pieces(box), name, verdict)
        if name == LARGEST and result.metadata.parameters == AZIMUTH_AND_ELEVATION:
            number_boxes(ax, result.methods[name].regions)
        handles.append(box_of((0, 0), (1, 1), name))
        handles[-1].set_label(name)
    handles += draw_points(ax, result.initial_points)
    handles[-1].set_label("initial points")
    set_viewpoints(ax, result.metadata.parameters)
    ax.autoscale_view()
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.2), ncols=len(handles), frameon=False,
              title="regions")
