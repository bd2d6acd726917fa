"""Networks from elsewhere: timm's by their names, and the user's own as package.module:function.

`function()` returns an nn.Module, images [B, 3, H, W] in [0, 1] -> logits [B, classes], or a pair of that and a dict
with any of

    image_size: pixels a side of the images that it takes (default: 224);
    mean, std: three numbers each, that it expects to be taken off the image and divided by (default: neither);
    class_names: names of the outputs.
"""
import difflib
import hashlib
import importlib
import os
import re
import sys
from functools import cached_property

import torch
from torch import nn

from scale.true_dict import CLASS_NAMES, IMAGENET_LABELS
from utils.errors import InputError
from utils.networks.torchvision_networks import (IDENTITY_DIGITS, IMAGE_SIZE, fill, file_identity, find_label, imagenet_names,
                            read_state_dict)

TIMM = "timm:"
FACTS = ("image_size", "mean", "std", "class_names")  # that a function may tell beside its module


class OwnNetwork:
    """A classifier from a function, with the weights it will get; made when something about it is first asked.

    Attributes:
        name: as given to --network.
        folder: name of its results' folder.
        weights_file: a state_dict file, or None to leave the weights as the function makes them.
    """

    def __init__(self, name, make, weights_file):
        """make: () -> module, or a pair of module and dict."""
        self.name = name
        self.folder = re.sub(r"[^\w.-]+", "_", name)
        self.weights_file = weights_file
        self._make = make

    def __eq__(self, other):
        return isinstance(other, OwnNetwork) and (self.name, self.weights_file) == (other.name, other.weights_file)

    def __hash__(self):
        return hash((self.name, self.weights_file))

    @cached_property
    def _made(self):
        """The module, ready for use, and what is known about it: {name: value}."""
        try:
            made = self._make()
        except InputError:
            raise
        except Exception as error:  # whatever the user's code stumbles over
            raise InputError(f"--network {self.name}: could not be made ({type(error).__name__}: {error})") from None
        module, facts = made if isinstance(made, tuple) and len(made) == 2 else (made, {})
        if not isinstance(module, nn.Module) or not isinstance(facts, dict):
            raise InputError(f"--network {self.name}: gave {type(made).__name__}, expected an nn.Module, or a pair of "
                             f"it and a dict with any of {', '.join(FACTS)}")
        unknown = [key for key in facts if key not in FACTS]
        if unknown:
            raise InputError(f"--network {self.name}: told {unknown[0]!r}, expected any of {', '.join(FACTS)}")
        if ("mean" in facts) != ("std" in facts):
            raise InputError(f"--network {self.name}: told only one of mean and std, expected both or neither")
        if self.weights_file is not None:
            fill(module, read_state_dict(self.weights_file), self)
        return module.float().eval().requires_grad_(False), facts

    @property
    def image_size(self):
        """Pixels a side of the images that it takes, or None if it does not say."""
        return self._made[1].get("image_size")

    @property
    def normalization(self):
        """(mean, std), three numbers each, or None."""
        facts = self._made[1]
        return (tuple(facts["mean"]), tuple(facts["std"])) if "mean" in facts else None

    @property
    def class_names(self):
        """Names of the outputs; None if it does not say and they are not ImageNet's 1,000."""
        names = self._made[1].get("class_names")
        if names is not None:
            return tuple(names)
        return imagenet_names() if self.n_classes == len(imagenet_names()) else None

    @cached_property
    def n_classes(self):
        """How many outputs there are."""
        size = self.image_size or IMAGE_SIZE
        try:
            with torch.inference_mode():
                output = self._made[0](torch.zeros(1, 3, size, size))
        except Exception as error:  # whatever the user's module stumbles over
            raise InputError(f"--network {self.name}: fails on an image [1, 3, {size}, {size}] ({type(error).__name__}"
                             f": {error}); tell its image_size, or pass --image_size") from None
        if not torch.is_tensor(output) or output.dim() != 2 or len(output) != 1:
            shape = list(output.shape) if torch.is_tensor(output) else type(output).__name__
            raise InputError(f"--network {self.name}: gives {shape} for an image [1, 3, {size}, {size}], expected "
                             "logits [1, classes]")
        if not bool(torch.isfinite(output).all()):
            raise InputError(f"--network {self.name}: gives logits that are not finite for a black image; are its "
                             "weights loaded?")
        return output.shape[1]

    def label(self, class_nb):
        """Index of one of the paper's classes among the network's outputs.

        Raises:
            InputError: if the network has no class of that name.
        """
        names = self._made[1].get("class_names")
        if names is None and self.n_classes == len(imagenet_names()):
            return IMAGENET_LABELS[class_nb]
        try:
            return find_label(CLASS_NAMES[class_nb], self.class_names, self.n_classes)
        except InputError as error:
            raise InputError(f"--class_nb {class_nb}, {CLASS_NAMES[class_nb]}: {str(error).removeprefix('--label ')}; "
                             "say with --label which of its classes is meant") from None

    def weights_identity(self):
        """The weights, as the first digits of the SHA-256 of their file, or of the weights themselves."""
        if self.weights_file is not None:
            return file_identity(self.weights_file)
        digest = hashlib.sha256()
        for name, value in sorted(self._made[0].state_dict().items()):
            digest.update(name.encode())
            digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
        return digest.hexdigest()[:IDENTITY_DIGITS]

    def load(self):
        """The network with its weights, an eval-mode module: images [B, 3, H, W] -> logits [B, classes]."""
        return self._made[0]


def choose_own(name, weights_file):
    """The OwnNetwork of timm:NAME or package.module:function.

    Raises:
        InputError: if there is none.
    """
    if name.startswith(TIMM):
        return OwnNetwork(name, lambda: _timm(name.removeprefix(TIMM), weights_file is None), weights_file)
    module_name, _, function_name = name.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # where the user's module is looked for, after everything else
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # the user's module may fail in any way
        raise InputError(f"--network {name}: {module_name} cannot be imported ({type(error).__name__}: {error}); "
                         "expected package.module:function, with the package in this folder or installed") from None
    function = getattr(module, function_name, None)
    if not callable(function):
        raise InputError(f"--network {name}: {module_name} has no function "
                         f"{function_name!r}; expected one that returns an nn.Module")
    return OwnNetwork(name, function, weights_file)


def _timm(name, pretrained):
    """A network of timm's with what timm knows about it."""
    try:
        import timm
    except ImportError as error:
        raise InputError(f"--network {TIMM}{name}: timm cannot be imported ({error}); pip install timm") from None
    if not timm.is_model(name):
        near = difflib.get_close_matches(name, timm.list_models(), n=3, cutoff=0.5)
        raise InputError(f"--network {TIMM}{name}: timm has no such model"
                         + (f"; did you mean {' or '.join(near)}?" if near else ""))
    try:
        module = timm.create_model(name, pretrained=pretrained)
    except (OSError, RuntimeError) as error:
        raise InputError(f"--network {TIMM}{name}: its weights could not be downloaded ({str(error).splitlines()[0]}); "
                         "fetch them elsewhere and give them with --weights FILE") from None
    config = module.pretrained_cfg
    return module, dict(image_size=config["input_size"][-1], mean=config["mean"], std=config["std"])
