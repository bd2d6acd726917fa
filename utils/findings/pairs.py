"""A map and regions of the same object: which pairs there are, and whether both are of the same function."""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..parameters import AZIMUTH_AND_ELEVATION
from ..results.contents import MapResult, RegionsResult
from ..results.layout import MAP, OPTIM
from ..results.metadata import Metadata
from ..results.tree import Key, Tree
from ..scores import CONFIDENCE

SOME = 5  # keys that a line names


@dataclass(frozen=True, eq=False)
class Pair:
    """A map and the regions of the same object and network."""
    view: MapResult
    result: RegionsResult


def views_and_regions(pairs: Mapping[Key, Pair]) -> tuple[dict[Key, MapResult], dict[Key, RegionsResult]]:
    """The maps of pairs, and their regions."""
    return {key: pair.view for key, pair in pairs.items()}, {key: pair.result for key, pair in pairs.items()}


def paired(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult]) -> tuple[dict[Key, Pair],
                                                                                         dict[Key, str]]:
    """The pairs of the paper's kind: confidence over azimuth and elevation, all else as by default.

    Returns:
        {key: Pair}, and {key: why not} for the others that have both. Keys that have one of the two are in neither.
    """
    pairs, others = {}, {}
    for key in sorted(maps.keys() & regions.keys(), key=lambda key: key.order):
        pair = Pair(maps[key], regions[key])
        why = other_kind(pair.result.metadata) or difference(pair.view.metadata, pair.result.metadata)
        if why:
            others[key] = why
        else:
            pairs[key] = pair
    return pairs, others


def other_kind(regions: Metadata) -> str:
    """In which way regions are not of the paper's kind, or ""."""
    if regions.parameters != AZIMUTH_AND_ELEVATION:
        return f"has regions of {','.join(regions.parameters)}; expected {','.join(AZIMUTH_AND_ELEVATION)}"
    if regions.score_name != CONFIDENCE:
        return f"has regions of the {regions.score_name}; expected the {CONFIDENCE}"
    values = [f"{name}={value:g}" for name, value in sorted(regions.fixed.items())]
    return f"was made with {', '.join(values)}; expected the defaults" if values else ""


def difference(view: Metadata, regions: Metadata) -> str:
    """In what a map and regions are not of the same function, as far as both say; "" if they may be."""
    ours, theirs = _made_from(view), _made_from(regions)
    differing = [name for name, value in ours.items() if None not in (value, theirs[name]) and value != theirs[name]]
    return f"has a map and regions that differ in {', '.join(differing)}" if differing else ""


def lone(tree: Tree) -> list[str]:
    """A line for each of the two files that counts the objects with this one alone."""
    there = {name: tree.of(name).keys() for name in (MAP, OPTIM)}
    lines = []
    for name, other in ((MAP, OPTIM), (OPTIM, MAP)):
        alone = [str(key) for key in tree.keys if key in there[name] and key not in there[other]]
        if alone:
            lines.append(f"with {name} and no {other}: {len(alone)} ({', '.join(alone[:SOME])}"
                         f"{', ..' if len(alone) > SOME else ''})")
    return lines


def _made_from(metadata: Metadata) -> dict[str, Any]:
    """What the function depends on; None is not known."""
    settings = metadata.settings
    return {"parameters": metadata.parameters, "score": metadata.score, "fixed values": metadata.fixed,
            "shape": metadata.shape_id, "mesh": metadata.mesh_hash, "label": metadata.label,
            "weights": settings.get("weights"), "normalisation": settings.get("normalize"),
            "image size": metadata.image_size}
