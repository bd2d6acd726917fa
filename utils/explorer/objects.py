"""What the explorer's page holds of results: an entry for each object, and the numbers of the maps in one block."""
import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..findings.methods import in_order
from ..findings.on_map import holding, level_of, with_largest
from ..findings.output_names import names_of_outputs, output_of
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from ..results.contents import MapResult, RegionsResult
from ..results.metadata import Metadata
from ..results.same import in_words, same_views
from ..results.tree import Key, natural

HASH_DIGITS = 8  # of a mesh's hash, which tell it from others
PARTS = 1000  # of 1: scores are stored in thousandths, as the page shows them
NOTHING = -32768  # a thousandth that stands for a score that is no number


class Block:
    """What the maps share: their numbers, one after the other, and the names of their answers.

    Attributes:
        names: by network, the names of the outputs that are an answer somewhere, by index.
    """

    def __init__(self) -> None:
        self.names: dict[str, dict[int, str]] = {}
        self._parts: list[np.ndarray] = []
        self._length = 0

    def add(self, numbers: np.ndarray) -> int:
        """Keep an array of numbers between -32768 and 32767. Returns where it begins."""
        begin = self._length
        self._parts.append(numbers.astype("<i2").ravel())
        self._length += numbers.size
        return begin

    def add_scores(self, scores: np.ndarray) -> int:
        """Keep an array of scores, in thousandths. Returns where it begins."""
        parts = np.clip(np.round(np.float64(scores) * PARTS), NOTHING + 1, -NOTHING - 1)
        return self.add(np.where(np.isfinite(scores), parts, NOTHING))

    def text(self) -> str:
        """All of it, little-endian, deflated and in base64."""
        return base64.b64encode(zlib.compress(b"".join(part.tobytes() for part in self._parts), 9)).decode()


@dataclass
class PageObject:
    """One entry of the page: results of several networks, all seen in the same views.

    Attributes:
        key: of the first result.
        known: what each of its maps and regions says about itself.
        maps, regions: by network.
    """
    key: Key
    known: list[Metadata] = field(default_factory=list)
    maps: dict[str, MapResult] = field(default_factory=dict)
    regions: dict[str, RegionsResult] = field(default_factory=dict)

    def is_of(self, key: Key, known: Iterable[Metadata]) -> bool:
        """Whether other results are of the same object, as far as they say, seen in the same way."""
        return ((self.key.class_nb, self.key.object_nb) == (key.class_nb, key.object_nb)
                and all(same_views(mine, other) for mine in self.known for other in known))

    @property
    def identity(self) -> tuple[str, str, str | None]:
        """Class, number and shape."""
        return self.key.class_nb, self.key.object_nb, self.shape_id

    @property
    def shape_id(self) -> str | None:
        """Of the object, or None if no file says."""
        return self.known[0].shape_id

    @property
    def image_size(self) -> int:
        """Pixels a side of the largest images that a network saw. The page's views are smaller than most."""
        return max(metadata.image_size for metadata in self.known)

    @property
    def networks(self) -> list[str]:
        """Those that have results of it."""
        return sorted({*self.maps, *self.regions}, key=lambda name: natural((name,)))

    def variant(self, is_alone: bool) -> str:
        """What tells it from others of the same class and number.

        Args:
            is_alone: no other has its shape.
        """
        words = [self.shape_id or "unknown shape"]
        if not is_alone:
            mesh_hash = next((known.mesh_hash for known in self.known if known.mesh_hash), None)
            words += [f"mesh {mesh_hash[:HASH_DIGITS]}"] if mesh_hash else []
            words += [f"{name}={value:g}" for name, value in self.known[0].fixed.items()]
        return ", ".join(words)

    def result(self, network: str, block: Block) -> dict[str, Any]:
        """What the page shows of a network. The block takes its map's numbers."""
        a_map, regions = self.maps.get(network), self.regions.get(network)
        known = [result.metadata for result in (a_map, regions) if result is not None]
        key = replace(self.key, network=network)
        output, names = output_of(key, known[0]), names_of_outputs(key, known[0])
        if a_map is not None:
            block.names.setdefault(network, {}).update(_answer_names(a_map, names))
        stated = block.names.get(network, {}).get(output) if output is not None else None
        both = dict(map=a_map, regions=regions)
        return dict(
            map=None if a_map is None else _map(a_map, block),
            regions=None if regions is None else _regions(regions, a_map), output=output,
            output_name=stated if names is None or output is None else names[output],
            settings={name: _settings(result.metadata) for name, result in both.items() if result is not None})


