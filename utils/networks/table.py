"""The table of networks: a name -> the source that has it."""
import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from ..errors import InputError
from ..network_names import GONE
from .efficientnet_lite import IMAGE_SIZES, efficientnet_lite
from .function_network import function_network
from .hf_networks import hf_network
from .network import Network
from .open_clip_networks import open_clip_network
from .own import own_network
from .timm_networks import timm_network
from .torchvision_networks import PAPER_NETWORKS, torchvision_names, torchvision_network

Source = Callable[[str, Path | None], Network]  # (name, weights_file) -> the network

BY_NAME: dict[str, Source] = {
    **dict.fromkeys(PAPER_NETWORKS, torchvision_network),
    **dict.fromkeys(IMAGE_SIZES, efficientnet_lite),
}
BY_PREFIX: dict[str, Source] = {  # PREFIX:NAME
    "timm": timm_network,
    "hf": hf_network,
    "open_clip": open_clip_network,
}


def load_network(name: str, weights: str | Path | None = None) -> Network:
    """A `Network` for `Confidence.of`. Its weights are loaded when something asks for them.

    Args:
        name: "resnet", "efficientnet_lite0", any classifier of torchvision's, "timm:NAME", "hf:NAME",
            "open_clip:MODEL/PRETRAINED", or "package.module:function" for one of your own (see `utils.networks.own`).
        weights: a .pth or .safetensors state_dict to use in place of the source's own weights; "random" for untrained
            ones.

    Raises:
        InputError: for an unknown name (the nearest known ones are given), a network that is gone, or packages that do
            not import.
    """
    weights_file = None if weights is None else Path(weights)
    prefix, colon, _ = name.partition(":")
    if colon:
        return BY_PREFIX.get(prefix, own_network)(name, weights_file)
    if name not in BY_NAME:
        _check_known(name)
    return BY_NAME.get(name, torchvision_network)(name, weights_file)


def as_network(given: Network | str | nn.Module | tuple[nn.Module, dict[str, Any]]) -> Network:
    """A `Network` from a name, or from what a function of the user's own would return: a module, or a pair.

    Raises:
        InputError: for anything else, as `load_network` does.
    """
    if isinstance(given, str):
        return load_network(given)
    if isinstance(given, Network):
        return given
    module = given[0] if isinstance(given, tuple) and given else given
    return function_network(type(module).__name__, None, lambda: given)


def _check_known(name: str) -> None:
    """Raise InputError if torchvision has no classifier of the name."""
    if name in GONE:
        raise InputError(f"`network` {name}: is gone; use efficientnet_lite0, a real network that needs no download "
                         f"either (report.py still reads the results of {name} that there are)")
    others = torchvision_names()
    if name in others:
        return
    near = difflib.get_close_matches(name.lower(), [*BY_NAME, *others], n=3, cutoff=0.5)
    known = [*BY_NAME, "every classifier of torchvision.models by its name", *(f"{word}:NAME" for word in BY_PREFIX)]
    hint = f"did you mean {' or '.join(near)}? Also known" if near else "known"
    raise InputError(f"`network` {name}: not known; {hint}: {', '.join(known)}, and package.module:function for your "
                     "own")
