"""Which figures a tree of results gives, what each is called, and from which files it is made.

The names are those of the figures that the paper's authors published, where they have such a figure.
"""
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..bounds import LARGEST
from ..errors import InputError
from ..files import folder_name
from ..findings.methods import in_order
from ..findings.on_map import holding, level_of
from ..findings.tables import counted
from ..options.reports import COLORMAP
from ..parameters import AZIMUTH_AND_ELEVATION, domain_of
from ..regions import ndinterval
from ..results.contents import MapResult, RegionsResult
from ..results.layout import MAP, OPTIM
from ..results.left_out import LeftOut
from ..results.reading import read_map, read_optim
from ..results.tree import Key, Tree
from . import animation, plots
from .animation import Animation
from .drawing import GIF, Planned
from .objects import shape_of, views_at
from .planning import (
    boxes_of,
    grouped,
    inputs,
    maps_of_networks,
    maps_of_one_kind,
    mean_of,
    name_of,
    row_at,
    title_of,
)
from .profiles import profiles
from .style import Colors

MOST_FRAMES = 120  # of an object turning: one for each azimuth of the paper's grid
GROWTH_FRAMES = 50
INSIDE_SIZE = 112  # pixels a side of a view in a contact sheet


def maps(tree: Tree, colormap: str, to_maximum: bool) -> list[Planned]:
    """Each map, the mean of a network's maps of a class, and the mean of all networks' means of a class.

    Means are left out where the tree is of one object, or of one network.

    Args:
        tree: the results.
        colormap, to_maximum: as in `Colors`.
    """
    paths, colors = tree.of(MAP), Colors(colormap, to_maximum)
    found = [Planned(f"2d/{name_of(key)}", (path,), partial(_map, path, title_of(key, "confidence in"), colors),
                     (colors,)) for key, path in paths.items()]
    if tree.selection.object_nb:
        return found
    for (network, class_name), group in grouped(paths, "network", "class_name").items():
        draw = partial(_mean_map, group, f"{network}: mean confidence in {class_name}", colors, tree.left_out)
        name = folder_name(f"{network}_{class_name}")
        found.append(Planned(f"2d/{name}_Average", tuple(group.values()), draw, (colors,)))
    for (class_name,), group in () if tree.selection.network else grouped(paths, "class_name").items():
        draw = partial(_mean_of_networks, group, f"Mean confidence in {class_name}", colors, tree.left_out)
        found.append(Planned(f"2d/{folder_name(class_name)}_Average_2D", tuple(group.values()), draw, (colors,)))
    return found


def regions(tree: Tree, colormap: str, to_maximum: bool) -> list[Planned]:
    """The regions of each object over its map.

    Args:
        tree: the results.
        colormap, to_maximum: as in `Colors`.
    """
    colors = Colors(colormap, to_maximum)
    maps_there = tree.of(MAP)
    return [Planned(f"2d/optim/{name_of(key)}_regions", inputs(path, maps_there.get(key)),
                    partial(_regions, key, path, maps_there.get(key), colors), (colors,))
            for key, path in tree.of(OPTIM).items()]


def traces(tree: Tree) -> list[Planned]:
    """Bounds and loss of each object's regions against iterations."""
    return [Planned(f"1d/{name_of(key)}_traces", (path,), partial(_traces, key, path))
            for key, path in tree.of(OPTIM).items()]


def gifs(tree: Tree, elevation: float, data_dir: Path) -> list[Planned]:
    """The object turning, contact sheets of the views inside its regions, and the regions growing.

    Args:
        tree: the results.
        elevation: degrees, of the turning object.
        data_dir: folder of the ShapeNet models.
    """
    found, regions_there = [], tree.of(OPTIM)
    for key, path in tree.of(MAP).items():
        name = f"gif/{name_of(key)}"
        found.append(Planned(f"{name}_turning", (path,), partial(_turning, key, path, data_dir, elevation),
                             (str(data_dir), elevation), GIF))
        if key in regions_there:
            both = path, regions_there[key]
            found.append(Planned(f"{name}_inside", both, partial(_inside, key, *both, data_dir), (str(data_dir),), GIF))
            found.append(Planned(f"{name}_growing", both, partial(_growing, key, *both), (), GIF))
    return found


KINDS: dict[str, Callable[..., list[Planned]]] = dict(maps=maps, regions=regions, profiles=profiles, traces=traces,
                                                      gif=gifs)


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


def _map(path: Path, title: str, colors: Colors) -> Figure:
    return plots.plot_map(read_map(path), title, colors)


