"""Images over faces: by the rules, by an independent statement, and what a texture map promises."""
import importlib.util
from dataclasses import replace

import numpy as np
import pytest
import torch

import utils.renderer as nr
from tests.renderer import by_rules_images
from tests.renderer.backends import both
from utils.renderer.cpu import backend as cpu
from utils.renderer.scene import Scene

VIEWS, N_FACES, SIZE = 2, 20, 16
SQUARE = torch.tensor([[[-1.0, -1, 2], [1, -1, 2], [1, 1, 2], [-1, 1, 2]]])
HALVES = torch.tensor([[[0, 1, 2], [0, 2, 3]]], dtype=torch.int32)
UV = torch.tensor([[0.0, 0], [1, 0], [1, 1], [0, 1]])


def random_map(filter, corners):
    """A texture map of three images and white, of one of which each view has its own, and colours to multiply with."""
    images = [torch.rand(1, 3, 64, 48), torch.rand(1, 3, 5, 1), torch.rand(VIEWS, 3, 7, 9)]
    uv = torch.rand(N_FACES, 3, 2) * torch.rand(N_FACES, 1, 1) * 6 - 2
    return nr.TextureMap(images, uv, torch.arange(N_FACES) % 4 - 1, torch.rand(N_FACES, corners, 3),
                         wrap=["repeat", "mirror", "clamp"], filter=filter)


@pytest.fixture(params=[("bilinear", 1), ("bilinear", 3), ("nearest", 3)])
def drawn(request):
    """A texture map over a soup, and what a backend takes: vertices, colours, texels and scene."""
    torch.manual_seed(1)
    texture_map = random_map(*request.param)
    centres = torch.rand(VIEWS, N_FACES, 1, 3) * 2 - 1
    vertices = (centres + torch.randn(VIEWS, N_FACES, 3, 3) * 0.5).reshape(VIEWS, -1, 3)
    vertices[..., 2] = 1 + 2 * torch.rand(VIEWS, 3 * N_FACES)
    vertices[0, 2] = vertices[0, 1]  # seen edge-on
    faces = torch.arange(3 * N_FACES, dtype=torch.int32).reshape(1, -1, 3)
    colors = texture_map.corner_colors(True) * torch.rand(1, 2 * N_FACES, 1, 1)
    scene = Scene(faces, SIZE, background_color=torch.rand(VIEWS, 3), first_of_coincident=True,
                  layout=texture_map.layout)
    return texture_map, (vertices, colors[:, :, 0] if colors.shape[2] == 1 else colors, texture_map.texels, scene)


