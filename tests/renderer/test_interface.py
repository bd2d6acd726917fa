"""The interface that code written for neural_renderer knows: numbers of the original, and its documented behaviour."""
import json

import numpy as np
import pytest
import torch

import utils.renderer as nr

ALLOWED = 5e-4  # share of pixels that may differ by more than 1e-3


@pytest.fixture
def sphere(goldens, device):
    return load(goldens, "bumpy_sphere", device)


def load(goldens, name, device):
    """vertices [1, V, 3] and faces [1, F, 3]."""
    return [t[None].to(device) for t in nr.load_obj(goldens / "meshes" / f"{name}.obj")]


def white(faces, cells=2):
    return torch.ones(1, device=faces.device).expand(*faces.shape[:2], cells, cells, cells, 3)


def check(images, expected, *names):
    for image, name in zip(images, names):
        off = np.abs(image[0].detach().cpu().numpy() - expected[name]) > 1e-3
        assert off.mean() <= ALLOWED, name


def error(value, expected):
    return np.linalg.norm(value.cpu().numpy() - expected) / np.linalg.norm(expected)


@pytest.mark.parametrize("name", ["open_bowl", "triangle_soup"])
def test_coloured_cubes_and_their_gradient(name, goldens, looking_from, device):
    golden = np.load(goldens / "interface" / f"textured_{name}.npz")
    vertices, faces = load(goldens, name, device)
    textures = torch.from_numpy(golden["textures"].astype(np.float32))[None].to(device).requires_grad_()
    eye = nr.get_points_from_angles(*(float(golden[key]) for key in ("distance", "elevation", "azimuth")))
    rgb = looking_from(eye, int(golden["image_size"])).render_rgb(vertices, faces, textures)
    check([rgb], golden, "rgb")
    weight = torch.from_numpy(golden["weight"].astype(np.float32)).to(device)
    gradient, = torch.autograd.grad((weight * rgb[0]).sum(), textures)
    assert error(gradient[0], golden["grad_textures"]) < 0.01


def test_lights_and_background(sphere, goldens, looking_from):
    golden = np.load(goldens / "interface/light_and_background.npz")
    renderer = looking_from(nr.get_points_from_angles(3.2, 15, 250), 64, background_color=(0.1, 0.2, 0.3),
                            fill_back=False, viewing_angle=20, light_intensity_ambient=0.3,
                            light_color_ambient=(1, 0.9, 0.8), light_intensity_directional=0.6,
                            light_color_directional=(0.5, 0.7, 1.0), light_direction=(0.6, 0, -0.8))
    check(renderer(*sphere, white(sphere[1])), golden, "rgb", "depth", "alpha")


def test_look(sphere, goldens):
    golden = np.load(goldens / "interface/look.npz")
    renderer = nr.Renderer(64, camera_mode="look", camera_direction=golden["camera_direction"].tolist())
    renderer.eye = golden["eye"].tolist()
    check(renderer(*sphere, white(sphere[1])), golden, "rgb", "depth")


def test_projection_with_a_distorting_lens(sphere, goldens):
    golden = np.load(goldens / "interface/projection.npz")
    K, R, t, distortion = (torch.from_numpy(golden[key])[None].to(sphere[0]) for key in ("K", "R", "t", "dist_coeffs"))
    renderer = nr.Renderer(64, camera_mode="projection", K=K, R=R, t=t, dist_coeffs=distortion,
                           orig_size=int(golden["orig_size"]))
    check(renderer(*sphere, white(sphere[1])), golden, "rgb", "depth", "alpha")


def test_depth_gradient(goldens, looking_from, device):
    golden = np.load(goldens / "interface/depth_gradient.npz")
    vertices, faces = load(goldens, "triangle_soup", device)
    eye = nr.get_points_from_angles(*(float(golden[key]) for key in ("distance", "elevation", "azimuth")))
    depth = looking_from(eye, 64, anti_aliasing=False).render_depth(vertices.requires_grad_(), faces)
    check([depth], golden, "depth")
    weight = torch.from_numpy(golden["weight"].astype(np.float32)).to(device)
    gradient, = torch.autograd.grad((weight * depth[0])[depth[0] < 99].sum(), vertices)
    assert error(gradient[0], golden["grad_vertices"]) < 0.01


@pytest.mark.parametrize("from_silhouette", [False, True])
@pytest.mark.parametrize("case", [0, 1])
def test_gradient_of_one_triangle(case, from_silhouette, goldens, looking_from, device):
    golden = json.loads((goldens / "interface/one_triangle.json").read_text())["cases"][case]
    vertices = torch.tensor([golden["vertices"]], device=device, requires_grad=True)
    faces = torch.tensor([[[0, 1, 2]]], dtype=torch.int32, device=device)
    renderer = nr.Renderer(64, camera_mode="look_at", anti_aliasing=False, perspective=False,
                           light_intensity_ambient=1.0, light_intensity_directional=0.0)
    if from_silhouette:
        image = renderer(vertices, faces, mode="silhouettes")[0]
    else:
        image = renderer(vertices, faces, white(faces), mode="rgb")[0].mean(0)
    (image[golden["y"], golden["x"]] - golden["target"]).abs().backward()
    np.testing.assert_allclose(vertices.grad[0].cpu(), golden["grad"], rtol=1e-2, atol=1e-6)


@pytest.fixture
def teapot(shared, device):
    return [t[None].to(device) for t in nr.load_obj(shared / "neural_renderer/teapot.obj")]


def pixels(path):
    from PIL import Image
    return np.asarray(Image.open(path))


