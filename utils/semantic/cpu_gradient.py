"""Less memory and time for the gradient of a network with fixed weights on a CPU."""
from collections.abc import Callable
from typing import Any

import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional
from torch.overrides import TorchFunctionMode


class CPUGradient(TorchFunctionMode):
    """While it is active, layers with fixed weights do not keep their inputs, and small convolutions are fast.

    PyTorch keeps the inputs of convolutions and batch norms for the gradients of weights, even where weights need none.
    These are two thirds of what a network's gradient keeps. In eval mode the gradient of an input depends on the
    input's shape alone. Second derivatives need the input: they raise RuntimeError.

    On one thread, PyTorch computes 1 x 1 convolutions of fewer than 16 images by its slow method, but dilated ones by
    oneDNN (aten/src/ATen/native/Convolution.cpp, use_mkldnn). A dilated 1 x 1 convolution is the same convolution.
    """

    def __torch_function__(self, function: Callable[..., Any], types: Any, args: tuple[Any, ...] = (),
                           kwargs: dict[str, Any] | None = None) -> Any:
        """The function's result."""
        kwargs = kwargs or {}
        if function is functional.conv2d and len(args) > 5 and args[1].shape[2:] == (1, 1):
            args = (*args[:5], (2, 2), *args[6:])
        if not _needs_shape_alone(function, args, kwargs):
            return function(*args, **kwargs)

        its_id = id(args[0])  # what `pack` refers to lives as long as what it packs

        def pack(tensor: torch.Tensor) -> Any:
            return (tensor.shape, tensor.stride(), tensor.dtype) if id(tensor) == its_id else tensor

        with saved_tensors_hooks(pack, _unpack):
            return function(*args, **kwargs)


def _needs_shape_alone(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a function is a layer with fixed weights, the gradient of whose input does not depend on the input."""
    if not (function is functional.conv2d or (function is functional.batch_norm and kwargs.get("training") is False)):
        return False
    return not any(torch.is_tensor(weight) and weight.requires_grad for weight in (*args[1:], *kwargs.values()))


def _unpack(kept: Any) -> torch.Tensor:
    """A tensor that was kept, or one of any numbers in place of an input."""
    if torch.is_tensor(kept):
        return kept
    if torch.is_grad_enabled():
        raise RuntimeError("the network has no second derivatives here: its layers do not keep their inputs")
    shape, strides, dtype = kept
    return torch.empty_strided(shape, strides, dtype=dtype)
