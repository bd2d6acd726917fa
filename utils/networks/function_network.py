"""A network from a function that returns a module, and says what it knows of the images and the classes."""
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from torch import nn

from ..errors import InputError, described
from ..files import folder_name
from .facts import FACTS, FAILURES, Facts, checked_facts
from .network import Network
from .weights import fill, read_state_dict, ready


def function_network(name: str, weights_file: Path | None, function: Callable[[], Any]) -> Network:
    """The network that a function makes, when something about it is first asked; only once.

    Args:
        name: of the network. Its results' folder has the same, with an underscore for what a folder's should not hold.
        weights_file: a state_dict file, or None to leave the weights as the function makes them.
        function: () -> an nn.Module, images [B, 3, H, W] in [0, 1] -> logits [B, classes]; or a pair of that and a dict
            with any of FACTS.
    """
    @cache
    def made() -> tuple[nn.Module, Facts]:
        return _made(name, weights_file, function)

    return Network(name, weights_file, folder_name(name), make=lambda: made()[0], describe=lambda: made()[1])


def _made(name: str, weights_file: Path | None, function: Callable[[], Any]) -> tuple[nn.Module, Facts]:
    """The module, ready for use, and what its function says about it."""
    try:
        made = function()
    except InputError:
        raise
    except FAILURES as error:
        raise InputError(f"`network` {name}: could not be made ({described(error)}); expected a function that returns "
                         "an nn.Module") from None
    module, facts = made if isinstance(made, tuple) and len(made) == 2 else (made, {})
    if not isinstance(module, nn.Module) or not isinstance(facts, dict):
        raise InputError(f"`network` {name}: gave {type(made).__name__}, expected an nn.Module, or a pair of it and a "
                         f"dict with any of {', '.join(FACTS)}")
    known = checked_facts(facts, f"`network` {name}")
    if weights_file is None:
        return ready(module), known
    return fill(module, read_state_dict(weights_file), name, weights_file), known
