"""A level set from a part of a grid's points."""
import numpy as np
import pytest
from scipy.stats import hypergeom

from utils.bounds.level_set import LEAST_FRESH, check_model, level_set, n_fresh, wrong_share
from utils.errors import InputError
from utils.parameters import grid

STEP, N_VIEWS = 6, 260
PERIODS = np.array([360, np.inf])
XX, YY = grid(STEP)
POINTS = np.stack((XX.ravel(), YY.ravel()), axis=1).astype(float)


def smooth(points):
    """A hill across azimuth 0, [N] float32."""
    azimuth, elevation = np.radians(points[:, 0]), points[:, 1]
    return (1 / (1 + np.exp(4 - 8 * np.cos(azimuth) + elevation / 10))).astype(np.float32)


def rugged(points):
    """Many small hills, [N] float32."""
    azimuth, elevation = np.radians(points[:, 0]), np.radians(points[:, 1])
    return (1 / (1 + np.exp(1 - 5 * np.sin(3 * azimuth) * np.cos(3 * elevation + azimuth)))).astype(np.float32)


def at_random(distance, deviation):
    return np.random.default_rng(1).random(len(distance))


def wrong(found, f):
    """The share of the grid on the wrong side."""
    return np.mean((found.values >= 0.5) != (f(POINTS) >= 0.5))


@pytest.mark.parametrize("f, most", [(smooth, 0.005), (rugged, 0.025)])
def test_views_asked_where_the_side_is_uncertain_are_worth_more_than_random_ones(f, most):
    ours = level_set(f, POINTS, N_VIEWS, periods=PERIODS)
    theirs = level_set(f, POINTS, N_VIEWS, periods=PERIODS, rule=at_random)
    assert wrong(ours, f) <= min(most, 0.6 * wrong(theirs, f))


def test_what_was_asked_stands_and_the_number_of_views_is_kept_to():
    asked = []

    def counted(points):
        asked.append(points)
        return rugged(points)

    found = level_set(counted, POINTS, N_VIEWS, periods=PERIODS)
    every = np.concatenate(asked)
    assert len(every) == len(np.unique(every, axis=0)) == N_VIEWS == found.asked.sum()
    np.testing.assert_array_equal(found.values[found.asked], rugged(POINTS[found.asked]))
    assert found.error.n_views == LEAST_FRESH and n_fresh(800) == 200
    again = level_set(rugged, POINTS, N_VIEWS, periods=PERIODS)
    np.testing.assert_array_equal(again.values, found.values)


def test_the_last_azimuth_is_beside_the_first():
    """The hill across azimuth 0 is the same hill further on."""
    turned = level_set(lambda points: smooth(points - [180, 0]), POINTS, N_VIEWS, periods=PERIODS)
    assert wrong(turned, lambda points: smooth(points - [180, 0])) <= 0.005
    model = turned.values.reshape(XX.shape)
    assert np.abs(np.diff(model, axis=1)).max() < 1
    ends = level_set(smooth, POINTS, N_VIEWS, periods=PERIODS).values.reshape(XX.shape)
    assert np.abs(ends[:, 0] - ends[:, -1]).max() < 0.2  # the neighbours across azimuth 0


def test_numbers_that_are_no_shares_and_another_level_and_three_dimensions():
    axis = np.linspace(0, 1, 12)
    points = np.stack(np.meshgrid(axis, 5 * axis, 100 * axis), axis=-1).reshape(-1, 3)

    def f(points):
        return 1000 * (1.3 - ((points / [1, 5, 100] - 0.3) ** 2).sum(1))

    found = level_set(f, points, 400, level=1000, is_share=False)
    assert np.mean((found.values >= 1000) != (f(points) >= 1000)) <= 0.02
    assert np.abs(found.values - f(points)).mean() < 50


def test_the_error_intervals_cover_in_any_case():
    """Exactly: over all numbers of wrong points that may be drawn."""
    n_points, n_unseen, n_views = 90, 60, 20
    found = [wrong_share(k, n_views, n_unseen, n_points) for k in range(n_views + 1)]
    for n_wrong in range(n_unseen + 1):
        covers = sum(hypergeom.pmf(k, n_unseen, n_wrong, n_views) for k, one in enumerate(found)
                     if one.low <= n_wrong / n_points <= one.high)
        assert covers >= 0.95
    assert found[0].share == found[0].low == 0 and found[n_views].share == found[n_views].high == pytest.approx(2 / 3)
    known = wrong_share(3, 60, 60, 90)  # all were drawn
    assert known.low == known.high == known.share == 3 / 90


def test_the_error_is_of_fresh_uniform_views():
    """Of ten draws the intervals hold what the model was wrong in, but for one at most; the mean is near."""
    seen = [level_set(rugged, POINTS, N_VIEWS, periods=PERIODS, seed=seed) for seed in range(10)]
    true = np.array([wrong(found, rugged) + found.error.n_wrong / len(POINTS) for found in seen])
    low, high, share = (np.array([getattr(found.error, name) for found in seen]) for name in ("low", "high", "share"))
    assert np.count_nonzero((low <= true + 1e-12) & (true <= high + 1e-12)) >= 9
    assert abs(share.mean() - true.mean()) < 0.008 < high.mean() - low.mean()


@pytest.mark.parametrize("n_views, n_points, words", [
    (199, 4080, "expected 200 to 4,079"), (4080, 4080, "expected 200 to 4,079"),
    (250, 150, "too small: ask all of them"), (400, 3_600_000, "too large for a model: take a larger `step`")])
def test_a_number_of_views_that_no_model_takes_is_refused(n_views, n_points, words):
    with pytest.raises(InputError, match=words):
        check_model(n_views, n_points)
