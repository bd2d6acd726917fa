"""What a result says about itself: the object, the network, and all that its numbers depend on."""
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from ..errors import printable, shown
from ..paper import CLASS_NAMES, IMAGENET_LABELS, LABEL_NAMES
from ..parameters import AZIMUTH_AND_ELEVATION, IMAGE_SIZE, LARGEST_IMAGE
from ..scores import SCORES
from . import layout

Contents = dict[str, Any]  # of a file: tensors, numbers, strings, lists and dicts of these


@dataclass(frozen=True)
class Metadata:
    """What a result is of, and what it depends on. Early and published files do not say all of it: that is None.

    Attributes:
        network_name: the network's folder.
        class_nb, object_nb: numbers of the object; None for a mesh of the user's own.
        class_name: of the object's class.
        label: the class's index among the network's outputs.
        shape_id: of the object.
        parameters: names of the numbers of a point.
        score: what stands for the confidence, as in `--score`.
        engine: what computed the network's values: "torch", "openvino", or "openvino+torch", one after the other.
        mesh: arguments of `load_mesh`, if the mesh is of the user's own.
        settings: all that the numbers depend on.
    """
    network_name: str | None = None
    class_nb: int | None = None
    object_nb: int | None = None
    class_name: str | None = None
    label: int | None = None
    shape_id: str | None = None
    parameters: tuple[str, ...] = AZIMUTH_AND_ELEVATION
    score: str = "softmax"
    engine: str | None = None
    mesh: dict[str, Any] | None = None
    settings: Contents = field(default_factory=dict, repr=False)

    @property
    def score_name(self) -> str:
        """The score in words: "confidence", "logit" or "margin"."""
        return SCORES[self.score].words

    @property
    def level(self) -> float:
        """The score above which the network counts as confident."""
        return SCORES[self.score].level

    @property
    def object_class(self) -> str:
        """The name of the object's class; early and published files have its number alone."""
        return self.class_name or ("unknown" if self.class_nb is None else CLASS_NAMES[self.class_nb])

    @property
    def subject(self) -> str:
        """The network and the object, for a line: "ResNet50, cup 0"."""
        which = self.shape_id if self.object_nb is None else self.object_nb
        words = [self.network_name or "unknown network", f"{self.object_class}{'' if which is None else f' {which}'}"]
        return ", ".join(words)

    def label_name(self, names: Mapping[int, str] | None = None) -> str:
        """The name of the output that is the confidence, its index where no name is known; "" if nothing is.

        Args:
            names: {index: name} of the network's outputs, as far as they are known.
        """
        if self.label is not None and self.label in (names or {}):
            return (names or {})[self.label]
        if self.class_nb is None:
            return self.class_name or ""  # of a mesh of the user's own, which is named after its label
        if self.object_class in CLASS_NAMES[self.class_nb:self.class_nb + 1] and self.label in (
                None, IMAGENET_LABELS[self.class_nb]):
            return LABEL_NAMES[self.class_nb]
        return str(self.label) if "label" in self.settings else ""

    @property
    def mesh_hash(self) -> str | None:
        """Of the mesh's vertices, faces and colours."""
        return of_type(self.settings, "mesh_hash", str)

    @property
    def fixed(self) -> dict[str, float]:
        """Parameters that had another value than their default."""
        return {str(name): float(value) for name, value in self.settings.get("fixed", {}).items()}

    @property
    def image_size(self) -> int:
        """Pixels a side of the images."""
        return int(self.settings.get("image_size", IMAGE_SIZE))

    @property
    def unmirrored(self) -> bool:
        """Whether the network saw the object as it is, and not its mirror image."""
        return bool(self.settings.get("unmirrored", False))

    @property
    def elevation(self) -> float | None:
        """Degrees, where it is not among the parameters; None if the file does not say."""
        elevation = self.settings.get("elevation")
        return None if elevation is None else float(elevation)


def labelled(words: str, class_name: str, *names: str) -> str:
    """Words that end with an object's class, and after them its label where that has another name.

    Args:
        words: such as "chair 0", which becomes "chair 0 (label: folding chair)".
        class_name: of the object.
        names: of `label_name`, of one network or of several.
    """
    different = dict.fromkeys(filter(None, names))
    if {_plain(name) for name in different} <= {_plain(class_name)}:
        return words
    return f"{words} (label{'s' if len(different) > 1 else ''}: {', '.join(different)})"


def _plain(name: str) -> str:
    return name.lower().replace("_", " ")


def identity(metadata: Metadata) -> Contents:
    """What a file says about itself. What an early file did not say stays out of it."""
    known = {key: getattr(metadata, key) for key in (*layout.IDENTITY, layout.MESH)}
    return {key: value for key, value in known.items() if key not in layout.IF_KNOWN or value is not None}


def metadata_of(contents: Contents, parameters: tuple[str, ...] = AZIMUTH_AND_ELEVATION) -> Metadata:
    """What a file says about itself.

    Args:
        contents: of the file.
        parameters: names of the numbers of a point, where the file does not say.

    Raises:
        ValueError: says what is wrong with it.
        TypeError, AttributeError: for what is of another type.
    """
    known = {key: of_type(contents, key, kind) for key, kind in layout.IDENTITY.items()}
    known["score"] = contents.get("score", "softmax")
    found = Metadata(**known, parameters=tuple(contents.get(layout.PARAMETERS, parameters)),
                     mesh=contents.get(layout.MESH), settings=contents.get(layout.SETTINGS, {}))
    if not all(isinstance(name, str) for name in found.parameters):
        raise ValueError("parameters are no names")
    if found.score not in SCORES:
        raise ValueError(f"score {found.score} is not known; expected one of {', '.join(SCORES)}")
    if found.class_nb is not None and not 0 <= found.class_nb < (inf if found.class_name else len(CLASS_NAMES)):
        raise ValueError(f"class {found.class_nb} is none; expected 0 to {len(CLASS_NAMES) - 1}, or a class_name")
    if found.mesh is not None and found.mesh.keys() != {"path", "up", "front", "textures"}:
        raise ValueError("mesh says not where the mesh is")
    if not 1 <= found.image_size <= LARGEST_IMAGE:
        raise ValueError(f"image_size {shown(found.image_size)}; expected 1 to {LARGEST_IMAGE:,} pixels")
    found.fixed, found.elevation  # noqa: B018  # raise for what is no number
    json.dumps(found.settings)  # raises for what cannot be compared
    return found


def of_type(contents: Contents, key: str, kind: type) -> Any:
    """A value if it is of a type, else None."""
    value = contents.get(key)
    if type(value) is not kind:
        return None
    return printable(value) if isinstance(value, str) else value
