"""Which figures a command makes of a tree of results, what each is called, and from which files it is made.

The names are those of the figures that the paper's authors published, where they have such a figure.
"""
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..errors import InputError, counted
from ..files import folder_name
from ..findings.on_map import judged
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from ..results.contents import MapResult
from ..results.layout import MAP, OPTIM
from ..results.left_out import LeftOut
from ..results.tree import Key, Tree
from . import answers, cover, gifs, network_plots, plots, traces
from .drawing import GIF, PICTURE, Planned
from .group import Group, boxes_of, row_at


@dataclass(frozen=True)
class Kind:
    """A kind of figure that a command makes.

    Attributes:
        name: of its file, without a suffix. Attributes of a Key stand in braces: results that share them make a figure.
        title: of the figure, or its beginning; likewise.
        draw: makes it from a Group and the options: a matplotlib figure, or an Animation.
        options: of the command, that it depends on.
        needs: the files of results that it is made from.
        shows: a file that it shows too, where there is one.
        applies: whether results of a tree have such a figure.
    """
    name: str
    title: str
    draw: Callable[..., Any]
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = (MAP,)
    shows: tuple[str, ...] = ()
    applies: Callable[[Tree, list[Key]], bool] = lambda tree, keys: True

    def figure(self, keys: list[Key], paths: Mapping[str, Mapping[Key, Path]], options: Mapping[str, Any],
               left_out: LeftOut) -> Planned:
        """The figure of results, whose files are given by MAP or OPTIM and key."""
        maps, regions = ({key: paths[name][key] for key in keys if key in paths[name]}
                         if name in self.needs + self.shows else {} for name in (MAP, OPTIM))
        words = {name: getattr(keys[0], name) for name in ATTRIBUTES}
        group = Group(self.title.format(**words), maps, regions, left_out)
        values = tuple(options[name] for name in self.options)
        folder, _, name = self.name.rpartition("/")
        name, inputs = f"{folder}/{folder_name(name.format(**words))}", [*maps.values(), *regions.values()]
        draw = partial(self.draw, group, *values)
        if folder == "gif":
            return Planned(name, draw, inputs, values, GIF)
        return Planned(name, draw, inputs, values, PICTURE, options.get("width"))


def figures_of(command: str, tree: Tree, options: Mapping[str, Any], keys: Iterable[Key] | None = None,
               of_objects: bool = True) -> list[Planned]:
    """The figures that a command makes with its options of a tree, or of some of its keys: of single objects too, if
    that is wanted.

    Means over objects are left out where the tree is of one object.
    """
    paths = {name: tree.of(name) for name in (MAP, OPTIM)}
    found = []
    for kind in KINDS[command]:
        groups: dict[Any, list[Key]] = defaultdict(list)
        by = [name for name in ATTRIBUTES if f"{{{name}}}" in kind.name]
        if tree.selection.object_nb if "object_nb" not in by else not of_objects:
            continue
        for key in tree.keys if keys is None else keys:
            if all(key in paths[name] for name in kind.needs):
                groups[key if len(by) == len(ATTRIBUTES) else tuple(getattr(key, name) for name in by)].append(key)
        found += [kind.figure(group, paths, options, tree.left_out) for group in groups.values()
                  if kind.applies(tree, group)]
    return found


def _map(group: Group, *colors: Any) -> Figure:
    a_map = group.map()
    return plots.plot_map(a_map, group.titled(a_map), *colors)


