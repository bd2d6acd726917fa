"""The renderer's gradient: against the neural mesh renderer's own, and against the rules put together slowly."""
import numpy as np
import pytest
import torch

import utils.renderer as nr
from tests.renderer import by_rules
from utils.renderer.rasterize import _Rasterize, rasterize_mesh
from utils.renderer.scene import Scene

MESHES = ("tetrahedron", "bumpy_sphere", "open_bowl", "triangle_soup", "awkward")
SIZE = 32
TRIANGLE = torch.tensor([[[-0.6, -0.5, 2], [0.7, -0.4, 2], [0.1, 0.6, 2]]])
FACE = torch.tensor([[[0, 1, 2]]])


def error(value, expected):
    return np.linalg.norm(np.asarray(value) - expected) / np.linalg.norm(expected)


@pytest.mark.parametrize("view", range(4))
@pytest.mark.parametrize("name", MESHES)
def test_gradients_are_the_original_renderers(name, view, goldens, looking_from, device):
    golden = np.load(goldens / "gradients" / f"{name}.npz")
    vertices, faces = nr.load_obj(goldens / "meshes" / f"{name}.obj")
    vertices.requires_grad_()
    camera = torch.tensor([golden[key][view] for key in ("azimuth", "elevation", "distance")], requires_grad=True)
    azimuth, elevation, distance = camera
    renderer = looking_from(nr.get_points_from_angles(distance, elevation, azimuth).float(),
                            int(golden["image_size"]))
    rgb, _, alpha = (image.cpu() for image in renderer(
        vertices[None].to(device), faces[None].to(device),
        torch.ones(1, device=device).expand(1, len(faces), 2, 2, 2, 3)))
    weight = torch.from_numpy(golden["weight"].astype(np.float32))
    loss = (weight * rgb[0]).sum()
    grad_vertices, grad_camera = torch.autograd.grad(loss, (vertices, camera), retain_graph=True)
    from_alpha, = torch.autograd.grad((weight[0] * alpha[0]).sum(), vertices)
    assert all(bool(torch.isfinite(g).all()) for g in (grad_vertices, grad_camera, from_alpha))

    # what changes by itself when the vertices move by 1e-7 cannot be held to
    sensitivity = golden["sensitivity_vertices"][view]
    if sensitivity < 0.02:
        np.testing.assert_allclose(loss.item(), golden["loss"][view], atol=1e-3)
        assert error(grad_vertices, golden["grad_vertices"][view]) < max(5 * sensitivity, 0.01)
        assert error(from_alpha, golden["grad_vertices_from_alpha"][view]) < max(5 * sensitivity, 0.01)
    sensitivity = golden["sensitivity_camera"][view]
    if sensitivity < 0.02:
        assert error(grad_camera, golden["grad_camera"][view]) < max(5 * sensitivity, 0.01)


@pytest.mark.parametrize("eps", [1e-4, 1e-3, 0.05])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_far_from_an_edge_counts_by_the_rules_too(channels, eps):
    size, random = 200, np.random.default_rng(channels)
    vertices = np.array([[-0.03, 0.02, 2], [0.05, 0.01, 2], [0.02, 0.06, 2]], np.float32)  # small: few lines cross it
    colors = random.uniform(0.2, 1, (1, channels)).astype(np.float32)
    weight = random.normal(0, 1, (channels, size, size)).astype(np.float32)
    given = torch.from_numpy(vertices)[None].requires_grad_()
    scene = Scene(FACE, size, False, background_color=np.zeros(channels, np.float32), fill_back=False, eps=eps)
    rgb, _, alpha = rasterize_mesh(given, torch.from_numpy(colors)[None], None, scene)
    (torch.from_numpy(weight) * rgb[0]).sum().backward()
    owner = alpha[0].detach().numpy()[::-1].astype(int) - 1
    image = np.concatenate((colors, np.zeros_like(colors)))[owner].transpose(2, 0, 1)
    expected = by_rules.edge_gradient(vertices, FACE[0].numpy(), owner, image, weight[:, ::-1], eps)
    np.testing.assert_allclose(given.grad[0], expected, rtol=2e-5, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("anti_aliasing", [False, True])
@pytest.mark.parametrize("views_share", [True, False])
def test_colour_gradients_are_differences(views_share, anti_aliasing):
    torch.manual_seed(0)
    vertices = torch.rand(2, 12, 3) * 2 - 1
    vertices[..., 2] += 2
    faces = torch.arange(12).reshape(1, 4, 3).expand(2, -1, -1)
    colors = torch.rand(1 if views_share else 2, 8, 3).requires_grad_()
    weight = torch.randn(2, 3, 16, 16)

    def loss(colors):
        return (weight * rasterize_mesh(vertices, colors, None, Scene(faces, 16, anti_aliasing))[0]).double().sum()

    gradient, = torch.autograd.grad(loss(colors), colors)
    expected = torch.empty_like(gradient)
    with torch.no_grad():
        for place in np.ndindex(*colors.shape):
            moved = colors.clone()
            moved[place] += 1
            expected[place] = loss(moved) - loss(colors)
    assert gradient.abs().max() > 0.1
    torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-4)


