"""Moving pictures of one object: it turns, its views inside each region, and its regions grow."""
from pathlib import Path

import numpy as np

from ..bounds import LARGEST
from ..errors import InputError
from ..findings.methods import in_order
from ..options.reports import COLORMAP
from ..regions import ndinterval
from ..results.contents import MapResult, RegionsResult
from . import animation, plots
from .animation import Animation
from .group import Group, boxes_of, row_at
from .objects import shape_of, views_at

MOST_FRAMES = 120  # of an object turning: one for each azimuth of the paper's grid
GROWTH_FRAMES = 50
INSIDE_SIZE = 112  # pixels a side of a view in a contact sheet


def turning(group: Group, elevation: float, data_dir: Path) -> Animation:
    """The object seen from one azimuth after the other."""
    a_map = group.map()
    row, elevation = row_at(a_map, elevation)
    columns = np.arange(0, a_map.z.shape[1], -(-a_map.z.shape[1] // MOST_FRAMES))
    azimuths = a_map.xx[row, columns]
    points = np.stack((azimuths, np.full(len(columns), elevation)), axis=1)
    views = views_at(points, shape_of(group.key, data_dir, a_map.metadata), a_map.metadata.image_size)
    title = f"{group.title}, elevation {elevation:g}°"
    return animation.turning(views, azimuths, a_map.z[row, columns], title, COLORMAP), 8


def inside(group: Group, data_dir: Path) -> Animation:
    """A frame for each region: views at cells of the map inside it, whose confidence the map has."""
    a_map, result = group.map(), group.regions_on_map("gif")
    shape = shape_of(group.key, data_dir, a_map.metadata, result.metadata)
    frames = []
    for method, boxes in boxes_of(result).items():
        for point, box in zip(result.initial_points, boxes):
            cells = cells_inside(a_map, box) if box.is_finite() else ()
            if len(cells):
                azimuths, elevations, confidences = (values.ravel()[cells] for values in (a_map.xx, a_map.yy, a_map.z))
                points = np.stack((azimuths, elevations), axis=1)
                frames.append(animation.contact_sheet(
                    views_at(points, shape, a_map.metadata.image_size, INSIDE_SIZE),
                    [f"{a:g}°, {e:g}°" for a, e in points], confidences,
                    f"{group.title}, inside {method} from {', '.join(f'{number:g}' for number in point)}", COLORMAP))
    if not frames:
        raise InputError(f"{group.regions[group.key]}: no region holds a viewpoint of {group.maps[group.key]}, so that "
                         "there is nothing to show")
    return frames, 2 * len(frames)


def growing(group: Group) -> Animation:
    """The regions of all methods growing over the map."""
    result = group.regions_on_map("gif", with_traces=True)
    bounds = bounds_of(result)
    if not any(len(trace) for of_points in bounds.values() for trace in of_points):
        raise InputError(f"{group.regions[group.key]}: has no traces of how its regions grew")
    frames = plots.growth_frames(bounds, result.initial_points, group.map(), group.title, GROWTH_FRAMES)
    return [animation.Image.fromarray(frame) for frame in frames], 8


def bounds_of(result: RegionsResult) -> dict[str, list[np.ndarray]]:
    """The traces of the boxes by method, in the paper's order; largest boxes did not grow."""
    return {name: [result.methods[name].trace(k) for k in range(len(result.initial_points))]
            for name in in_order(result.methods) if name != LARGEST}


def cells_inside(a_map: MapResult, box: ndinterval) -> np.ndarray:
    """Places of cells of a map inside a box, as many as a contact sheet holds, evenly over it, row by row."""
    rows = np.flatnonzero((a_map.yy[:, 0] >= box.a[1]) & (a_map.yy[:, 0] <= box.b[1]))
    columns = np.flatnonzero((a_map.xx[0] >= box.a[0]) & (a_map.xx[0] <= box.b[0]))
    if not (len(rows) and len(columns)):
        return np.empty(0, dtype=int)
    across, down = animation.SHEET
    rows = rows[np.unique(np.linspace(len(rows) - 1, 0, down).round().astype(int))][::-1]  # high ones first
    columns = columns[np.unique(np.linspace(0, len(columns) - 1, across).round().astype(int))]
    return (rows[:, None] * a_map.z.shape[1] + columns).ravel()