def test_every_sample_reads_its_image_by_the_rules(drawn):
    texture_map, (vertices, colors, texels, scene) = drawn
    of_samples = replace(scene, image_size=2 * SIZE, anti_aliasing=False)
    rgb, _, _, index = cpu.draw(vertices, colors, texels, of_samples, True)
    pixels = cpu.draw(vertices, colors, texels, scene)[0].numpy()
    for view in range(VIEWS):
        owners = index[view].reshape(2 * SIZE, 2 * SIZE).numpy()
        of_corners = colors[0].reshape(2 * N_FACES, -1, 3).numpy()
        expected = by_rules_images.shade(owners, vertices[view].numpy(), scene.faces[0].numpy(), texture_map,
                                         of_corners, scene.background_color[view].numpy(), view)
        assert len(np.unique(owners)) > 10
        np.testing.assert_allclose(rgb[view].numpy()[:, ::-1], expected, atol=1e-6)
        mean = expected.reshape(3, SIZE, 2, SIZE, 2).mean(axis=(2, 4))
        np.testing.assert_allclose(pixels[view][:, ::-1], mean, atol=1e-6)


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_both_backends_draw_alike_and_give_the_same_gradients(drawn):
    _, (*given, scene) = drawn
    (rgb, *others), (got, *ours) = both("draw", *given, scene, True)
    np.testing.assert_allclose(got, rgb, atol=1e-6)
    for a, b in zip(ours, others):
        np.testing.assert_allclose(a, b, rtol=3e-7)
    index, wish = torch.from_numpy(others[2]), torch.randn(VIEWS, 3, SIZE, SIZE)
    for name, words in (("color_gradient", (wish,)), ("vertex_gradient", (wish, None, wish[:, 0]))):
        for expected, found in zip(*both(name, *given, scene, index, *words)):
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("filter", ["bilinear", "nearest"])
def test_gradients_to_images_and_colours_are_differences(filter):
    torch.manual_seed(2)
    vertices = SQUARE * torch.tensor([0.8, 0.7, 1]) + 0.1 * torch.randn(2, 4, 3)
    images = [torch.rand(2, 3, 5, 4, requires_grad=True), torch.rand(1, 3, 1, 2, requires_grad=True)]
    colors = torch.rand(2, 3, 3, requires_grad=True)
    weight = torch.randn(2, 3, 24, 24)

    def loss(images, colors):
        textures = nr.TextureMap(images, 3 * UV[HALVES[0].long()] - 1, torch.tensor([0, 1]), colors, filter=filter)
        renderer = nr.Renderer(24, camera_mode="none", light_intensity_directional=0)
        return (weight * renderer.render_rgb(vertices, HALVES.expand(2, -1, -1), textures)).double().sum()

    found = torch.autograd.grad(loss(images, colors), (*images, colors))
    with torch.no_grad():
        for gradient, number in zip(found, range(3)):
            assert gradient.abs().max() > 0.1
            for place in np.ndindex(*gradient.shape):
                moved = [t.clone() for t in (*images, colors)]
                moved[number][place] += 1
                change = loss(moved[:2], moved[2]) - loss(images, colors)
                assert abs(change - gradient[place]) < 1e-3


def test_the_gradient_to_vertices_is_the_published_one(looking_from):
    """Of one colour all over, an image and cubes are the same picture, and have the same gradient."""
    torch.manual_seed(3)
    vertices, faces = torch.rand(1, 12, 3) - 0.5, torch.arange(12).reshape(1, 4, 3)
    weight, found = torch.randn(1, 3, 32, 32), []
    for textures in (nr.TextureMap(torch.full((1, 3, 4, 4), 0.6), torch.rand(4, 3, 2)),
                     torch.full((1, 4, 2, 2, 2, 3), 0.6)):
        given = vertices.clone().requires_grad_()
        rgb = looking_from((0.4, 0.5, -2), 32).render_rgb(given, faces, textures)
        found.append(torch.autograd.grad((weight * rgb).sum(), given)[0])
    torch.testing.assert_close(*found, rtol=1e-3, atol=1e-4)


def random_scene(random):
    """A normalised soup, texture coordinates and an image, for the independent statement."""
    n = int(random.integers(1, 12))
    vertices = random.uniform(-1, 1, (n, 1, 3)) + random.normal(0, 0.6, (n, 3, 3))
    uv = random.uniform(-2, 3, (n, 3, 2)) if random.random() < 0.5 else random.uniform(0, 1, (n, 3, 2))
    image = random.random((int(random.integers(1, 12)), int(random.integers(1, 12)), 3))
    return vertices.reshape(-1, 3), np.arange(3 * n).reshape(n, 3), uv, image


