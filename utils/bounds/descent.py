"""Growing a region: the bound optimizers of Hamdi & Ghanem 2019 (section 4.2 and its supplement).

A region is a box [a, b] in n dimensions, r = b - a. An optimizer looks at f at the 2^n corners of the box, D, and of
a somewhat larger box, C, and says how a and b should move. Any function of n numbers can be f; nothing here knows of
images. Products and sums are taken in the published program's order: a run that diverges amplifies every last digit.
Everything is computed for K boxes at once, in float64:

    a, b, r [K, n]    f_D, f_C [K, 2^n]    G_D [K, 2^n, n], the gradient of f at the corners
"""
from dataclasses import dataclass, field

import numpy as np

from utils.regions import ndinterval

ALPHA = 0.05  # how much larger the outer box is, as a share of r
BETA = 0.0009  # how much the slope of f counts in OIR_W
REG = 0.1  # lambda, the weight of the size's penalty in naive and trap
LEARNING_RATE = 0.1  # eta
N_ITERATIONS = 800
INITIAL_WIDTH = 1e-5  # a region starts as its initial point -/+ this
# A bound's step is proportional to the product of the other sides: in three dimensions a start of 1e-5 would move by
# 1e-10 an iteration, and 800 iterations would not bring it anywhere.
INITIAL_WIDTH_3D = 0.1
NARROWEST = 1e-5  # b - a is kept at least this wide in the bounded descent


def initial_width(n):
    """How wide a region starts to each side in n dimensions, in the dimensions' units."""
    return INITIAL_WIDTH_3D if n >= 3 else INITIAL_WIDTH


def corner_matrix(n):
    """M [n, 2^n]: column i holds the binary digits of i, the most significant first."""
    return (np.arange(2 ** n) >> np.arange(n)[::-1, None] & 1).astype(np.float64)


def corners(a, r):
    """The corners a + M[:, i] r of boxes a, r [K, n]: [K, 2^n, n]."""
    return a[:, None] + corner_matrix(a.shape[1]).T * r[:, None]


def outer_corners(a, b, r, alpha):
    """The corners of the larger boxes, by alpha r / 2 on every side: [K, 2^n, n]."""
    margin = alpha / 2 * r
    return corners(a - margin, (b + margin) - (a - margin))


@dataclass(frozen=True)
class Naive:
    """Naive: sum of f in the box, less a penalty on its size."""
    name = "naive"
    needs_outer = False
    needs_gradient = False
    alpha: float = ALPHA
    beta: float = BETA
    reg: float = REG

    def loss(self, r, f_D, f_C=None, G_D=None):
        """-V sum f_D + lambda |r|: [K]."""
        return -_share(r) * f_D.sum(1) + self.reg * np.linalg.norm(r, axis=1)

    def gradients(self, r, f_D, f_C=None, G_D=None):
        """Of the loss for a and b: ga, gb [K, n]."""
        M = corner_matrix(r.shape[1])
        V = _share(r)[:, None]
        return (2 * V * (1 / r) * (f_D @ (1 - M).T) - self.reg * r,
                -2 * V * (1 / r) * (f_D @ M.T) + self.reg * r)


@dataclass(frozen=True)
class Trap(Naive):
    """The trapezoid rule's gradient of the naive loss: needs the gradient of f."""
    name = "trap"
    needs_gradient = True

    def gradients(self, r, f_D, f_C=None, G_D=None):
        """Of the loss for a and b: ga, gb [K, n]."""
        M = corner_matrix(r.shape[1])
        V = _share(r)[:, None]
        sums = f_D.sum(1, keepdims=True) * (1 / r)
        return (V * (-np.einsum("kc,qck->qk", 1 - M, G_D) + sums) - self.reg * r,
                V * (-np.einsum("kc,qck->qk", M, G_D) - sums) + self.reg * r)


