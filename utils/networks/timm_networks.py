"""Timm's networks, as timm:NAME."""
import difflib
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from ..errors import InputError, first_line
from .function_network import function_network
from .network import Network


def timm_network(name: str, weights_file: Path | None) -> Network:
    """The network of timm:NAME. Timm is imported, and may download weights, when something about it is first asked."""
    return function_network(name, weights_file, partial(_make, name, pretrained=weights_file is None))


def _make(name: str, pretrained: bool) -> tuple[nn.Module, dict[str, Any]]:
    """A network of timm's with what timm knows about its images.

    Raises:
        InputError: if timm does not import, has no such network, or cannot download its weights.
    """
    try:
        import timm
    except ImportError as error:
        raise InputError(f"`network` {name}: timm cannot be imported ({error}); pip install timm") from None
    model_name = name.partition(":")[2]
    if not timm.is_model(model_name):
        near = difflib.get_close_matches(model_name, timm.list_models(), n=3, cutoff=0.5)
        raise InputError(f"`network` {name}: timm has no such model"
                         + (f"; did you mean {' or '.join(near)}?" if near else ""))
    try:
        module = timm.create_model(model_name, pretrained=pretrained)
    except (OSError, RuntimeError) as error:
        raise InputError(f"`network` {name}: its weights could not be downloaded ({first_line(error)}); "
                         "fetch them elsewhere and give them with `weights` FILE") from None
    config = module.pretrained_cfg
    return module, dict(image_size=config["input_size"][-1], mean=config["mean"], std=config["std"])
