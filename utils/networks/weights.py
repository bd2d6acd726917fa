"""Weights: read from a file, put into a module, and named by a hash."""
import hashlib
from pathlib import Path

import torch
from torch import nn

from ..errors import InputError
from ..files import status_of

StateDict = dict[str, torch.Tensor]

# Weights are named by the first digits of their file's SHA-256, as torchvision names its own files.
IDENTITY_DIGITS = 8

EXPECTED = "expected a .pth or .safetensors state_dict (torch.save(network.state_dict(), FILE))"


def read_state_dict(path: Path) -> StateDict:
    """Tensors by name from a .pth or .safetensors file. Nothing that the file holds is run.

    Raises:
        InputError: if it cannot be read, or holds anything but a state_dict.
    """
    try:
        status_of(path)
        if Path(path).suffix == ".safetensors":
            from safetensors.torch import load_file
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"`weights` {path}: cannot be read ({error.strerror or error}); {EXPECTED}") from None
    except Exception as error:  # the readers raise many kinds of errors on a broken file
        raise InputError(f"`weights` {path}: not a file of tensors ({type(error).__name__}); {EXPECTED}") from None
    if not isinstance(state, dict) or not state:
        raise InputError(f"`weights` {path}: holds no state_dict; {EXPECTED}")
    for name, value in state.items():
        is_dense = torch.is_tensor(value) and value.layout == torch.strided and not value.is_meta
        if not (is_dense and isinstance(name, str)):
            raise InputError(f"`weights` {path}: holds no state_dict ({name!r} names no dense tensor); {EXPECTED}")
    return state


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
    # old weights files lack the batch norms' counters, which eval mode does not read
    state = {**{key: torch.tensor(0) for key in wanted if key.endswith(".num_batches_tracked")}, **state}
    misfits = _misfits(state, wanted)
    if misfits:
        raise InputError(f"`weights` {weights_file}: does not fit `network` {name}: {', '.join(misfits)}; "
                         "give weights of that network, or name the network that they belong to")
    module.load_state_dict(state, assign=True)
    return ready(module)


def ready(module: nn.Module) -> nn.Module:
    """The module, changed in place: float32, eval mode, no gradients of its weights."""
    return module.float().eval().requires_grad_(False)


def file_identity(path: Path) -> str:
    """The first digits of a weights file's SHA-256.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        digest = hashlib.sha256()
        status_of(path)
        with open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        return digest.hexdigest()[:IDENTITY_DIGITS]
    except OSError as error:
        raise InputError(f"`weights` {path}: cannot be read ({error.strerror or error}); {EXPECTED}") from None


def state_identity(state: StateDict) -> str:
    """The first digits of the SHA-256 of weights that come from no file: names and bytes, in the names' order."""
    digest = hashlib.sha256()
    for name, value in sorted(state.items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:IDENTITY_DIGITS]


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