@dataclass(frozen=True)
class OIR_B:
    """Outer-inner ratio, black box: f inside against f around, from values of f alone."""
    name = "OIR_B"
    needs_outer = True
    needs_gradient = False
    alpha: float = ALPHA
    beta: float = BETA
    reg: float = REG

    def loss(self, r, f_D, f_C, G_D=None):
        """V ((1 + alpha)^n sum f_C - 2 sum f_D): [K]."""
        return _share(r) * ((1 + self.alpha) ** r.shape[1] * f_C.sum(1) - 2 * f_D.sum(1))

    def gradients(self, r, f_D, f_C, G_D=None):
        """Of the loss for a and b: ga, gb [K, n]."""
        M = corner_matrix(r.shape[1])
        near, far = 1 + self.alpha / 2, self.alpha / 2
        k = (1 + self.alpha) ** (r.shape[1] - 1)
        P, Pc = k * (near * M + far * (1 - M)), k * (near * (1 - M) + far * M)
        V = _share(r)[:, None]
        f_D, f_C = f_D[:, None], f_C[:, None]
        return (2 * V * (1 / r) * (2 * _sum_in_pairs((1 - M) * f_D) - _sum_in_pairs(Pc * f_C)),
                2 * V * (1 / r) * (-2 * _sum_in_pairs(M * f_D) + _sum_in_pairs(P * f_C)))


@dataclass(frozen=True)
class OIR_W:
    """Outer-inner ratio, white box: the outer box shrinks onto the inner one, so that the gradient of f stands in."""
    name = "OIR_W"
    needs_outer = True
    needs_gradient = True
    alpha: float = ALPHA
    beta: float = BETA
    reg: float = REG

    def loss(self, r, f_D, f_C, G_D=None):
        """(1 + alpha)^n sum f_C / sum f_D - 1: [K]."""
        return (1 + self.alpha) ** r.shape[1] * f_C.sum(1) / f_D.sum(1) - 1

    def gradients(self, r, f_D, f_C, G_D):
        """Of the loss for a and b: ga, gb [K, n]."""
        n = r.shape[1]
        M = corner_matrix(n)
        Mc = 1 - M
        weight = 2 - (2 * n - 1) * self.beta
        Q, Qc = weight * M - self.beta * Mc, weight * Mc - self.beta * M
        inverse = (1 / r)[:, :, None]
        V = _share(r)[:, None]
        f_D, G = f_D[:, None], G_D.transpose(0, 2, 1)
        inner = _sum_in_halves(inverse * Qc * f_D), -_sum_in_halves(inverse * Q * f_D)
        slope = (Mc * G).sum(-1), (M * G).sum(-1)
        return tuple(V * (q + self.beta * d + self.beta * self._side_slopes(r, ours, others, G))
                     for q, d, ours, others in zip(inner, slope, (Mc, M), (M, Mc)))

    @staticmethod
    def _side_slopes(r, ours, others, G):
        """s_k = (1 / r_k) sum over i != k of r_i ((M_i - Mc_i) M_k) . G[:, i], with M = ours, Mc = others: [K, n]."""
        n = r.shape[1]
        total = np.zeros_like(r)
        for k in range(n):
            for i in range(n):
                if i != k:
                    total[:, k] += (r[:, i, None] * (((ours[i] - others[i]) * ours[k]) * G[:, i])).sum(-1)
        return total * (1 / r)


METHODS = {method.name: method for method in (OIR_W, Naive, OIR_B, Trap)}


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
    methods: list
    a: np.ndarray
    b: np.ndarray
    traces: list = field(default_factory=list)
    losses: list = field(default_factory=list)
    problems: list = field(default_factory=list)

    def state(self):
        """All of it but the methods, as tensors and lists, for `from_state`."""
        import torch  # takes seconds, and the options are read without it
        return dict(a=torch.from_numpy(self.a), b=torch.from_numpy(self.b),
                    traces=torch.from_numpy(np.array(self.traces)), losses=torch.from_numpy(np.array(self.losses)),
                    problems=list(self.problems))

    @classmethod
    def from_state(cls, methods, n_points, state):
        """The descent that `state` was taken of, of n_points points for each method."""
        return cls([method for method in methods for _ in range(n_points)], state["a"].numpy(), state["b"].numpy(),
                   list(state["traces"].numpy()), list(state["losses"].numpy()), list(state["problems"]))

    def by_method(self):
        """What every method has grown: {method's name: Grown}."""
        traces, losses = np.stack(self.traces, axis=1), np.stack(self.losses, axis=1)
        grown = {}
        for name in dict.fromkeys(method.name for method in self.methods):
            mine = [k for k, method in enumerate(self.methods) if method.name == name]
            grown[name] = Grown([ndinterval(self.a[k], self.b[k]) for k in mine], traces[mine], losses[mine],
                                [self.problems[k] for k in mine])
        return grown


@dataclass
class Grown:
    """What one method has grown from P points.

    Attributes:
        regions: P ndintervals.
        traces: [P, iterations, 2, n], the boxes (a, b) before each update.
        losses: [P, iterations].
        problems: P strings, empty where all went well.
    """
    regions: list
    traces: np.ndarray
    losses: np.ndarray
    problems: list


