"""Weights: read from a file, put into a module, and named by a hash."""
import hashlib
import re
from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..errors import InputError, in_short, quiet
from ..files import status_of

StateDict = dict[str, torch.Tensor]

# Weights are named by the first digits of their file's SHA-256, as torchvision names its own files.
IDENTITY_DIGITS = 8

EXPECTED = "expected a .pth or .safetensors state_dict (torch.save(network.state_dict(), FILE))"

RANDOM = Path("random")  # in the place of a file: untrained weights, the same each time

# A training program's file holds the weights under one of these, those of the last step before averaged ones.
UNDER = ("state_dict", "model_state_dict", "model", "net", "network", "weights", "params", "model_ema", "ema",
         "state_dict_ema", "ema_state_dict", "params_ema", "module")
COUNTER = "num_batches_tracked"  # of batch norms, which eval mode does not read
AVERAGED = "n_averaged"  # a counter of averaged weights


def read_state_dict(path: Path, wanted: Collection[str] = ()) -> StateDict:
    """Tensors by name from a .pth or .safetensors file. Nothing that the file holds is run.

    A state_dict inside a training program's file is found, and a line says so.

    Args:
        path: of the file; its content says of which kind it is.
        wanted: names of the module's tensors. A beginning that all names of the file have, and these have not, is left
            out.

    Raises:
        InputError: if it cannot be read, or holds anything but a state_dict.
    """
    state, taken = _innermost(_read(path), path)
    for name, value in state.items():
        is_dense = torch.is_tensor(value) and value.layout == torch.strided and not value.is_meta
        if not (is_dense and isinstance(name, str)):
            raise InputError(f"`weights` {path}: holds no state_dict ({in_short(name)} names no dense tensor); "
                             f"{EXPECTED}")
    beginning = _beginning(state, wanted)
    if beginning:
        taken.append(f"without {beginning} before the names")
        state = {key.removeprefix(beginning): value for key, value in state.items() if key != AVERAGED}
    if taken:
        print(f"weights of {path}: {', '.join(taken)}")
    return state


def _read(path: Path) -> Any:
    """What a file holds."""
    try:
        status_of(path)
        with open(path, "rb") as file:
            if file.read(9)[8:] == b"{":  # safetensors: the length of the header, and the header in JSON
                from safetensors.torch import load_file
                return load_file(path)
            file.seek(0)
            with quiet(), torch.serialization.safe_globals([Namespace]):  # which holds a training program's options
                return torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"`weights` {path}: cannot be read ({error.strerror or error}); {EXPECTED}") from None
    except Exception as error:  # the readers raise many kinds of errors on a broken file
        raise InputError(f"`weights` {path}: {_no_tensors(error)}; {EXPECTED}") from None


def _no_tensors(error: Exception) -> str:
    """What is said of a file that torch.load refuses."""
    found = re.search(r"GLOBAL ([\w.]+)", str(error))
    if found:
        return f"holds objects beside tensors, such as {found[1]}, and code of a file is never run"
    if "TorchScript" in str(error):
        return "is a TorchScript file; a function of yours can return torch.jit.load(FILE)"
    return f"not a file of tensors ({type(error).__name__})"


def _innermost(state: Any, path: Path) -> tuple[StateDict, list[str]]:
    """The state_dict in what a file holds, and what is said of where it was."""
    taken: list[str] = []
    while isinstance(state, Mapping) and not any(map(torch.is_tensor, state.values())):
        inside = [key for key, value in state.items() if isinstance(value, Mapping) and _has_tensors(value)]
        if not inside:
            break
        key = inside[0] if len(inside) == 1 else next((key for key in UNDER if key in inside), None)
        if key is None:
            raise InputError(f"`weights` {path}: holds weights under {', '.join(map(str, inside))}; save those that "
                             "are meant in a file of their own")
        others = [str(other) for other in inside if other != key]
        taken.append(f"those under {key}{f', and not {others[0]}' if others else ''}")
        state = state[key]
    if not isinstance(state, Mapping) or not state:
        raise InputError(f"`weights` {path}: holds no state_dict; {EXPECTED}")
    return dict(state), taken


def _has_tensors(value: Mapping[Any, Any]) -> bool:
    """Whether it is a state_dict, or has one in it; what an optimizer stores has numbers for names."""
    return any(isinstance(key, str) and (torch.is_tensor(one) or isinstance(one, Mapping) and _has_tensors(one))
               for key, one in value.items())


def _beginning(state: StateDict, wanted: Collection[str]) -> str:
    """What the names of all tensors begin with before the names that are wanted."""
    first = next((key for key in wanted if not key.endswith(COUNTER)), "")
    names = [key for key in state if key != AVERAGED]
    found = [key.removesuffix(first) for key in names if first and key.endswith(f".{first}")]
    return next((one for one in found if all(key.startswith(one) for key in names)), "") if first not in state else ""