def test_random_scenes_are_as_rays_find_them(shared):
    """A ray for every sample, in float64. Where a texel or a face changes within a hair, either answer counts."""
    spec = importlib.util.spec_from_file_location("caster", shared / "field/caster.py")
    caster = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(caster)
    random, off, size = np.random.default_rng(4), [], 24
    for _ in range(200):
        vertices, faces, uv, image = random_scene(random)
        points = [(random.uniform(0, 360), random.uniform(-80, 80))]
        with np.errstate(all="ignore"):
            expected = caster.cast(vertices, faces, views=points, size=size, uv=uv, img=image)[0]
        given = torch.from_numpy(caster.normalize64(vertices)).float()[None]
        textures = nr.TextureMap(torch.from_numpy(image.transpose(2, 0, 1)[None].copy()), torch.from_numpy(uv),
                                 filter="nearest", mipmaps=False)
        renderer = nr.Renderer(size, camera_mode="look_at")
        renderer.eye = nr.get_points_from_angles(2.732, points[0][1], points[0][0])
        got = renderer.render_rgb(given, torch.from_numpy(faces)[None], textures)[0].numpy()
        off.append((np.abs(got - expected).max(0) > 1e-3).mean())
    # texels are read on their borders, and faces on their edges, in few pixels
    assert np.mean(off) < 1e-3 and np.max(off) < 0.02


@pytest.mark.parametrize("filter", ["bilinear", "nearest"])
def test_the_mean_of_a_fine_checkerboard_does_not_depend_on_distance(filter):
    board = (torch.arange(256)[:, None] + torch.arange(256)).remainder(2).float().expand(1, 3, -1, -1)
    means = {}
    for mipmaps in (True, False):
        textures = nr.TextureMap(board, UV[HALVES[0].long()], filter=filter, mipmaps=mipmaps)
        renderer = nr.Renderer(64, camera_mode="look_at", light_intensity_ambient=1, light_intensity_directional=0)
        means[mipmaps] = []
        for distance in (1.3, 2, 2.7, 4, 7, 12):
            renderer.eye = (0.2 * distance, 0.3 * distance, -distance)
            rgb, _, alpha = renderer(SQUARE - torch.tensor([0.0, 0, 2]), HALVES, textures)
            means[mipmaps].append(float(rgb[0, 0][alpha[0] == 1].mean()))
    assert np.abs(np.array(means[True]) - 0.5).max() < 0.01
    if filter == "nearest":
        assert np.abs(np.array(means[False]) - 0.5).max() > 0.02


def test_a_mip_level_is_chosen_for_each_sample():
    """A floor that runs to the horizon: near by it shows its texels, far away their mean."""
    board = (torch.arange(64)[:, None] + torch.arange(64)).remainder(2).float().expand(1, 3, -1, -1)
    floor = torch.tensor([[[-20.0, -1, 2], [20, -1, 2], [20, -1, 40], [-20, -1, 40]]])
    textures = nr.TextureMap(board, UV[HALVES[0].long()], filter="nearest")
    renderer = nr.Renderer(64, camera_mode="look", light_intensity_ambient=1, light_intensity_directional=0)
    renderer.eye = (0, 0, 0)
    rgb, depth, alpha = renderer(floor, HALVES, textures)
    shown = rgb[0, 0][(alpha[0] == 1) & (depth[0] < 4)], rgb[0, 0][(alpha[0] == 1) & (depth[0] > 30)]
    assert ((shown[0] < 0.01) | (shown[0] > 0.99)).float().mean() > 0.4
    torch.testing.assert_close(shown[1], torch.full_like(shown[1], 0.5))


@pytest.mark.parametrize("wrap, columns", [("repeat", "RGBRGB"), ("mirror", "RGBBGR"), ("clamp", "RGBBBB")])
def test_what_lies_beyond_an_image(wrap, columns):
    image = torch.eye(3)[None, :, None, :]  # red, green and blue
    textures = nr.TextureMap(image, UV[HALVES[0].long()] * 2, wrap=wrap, filter="nearest", mipmaps=False)
    renderer = nr.Renderer(240, camera_mode="none", light_intensity_ambient=1, light_intensity_directional=0,
                           anti_aliasing=False)
    rgb = renderer.render_rgb(SQUARE, HALVES, textures)[0, :, 120]
    # the first and last texel of an image are read half as far as those between
    centres = [int(240 * place) for place in (0.06, 0.25, 0.44, 0.56, 0.75, 0.94)]
    assert "".join("RGB"[int(rgb[:, k].argmax())] for k in centres) == columns
    assert rgb[:, centres].amax(0).min() == 1