def grow_regions(f, initial_points, methods=("OIR_W", "naive", "OIR_B"), n_iterations=N_ITERATIONS,
                 learning_rate=LEARNING_RATE, alpha=ALPHA, beta=BETA, reg=REG, width=None, domain=None):
    """Grow a region from every point with every method.

    Args:
        f: has f(points [N, n]) -> [N], for OIR_W and trap f.with_gradient(points) -> [N], [N, n], and perhaps `domain`.
        initial_points: [P, n].
        methods: names of METHODS.
        n_iterations, learning_rate, alpha, beta, reg: see above.
        width: a region starts as its point -/+ this (default: see `initial_width`).
        domain: a ndinterval that no region leaves (default: f's; regions run free if it has none).

    Returns:
        {method's name: Grown}.

    Raises:
        ValueError: for a method that is not known, or points of another shape.
    """
    points = np.asarray(initial_points, dtype=np.float64)
    if points.ndim != 2 or not len(points):
        raise ValueError(f"initial_points of shape {list(points.shape)}: expected [P, n]")
    unknown = [name for name in methods if name not in METHODS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no method; expected some of {', '.join(METHODS)}")
    domain = getattr(f, "domain", None) if domain is None else domain
    descent = start([METHODS[name](alpha, beta, reg) for name in methods], points,
                    initial_width(points.shape[1]) if width is None else width, domain)
    for _ in range(n_iterations):
        step(descent, f, learning_rate, domain)
    return descent.by_method()


def start(methods, initial_points, width=INITIAL_WIDTH, domain=None):
    """A descent that has not moved yet: every method from every initial point.

    Args:
        methods: optimizers.
        initial_points: [P, n].
        width: a box starts as its point -/+ this.
        domain: a ndinterval that the boxes are cut to, or None.

    Returns:
        A Descent of len(methods) * P boxes, a method's points side by side.
    """
    points = np.tile(np.asarray(initial_points, dtype=np.float64), (len(methods), 1))
    a, b = points - width, points + width
    if domain is not None:
        a, b = _kept_within(a, b, domain)
    n_points = len(initial_points)
    return Descent([method for method in methods for _ in range(n_points)], a, b, problems=[""] * len(points))


def step(descent, f, learning_rate=LEARNING_RATE, domain=None):
    """Move every box by one iteration of gradient descent, in place.

    f is asked once for its values and once for its gradients, at all corners of all boxes together.

    Args:
        descent: a Descent.
        f: has f(points [N, n]) -> [N] and f.with_gradient(points) -> [N], [N, n].
        learning_rate: eta.
        domain: a ndinterval: the boxes stay in it, and b - a stays positive. None: they run free, and where a
            bound has passed the other r is |b - a|.
    """
    K, n = descent.a.shape
    a, b = descent.a, descent.b
    with np.errstate(all="ignore"):  # boxes that are no longer finite are still among them
        r = b - a if domain is not None else np.abs(b - a)
        D = corners(a, r)
        C = outer_corners(a, b, r, np.array([[method.alpha] for method in descent.methods]))
    alive = np.array([not problem for problem in descent.problems])
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
        values, gradients = f.with_gradient(D[with_gradient].reshape(-1, n))
        f_D[with_gradient] = np.asarray(values, dtype=np.float64).reshape(-1, 2 ** n)
        G_D[with_gradient] = np.asarray(gradients, dtype=np.float64).reshape(-1, 2 ** n, n)

    losses = np.full(K, np.nan)
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


def _share(r):
    """V, the volume that each corner stands for: [K]."""
    return np.prod(r, axis=1) / 2 ** r.shape[1]


def _kept_within(a, b, domain):
    """Boxes cut to the domain, each side at least NARROWEST long."""
    a = np.clip(a, domain.a, domain.b - NARROWEST)
    b = np.clip(b, domain.a + NARROWEST, domain.b)
    return a, np.maximum(b, a + NARROWEST)


def _sum_in_pairs(values):
    """Sum over the last axis, of length 2^n: neighbours first, then neighbouring sums."""
    while values.shape[-1] > 1:
        values = values[..., ::2] + values[..., 1::2]
    return values[..., 0]


def _sum_in_halves(values):
    """Sum over the last axis, of length 2^n: the first half onto the second, and so on."""
    while values.shape[-1] > 1:
        first, second = np.split(values, 2, axis=-1)
        values = first + second
    return values[..., 0]
