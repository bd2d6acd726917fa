"""Certificates: the exact interval, for any region."""
import math

import numpy as np
import pytest
from scipy.stats import beta

from utils.bounds.certificate import Certificate, certify, share_below
from utils.errors import InputError
from utils.regions import ndinterval

UNIT = ndinterval([0.0], [1.0])


def below_share(share):
    """f of 0 in the first `share` of UNIT, else 1."""
    return lambda views: (views[:, 0] >= share) * 1.0


def test_the_interval_is_clopper_and_pearsons():
    for k, n in ((1, 10), (3, 400), (400, 400), (17, 60)):
        low, high = share_below(k, n, 0.95)
        assert low == pytest.approx(beta.ppf(0.025, k, n - k + 1))
        assert high == pytest.approx(beta.ppf(0.975, k + 1, n - k) if k < n else 1)
    assert share_below(0, 299, 0.95) == (0, pytest.approx(1 - 0.025 ** (1 / 299)))


def test_the_interval_is_wrong_in_at_most_a_twentieth_of_samples():
    rng, bounds = np.random.default_rng(0), [share_below(k, 299, 0.95) for k in range(300)]
    for share in (0.0002, 0.0023, 0.0105, 0.03, 0.3):
        low, high = np.array([bounds[k] for k in rng.binomial(299, share, 4000)]).T
        assert ((low <= share) & (share <= high)).mean() >= 0.95


def test_a_certificate_in_a_line():
    assert str(Certificate(0.25, 0.999, 60, 17, 0.17, 0.41377, 0.6)) == (
        "at least 58.62 % of the region is at least 0.25, with 99.9 % confidence; 17 of 60 views failed")


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
    assert (certificate.n_views, certificate.low, certificate.high) == (1, 0, 0)
    assert str(certificate) == "the region is a single point, at least 0.5"
    assert "below 0.5" in str(certify(lambda views: np.zeros(len(views)), point, 0.5, 100))


@pytest.mark.parametrize("call, message", [
    (lambda: certify(len, UNIT, 0.5, 0), "0 views"), (lambda: certify(len, UNIT, 0.5, 9, 2), "confidence of 2"),
    (lambda: certify(len, ndinterval([0], [math.inf]), 0.5, 9), "finite"),
    (lambda: certify(len, ndinterval([1], [0]), 0.5, 9), "finite")])
def test_what_cannot_be_certified_is_said_in_one_line(call, message):
    with pytest.raises(InputError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
