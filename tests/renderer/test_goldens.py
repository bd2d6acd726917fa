"""The renderer against numbers of the neural mesh renderer's own kernels.

Mesh            Rules of utils.renderer.rules that its images hold (tests/renderer/test_gradients.py: its gradients too)
tetrahedron     faces_camera, edge_function, is_covered: a few large faces, each seen from both sides
bumpy_sphere    sample_depth: small faces in perspective, whose depths and lights all differ
open_bowl       faces_camera, sides: the backs of faces are seen, with the light of the opposite normal
triangle_soup   is_nearer: faces that cross each other, at nearly equal depths
awkward         is_nearer at equal depths (a face and its reverse), faces without an area, a vertex that no face uses

Of tests/goldens/interface (test_interface.py): textured_* hold cube_place, corner_weight and depth_at; depth_gradient
holds inverse_depth_slope and corner_depth_gradient; one_triangle holds the rules of edges, from first_scanline to
is_wanted; look, projection and light_and_background hold the camera and the light.
"""
import numpy as np
import pytest
import torch

import utils.renderer as nr

MESHES = ("tetrahedron", "bumpy_sphere", "open_bowl", "triangle_soup", "awkward")
TOLERANCE = 1e-3
ALLOWED = 5e-4  # share of pixels, beyond those that flip when the vertices move by 1e-7


def views(looking_from, golden, vertices, faces, **settings):
    eye = torch.tensor([nr.get_points_from_angles(d, e, a) for d, e, a in
                        zip(golden["distance"], golden["elevation"], golden["azimuth"])], dtype=torch.float32)
    n = len(eye)
    white = torch.ones(1, 1, 1, 1, 1, 3, device=vertices.device).expand(n, len(faces), 2, 2, 2, 3)
    return looking_from(eye, **settings)(vertices.expand(n, -1, -1), faces.expand(n, -1, -1), white)


def check(image, expected, sensitivity):
    off = (np.abs(image.cpu().numpy() - expected) > TOLERANCE).mean(axis=(1, 2))
    assert (off <= sensitivity + ALLOWED).all(), off


@pytest.mark.parametrize("name", MESHES)
def test_images_are_the_original_renderers(name, goldens, looking_from, device):
    golden = np.load(goldens / "renders" / f"{name}.npz")
    vertices, faces = nr.load_obj(goldens / "meshes" / f"{name}.obj")
    np.testing.assert_array_equal(faces, golden["faces"])
    np.testing.assert_allclose(vertices, golden["vertices"], atol=1e-6)
    vertices, faces = vertices.to(device), faces.to(device)

    rgb, depth, alpha = views(looking_from, golden, vertices, faces, image_size=int(golden["image_size"]))
    for channel in range(3):
        check(rgb[:, channel], golden["rgb"], golden["sensitivity"])
    check(depth, golden["depth"], golden["sensitivity"])
    check(alpha, golden["alpha"], golden["sensitivity"])

    rgb, depth, alpha = views(looking_from, golden, vertices, faces, image_size=64, anti_aliasing=False)
    check(rgb[:, 0], golden["rgb_64_no_anti_aliasing"], golden["sensitivity"])
    assert torch.equal(alpha, (depth < 100).float())


def test_published_frames(shared):
    from PIL import Image

    from utils.semantic.views import Views
    from utils.shapes.shape import load_shape

    for name, class_nb, object_nb in (("bathtub", 1, 7), ("cup", 5, 4)):
        shape = load_shape(shared / "scale", class_nb, object_nb)
        frames = sorted((shared / "published/examples" / name).glob("*.jpg"))
        assert frames
        for path in frames:
            elevation, azimuth = map(int, path.stem.split("_"))
            image = Views(shape)([[azimuth, elevation]])[0].permute(1, 2, 0) * 255
            published = np.asarray(Image.open(path).convert("RGB"), dtype=np.float32)
            assert np.abs(image.numpy() - published).mean() <= 1.2, path
