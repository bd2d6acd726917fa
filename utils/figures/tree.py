"""Which figures a tree of results gives, what each is called, and from which files it is made.

The names are those of the figures that the paper's authors published, where they have such a figure.
"""
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..bounds import LARGEST
from ..errors import InputError
from ..files import folder_name
from ..findings.common import common_objects, networks_of
from ..findings.kinds import counted
from ..findings.methods import in_order
from ..findings.on_map import holding, level_of
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
from .planning import boxes_of, inputs, maps_of_one_kind, mean_of, name_of, row_at, title_of
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
    found, colors = [], Colors(colormap, to_maximum)
    by_class: dict[str, dict[str, dict[Key, Path]]] = defaultdict(lambda: defaultdict(dict))
    for key, path in tree.of(MAP).items():
        by_class[key.class_name][key.network][key] = path
        draw = partial(_map, path, title_of(key, "confidence in"), colors)
        found.append(Planned(f"2d/{name_of(key)}", (path,), draw, (colors,)))
    if tree.selection.object_nb:
        return found
    for class_name, by_network in by_class.items():
        for network, paths in by_network.items():
            draw = partial(_mean_map, paths, f"{network}: mean confidence in {class_name}", colors, tree.left_out)
            name = folder_name(f"{network}_{class_name}")
            found.append(Planned(f"2d/{name}_Average", tuple(paths.values()), draw, (colors,)))
        if not tree.selection.network:
            every = {key: path for paths in by_network.values() for key, path in paths.items()}
            draw = partial(_mean_map, every, f"Mean confidence in {class_name}", colors, tree.left_out, True)
            found.append(Planned(f"2d/{folder_name(class_name)}_Average_2D", tuple(every.values()), draw, (colors,)))
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


def cells_inside(view: MapResult, box: ndinterval) -> np.ndarray:
    """Places of cells of a map inside a box, as many as a contact sheet has room for, evenly over it, row by row."""
    rows = np.flatnonzero((view.yy[:, 0] >= box.a[1]) & (view.yy[:, 0] <= box.b[1]))
    columns = np.flatnonzero((view.xx[0] >= box.a[0]) & (view.xx[0] <= box.b[0]))
    if not (len(rows) and len(columns)):
        return np.empty(0, dtype=int)
    across, down = animation.SHEET
    rows = rows[np.unique(np.linspace(len(rows) - 1, 0, down).round().astype(int))][::-1]  # high ones first
    columns = columns[np.unique(np.linspace(0, len(columns) - 1, across).round().astype(int))]
    return (rows[:, None] * view.z.shape[1] + columns).ravel()


def _map(path: Path, title: str, colors: Colors) -> Figure:
    return plots.plot_map(read_map(path), title, colors)


def _mean_map(paths: dict[Key, Path], what: str, colors: Colors, left_out: LeftOut,
              of_networks: bool = False) -> Figure:
    """The mean of maps, or with `of_networks` that over the networks and the objects that all of them have."""
    maps = maps_of_one_kind(paths, left_out)
    if of_networks:
        common, networks = common_objects(maps), networks_of(maps)
        if not common:
            raise InputError(f"{what}: there is no object that all of {', '.join(networks)} have a map of")
        maps = {key: view for key, view in maps.items() if (key.class_nb, key.object_nb) in common}
        words = f"{counted(len(networks), 'network')}, {counted(len(common), 'object')}"
    else:
        words = counted(len(maps), "object")
    return plots.plot_map(mean_of(list(maps.values())), f"{what} ({words})", colors)


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
    view = read_map(path)
    row = row_at(view, elevation)
    chosen = np.arange(0, view.z.shape[1], -(-view.z.shape[1] // MOST_FRAMES))
    azimuths = view.xx[row, chosen]
    points = np.stack((azimuths, np.full(len(chosen), view.yy[row, 0])), axis=1)
    views = views_at(points, shape_of(key, data_dir, view.metadata), view.metadata.image_size)
    title = f"{title_of(key, 'confidence in')}, elevation {view.yy[row, 0]:g}°"
    return Animation(animation.turning(views, azimuths, view.z[row, chosen], title, COLORMAP), seconds=8)


def _inside(key: Key, path: Path, optim_path: Path, data_dir: Path) -> Animation:
    """A frame for each region: views at cells of the map inside it, whose confidence the map has."""
    view, result = read_map(path), _read_boxes(optim_path, "gif")
    shape = shape_of(key, data_dir, view.metadata, result.metadata)
    frames = []
    for method, boxes in boxes_of(result).items():
        for point, box in zip(result.initial_points, boxes):
            cells = cells_inside(view, box) if box.is_finite() else ()
            if len(cells):
                azimuths, elevations, confidences = (values.ravel()[cells] for values in (view.xx, view.yy, view.z))
                points = np.stack((azimuths, elevations), axis=1)
                frames.append(animation.contact_sheet(
                    views_at(points, shape, view.metadata.image_size, INSIDE_SIZE),
                    [f"{a:g}°, {e:g}°" for a, e in points], confidences,
                    f"{title_of(key, 'views of')}, inside {method} from {', '.join(f'{number:g}' for number in point)}",
                    COLORMAP))
    if not frames:
        raise InputError(f"{optim_path}: no region holds a viewpoint of {path}, so that there is nothing to show")
    return Animation(frames, seconds=2 * len(frames))


def _growing(key: Key, path: Path, optim_path: Path) -> Animation:
    result, view = _read_boxes(optim_path, "gif", with_traces=True), read_map(path)
    bounds = _bounds(result)
    if not any(len(trace) for of_points in bounds.values() for trace in of_points):
        raise InputError(f"{optim_path}: has no traces of how its regions grew")
    frames = plots.growth_frames(bounds, result.initial_points, view, title_of(key, "regions of"), GROWTH_FRAMES)
    return Animation([animation.Image.fromarray(frame) for frame in frames], seconds=8)
