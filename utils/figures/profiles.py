"""Profiles: confidence over azimuth at one elevation, of each object, of networks on one object, and over a class."""
from collections import defaultdict
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ..errors import InputError
from ..files import folder_name
from ..findings.common import common_objects, missing_lines, networks_of
from ..findings.kinds import counted
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from ..results.contents import MapResult
from ..results.layout import MAP, OPTIM
from ..results.left_out import LeftOut
from ..results.reading import read_map, read_optim
from ..results.tree import Key, Tree
from . import network_plots, plots
from .drawing import Planned
from .network_plots import Profile
from .planning import boxes_of, inputs, maps_of_one_kind, name_of, row_at, title_of


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
    by_class: dict[str, dict[Key, Path]] = defaultdict(dict)
    by_object: dict[tuple[str, str], dict[Key, Path]] = defaultdict(dict)
    for key, path in maps_there.items():
        by_class[key.class_name][key] = path
        by_object[key.class_name, key.object_nb][key] = path
    for (class_name, object_nb), paths in by_object.items():
        if len(paths) > 1:
            draw = partial(_overlaid, paths, f"{class_name} {object_nb}", *options, tree.left_out)
            found.append(Planned(f"1d/azimuth_performance_{folder_name(class_name)}_{object_nb}",
                                 tuple(paths.values()), draw, options))
    for class_name, paths in () if tree.selection.object_nb else by_class.items():
        for line in missing_lines(paths, "map", tree.folder):
            print(line)
        draw = partial(_overlaid, paths, class_name, *options, tree.left_out)
        found.append(Planned(f"1d/average_azimuth_performance_{folder_name(class_name)}", tuple(paths.values()), draw,
                             options))
    return found


def profile_of(maps: list[MapResult], elevation: float) -> Profile:
    """The mean profile of maps of one grid at the row nearest to an elevation."""
    row = row_at(maps[0], elevation)
    values = np.array([view.z[row] for view in maps])
    low, high = np.quantile(values, (0.25, 0.75), axis=0) if len(maps) > 1 else (None, None)
    return Profile(maps[0].xx[row], values.mean(0), low, high, len(maps))


def _overlaid(paths: dict[Key, Path], of_what: str, elevation: float, to_maximum: bool, left_out: LeftOut) -> Figure:
    """The profiles of several networks over the objects that all of them have.

    Raises:
        InputError: if there is no such object.
    """
    maps = maps_of_one_kind(paths, left_out)
    common, networks = common_objects(maps), networks_of(maps)
    if not common:
        raise InputError(f"{of_what}: there is no object that all of {', '.join(networks)} have a map of")
    chosen = {network: [view for key, view in maps.items() if key.network == network
                        and (key.class_nb, key.object_nb) in common] for network in networks}
    at = elevation_of(next(iter(maps.values())), elevation)
    over = f"mean of {counted(len(common), 'object')}{', bands hold half of them' if len(common) > 1 else ''}"
    title = f"Confidence in {of_what} at elevation {at:g}{f' ({over})' if len(paths) > len(networks) else ''}"
    return network_plots.plot_profiles({network: profile_of(views, elevation) for network, views in chosen.items()},
                                       title, to_maximum)


def elevation_of(view: MapResult, elevation: float) -> float:
    """The elevation of a map's row that is nearest to another."""
    return float(view.yy[row_at(view, elevation), 0])


def _profile(key: Key, map_path: Path, path: Path | None, elevation: float) -> Figure:
    view = read_map(map_path)
    boxes, points = {}, np.empty(0)
    result = None if path is None else read_optim(path)
    if result is not None and result.metadata.parameters == AZIMUTH_AND_ELEVATION[:1]:
        boxes, points = boxes_of(result), result.initial_points[:, 0]
        stated = result.metadata.elevation
        elevation = PARAMETERS["elevation"].default if stated is None else stated
    row = row_at(view, elevation)
    title = f"{title_of(key, 'confidence in')} at elevation {elevation_of(view, elevation):g}"
    return plots.plot_profile(view.xx[row], view.z[row], boxes, points, title)
