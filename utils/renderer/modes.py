"""What the renderer does where torch compiles the code around it, computes in half precision, or derives twice."""
import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

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


def once_differentiable(backward: Callable[..., tuple[torch.Tensor | None, ...]],
                        ) -> Callable[..., tuple[torch.Tensor | None, ...]]:
    """A backward pass whose own derivative is a RuntimeError.

    Torch's decorator of this name lets a second derivative pass, without this function's share, where the first began
    at a number that needs no gradient itself, as `loss.backward(create_graph=True)` does.
    """
    @functools.wraps(backward)
    def call(ctx: Any, *gradients: torch.Tensor | None) -> tuple[torch.Tensor | None, ...]:
        with torch.no_grad():
            found = backward(ctx, *gradients)
        return _Once.apply(torch.zeros((), requires_grad=True), *found) if torch.is_grad_enabled() else found

    return call


class _Once(torch.autograd.Function):
    """Gradients as they are, which cannot be derived again."""

    @staticmethod
    def forward(ctx: Any, needs_gradient: torch.Tensor, *gradients: torch.Tensor | None,
                ) -> tuple[torch.Tensor | None, ...]:
        return tuple(None if g is None else g.view_as(g) for g in gradients)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor | None) -> Any:
        raise RuntimeError("the renderer's gradient is approximate and has no derivative of its own; it cannot be "
                           "differentiated twice")


def matmul(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The matrix product in the factors' own precision, also under torch.autocast: a camera needs all its digits."""
    if not torch.is_autocast_enabled(a.device.type):
        return torch.matmul(a, b)
    with torch.autocast(a.device.type, enabled=False):
        return torch.matmul(a, b)
