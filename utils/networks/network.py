"""A network: a named classifier, whose weights are loaded when something asks for them."""
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from ..errors import InputError
from ..paper import CLASS_NAMES, IMAGENET_LABELS
from .facts import Facts, Normalization
from .imagenet import N_CLASSES, imagenet_names
from .labels import find_label, label_index
from .weights import file_identity, state_identity

# Mean and standard deviation of ImageNet's images: red, green and blue in [0, 1].
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, repr=False)
class Network:
    """A classifier by its name: images [B, 3, H, W] in [0, 1] -> logits [B, classes].

    Networks of the same name and weights file are equal and have the same hash: they serve as keys of caches. Any of
    the properties and methods may raise InputError, if the network cannot be made or its weights do not fit.

    Attributes:
        name: that the network is chosen by.
        weights_file: a state_dict file, or None for the weights that the source has for it.
        folder: name of its results' folder.
        make: () -> the module with its weights, as `load` returns it.
        describe: () -> its Facts.
        identify: () -> what `weights_identity` returns; None: the hash of the weights file, or of the weights.
        find: text of a label -> the network with that class among its own, and the class's index; None for a network
            whose classes are its own alone.
        code: the package that its architecture comes from, and its version; None for code that may change any time.
    """
    name: str
    weights_file: Path | None
    folder: str = field(compare=False)
    make: Callable[[], nn.Module] = field(compare=False)
    describe: Callable[[], Facts] = field(default=Facts, compare=False)
    identify: Callable[[], str] | None = field(default=None, compare=False)
    find: "Callable[[str], tuple[Network, int]] | None" = field(default=None, compare=False)
    code: str | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"Network({self.name}{f', {self.weights_file.name}' if self.weights_file else ''})"

    @property
    def image_size(self) -> int | None:
        """Pixels a side of the images that it takes, or None if it does not say."""
        return self.describe().image_size

    @property
    def normalization(self) -> Normalization | None:
        """Mean and standard deviation that it expects the image normalized by, or None."""
        return self.describe().normalization

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the outputs; None if it does not say and they are not ImageNet's 1,000."""
        return imagenet_names() if self._has_imagenets_classes else self.describe().class_names

    @property
    def n_classes(self) -> int:
        """Number of outputs."""
        n_classes = self.describe().n_classes
        assert n_classes is not None
        return n_classes

    def label(self, class_nb: int) -> int:
        """Index of one of the paper's ten classes among the outputs.

        Raises:
            InputError: if the network has no such class.
        """
        if self._has_imagenets_classes:
            return IMAGENET_LABELS[class_nb]
        class_name, n_classes = CLASS_NAMES[class_nb], self.n_classes
        try:
            return find_label(class_name, self.class_names, n_classes, f"`class_nb` {class_nb},")
        except InputError as error:
            raise InputError(f"{error}; say with `label`, or in a `dataset`, which of its classes is meant") from None

    def labelled(self, label: int | str, source: str = "`label`") -> "tuple[Network, int]":
        """The network, and the index of the output that a label names. One that takes any text gets it as a class.

        Args:
            label: a number, a name, or the beginning of one name only.
            source: that it comes from; the beginning of the error's line.

        Raises:
            InputError: if there is no such class.
        """
        if self.find and isinstance(label, str) and label.strip() and not label.strip().isdecimal():
            return self.find(label)
        return self, label_index(label, self.class_names, self.n_classes, source)

    def weights_identity(self) -> str:
        """The weights, as the first digits of a SHA-256.

        Raises:
            InputError: if they cannot be read.
        """
        if self.identify:
            return self.identify()
        return file_identity(self.weights_file) if self.weights_file else state_identity(self.load().state_dict())

    def load(self) -> nn.Module:
        """The network with its weights, in eval mode and without gradients of its weights.

        Raises:
            InputError: if the weights cannot be had, cannot be read, or do not fit.
        """
        return self.make()

    @property
    def _has_imagenets_classes(self) -> bool:
        """Whether the outputs have no names of their own, and are as many as ImageNet's."""
        return self.describe().class_names is None and self.n_classes == N_CLASSES
