"""The renderer among what torch has besides: compiled code, half precision, gradients of any input, copies."""
import copy
import pickle

import pytest
import torch

import utils.renderer as nr

VERTICES = torch.tensor([[[-1.0, -0.6, -0.2], [1, -0.4, 0.3], [0, 0.9, 0], [0.3, 0.2, -0.8]]])
FACES = torch.tensor([[[0, 1, 2], [1, 2, 3]]])
TEXTURES = torch.rand(1, 2, 2, 2, 2, 3, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def renderer(looking_from):
    return looking_from((0.3, 0.4, -2.5), 24)


def calibrated():
    """A camera of each part of a calibrated one: K, R, t and the lens."""
    return dict(K=torch.tensor([[[30.0, 0, 12], [0, 30, 12], [0, 0, 1]]]), R=torch.eye(3)[None],
                t=torch.tensor([[[0.1, 0, 3]]]), dist_coeffs=torch.tensor([[0.1, 0.01, 0.02, 0.01, 0.01]]))


def test_compiled_code_around_the_renderer_gives_the_same(renderer):
    def loss(vertices, textures):
        rgb, depth, alpha = renderer(vertices * 1.1, FACES, textures.sigmoid())
        corners = nr.vertices_to_faces(nr.perspective(nr.look_at(vertices, renderer.eye)), FACES)
        return (rgb.exp().sum() + alpha.cos().sum()) * 2 + depth.mean() - nr.rasterize_silhouettes(corners, 24).sum()

    vertices = VERTICES.clone().requires_grad_()
    expected = loss(vertices, TEXTURES)
    got = torch.compile(loss, backend="aot_eager")(vertices, TEXTURES)
    torch.testing.assert_close(got, expected)
    gradients = [torch.autograd.grad(value, vertices)[0] for value in (got, expected)]
    assert gradients[1].any()
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("mode", ["look_at", "projection"])
def test_half_precision_around_the_renderer_does_not_reach_into_it(renderer, mode):
    if mode == "projection":
        renderer = nr.Renderer(24, camera_mode=mode, orig_size=24, **calibrated())
    vertices = VERTICES.clone().requires_grad_()
    expected = renderer(vertices, FACES, TEXTURES)
    gradient, = torch.autograd.grad(expected[0].square().sum(), vertices)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (vertices @ torch.eye(3)).dtype == torch.bfloat16
        got = renderer(vertices, FACES, TEXTURES)
        loss = got[0].square().sum()
    assert all(image.dtype == torch.float32 for image in got)
    for image, as_expected in zip(got, expected):
        assert torch.equal(image, as_expected)
    assert torch.equal(torch.autograd.grad(loss, vertices)[0], gradient)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_vertices_of_other_types_are_cast_before_anything_is_computed(renderer, dtype):
    vertices = VERTICES.to(dtype).requires_grad_()
    images = renderer(vertices, FACES, TEXTURES)
    for image, expected in zip(images, renderer(vertices.detach().float(), FACES, TEXTURES)):
        assert image.dtype == torch.float32 and torch.equal(image, expected)
    images[0].sum().backward()
    assert vertices.grad.dtype == dtype and vertices.grad.any()
    together = renderer(vertices.detach().expand(3, -1, -1), FACES.expand(3, -1, -1), TEXTURES.expand(3, *[-1] * 5))
    assert torch.equal(together[0][2], images[0][0])


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64])
def test_vertices_that_are_no_real_numbers_are_refused(renderer, dtype):
    with pytest.raises(ValueError, match=f"vertices of type {dtype}: expected float32"):
        renderer(VERTICES.to(dtype), FACES, mode="silhouettes")


