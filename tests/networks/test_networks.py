"""Names, weights, and what is said when they are wrong. No test downloads anything."""
import pickle
import sys

import pytest
import torch
from safetensors.torch import save_file

from utils.networks import torchvision_networks as networks
from utils.errors import InputError
from utils.networks import choose_network

torchvision = pytest.importorskip("torchvision")
SMALL = "squeezenet1_1"  # 1.2 million weights


@pytest.fixture(scope="module")
def small_state():
    torch.manual_seed(0)
    return torchvision.models.get_model(SMALL, weights=None).state_dict()


@pytest.mark.parametrize("name, folder, builder, digits", [
    ("resnet", "ResNet50", "resnet50", "0676ba61"), ("alexnet", "AlexNet", "alexnet", "7be5be79"),
    ("vgg", "VGG", "vgg11_bn", "6002323d"), ("incept", "Inceptionv3", "inception_v3", "0cc3c7bd"),
    ("resnet18", "resnet18", "resnet18", "f37072fd")])
def test_names_folders_and_published_weights(name, folder, builder, digits):
    choice = choose_network(name)
    assert (choice.folder, choice.torchvision_name) == (folder, builder)
    assert choice.weights_identity() == digits
    assert choice.label(1) == 435


def test_an_unknown_name_brings_the_nearest():
    with pytest.raises(InputError, match="--network resnett: not known; did you mean resnet"):
        choose_network("resnett")
    with pytest.raises(InputError, match="resnet or alexnet or vgg or incept or demo"):
        choose_network("qqqqqq")


def test_weights_from_either_kind_of_file(small_state, tmp_path):
    torch.save(small_state, tmp_path / "w.pth")
    save_file(small_state, tmp_path / "w.safetensors")
    images = torch.rand(2, 3, 224, 224)
    reference = torchvision.models.get_model(SMALL, weights=None)
    reference.load_state_dict(small_state)
    expected = reference.eval()(images)
    for file in ("w.pth", "w.safetensors"):
        network = choose_network(SMALL, tmp_path / file).load()
        assert not network.training
        torch.testing.assert_close(network(images), expected)
    identities = {choose_network(SMALL, tmp_path / file).weights_identity() for file in ("w.pth", "w.safetensors")}
    assert len(identities) == 2 and all(len(i) == 8 for i in identities)


def test_half_precision_files_and_missing_counters(tmp_path):
    state = torchvision.models.get_model("resnet18", weights=None).state_dict()
    state = {k: v.half() for k, v in state.items() if not k.endswith("num_batches_tracked")}
    torch.save(state, tmp_path / "w.pth")
    network = choose_network("resnet18", tmp_path / "w.pth").load()
    assert network(torch.rand(1, 3, 224, 224)).shape == (1, 1000)
    assert network.conv1.weight.dtype == torch.float32


def test_heads_for_training_are_left_out(tmp_path):
    state = torchvision.models.get_model("inception_v3", weights=None, init_weights=False).state_dict()
    assert any(k.startswith("AuxLogits") for k in state)
    torch.save(state, tmp_path / "w.pth")
    network = choose_network("incept", tmp_path / "w.pth").load()
    assert not network.transform_input
    assert network(torch.rand(1, 3, 224, 224)).shape == (1, 1000)


def complaint(name, path):
    with pytest.raises(InputError) as error:
        choice = choose_network(name, path)
        choice.weights_identity()
        choice.load()
    message = str(error.value)
    assert str(path) in message and "\n" not in message
    return message


def test_weights_that_are_not_there_or_no_weights(tmp_path):
    assert "cannot be read" in complaint(SMALL, tmp_path / "nowhere.pth")
    (tmp_path / "empty.pth").write_bytes(b"")
    (tmp_path / "text.pth").write_text("hello")
    (tmp_path / "text.safetensors").write_text("hello")
    torch.save([1, 2], tmp_path / "list.pth")
    torch.save({"epoch": 3}, tmp_path / "numbers.pth")
    for file in ("empty.pth", "text.pth", "text.safetensors", "list.pth", "numbers.pth"):
        assert "state_dict" in complaint(SMALL, tmp_path / file)


def test_weights_of_another_network(small_state, tmp_path):
    torch.save(small_state, tmp_path / "w.pth")
    message = complaint("resnet18", tmp_path / "w.pth")
    assert "does not fit --network resnet18" in message and "missing" in message
    torch.save({**small_state, "classifier.1.weight": torch.zeros(10, 512, 1, 1)}, tmp_path / "w.pth")
    assert "1 of another shape (such as classifier.1.weight, [10, 512, 1, 1]" in complaint(SMALL, tmp_path / "w.pth")


def test_a_weights_file_never_runs_code(tmp_path):
    class Hostile:
        def __reduce__(self):
            return open, (str(tmp_path / "ran"), "w")

    (tmp_path / "w.pth").write_bytes(pickle.dumps({"a": Hostile()}))
    assert "state_dict" in complaint(SMALL, tmp_path / "w.pth")
    torch.save({"a": Hostile()}, tmp_path / "w2.pth")
    assert "state_dict" in complaint(SMALL, tmp_path / "w2.pth")
    assert not (tmp_path / "ran").exists()


def test_a_download_that_fails_names_the_ways_out(monkeypatch, tmp_path):
    import urllib.error
    import urllib.request

    def refuse(*_, **__):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.urlopen", refuse)
    with pytest.raises(InputError, match=r"resnet18 could not be downloaded from .*no route to host.*--weights FILE.*"
                                         r"--network demo"):
        choose_network("resnet18").load()


def test_a_torchvision_that_does_not_import_is_explained(monkeypatch):
    class Broken:
        def find_spec(self, name, *_):
            if name == "torchvision":
                raise RuntimeError("operator torchvision::nms does not exist")

    for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(InputError, match="torchvision::nms.*pip install"):
        choose_network("resnet")
    assert networks.choose_network("demo").torchvision_name is None  # needs no torchvision
