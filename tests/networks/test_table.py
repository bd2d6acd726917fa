"""A name -> the source that has it."""
import pytest

from tests.tiny import Tiny
from utils.errors import InputError
from utils.networks import load_network, table
from utils.networks.function_network import function_network

pytest.importorskip("torchvision")


def test_an_unknown_name_brings_the_nearest():
    with pytest.raises(InputError, match="`network` resnett: not known; did you mean resnet"):
        load_network("resnett")
    with pytest.raises(InputError, match="`network` qqqqqq: not known; known: resnet, alexnet, vgg, incept, effic"):
        load_network("qqqqqq")


@pytest.mark.parametrize("name, folder, code", [
    ("resnet", "ResNet50", "torchvision "), ("resnet18", "resnet18", "torchvision "),
    ("efficientnet_lite1", "EfficientNetLite1", "efficientnet_lite_pytorch "),
    ("timm:resnet18", "timm_resnet18", "None"), ("tests.tiny:network", "tests.tiny_network", "None")])
def test_every_source_has_its_names_and_its_networks_are_keys(name, folder, code, tmp_path):
    network = load_network(name)
    assert (network.name, network.folder) == (name, folder) and str(network.code).startswith(code)
    assert network == load_network(name) and hash(network) == hash(load_network(name))
    other = load_network(name, str(tmp_path / "w.pth"))
    assert other != network and other.weights_file == tmp_path / "w.pth"
    if ":" not in name:  # known before the file is opened, which is not there
        assert other.n_classes == 1000 and other.label(5) == 968 and other.image_size in (None, 240)


def test_a_network_that_is_gone_names_another():
    with pytest.raises(InputError, match="`network` demo: is gone; use efficientnet_lite0, .*report.py still reads"):
        load_network("demo")


def test_a_new_source_is_a_line_of_the_table(monkeypatch):
    def another(name, weights_file):
        return function_network(name, weights_file, Tiny)

    monkeypatch.setitem(table.BY_NAME, "mine", another)
    monkeypatch.setitem(table.BY_PREFIX, "hub", another)
    assert load_network("mine").name == "mine" and load_network("hub:some/thing").folder == "hub_some_thing"
    with pytest.raises(InputError, match="resnet, .*, efficientnet_lite0, .*, mine, .*timm:NAME, .*hub:NAME, and"):
        load_network("qqqqqq")
