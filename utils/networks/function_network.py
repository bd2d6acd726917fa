"""A network from a function that returns a module, and tells what it knows of the images and the classes."""
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import nn

from ..errors import InputError, described
from ..files import folder_name
from ..paper import CLASS_NAMES, IMAGENET_LABELS
from ..parameters import IMAGE_SIZE
from .facts import FACTS, check_number, checked_facts, not_logits
from .labels import find_label
from .network import Named, Normalization
from .torchvision_networks import imagenet_names
from .weights import file_identity, fill, read_state_dict, ready, state_identity

FAILURES = (Exception, SystemExit)  # of a user's code, which may fail in any way


@dataclass(frozen=True, repr=False)
class FunctionNetwork(Named):
    """A classifier that a function makes, when something about it is first asked; see `Network`.

    Attributes:
        name: as given to --network.
        weights_file: a state_dict file, or None to leave the weights as the function makes them.
        make: () -> an nn.Module, images [B, 3, H, W] in [0, 1] -> logits [B, classes]; or a pair of that and a dict
            with any of FACTS.
    """
    name: str
    weights_file: Path | None
    make: Callable[[], Any] = field(compare=False)
    code: ClassVar[str | None] = None  # the user's, or a package's of which any version may be there

    @property
    def folder(self) -> str:
        """Name of its results' folder: its own name, with an underscore for what a folder's name should not hold."""
        return folder_name(self.name)

    @property
    def image_size(self) -> int | None:
        """Pixels a side of the images that it takes, or None if it does not say."""
        return self._made[1].get("image_size")

    @property
    def normalization(self) -> Normalization | None:
        """Mean and standard deviation that it expects the image normalized by, or None."""
        facts = self._made[1]
        return (facts["mean"], facts["std"]) if "mean" in facts else None

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the outputs; None if it does not say and they are not ImageNet's 1,000."""
        if self._told_names is not None:
            return self._told_names
        return imagenet_names() if self._is_imagenets else None

    @cached_property
    def n_classes(self) -> int:
        """How many outputs there are, as it answers to a black image."""
        size = self.image_size or IMAGE_SIZE
        try:
            with torch.inference_mode():
                output = self._made[0](torch.zeros(1, 3, size, size))
        except FAILURES as error:
            raise InputError(f"--network {self.name}: fails on an image [1, 3, {size}, {size}] ({described(error)}); "
                             "tell its image_size, or pass --image_size") from None
        wrong = not_logits(output, 1)
        if wrong:
            raise InputError(f"--network {self.name}: {wrong}")
        if not bool(torch.isfinite(output).all()):
            raise InputError(f"--network {self.name}: gives logits that are not finite for a black image; are its "
                             "weights loaded?")
        check_number(self._told_names, output.shape[1], f"--network {self.name}")
        return output.shape[1]

    def label(self, class_nb: int) -> int:
        """Index of one of the paper's classes among the outputs.

        Raises:
            InputError: if the network has no class of that name.
        """
        if self._told_names is None and self._is_imagenets:
            return IMAGENET_LABELS[class_nb]
        names, n_classes = self.class_names, self.n_classes
        try:
            return find_label(CLASS_NAMES[class_nb], names, n_classes)
        except InputError as error:
            raise InputError(f"--class_nb {class_nb}, {CLASS_NAMES[class_nb]}: {str(error).removeprefix('--label ')}; "
                             "say with --label, or in a --dataset, which of its classes is meant") from None

    def weights_identity(self) -> str:
        """The first digits of the SHA-256 of the weights' file, or of the weights themselves."""
        if self.weights_file is not None:
            return file_identity(self.weights_file)
        return state_identity(self._made[0].state_dict())

    def load(self) -> nn.Module:
        """The network with its weights, in eval mode: images [B, 3, H, W] in [0, 1] -> logits [B, classes].

        Raises:
            InputError: if it cannot be made, or the weights do not fit.
        """
        return self._made[0]

    @property
    def _told_names(self) -> tuple[str, ...] | None:
        return self._made[1].get("class_names")

    @property
    def _is_imagenets(self) -> bool:
        """Whether it has as many outputs as ImageNet has classes."""
        return self.n_classes == len(imagenet_names())

    @cached_property
    def _made(self) -> tuple[nn.Module, dict[str, Any]]:
        """The module, ready for use, and what its function tells about it."""
        try:
            made = self.make()
        except InputError:
            raise
        except FAILURES as error:
            raise InputError(f"--network {self.name}: could not be made ({described(error)}); expected a function "
                             "that returns an nn.Module") from None
        module, facts = made if isinstance(made, tuple) and len(made) == 2 else (made, {})
        if not isinstance(module, nn.Module) or not isinstance(facts, dict):
            raise InputError(f"--network {self.name}: gave {type(made).__name__}, expected an nn.Module, or a pair of "
                             f"it and a dict with any of {', '.join(FACTS)}")
        facts = checked_facts(facts, f"--network {self.name}")
        if self.weights_file is None:
            return ready(module), facts
        return fill(module, read_state_dict(self.weights_file), self), facts
