"""Names of a network's outputs, as far as a result says which they are. No network is loaded."""
from collections.abc import Sequence

from ..networks.imagenet import imagenet_names
from ..paper import CLASS_NAMES, IMAGENET_LABELS
from ..results.metadata import Metadata
from ..results.tree import Key


def output_of(key: Key, metadata: Metadata) -> int | None:
    """The index of the output that stands for the object's class, or None where nothing says it.

    Published files do not name the output, and were made with ImageNet's.
    """
    return metadata.label if metadata.label is not None or metadata.settings else _imagenets(key.class_name)


def names_of_outputs(key: Key, metadata: Metadata) -> Sequence[str] | None:
    """ImageNet's names, if the output of the object's class has the number that ImageNet gives that class; else None.
    """
    output = output_of(key, metadata)
    return imagenet_names() if output is not None and output == _imagenets(key.class_name) else None


def _imagenets(class_name: str) -> int | None:
    """ImageNet's number of one of the paper's classes."""
    return IMAGENET_LABELS[CLASS_NAMES.index(class_name)] if class_name in CLASS_NAMES else None
