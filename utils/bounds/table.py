"""The methods by name: the bound optimizers, and how regions are grown with them from Python."""
from collections.abc import Sequence
from dataclasses import fields
from importlib import import_module
from typing import Any

import numpy as np

from ..errors import InputError
from ..regions import as_numbers, ndinterval
from .descent import (
    LEARNING_RATE,
    N_ITERATIONS,
    Function,
    Grown,
    Optimizer,
    initial_width,
    start,
    step,
)

# Where each bound optimizer lives: a new one is a file and a line here.
PLACES = (
    "oir.OIR_W",
    "naive.Naive",
    "oir.OIR_B",
    "naive.Trap",
)


def _class_at(place: str) -> Any:
    module, _, name = place.partition(".")
    return getattr(import_module(f".{module}", __package__), name)


OPTIMIZERS: dict[str, Any] = {method.name: method for method in map(_class_at, PLACES)}
LARGEST = "largest"  # the largest box that holds around a point, which is searched for and not grown
METHODS = (*OPTIMIZERS, LARGEST)
PAPER_METHODS = ("OIR_W", "naive", "OIR_B")
HYPERPARAMETERS = {part.name for method in OPTIMIZERS.values() for part in fields(method)}


def optimizer(name: str, **hyperparameters: float) -> Optimizer:
    """The optimizer of a name, with those of the hyperparameters (alpha, beta, reg) that it has.

    Raises:
        ValueError: for a name that is not known.
        TypeError: for a hyperparameter that no optimizer has.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"{name!r} is no method; expected some of {', '.join(OPTIMIZERS)}")
    unknown = sorted(hyperparameters.keys() - HYPERPARAMETERS)
    if unknown:
        raise TypeError(f"{unknown[0]!r} is no hyperparameter; expected some of {', '.join(sorted(HYPERPARAMETERS))}")
    mine = {part.name for part in fields(OPTIMIZERS[name])}
    return OPTIMIZERS[name](**{key: value for key, value in hyperparameters.items() if key in mine})


def grow_regions(f: Function, initial_points: Any, methods: Sequence[str] = PAPER_METHODS,
                 n_iterations: int = N_ITERATIONS, learning_rate: float = LEARNING_RATE, width: float | None = None,
                 domain: ndinterval | None = None, **hyperparameters: float) -> dict[str, Grown]:
    """Grow a region from every point with every method (Hamdi & Ghanem 2019, section 4.2).

    Args:
        f: f(points [N, n]) -> [N]; for OIR_W and trap also f.value_and_grad(points) -> [N], [N, n]; perhaps `domain`.
            A `Confidence` has all three. naive and OIR_B take a plain function.
        initial_points: [P, n], in f's units: of a `Confidence` over azimuth and elevation [P, 2] degrees.
        methods: names of OPTIMIZERS: "OIR_W", "naive", "OIR_B", "trap".
        n_iterations: steps of gradient descent.
        learning_rate: eta, without a unit.
        width: a region starts as its point -/+ this, in f's units (default: see `initial_width`).
        domain: an ndinterval that no region leaves, in f's units (default: f's; regions run free if it has none).
        hyperparameters: alpha, beta and reg (lambda), for the methods that have them, without units.

    Returns:
        {method's name: Grown}, which has `regions`, P ndintervals, and `traces` [P, iterations, 2, n].

    Raises:
        InputError: for points of another shape, or a method that needs a gradient which f does not have.
        ValueError: for a method that is not known.
    """
    domain = getattr(f, "domain", None) if domain is None else domain
    points = _checked_points(initial_points, domain)
    optimizers = [optimizer(name, **hyperparameters) for name in methods]
    _check_gradient(f, optimizers)
    descent = start(optimizers, points,
                    initial_width(points.shape[1]) if width is None else width, domain)
    for _ in range(n_iterations):
        step(descent, f, learning_rate, domain)
    return descent.by_method()


def _checked_points(initial_points: Any, domain: ndinterval | None) -> np.ndarray:
    """Initial points as [P, n] float64.

    Raises:
        InputError: if they are none.
    """
    n = "n" if domain is None else str(domain.n)
    points = as_numbers(initial_points, "initial_points")
    if points.ndim != 2 or not points.size or (domain is not None and points.shape[1] != domain.n):
        raise InputError(f"initial_points of shape {list(points.shape)}: expected [P, {n}], a row for each point")
    return points


def _check_gradient(f: Function, optimizers: Sequence[Optimizer]) -> None:
    """Raise InputError if one of the optimizers needs a gradient and f has none."""
    needy = [method.name for method in optimizers if method.needs_gradient]
    if needy and not callable(getattr(f, "value_and_grad", None)):
        others = [name for name, method in OPTIMIZERS.items() if not method.needs_gradient]
        raise InputError(f"methods {', '.join(needy)}: need the gradient of f, and this f has no value_and_grad; "
                         f"without it there are {', '.join(others)}, and {LARGEST} (largest_region)")