def test_the_teapots_silhouette_is_blenders(teapot, shared):
    expected = pixels(shared / "neural_renderer/teapot_blender.png").min(-1) != 255
    renderer = nr.Renderer(256, camera_mode="look_at", anti_aliasing=False, light_intensity_ambient=1.0,
                           light_intensity_directional=0.0)
    rgb, _, _ = renderer(*teapot, white(teapot[1]))
    assert ((rgb[0].mean(0) != 0).cpu().numpy() == expected).all() and expected.size == 65536
    assert ((renderer(*teapot, mode="silhouettes")[0] != 0).cpu().numpy() == expected).all()


def test_the_teapots_depth(teapot, shared):
    depth = nr.Renderer(256, camera_mode="look_at", anti_aliasing=False)(*teapot, mode="depth")[0].cpu().numpy()
    depth[depth == depth.max()] = depth.min()
    scaled = (depth - depth.min()) / (depth.max() - depth.min())
    assert np.abs(scaled - pixels(shared / "neural_renderer/test_depth.png") / 255).max() < 1e-2


@pytest.mark.parametrize("wrapping", ["REPEAT", "MIRRORED_REPEAT", "CLAMP_TO_EDGE", "CLAMP_TO_BORDER"])
@pytest.mark.parametrize("bilinear", [True, False])
def test_the_textured_model_shows_its_images(wrapping, bilinear, shared, looking_from, device):
    model = shared / "neural_renderer/4e49873292196f02574b5684eaec43e9/model.obj"
    loaded = nr.load_obj(model, load_texture=True, texture_size=4, texture_wrapping=wrapping, use_bilinear=bilinear)
    vertices, faces, textures = (t[None].to(device) for t in loaded)
    assert textures.shape == (1, faces.shape[1], 4, 4, 4, 3) and 0 <= textures.min() and textures.max() <= 1
    assert (textures.flatten(2, 4).std(2) > 0.01).any()  # some faces have more than one colour
    renderer = looking_from(nr.get_points_from_angles(2, 15, 30), 64)
    rgb, _, alpha = renderer(vertices, faces, textures)
    assert (rgb.mean(1)[alpha == 1] > 0).float().mean() > 0.5


def test_every_element_of_a_batch_has_its_own(goldens, device):
    vertices, faces = load(goldens, "bumpy_sphere", device)
    random = torch.Generator().manual_seed(1)
    several = torch.cat((vertices, vertices * 0.8, vertices * torch.tensor([1, 0.5, 1], device=device)))
    textures = torch.rand(3, faces.shape[1], 2, 2, 2, 3, generator=random).to(device)
    renderer = nr.Renderer(48, camera_mode="look_at")
    values = dict(eye=torch.tensor([[0, 0, -2.7], [2.7, 0, 0], [0, 2, 2]]),
                  light_direction=torch.tensor([[0, 1.0, 0], [1, 0, 0], [0, 0, 1]]),
                  light_color_directional=torch.rand(3, 3, generator=random),
                  light_intensity_ambient=torch.tensor([0.2, 0.5, 0.8]))
    for name, value in values.items():
        setattr(renderer, name, value.to(device))
    together = renderer(several, faces.expand(3, -1, -1), textures)
    for k in range(3):
        for name, value in values.items():
            setattr(renderer, name, value[k:k + 1].to(device))
        alone = renderer(several[k:k + 1], faces, textures[k:k + 1])
        for a, b in zip(together, alone):
            torch.testing.assert_close(a[k], b[0], atol=1e-5, rtol=0)


def test_the_functions_below_the_renderer(goldens, device):
    vertices, faces = load(goldens, "open_bowl", device)
    corners = nr.vertices_to_faces(nr.perspective(nr.look_at(vertices, (0, 0, -2.732))), faces)
    textures = nr.lighting(nr.vertices_to_faces(vertices, faces), white(faces).clone())
    rgb = nr.rasterize(corners, textures, 64)
    images = nr.rasterize_rgbad(corners, textures, 64)
    assert rgb.shape == (1, 3, 64, 64) and torch.equal(images["rgb"], rgb)
    assert torch.equal(images["alpha"], nr.rasterize_silhouettes(corners, 64))
    assert torch.equal(images["depth"], nr.rasterize_depth(corners, 64))
    assert 0.05 < images["alpha"].mean() < 0.95


def test_a_mesh_of_a_file(goldens):
    mesh = nr.Mesh.fromobj(goldens / "meshes/tetrahedron.obj")
    assert (mesh.num_vertices, mesh.num_faces, mesh.texture_size) == (4, 4, 4)
    assert mesh.textures.shape == (4, 4, 4, 4, 3) and mesh.textures.requires_grad


@pytest.mark.parametrize("mistake, complaint", [
    (lambda: nr.Renderer(camera_mode="fisheye"), "camera_mode 'fisheye' is not known; expected one of"),
    (lambda: nr.Renderer()(torch.zeros(1, 3, 3), torch.zeros(1, 1, 3, dtype=torch.int32), mode="depth"),
     "camera_mode 'projection' needs K, R, t"),
    (lambda: nr.Renderer(camera_mode="look_at")(torch.zeros(3, 3), torch.zeros(1, 1, 3, dtype=torch.int32), mode="rgb"),
     "shape"),
    (lambda: nr.load_obj("x.obj", texture_wrapping="TILE"), "texture_wrapping 'TILE' is not known"),
])
def test_mistakes_are_named(mistake, complaint):
    with pytest.raises(ValueError, match=complaint):
        mistake()
