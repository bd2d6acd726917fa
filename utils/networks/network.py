"""What every source of networks gives: a named classifier, whose weights are loaded when something asks for them."""
from pathlib import Path
from typing import Protocol

from torch import nn

# Mean and standard deviation of ImageNet's images: red, green and blue in [0, 1].
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

Normalization = tuple[tuple[float, ...], tuple[float, ...]]  # mean and standard deviation, three numbers each


class Named:
    """What a network shows of itself: its name, and the file of its weights if it has one."""
    name: str
    weights_file: Path | None

    def __repr__(self) -> str:
        weights = f", {self.weights_file.name}" if self.weights_file else ""
        return f"{type(self).__name__}({self.name}{weights})"


class Network(Protocol):
    """A classifier by its name: images [B, 3, H, W] in [0, 1] -> logits [B, classes].

    Networks of the same name and weights file are equal and have the same hash: they serve as keys of caches. Any of
    the properties and methods may raise InputError, if the network cannot be made or its weights do not fit.
    """

    def __hash__(self) -> int:
        """Of the name and the weights file."""

    @property
    def name(self) -> str:
        """As given to --network."""

    @property
    def folder(self) -> str:
        """Name of its results' folder."""

    @property
    def weights_file(self) -> Path | None:
        """A state_dict file, or None for the weights that the source has for it."""

    @property
    def image_size(self) -> int | None:
        """Pixels a side of the images that it takes, or None if it does not say."""

    @property
    def normalization(self) -> Normalization | None:
        """Mean and standard deviation that it expects the image normalized by, or None."""

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the outputs, or None if it does not say."""

    @property
    def n_classes(self) -> int:
        """How many outputs there are."""

    @property
    def code(self) -> str | None:
        """The package that its architecture comes from, and its version; None for code that may change any time."""

    def label(self, class_nb: int) -> int:
        """Index of one of the paper's ten classes among the outputs.

        Raises:
            InputError: if the network has no such class.
        """

    def weights_identity(self) -> str:
        """The weights, as the first digits of a SHA-256.

        Raises:
            InputError: if they cannot be read.
        """

    def load(self) -> nn.Module:
        """The network with its weights, in eval mode and without gradients of its weights.

        Raises:
            InputError: if the weights cannot be had, cannot be read, or do not fit.
        """
