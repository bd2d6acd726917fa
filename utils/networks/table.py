"""The table of networks: a name -> the source that has it."""
import difflib
from collections.abc import Callable
from pathlib import Path

from ..errors import InputError
from .efficientnet_lite import VARIANTS, efficientnet_lite
from .network import Network
from .own import own_network
from .timm_networks import timm_network
from .torchvision_networks import PAPER_NETWORKS, torchvision_names, torchvision_network

Source = Callable[[str, Path | None], Network]  # (name, weights_file) -> the network

BY_NAME: dict[str, Source] = {
    **dict.fromkeys(PAPER_NETWORKS, torchvision_network),
    **dict.fromkeys(VARIANTS, efficientnet_lite),
}
BY_PREFIX: dict[str, Source] = {  # PREFIX:NAME
    "timm": timm_network,
}
FOLDERS = {  # --network -> the folder of its results, where the two differ
    **{name: folder for name, (folder, _) in PAPER_NETWORKS.items()},
    **{name: variant.folder for name, variant in VARIANTS.items()},
}
GONE = {"demo": "Demo"}  # --network -> the folder of the results that people have from it
ANY_OTHER: Source = torchvision_network
ANY_OTHER_WITH_COLON: Source = own_network


def choose_network(name: str, weights_file: Path | None = None) -> Network:
    """Look a network up. Nothing is loaded yet.

    Args:
        name: of the table, any classifier of torchvision's, PREFIX:NAME of the table, or package.module:function (see
            `utils.networks.own`).
        weights_file: a .pth or .safetensors state_dict to use in place of the source's own weights.

    Raises:
        InputError: for an unknown name (the nearest known ones are given), a network that is gone, or packages that do
            not import.
    """
    prefix, colon, _ = name.partition(":")
    if colon:
        return BY_PREFIX.get(prefix, ANY_OTHER_WITH_COLON)(name, weights_file)
    if name not in BY_NAME:
        _check_known(name)
    return BY_NAME.get(name, ANY_OTHER)(name, weights_file)


def load_network(name: str, weights: str | Path | None = None) -> Network:
    """A network for `Confidence.of`. Its weights are loaded when something asks for them.

    Args:
        name: as given to --network: "resnet", "efficientnet_lite0", any classifier of torchvision's, "timm:NAME", or
            "package.module:function" for one of your own (see `utils.networks.own`).
        weights: a .pth or .safetensors state_dict to use in place of the source's own weights.

    Returns:
        A `Network`: images [B, 3, H, W] in [0, 1] -> logits [B, classes].

    Raises:
        InputError: for an unknown name (the nearest known ones are given), a network that is gone, or packages that do
            not import.
    """
    return choose_network(name, None if weights is None else Path(weights))


def _check_known(name: str) -> None:
    """Raise InputError if torchvision has no classifier of the name."""
    if name in GONE:
        raise InputError(f"--network {name}: is gone; use efficientnet_lite0, a real network that needs no download "
                         f"either (report.py still reads the results of {name} that there are)")
    others = torchvision_names()
    if name in others:
        return
    near = difflib.get_close_matches(name.lower(), [*BY_NAME, *others], n=3, cutoff=0.5)
    known = [*BY_NAME, "every classifier of torchvision.models by its name", *(f"{word}:NAME" for word in BY_PREFIX)]
    hint = f"did you mean {' or '.join(near)}? Also known" if near else "known"
    raise InputError(f"--network {name}: not known; {hint}: {', '.join(known)}, and package.module:function for your "
                     "own")
