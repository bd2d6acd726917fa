"""When two results are of the same function, the same question, or comparable: the one place that says.

Every setting that a file records parts its result from others, so that one that is new tomorrow does too. The names
below are all that does not. Newer settings are omitted at their default, so that a missing setting is the default; a
file without any settings, early or the authors', agrees with every value.
"""
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from ..bounds import LARGEST
from ..engine_names import TORCH
from ..errors import one_line
from ..paper import SHAPE_IDS
from ..parameters import AZIMUTH_AND_ELEVATION, IMAGE_SIZE
from ..scores import CONFIDENCE
from ..space import DEGREES
from .contents import MapResult, RegionsResult
from .layout import ADDED_LATER
from .left_out import LeftOut
from .metadata import Contents, Metadata
from .tree import Key

OF_OBJECT = ("shape_id", "mesh_hash")  # a mean is over objects
OF_NETWORK = ("weights", "image_size")  # networks differ in these; results of one network should not
OF_CLASS = ("label",)  # classes do too
QUESTION = ("step", "methods", "initial_points", "n_iterations", "learning_rate", "alpha", "beta", "reg",
            "initial_width", "released", "gradient", "difference", "elevation", "views",
            *ADDED_LATER)  # of the same function
STATED = ("parameters", "score", "fixed")  # compared with the paper's, whatever is usual
DEFAULTS = dict(renderer="utils", engine=TORCH)
ASKED_OF = dict(largest=dict(wrap=False, measure=DEGREES))  # of a method, where a file does not say
OBJECTS, SETTINGS, LABEL, STEP, POINTS = "objects", "settings", "label", "grid step", "initial_points"
N_VIEWS, ALL = "views", "all"  # of a map, and how many were asked where nothing else is said
NORMALISATION, N_ITERATIONS = "normalisation", "n_iterations"
NOT_ALWAYS_KNOWN = {OBJECTS, SETTINGS, LABEL, STEP, POINTS}  # where a result lacks one of these, it may have any
APART = {  # from other facets
    *OF_OBJECT, *OF_CLASS, *STATED, *ADDED_LATER, "methods", "step", N_VIEWS, POINTS, "normalize"}
SHOWN = (OBJECTS, STEP, N_VIEWS, NORMALISATION, "engine", N_ITERATIONS, SETTINGS)  # in the line below a table
OF_SETTINGS = (NORMALISATION, "engine", N_ITERATIONS)  # of these, what no file of the authors' states
STAND_INS, SHAPENET, OWN, OTHER = "stand-ins", "ShapeNet models", "own meshes", "other objects"
IDS = {shape_id for ids in SHAPE_IDS for shape_id in ids}
NOT_STATED = "settings not stated"
USUAL = dict(parameters=",".join(AZIMUTH_AND_ELEVATION), score="softmax", fixed="none", renderer=DEFAULTS["renderer"],
             image_size=IMAGE_SIZE)  # which are recorded if they are otherwise
LONG_HASH = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{56}\b")
LONG_NUMBER = re.compile(r"\d+\.\d{7,}")
WORDS = {OBJECTS: "{}", SETTINGS: "{}", NORMALISATION: "{} normalisation", N_ITERATIONS: "{} iterations",
         POINTS: "from {}", N_VIEWS: "from {} views"}
NAMES = dict(shape_id="shape", mesh_hash="mesh", fixed="fixed values", normalize=NORMALISATION)
Result = TypeVar("Result", MapResult, RegionsResult)


def differences(stored: Contents, wanted: Contents) -> list[str]:
    """Where the settings of two runs put another question, in words; what can be added later may be missing.

    A textured mesh has a `mesh_hash` of its own, so that results of before `textures` was recorded still match.
    """
    def words(settings: Contents, name: str, missing: str) -> str:
        return LONG_HASH.sub(r"\1..", str(settings.get(name, USUAL.get(name, missing))))

    return [f"{name} {words(stored, name, 'not recorded')}, now {words(wanted, name, 'not a setting')}"
            for name in sorted({*stored, *wanted} - {*ADDED_LATER, "textures"}) if stored.get(name) != wanted.get(name)]


def to_add(stored: Contents, wanted: Contents) -> list[str]:
    """What is wanted that has to be added to a stored result: names of ADDED_LATER."""
    return [name for name in ADDED_LATER if name in wanted and stored.get(name) != wanted[name]]


def same_function(first: Metadata, second: Metadata) -> list[str]:
    """Where two results are not of the same function, as far as both say; empty if they may be."""
    ours, theirs = _function(first), _function(second)
    return [NAMES.get(name, name.replace("_", " ")) for name, value in ours.items()
            if None not in (value, theirs.get(name)) and value != theirs[name]]


def same_views(first: Metadata, second: Metadata) -> bool:
    """Whether two results are of the same shape, drawn alike in images of any size. An unknown mesh may be any."""
    meshes = {metadata.mesh_hash for metadata in (first, second)} - {None}
    return (first.shape_id, first.fixed) == (second.shape_id, second.fixed) and len(meshes) < 2


