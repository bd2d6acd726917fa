"""f at elevation 90 and -90: the limit from inside the domain, in value and gradient."""
import numpy as np
import pytest
import torch
from torch import nn

import utils.renderer as nr
from utils.bounds.largest import largest_region
from utils.parameters import grid
from utils.semantic.classifier import Classifier
from utils.semantic.confidence import Confidence
from utils.semantic.gradients import CentralDifferences, RendererGradient
from utils.semantic.views import Views, off_the_poles
from utils.shapes.shape import Shape

PARAMETERS = ("azimuth", "elevation", "distance")


@pytest.fixture
def shape(goldens):
    return Shape(*nr.load_obj(goldens / "meshes/triangle_soup.obj"), "triangle_soup", None)


class Corner(nn.Module):
    """Two classes: how much of the image's corners is lit, as a smooth weight says, and nothing."""

    def forward(self, images):
        side = torch.linspace(-1, 1, images.shape[-1])
        lit = (images.mean(1) * (1.5 + torch.sin(2 * side)) * (1 + side[:, None])).mean((1, 2)) * 3
        return torch.stack((lit, torch.zeros_like(lit)), dim=1)


class Lit(nn.Module):
    """Two classes: confident of the first wherever more than 3 % of the image is lit."""

    def forward(self, images):
        lit = (images.mean((1, 2, 3)) - 0.03) * 1000
        return torch.stack((lit, -lit), dim=1)


def f_of(module, shape, parameters=PARAMETERS, gradient=None, image_size=64, **fixed):
    return Confidence(Views(shape, parameters, fixed, image_size), Classifier(module), 0,
                      gradient=gradient or RendererGradient())


@pytest.mark.parametrize("pole", [90, -90])
def test_views_at_a_pole_are_the_limit_from_inside(pole, shape):
    azimuths = np.linspace(0, 360, 7)
    views = Views(shape)
    at_the_pole, near = (views(np.stack((azimuths, np.full(7, pole * share)), axis=1)) for share in (1, 89.999 / 90))
    assert ((near > 0).float().mean((1, 2, 3)) > 0.2).all()
    assert ((at_the_pole - near).abs() > 1e-3).float().mean() < 0.002
    between = views([[40, pole * share] for share in (89.9996 / 90, 89.99999 / 90, 1)])
    assert torch.equal(between[0], between[2]) and torch.equal(between[1], between[2])


@pytest.mark.parametrize("parameters, point", [
    (("azimuth",), [40]), (("azimuth", "distance"), [40, 3]), (("elevation",), [90]),
    (("distance", "elevation", "azimuth"), [2.5, 90, 40]), (("light_azimuth", "light_elevation"), [30, 90]),
    (("red", "field_of_view"), [0.5, 50])])
def test_a_pole_is_drawn_for_any_parameters(parameters, point, shape):
    def at(elevation):
        fixed = dict(azimuth=40, elevation=elevation)
        numbers = [elevation if name == "elevation" else number for name, number in zip(parameters, point)]
        return Views(shape, parameters, {k: v for k, v in fixed.items() if k not in parameters}, 64)([numbers])

    assert (at(90) > 0).float().mean() > 0.1
    assert ((at(90) - at(89.999)).abs() > 1e-3).float().mean() < 0.002


def test_a_light_from_a_pole_shines_the_same_from_every_azimuth(shape):
    views = Views(shape, ("light_azimuth", "light_elevation"), image_size=64)
    for pole in (90, -90):
        images = views([[azimuth, pole] for azimuth in (0, 77, 200)] + [[77, pole * 89.999 / 90]])
        torch.testing.assert_close(images, images[:1].expand_as(images), atol=1e-4, rtol=0)
    torch.testing.assert_close(views([[77, 90]]), Views(shape, image_size=64)([[0, 35]]))


@pytest.mark.parametrize("pole", [90, -90])
def test_a_camera_at_a_pole_has_the_slope_of_the_limit(pole):
    vertices = torch.randn(1, 50, 3, generator=torch.Generator().manual_seed(0)) / 3
    weights = torch.randn(1, 50, 3, generator=torch.Generator().manual_seed(1))

    def seen(azimuth, elevation):
        eye = nr.get_points_from_angles(torch.full_like(azimuth, 2.732), off_the_poles(elevation), azimuth)
        return (nr.perspective(nr.look_at(vertices, eye.float())) * weights).sum()

    def slope(*angles):
        point = [torch.tensor([angle], dtype=torch.float64, requires_grad=True) for angle in angles]
        return torch.cat(torch.autograd.grad(seen(*point), point))

    for azimuth in (0.0, 40, 250):
        torch.testing.assert_close(slope(azimuth, pole), slope(azimuth, pole / 90 * 89.9), rtol=0.03, atol=3e-4)
        left, right = (seen(torch.tensor([azimuth + turn]).double(), torch.tensor([pole]).double())
                       for turn in (-0.1, 0.1))
        torch.testing.assert_close(slope(azimuth, pole)[0], (right - left).double() / 0.2, rtol=0.02, atol=1e-4)


@pytest.mark.parametrize("gradient, tolerance", [(RendererGradient(), 0.35), (CentralDifferences(2.0), 0.1)])
@pytest.mark.parametrize("pole", [90, -90])
def test_the_gradient_of_f_at_a_pole_is_that_near_it(pole, gradient, tolerance, shape):
    points = [[azimuth, elevation, 2.732] for azimuth in (10, 130, 250) for elevation in (pole / 90 * 89.99, pole)]
    values, gradients = f_of(Corner(), shape, gradient=gradient, image_size=None).value_and_grad(points)
    values, gradients = values.reshape(3, 2), gradients.reshape(3, 2, 3)
    assert gradients.isfinite().all() and (gradients.norm(dim=0) > 1e-4).all()
    torch.testing.assert_close(values[:, 1], values[:, 0], atol=1e-4, rtol=0)
    # the approximate gradient jumps as edges cross samples
    apart = (gradients[:, 1] - gradients[:, 0]).norm(dim=0) / gradients[:, 0].norm(dim=0)
    assert (apart < tolerance).all(), apart


def test_differences_do_not_reach_behind_a_pole(shape):
    f = f_of(Corner(), shape, ("azimuth", "elevation"), CentralDifferences(2.0))
    _, gradients = f.value_and_grad([[40, 89], [40, 90], [40, -90], [40, 95]])
    values = f([[40, 90], [40, 87], [40, 90], [40, 88], [40, -88], [40, -90], [40, 97], [40, 93]]).double()
    expected = (values[::2] - values[1::2]) / torch.tensor([3, 2, 2, 4])
    torch.testing.assert_close(gradients[:, 1], expected)


def test_a_network_that_is_confident_of_every_lit_view_is_robust_everywhere(shape):
    f = f_of(Lit(), shape, ("azimuth", "elevation"))
    xx, yy = grid((40, 25))
    assert (f(np.stack((xx.ravel(), yy.ravel()), axis=1)) > 0.99).all()
    region = largest_region(f, (130, 30), 0.5, 20, f.domain)
    assert region.box.a.tolist() == [0, -10] and region.box.b.tolist() == [360, 90]
