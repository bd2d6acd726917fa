"""The bound optimizers against the released program's numbers, and what the bounded descent promises."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.bounds import OPTIMIZERS
from utils.bounds.corners import corner_matrix, corners
from utils.bounds.descent import Descent, start, step
from utils.regions import ndinterval

LIMITS = ((100, 160), (10, 50), (20, 40))


def box(points):
    """A smooth box: 1 inside LIMITS, 0 outside."""
    sides = [torch.sigmoid((points[:, i] - low) / 5) * torch.sigmoid((high - points[:, i]) / 5)
             for i, (low, high) in enumerate(LIMITS[:points.shape[1]])]
    return torch.prod(torch.stack(sides), 0)


def hills(points):
    x, y = points.unbind(1)
    return (0.9 * torch.exp(-((x - 120) / 25) ** 2 / 2 - ((y - 30) / 15) ** 2 / 2)
            + 0.6 * torch.exp(-((x - 220) / 30) ** 2 / 2 - ((y - 20) / 20) ** 2 / 2))


class Function:
    """A torch function of points as the optimizers want it; counts how often it is asked."""

    def __init__(self, function):
        self.function = function
        self.calls = 0

    def __call__(self, points):
        self.calls += 1
        return self.function(torch.as_tensor(points)).numpy()

    def value_and_grad(self, points):
        self.calls += 1
        points = torch.tensor(points, requires_grad=True)
        values = self.function(points)
        gradient, = torch.autograd.grad(values.sum(), points)
        return self.function(points.detach()).numpy(), gradient.numpy()


class Wave(Function):
    """0.5 + 0.4 sin(x / 20) cos(y / 10) by numpy, its gradient multiplied up in autograd's order.

    A diverging run amplifies the last digit, and that of torch's sine depends on the processor.
    """

    def __init__(self):
        super().__init__(self.values)

    @staticmethod
    def values(points):
        x, y = points.numpy().T / [[20], [10]]
        return torch.from_numpy(0.5 + 0.4 * np.sin(x) * np.cos(y))

    def value_and_grad(self, points):
        x, y = points.T / [[20], [10]]
        gradient = np.cos(y) * 0.4 * np.cos(x) / 20, 0.4 * np.sin(x) * -np.sin(y) / 10
        return self(points), np.stack(gradient, axis=1)


FUNCTIONS = {"box_1d": Function(box), "box_2d": Function(box), "box_2d_wide_start": Function(box),
             "box_3d": Function(box), "box_3d_wide_start": Function(box), "hills_2d": Function(hills),
             "wave_2d": Wave()}


def descend(name, method, golden):
    n_iterations = golden[f"{method}_loss"].shape[1]
    descent = start([OPTIMIZERS[method]()], golden["initial_points"], 2 if "wide" in name else 1e-5)
    for _ in range(n_iterations):
        step(descent, FUNCTIONS[name])
    return np.stack(descent.traces, axis=1), np.stack(descent.losses, axis=1), np.stack((descent.a, descent.b), axis=1)


@pytest.mark.parametrize("method", ["naive", "OIR_B", "OIR_W"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_traces_losses_and_boxes_are_the_released_programs(name, method, goldens):
    golden = np.load(goldens / "bounds" / f"{name}.npz")
    trace, loss, final = descend(name, method, golden)
    tamed = np.cumprod((np.abs(golden[f"{method}_trace"]) < 1e4).all(axis=(2, 3)), axis=1).astype(bool)
    assert tamed.mean() == 1 or name == "wave_2d"
    np.testing.assert_allclose(trace[tamed], golden[f"{method}_trace"][tamed], rtol=1e-6, atol=0)
    np.testing.assert_allclose(loss[tamed], golden[f"{method}_loss"][tamed], rtol=1e-6, atol=1e-14)
    whole = tamed.all(axis=1)
    np.testing.assert_allclose(final[whole], golden[f"{method}_final"][whole], rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_trap_is_the_released_programs(name, goldens):
    golden = np.load(goldens / "bounds" / f"{name}.npz")
    _, loss, final = descend(name, "trap", golden)
    expected = golden["trap_loss"]
    finite = np.isfinite(expected)
    np.testing.assert_allclose(loss[finite], expected[finite], rtol=1e-6, atol=1e-14)
    whole = np.isfinite(golden["trap_final"]).all(axis=(1, 2))
    np.testing.assert_allclose(final[whole], golden["trap_final"][whole], rtol=1e-6, atol=0)
    # one point of wave_2d runs to infinity, in both programs at the same iteration
    assert (np.isfinite(loss) == finite).all() and not np.isfinite(final[~whole]).all(axis=(1, 2)).any()


def test_corner_order():
    assert corner_matrix(2).tolist() == [[0, 0, 1, 1], [0, 1, 0, 1]]
    found = corners(np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]]))
    assert found.tolist() == [[[1, 2], [1, 22], [11, 2], [11, 22]]]


def test_lock_step_is_every_box_alone_and_asks_f_twice_an_iteration():
    points = np.array([[130.0, 30], [50, 20], [200, 15]])
    methods = [OPTIMIZERS[name]() for name in ("OIR_W", "naive", "OIR_B", "trap")]
    together, f = start(methods, points, 2), Function(hills)
    for _ in range(20):
        step(together, f)
    assert f.calls == 40
    for m, method in enumerate(methods):
        for p, point in enumerate(points):
            alone = start([method], point[None], 2)
            for _ in range(20):
                step(alone, Function(hills))
            np.testing.assert_allclose(together.a[m * 3 + p], alone.a[0], rtol=1e-12)
            np.testing.assert_allclose(together.b[m * 3 + p], alone.b[0], rtol=1e-12)


DOMAINS = {1: ndinterval([0], [360]), 2: ndinterval([0, -10], [360, 90]), 3: ndinterval([0, -10, 2], [360, 90, 4])}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3), st.sampled_from(list(OPTIMIZERS)), st.integers(0, 2 ** 32 - 1),
       st.sampled_from([1e-5, 0.1, 1.0]), st.sampled_from([0.1, 10.0, 1000.0]))
def test_in_the_bounded_descent_no_box_leaves_the_domain(n, method, seed, width, learning_rate):
    random = np.random.default_rng(seed)
    domain = DOMAINS[n]
    waves = torch.from_numpy(random.normal(0, 3, (n, 4)) / domain.r[:, None])
    shift = torch.from_numpy(random.normal(size=4))
    f = Function(lambda points: torch.sigmoid(torch.cos(points @ waves + shift).sum(1)))
    points = random.uniform(domain.a, domain.b, (3, n))
    points[0] = domain.a  # a corner of the domain
    descent = start([OPTIMIZERS[method]()], points, width, domain)
    for _ in range(15):
        step(descent, f, learning_rate, domain)
        assert (descent.a >= domain.a).all() and (descent.b <= domain.b).all()
        assert (descent.b - descent.a > 0).all()
    assert not any(descent.problems)


def test_a_box_that_is_not_finite_or_collapses_stops_alone():
    def f(points):
        return torch.where(points[:, 0] > 40, torch.nan, 0.5 + 0 * points[:, 0])

    descent = start([OPTIMIZERS["naive"]()], [[30.0, 30], [41, 30]], 1.0)
    for _ in range(5):
        step(descent, Function(f))
    assert descent.problems == ["", "not finite after iteration 1"]
    assert np.isfinite(descent.a[0]).all() and descent.b[0, 0] - descent.a[0, 0] > 2
    flat = Descent([OPTIMIZERS["naive"](reg=0)], np.array([[1.0, 1]]), np.array([[1.0, 3]]), problems=[""])
    step(flat, Function(f))
    assert flat.problems[0].startswith(("collapsed", "not finite"))
