"""Weights files of either kind, complete and broken."""
import pickle

import pytest
import torch
from safetensors.torch import save_file

from tests.networks.conftest import SMALL
from utils.errors import InputError
from utils.networks import load_network
from utils.networks.weights import file_identity, state_identity

torchvision = pytest.importorskip("torchvision")


def test_weights_from_either_kind_of_file(small_state, tmp_path):
    torch.save(small_state, tmp_path / "w.pth")
    save_file(small_state, tmp_path / "w.safetensors")
    images = torch.rand(2, 3, 224, 224)
    reference = torchvision.models.get_model(SMALL, weights=None)
    reference.load_state_dict(small_state)
    expected = reference.eval()(images)
    for file in ("w.pth", "w.safetensors"):
        network = load_network(SMALL, tmp_path / file).load()
        assert not network.training
        torch.testing.assert_close(network(images), expected)
    identities = {load_network(SMALL, tmp_path / file).weights_identity() for file in ("w.pth", "w.safetensors")}
    assert len(identities) == 2 and all(len(i) == 8 for i in identities)


def test_weights_that_are_not_there_or_no_weights(complaint, tmp_path):
    assert "cannot be read" in complaint(SMALL, tmp_path / "nowhere.pth")
    (tmp_path / "empty.pth").write_bytes(b"")
    (tmp_path / "text.pth").write_text("hello")
    (tmp_path / "text.safetensors").write_text("hello")
    torch.save([1, 2], tmp_path / "list.pth")
    torch.save({"epoch": 3}, tmp_path / "numbers.pth")
    for file in ("empty.pth", "text.pth", "text.safetensors", "list.pth", "numbers.pth"):
        assert "state_dict" in complaint(SMALL, tmp_path / file)


def test_a_weights_file_that_goes_before_it_is_identified(tmp_path):
    with pytest.raises(InputError, match=r"`weights` .*gone.pth: cannot be read \(No such file or directory\); exp"):
        file_identity(tmp_path / "gone.pth")


def test_weights_of_another_network(complaint, small_state, tmp_path):
    torch.save(small_state, tmp_path / "w.pth")
    message = complaint("resnet18", tmp_path / "w.pth")
    assert "does not fit `network` resnet18" in message and "missing" in message
    torch.save({**small_state, "classifier.1.weight": torch.zeros(10, 512, 1, 1)}, tmp_path / "w.pth")
    assert "1 of another shape (such as classifier.1.weight, [10, 512, 1, 1]" in complaint(SMALL, tmp_path / "w.pth")


def test_a_weights_file_never_runs_code(complaint, tmp_path):
    class Hostile:
        def __reduce__(self):
            return open, (str(tmp_path / "ran"), "w")

    (tmp_path / "w.pth").write_bytes(pickle.dumps({"a": Hostile()}))
    assert "state_dict" in complaint(SMALL, tmp_path / "w.pth")
    torch.save({"a": Hostile()}, tmp_path / "w2.pth")
    assert "state_dict" in complaint(SMALL, tmp_path / "w2.pth")
    assert not (tmp_path / "ran").exists()


def test_weights_without_a_file_are_named_by_their_names_and_numbers():
    state = {"a": torch.zeros(3), "b": torch.ones(2, 2).half()}
    assert state_identity(state) == state_identity(dict(reversed(state.items())))
    others = ({**state, "a": torch.tensor([0, 0, 1.0])}, {"a": state["a"], "c": state["b"]})
    assert len({state_identity(state), *map(state_identity, others)}) == 3
