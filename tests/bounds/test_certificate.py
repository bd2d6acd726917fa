"""Certificates: as many views as they need, the exact interval, and that they are seldom wrong."""
import math

import numpy as np
import pytest
from scipy.stats import beta

from utils.bounds.certificate import (
    Attempts,
    Certainty,
    Certificate,
    certify,
    confidence_of_attempt,
    share_below,
    views_needed,
    worst_view,
)
from utils.errors import InputError
from utils.regions import ndinterval

UNIT = ndinterval([0.0], [1.0])
WIDE = ndinterval([100, -10, 0.5], [160, 40, 2])


def below_share(share):
    """f of 0 in the first `share` of UNIT, else 1."""
    return lambda views: (views[:, 0] >= share) * 1.0


def test_views_needed_is_the_smallest_number():
    for risk in (0.001, 0.01, 0.03, 0.1, 0.25, 0.5, 0.8):
        for confidence in (0.1, 0.5, 0.75, 0.9, 0.975, 0.99, 0.9999):
            n = views_needed(risk, confidence)
            assert (1 - risk) ** n <= 1 - confidence < ((1 - risk) ** (n - 1) if n > 1 else 1)
    assert views_needed(1e-6, 0.95) == 2995731 and views_needed(0.5, 0.75) == 2


def test_what_is_spent_over_all_tries_sums_to_what_there_is():
    spent = [1 - confidence_of_attempt(0.95, attempt) for attempt in range(1, 10_001)]
    assert spent[0] == pytest.approx(0.025)
    assert sum(spent) == pytest.approx(0.05 * (1 - 1 / 10_001))


def test_the_interval_is_clopper_and_pearsons():
    for k, n in ((1, 10), (3, 400), (400, 400), (17, 60)):
        low, high = share_below(k, n, 0.95)
        assert low == pytest.approx(beta.ppf(0.025, k, n - k + 1))
        assert high == pytest.approx(beta.ppf(0.975, k + 1, n - k) if k < n else 1)
    assert share_below(0, 299, 0.95) == (0, pytest.approx(1 - 0.05 ** (1 / 299)))


def test_a_certificate_in_a_line():
    attempts = Attempts(0.5, Certainty())
    assert attempts.n_needed(UNIT) == 368
    attempts.tell(*(lambda views: (views, np.full(len(views), 0.75)))(attempts.ask(UNIT, 1000)))
    certificate = attempts.certificate(UNIT)
    assert str(certificate) == "at least 99 % of the region above 0.5, with 95 % confidence; 0 of 368 views failed"
    assert certificate.high <= 0.01 and certificate.mean == 0.75 and certificate.attempt == 1
    assert str(Certificate(0.25, 0.999, 60, 17, 0.17, 0.41377, 0.6)) == (
        "at least 58.62 % of the region above 0.25, with 99.9 % confidence; 17 of 60 views failed")


def granted_wrongly(share, risk, confidence, n_attempts, n_runs):
    """The share of runs that certify a region of which `share` is below the level, each having so many tries."""
    f, n_wrong = below_share(share), 0
    for seed in range(n_runs):
        attempts = Attempts(0.5, Certainty(risk, confidence, seed))
        while attempts.attempt <= n_attempts and not attempts.certificate(UNIT):
            views = attempts.ask(UNIT, 10_000)
            attempts.tell(views, f(views))
        n_wrong += attempts.certificate(UNIT) is not None
    return n_wrong / n_runs


@pytest.mark.parametrize("n_attempts", [1, 12])
def test_at_most_a_twentieth_of_runs_certify_a_region_that_is_just_too_bad(n_attempts):
    wrong = granted_wrongly(0.052, 0.05, 0.95, n_attempts, 2000)
    assert 0.01 < wrong <= 0.05


def test_a_region_that_is_good_passes_in_the_end():
    assert granted_wrongly(0.001, 0.05, 0.95, 5, 200) > 0.95


def test_views_do_not_depend_on_how_many_are_asked_at_a_time():
    def views(sizes):
        attempts, seen = Attempts(0.5, Certainty(0.05, seed=3)), []
        for size in sizes:
            batch = attempts.ask(WIDE, size)
            seen.append(batch)
            attempts.tell(batch, np.linspace(0.5, 0.9, len(batch)))
        return np.concatenate(seen)

    assert np.array_equal(views([1, 5, 2, 60]), views([68]))
    whole = Attempts(0.5, Certainty(0.05, seed=3)).ask(WIDE, 1000)
    assert len(whole) == views_needed(0.05, 0.975)
    assert ((WIDE.a <= whole) & (whole <= WIDE.b)).all() and (whole.max(0) - whole.min(0) > 0.8 * WIDE.r).all()


