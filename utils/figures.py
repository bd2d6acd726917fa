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

from utils import plots
from utils.checkpoints import MAP, OPTIM
from utils.errors import InputError
from utils.results import MapResult, read_map, read_optim
from utils.semantic import AZIMUTH_AND_ELEVATION, PARAMETERS, domain_of

RECORD = "made_from.json"  # beside the figures: what each was made from
FORMATS = (".pdf", ".png")


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
    result = read_optim(path)
    if result.parameters != AZIMUTH_AND_ELEVATION:
        raise InputError(f"{path}: has regions of {','.join(result.parameters)}; `regions` draws those of "
                         "azimuth,elevation, `profiles` those of azimuth")
    view = None
    if map_path is not None:
        view = read_map(map_path)
        view = dict(xx=view.xx, yy=view.yy, z=view.z)
    plots.plot_regions(result.regions, result.initial_points, view,
                       f"{key.network}: regions of {key.class_name} {key.object_nb}", *paths, colormap=colormap)


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


def _draw_traces(key, path, paths):
    result = read_optim(path, with_traces=True)
    n_points = range(len(result.initial_points))
    plots.plot_traces({method: [result.bounds(method, k) for k in n_points] for method in result.regions},
                      {method: [result.losses(method, k) for k in n_points] for method in result.regions},
                      result.initial_points, result.parameters, domain_of(result.parameters),
                      f"{key.network}: {key.class_name} {key.object_nb}", *paths)

