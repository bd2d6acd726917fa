"""Which figures a tree of results gives, what each is called, and from which files it is made.

The names are those of the figures that the paper's authors published, where they have such a figure.
"""
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np

from utils.report import animation
from utils.report import plots
from utils.results.store import MAP, OPTIM
from utils.errors import InputError
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, domain_of
from utils.results.contents import MapResult, read_map, read_optim
from utils.report.objects import shape_of, views_at

RECORD = "made_from.json"  # beside the figures: what each was made from
FORMATS = (".pdf", ".png")
MOST_FRAMES = 120  # of an object turning: one for each azimuth of the paper's grid
GROWTH_FRAMES = 50


@dataclass(frozen=True)
class Figure:
    """A figure that is still to be drawn.

    Attributes:
        name: its file below the folder of figures, without a suffix.
        inputs: the files that it is made from.
        draw: draw(path, ..) makes it, once for each path's format.
        options: what else it depends on.
        formats: suffixes of its files.
    """
    name: str
    inputs: tuple
    draw: Callable
    options: tuple = ()
    formats: tuple = FORMATS

    def paths(self, folder):
        return [Path(folder, self.name + suffix) for suffix in self.formats]

    def made_from(self):
        """Digits that change with the files and the options."""
        states = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in self.inputs]
        return hashlib.sha256(repr((sorted(states), self.options)).encode()).hexdigest()[:16]


class Record:
    """What the figures in a folder were made from, so that those up to date are left as they are."""

    def __init__(self, folder):
        self.folder = folder
        self.path = Path(folder, RECORD)
        try:
            stored = json.loads(self.path.read_text())
            self.made_from = stored if isinstance(stored, dict) else {}
        except (OSError, ValueError):  # none yet, or damaged: all is drawn anew
            self.made_from = {}

    def has(self, figure):
        """Whether the figure is there, made from the same."""
        return (self.made_from.get(figure.name) == figure.made_from()
                and all(path.exists() for path in figure.paths(self.folder)))

    def add(self, figure, made_from):
        self.made_from[figure.name] = made_from

    def text(self):
        return json.dumps(self.made_from, indent=0, sort_keys=True) + "\n"


def maps(tree, colormap, leaving_out):
    """Each map, the mean of a network's maps of a class, and the mean of all networks' means of a class.

    Means are left out where the options ask for one object, or for one network.

    Args:
        tree: report.py's Tree.
        colormap: matplotlib's name.
        leaving_out: context manager that reports an InputError inside and goes on.
    """
    figures, by_class = [], defaultdict(lambda: defaultdict(list))

    def add(name, title, read, paths):
        def draw(*files):
            result, words = read()
            plots.plot_map(result.xx, result.yy, result.z, title + words, *files, colormap=colormap)
        figures.append(Figure(f"2d/{name}", tuple(paths), draw, (colormap,)))

    def mean_of_objects(paths):
        return _mean([lambda path=path: read_map(path) for path in paths], "object", leaving_out)

    def mean_of_networks(groups):
        return _mean([lambda paths=paths: mean_of_objects(paths)[0] for paths in groups], "network", leaving_out)

    for key, path in tree.of(MAP).items():
        by_class[key.class_name][key.network].append(path)
        add(f"{key.network}_{key.class_name}_{key.object_nb}", f"{key.network}: confidence in {key.class_name} "
            f"{key.object_nb}", lambda path=path: (read_map(path), ""), [path])
    if tree.one_object:
        return figures
    for class_name, by_network in by_class.items():
        for network, paths in by_network.items():
            add(f"{network}_{class_name}_Average", f"{network}: mean confidence in {class_name}",
                lambda paths=paths: mean_of_objects(paths), paths)
        if not tree.one_network:
            groups = list(by_network.values())
            add(f"{class_name}_Average_2D", f"Mean confidence in {class_name}",
                lambda groups=groups: mean_of_networks(groups), sum(groups, []))
    return figures


def regions(tree, colormap):
    """The regions of each object over its map."""
    maps_there = tree.of(MAP)
    return [Figure(f"2d/optim/{key.network}_{key.class_name}_{key.object_nb}_regions",
                   tuple(filter(None, (path, maps_there.get(key)))),
                   lambda *paths, key=key, path=path: _draw_regions(key, path, maps_there.get(key), colormap, paths),
                   (colormap,)) for key, path in tree.of(OPTIM).items()]


