"""The methods by name: the bound optimizers, and how regions are grown with them from Python."""
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from utils.bounds.descent import (
    LEARNING_RATE,
    N_ITERATIONS,
    Function,
    Grown,
    Optimizer,
    initial_width,
    start,
    step,
)
from utils.bounds.naive import Naive, Trap
from utils.bounds.oir import OIR_B, OIR_W
from utils.regions import ndinterval

OPTIMIZERS: dict[str, Any] = {method.name: method for method in (OIR_W, Naive, OIR_B, Trap)}
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
        initial_points: [P, n].
        methods: names of OPTIMIZERS.
        n_iterations: steps of gradient descent.
        learning_rate: eta.
        width: a region starts as its point -/+ this (default: see `initial_width`).
        domain: no region leaves it (default: f's; regions run free if it has none).
        hyperparameters: alpha, beta and reg (lambda), for the methods that have them.

    Returns:
        {method's name: Grown}.

    Raises:
        ValueError: for a method that is not known, or points of another shape.
    """
    points = np.asarray(initial_points, dtype=np.float64)
    if points.ndim != 2 or not len(points):
        raise ValueError(f"initial_points of shape {list(points.shape)}: expected [P, n]")
    domain = getattr(f, "domain", None) if domain is None else domain
    descent = start([optimizer(name, **hyperparameters) for name in methods], points,
                    initial_width(points.shape[1]) if width is None else width, domain)
    for _ in range(n_iterations):
        step(descent, f, learning_rate, domain)
    return descent.by_method()
