"""Every backend draws, colours and gives gradients by the rules, on small soups of awkward triangles."""
import inspect
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.renderer import by_rules
from utils.renderer import rules
from utils.renderer.scene import Scene

SIZES = dict(cpu=32, cuda=12)  # samples a side: the rules are slow, and Triton's interpreter is slower
VIEWS = 3
N_FACES = 32


@pytest.fixture(params=["cpu", "cuda"])
def backend(request):
    """A backend, its device and the samples a side; the GPU's is interpreted where there is no GPU."""
    if request.param == "cpu":
        from utils.renderer.cpu import backend
        return backend, "cpu", SIZES["cpu"]
    pytest.importorskip("triton", reason="the GPU's rasterizer is written in Triton, which is not installed here")
    from utils.renderer.cuda import backend
    return backend, "cuda" if torch.cuda.is_available() else "cpu", SIZES["cuda"]


def soup(random, size):
    """Vertices [3 F, 3] float32 and faces [F, 3]: triangles of all sizes, a quarter of them of each kind."""
    centres = random.uniform(-1.1, 1.1, (N_FACES, 1, 2))
    extents = random.choice([0.1, 0.3, 0.9], (N_FACES, 1, 1))
    vertices = np.empty((N_FACES, 3, 3), np.float32)
    vertices[:, :, :2] = centres + extents * random.normal(0, 1, (N_FACES, 3, 2))
    vertices[:, :, 2] = random.uniform(1, 3, (N_FACES, 3))
    equal, edge_on, across_near, on_centres = np.split(random.permutation(N_FACES), 4)
    vertices[equal, :, 2] = 2  # two of them are one face and its reverse
    vertices[equal[1]] = vertices[equal[0], ::-1]
    vertices[across_near, :, 2] = random.uniform(-0.3, 0.6, (len(across_near), 3))
    # the corners of others are on the centres of samples, and so are many samples on their edges
    on_centres = np.concatenate((on_centres, edge_on))
    vertices[on_centres, :, :2] = (np.round(vertices[on_centres, :, :2] * size / 2) * 2 + 1) / size
    share = random.choice([0, 0.5, 1], (len(edge_on), 1))
    vertices[edge_on, 2, :2] = vertices[edge_on, 0, :2] * (1 - share) + vertices[edge_on, 1, :2] * share
    return vertices.reshape(-1, 3), np.arange(3 * N_FACES, dtype=np.int32).reshape(-1, 3)


@pytest.fixture
def soups(backend):
    """Vertices [B, V, 3] and faces [F, 3] of as many soups as there are views."""
    random = np.random.default_rng(0)
    vertices, faces = zip(*(soup(random, backend[2]) for _ in range(VIEWS)))
    return np.stack(vertices), faces[0]


def scene_of(faces, device, size, **settings):
    return Scene(torch.from_numpy(faces)[None].to(device), size, anti_aliasing=False,
                 background_color=torch.tensor([[0.1, 0.3]], device=device), **settings)


def paint(random, n_colors, device):
    """Colours [1, 2F, 2] and cubes [1, F, 3, 3, 3, 2]."""
    return [torch.from_numpy(random.random(shape, np.float32)).to(device)
            for shape in ((1, n_colors, 2), (1, N_FACES, 3, 3, 3, 2))]


@pytest.mark.parametrize("fill_back", [True, False])
def test_the_nearest_face_and_its_depth(backend, soups, fill_back):
    rasterizer, device, size = backend
    vertices, faces = soups
    given = torch.from_numpy(vertices).to(device)
    colors = torch.ones(1, N_FACES * (2 if fill_back else 1), 2, device=device)
    scene = scene_of(faces, device, size, fill_back=fill_back)
    _, depth, alpha, index = (t.cpu().numpy() for t in rasterizer.draw(given, colors, None, scene, True))
    for view in range(VIEWS):
        # on the lines of faces seen edge-on, far from the faces, a backend is free to draw them or not
        everywhere, near = (by_rules.draw(vertices[view], faces, fill_back, size, scene.near, scene.far, margin)
                            for margin in (np.inf, rules.MARGIN))
        assert len(np.unique(near[0])) > 6
        assert (everywhere[0] == near[0]).mean() > 0.95
        got = index[view].reshape(size, size), depth[view, ::-1]
        is_right = np.logical_or(*((got[0] == by_rule[0]) & (got[1] == by_rule[1]) for by_rule in (everywhere, near)))
        assert is_right.all(), np.argwhere(~is_right)
        np.testing.assert_array_equal(alpha[view, ::-1], got[0] != rules.BACKGROUND)


