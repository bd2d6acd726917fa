"""f: points -> confidence."""
import numpy as np
import pytest
import torch
from torch import nn

import utils.renderer as nr
from utils.dataset import load_shape
from utils.networks import choose_network
from utils.semantic import IMAGENET_MEAN, IMAGENET_STD, Confidence, grid, images_at


class Tiny(nn.Module):
    """Three classes from the mean of each quarter of the image."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Conv2d(3, 4, 5, stride=4), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
                                    nn.Linear(16, 3))

    def forward(self, images):
        self.seen = images
        return 20 * self.layers(images)


@pytest.fixture
def mesh(goldens):
    return nr.load_obj(goldens / "meshes/open_bowl.obj")


POINTS = np.stack((np.linspace(0, 350, 23), np.linspace(-10, 90, 23)), axis=1)


def test_the_same_numbers_whatever_the_batch_size(mesh):
    expected = Confidence(Tiny(), 1, *mesh, batch_size=23)(POINTS)
    assert expected.shape == (23,) and expected.dtype == torch.float32
    assert expected.std() > 1e-3  # or there would be nothing to compare
    for batch_size in (1, 7, 16, 64):
        torch.testing.assert_close(Confidence(Tiny(), 1, *mesh, batch_size=batch_size)(POINTS), expected,
                                   atol=1e-5, rtol=0)


def test_f_is_the_softmax_of_the_label_on_the_plain_image(mesh):
    network = Tiny()
    images = images_at(POINTS[:3], *mesh)
    assert images.shape == (3, 3, 224, 224) and 0 <= images.min() and images.max() <= 1.0001
    for label in range(3):
        f = Confidence(network, label, *mesh)
        torch.testing.assert_close(f(POINTS[:3]), network(images).softmax(1)[:, label].detach())
    torch.testing.assert_close(network.seen, images)


def test_normalize_takes_imagenets_statistics_off(mesh):
    network = Tiny()
    Confidence(network, 0, *mesh, normalize=True)(POINTS[:2])
    expected = images_at(POINTS[:2], *mesh)
    expected = (expected - torch.tensor(IMAGENET_MEAN)[:, None, None]) / torch.tensor(IMAGENET_STD)[:, None, None]
    torch.testing.assert_close(network.seen, expected)


def test_bf16_is_close_and_not_the_same(mesh):
    full = Confidence(Tiny(), 1, *mesh)(POINTS)
    half = Confidence(Tiny(), 1, *mesh, precision="bf16")(POINTS)
    assert half.dtype == torch.float32
    assert 0 < (half - full).abs().max() < 0.1


def test_no_points_are_no_confidences(mesh):
    assert Confidence(Tiny(), 0, *mesh)(np.empty((0, 2))).shape == (0,)


def test_the_papers_grid():
    xx, yy = grid()
    assert xx.shape == yy.shape == (34, 120)
    assert xx[0].tolist() == list(range(0, 360, 3))
    assert yy[:, 0].tolist() == list(range(-10, 90, 3))
    assert grid(100)[0].shape == (1, 4)
    assert grid(0.5)[0].shape == (200, 720)


@pytest.mark.parametrize("name", ["chair_9", "cup_4"])
def test_confidence_of_a_real_network_on_a_real_mesh(name, shared):
    golden = np.load(shared / "goldens/confidence" / f"{name}.npz")
    class_nb = int(golden["class_nb"])
    shape = load_shape(shared / "scale", class_nb, int(golden["object_nb"]))
    choice = choose_network("squeezenet1_0", shared / "weights/squeezenet1_0_rgb01.pth")
    f = Confidence(choice.load(), choice.label(class_nb), shape.vertices, shape.faces)
    np.testing.assert_allclose(f(golden["points"]), golden["confidence"], atol=1e-3, rtol=0)
    off = np.abs(f.images(golden["points"][:4])[:, 0].numpy() - golden["image"]) > 1e-3
    assert off.mean(axis=(1, 2)).max() <= 5e-4