def profiles(tree, elevation):
    """Confidence over azimuth at one elevation, with the regions where they are one-dimensional.

    Args:
        tree: report.py's Tree.
        elevation: degrees, for objects without such regions.
    """
    optims = tree.of(OPTIM)
    return [Figure(f"1d/{key.network}_{key.class_name}_{key.object_nb}_profile",
                   tuple(filter(None, (path, optims.get(key)))),
                   lambda *paths, key=key, path=path: _draw_profile(key, path, optims.get(key), elevation, paths),
                   (elevation,)) for key, path in tree.of(MAP).items()]


def traces(tree):
    """Bounds and loss against iterations."""
    return [Figure(f"1d/{key.network}_{key.class_name}_{key.object_nb}_traces", (path,),
                   lambda *paths, key=key, path=path: _draw_traces(key, path, paths))
            for key, path in tree.of(OPTIM).items()]


def gifs(tree, data_dir, elevation):
    """The object turning, contact sheets of the views inside its regions, and the regions growing.

    Args:
        tree: report.py's Tree.
        data_dir: folder of the ShapeNet models.
        elevation: degrees, of the turning object.
    """
    figures, optims = [], tree.of(OPTIM)
    for key, path in tree.of(MAP).items():
        name = f"gif/{key.network}_{key.class_name}_{key.object_nb}"
        both = tuple(filter(None, (path, optims.get(key))))

        def add(kind, draw, inputs, *options):
            figures.append(Figure(f"{name}_{kind}", inputs, draw, options, (".gif",)))

        add("turning", lambda gif, key=key, path=path: _draw_turning(key, path, data_dir, elevation, gif), (path,),
            str(data_dir), elevation)
        if key in optims:
            add("inside", lambda gif, key=key, path=path: _draw_inside(key, path, optims[key], data_dir, gif), both,
                str(data_dir))
            add("growing", lambda gif, key=key, path=path: _draw_growing(key, path, optims[key], gif), both)
    return figures


def _mean(reads, of_what, leaving_out):
    """The mean of the maps that can be read, and how many these are; the others are reported and left out.

    Raises:
        InputError: if none can be read, or their grids differ.
    """
    results = []
    for read in reads:
        with leaving_out():
            results.append(read())
    if not results:
        raise InputError("a mean has no map left that could be read")
    first = results[0]
    if any(result.z.shape != first.z.shape or (result.xx != first.xx).any() or (result.yy != first.yy).any()
           for result in results):
        raise InputError("a mean's maps have different grids; expected one --step for all")
    mean = np.mean([result.z for result in results], axis=0)
    return (MapResult(first.xx, first.yy, mean, None, None),
            f" ({len(results)} {of_what}{'' if len(results) == 1 else 's'})")


def _draw_regions(key, path, map_path, colormap, paths):
    result = _read_boxes(path, "regions")
    view = None
    if map_path is not None:
        view = read_map(map_path)
        view = dict(xx=view.xx, yy=view.yy, z=view.z)
    plots.plot_regions(result.regions, result.initial_points, view,
                       f"{key.network}: regions of {key.class_name} {key.object_nb}", *paths, colormap=colormap)


def _read_boxes(path, command, **options):
    """An optim.pt whose regions can be drawn over a map."""
    result = read_optim(path, **options)
    if result.parameters != AZIMUTH_AND_ELEVATION:
        raise InputError(f"{path}: has regions of {','.join(result.parameters)}; `{command}` draws those of "
                         "azimuth,elevation, `profiles` those of azimuth")
    return result


def _draw_profile(key, map_path, optim_path, elevation, paths):
    view = read_map(map_path)
    boxes, points = {}, []
    if optim_path is not None:
        result = read_optim(optim_path)
        if result.parameters == AZIMUTH_AND_ELEVATION[:1]:
            boxes, points = result.regions, result.initial_points[:, 0]
            elevation = PARAMETERS["elevation"].default if result.elevation is None else result.elevation
    row = np.abs(view.yy[:, 0] - elevation).argmin()
    plots.plot_profile(view.xx[row], view.z[row], boxes, points, f"{key.network}: confidence in {key.class_name} "
                       f"{key.object_nb} at elevation {view.yy[row, 0]:g}", *paths)


