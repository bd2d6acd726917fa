"""The promise of a largest box: the martingale, when attempts pass and end, and that it is seldom wrong."""
import math

import numpy as np
import pytest

from utils.bounds.largest import largest_region
from utils.bounds.promise import Attempts, Certainty, risk_spent, views_needed, wealth
from utils.errors import InputError
from utils.regions import ndinterval
from utils.space import Space

UNIT = ndinterval([0.0], [1.0])
WIDE = ndinterval([100, -10, 0.5], [160, 40, 2])


def below_share(share):
    """f of 0 in the first `share` of UNIT, else 1."""
    return lambda views: (views[:, 0] >= share) * 1.0


def told(attempts, box, f, size):
    """The views of a batch that f's values were told of."""
    views = attempts.ask(box, size)
    attempts.tell(box, views, f(views))
    return views


@pytest.mark.parametrize("risk", [0.001, 0.01, 0.3, 0.9])
def test_the_wealth_is_a_martingale_at_the_risk_and_falls_above_it(risk):
    k, m = np.meshgrid(np.arange(6), np.array([0, 1, 10, 50]))
    now, failed, passed = wealth(k, m, risk), wealth(k + 1, m, risk), wealth(k, m + 1, risk)
    assert wealth(0, 0, risk) == pytest.approx(1)
    assert risk * failed + (1 - risk) * passed == pytest.approx(now)
    worse = 1.2 * risk if risk < 0.8 else 0.95
    assert (worse * failed + (1 - worse) * passed < now).all()


def test_views_needed_is_the_smallest_number():
    for risk in (0.001, 0.01, 0.1, 0.8):
        for delta in (0.2, 0.025, 1e-4):
            for k, m in ((0, 0), (0, 17), (1, 3), (6, 400)):
                n = views_needed(risk, delta, k, m)
                assert wealth(k, m + n, risk) >= 1 / delta
                assert n == 0 or wealth(k, m + n - 1, risk) < 1 / delta
    assert views_needed(0.01, 0.025) == 407


def test_what_is_spent_over_all_attempts_sums_to_what_there_is():
    spent = [risk_spent(0.95, attempt) for attempt in range(1, 10_001)]
    assert spent[0] == pytest.approx(0.025) and sum(spent) == pytest.approx(0.05 * (1 - 1 / 10_001))


def certified(share, risk, n_attempts, n_runs):
    """The share of runs that certify a region of which `share` is below the level, each having so many attempts."""
    f, n_certified = below_share(share), 0
    for seed in range(n_runs):
        attempts = Attempts(0.5, Certainty(risk, 0.95, seed), Space(UNIT))
        while attempts.attempt <= n_attempts and not attempts.certificate(UNIT):
            told(attempts, UNIT, f, 10_000)
        n_certified += attempts.certificate(UNIT) is not None
    return n_certified / n_runs


@pytest.mark.parametrize("n_attempts", [1, 12])
def test_at_most_a_twentieth_of_runs_certify_a_region_that_is_just_too_bad(n_attempts):
    assert 0.001 < certified(0.0505, 0.05, n_attempts, 1000) <= 0.05


def test_a_region_that_is_good_enough_passes_though_views_fail():
    assert certified(0.0125, 0.05, 1, 200) > 0.9
    attempts = Attempts(0.5, Certainty(0.05, seed=4), Space(UNIT))
    while not attempts.certificate(UNIT):
        told(attempts, UNIT, below_share(0.02), 7)
    found = attempts.certificate(UNIT)
    assert found.n_below > 0 and found.high == found.risk == 0.05 and found.mean == 1 - found.n_below / found.n_views
    assert str(found).startswith("at least 95 % of the region is at least 0.5, with 95 % confidence; ")


def test_nothing_depends_on_how_many_views_are_asked_at_a_time():
    def run(size):
        attempts = Attempts(0.5, Certainty(0.05, seed=3), Space(UNIT))
        while not attempts.certificate(UNIT):
            told(attempts, UNIT, below_share(0.04 / attempts.attempt), size)
        return attempts.certificate(UNIT), attempts.known(UNIT)[1]

    assert run(1) == run(13) == run(1000) and run(1)[0].attempt > 1


def test_views_are_of_the_box_and_fresh_in_every_attempt():
    attempts = Attempts(0.5, Certainty(0.05, seed=3), Space(WIDE))
    views = attempts.ask(WIDE, 1000)
    assert len(views) == views_needed(0.05, 0.025)
    assert ((WIDE.a <= views) & (views <= WIDE.b)).all() and (views.max(0) - views.min(0) > 0.8 * WIDE.r).all()
    attempts.start_again()
    assert not np.isin(attempts.ask(WIDE, 1000), views).any()
    assert not np.isin(Attempts(0.5, Certainty(0.05, seed=4), Space(WIDE)).ask(WIDE, 1000), views).any()


def test_an_attempt_ends_when_the_known_views_say_that_it_will_not_pass():
    attempts = Attempts(0.5, Certainty(0.05), Space(WIDE))
    views = attempts.ask(WIDE, 30)
    values = np.ones(30)
    values[3:11], values[20] = np.nan, 0.4
    attempts.tell(WIDE, views, values)
    assert attempts.attempt == 2 and attempts.certificate(WIDE) is None and attempts.n_asked == 30
    failures, n_known = attempts.known(WIDE)
    assert n_known == 7 and np.array_equal(failures, views[3:7])  # what came after the end does not count
    assert len(attempts.too_many_of(WIDE)) == 4
    part = ndinterval(WIDE.a, np.where([True, False, False], np.sort(failures[:, 0])[1], WIDE.b))
    assert len(attempts.known(part)[0]) == 2 and not len(attempts.too_many_of(part))


def test_the_failing_view_whose_exclusion_leaves_the_largest_box_is_excluded():
    domain = ndinterval([0.0, 0.0], [100.0, 40.0])
    region = largest_region(lambda x: 1.0 * ~((x[:, 0] > 96.2) & (x[:, 0] < 97.8)), (50, 20), 0.5, [4, 5], domain)
    assert region.box == ndinterval([0, 0], [94, 40]) and region.certificate.attempt == 2


@pytest.mark.parametrize("call, message", [
    (lambda: Certainty(risk=1.5), "risk of 1.5"), (lambda: Certainty(confidence=math.nan), "confidence of nan"),
    (lambda: Certainty(risk=0), "risk of 0"), (lambda: Certainty(seed=-1), "seed of -1")])
def test_what_cannot_be_promised_is_said_in_one_line(call, message):
    with pytest.raises(InputError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
