"""Engines: values that are PyTorch's, or a line that says why PyTorch computes them."""
import sys

import pytest
import torch
from torch import nn

from utils.errors import InputError
from utils.networks import engines, openvino_engine
from utils.networks.engines import engine_for
from utils.networks.openvino_engine import OpenVINOEngine
from utils.semantic.classifier import Classifier

UNEQUAL = (0.1, 0.5, 0.9), (0.2, 0.3, 0.4)
EQUAL = (127 / 255,) * 3, (128 / 255,) * 3


def convolutions():
    """A network that begins with a convolution, as most do."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 6, 5, stride=3, padding=2), nn.ReLU(), nn.Conv2d(6, 4, 3),
                         nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(36, 5)).eval().requires_grad_(False)


def one_matrix():
    """A network with most of its weights in one matrix."""
    torch.manual_seed(1)
    return nn.Sequential(nn.AvgPool2d(4), nn.Flatten(), nn.Linear(3 * 144, 5)).eval().requires_grad_(False)


class Twice(nn.Module):
    """A network that uses the image in two places."""

    def __init__(self):
        super().__init__()
        self.first, self.second = convolutions(), one_matrix()

    def forward(self, images):
        return self.first(images) + self.second(images).sigmoid()


class Branch(nn.Module):
    """A network whose computation depends on the image."""

    def __init__(self):
        super().__init__()
        self.layers = one_matrix()

    def forward(self, images):
        return self.layers(images) if images.mean() < 0.9 else -self.layers(images)


def pictures(n=7, seed=3):
    """Grey images, whose three channels are one and the same memory: [n, 3, 48, 48]."""
    return torch.rand(n, 1, 48, 48, generator=torch.Generator().manual_seed(seed)).expand(-1, 3, -1, -1)


@pytest.mark.parametrize("make, normalization", [(convolutions, UNEQUAL), (Twice, EQUAL), (one_matrix, None)])
@torch.inference_mode()
def test_values_are_pytorchs_however_many_images_there_are(make, normalization):
    module, images = make().eval(), pictures()
    engine = OpenVINOEngine(module, normalization, "fp32", None)
    plain = Classifier(module, normalization=normalization)
    for shown in (images, torch.rand(5, 3, 48, 48), images[:1]):
        torch.testing.assert_close(engine(shown), plain(shown), atol=1e-5, rtol=1e-5)
    assert torch.equal(torch.cat([engine(image[None]) for image in images]), engine(images))


@torch.inference_mode()
def test_values_without_gradients_are_the_engines_and_the_others_pytorchs():
    module = convolutions()
    classifier = Classifier(module, engine=OpenVINOEngine(module, None, "fp32", None))
    classifier(pictures())
    module.forward = None  # PyTorch has been asked for the first images, and is not asked again
    assert classifier(pictures()).shape == (7, 5) and classifier.engine_name == "openvino"
    with torch.inference_mode(False), torch.enable_grad(), pytest.raises(TypeError):
        classifier(pictures(3).contiguous().requires_grad_())


def test_a_network_that_looks_at_its_images_is_pytorchs(capsys):
    module = Branch()
    classifier = Classifier(module, engine=OpenVINOEngine(module, None, "fp32", None))
    with torch.inference_mode():
        bright = torch.ones(2, 3, 48, 48)
        assert torch.equal(classifier(bright), module(bright))
    line, = capsys.readouterr().out.splitlines()
    assert line.startswith("PyTorch computes, and not openvino") and "depends on what is in the images" in line
    assert classifier.engine_name == "torch"
    classifier = Classifier(module, engine=OpenVINOEngine(module, None, "fp32", None, asked_for=True))
    with torch.inference_mode(), pytest.raises(InputError, match="^`engine` openvino: not for this network"):
        classifier(bright)


class Off(OpenVINOEngine):
    """An engine whose values are slightly off."""

    def __call__(self, images):
        return super().__call__(images) + torch.tensor([2e-3, 0, 0, 0, 0])


@torch.no_grad()
def test_an_engine_that_is_off_is_found_out(capsys):
    module = convolutions()
    classifier = Classifier(module, engine=Off(module, None, "fp32", None))
    torch.testing.assert_close(classifier(pictures()), module(pictures()))
    line, = capsys.readouterr().out.splitlines()
    assert "its confidences differ from PyTorch's by 0.000" in line and "more than 0.0001" in line
    classifier = Classifier(module, engine=Off(module, None, "fp32", None, asked_for=True))
    with torch.enable_grad():  # which PyTorch computes; the engine is looked at after it
        assert classifier(pictures(2).contiguous().requires_grad_()).requires_grad
    with pytest.raises(InputError, match="differ from PyTorch's"):
        classifier(pictures())


class Known:
    """A network of a package: its converted form is known by name."""
    name, code, weights_identity = "known", "package 1.0", staticmethod(lambda: "0123abcd")


@torch.inference_mode()
def test_a_converted_network_is_kept(monkeypatch):
    first = engine_for("auto", Known(), convolutions())(pictures())
    monkeypatch.setattr(openvino_engine, "_exported", None)
    assert torch.equal(engine_for("openvino", Known(), convolutions())(pictures()), first)


@torch.inference_mode()
def test_a_users_network_is_known_by_what_it_computes(monkeypatch):
    module = convolutions()
    first = OpenVINOEngine(module, None, "fp32", None)(pictures())
    monkeypatch.setattr(openvino_engine.ov, "convert_model", None)
    assert torch.equal(OpenVINOEngine(convolutions(), None, "fp32", None)(pictures()), first)
    module[1] = nn.Tanh()  # other code, the same weights
    with pytest.raises(engines.EngineError):
        OpenVINOEngine(module, None, "fp32", None)(pictures())


@torch.inference_mode()
def test_where_nothing_can_be_kept_it_works_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    engine = OpenVINOEngine(convolutions(), None, "fp32", None)
    assert engine(pictures()).shape == (7, 5)


def test_an_engine_that_is_not_installed(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "utils.networks.openvino_engine")
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert engine_for("auto", Known(), convolutions()) is None
    line, = capsys.readouterr().out.splitlines()
    assert line.startswith("PyTorch computes") and "pip install openvino" in line
    with pytest.raises(InputError, match="^`engine` openvino: cannot be imported .*pip install openvino"):
        engine_for("openvino", Known(), convolutions())
    assert engine_for("torch", Known(), convolutions()) is None and capsys.readouterr().out == ""


def test_bf16_without_its_units(monkeypatch, capsys):
    monkeypatch.setattr(openvino_engine, "has_bf16_units", lambda: False)
    assert engine_for("auto", Known(), convolutions(), precision="bf16") is None
    line, = capsys.readouterr().out.splitlines()
    assert line.startswith("precision bf16: this processor has no bf16 units")
    with pytest.raises(InputError, match="no bf16 units"):
        engine_for("openvino", Known(), convolutions(), precision="bf16")


@pytest.mark.skipif(not openvino_engine.has_bf16_units(), reason="this processor has no bf16 units")
@torch.inference_mode()
def test_bf16_is_close_and_not_the_same():
    module = convolutions()
    classifier = Classifier(module, precision="bf16", engine=OpenVINOEngine(module, None, "bf16", None))
    off = (classifier(pictures()) - module(pictures())).abs().max()
    assert 0 < off < 0.1 and classifier.engine_name == "openvino"


class OnlyInFp32(OpenVINOEngine):
    """An engine that fails at any other precision."""

    def __call__(self, images):
        if self.precision != "fp32":
            raise engines.EngineError("no such precision")
        return super().__call__(images)


@torch.inference_mode()
def test_an_engine_that_fails_at_its_own_precision_is_found_out(capsys):
    module = convolutions()
    classifier = Classifier(module, precision="bf16", engine=OnlyInFp32(module, None, "bf16", None))
    assert classifier(pictures()).shape == (7, 5) and classifier.engine_name == "torch"
    assert "not for this network: no such precision" in capsys.readouterr().out
