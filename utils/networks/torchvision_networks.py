"""Torchvision's classifiers: the paper's four by their short names, and any other by torchvision's name."""
import re
from collections.abc import Container
from pathlib import Path
from typing import Any

from torch import nn

from ..errors import InputError
from ..network_names import FOLDERS
from .facts import Facts
from .imagenet import N_CLASSES, import_torchvision
from .network import Network
from .weights import IDENTITY_DIGITS, RANDOM, StateDict, fill, read_state_dict, ready, untrained

# The paper's four (Hamdi & Ghanem 2019, section 4) -> torchvision's names for them.
PAPER_NETWORKS = {"resnet": "resnet50", "alexnet": "alexnet", "vgg": "vgg11_bn", "incept": "inception_v3"}

# These two leave out the heads that only training uses. They also skip random weights, which are slow to draw.
BUILDER_OPTIONS = dict.fromkeys(("inception_v3", "googlenet"), dict(aux_logits=False, init_weights=False))
TRAINING_HEADS = re.compile(r"(AuxLogits|aux1|aux2)\.")
# The published weights say norm.1 where DenseNet's module says norm1.
OLD_DENSENET_NAME = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\.")

# The v1 weights come first, as in the paper. A few networks have none of them, but others for 224 x 224 images.
PUBLISHED_WEIGHTS = ("IMAGENET1K_V1", "IMAGENET1K_SWAG_LINEAR_V1")


def torchvision_network(name: str, weights_file: Path | None) -> Network:
    """One of the paper's four, or the classifier that torchvision knows by the name.

    Its images are 224 pixels a side and not normalized, as in the paper.

    Raises:
        InputError: if torchvision does not import.
    """
    code = f"torchvision {import_torchvision().__version__}"  # before anything slow is done
    builder = PAPER_NETWORKS.get(name, name)

    def load() -> nn.Module:
        module = _build(builder, weights_file)
        if weights_file == RANDOM:
            return ready(module)
        wanted = module.state_dict()
        state = (_download(name, _published_weights(builder)) if weights_file is None else
                 read_state_dict(weights_file, wanted))
        return fill(module, _renamed(state, wanted), name, weights_file)

    def identify() -> str:
        """From the name of torchvision's file, which has the digits in it."""
        return _published_weights(builder).url.rpartition("-")[2].partition(".")[0][:IDENTITY_DIGITS]

    return Network(name, weights_file, FOLDERS.get(name, name), load, lambda: Facts(n_classes=N_CLASSES),
                   identify if weights_file is None else None, code=code)


def torchvision_names() -> list[str]:
    """Names of torchvision's classifiers.

    Raises:
        InputError: if torchvision does not import.
    """
    models = import_torchvision().models
    return models.list_models(module=models)


def _build(builder_name: str, weights_file: Path | None) -> nn.Module:
    """An untrained network, where possible without random weights if others come from a file."""
    builder = import_torchvision().models.get_model_builder(builder_name)
    options = BUILDER_OPTIONS.get(builder_name, {})
    try:
        with untrained(weights_file):
            return builder(weights=None, **options)
    except (NotImplementedError, RuntimeError):  # a few builders read numbers from tensors
        return builder(weights=None, **options)


def _published_weights(builder_name: str) -> Any:
    """Torchvision's ImageNet weights of a classifier, a member of its enumeration; InputError if it publishes none."""
    published = import_torchvision().models.get_model_weights(builder_name).__members__
    for wanted in PUBLISHED_WEIGHTS:
        if wanted in published:
            return published[wanted]
    raise InputError(f"`network` {builder_name}: torchvision publishes no weights for it; give them with `weights`")


def _download(name: str, weights: Any) -> StateDict:
    """Published weights, from torch's cache or from the network; InputError if they cannot be downloaded."""
    try:
        return weights.get_state_dict(progress=True, check_hash=True, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(f"the ImageNet weights of {name} could not be downloaded from {weights.url} ({reason}); "
                         "fetch that file elsewhere and give it with `weights` FILE, or try `network` "
                         "efficientnet_lite0, which needs no download") from None


def _renamed(state: StateDict, wanted: Container[str]) -> StateDict:
    """A state_dict with today's names and without heads for training, as far as names are not those that are wanted."""
    renamed = {key if key in wanted else OLD_DENSENET_NAME.sub(r"\1\2.", key): value for key, value in state.items()}
    return {key: value for key, value in renamed.items() if key in wanted or not TRAINING_HEADS.match(key)}
