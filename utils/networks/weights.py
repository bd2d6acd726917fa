"""Weights: read from a file, put into a module, and named by a hash."""
import hashlib
from pathlib import Path

import torch
from torch import nn

from ..errors import InputError
from ..files import status_of
from .network import Network

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
        raise InputError(f"--weights {path}: cannot be read ({error.strerror or error}); {EXPECTED}") from None
    except Exception as error:  # the readers raise many kinds of errors on a broken file
        raise InputError(f"--weights {path}: not a file of tensors ({type(error).__name__}); {EXPECTED}") from None
    if not isinstance(state, dict) or not state or not all(torch.is_tensor(value) for value in state.values()):
        raise InputError(f"--weights {path}: holds no state_dict; {EXPECTED}")
    for name, value in state.items():
        kind = "a name that is no text" if not isinstance(name, str) else _unusual(value)
        if kind:
            raise InputError(f"--weights {path}: {name} is {kind}; {EXPECTED} of plain tensors")
    return state


def _unusual(value: torch.Tensor) -> str | None:
    """What a tensor is that no network takes as its weights; None of a plain one."""
    if value.is_meta:
        return "a tensor without numbers"
    if value.is_quantized:
        return "a quantised tensor"
    if value.is_nested or value.layout != torch.strided:
        return "a sparse tensor"
    return "a tensor of complex numbers" if value.is_complex() else None


def fill(module: nn.Module, state: StateDict, network: Network) -> nn.Module:
    """Give a module the weights of a state_dict, and make it ready for use: float32, eval mode, no gradients.

    Args:
        module: changed in place; it may lie on the meta device.
        state: takes the place of the module's own tensors, without a copy.
        network: named in the error.

    Returns:
        The module.

    Raises:
        InputError: if the weights do not fit.
    """
    _check_fit(state, module, network)
    module.load_state_dict(state, assign=True)
    return ready(module)


def ready(module: nn.Module) -> nn.Module:
    """The module, changed in place: float32, eval mode, no gradients of its weights."""
    return module.float().eval().requires_grad_(False)


def batch_counters(module: nn.Module) -> StateDict:
    """Zeros for the batch norms' counters: old weights files lack them, and eval mode does not read them."""
    return {key: torch.tensor(0) for key in module.state_dict() if key.endswith(".num_batches_tracked")}


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
        raise InputError(f"--weights {path}: cannot be read ({error.strerror}); "
                         "give a .pth or .safetensors state_dict") from None


def state_identity(state: StateDict) -> str:
    """The first digits of the SHA-256 of weights that come from no file: names and bytes, in the names' order."""
    digest = hashlib.sha256()
    for name, value in sorted(state.items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:IDENTITY_DIGITS]


def _check_fit(state: StateDict, module: nn.Module, network: Network) -> None:
    """Raise InputError if names or shapes differ from the module's."""
    wanted = module.state_dict()
    missing = [key for key in wanted if key not in state]
    unexpected = [key for key in state if key not in wanted]
    both = [key for key in wanted if key in state]
    misshapen = [key for key in both if state[key].shape != wanted[key].shape]
    mistyped = [key for key in both if state[key].is_floating_point() != wanted[key].is_floating_point()]
    if not (missing or unexpected or misshapen or mistyped):
        return
    problems = [f"{len(keys)} {what} (such as {keys[0]})" for keys, what in
                ((missing, "tensors missing"), (unexpected, "tensors too many")) if keys]
    if misshapen:
        key = misshapen[0]
        problems.append(f"{len(misshapen)} of another shape (such as {key}, {list(state[key].shape)} instead of "
                        f"{list(wanted[key].shape)})")
    if mistyped:
        key = mistyped[0]
        problems.append(f"{len(mistyped)} of another type (such as {key}, {state[key].dtype} instead of "
                        f"{wanted[key].dtype})")
    raise InputError(f"--weights {network.weights_file}: does not fit --network {network.name}: {', '.join(problems)}; "
                     "give weights of that network, or name the network that they belong to")