@pytest.mark.parametrize("name, value", [
    ("background_color", torch.tensor([0.1, 0.2, 0.3])), ("viewing_angle", torch.tensor(35.0)),
    ("viewing_angle", torch.tensor([35.0])), ("camera_direction", torch.tensor([0.0, -0.1, 1])),
    ("eye", torch.tensor([0.3, 0.4, -2.5])), ("light_direction", torch.tensor([0.5, 1.0, -0.5])),
    ("light_color_ambient", torch.ones(3)), ("light_color_directional", torch.ones(3)),
    ("light_intensity_ambient", torch.tensor(0.5)), ("light_intensity_directional", torch.tensor(0.0)),
    *((name, value) for name, value in calibrated().items())])
def test_a_gradient_reaches_any_input(name, value):
    mode = "projection" if name in calibrated() else "look" if name == "camera_direction" else "look_at"
    given = value.clone().requires_grad_()
    settings = dict(camera_mode=mode, orig_size=24, **calibrated())
    renderer = nr.Renderer(24, **settings | ({} if name == "eye" else {name: given}))
    if name == "eye":
        renderer.eye = given
    rgb = renderer(VERTICES, FACES, TEXTURES, mode="rgb")
    gradient, = torch.autograd.grad((rgb * torch.linspace(-1, 1, 24)).sum(), given)
    assert gradient.shape == value.shape and torch.isfinite(gradient).all() and gradient.any()
    assert "light" not in name or len(set(gradient.ravel().tolist())) == value.numel()


@pytest.mark.parametrize("anti_aliasing", [True, False])
def test_the_backgrounds_gradient_is_its_share_of_every_pixel(looking_from, anti_aliasing):
    color = torch.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], requires_grad=True)
    weight = torch.rand(2, 3, 24, 24)
    renderer = looking_from((0, 0, -3), 24, anti_aliasing=anti_aliasing, background_color=color)
    several = VERTICES.expand(2, -1, -1), FACES.expand(2, -1, -1)
    rgb, _, alpha = renderer(*several, TEXTURES.expand(2, *[-1] * 5))
    assert not alpha.requires_grad
    gradient, = torch.autograd.grad((weight * rgb).sum(), color)
    torch.testing.assert_close(gradient, (weight * (1 - alpha)[:, None]).sum((2, 3)))
    renderer.background_color = color.detach()
    assert torch.equal(renderer(*several, TEXTURES.expand(2, *[-1] * 5), mode="rgb"), rgb)


@pytest.mark.parametrize("transform", [torch.func.vmap, lambda function: torch.func.grad(lambda v: function(v).sum())])
@pytest.mark.parametrize("name", ["vertices", "faces", "eye", "light_direction", "textures"])
def test_the_transforms_of_torch_func_are_refused_in_one_line(name, transform, renderer):
    given = dict(vertices=VERTICES, faces=FACES, textures=TEXTURES, eye=torch.tensor([[0.3, 0.4, -2.5]]),
                 light_direction=torch.tensor([[0.0, 1, 0]]))
    if name == "faces" and transform is not torch.func.vmap:
        pytest.skip("integers have no gradient")

    def draw(value):
        mesh = given | {name: value if transform is not torch.func.vmap else value[None]}
        renderer.eye, renderer.light_direction = mesh["eye"], mesh["light_direction"]
        return renderer(mesh["vertices"], mesh["faces"], mesh["textures"], mode="rgb")

    with pytest.raises(RuntimeError, match="^the renderer was given a tensor of torch.func's vmap.*autograd$") as error:
        transform(draw)(given[name])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_draw_the_same(again):
    renderer = nr.Renderer(24, camera_mode="projection", orig_size=24, background_color=(0.1, 0.2, 0.3), **calibrated())
    renderer.light_direction = torch.nn.Parameter(torch.tensor([0.0, 1, -1]))
    twin = again(renderer)
    assert [name for name, _ in twin.named_parameters()] == ["light_direction"]
    for image, expected in zip(twin(VERTICES, FACES, TEXTURES), renderer(VERTICES, FACES, TEXTURES)):
        assert torch.equal(image, expected)
    twin.image_size = 12
    assert renderer.image_size == 24
    mesh = again(nr.Mesh(VERTICES[0], FACES[0]))
    assert torch.equal(mesh.vertices, VERTICES[0]) and mesh.textures.requires_grad
