"""A name -> the source that has it."""
import pytest

from utils.errors import InputError
from utils.networks import choose_network, load_network, table
from utils.networks.efficientnet_lite import EfficientNetLite
from utils.networks.function_network import FunctionNetwork
from utils.networks.torchvision_networks import TorchvisionNetwork

pytest.importorskip("torchvision")


def test_an_unknown_name_brings_the_nearest():
    with pytest.raises(InputError, match="--network resnett: not known; did you mean resnet"):
        choose_network("resnett")
    with pytest.raises(InputError, match="--network qqqqqq: not known; known: resnet, alexnet, vgg, incept, effic"):
        choose_network("qqqqqq")


@pytest.mark.parametrize("name, folder, source", [
    ("resnet", "ResNet50", TorchvisionNetwork), ("resnet18", "resnet18", TorchvisionNetwork),
    ("efficientnet_lite1", "EfficientNetLite1", EfficientNetLite),
    ("timm:resnet18", "timm_resnet18", FunctionNetwork),
    ("tests.tiny:network", "tests.tiny_network", FunctionNetwork)])
def test_every_source_is_found_and_its_networks_are_keys(name, folder, source, tmp_path):
    network = choose_network(name)
    assert isinstance(network, source) and (network.name, network.folder) == (name, folder)
    assert network == choose_network(name) and hash(network) == hash(choose_network(name))
    other = load_network(name, str(tmp_path / "w.pth"))
    assert other != network and other.weights_file == tmp_path / "w.pth"


def test_a_network_that_is_gone_names_another():
    with pytest.raises(InputError, match="--network demo: is gone; use efficientnet_lite0, .*report.py still reads"):
        choose_network("demo")


def test_a_new_source_is_a_line_of_the_table(monkeypatch):
    def another(name, weights_file):
        return FunctionNetwork(name, weights_file, None)

    monkeypatch.setitem(table.BY_NAME, "mine", another)
    monkeypatch.setitem(table.BY_PREFIX, "hub", another)
    assert choose_network("mine").name == "mine" and choose_network("hub:some/thing").folder == "hub_some_thing"
    with pytest.raises(InputError, match="resnet, .*, efficientnet_lite0, .*, mine, .*timm:NAME, hub:NAME, and"):
        choose_network("qqqqqq")
