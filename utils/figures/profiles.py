"""Profiles: confidence over azimuth at one elevation, of each object, of networks on one object, and over a class."""
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..files import folder_name
from ..findings.common import missing_lines
from ..findings.tables import counted
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from ..results.contents import MapResult
from ..results.layout import MAP, OPTIM
from ..results.left_out import LeftOut
from ..results.reading import read_map, read_optim
from ..results.tree import Key, Tree
from . import network_plots, plots
from .drawing import Planned
from .network_plots import Profile
from .planning import boxes_of, grouped, inputs, maps_of_networks, name_of, row_at, title_of


def profiles(tree: Tree, elevation: float, to_maximum: bool) -> list[Planned]:
    """Confidence over azimuth at one elevation: of each object, with its regions where they are one-dimensional; of all
    networks on one object; and of all networks in the mean over the objects of a class that all of them have.

    The last two have the names of the authors' figures. A line says which maps a mean lacks.

    Args:
        tree: the results.
        elevation: degrees, for objects without such regions.
        to_maximum: the axis of several networks ends at their largest confidence, and not at 1.
    """
    regions_there, maps_there, options = tree.of(OPTIM), tree.of(MAP), (elevation, to_maximum)
    found = [Planned(f"1d/{name_of(key)}_profile", inputs(path, regions_there.get(key)),
                     partial(_profile, key, path, regions_there.get(key), elevation), (elevation,))
             for key, path in maps_there.items()]
    for (class_name, object_nb), paths in grouped(maps_there, "class_name", "object_nb").items():
        if len(paths) > 1:
            draw = partial(_overlaid, paths, f"{class_name} {object_nb}", *options, tree.left_out)
            found.append(Planned(f"1d/azimuth_performance_{folder_name(class_name)}_{object_nb}",
                                 tuple(paths.values()), draw, options))
    for (class_name,), paths in () if tree.selection.object_nb else grouped(maps_there, "class_name").items():
        for line in missing_lines(paths, "map", tree.folder):
            print(line)
        draw = partial(_overlaid, paths, class_name, *options, tree.left_out)
        found.append(Planned(f"1d/average_azimuth_performance_{folder_name(class_name)}", tuple(paths.values()), draw,
                             options))
    return found


def profile_of(maps: list[MapResult], elevation: float) -> Profile:
    """The mean profile of maps of one grid at the row nearest to an elevation."""
    row = row_at(maps[0], elevation)
    values = np.array([a_map.z[row] for a_map in maps])
    low, high = np.quantile(values, (0.25, 0.75), axis=0) if len(maps) > 1 else (None, None)
    return Profile(maps[0].xx[row], values.mean(0), low, high, len(maps))


def _overlaid(paths: dict[Key, Path], of_what: str, elevation: float, to_maximum: bool, left_out: LeftOut) -> Figure:
    """The profiles of several networks over the objects that all of them have.

    Raises:
        InputError: if there is no such object.
    """
    by_network = maps_of_networks(paths, of_what, left_out)
    first = next(iter(by_network.values()))
    over = f"mean of {counted(len(first), 'object')}{', bands hold half of them' if len(first) > 1 else ''}"
    title = (f"Confidence in {of_what} at elevation {elevation_of(first[0], elevation):g}"
             f"{f' ({over})' if len(paths) > len(by_network) else ''}")
    return network_plots.plot_profiles({network: profile_of(maps, elevation) for network, maps in by_network.items()},
                                       title, to_maximum)


def elevation_of(a_map: MapResult, elevation: float) -> float:
    """The elevation of a map's row that is nearest to another."""
    return float(a_map.yy[row_at(a_map, elevation), 0])


def _profile(key: Key, map_path: Path, path: Path | None, elevation: float) -> Figure:
    a_map = read_map(map_path)
    boxes, points = {}, np.empty(0)
    result = None if path is None else read_optim(path)
    if result is not None and result.metadata.parameters == AZIMUTH_AND_ELEVATION[:1]:
        boxes, points = boxes_of(result), result.initial_points[:, 0]
        stated = result.metadata.elevation
        elevation = PARAMETERS["elevation"].default if stated is None else stated
    row = row_at(a_map, elevation)
    title = f"{title_of(key, 'confidence in')} at elevation {elevation_of(a_map, elevation):g}"
    return plots.plot_profile(a_map.xx[row], a_map.z[row], boxes, points, title)