def objects_of(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult]) -> list[PageObject]:
    """The page's entries, in order. Networks share one where all their results are seen in the same views."""
    objects: list[PageObject] = []
    for key in sorted({*maps, *regions}, key=lambda key: key.order):
        known = _known(maps.get(key), regions.get(key))
        page_object = next((page_object for page_object in objects if page_object.is_of(key, known)), None)
        if page_object is None:
            page_object = PageObject(key)
            objects.append(page_object)
        page_object.known += known
        if key in maps:
            page_object.maps[key.network] = maps[key]
        if key in regions:
            page_object.regions[key.network] = regions[key]
    return sorted(objects, key=lambda page_object: natural((page_object.key.class_nb, page_object.key.object_nb)))


def _known(*results: MapResult | RegionsResult | None) -> list[Metadata]:
    """What results of one folder say about themselves; a shape that one of them states is that of the others too."""
    known = [result.metadata for result in results if result is not None]
    shape_id = next((metadata.shape_id for metadata in known if metadata.shape_id), None)
    return [replace(metadata, shape_id=metadata.shape_id or shape_id) for metadata in known]


def _settings(metadata: Metadata) -> dict[str, str]:
    """What a result depends on, in words; the shape stands elsewhere."""
    known = {name: value for name, value in metadata.settings.items() if name != "shape_id"}
    if metadata.mesh_hash:
        known["mesh_hash"] = metadata.mesh_hash[:HASH_DIGITS]
    return {name: in_words(value) for name, value in known.items()}


def _answer_names(result: MapResult, names: Sequence[str] | None) -> dict[int, str]:
    """The names of a map's first answers, by index: those that it states, else those of the network's outputs."""
    if result.top1_names is not None or result.top1 is None or names is None:
        return result.top1_names or {}
    return {int(k): names[k] for k in np.unique(result.top1) if 0 <= k < len(names)}


def _map(result: MapResult, block: Block) -> dict[str, Any]:
    """A map: its grid, and where its numbers begin in the block."""
    found = dict(azimuth=result.xx[0].tolist(), elevation=result.yy[:, 0].tolist(), z=block.add_scores(result.z))
    if result.top1 is not None:
        found["top1"] = block.add(result.top1)
        found["top1_score"] = None if result.top1_score is None else block.add_scores(result.top1_score)
    return found


def _regions(result: RegionsResult, a_map: MapResult | None) -> dict[str, Any] | None:
    """Boxes [azimuth, elevation, azimuth, elevation] or None by method, whether they hold, and the initial points.

    Without largest boxes among the regions, those of the map are added. Regions of other parameters are projections: a
    one-dimensional region is a box without height at its elevation.
    """
    parameters, stated = result.metadata.parameters, result.metadata.elevation
    elevation = PARAMETERS["elevation"].default if stated is None else stated
    columns = [parameters.index(name) if name in parameters else None for name in AZIMUTH_AND_ELEVATION]

    def flat(point: np.ndarray) -> list[float | None]:
        azimuth, height = (None if column is None else float(point[column]) for column in columns)
        return [azimuth, elevation if height is None else height]

    if columns[0] is None:
        return None
    below = a_map if parameters == AZIMUTH_AND_ELEVATION else None
    boxes = with_largest({name: result.methods[name].regions for name in in_order(result.methods)},
                         result.initial_points, below, level_of(result))
    return dict(points=[flat(point) for point in result.initial_points if np.isfinite(point).all()],
                parameters=list(parameters), level=level_of(result), holds=holding(result, a_map),
                boxes={name: [flat(box.a) + flat(box.b) if box.is_finite() else None for box in of_method]
                       for name, of_method in boxes.items()})
