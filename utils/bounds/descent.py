"""Gradient descent on the bounds of many boxes in lock-step (Hamdi & Ghanem 2019, section 4.2 and its supplement).

A region is a box [a, b] in n dimensions, r = b - a. An optimizer looks at f at the 2^n corners of the box, D, and of
a somewhat larger box, C, and says how a and b should move. Any function of n numbers can be f; nothing here knows of
images. Products and sums are taken in the published program's order: a run that diverges amplifies every last digit.
Everything is computed for K boxes at once, in float64:

    a, b, r [K, n]    f_D, f_C [K, 2^n]    G_D [K, 2^n, n], the gradient of f at the corners
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from ..regions import ndinterval
from .corners import corners, outer_corners

LEARNING_RATE = 0.1  # eta
N_ITERATIONS = 800
INITIAL_WIDTH = 1e-5  # a region starts as its initial point -/+ this
# A bound's step is proportional to the product of the other sides. In three dimensions a start of 1e-5 would move by
# 1e-10 an iteration, and 800 iterations would not bring it anywhere.
INITIAL_WIDTH_3D = 0.1
NARROWEST = 1e-5  # b - a is kept at least this wide in the bounded descent


class Function(Protocol):
    """What a region is grown in: f of n numbers."""

    def __call__(self, points: np.ndarray) -> Any:
        """f at points [N, n]: [N]."""

    def value_and_grad(self, points: np.ndarray) -> tuple[Any, Any]:
        """f at points [N, n] and its gradient: [N], [N, n]. Only optimizers with `needs_gradient` ask for it."""


class Optimizer(Protocol):
    """A bound optimizer: a loss on boxes, and how the loss would move their bounds.

    An optimizer is a frozen dataclass of the hyperparameters that it uses.

    Attributes:
        name: in `--methods`.
        needs_outer: it looks at f_C.
        needs_gradient: it looks at G_D.
    """
    name: ClassVar[str]
    needs_outer: ClassVar[bool]
    needs_gradient: ClassVar[bool]

    def loss(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray, G_D: np.ndarray) -> np.ndarray:
        """The loss of every box: [K]."""

    def gradients(self, r: np.ndarray, f_D: np.ndarray, f_C: np.ndarray,
                  G_D: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The published gradients of the loss for a and b: ga, gb [K, n]."""


@dataclass
class Descent:
    """State of a descent: K boxes after some iterations, and how they came there.

    Attributes:
        methods: K optimizers, one for each box.
        a, b: [K, n] the boxes now.
        traces: list over iterations of [K, 2, n], the boxes before each update.
        losses: list over iterations of [K].
        problems: K strings, empty while all is well; a box with a problem stays where it was.
    """
    methods: list[Optimizer]
    a: np.ndarray
    b: np.ndarray
    traces: list[np.ndarray] = field(default_factory=list)
    losses: list[np.ndarray] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def by_method(self) -> dict[str, Grown]:
        """What every method has grown: {method's name: Grown}."""
        traces, losses = np.stack(self.traces, axis=1), np.stack(self.losses, axis=1)
        grown = {}
        for name in dict.fromkeys(method.name for method in self.methods):
            mine = [k for k, method in enumerate(self.methods) if method.name == name]
            grown[name] = Grown([ndinterval(self.a[k], self.b[k]) for k in mine], traces[mine], losses[mine],
                                [self.problems[k] for k in mine])
        return grown


@dataclass(repr=False)
class Grown:
    """What one method has grown from P points.

    Attributes:
        regions: P ndintervals.
        traces: [P, iterations, 2, n], the boxes (a, b) before each update.
        losses: [P, iterations].
        problems: P strings, empty where all went well.
    """
    regions: list[ndinterval]
    traces: np.ndarray
    losses: np.ndarray
    problems: list[str]

    def __repr__(self) -> str:
        return f"Grown({len(self.regions)} regions, {self.losses.shape[1]} iterations)"


def initial_width(n: int) -> float:
    """How wide a region starts to each side in n dimensions, in the dimensions' units."""
    return INITIAL_WIDTH_3D if n >= 3 else INITIAL_WIDTH


def longest_side(n: int, n_iterations: int, width: float, learning_rate: float, enough: float) -> float:
    """How long a side of a region is after a descent where f is 1, which is as much as a small region can grow.

    No bound then moves by more than eta prod(other sides) in an iteration, with any optimizer.

    Args:
        n: dimensions.
        n_iterations, learning_rate: of the descent.
        width: a region starts as its point -/+ this.
        enough: a side that is as long as this is not followed further, and `enough` is returned.
    """
    side = 2 * width
    for _ in range(n_iterations):
        if side >= enough:
            return enough
        side += 2 * learning_rate * side ** (n - 1)
    return side


