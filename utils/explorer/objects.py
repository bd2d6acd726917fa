"""What the explorer's page holds of results: an entry for each object, and the numbers of the maps in one block."""
import base64
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..figures.style import WRONG
from ..findings.answers import Answers
from ..findings.on_map import mean_over
from ..findings.output_names import names_of_outputs, output_of
from ..results.contents import MapResult, RegionsResult
from ..results.metadata import Metadata
from ..results.same import in_words, same_views
from ..results.tree import Key, natural
from ..space import DEGREES
from .regions import regions_of

HASH_DIGITS = 8  # of a mesh's hash, which tell it from others
PARTS = 1000  # of 1: scores are stored in thousandths, as the page shows them
BYTES = 2  # of a thousandth, low and high
NOTHING = -32768  # a thousandth that stands for a score that is no number


def packed(contents: bytes) -> str:
    """Bytes, deflated and in base64."""
    return base64.b64encode(zlib.compress(contents, 9)).decode()


class Block:
    """What the maps share: their numbers, one after the other, and the names of their answers.

    Attributes:
        names: by network, the names of the outputs that are an answer somewhere, by index.
    """

    def __init__(self) -> None:
        self.names: dict[str, dict[int, str]] = {}
        self._numbers = bytearray()

    def add(self, numbers: np.ndarray) -> int:
        """Keep an array of numbers between -32768 and 32767. Returns where it begins."""
        begin = len(self._numbers) // BYTES
        self._numbers += numbers.astype("<i2").tobytes()
        return begin

    def add_scores(self, scores: np.ndarray) -> int:
        """Keep an array of scores, in thousandths. Returns where it begins."""
        parts = np.clip(np.round(np.float64(scores) * PARTS), NOTHING + 1, -NOTHING - 1)
        return self.add(np.where(np.isfinite(scores), parts, NOTHING))

    def text(self) -> str:
        """All of it, packed: the low bytes of all numbers, then the high ones, which are alike and take less so."""
        return packed(np.frombuffer(self._numbers, np.uint8).reshape(-1, BYTES).T.tobytes())


@dataclass
class PageObject:
    """One entry of the page: results of several networks, all seen in the same views.

    Attributes:
        key: of the first result.
        known: what each of its maps and regions says about itself.
        results: its map and regions, either of which may be missing, by network, in order.
    """
    key: Key
    known: list[Metadata] = field(default_factory=list)
    results: dict[str, tuple[MapResult | None, RegionsResult | None]] = field(default_factory=dict)

    @property
    def shape_id(self) -> str | None:
        """Of the object, or None if no file says."""
        return self.known[0].shape_id

    def variant(self, others: Iterable["PageObject"]) -> str:
        """The shape, and more where others of the page have the same class, number and shape."""
        words = [self.shape_id or "unknown shape"]
        if any(other is not self and (self.key.class_nb, self.key.object_nb, self.shape_id)
               == (other.key.class_nb, other.key.object_nb, other.shape_id) for other in others):
            words += [f"mesh {known.mesh_hash[:HASH_DIGITS]}" for known in self.known if known.mesh_hash][:1]
            words += [f"{name}={value:g}" for name, value in self.known[0].fixed.items()]
        return ", ".join(words)

    def shown(self, network: str, block: Block) -> dict[str, Any]:
        """What the page shows of a network. The block takes its map's numbers, and the names of its answers."""
        a_map, regions_result = self.results[network]
        both = {name: result for name, result in (("map", a_map), ("regions", regions_result)) if result is not None}
        key, about = replace(self.key, network=network), next(iter(both.values())).metadata
        output, names = output_of(key, about), names_of_outputs(key, about)
        if a_map is not None:
            answers = a_map.top1_names or {}
            if a_map.top1_names is None and a_map.top1 is not None and names is not None:
                answers = {int(k): names[k] for k in np.unique(a_map.top1) if 0 <= k < len(names)}
            block.names.setdefault(network, {}).update(answers)
        stated = block.names.get(network, {}).get(output) if output is not None else None
        return dict(
            map=None if a_map is None else _map(a_map, block),
            regions=None if regions_result is None else regions_of(regions_result, a_map), output=output,
            output_name=stated if names is None or output is None else names[output],
            settings={name: settings_in_words(result.metadata) for name, result in both.items()})


def objects_of(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult]) -> list[PageObject]:
    """The page's entries, in order. Networks share one where all their results are seen in the same views."""
    objects: list[PageObject] = []
    for key in sorted({*maps, *regions}, key=lambda key: key.order):
        results = maps.get(key), regions.get(key)
        known = [result.metadata for result in results if result is not None]
        shape_id = next((metadata.shape_id for metadata in known if metadata.shape_id), None)  # one speaks for both
        known = [replace(metadata, shape_id=metadata.shape_id or shape_id) for metadata in known]
        alike = (one for one in objects if (one.key.class_nb, one.key.object_nb) == (key.class_nb, key.object_nb)
                 and all(same_views(mine, other) for mine in one.known for other in known))
        page_object = next(alike, None)
        if page_object is None:
            page_object = PageObject(key)
            objects.append(page_object)
        page_object.known += known
        page_object.results[key.network] = results
    return sorted(objects, key=lambda page_object: natural((page_object.key.class_nb, page_object.key.object_nb)))


def settings_in_words(metadata: Metadata) -> dict[str, str]:
    """What a result depends on; the shape stands elsewhere."""
    known = {name: value for name, value in metadata.settings.items() if name != "shape_id"}
    if metadata.mesh_hash:
        known["mesh_hash"] = metadata.mesh_hash[:HASH_DIGITS]
    return {name: in_words(value) for name, value in known.items()}


def _map(result: MapResult, block: Block) -> dict[str, Any]:
    """A map: its grid, how much of it is robust, and where its numbers begin in the block.

    Of first answers there are the most frequent with their shares of the views, the class before the others.
    """
    found = dict(azimuth=result.xx[0].tolist(), elevation=result.yy[:, 0].tolist(), z=block.add_scores(result.z),
                 robust=mean_over(result, result.z >= result.metadata.level, DEGREES))
    if result.top1 is not None:
        found["top1"] = block.add(result.top1)
        found["top1_score"] = None if result.top1_score is None else block.add_scores(result.top1_score)
        answers = Answers.of(result)
        shown = [*([] if answers.right is None else [answers.right]), *answers.wrong[:len(WRONG)]]
        found["answers"] = [[index, answers.share(index)] for index in shown]
    if result.asked is not None:
        found |= dict(asked=block.add(result.asked), origin=result.origin)
    return found