def _draw_turning(key, path, data_dir, elevation, gif):
    view = read_map(path)
    row = np.abs(view.yy[:, 0] - elevation).argmin()
    chosen = np.arange(0, view.z.shape[1], -(-view.z.shape[1] // MOST_FRAMES))
    azimuths = view.xx[row, chosen]
    points = np.stack((azimuths, np.full(len(chosen), view.yy[row, 0])), axis=1)
    views = views_at(points, shape_of(key, data_dir, view))
    title = f"{key.network}: {key.class_name} {key.object_nb}, elevation {view.yy[row, 0]:g}°"
    frames = animation.turning(views, azimuths, view.z[row, chosen], title, plots.COLORMAP)
    animation.save_gif(frames, gif, seconds=8)


def _draw_inside(key, path, optim_path, data_dir, gif):
    """A frame for each region: views at cells of the map inside it, whose confidence the map has."""
    view, result = read_map(path), _read_boxes(optim_path, "gif")
    shape = shape_of(key, data_dir, view)
    frames = []
    for method, boxes in result.regions.items():
        for point, box in zip(result.initial_points, boxes):
            cells = cells_inside(view, box) if box.is_finite() else []
            if len(cells):
                azimuths, elevations, confidences = (values.ravel()[cells] for values in (view.xx, view.yy, view.z))
                frames.append(animation.contact_sheet(
                    views_at(np.stack((azimuths, elevations), axis=1), shape, size=112),
                    [f"{a:g}°, {e:g}°" for a, e in zip(azimuths, elevations)], confidences,
                    f"{key.network}: {key.class_name} {key.object_nb}, inside {method} from "
                    f"{', '.join(f'{number:g}' for number in point)}", plots.COLORMAP))
    if not frames:
        raise InputError(f"{optim_path}: no region holds a viewpoint of {path}, so that there is nothing to show")
    animation.save_gif(frames, gif, seconds=2 * len(frames))


def _draw_growing(key, map_path, optim_path, gif):
    result, view = _read_boxes(optim_path, "gif", with_traces=True), read_map(map_path)
    bounds = {method: [result.bounds(method, k) for k in range(len(result.initial_points))]
              for method in result.regions}
    if not any(len(trace) for traces in bounds.values() for trace in traces):
        raise InputError(f"{optim_path}: has no traces of how its regions grew")
    frames = plots.growth_frames(bounds, result.initial_points, dict(xx=view.xx, yy=view.yy, z=view.z),
                                 f"{key.network}: {key.class_name} {key.object_nb}", GROWTH_FRAMES)
    animation.save_gif([animation.Image.fromarray(frame) for frame in frames], gif, seconds=8)


def cells_inside(view, box):
    """Places of cells of a map inside a box, as many as a contact sheet has room for, evenly over it, row by row."""
    rows = np.flatnonzero((view.yy[:, 0] >= box.a[1]) & (view.yy[:, 0] <= box.b[1]))
    columns = np.flatnonzero((view.xx[0] >= box.a[0]) & (view.xx[0] <= box.b[0]))
    if not (len(rows) and len(columns)):
        return []
    across, down = animation.SHEET
    rows = rows[np.unique(np.linspace(len(rows) - 1, 0, down).round().astype(int))][::-1]  # high ones first
    columns = columns[np.unique(np.linspace(0, len(columns) - 1, across).round().astype(int))]
    return (rows[:, None] * view.z.shape[1] + columns).ravel()


def _draw_traces(key, path, paths):
    result = read_optim(path, with_traces=True)
    n_points = range(len(result.initial_points))
    plots.plot_traces({method: [result.bounds(method, k) for k in n_points] for method in result.regions},
                      {method: [result.losses(method, k) for k in n_points] for method in result.regions},
                      result.initial_points, result.parameters, domain_of(result.parameters),
                      f"{key.network}: {key.class_name} {key.object_nb}", *paths)
