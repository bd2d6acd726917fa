"""Torchvision's networks: names, weights, and what is said when they cannot be had. No test downloads anything."""
import sys

import pytest
import torch

from utils.errors import InputError
from utils.networks import PAPER_NETWORKS, load_network
from utils.networks.imagenet import imagenet_names

torchvision = pytest.importorskip("torchvision")


@pytest.mark.parametrize("name, folder, builder, digits", [
    ("resnet", "ResNet50", "resnet50", "0676ba61"), ("alexnet", "AlexNet", "alexnet", "7be5be79"),
    ("vgg", "VGG", "vgg11_bn", "6002323d"), ("incept", "Inceptionv3", "inception_v3", "0cc3c7bd"),
    ("resnet18", "resnet18", "resnet18", "f37072fd"),
    ("vit_h_14", "vit_h_14", "vit_h_14", "c1eb923e")])  # no first version of its weights is for the paper's image size
def test_names_folders_and_published_weights(name, folder, builder, digits):
    network = load_network(name)
    assert (network.folder, PAPER_NETWORKS.get(name, name)) == (folder, builder)
    assert network.weights_identity() == digits
    assert network.class_names == imagenet_names() and network.n_classes == 1000
    assert network.label(1) == 435 and network.class_names[435] == "bathtub"


def test_half_precision_files_and_missing_counters(tmp_path):
    state = torchvision.models.get_model("resnet18", weights=None).state_dict()
    state = {k: v.half() for k, v in state.items() if not k.endswith("num_batches_tracked")}
    torch.save(state, tmp_path / "w.pth")
    network = load_network("resnet18", tmp_path / "w.pth").load()
    assert network(torch.rand(1, 3, 224, 224)).shape == (1, 1000)
    assert network.conv1.weight.dtype == torch.float32


def test_heads_for_training_are_left_out(tmp_path):
    state = torchvision.models.get_model("inception_v3", weights=None, init_weights=False).state_dict()
    assert any(k.startswith("AuxLogits") for k in state)
    torch.save(state, tmp_path / "w.pth")
    network = load_network("incept", tmp_path / "w.pth").load()
    assert not network.transform_input
    assert network(torch.rand(1, 3, 224, 224)).shape == (1, 1000)


def test_densenets_old_names(tmp_path):
    state = torchvision.models.get_model("densenet121", weights=None).state_dict()
    old = {key.replace("norm1.", "norm.1.").replace("conv2.", "conv.2.") if "denselayer" in key else key: value
           for key, value in state.items()}
    assert old.keys() != state.keys()
    torch.save(old, tmp_path / "w.pth")
    loaded = load_network("densenet121", tmp_path / "w.pth").load().state_dict()
    assert loaded.keys() == state.keys() and all(torch.equal(loaded[key], state[key]) for key in state)


def test_a_download_that_fails_names_the_ways_out(monkeypatch, tmp_path):
    import urllib.error
    import urllib.request

    def refuse(*_, **__):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.urlopen", refuse)
    with pytest.raises(InputError, match=r"resnet18 could not be downloaded from .*no route to host.*`weights` FILE.*"
                                         r"`network` efficientnet_lite0"):
        load_network("resnet18").load()


def test_a_torchvision_that_does_not_import_is_explained(monkeypatch):
    class Broken:
        def find_spec(self, name, *_):
            if name == "torchvision":
                raise RuntimeError("operator torchvision::nms does not exist")

    for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(InputError, match="torchvision::nms.*pip install"):
        load_network("resnet")
    assert load_network("tests.tiny:network").load()(torch.rand(1, 3, 224, 224)).shape == (1, 10)  # does without
