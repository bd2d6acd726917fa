"""Programs as they were written for the original package: they run here as they are, but for `.cuda()`.

Its programs that move vertices and a camera are examples/fit_vertices.py and fit_camera.py (tests/test_examples.py).
"""
import numpy as np
import pytest
import torch
import torch.nn as nn

import utils.renderer as nr


@pytest.fixture
def obj(goldens):
    return str(goldens / "meshes/open_bowl.obj")


def test_textures_follow_an_image(obj):
    class Model(nn.Module):
        def __init__(self, filename_obj, image_ref):
            super().__init__()
            vertices, faces = nr.load_obj(filename_obj)
            self.register_buffer('vertices', vertices[None, :, :])
            self.register_buffer('faces', faces[None, :, :])
            self.textures = nn.Parameter(torch.zeros(1, self.faces.shape[1], 4, 4, 4, 3, dtype=torch.float32))
            self.register_buffer('image_ref', torch.from_numpy(image_ref).float())
            renderer = nr.Renderer(camera_mode='look_at', image_size=48)
            renderer.perspective = False
            renderer.light_intensity_directional = 0.0
            renderer.light_intensity_ambient = 1.0
            self.renderer = renderer

        def forward(self):
            self.renderer.eye = nr.get_points_from_angles(2.732, 0, np.random.uniform(0, 360))
            image, _, _ = self.renderer(self.vertices, self.faces, torch.tanh(self.textures))
            return torch.sum((image - self.image_ref) ** 2)

    np.random.seed(0)
    image_ref = np.broadcast_to(np.array([0.9, 0.2, 0.4])[None, :, None, None], (1, 3, 48, 48)).copy()
    model = Model(obj, image_ref)
    optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=0.1, betas=(0.5, 0.999))
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = model()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]
    rgb = model.renderer.render_rgb(model.vertices, model.faces, torch.tanh(model.textures))
    mask = model.renderer.render_silhouettes(model.vertices, model.faces)
    mean = (rgb * mask[:, None]).sum((0, 2, 3)) / mask.sum()
    assert mean[0] > mean[2] > mean[1] > 0


def test_a_calibrated_projection_per_view(obj):
    """Cameras given at the call, one for each mesh, with a lens, as a calibration gives them."""
    vertices, faces, textures = (t[None].repeat(2, *[1] * t.dim()) for t in (
        *nr.load_obj(obj), torch.ones(len(nr.load_obj(obj)[1]), 2, 2, 2, 3)))
    image_size, angle = 64, np.radians(20)
    K = np.array([[80, 0, 32], [0, 80, 32], [0, 0, 1]], dtype=np.float32)
    R = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]], dtype=np.float32)
    t = np.array([[0, 0, 4]], dtype=np.float32)
    lens = torch.tensor([[0.1, 0.0, 0.0, 0.0, 0.0]]).repeat(2, 1)
    K, R, t = (torch.from_numpy(np.stack(pair)) for pair in ((K, K), (R, np.eye(3, dtype=np.float32)), (t, t)))
    renderer = nr.Renderer(image_size=image_size, camera_mode='projection', orig_size=image_size)
    images, depth, alpha = renderer(vertices, faces, textures, K=K, R=R, t=t, dist_coeffs=lens, orig_size=image_size)
    own = nr.Renderer(image_size=image_size, K=K, R=R, t=t, dist_coeffs=lens, orig_size=image_size)
    for again, image in zip(own(vertices, faces, textures), (images, depth, alpha)):
        assert torch.equal(again, image)
    on_image = nr.projection(vertices, K, R, t, lens, image_size)
    silhouettes = nr.rasterize_silhouettes(nr.vertices_to_faces(on_image, torch.cat((faces, faces.flip(-1)), dim=1)),
                                           image_size)
    assert torch.equal(silhouettes, alpha) and not torch.equal(alpha[0], alpha[1])

    # OpenCV's formula at one vertex: where it falls in pixels, rows counted downwards
    x, y, z = (R[0] @ vertices[0, 0] + t[0, 0]).tolist()
    radial = 1 + 0.1 * ((x / z) ** 2 + (y / z) ** 2)
    column, row = 80 * x / z * radial + 32, 80 * y / z * radial + 32
    expected = [2 * column / image_size - 1, 1 - 2 * row / image_size, z]
    np.testing.assert_allclose(on_image[0, 0], expected, atol=1e-5)