def test_perspective_is_right_on_a_slanted_face():
    """A square that leans back: the middle of its texture is where its diagonals cross, not at half its height."""
    square = torch.tensor([[[-1.0, -1, 1], [1, -1, 1], [1, 1, 4], [-1, 1, 4]]])
    square[..., :2] /= square[..., 2:]
    ramp = torch.linspace(0, 1, 64)[None, None, :, None].expand(1, 3, 64, 2).flip(2)
    renderer = nr.Renderer(128, camera_mode="none", light_intensity_ambient=1, light_intensity_directional=0)
    rgb = renderer.render_rgb(square, HALVES, nr.TextureMap(ramp, UV[HALVES[0].long()]))[0, 0, :, 64]
    y = (127 - 2 * torch.arange(128)) / 128
    inside = (y > -0.95) & (y < 0.2)
    v = (1 + y) / (2 - 3 * y)  # from y = (2 v - 1) / (1 + 3 v)
    torch.testing.assert_close(rgb[inside], v[inside], atol=0.02, rtol=0)


def test_batches_share_an_image_or_have_their_own(looking_from):
    torch.manual_seed(5)
    vertices, images = SQUARE.expand(2, -1, -1) - torch.tensor([0.0, 0, 2]), torch.rand(2, 3, 8, 8)
    uv = UV[HALVES[0].long()]
    renderer = looking_from((0, 0.4, -2.7), 24)
    together = renderer.render_rgb(vertices, HALVES.expand(2, -1, -1), nr.TextureMap(images, uv))
    for view in range(2):
        alone = renderer.render_rgb(vertices[:1], HALVES, nr.TextureMap(images[view:view + 1], uv))
        torch.testing.assert_close(together[view], alone[0])
    corners = nr.vertices_to_faces(nr.perspective(nr.look_at(vertices, renderer.eye)), HALVES.expand(2, -1, -1))
    flat = nr.rasterize(corners, nr.TextureMap(images, uv), 24)
    assert flat.shape == together.shape and (flat > 0).any()


@pytest.mark.parametrize("words, complaint", [
    (dict(image=torch.rand(3, 4, 4)), r"image of shape \[3, 4, 4\].*expected floats \[B or 1, 3, H, W\]"),
    (dict(image=np.ones((1, 3, 4, 4))), "made of tensors, and was given a"),
    (dict(uv=torch.rand(2, 2)), r"uv of shape \[2, 2\].*expected floats \[F, 3, 2\]"),
    (dict(uv=torch.full((2, 3, 2), torch.nan)), "not a finite number"),
    (dict(uv=torch.rand(2, 3, 2, requires_grad=True)), "texture coordinates have none"),
    (dict(material=torch.tensor([0, 1])), r"expected \[2\] integers from -1 to 0"),
    (dict(colors=torch.rand(2, 3)), r"expected \[2, 1, 3\] or \[2, 3, 3\]"),
    (dict(wrap="tile"), "expected one of repeat, mirror, clamp"),
    (dict(filter="cubic"), "expected one of bilinear, nearest"),
])
def test_mistakes_are_named(words, complaint):
    with pytest.raises(ValueError, match=complaint):
        nr.TextureMap(**{"image": torch.rand(1, 3, 4, 4), "uv": torch.rand(2, 3, 2), **words})


def test_a_texture_map_of_other_faces_is_refused(looking_from):
    textures = nr.TextureMap(torch.rand(3, 3, 4, 4), torch.rand(2, 3, 2))
    with pytest.raises(ValueError, match="a texture map of 2 faces and 3 views: expected 2 faces, and 1 views or 1"):
        looking_from((0, 0, -2), 8).render_rgb(SQUARE, HALVES, textures)
