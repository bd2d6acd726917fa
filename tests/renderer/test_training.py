"""What a training loop of any program meets: what is not finite, not there, given twice or derived twice."""
import numpy as np
import pytest
import torch

import utils.renderer as nr

TRIANGLE = torch.tensor([[[-1.0, -1, 0], [1, -1, 0.3], [0, 1, 0.1]]])
FACE = torch.tensor([[[0, 1, 2]]])
RED_AND_GREEN = torch.tensor([[1.0, 0, 0], [0, 1, 0]]).reshape(1, 2, 1, 1, 1, 3)


def white(n_faces, cells=1):
    return torch.ones(1).expand(1, n_faces, cells, cells, cells, 3)


@pytest.mark.parametrize("loss", [torch.sum, lambda rgb: (rgb ** 2).sum()])  # from a constant, and from the image
def test_a_second_derivative_is_an_error(loss, looking_from):
    vertices = TRIANGLE.clone().requires_grad_()
    rgb = looking_from((0, 0.5, -2.5), 16).render_rgb(vertices, FACE, white(1))
    gradient, = torch.autograd.grad(loss(rgb), vertices, create_graph=True)
    with pytest.raises(RuntimeError, match="cannot be differentiated twice"):
        (gradient ** 2).sum().backward()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e30])
@pytest.mark.parametrize("textures", [white(2), torch.rand(1, 2, 2, 2, 2, 3),
                                      nr.TextureMap(torch.rand(1, 3, 4, 4), torch.rand(2, 3, 2))])
def test_a_vertex_that_is_not_finite_spoils_its_own_faces_only(value, textures, looking_from):
    vertices = torch.cat((TRIANGLE, torch.tensor([[[value, 0.0, 0]]])), dim=1)
    faces = torch.tensor([[[0, 1, 2], [0, 1, 3]]])
    renderer, weight = looking_from((0, 0.5, -2.5), 16), torch.rand(1, 3, 16, 16)
    for names in (("light_direction",), ("light_intensity_directional",), ()):
        values = dict(light_direction=torch.tensor([0.2, 1, -0.4]), light_intensity_directional=torch.tensor(0.5))
        wanted = [values[name].requires_grad_() for name in names]
        for name, light in values.items():
            setattr(renderer, name, light)
        given = vertices.clone().requires_grad_(not names)
        loss = (weight * renderer.render_rgb(given, faces, textures)).sum()
        for gradient in torch.autograd.grad(loss, wanted or [given]):
            assert torch.isfinite(gradient).all() and gradient.abs().max() > 0


@pytest.mark.parametrize("other", [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0], [1, 0, 2], [0, 2, 1]])
@pytest.mark.parametrize("shared", [True, False])
def test_where_faces_coincide_the_first_is_seen(other, shared, looking_from, device):
    torch.manual_seed(0)
    renderer = looking_from((0.3, 0.5, -2.5), 32)
    for _ in range(10):
        vertices = torch.randn(1, 3, 3) * 0.7
        faces = torch.tensor([[[0, 1, 2], other]])
        if not shared:  # as in a file whose materials have vertices of their own
            vertices, faces = torch.cat((vertices, vertices[:, other]), dim=1), torch.tensor([[[0, 1, 2], [3, 4, 5]]])
        rgb = renderer.render_rgb(vertices.to(device), faces.to(device), RED_AND_GREEN.to(device))
        assert rgb[0, 0].max() > 0 and rgb[0, 1].max() == 0


