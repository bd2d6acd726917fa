"""Views from straight above and below: the published rule makes an axis of the camera vanish there."""
import math

import pytest
import torch

import utils.renderer as nr
from utils.renderer.camera import _axes, unit


@pytest.fixture
def drawn(goldens, looking_from, device):
    """drawn(eye, **settings): the depth [1, 64, 64] of a mesh without symmetry, as a camera sees it."""
    vertices, faces = (t[None].to(device) for t in nr.load_obj(goldens / "meshes/triangle_soup.obj"))
    return lambda eye, **settings: looking_from(eye, image_size=64, **settings).render_depth(vertices, faces)


def assert_same_view(image, expected):
    """Images are the same but for a few pixels."""
    assert (expected < 100).float().mean() > 0.1  # or there would be nothing to compare
    assert ((image - expected).abs() > 0.01).float().mean() < 0.005


@pytest.mark.parametrize("kind", ["numbers", torch.float32, torch.float64])
@pytest.mark.parametrize("pole", [90, -90])
@pytest.mark.parametrize("azimuth", [0, 40, 250])
def test_the_azimuth_says_what_is_up_at_a_pole_and_near_it(azimuth, pole, kind, drawn):
    given = 2.732, *(float(v) for v in (pole, azimuth))
    if kind != "numbers":
        given = [torch.tensor([v], dtype=kind) for v in given]
    expected = drawn(nr.get_points_from_angles(2.732, math.copysign(89.99, pole), azimuth))
    assert_same_view(drawn(nr.get_points_from_angles(*given)), expected)
    for elevation in (89.999, 89.9995, 89.9999, 89.9999999):
        assert_same_view(drawn(nr.get_points_from_angles(2.732, math.copysign(elevation, pole), azimuth)), expected)


@pytest.mark.parametrize("side", [1, -1])
def test_straight_above_and_below_are_drawn_as_at_azimuth_0(side, drawn, goldens, device):
    expected = drawn(nr.get_points_from_angles(2.732, side * 89.99, 0))
    assert_same_view(drawn((0, side * 2.732, 0)), expected)
    vertices, faces = (t[None].to(device) for t in nr.load_obj(goldens / "meshes/triangle_soup.obj"))
    renderer = nr.Renderer(64, camera_mode="look", camera_direction=(0, -side, 0))
    renderer.eye = (0, side * 2.732, 0)
    assert torch.equal(renderer.render_depth(vertices, faces), drawn((0, side * 2.732, 0)))


@pytest.mark.parametrize("up", [(0, 1, 0), (1, 0, 0), (0, 0, 1), (1, 2, 3), (0, 1e-7, 0), (0, 0, 0)])
def test_axes_are_three_perpendicular_unit_vectors_whatever_is_up(up):
    up = torch.tensor(up, dtype=torch.float32)
    around = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    along = unit(up * 1e10)
    for forward in (along, -along, *(along + size * around for size in (1e-4, 1e-6, 1e-10, 1e-20)), around):
        axes = _axes(forward if up.any() else around, up)
        torch.testing.assert_close(axes @ axes.transpose(-1, -2), torch.eye(3).expand_as(axes), atol=3e-4, rtol=0)
        assert (torch.linalg.det(axes) > 0).all()


def test_away_from_the_poles_the_published_rule_counts_bit_for_bit():
    elevation = torch.cat((torch.linspace(-89.9994, 89.9994, 301), torch.linspace(90.0006, 269.9994, 301))).double()
    eye = nr.get_points_from_angles(2.732, elevation, torch.linspace(0, 700, 602).double()).float()
    up = torch.tensor([0.0, 1, 0])
    z = unit(-eye)
    x = unit(torch.linalg.cross(up.expand_as(z), z))
    published = torch.stack((x, unit(torch.linalg.cross(z, x)), z), dim=-2)
    assert torch.equal(_axes(-eye, up), published)


def test_gradients_at_a_pole_are_finite(drawn):
    for eye in ((0.0, 2.732, 0), (0, -2.732, 0), (1e-7, 2.732, 1e-9)):
        eye = torch.tensor([eye], requires_grad=True)
        drawn(eye).sum().backward()
        assert eye.grad.isfinite().all() and eye.grad.norm() > 0


def test_away_from_the_poles_points_and_their_slopes_are_the_plain_formulas_bit_for_bit():
    def plain(distance, elevation, azimuth):
        elevation, azimuth = torch.deg2rad(elevation), torch.deg2rad(azimuth)
        return torch.stack((distance * torch.cos(elevation) * torch.sin(azimuth), distance * torch.sin(elevation),
                            -distance * torch.cos(elevation) * torch.cos(azimuth)), dim=-1)

    random = torch.Generator().manual_seed(0)
    given = [scale * torch.rand(500, dtype=torch.float64, generator=random) for scale in (4, 89.99, 360)]
    weights, results = torch.randn(500, 3, dtype=torch.float64, generator=random), []
    for place in (plain, nr.get_points_from_angles):
        leaves = [t.clone().requires_grad_() for t in given]
        points = place(*leaves)
        points.backward(weights)
        results.append((points, *(t.grad for t in leaves)))
    assert all(map(torch.equal, *results))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_point_at_a_pole_is_not_beyond_it_in_any_type(dtype):
    for pole in (90, -90, torch.pi / 2, -torch.pi / 2):
        angles = torch.tensor([pole, 0.0], dtype=dtype)
        x, y, z = nr.get_points_from_angles(torch.tensor([2.0], dtype=dtype), angles, 0.0, degrees=abs(pole) == 90).T
        assert z[0] < 0 and x[0] == 0 and z[1] == -2 and y[1] == 0
        torch.testing.assert_close(y[0].double(), torch.tensor(math.copysign(2, pole)).double(), atol=1e-2, rtol=0)
    assert nr.get_points_from_angles(torch.tensor([2, 2]), torch.tensor([0, 1]), 0, degrees=False).shape == (2, 3)


def test_the_slope_of_a_point_at_a_pole_is_that_of_one_below():
    angle = torch.tensor([90.0], requires_grad=True)
    x, y, z = nr.get_points_from_angles(2.0, angle, 30.0)[0]
    slope, = torch.autograd.grad(x, angle)
    torch.testing.assert_close(slope, torch.tensor([-2 * math.sin(math.pi / 6) * math.pi / 180]))
    assert x > 0 > z and y == 2