def test_the_colours(backend, soups):
    rasterizer, device, size = backend
    vertices, faces = soups
    given = torch.from_numpy(vertices).to(device)
    colors, textures = paint(np.random.default_rng(1), 2 * N_FACES, device)
    scene = scene_of(faces, device, size, with_depth=False, with_alpha=False)
    drawn = [rasterizer.draw(given, colors, *which)
             for which in ((None, scene), (None, scene, True), (textures, scene))]
    flat, sampled, textured = (images[0].cpu().numpy()[:, :, ::-1] for images in drawn)
    indices = drawn[1][3].cpu().numpy().reshape(VIEWS, size, size)
    pixels, *_ = rasterizer.draw(given, colors, textures, replace(scene, image_size=size // 2, anti_aliasing=True))
    colors, textures, background = (t[0].cpu().numpy() for t in (colors, textures, scene.background_color))
    for view in range(VIEWS):
        expected = np.concatenate((colors, background[None]))[indices[view]].transpose(2, 0, 1)
        np.testing.assert_array_equal(flat[view], expected)
        np.testing.assert_allclose(sampled[view], expected, rtol=1e-6)
        expected = by_rules.shade(indices[view], vertices[view], faces, colors, textures, background, scene.eps)
        np.testing.assert_allclose(textured[view], expected, rtol=1e-3, atol=1e-4)
        mean = expected.reshape(2, size // 2, 2, size // 2, 2).mean(axis=(2, 4))
        np.testing.assert_allclose(pixels[view].cpu().numpy()[:, ::-1], mean, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("samples", [1, 2])
@pytest.mark.parametrize("channels, with_alpha, fill_back", [(1, False, True), (3, True, True), (2, True, False)])
def test_the_gradient_of_edges(backend, soups, channels, with_alpha, fill_back, samples):
    rasterizer, device, size = backend
    vertices, faces = soups
    random = np.random.default_rng(2)
    colors = torch.from_numpy(random.random((1, N_FACES * (2 if fill_back else 1), channels), np.float32)).to(device)
    background = torch.from_numpy(random.random((1, channels), np.float32)).to(device)
    scene = Scene(torch.from_numpy(faces)[None].to(device), size // samples, samples == 2, fill_back=fill_back,
                  background_color=background)
    wish = random.normal(0, 1, (VIEWS, channels + 1, scene.image_size, scene.image_size)).astype(np.float32)
    sides = np.concatenate((faces, faces[:, ::-1])) if fill_back else faces
    index = np.stack([by_rules.draw(v, faces, fill_back, size, scene.near, scene.far)[0] for v in vertices])
    of_rgb, of_alpha = torch.from_numpy(wish[:, :-1]).to(device), torch.from_numpy(wish[:, -1]).to(device)
    gradient = rasterizer.vertex_gradient(
        torch.from_numpy(vertices).to(device), colors, None, scene,
        torch.from_numpy(index.reshape(VIEWS, -1).astype(np.int32)).to(device), of_rgb, None,
        of_alpha if with_alpha else None).cpu().numpy()
    shown = np.concatenate((colors[0].cpu().numpy(), background.cpu().numpy()))
    wish = wish[:, :channels + with_alpha, ::-1].repeat(samples, 2).repeat(samples, 3) / samples ** 2
    for view in range(VIEWS):
        image = np.concatenate((shown[index[view]].transpose(2, 0, 1), index[view][None] >= 0))[:wish.shape[1]]
        expected = by_rules.edge_gradient(vertices[view], sides, index[view], image, wish[view], scene.eps)
        assert np.abs(expected).max() > 0.1
        np.testing.assert_allclose(gradient[view], expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())


def test_backends_call_the_rules_by_their_names():
    pytest.importorskip("triton")
    from utils.renderer.cpu import gradient_kernels, image_kernels, kernels
    from utils.renderer.cuda import kernels as cuda_kernels

    of_cpu = kernels, gradient_kernels, image_kernels

    names = {name for name, function in inspect.getmembers(rules, inspect.isfunction)
             if function.__module__ == rules.__name__} - {"sample_centre"}  # an array of them is an argument
    assert names
    for name in names:
        module = next(module for module in of_cpu if hasattr(module, name))
        assert getattr(module, name).py_func is getattr(rules, name)
        assert hasattr(cuda_kernels, name), name
    for modules in (of_cpu, (cuda_kernels,)):
        tables = "".join(module.__doc__ for module in modules)
        assert not [name for name in names - {"sample_at"} if name not in tables]