def test_squares_that_coincide_and_are_cut_otherwise_show_the_first(looking_from):
    random = np.random.default_rng(1)
    square = torch.tensor([[[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]])
    colors = torch.tensor([[1.0, 0, 0], [0, 1, 0]])[[0, 0, 1, 1]].reshape(1, 4, 1, 1, 1, 3)
    for first, second in (([0, 1, 2], [0, 2, 3]), ([2, 1, 0], [3, 2, 0])):
        faces = torch.tensor([[first, second, [1, 2, 3], [1, 3, 0]]])
        for _ in range(10):
            renderer = looking_from(tuple(2.5 * random.normal(0, 1, 3)), 32)
            assert renderer.render_rgb(square, faces, colors)[0, 1].max() == 0


def test_without_the_backs_each_side_has_a_face_of_its_own(looking_from):
    faces = torch.tensor([[[0, 1, 2], [2, 1, 0]]])
    for z, channel in ((-2.5, 0), (2.5, 1)):
        rgb = looking_from((0, 0.5, z), 16, fill_back=False).render_rgb(TRIANGLE, faces, RED_AND_GREEN)[0]
        assert rgb[channel].max() > 0 and rgb[1 - channel].max() == 0


@pytest.mark.parametrize("same", [torch.ones(1, 4, 2, 2, 2, 3), white(4, 2)])
def test_white_is_drawn_alike_however_it_is_given(same, looking_from):
    """Where all faces have one colour, coincident ones are left as they fall: such images are the published ones."""
    torch.manual_seed(1)
    vertices = torch.randn(1, 6, 3) * 0.6
    faces = torch.tensor([[[0, 1, 2], [2, 1, 0], [3, 4, 5], [4, 5, 3]]])
    renderer = looking_from((0.3, 0.5, -2.5), 48)
    rgb, depth, alpha = renderer(vertices, faces, same)
    first = renderer(vertices, faces, white(4))
    torch.testing.assert_close(rgb, first[0], atol=1e-6, rtol=0)
    assert torch.equal(depth, first[1]) and torch.equal(alpha, first[2])


@pytest.mark.parametrize("textures", [*(torch.ones(1, 0, t, t, t, 3, requires_grad=True) for t in (1, 2, 4)),
                                      nr.TextureMap(torch.ones(1, 3, 2, 2), torch.zeros(0, 3, 2))])
def test_a_mesh_without_faces_is_the_background(textures, looking_from):
    vertices = TRIANGLE.clone().requires_grad_()
    rgb, depth, alpha = looking_from((0, 0, -2), 8)(vertices, torch.zeros(1, 0, 3, dtype=torch.int64), textures)
    (rgb + depth[:, None] + alpha[:, None]).sum().backward()
    assert (rgb == 0).all() and (depth == 100).all() and (alpha == 0).all() and (vertices.grad == 0).all()


def test_numbers_of_numpy_are_taken_or_named(looking_from):
    image = looking_from((0, 0, -2), np.int64(8)).render_rgb(TRIANGLE, FACE, white(1))
    assert image.shape == (1, 3, 8, 8)
    given = dict(vertices=TRIANGLE, faces=FACE, textures=white(1))
    for name, value in given.items():
        with pytest.raises(ValueError, match=f"^{name} of type numpy.ndarray: expected a torch tensor"):
            looking_from((0, 0, -2), 8).render_rgb(**{**given, name: value.numpy()})
    with pytest.raises(ValueError, match="faces of type numpy.ndarray"):
        nr.rasterize(np.zeros((1, 1, 3, 3)), white(1))
    with pytest.raises(ValueError, match=r"orig_size \(480, 640\): expected one number"):
        nr.Renderer(8, K=torch.eye(3), R=torch.eye(3), t=torch.zeros(3), orig_size=(480, 640))(TRIANGLE, FACE,
                                                                                             mode="depth")
    with pytest.raises(ValueError, match=r"image_size \(48, 64\): expected a whole number"):
        looking_from((0, 0, -2), (48, 64))(TRIANGLE, FACE, mode="depth")


def test_what_is_saved_under_any_name_is_read_again(tmp_path):
    for name in ("a#1.obj", "with a blank.obj", "#.obj"):
        nr.save_obj(tmp_path / name, TRIANGLE[0], FACE[0], torch.full((1, 2, 2, 2, 3), 0.5))
        vertices, _, textures = nr.load_obj(tmp_path / name, normalization=False, load_texture=True)
        torch.testing.assert_close(vertices, TRIANGLE[0])
        torch.testing.assert_close(textures, torch.full((1, 4, 4, 4, 3), 0.5), atol=0.01, rtol=0)
