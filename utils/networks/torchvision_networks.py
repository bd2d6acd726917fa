"""Torchvision's classifiers: the paper's four by their short names, and any other by torchvision's name."""
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import torch
from torch import nn

from ..errors import InputError, first_line
from ..paper import IMAGENET_LABELS
from .network import Named, Normalization
from .weights import IDENTITY_DIGITS, StateDict, batch_counters, file_identity, fill, read_state_dict

# --network -> (folder of its results, torchvision's name): Hamdi & Ghanem 2019, section 4
PAPER_NETWORKS = {
    "resnet": ("ResNet50", "resnet50"),
    "alexnet": ("AlexNet", "alexnet"),
    "vgg": ("VGG", "vgg11_bn"),
    "incept": ("Inceptionv3", "inception_v3"),
}

# These two leave out the heads that only training uses. They also skip random weights, which are slow to draw.
BUILDER_OPTIONS = dict.fromkeys(("inception_v3", "googlenet"), dict(aux_logits=False, init_weights=False))
TRAINING_HEADS = re.compile(r"(AuxLogits|aux1|aux2)\.")
# The published weights say norm.1 where DenseNet's module says norm1.
OLD_DENSENET_NAME = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\.")

# The v1 weights come first, as in the paper. A few networks have none of them, but others for 224 x 224 images.
PUBLISHED_WEIGHTS = ("IMAGENET1K_V1", "IMAGENET1K_SWAG_LINEAR_V1")


class ImageNetClasses(Named):
    """What networks of ImageNet's 1,000 classes have in common; see `Network`."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the outputs: ImageNet's."""
        return imagenet_names()

    @property
    def n_classes(self) -> int:
        """How many outputs there are."""
        return len(self.class_names)

    @property
    def code(self) -> str:
        """The package that its architecture comes from, and its version."""
        return f"torchvision {import_torchvision().__version__}"

    def label(self, class_nb: int) -> int:
        """Index of one of the paper's classes among the outputs."""
        return IMAGENET_LABELS[class_nb]


@dataclass(frozen=True, repr=False)
class TorchvisionNetwork(ImageNetClasses):
    """A classifier of torchvision's; see `Network`.

    Attributes:
        name: as given to --network.
        folder: name of its results' folder.
        torchvision_name: name of torchvision's builder.
        weights_file: a state_dict file, or None for torchvision's own ImageNet weights.
    """
    name: str
    folder: str
    torchvision_name: str
    weights_file: Path | None
    image_size: ClassVar[int | None] = None  # 224 for every network, as in the paper
    normalization: ClassVar[Normalization | None] = None  # the paper normalizes no image

    def weights_identity(self) -> str:
        """The first digits of the SHA-256 of the weights' file; torchvision's files have it in their names.

        Raises:
            InputError: if the file cannot be read, or torchvision publishes no weights.
        """
        if self.weights_file is not None:
            return file_identity(self.weights_file)
        url = _published_weights(self.torchvision_name).url
        return url.rpartition("-")[2].partition(".")[0][:IDENTITY_DIGITS]

    def load(self) -> nn.Module:
        """The network with its weights, in eval mode: images [B, 3, 224, 224] -> logits [B, 1000].

        Raises:
            InputError: if the weights cannot be had, cannot be read, or do not fit.
        """
        if self.weights_file is None:
            state = _download(self.name, _published_weights(self.torchvision_name))
        else:
            state = read_state_dict(self.weights_file)
        module = _build(self.torchvision_name)
        return fill(module, _adapted(state, module), self)


def torchvision_network(name: str, weights_file: Path | None) -> TorchvisionNetwork:
    """One of the paper's four, or the classifier that torchvision knows by the name.

    Raises:
        InputError: if torchvision does not import.
    """
    import_torchvision()  # before anything slow is done
    folder, torchvision_name = PAPER_NETWORKS.get(name, (name, name))
    return TorchvisionNetwork(name, folder, torchvision_name, weights_file)


def torchvision_names() -> list[str]:
    """Names of torchvision's classifiers.

    Raises:
        InputError: if torchvision does not import.
    """
    models = import_torchvision().models
    return models.list_models(module=models)


def imagenet_names() -> tuple[str, ...]:
    """The names of ImageNet's 1,000 classes, in the order of the outputs.

    Raises:
        InputError: if torchvision does not import.
    """
    return tuple(import_torchvision().models.get_model_weights("resnet50").IMAGENET1K_V1.meta["categories"])


def import_torchvision() -> ModuleType:
    """The torchvision package, imported only where something needs it.

    Raises:
        InputError: if it does not import, as happens when it was built for another torch.
    """
    try:
        import torchvision
        return torchvision
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise InputError(f"torchvision cannot be imported with torch {torch.__version__} ({first_line(error)}); "
                         "install the pair that belongs together: pip install --upgrade --force-reinstall torch "
                         "torchvision") from None


def _build(torchvision_name: str) -> nn.Module:
    """An untrained network, on the meta device where possible: no time goes into random weights."""
    builder = import_torchvision().models.get_model_builder(torchvision_name)
    options = BUILDER_OPTIONS.get(torchvision_name, {})
    try:
        with torch.device("meta"):
            return builder(weights=None, **options)
    except (NotImplementedError, RuntimeError):  # a few builders read numbers from tensors
        return builder(weights=None, **options)


def _published_weights(torchvision_name: str) -> Any:
    """Torchvision's ImageNet weights of a classifier, a member of its enumeration.

    Raises:
        InputError: if it publishes none.
    """
    published = import_torchvision().models.get_model_weights(torchvision_name).__members__
    for wanted in PUBLISHED_WEIGHTS:
        if wanted in published:
            return published[wanted]
    raise InputError(f"--network {torchvision_name}: torchvision publishes no weights for it; give them with --weights")


def _download(name: str, weights: Any) -> StateDict:
    """Published weights, from torch's cache or from the network.

    Raises:
        InputError: if they cannot be downloaded.
    """
    try:
        return weights.get_state_dict(progress=True, check_hash=True, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(f"the ImageNet weights of {name} could not be downloaded from {weights.url} ({reason}); "
                         "fetch that file elsewhere and give it with --weights FILE, or try --network "
                         "efficientnet_lite0, which needs no download") from None


def _adapted(state: StateDict, module: nn.Module) -> StateDict:
    """A state_dict as the module has it: without heads for training, with today's names and all counters."""
    wanted = module.state_dict().keys()
    adapted = batch_counters(module)
    for key, value in state.items():
        if key not in wanted:
            key = OLD_DENSENET_NAME.sub(r"\1\2.", key)
            if TRAINING_HEADS.match(key):
                continue
        adapted[key] = value
    return adapted
