"""Boxes on circles and on the sphere: their size, what they have in common, and their views."""
import numpy as np
import pytest

from utils.errors import InputError
from utils.parameters import AZIMUTH_AND_ELEVATION
from utils.regions import ndinterval
from utils.space import DEGREES, SPHERE, Space

WRAPPED, INTERVAL, ON_SPHERE = (Space.of(AZIMUTH_AND_ELEVATION), Space.of(AZIMUTH_AND_ELEVATION, wrap=False),
                                Space.of(AZIMUTH_AND_ELEVATION, SPHERE))
BOXES = [ndinterval([285, 0], [395, 40]), ndinterval([10, -10], [300, 25]), ndinterval([0, 20], [360, 90]),
         ndinterval([350, 80], [710, 90]), ndinterval([30, 10], [30, 20]), ndinterval([200, -10], [560, 90])]


def points_in(box, views):
    """Which views [N, 2] of the domain lie in a box or a copy of it a turn away."""
    copies = [views + [turn, 0] for turn in (0, 360, 720)]
    return np.any([((box.a < copy) & (copy < box.b)).all(1) for copy in copies], axis=0)


@pytest.mark.parametrize("space", [WRAPPED, ON_SPHERE], ids=["degrees", "sphere"])
def test_shares_and_overlaps_by_counting_points(space):
    x, y = np.meshgrid(np.arange(0.25, 360, 0.5), np.arange(-9.95, 90, 0.1))
    views = np.stack((x.ravel(), y.ravel()), axis=1)
    weights = np.cos(np.radians(views[:, 1])) if space is ON_SPHERE else np.ones(len(views))
    inside = [points_in(box, views) for box in BOXES]
    for box, first in zip(BOXES, inside):
        assert space.share(box) == pytest.approx(weights @ first / weights.sum(), abs=1e-3)
        for other, second in zip(BOXES, inside):
            either = weights @ (first | second)
            expected = 1 if box is other else weights @ (first & second) / either if either else 0
            assert space.overlap(box, other) == pytest.approx(expected, abs=1e-3)
    assert space.share(BOXES[-1]) == 1 and np.isnan(space.overlap(BOXES[0], ndinterval([0, 0], [np.inf, 1])))


def test_in_degrees_and_without_circles_a_box_is_what_it_was_to_the_last_bit():
    rng = np.random.default_rng(0)
    for _ in range(200):
        a, b = rng.uniform(-100, 460, (2, 2))
        box = ndinterval(a, b)
        assert INTERVAL.share(box) == box.share_of(INTERVAL.domain) and INTERVAL.within(box) == box.within(
            INTERVAL.domain)
        shares = rng.random((5, 2))
        inside = box.within(INTERVAL.domain)
        views = np.minimum(inside.a + shares * inside.r, inside.b)
        np.testing.assert_array_equal(INTERVAL.views(inside, shares), views)
    assert INTERVAL.share(BOXES[0]) == 75 * 40 / 36000 and INTERVAL.pieces(BOXES[0]) == [BOXES[0]]


def test_uniform_views_on_the_sphere_have_uniform_heights_and_lie_in_the_box():
    shares = np.random.default_rng(1).random((20_000, 2))
    box = ndinterval([285, 0], [395, 90])
    views = ON_SPHERE.views(box, shares)
    assert ((box.a <= views) & (views <= box.b)).all()
    folded = ON_SPHERE.fold(views)
    assert (folded >= ON_SPHERE.domain.a).all() and (folded <= ON_SPHERE.domain.b).all()
    assert ON_SPHERE.contains(box, folded).all()
    heights = np.sin(np.radians(views[:, 1]))
    np.testing.assert_allclose(np.histogram(heights, 10, (0, 1))[0] / len(heights), 0.1, atol=0.01)
    poles = ON_SPHERE.views(ndinterval([0, 89.9], [360, 90]), np.array([[0, 0], [1 - 1e-16, 1 - 1e-16], [0.5, 0.5]]))
    assert (poles[:, 1] <= 90).all() and (poles[:, 1] >= 89.9).all()


def test_a_box_through_zero_holds_its_ends_and_is_drawn_on_both_sides():
    box = BOXES[0]
    azimuths = np.array([0, 35, 36, 284, 285, 360.0])
    assert WRAPPED.spans(box, azimuths, 0).tolist() == [True, True, False, False, True, True]
    assert INTERVAL.spans(box, azimuths, 0).tolist() == [False, False, False, False, True, True]
    assert WRAPPED.pieces(box) == [box, ndinterval([-75, 0], [35, 40])] and WRAPPED.pieces(BOXES[1]) == [BOXES[1]]
    both = Space.of(("azimuth", "light_azimuth"))
    assert len(both.pieces(ndinterval([300, 300], [400, 400]))) == 4
    np.testing.assert_array_equal(WRAPPED.fold(np.array([[395, 40], [-10, 5], [360, 1], [20, -95], [735, 0]])),
                                  [[35, 40], [350, 5], [360, 1], [20, -95], [15, 0]])
    assert WRAPPED.within(ndinterval([285, -20], [395, 40])) == ndinterval([285, -10], [395, 40])


def test_which_parameters_are_circles_and_latitudes():
    names = ("azimuth", "elevation", "light_elevation", "red")
    assert Space.of(names, SPHERE).latitudes.tolist() == [False, True, False, False]
    assert Space.of(("light_azimuth", "light_elevation"), SPHERE).latitudes.tolist() == [False, True]
    assert not Space.of(names, DEGREES).latitudes.any()
    assert Space.of(names).circles.tolist() == [True, False, False, False]
    assert not Space(ndinterval([0], [90]), 360).circles.any()  # a part of a turn has ends
    for period in (350, -1, [360, 360], np.nan):
        with pytest.raises(InputError, match="period"):
            Space(ndinterval([0], [360]), period)