def _mean_map(group: Group, *colors: Any, of_networks: bool = False) -> Figure:
    """The mean over the objects of a class that all networks have."""
    by_network = group.maps_by_network()
    maps = [a_map for of_network in by_network.values() for a_map in of_network]
    mean = MapResult(maps[0].xx, maps[0].yy, np.mean([a_map.z for a_map in maps], axis=0))
    words = counted(len(maps) // len(by_network), "object")
    if of_networks:
        words = f"{counted(len(by_network), 'network')}, {words}"
    return plots.plot_map(mean, f"{group.titled(*maps)} ({words}{_from_part(maps[0])})", *colors)


def _from_part(a_map: MapResult) -> str:
    """Of maps like this one, how many views each is from; "" if all were asked."""
    return f", from {a_map.n_asked:,} views each" if a_map.origin else ""


def _regions(group: Group, colormap: str, to_maximum: bool) -> Figure:
    result = group.regions_on_map("regions")
    below = group.map() if group.maps else None
    title = group.titled(*([below] if below else []), result)
    return plots.plot_regions(boxes_of(result), result.initial_points, below, title, colormap, to_maximum,
                              judged(result, below))


def _profile(group: Group, elevation: float) -> Figure:
    """The confidence of one object, with its regions where they are one-dimensional, at their elevation."""
    a_map, boxes, points = group.map(), {}, np.empty(0)
    result = group.regions_result() if group.regions else None
    if result is not None and result.metadata.parameters == AZIMUTH_AND_ELEVATION[:1]:
        boxes, points = boxes_of(result), result.initial_points[:, 0]
        stated = result.metadata.elevation
        elevation = PARAMETERS["elevation"].default if stated is None else stated
    row, elevation = row_at(a_map, elevation)
    title = "\n".join(filter(None, (f"{group.titled(a_map)} at elevation {elevation:g}°", a_map.origin)))
    return plots.plot_profile(a_map.xx[row], a_map.z[row], boxes, points, title)


def _profiles(group: Group, elevation: float, to_maximum: bool) -> Figure:
    """The confidence of several networks over the objects that all of them have."""
    by_network = group.maps_by_network()
    first, *others = next(iter(by_network.values()))
    row, elevation = row_at(first, elevation)
    all_maps = [a_map for maps in by_network.values() for a_map in maps]
    title = f"{group.titled(*all_maps)} at elevation {elevation:g}°{_from_part(first)}"
    if len(group.maps) > len(by_network):
        title += f" (mean of {counted(1 + len(others), 'object')}{', bands hold half of them' if others else ''})"
    found = {network: np.array([a_map.z[row] for a_map in maps]) for network, maps in by_network.items()}
    return network_plots.plot_profiles(first.xx[row], found, title, to_maximum)


def _traces(group: Group) -> Figure:
    result = group.regions_result(with_traces=True)
    if not traces.bounds_of(result):
        raise InputError(f"{group.regions[group.key]}: has largest boxes alone, which are searched for and leave no "
                         "traces")
    return traces.plot_traces(result, group.titled(result))


ATTRIBUTES = ("network", "class_name", "object_nb")
ONE, OBJECT = "{network}_{class_name}_{object_nb}", "{class_name} {object_nb}"
COLORS, BOTH = ("colormap", "to_maximum"), (MAP, OPTIM)

KINDS = dict(
    maps=(
        Kind(f"2d/{ONE}", f"{{network}}: confidence in {OBJECT}", _map, COLORS),
        Kind("2d/{network}_{class_name}_Average", "{network}: mean confidence in {class_name}", _mean_map, COLORS),
        Kind("2d/{class_name}_Average_2D", "Mean confidence in {class_name}", partial(_mean_map, of_networks=True),
             COLORS, applies=lambda tree, keys: not tree.selection.network)),
    regions=(Kind(f"2d/optim/{ONE}_regions", f"{{network}}: regions of {OBJECT}", _regions, COLORS, (OPTIM,), (MAP,)),),
    profiles=(
        Kind(f"1d/{ONE}_profile", f"{{network}}: confidence in {OBJECT}", _profile, ("elevation",), shows=(OPTIM,)),
        Kind("1d/azimuth_performance_{class_name}_{object_nb}", f"Confidence in {OBJECT}", _profiles,
             ("elevation", "to_maximum"), applies=lambda tree, keys: len(keys) > 1),
        Kind("1d/average_azimuth_performance_{class_name}", "Confidence in {class_name}", _profiles,
             ("elevation", "to_maximum"))),
    traces=(Kind(f"1d/{ONE}_traces", f"{{network}}: bounds and loss of {OBJECT}", _traces, needs=(OPTIM,)),),
    gif=(
        Kind(f"gif/{ONE}_turning", f"{{network}}: confidence in {OBJECT}", gifs.turning, ("elevation", "data_dir")),
        Kind(f"gif/{ONE}_inside", f"{{network}}: views of {OBJECT}", gifs.inside, ("data_dir",), BOTH),
        Kind(f"gif/{ONE}_growing", f"{{network}}: regions of {OBJECT}", gifs.growing, (), BOTH)),
    cover=(Kind(f"2d/{ONE}_cover", f"{{network}}: where it is confident in {OBJECT}", cover.of_object,
                ("level", "measure", "no_wrap")),),
    answers=(
        Kind(f"2d/{ONE}_answers", f"{{network}}: first answers to {OBJECT}", answers.of_object, ("data_dir",)),
        Kind("2d/{network}_{class_name}_answers", "{network}: wrong answers to {class_name}", answers.of_class,
             ("data_dir",))),
)
