"""Of which kind a result is: what must be the same before numbers of two results are averaged or ranked.

A kind is a list of facets. What most results of a tree have is the usual; a row of a table is of results that differ
from it in the same way, and its name says in which. Files that do not state a facet count as usual in it, as far as
they state any settings at all.
"""
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..engine_names import TORCH
from ..errors import one_line
from ..paper import SHAPE_IDS
from ..parameters import AZIMUTH_AND_ELEVATION
from ..results.contents import MapResult, RegionsResult
from ..results.left_out import LeftOut
from ..results.metadata import Metadata
from ..results.tree import Key
from ..scores import CONFIDENCE

STAND_INS, SHAPENET, OWN, OTHER = "stand-ins", "ShapeNet models", "own meshes", "other objects"
IDS = {shape_id for ids in SHAPE_IDS for shape_id in ids}
STEP, OBJECTS = "grid step", "objects"
OF_NETWORK = ("weights", "image size")  # networks differ in these; results of one network should not
OF_CLASS = ("label",)  # classes do too
OF_REGIONS = ("n_iterations", "learning_rate", "alpha", "beta", "reg", "initial_width", "initial_points", "released",
              "gradient", "difference", "elevation")  # settings
PLAIN = ("precision", "renderer")  # settings whose value says all
DEFAULTS = dict(renderer="utils", engine=TORCH)  # where a result does not say
SHOWN = (OBJECTS, STEP, "normalisation", "engine", "n_iterations", "settings")  # in the line below a table
WORDS: dict[str, Callable[[Any], str]] = {
    OBJECTS: str, STEP: lambda value: f"grid step {value}", "normalisation": lambda value: f"{value} normalisation",
    "n_iterations": lambda value: f"{value} iterations", "settings": str,
    "initial_points": lambda points: "from " + " ".join(",".join(f"{number:g}" for number in one) for one in points)}
NOT_STATED = "settings not stated"
Result = TypeVar("Result", MapResult, RegionsResult)


def objects_of(metadata: Metadata) -> str | None:
    """What a result's object is: a stand-in, a ShapeNet model, or a mesh of the user's own; None if no file says."""
    if metadata.mesh is not None:
        return OWN
    if metadata.shape_id is None:
        return None
    return STAND_INS if metadata.shape_id.startswith("stand-in-") else SHAPENET if metadata.shape_id in IDS else OTHER


def step_of(view: MapResult) -> str | None:
    """A map's grid step in degrees: "3", or "3 x 6" of azimuth and elevation; None for a single row or column."""
    if min(view.xx.shape) < 2:
        return None
    steps = [f"{np.diff(values[:2]).item():g}" for values in (view.xx[0], view.yy[:, 0])]
    return steps[0] if len(set(steps)) == 1 else " x ".join(steps)


def facets(result: MapResult | RegionsResult) -> dict[str, Any]:
    """The facets that a result states."""
    metadata = result.metadata
    settings = metadata.settings
    found: dict[str, Any] = {OBJECTS: objects_of(metadata), "settings": None if settings else NOT_STATED,
                             "label": metadata.label}
    if isinstance(result, MapResult):
        found[STEP] = step_of(result)
    if settings:
        normalize = settings.get("normalize")
        found["normalisation"] = {"None": None, "False": "no", "True": "ImageNet's"}.get(str(normalize),
                                                                                       "the network's own")
        found |= {name: settings.get(name, DEFAULTS.get(name)) for name in (*PLAIN, "weights", *OF_REGIONS)}
        found["image size"] = metadata.image_size
        found["engine"] = metadata.engine or DEFAULTS["engine"]  # which is no setting: it changes the last digits alone
    return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Kinds:
    """What is usual among results, and in what single ones differ.

    Attributes:
        usual: value by facet and, where one facet has several that are usual, by network, class or parameters.
        differing: whether any result differs.
    """
    usual: dict[Any, Any]
    differing: bool

    @classmethod
    def of(cls, *results: Mapping[Key, Any]) -> "Kinds":
        """What is usual among maps and regions.

        Args:
            results: {key: MapResult or RegionsResult}.
        """
        counts: dict[Any, Counter[str]] = {}
        values: dict[tuple[Any, str], Any] = {}
        every = [(key, facets(result), result) for group in results for key, result in group.items()]
        for key, found, result in every:
            for name, value in found.items():
                place = _place(name, key, result)
                counts.setdefault(place, Counter())[repr(value)] += 1
                values[place, repr(value)] = value
        n_stated = sum("settings" not in found for _, found, _ in every)
        usual = {place: values[place, counter.most_common(1)[0][0]] for place, counter in counts.items()}
        if 2 * n_stated > len(every):
            usual.pop("settings", None)
        kinds = cls(usual, False)
        return cls(usual, any(kinds.words(key, result) for key, _, result in every))

    def words(self, key: Key, *results: MapResult | RegionsResult) -> tuple[str, ...]:
        """In what results of one object and network differ from the usual, and from the paper in what f is of."""
        differing: dict[str, None] = {}
        for result in results:
            metadata = result.metadata
            if metadata.parameters != AZIMUTH_AND_ELEVATION:
                differing.update(dict.fromkeys(metadata.parameters))
            if metadata.score_name != CONFIDENCE:
                differing[metadata.score_name] = None
            differing.update({f"{name}={value:g}": None for name, value in sorted(metadata.fixed.items())})
            for name, value in facets(result).items():
                if self.usual.get(_place(name, key, result)) != value:
                    differing[_words(name, value)] = None
        return tuple(differing)

    def row(self, key: Key, *results: MapResult | RegionsResult) -> str:
        """The first cell of the row that results belong to: the network, and in what they differ from the usual."""
        words = self.words(key, *results)
        return f"{key.network} ({', '.join(words)})" if words else key.network

    def notes(self) -> tuple[str, ...]:
        """Lines below a table: of what its rows are."""
        usual = self._usual_words()
        if not usual:
            return ()
        return (f"Rows are of: {usual}"
                + (". Words in brackets say what is otherwise in a row." if self.differing else "."),)

    def kept(self, results: Mapping[Key, Result], left_out: LeftOut) -> dict[Key, Result]:
        """Those of the usual kind, which a mean or a ranking is over. The others are named and left out."""
        kept = {}
        for key, result in results.items():
            words = self.words(key, result)
            if words:
                left_out.add(f"{key}: is of another kind ({', '.join(words)}) than most ({self._usual_words()})")
            else:
                kept[key] = result
        return kept

    def _usual_words(self) -> str:
        """The usual kind, as far as it matters to a reader."""
        return ", ".join(_words(name, self.usual[place]) for name in SHOWN
                         for place in (name, (name, AZIMUTH_AND_ELEVATION)) if place in self.usual
                         and self.usual[place] != DEFAULTS.get(name))


def counted(n: int, what: str) -> str:
    """A number of things in words: "1 object", "3 objects"."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def _place(name: str, key: Key, result: MapResult | RegionsResult) -> Any:
    """Where the usual value of a facet stands."""
    if name in OF_REGIONS:
        return name, result.metadata.parameters
    if name in OF_CLASS:
        return name, key.network, key.class_nb
    return (name, key.network) if name in OF_NETWORK else name


def _words(name: str, value: Any) -> str:
    with suppress(TypeError, ValueError):  # of settings that our programs do not write
        if name in WORDS:
            return WORDS[name](value)
    return one_line(f"{name.replace('_', ' ')} {value}")
