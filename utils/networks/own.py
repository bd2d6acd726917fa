"""The user's own networks, as package.module:function.

`function()` returns an nn.Module, images [B, 3, H, W] in [0, 1] -> logits [B, classes], or a pair of that and a dict
with any of

    image_size: pixels a side of the images that it takes (default: 224);
    mean, std: three numbers each; the image less the mean, divided by std, is what it expects (default: the image);
    class_names: names of the outputs; of one logit, the names of two classes, whose second it is the logit of;
    output: "logits" or "probabilities"; outputs that seem to be probabilities are refused if nothing is said.
"""
import importlib
import os
import sys
from pathlib import Path

from ..errors import InputError, described
from .facts import FAILURES
from .function_network import function_network
from .network import Network
from .packages import missing_package
from .weights import RANDOM


def own_network(name: str, weights_file: Path | None) -> Network:
    """The network of package.module:function; the function is not called yet.

    Raises:
        InputError: if the module cannot be imported, or has no such function.
    """
    if weights_file == RANDOM:
        raise InputError(f"`weights` {RANDOM}: the function of `network` {name} makes its own weights; leave it out")
    module_name, _, function_name = name.partition(":")
    if module_name.endswith(".py"):
        module_name = ".".join(Path(module_name).with_suffix("").parts)
        raise InputError(f"`network` {name}: expected a module, and not its file: {module_name}:{function_name}")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # at the end: an installed package of the same name comes first
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or f"{module_name}.".startswith(f"{error.name}."):
            raise InputError(f"`network` {name}: {module_name} cannot be imported ({error}); expected "
                             "package.module:function, with the package in this folder or installed") from None
        raise InputError(missing_package(f"`network` {name}", error)) from None
    except FAILURES as error:
        raise InputError(f"`network` {name}: {module_name} cannot be imported ({described(error)}); "
                         "expected package.module:function, with the package in this folder or installed") from None
    function = getattr(module, function_name, None)
    if not callable(function):
        raise InputError(f"`network` {name}: {module_name} has no function "
                         f"{function_name!r}; expected one that returns an nn.Module")
    return function_network(name, weights_file, function)