def no_pair(regions: Metadata, of_map: Metadata) -> str:
    """Why a map and regions are not of one function of azimuth and elevation, the paper's; "" if they are."""
    if regions.parameters != AZIMUTH_AND_ELEVATION:
        return f"has regions of {','.join(regions.parameters)}; expected {','.join(AZIMUTH_AND_ELEVATION)}"
    if regions.score_name != CONFIDENCE:
        return f"has regions of the {regions.score_name}; expected the {CONFIDENCE}"
    if regions.fixed:
        return f"was made with {', '.join(_fixed(regions))}; expected the defaults"
    differing = same_function(of_map, regions)
    return f"has a map and regions that differ in {', '.join(differing)}" if differing else ""


def made_otherwise(first: MapResult | RegionsResult, second: MapResult | RegionsResult) -> list[str]:
    """Where two results of one object are not comparable, as far as both say: "grid step 3 and 6"."""
    ours, theirs = [{**facets(result, *getattr(result, "methods", ())), "score": result.metadata.score,
                     "fixed values": ", ".join(_fixed(result.metadata))} for result in (first, second)]
    names = {*ours} & {*theirs}
    if first.metadata.settings and second.metadata.settings:  # then what one of them lacks is the default
        names |= {*ours, *theirs} - NOT_ALWAYS_KNOWN
    return [one_line(f"{name.replace('_', ' ')} {in_words(ours.get(name))} and {in_words(theirs.get(name))}")
            for name in sorted(names) if ours.get(name) != theirs.get(name)]


def objects_of(metadata: Metadata) -> str | None:
    """What a result's object is: a stand-in, a ShapeNet model, or a mesh of the user's own; None if no file says."""
    if metadata.mesh is not None:
        return OWN
    if metadata.shape_id is None:
        return None
    return STAND_INS if metadata.shape_id.startswith("stand-in-") else SHAPENET if metadata.shape_id in IDS else OTHER


def step_of(a_map: MapResult) -> str | None:
    """A map's grid step in degrees: "3", or "3 x 6" of azimuth and elevation; None for a single row or column."""
    if min(a_map.xx.shape) < 2:
        return None
    steps = [f"{np.diff(values[:2]).item():g}" for values in (a_map.xx[0], a_map.yy[:, 0])]
    return steps[0] if len(set(steps)) == 1 else " x ".join(steps)


def facets(result: MapResult | RegionsResult, *methods: str) -> dict[str, Any]:
    """What must be the same before numbers of two results are averaged or ranked, as far as the result states it.

    What was asked of some methods alone, such as `largest`, counts where the numbers are of these.
    """
    metadata, settings = result.metadata, result.metadata.settings
    found: dict[str, Any] = {OBJECTS: objects_of(metadata), LABEL: metadata.label}
    if isinstance(result, MapResult):
        found |= {STEP: step_of(result), N_VIEWS: ALL if result.asked is None else result.n_asked}
    elif np.isfinite(result.initial_points).all():
        found[POINTS] = result.initial_points.tolist()
    if settings:
        normalize = {"None": None, "False": "no", "True": "ImageNet's"}
        found |= DEFAULTS | {name: value for name, value in settings.items() if name not in APART} | {
            NORMALISATION: normalize.get(str(settings.get("normalize")), "the network's own"),
            "image_size": metadata.image_size, "engine": metadata.engine or TORCH}
    else:
        found[SETTINGS] = NOT_STATED
    if metadata.mesh and metadata.mesh["textures"]:  # which results did not always record as a setting
        found.setdefault("textures", True)
    asked = {method: {**ASKED_OF.get(method, {}), **settings[method]} for method in methods
             if isinstance(settings.get(method), dict)}
    found |= {f"{method} {name}": value for method, of_method in asked.items() for name, value in of_method.items()}
    return {name: value for name, value in found.items() if value is not None}