@contextmanager
def untrained(weights_file: Path | None) -> Iterator[None]:
    """Where a module is made that gets its weights from a file: no time goes into random ones. RANDOM ones are made."""
    with torch.random.fork_rng(devices=[]) if weights_file == RANDOM else torch.device("meta"):
        torch.manual_seed(0)
        yield


def with_weights(module: nn.Module, name: str, weights_file: Path) -> nn.Module:
    """A module with the weights of a file, or its RANDOM ones, ready for use.

    Args:
        module: changed in place; it may lie on the meta device.
        name: of the network.
        weights_file: of a state_dict, or RANDOM.

    Raises:
        InputError: if the weights cannot be read, or do not fit.
    """
    if weights_file == RANDOM:
        return ready(module)
    return fill(module, read_state_dict(weights_file, module.state_dict()), name, weights_file)


def fill(module: nn.Module, state: StateDict, name: str, weights_file: Path | None) -> nn.Module:
    """A module with the weights of a state_dict, ready for use: float32, eval mode, no gradients.

    Args:
        module: changed in place; it may lie on the meta device.
        state: takes the place of the module's own tensors, without a copy.
        name, weights_file: of the network; named in the error.

    Raises:
        InputError: if the weights do not fit.
    """
    wanted = module.state_dict()
    counters = {key: torch.tensor(0) for key in wanted if key.endswith(f".{COUNTER}")}  # old files lack them
    state = {key: _as_integers(value, wanted.get(key)) for key, value in {**state, **counters}.items()}
    misfits = _misfits(state, wanted)
    if misfits:
        raise InputError(f"`weights` {weights_file}: does not fit `network` {name}: {', '.join(misfits)}; "
                         "give weights of that network, or name the network that they belong to")
    module.load_state_dict(state, assign=True)
    return ready(module)


def _as_integers(given: torch.Tensor, right: torch.Tensor | None) -> torch.Tensor:
    """A tensor of integers as such again, where a file has it in half precision and has rounded none of them."""
    if right is None or given.shape != right.shape or right.is_floating_point() or not given.is_floating_point():
        return given
    exact = (given == given.round()) & (given.abs() < 2 / torch.finfo(given.dtype).eps)
    return given.to(right.dtype) if bool(exact.all()) else given


def ready(module: nn.Module) -> nn.Module:
    """The module, changed in place: float32, eval mode, no gradients of its weights."""
    module.float()
    with suppress(NotImplementedError):  # of a module that was exported in one of the modes
        module.eval()
    for weights in module.parameters():
        weights.requires_grad_(False)
    return module


def file_identity(path: Path) -> str:
    """The first digits of a weights file's SHA-256; of RANDOM, its name.

    Raises:
        InputError: if it cannot be read.
    """
    if path == RANDOM:
        return str(RANDOM)
    try:
        digest = hashlib.sha256()
        status_of(path)
        with open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        return digest.hexdigest()[:IDENTITY_DIGITS]
    except OSError as error:
        raise InputError(f"`weights` {path}: cannot be read ({error.strerror or error}); {EXPECTED}") from None


def state_identity(state: Mapping[str, Any]) -> str:
    """The first digits of the SHA-256 of weights that come from no file: names and bytes, in the names' order."""
    digest = hashlib.sha256()
    for name, value in sorted(state.items()):
        digest.update(name.encode())
        for part in value if isinstance(value, tuple) else (value,):  # a quantized layer has its tensors in pairs
            digest.update(_bytes_of(part))
    return digest.hexdigest()[:IDENTITY_DIGITS]


def _bytes_of(value: Any) -> bytes:
    """The numbers of a tensor; of anything else what it is called."""
    if not torch.is_tensor(value):
        return repr(value).encode()
    plain = value.dequantize() if value.is_quantized else value
    return plain.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()


def _misfits(state: StateDict, wanted: StateDict) -> list[str]:
    """Where names, shapes or types of tensors differ from those that a module wants: a few words each."""
    pairs = [(key, state[key], wanted[key]) for key in wanted if key in state]
    misshapen = [f"{key}, {list(given.shape)} instead of {list(right.shape)}" for key, given, right in pairs
                 if given.shape != right.shape]
    mistyped = [f"{key}, {given.dtype} instead of {right.dtype}" for key, given, right in pairs
                if given.is_floating_point() != right.is_floating_point()]
    kinds = {"tensors missing": [key for key in wanted if key not in state],
             "tensors too many": [key for key in state if key not in wanted],
             "of another shape": misshapen, "of another type": mistyped}
    return [f"{len(keys)} {kind} (such as {keys[0]})" for kind, keys in kinds.items() if keys]