def test_without_a_gradient_nothing_is_kept(monkeypatch):
    def forbidden(*_):
        raise AssertionError("a gradient was prepared for")

    colors = torch.ones(1, 2, 1)
    wanted = TRIANGLE.clone().requires_grad_()
    monkeypatch.setattr(_Rasterize, "forward", forbidden)
    images = [rasterize_mesh(TRIANGLE, colors, None, Scene(FACE, 16))]
    with torch.no_grad():
        images.append(rasterize_mesh(wanted, colors, None, Scene(FACE, 16)))
    with torch.inference_mode():
        images.append(rasterize_mesh(wanted, colors, None, Scene(FACE, 16)))
    assert not any(image.requires_grad for triple in images for image in triple)
    with pytest.raises(AssertionError, match="prepared"):
        rasterize_mesh(wanted, colors, None, Scene(FACE, 16))


def test_only_what_depends_on_an_input_has_a_gradient():
    vertices, colors = TRIANGLE.clone().requires_grad_(), torch.ones(1, 2, 1, requires_grad=True)
    rgb, depth, alpha = rasterize_mesh(vertices, colors, None, Scene(FACE, 16))
    assert rgb.requires_grad and alpha.requires_grad and depth.requires_grad
    assert torch.autograd.grad(alpha.sum(), colors, allow_unused=True, retain_graph=True)[0] is None
    assert torch.autograd.grad(-rgb.sum(), vertices)[0][..., :2].abs().max() > 0
    rgb, depth, alpha = rasterize_mesh(TRIANGLE, colors, None, Scene(FACE, 16))
    assert rgb.requires_grad and not alpha.requires_grad and not depth.requires_grad
    rgb, _, alpha = rasterize_mesh(vertices, None, None, Scene(FACE, 16))  # the silhouette alone
    alone, = torch.autograd.grad(-alpha.sum(), vertices)
    rgb, _, _ = rasterize_mesh(vertices, colors, None, Scene(FACE, 16, with_depth=False, with_alpha=False))
    torch.testing.assert_close(alone, torch.autograd.grad(-rgb.sum(), vertices)[0])  # white on black is a silhouette


@pytest.mark.parametrize("anti_aliasing", [False, True])
def test_the_images_are_the_same_with_and_without_a_gradient(anti_aliasing, goldens, looking_from):
    for name in ("triangle_soup", "awkward", "open_bowl"):
        vertices, faces = nr.load_obj(goldens / f"meshes/{name}.obj")
        white = torch.ones(1).expand(1, len(faces), 1, 1, 1, 3)
        renderer = looking_from((0, 0, -2.732), 48, anti_aliasing=anti_aliasing, background_color=(0.2, 0.2, 0.2))
        rgb, depth, alpha = renderer(vertices[None], faces[None], white)
        tracked_rgb, *tracked = renderer(vertices[None].clone().requires_grad_(), faces[None], white)
        torch.testing.assert_close(tracked_rgb, rgb, atol=1e-6, rtol=0)
        assert torch.equal(tracked[0], depth) and torch.equal(tracked[1], alpha)


