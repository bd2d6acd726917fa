"""Networks that a function makes: the user's own and timm's."""
import sys
from types import SimpleNamespace

import pytest
import torch

from tests.tiny import Tiny
from utils.errors import InputError
from utils.networks import load_network
from utils.networks.function_network import function_network


def test_a_network_is_made_once_and_only_when_something_is_asked():
    calls = []

    def make():
        calls.append(1)
        return Tiny()

    network = function_network("a:b", None, make)
    assert (network.name, network.folder) == ("a:b", "a_b") and hash(network) and not calls
    assert network.n_classes == 10 and network.load() is network.load() and len(network.weights_identity()) == 8
    assert len(calls) == 1


@pytest.fixture
def timm(monkeypatch):
    """A timm of one network, whose weights are on this machine or not."""
    def create_model(name, pretrained):
        if pretrained and not module.online:
            raise OSError("no route to host\nand more")
        network = Tiny()
        network.pretrained_cfg = dict(input_size=(3, 96, 96), mean=(0.5,) * 3, std=(0.25,) * 3)
        return network

    module = SimpleNamespace(online=True, create_model=create_model, is_model=lambda name: name == "resnet18",
                             list_models=lambda: ["resnet18"])
    monkeypatch.setitem(sys.modules, "timm", module)
    return module


def test_timms_networks_and_their_weights(timm, tmp_path):
    network = load_network("timm:resnet18")
    assert network.image_size == 96 and network.normalization == ((0.5,) * 3, (0.25,) * 3)
    timm.online = False
    with pytest.raises(InputError, match=r"`network` timm:resnet18: its weights could not be downloaded \(no route to "
                                         r"host\); fetch them elsewhere and give them with `weights` FILE"):
        load_network("timm:resnet18").load()
    torch.save(Tiny().state_dict(), tmp_path / "w.pth")
    assert load_network("timm:resnet18", tmp_path / "w.pth").n_classes == 10


def test_timm_without_the_network_and_no_timm(timm, monkeypatch):
    with pytest.raises(InputError, match="`network` timm:resnet1: timm has no such model; did you mean resnet18"):
        load_network("timm:resnet1").load()
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(InputError, match="`network` timm:resnet18: timm cannot be imported .*pip install timm"):
        load_network("timm:resnet18").load()


def test_a_package_that_a_users_function_misses_is_named(tmp_path, monkeypatch):
    (tmp_path / "nets_that_miss.py").write_text("import no_such_package.inside\n")
    (tmp_path / "nets_that_miss_later.py").write_text("def small():\n    import no_such_package.inside\n")
    monkeypatch.syspath_prepend(tmp_path)
    said = r"needs the package no_such_package, which is not installed \(No module named .*\); pip install it$"
    with pytest.raises(InputError, match=f"^`network` nets_that_miss:small: {said}"):
        load_network("nets_that_miss:small")
    with pytest.raises(InputError, match=f"^`network` nets_that_miss_later:small: {said}"):
        load_network("nets_that_miss_later:small").load()


@pytest.mark.parametrize("name, hint", [("my_networks.py:small", "my_networks:small"), ("nets/a.py:b", "nets.a:b")])
def test_a_file_in_a_modules_place_brings_the_module(name, hint):
    with pytest.raises(InputError, match=f"^`network` {name}: expected a module, and not its file: {hint}$"):
        load_network(name)