def start(methods: Sequence[Optimizer], initial_points: Any, width: float = INITIAL_WIDTH,
          domain: ndinterval | None = None) -> Descent:
    """A descent that has not moved yet: every method from every initial point.

    Args:
        methods: optimizers.
        initial_points: [P, n].
        width: a box starts as its point -/+ this.
        domain: the boxes are cut to it. None: they are not.

    Returns:
        A Descent of len(methods) * P boxes, a method's points side by side.
    """
    points = np.tile(np.asarray(initial_points, dtype=np.float64), (len(methods), 1))
    a, b = points - width, points + width
    if domain is not None:
        a, b = _kept_within(a, b, domain)
    n_points = len(initial_points)
    return Descent([method for method in methods for _ in range(n_points)], a, b, problems=[""] * len(points))


def step(descent: Descent, f: Function, learning_rate: float = LEARNING_RATE,
         domain: ndinterval | None = None) -> None:
    """Move every box by one iteration of gradient descent, in place.

    f is asked once for its values and once for its gradients, at all corners of all boxes together.

    Args:
        descent: the state.
        f: the function.
        learning_rate: eta.
        domain: the boxes stay in it, and b - a stays positive. None: they run free, and where a bound has passed the
            other r is |b - a|.
    """
    a, b = descent.a, descent.b
    with np.errstate(all="ignore"):  # boxes that are no longer finite are still among them
        r = b - a if domain is not None else np.abs(b - a)
    alive = np.array([not problem for problem in descent.problems])
    f_D, f_C, G_D = _evaluate(descent, f, r, alive)

    losses = np.full(len(a), np.nan)
    new_a, new_b = a.copy(), b.copy()
    for method in dict.fromkeys(descent.methods):
        chosen = alive & np.array([m == method for m in descent.methods])
        if not chosen.any():
            continue
        values = r[chosen], f_D[chosen], f_C[chosen], G_D[chosen]
        with np.errstate(all="ignore"):  # what is not finite is noticed below
            losses[chosen] = method.loss(*values)
            ga, gb = method.gradients(*values)
            new_a[chosen] -= learning_rate * ga
            new_b[chosen] -= learning_rate * gb
    if domain is not None:
        new_a, new_b = _kept_within(new_a, new_b, domain)

    descent.traces.append(np.stack((a, b), axis=1))
    descent.losses.append(losses)
    for k in np.flatnonzero(alive):
        if not (np.isfinite(new_a[k]).all() and np.isfinite(new_b[k]).all()):
            descent.problems[k] = f"not finite after iteration {len(descent.traces)}"
        elif (new_a[k] == new_b[k]).any():
            descent.problems[k] = f"collapsed at iteration {len(descent.traces)}"
    descent.a, descent.b = new_a, new_b


def _evaluate(descent: Descent, f: Function, r: np.ndarray,
              alive: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """f_D, f_C and G_D as far as the methods of the boxes that are alive look at them; nan elsewhere."""
    K, n = descent.a.shape
    with np.errstate(all="ignore"):
        D = corners(descent.a, r)
        C = outer_corners(descent.a, descent.b, r, np.array([[getattr(m, "alpha", 0.0)] for m in descent.methods]))
    with_gradient = alive & np.array([method.needs_gradient for method in descent.methods])
    with_values = alive & ~with_gradient
    with_outer = alive & np.array([method.needs_outer for method in descent.methods])

    f_D = np.full((K, 2 ** n), np.nan)
    f_C = np.full((K, 2 ** n), np.nan)
    G_D = np.full((K, 2 ** n, n), np.nan)
    asked = np.concatenate((D[with_values].reshape(-1, n), C[with_outer].reshape(-1, n)))
    if len(asked):
        values = np.asarray(f(asked), dtype=np.float64).reshape(-1, 2 ** n)
        f_D[with_values], f_C[with_outer] = np.split(values, [with_values.sum()])
    if with_gradient.any():
        values, gradients = f.value_and_grad(D[with_gradient].reshape(-1, n))
        f_D[with_gradient] = np.asarray(values, dtype=np.float64).reshape(-1, 2 ** n)
        G_D[with_gradient] = np.asarray(gradients, dtype=np.float64).reshape(-1, 2 ** n, n)
    return f_D, f_C, G_D


def _kept_within(a: np.ndarray, b: np.ndarray, domain: ndinterval) -> tuple[np.ndarray, np.ndarray]:
    """Boxes cut to the domain, each side at least NARROWEST long."""
    a = np.clip(a, domain.a, domain.b - NARROWEST)
    b = np.clip(b, domain.a + NARROWEST, domain.b)
    return a, np.maximum(b, a + NARROWEST)
