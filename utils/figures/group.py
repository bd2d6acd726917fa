"""The results that one figure is made from."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..findings.common import common_objects, networks_of
from ..findings.methods import in_order
from ..parameters import AZIMUTH_AND_ELEVATION
from ..regions import ndinterval
from ..results.contents import MapResult, RegionsResult
from ..results.left_out import LeftOut
from ..results.metadata import labelled
from ..results.reading import read_map, read_optim
from ..results.same import Kinds
from ..results.tree import Key


@dataclass(frozen=True)
class Group:
    """The files that a figure is made from: of one object and network, or of several.

    Attributes:
        title: of the figure, or its beginning.
        maps, regions: paths of maps and regions; either may be missing.
        left_out: names the maps that cannot be part of a mean.
    """
    title: str
    maps: dict[Key, Path]
    regions: dict[Key, Path]
    left_out: LeftOut

    @property
    def key(self) -> Key:
        """Of the first result."""
        return next(iter(self.maps or self.regions))

    def map(self) -> MapResult:
        """The first map."""
        return read_map(self.maps[self.key])

    def titled(self, *results: MapResult | RegionsResult) -> str:
        """The title, which ends with the class or an object, and the label of results of that class."""
        return labelled(self.title, self.key.class_name, *(
            result.metadata.label_name(getattr(result, "top1_names", None)) for result in results))

    def regions_result(self, with_traces: bool = False) -> RegionsResult:
        """The first regions."""
        return read_optim(self.regions[self.key], with_traces)

    def regions_on_map(self, command: str, with_traces: bool = False) -> RegionsResult:
        """The first regions, which the command draws over a map.

        Raises:
            InputError: if they are not of azimuth and elevation.
        """
        result = self.regions_result(with_traces)
        parameters = result.metadata.parameters
        if parameters != AZIMUTH_AND_ELEVATION:
            raise InputError(f"{self.regions[self.key]}: has regions of {','.join(parameters)}; \"{command}\" draws "
                             "those of azimuth,elevation, \"profiles\" those of azimuth")
        return result

    def usual_maps(self) -> dict[Key, MapResult]:
        """The maps of the kind that most are. Those of other kinds, and what cannot be read, are named and left out.

        Raises:
            InputError: if there is none.
        """
        maps: dict[Key, MapResult] = {}
        for key, path in self.maps.items():
            with self.left_out.on_error():
                maps[key] = read_map(path)
        usual = Kinds(maps).usual_of(maps, self.left_out)
        if not usual:
            raise InputError("a mean has no map left that could be read")
        return usual

    def maps_by_network(self) -> dict[str, list[MapResult]]:
        """The usual maps by network, of the objects that all networks have.

        Raises:
            InputError: if there is no such object, or grids of one step differ all the same.
        """
        maps = self.usual_maps()
        first = next(iter(maps.values()))
        if not all(np.array_equal(a_map.xx, first.xx) and np.array_equal(a_map.yy, first.yy)
                   for a_map in maps.values()):
            raise InputError("a mean's maps have different grids; expected one `step` for all")
        common, networks = common_objects(maps), networks_of(maps)
        if not common:
            raise InputError(f"{self.title}: there is no object that all of {', '.join(networks)} have a map of")
        return {network: [a_map for key, a_map in maps.items() if key.network == network
                          and (key.class_nb, key.object_nb) in common] for network in networks}


def boxes_of(result: RegionsResult) -> dict[str, list[ndinterval]]:
    """The regions by method, in the paper's order."""
    return {name: result.methods[name].regions for name in in_order(result.methods)}


def row_at(a_map: MapResult, elevation: float) -> tuple[int, float]:
    """The row of a map that is nearest to an elevation, and its own elevation, in degrees."""
    row = int(np.argmin(np.abs(a_map.yy[:, 0] - elevation)))
    return row, float(a_map.yy[row, 0])