def test_a_flat_surface_is_not_all_ties_where_a_network_wants_a_gradient():
    triangle = torch.tensor([[[-1.0, -1, 3], [1, -1, 5], [0, 1, 4]]])
    colors = torch.full((1, 1, 1), 0.3)
    scene = Scene(FACE, 64, fill_back=False)
    flat, _, alpha = rasterize_mesh(triangle, colors, None, scene)
    tracked, *_ = rasterize_mesh(triangle.requires_grad_(), colors, None, scene)
    inside = alpha[0] == 1
    assert len(flat[0, 0][inside].unique()) == 1
    assert len(tracked[0, 0][inside].unique()) > 1


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batchs_gradient_is_its_views_one_by_one(goldens, looking_from, threads):
    vertices, faces = nr.load_obj(goldens / "meshes/open_bowl.obj")
    weight = torch.randn(3, 3, 48, 48, generator=torch.Generator().manual_seed(0))

    def gradients(views):
        azimuth = torch.tensor([0.0, 100.0, 200.0])[views].requires_grad_()
        mesh = vertices.clone().requires_grad_()
        n = len(azimuth)
        renderer = looking_from(nr.get_points_from_angles(2.732, 20.0, azimuth), 48)
        white = torch.ones(1).expand(n, len(faces), 2, 2, 2, 3)
        rgb = renderer(mesh.expand(n, -1, -1), faces.expand(n, -1, -1), white, mode="rgb")
        return torch.autograd.grad((weight[views] * rgb).sum(), (azimuth, mesh))

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        together = gradients([0, 1, 2])
    finally:
        torch.set_num_threads(before)
    alone = [gradients([k]) for k in range(3)]
    torch.testing.assert_close(together[0], torch.cat([a for a, _ in alone]), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(together[1], sum(m for _, m in alone), rtol=1e-4, atol=1e-3)


def gradient_of(vertices, faces, size=SIZE):
    vertices = torch.as_tensor(vertices, dtype=torch.float32)[None].requires_grad_()
    faces = torch.as_tensor(faces)[None]
    rgb, _, alpha = rasterize_mesh(vertices, torch.ones(1, 2 * faces.shape[1], 1), None, Scene(faces, size, False))
    weight = torch.randn(2, size, size, generator=torch.Generator().manual_seed(0))
    (weight[0] * rgb[0, 0] + weight[1] * alpha[0]).sum().backward()
    return vertices.grad[0]


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf, 1e10, -1e20, 3e38])
def test_a_vertex_out_of_range_spoils_only_its_faces(broken):
    good = TRIANGLE[0].numpy()
    expected = gradient_of(good, [[0, 1, 2]])
    for axes in (0, 1, 2, [0, 1], [0, 1, 2]):
        for corners in (0, [0, 1], [0, 1, 2]):
            bad = good.copy()
            bad[np.ix_(np.atleast_1d(corners), np.atleast_1d(axes))] = broken
            bad[:, 2] += 5  # behind the good one
            gradient = gradient_of(np.concatenate((good, bad)), [[0, 1, 2], [3, 4, 5], [5, 4, 3]])
            assert torch.isfinite(gradient).all()
            if not np.isfinite(broken):
                torch.testing.assert_close(gradient[:3], expected)
                assert not gradient[3:].any()


@pytest.mark.parametrize("size", [1, 2, 7, 31, 33])
def test_edges_on_sample_centres_points_and_faces_off_the_image(size):
    on_centres = [[-1 + 1 / size, -1 + 1 / size, 2], [1 - 1 / size, -1 + 1 / size, 2], [1 - 1 / size, 1 - 1 / size, 2]]
    for corners in (on_centres, [[0, 0, 2]] * 3, [[-1, 0, 2], [1, 0, 2], [0, 0, 2]], [[0, -1, 2], [0, 1, 2], [0, 0, 2]],
                    [[-50, -50, 2], [50, -50, 2], [0, 80, 2]], [[-1, -1, -2], [1, -1, 2], [0, 1, 2]]):
        assert torch.isfinite(gradient_of(corners, [[0, 1, 2], [0, 0, 1]], size)).all()
    for corners in (np.add(on_centres, [3, 0, 0]), np.add(on_centres, [0, -4, 0]), np.multiply(on_centres, [1, 1, -1])):
        assert not gradient_of(corners, [[0, 1, 2]], size).any()
