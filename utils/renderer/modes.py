"""What the renderer does where torch compiles the code around it, or computes in half precision there."""
import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch

P = ParamSpec("P")
T = TypeVar("T")


def untraced(function: Callable[P, T]) -> Callable[P, T]:
    """Leave a function out of the graphs of torch.compile: they end before it and begin again after it.

    What decides is asked at each call. To import torch's compiler in every program would take a second.
    """
    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if torch.compiler.is_compiling():
            return torch.compiler.disable(function)(*args, **kwargs)
        return function(*args, **kwargs)

    return call


def matmul(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The matrix product in the factors' own precision, also under torch.autocast: a camera needs all its digits."""
    if not torch.is_autocast_enabled(a.device.type):
        return torch.matmul(a, b)
    with torch.autocast(a.device.type, enabled=False):
        return torch.matmul(a, b)