class Kinds:
    """What is usual among results, {key: map or regions}, and where single ones differ.

    Attributes:
        usual: value by facet and, where one facet has several that are usual, by network, class or parameters.
        differing: whether any result differs.
    """

    def __init__(self, *results: Mapping[Key, Any]) -> None:
        every = [(key, result) for group in results for key, result in group.items()]
        self._recorded: dict[type, set[str]] = defaultdict(set)
        for _, result in every:
            self._recorded[type(result)] |= facets(result).keys() - NOT_ALWAYS_KNOWN
        stated: dict[Any, list[Any]] = defaultdict(list)
        for key, result in every:
            for name, value in self.facets(result, *getattr(result, "methods", ())).items():
                stated[_place(name, key, result)].append(value)
        self.usual = {place: _most_frequent(values) for place, values in stated.items()}
        self._grows = any({*getattr(result, "methods", ())} - {LARGEST}
                          for _, result in every if result.metadata.settings)
        if 2 * sum(bool(result.metadata.settings) for _, result in every) > len(every):
            self.usual.pop(SETTINGS, None)
        self.differing = any(self.words(key, result) for key, result in every)

    def facets(self, result: MapResult | RegionsResult, *methods: str) -> dict[str, Any]:
        """Those of a result and its methods; None, the default, for what other results record and this one does not."""
        recorded = self._recorded[type(result)] if result.metadata.settings else ()
        return dict.fromkeys(sorted(recorded)) | facets(result, *methods)

    def words(self, key: Key, *results: MapResult | RegionsResult, method: str = "",
              any_views: bool = False) -> tuple[str, ...]:
        """Where results of one object and network differ from the usual, and from the paper's function.

        Maps from `any_views` are one kind where a caller has an eye on how many were asked.
        """
        differing: list[str] = []
        for result in results:
            metadata = result.metadata
            differing += metadata.parameters if metadata.parameters != AZIMUTH_AND_ELEVATION else ()
            differing += [metadata.score_name] if metadata.score_name != CONFIDENCE else []
            differing += _fixed(metadata)
            differing += [_words(name, value) for name, value in self.facets(result, method).items()
                          if self.usual.get(_place(name, key, result)) != value
                          and not (any_views and name == N_VIEWS)]
        return tuple(dict.fromkeys(differing))

    def row(self, key: Key, *results: MapResult | RegionsResult, method: str = "") -> str:
        """The first cell of the row that results belong to: the network, and where they differ from the usual."""
        words = self.words(key, *results, method=method)
        return f"{key.network} ({', '.join(words)})" if words else key.network

    def notes(self, are_all_usual: bool = False) -> tuple[str, ...]:
        """Lines below a table: of what its rows are; a table may be of the usual kind alone."""
        others = "" if are_all_usual or not self.differing else " Words in brackets say what is otherwise in a row."
        return (f"Rows are of: {self.usual_words}.{others}",) if self.usual_words else ()

    def usual_of(self, results: Mapping[Key, Result], left_out: LeftOut, method: str = "",
                 any_views: bool = False) -> dict[Key, Result]:
        """Those of the usual kind, which a mean or a ranking is over. The others are named and left out."""
        words = {key: ", ".join(self.words(key, result, method=method, any_views=any_views))
                 for key, result in results.items()}
        for key, differing in words.items():
            if differing:
                left_out.add(f"{key}: is of another kind ({differing}) than most ({self.usual_words})")
        return {key: result for key, result in results.items() if not words[key]}

    @property
    def usual_words(self) -> str:
        """The usual kind, as far as it matters to a reader. The largest boxes alone take no iterations."""
        shown = [(name, _words(name, self.usual[place])) for name in SHOWN if self._grows or name != N_ITERATIONS
                 for place in (name, (name, AZIMUTH_AND_ELEVATION)) if place in self.usual
                 and self.usual[place] not in (None, ALL, DEFAULTS.get(name))]
        if SETTINGS not in self.usual:
            return ", ".join(words for _, words in shown)
        always, stated = (", ".join(words for name, words in shown if (name in OF_SETTINGS) == is_stated)
                          for is_stated in (False, True))
        return f"{always}, or {stated}" if stated else always


def in_words(value: Any) -> str:
    """A setting as it is read: "(level 0.5, views 60)" for a dict, "130,30 50,20" for lists, as the options are."""
    if isinstance(value, Mapping):
        return f"({', '.join(f'{name} {in_words(part)}' for name, part in value.items())})"
    if isinstance(value, (list, tuple)):
        return (" " if any(isinstance(part, (list, tuple)) for part in value) else ",").join(map(in_words, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else LONG_NUMBER.sub(lambda found: f"{float(found[0]):g}", str(value)) or "none"


def _function(metadata: Metadata) -> dict[str, Any]:
    """What the function depends on; None is not known."""
    settings = {"renderer": DEFAULTS["renderer"], **metadata.settings} if metadata.settings else {}
    known = {name: getattr(metadata, name) for name in (*STATED, *OF_OBJECT, *OF_CLASS, "image_size")}
    return {name: value for name, value in settings.items() if name not in (*QUESTION, "textures")} | known


def _fixed(metadata: Metadata) -> list[str]:
    return [f"{name}={value:g}" for name, value in sorted(metadata.fixed.items())]


def _most_frequent(values: list[Any]) -> Any:
    """Of values that need not be hashable."""
    words = [repr(value) for value in values]
    return values[words.index(Counter(words).most_common(1)[0][0])]


def _place(name: str, key: Key, result: MapResult | RegionsResult) -> Any:
    """Where the usual value of a facet stands."""
    if name.partition(" ")[0] in QUESTION:  # also of "largest level"
        return name, result.metadata.parameters
    if name in OF_CLASS:
        return name, key.network, key.class_nb
    return (name, key.network) if name in OF_NETWORK else name


def _words(name: str, value: Any) -> str:
    if value is None:
        return f"{name.replace('_', ' ')} by default"
    return one_line(WORDS[name].format(in_words(value)) if name in WORDS else
                    f"{name.replace('_', ' ')} {in_words(value)}")
