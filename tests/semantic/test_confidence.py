"""f: points -> confidence."""
import numpy as np
import pytest
import torch
from torch import nn

import utils.renderer as nr
from utils.networks import IMAGENET_MEAN, IMAGENET_STD, load_network
from utils.parameters import grid
from utils.semantic.classifier import Classifier
from utils.semantic.confidence import Confidence
from utils.semantic.gradients import N_KNOWN, CentralDifferences, RendererGradient
from utils.semantic.views import Views
from utils.shapes.shape import Shape, load_shape


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
def shape(goldens):
    return Shape(*nr.load_obj(goldens / "meshes/open_bowl.obj"), "open_bowl", None)


def f_of(module, label, shape, *, parameters=("azimuth", "elevation"), fixed=None, gradient=None, **classifier):
    """f of a network that is loaded already."""
    return Confidence(Views(shape, parameters, fixed), Classifier(module, **classifier), label,
                      gradient=gradient or RendererGradient())


POINTS = np.stack((np.linspace(0, 350, 23), np.linspace(-10, 90, 23)), axis=1)


def test_the_same_numbers_whatever_the_batch_size(shape):
    expected = f_of(Tiny(), 1, shape, batch_size=23)(POINTS)
    assert expected.shape == (23,) and expected.dtype == torch.float32
    assert expected.std() > 1e-3  # or there would be nothing to compare
    for batch_size in (1, 7, 16, 64):
        torch.testing.assert_close(f_of(Tiny(), 1, shape, batch_size=batch_size)(POINTS), expected,
                                   atol=1e-5, rtol=0)


def test_f_is_the_softmax_of_the_label_on_the_plain_image(shape):
    network = Tiny()
    images = Views(shape)(POINTS[:3])
    assert images.shape == (3, 3, 224, 224) and 0 <= images.min() and images.max() <= 1.0001
    for label in range(3):
        f = f_of(network, label, shape)
        torch.testing.assert_close(f(POINTS[:3]), network(images).softmax(1)[:, label].detach())
    torch.testing.assert_close(network.seen, images)


def test_normalize_takes_imagenets_statistics_off(shape):
    network = Tiny()
    f_of(network, 0, shape, normalization=(IMAGENET_MEAN, IMAGENET_STD))(POINTS[:2])
    expected = Views(shape)(POINTS[:2])
    expected = (expected - torch.tensor(IMAGENET_MEAN)[:, None, None]) / torch.tensor(IMAGENET_STD)[:, None, None]
    torch.testing.assert_close(network.seen, expected)


def test_bf16_is_close_and_not_the_same(shape):
    full = f_of(Tiny(), 1, shape)(POINTS)
    half = f_of(Tiny(), 1, shape, precision="bf16")(POINTS)
    assert half.dtype == torch.float32
    assert 0 < (half - full).abs().max() < 0.1


def test_the_papers_grid():
    xx, yy = grid()
    assert xx.shape == yy.shape == (34, 120)
    assert xx[0].tolist() == list(range(0, 360, 3))
    assert yy[:, 0].tolist() == list(range(-10, 90, 3))
    assert grid(100)[0].shape == (1, 4)
    assert grid(0.5)[0].shape == (200, 720)


@pytest.fixture(params=["chair_9", "cup_4"])
def real(request, shared):
    """Numbers of a real mesh and a real network; the network, its label and the shape."""
    golden = np.load(shared / "goldens/confidence" / f"{request.param}.npz")
    class_nb = int(golden["class_nb"])
    network = load_network("squeezenet1_0", shared / "weights/squeezenet1_0_rgb01.pth")
    return golden, network, network.label(class_nb), load_shape(shared / "scale", class_nb, int(golden["object_nb"]))


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_confidence_of_a_real_network_on_a_real_mesh(real, engine):
    golden, network, label, shape = real
    f = Confidence.of(network, label, shape, engine=engine)
    np.testing.assert_allclose(f(golden["points"]), golden["confidence"], atol=1e-3, rtol=0)
    off = np.abs(f.images(golden["points"][:4])[:, 0].numpy() - golden["image"]) > 1e-3
    assert off.mean(axis=(1, 2)).max() <= 5e-4


@pytest.mark.parametrize("released, key", [(False, "grad_confidence"), (True, "grad_cross_entropy")])
def test_gradient_of_a_real_network_on_a_real_mesh(real, released, key):
    golden, network, label, shape = real
    f = f_of(network.load(), label, shape, batch_size=8, gradient=RendererGradient(released))
    # Which of nearly equal numbers the network's max-pooling takes is a matter of the last digit, which differs between
    # processors: 1e-6 degrees move the cosine by 1e-3. So the mean over such nudges is held to the golden.
    gradients = []
    for nudge in (0, 1e-6, -1e-6):
        values, gradient = f.value_and_grad(golden["points"][::3] + nudge)
        np.testing.assert_allclose(values, golden["confidence"][::3], atol=1e-3, rtol=0)
        gradients.append(gradient)
    ours, theirs = torch.stack(gradients).mean(0).numpy().ravel(), golden[key][::3].ravel()
    assert ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs) >= 0.999
    np.testing.assert_allclose(np.linalg.norm(ours), np.linalg.norm(theirs), rtol=0.05)


class Brightness(nn.Module):
    """Two classes: how much of the image is lit, and nothing. Smooth in the viewpoint as far as an image can be."""

    def forward(self, images):
        lit = images.mean((1, 2, 3)) * 20
        return torch.stack((lit, torch.zeros_like(lit)), dim=1)


