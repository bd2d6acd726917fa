"""Timm's networks, as timm:NAME, timm:hf-hub:NAME of its hub, or timm:local-dir:FOLDER."""
import difflib
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from ..errors import InputError, first_line, quiet
from .function_network import function_network
from .imagenet import N_CLASSES
from .network import Network
from .packages import import_package


def timm_network(name: str, weights_file: Path | None) -> Network:
    """The network of timm:NAME. Timm is imported, and may download weights, when something about it is first asked."""
    return function_network(name, weights_file, partial(_make, name, pretrained=weights_file is None))


def _make(name: str, pretrained: bool) -> tuple[nn.Module, dict[str, Any]]:
    """A network of timm's with what timm knows about its images.

    Raises:
        InputError: if timm does not import, has no such network, or cannot download its weights.
    """
    timm = import_package("timm", name)
    model_name = name.partition(":")[2]
    if ":" not in model_name and not timm.is_model(model_name):  # hf-hub:NAME and local-dir:FOLDER are elsewhere
        near = difflib.get_close_matches(model_name, timm.list_models(), n=3, cutoff=0.5)
        raise InputError(f"`network` {name}: timm has no such model"
                         + (f"; did you mean {' or '.join(near)}?" if near else ""))
    try:
        with quiet():
            module = timm.create_model(model_name, pretrained=pretrained)
    except (OSError, RuntimeError) as error:
        raise InputError(f"`network` {name}: its weights could not be downloaded ({first_line(error)}); "
                         "fetch them elsewhere and give them with `weights` FILE") from None
    config = module.pretrained_cfg
    if not getattr(module, "num_classes", N_CLASSES):
        raise InputError(f"`network` {name}: has no classes, and gives features")
    return module, dict(image_size=config["input_size"][-1], mean=config["mean"], std=config["std"], output="logits",
                        class_names=config.get("label_names"))
