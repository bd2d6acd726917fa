"""A network from a function that returns a module, and says what it knows of the images and the classes."""
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from ..errors import InputError, described
from ..files import folder_name
from .adapted import adapted, answers_to_noise
from .facts import FACTS, FAILURES, Facts, checked_facts
from .network import Network
from .packages import missing_package
from .weights import RANDOM, ready, state_identity, with_weights


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

    def identify() -> str:
        """Weights by their tensors; where all is inside of a module, by its answers."""
        module, facts = made()
        return state_identity(module.state_dict() or {"answers": answers_to_noise(module, facts)})

    return Network(name, weights_file, folder_name(name), lambda: made()[0], lambda: made()[1],
                   None if weights_file else identify)


def _made(name: str, weights_file: Path | None, function: Callable[[], Any]) -> tuple[nn.Module, Facts]:
    """The module, ready for use, and what is known of it."""
    who = f"`network` {name}"
    with torch.random.fork_rng(devices=[], enabled=weights_file == RANDOM):
        if weights_file == RANDOM:
            torch.manual_seed(0)
        made = _called(function, who)
    module, stated = made if isinstance(made, tuple) and len(made) == 2 else (made, {})
    if not isinstance(module, nn.Module) or not isinstance(stated, dict):
        what = type(module).__name__ if isinstance(stated, dict) else type(made).__name__
        hint = "; its .module() is one" if isinstance(module, torch.export.ExportedProgram) else ""
        raise InputError(f"{who}: gave {what}, expected an nn.Module, or a pair of it and a dict with any of "
                         f"{', '.join(FACTS)}{hint}")
    facts = checked_facts(stated, who)
    lazy = [key for key, weights in module.named_parameters() if is_lazy(weights)]
    if lazy:
        raise InputError(f"{who}: {lazy[0]} has no size yet, as in lazy modules; call the module once on an image "
                         "before you return it")
    if weights_file is None:
        ready(module)
    else:
        with_weights(_inner(module), name, weights_file)
    return adapted(module, facts, who)


def _inner(module: nn.Module) -> nn.Module:
    """The module that torch.compile or DataParallel wraps: weights have its names."""
    inner = getattr(module, "_orig_mod", module)
    return inner.module if isinstance(inner, nn.DataParallel) else inner


def _called(function: Callable[[], Any], who: str) -> Any:
    """What a function gives."""
    try:
        return function()
    except InputError:
        raise
    except ModuleNotFoundError as error:
        raise InputError(missing_package(who, error)) from None
    except FAILURES as error:
        raise InputError(f"{who}: could not be made ({described(error)}); expected a function that returns an nn.Module"
                         ) from None