def test_finite_differences_are_differences_of_f(shape):
    points = np.array([[20.0, 30], [200, 60], [310, 5]])
    for parameters, columns in ((("azimuth", "elevation"), points), (("azimuth",), points[:, :1])):
        f = f_of(Brightness(), 0, shape, parameters=parameters, gradient=CentralDifferences(2.0))
        values, gradients = f.value_and_grad(columns)
        torch.testing.assert_close(values, f(columns))
        for k in range(len(parameters)):
            step = np.zeros(len(parameters))
            step[k] = 2.0
            expected = (f(columns + step) - f(columns - step)).double() / 4
            torch.testing.assert_close(gradients[:, k], expected)


def test_values_beside_a_gradient_are_those_of_f(shape):
    for gradient in (RendererGradient(), CentralDifferences()):
        f = f_of(Tiny(), 1, shape, batch_size=7, gradient=gradient)
        values, gradients = f.value_and_grad(POINTS)
        torch.testing.assert_close(values, f(POINTS), atol=1e-5, rtol=0)
        assert gradients.shape == (23, 2) and torch.isfinite(gradients).all()
        empty_values, empty_gradients = f.value_and_grad(np.empty((0, 2)))
        assert empty_values.shape == (0,) and empty_gradients.shape == (0, 2)


class Counted(Tiny):
    """It counts the images that it is asked for."""
    n_asked = 0

    def forward(self, images):
        self.n_asked += len(images)
        return super().forward(images)


def test_a_run_asks_for_the_gradient_of_an_image_once_and_its_numbers_depend_on_no_other_image(shape):
    network = Counted()
    f = f_of(network, 1, shape, gradient=RendererGradient(known={}))
    few = f.few
    alone = [f.value_and_grad(POINTS[k:k + 1]) for k in range(6)]
    assert network.n_asked == 6 * few  # filled up, so that every image is computed in as many
    n_asked = network.n_asked
    again = f.value_and_grad(np.concatenate((POINTS[3:6], POINTS[:7], POINTS[6:7])))
    assert network.n_asked == n_asked + few  # one of eleven is new
    for expected, found in zip(map(torch.cat, zip(*(alone[k] for k in (3, 4, 5, *range(6))))), again):
        assert torch.equal(found[:9], expected) and torch.equal(found[9], found[10])
    unknown = f_of(network, 1, shape, gradient=RendererGradient())
    for expected, found in zip(again, unknown.value_and_grad(np.concatenate((POINTS[3:6], POINTS[:7], POINTS[6:7])))):
        assert torch.equal(found, expected)


def test_nothing_is_known_from_one_call_to_the_next_outside_of_a_run(shape):
    network = Tiny()  # that is trained between the calls
    f = f_of(network, 1, shape)
    before, _ = f.value_and_grad(POINTS[:3])
    network.layers[-1].weight.data *= 2
    after, _ = f.value_and_grad(POINTS[:3])
    assert (before - after).abs().min() > 1e-4
    torch.testing.assert_close(after, f(POINTS[:3]))


def test_a_run_keeps_no_more_than_its_last_images(shape):
    known = {}
    f = f_of(Tiny(), 1, shape, gradient=RendererGradient(known=known))
    points = np.stack((np.linspace(0, 350, 2 * N_KNOWN), np.full(2 * N_KNOWN, 20)), axis=1)
    f.value_and_grad(points)
    assert len(known) == N_KNOWN


def test_what_is_not_a_parameter_has_its_own_value(shape):
    by_three = f_of(Tiny(), 1, shape, parameters=("azimuth", "elevation", "distance"))
    by_one = f_of(Tiny(), 1, shape, parameters=("azimuth",), fixed=dict(elevation=20))
    torch.testing.assert_close(by_three([[40, 20, 2.732]]), by_one([[40]]))
    assert (by_three([[40, 20, 3.5]]) - by_one([[40]])).abs() > 1e-4


@pytest.mark.parametrize("score, of", [
    ("softmax", lambda logits, label: logits.softmax(1).gather(1, label)),
    ("logit", lambda logits, label: logits.gather(1, label)),
    ("margin", lambda logits, label: logits.gather(1, label) - logits.scatter(1, label, -torch.inf).amax(1, True))])
def test_every_score_is_of_the_label_and_of_the_first_answer(score, of, shape):
    f = Confidence(Views(shape), Classifier(Tiny()), 1, score)
    images = f.images(POINTS)
    answers = f.answers(images)
    logits = f.logits(images).detach()
    assert torch.equal(answers.score, f.evaluate(images)) and torch.equal(answers.top1, logits.argmax(1))
    torch.testing.assert_close(answers.score, of(logits, torch.ones(len(POINTS), 1, dtype=torch.int64))[:, 0])
    torch.testing.assert_close(answers.top1_score, of(logits, answers.top1[:, None])[:, 0])
    right = answers.top1 == 1
    assert torch.equal(answers.score[right], answers.top1_score[right])


def test_a_point_and_the_one_a_period_further_are_the_same_view(shape):
    parameters = ("light_azimuth", "elevation", "azimuth")
    f = f_of(Tiny(), 1, shape, parameters=parameters)
    np.testing.assert_array_equal(f.periods, [360, np.inf, 360])
    points = np.array([[20.0, 30, 40], [200, 10, 310]])
    turned = points + np.where(np.isfinite(f.periods), f.periods, 0)
    torch.testing.assert_close(f.images(turned), f.images(points))
    torch.testing.assert_close(f(turned), f(points))