def test_the_first_view_that_fails_ends_a_try_and_the_next_has_fresh_views():
    attempts = Attempts(0.5, Certainty(0.05))
    views = attempts.ask(WIDE, 30)
    values = np.ones(30)
    values[[11, 20]] = np.nan, 0.4
    assert np.array_equal(attempts.tell(views, values), views[11])
    assert attempts.attempt == 2 and attempts.certificate(WIDE) is None and attempts.n_asked == 30
    assert not np.isin(attempts.ask(WIDE, 30), views).any()
    assert attempts.n_needed(WIDE) == views_needed(0.05, 1 - 0.05 / 6)


def test_any_region_has_a_certificate():
    sizes = []

    def f(views):
        sizes.append(len(views))
        return below_share(0.1)(views)

    certificate = certify(f, UNIT, 0.5, 500, 0.9, np.random.default_rng(1))
    assert certificate.low < 0.1 < certificate.high < 0.15 and certificate.n_views == 500 == sum(sizes)
    assert max(sizes) == 32 and certificate.mean == pytest.approx(1 - certificate.n_below / 500)
    assert certificate == certify(f, UNIT, 0.5, 500, 0.9, np.random.default_rng(1), batch_size=7)
    assert certify(lambda views: np.full(len(views), np.nan), UNIT, 0.5, 20).n_below == 20


def test_a_flat_box_keeps_to_its_dimensions_and_a_point_needs_no_views():
    flat = ndinterval([3, 5], [3, 9])
    certificate = certify(lambda views: (views[:, 0] == 3) * 1.0, flat, 0.5, 100)
    assert (certificate.n_views, certificate.n_below) == (100, 0)
    point = ndinterval([3, 5], [3, 5])
    certificate = certify(lambda views: np.ones(len(views)), point, 0.5, 100)
    assert (certificate.n_views, certificate.high) == (0, 0)
    assert str(certificate) == "the region is a single point, above 0.5: no views needed"
    assert "below 0.5" in str(certify(lambda views: np.zeros(len(views)), point, 0.5, 100))


def test_the_worst_view_is_found_in_whole_batches():
    sizes = []

    def f(views):
        assert ((WIDE.a <= views) & (views <= WIDE.b)).all()
        sizes.append(len(views))
        return 1 - 0.8 * np.exp(-((views - [110, 30, 1.8]) ** 2 / [100, 100, 0.2]).sum(1))

    view, value = worst_view(f, WIDE)
    assert value == f(view[None])[0] < 0.25
    assert sum(sizes[:-1]) <= 320 and set(sizes[:-1]) == {30}
    again, _ = worst_view(f, WIDE)
    assert np.array_equal(view, again)
    assert np.array_equal(worst_view(lambda x: x[:, 0], ndinterval([1, 2], [1, 2]))[0], [1, 2])


def test_the_worst_view_of_a_flat_box_is_in_it():
    flat = ndinterval([3, 5], [3, 9])
    view, value = worst_view(lambda views: (views[:, 1] - 8) ** 2, flat, n_questions=100)
    assert view[0] == 3 and abs(view[1] - 8) < 0.1 and value < 0.01


def test_a_view_that_is_not_a_number_is_the_worst():
    view, value = worst_view(lambda views: np.where(views[:, 0] > 150, np.nan, views[:, 1]), WIDE)
    assert math.isnan(value) and view[0] > 150


@pytest.mark.parametrize("call, message", [
    (lambda: views_needed(0, 0.95), "risk of 0"), (lambda: views_needed(0.01, 1), "confidence of 1"),
    (lambda: Certainty(risk=1.5), "risk of 1.5"), (lambda: Certainty(confidence=math.nan), "confidence of nan"),
    (lambda: Certainty(seed=-1), "seed of -1"),
    (lambda: certify(len, UNIT, 0.5, 0), "0 views"), (lambda: certify(len, UNIT, 0.5, 9, 2), "confidence of 2"),
    (lambda: certify(len, ndinterval([0], [math.inf]), 0.5, 9), "finite"),
    (lambda: worst_view(len, ndinterval([1], [0])), "finite")])
def test_what_cannot_be_certified_is_said_in_one_line(call, message):
    with pytest.raises(InputError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