def _mean_map(paths: dict[Key, Path], what: str, colors: Colors, left_out: LeftOut) -> Figure:
    maps = list(maps_of_one_kind(paths, left_out).values())
    return plots.plot_map(mean_of(maps), f"{what} ({counted(len(maps), 'object')})", colors)


def _mean_of_networks(paths: dict[Key, Path], what: str, colors: Colors, left_out: LeftOut) -> Figure:
    """The mean over the networks and the objects that all of them have."""
    by_network = maps_of_networks(paths, what, left_out)
    maps = [a_map for of_network in by_network.values() for a_map in of_network]
    words = f"{counted(len(by_network), 'network')}, {counted(len(maps) // len(by_network), 'object')}"
    return plots.plot_map(mean_of(maps), f"{what} ({words})", colors)


def _regions(key: Key, path: Path, map_path: Path | None, colors: Colors) -> Figure:
    result = _read_boxes(path, "regions")
    below = None if map_path is None else read_map(map_path)
    return plots.plot_regions(boxes_of(result), result.initial_points, below,
                              title_of(key, "regions of"), colors,
                              holding(result, below), level_of(result))


def _read_boxes(path: Path, command: str, with_traces: bool = False) -> RegionsResult:
    """Regions that can be drawn over a map."""
    result = read_optim(path, with_traces)
    parameters = result.metadata.parameters
    if parameters != AZIMUTH_AND_ELEVATION:
        raise InputError(f"{path}: has regions of {','.join(parameters)}; \"{command}\" draws those of "
                         "azimuth,elevation, \"profiles\" those of azimuth")
    return result


def _bounds(result: RegionsResult) -> dict[str, list[np.ndarray]]:
    """The traces of the boxes by method, in the paper's order; largest boxes did not grow."""
    return {name: [result.methods[name].trace(k) for k in range(len(result.initial_points))]
            for name in in_order(result.methods) if name != LARGEST}


def _traces(key: Key, path: Path) -> Figure:
    result = read_optim(path, with_traces=True)
    bounds = _bounds(result)
    if not bounds:
        raise InputError(f"{path}: has largest boxes alone, which are searched for and leave no traces")
    losses = {name: [result.methods[name].loss(k) for k in range(len(result.initial_points))] for name in bounds}
    parameters = result.metadata.parameters
    return plots.plot_traces(bounds, losses, result.initial_points, parameters, domain_of(parameters),
                             title_of(key, "bounds and loss of"))


def _turning(key: Key, path: Path, data_dir: Path, elevation: float) -> Animation:
    a_map = read_map(path)
    row = row_at(a_map, elevation)
    chosen = np.arange(0, a_map.z.shape[1], -(-a_map.z.shape[1] // MOST_FRAMES))
    azimuths = a_map.xx[row, chosen]
    points = np.stack((azimuths, np.full(len(chosen), a_map.yy[row, 0])), axis=1)
    views = views_at(points, shape_of(key, data_dir, a_map.metadata), a_map.metadata.image_size)
    title = f"{title_of(key, 'confidence in')}, elevation {a_map.yy[row, 0]:g}°"
    return Animation(animation.turning(views, azimuths, a_map.z[row, chosen], title, COLORMAP), seconds=8)


def _inside(key: Key, path: Path, optim_path: Path, data_dir: Path) -> Animation:
    """A frame for each region: views at cells of the map inside it, whose confidence the map has."""
    a_map, result = read_map(path), _read_boxes(optim_path, "gif")
    shape = shape_of(key, data_dir, a_map.metadata, result.metadata)
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
                    f"{title_of(key, 'views of')}, inside {method} from {', '.join(f'{number:g}' for number in point)}",
                    COLORMAP))
    if not frames:
        raise InputError(f"{optim_path}: no region holds a viewpoint of {path}, so that there is nothing to show")
    return Animation(frames, seconds=2 * len(frames))


def _growing(key: Key, path: Path, optim_path: Path) -> Animation:
    result, a_map = _read_boxes(optim_path, "gif", with_traces=True), read_map(path)
    bounds = _bounds(result)
    if not any(len(trace) for of_points in bounds.values() for trace in of_points):
        raise InputError(f"{optim_path}: has no traces of how its regions grew")
    frames = plots.growth_frames(bounds, result.initial_points, a_map, title_of(key, "regions of"), GROWTH_FRAMES)
    return Animation([animation.Image.fromarray(frame) for frame in frames], seconds=8)
