"""What the plans of several figures share: names, the files they are made from, and means over objects."""
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..files import folder_name
from ..findings.common import common_objects, networks_of
from ..findings.methods import in_order
from ..regions import ndinterval
from ..results.contents import MapResult, RegionsResult
from ..results.left_out import LeftOut
from ..results.reading import read_map
from ..results.same import Kinds
from ..results.tree import Key


def name_of(key: Key) -> str:
    """What a figure of one object and network is called, before the word for its kind."""
    return folder_name(f"{key.network}_{key.class_name}_{key.object_nb}")


def title_of(key: Key, what: str) -> str:
    """A figure's title: "ResNet50: regions of cup 0".

    Args:
        key: of the result.
        what: up to the object, such as "regions of".
    """
    return f"{key.network}: {what} {key.class_name} {key.object_nb}"


def inputs(*paths: Path | None) -> tuple[Path, ...]:
    """Those of the files that there are."""
    return tuple(path for path in paths if path is not None)


def boxes_of(result: RegionsResult) -> dict[str, list[ndinterval]]:
    """The regions by method, in the paper's order."""
    return {name: result.methods[name].regions for name in in_order(result.methods)}


def row_at(a_map: MapResult, elevation: float) -> int:
    """The row of a map that is nearest to an elevation."""
    return int(np.argmin(np.abs(a_map.yy[:, 0] - elevation)))


def maps_of_one_kind(paths: Mapping[Key, Path], left_out: LeftOut) -> dict[Key, MapResult]:
    """The maps in files, as far as they are of the kind that most of them are. The others are named and left out.

    Raises:
        InputError: if there is none, or grids of one step differ all the same.
    """
    found: dict[Key, MapResult] = {}
    for key, path in paths.items():
        with left_out.on_error():
            found[key] = read_map(path)
    usual = Kinds(found).usual_of(found, left_out)
    if not usual:
        raise InputError("a mean has no map left that could be read")
    first = next(iter(usual.values()))
    if not all(np.array_equal(a_map.xx, first.xx) and np.array_equal(a_map.yy, first.yy) for a_map in usual.values()):
        raise InputError("a mean's maps have different grids; expected one `step` for all")
    return usual


def grouped(paths: Mapping[Key, Path], *by: str) -> dict[tuple[str, ...], dict[Key, Path]]:
    """Files by attributes of their keys."""
    found: dict[tuple[str, ...], dict[Key, Path]] = defaultdict(dict)
    for key, path in paths.items():
        found[tuple(getattr(key, name) for name in by)][key] = path
    return found


def maps_of_networks(paths: Mapping[Key, Path], of_what: str, left_out: LeftOut) -> dict[str, list[MapResult]]:
    """The maps of one kind by network, of the objects that all networks have.

    Raises:
        InputError: if there is no such object; says of what.
    """
    maps = maps_of_one_kind(paths, left_out)
    common, networks = common_objects(maps), networks_of(maps)
    if not common:
        raise InputError(f"{of_what}: there is no object that all of {', '.join(networks)} have a map of")
    return {network: [a_map for key, a_map in maps.items() if key.network == network
                      and (key.class_nb, key.object_nb) in common] for network in networks}


def mean_of(results: list[MapResult]) -> MapResult:
    """The mean of maps of one grid."""
    return MapResult(results[0].xx, results[0].yy, np.mean([result.z for result in results], axis=0))
