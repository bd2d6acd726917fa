"""Weights files of either kind, complete and broken."""
import pickle
from argparse import Namespace

import pytest
import torch
from safetensors.torch import save_file

from tests.networks.conftest import SMALL
from utils.errors import InputError
from utils.networks import load_network
from utils.networks.function_network import function_network
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


class Small(torch.nn.Module):
    """Images [B, 3, 8, 8] -> logits [B, 2], with batch normalization and a table of indices."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(192, 4), torch.nn.BatchNorm1d(4))
        self.head = torch.nn.Linear(4, 2)
        self.register_buffer("index", torch.tensor([3, 0, 2, 1]))

    def forward(self, images):
        return self.head(self.layers(images)[:, self.index])


def small(made=Small):
    """The function of a user's network."""
    return lambda: (made(), dict(image_size=8))


@pytest.fixture
def trained():
    """Weights of Small that are not those that it begins with."""
    torch.manual_seed(5)
    return {key: value + torch.rand(value.shape) if value.is_floating_point() else value
            for key, value in Small().state_dict().items()}


def prefixed(state, beginning):
    return {beginning + key: value for key, value in state.items()}


STORED = {
    "state_dict": (lambda s: {"state_dict": s, "epoch": 3}, "those under state_dict"),
    "model": (lambda s: {"model": s, "args": Namespace(lr=0.1), "optimizer": {"state": {0: {"step": torch.zeros(1)}}}},
              "those under model"),
    "model_ema": (lambda s: {"model_ema": {**prefixed(s, "module."), "n_averaged": torch.tensor(7)}},
                  "those under model_ema, without module. before the names"),
    "both": (lambda s: {"state_dict_ema": {k: 0 * v for k, v in s.items()}, "state_dict": s},
             "those under state_dict, and not state_dict_ema"),
    "nested": (lambda s: {"model": {"state_dict": s}}, "those under model, those under state_dict"),
    "student": (lambda s: {"student": s, "epoch": 3}, "those under student"),
    "module": (lambda s: prefixed(s, "module."), "without module. before the names"),
    "compiled": (lambda s: prefixed(s, "_orig_mod."), "without _orig_mod. before the names"),
    "two": (lambda s: prefixed(s, "module._orig_mod."), "without module._orig_mod. before the names"),
    "lightning": (lambda s: {"state_dict": prefixed(s, "net."), "hyper_parameters": {"lr": 0.1}},
                  "those under state_dict, without net. before the names")}


@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("made", [Small, lambda: torch.nn.DataParallel(Small())], ids=["plain", "parallel"])
def test_weights_as_training_programs_store_them(kind, made, trained, tmp_path, capsys):
    stored, words = STORED[kind]
    torch.save(stored(trained), tmp_path / "w.pth")
    module = function_network("a:b", tmp_path / "w.pth", small(made)).load()
    for key, value in getattr(module, "module", module).state_dict().items():
        assert torch.equal(value, trained[key]), key
    assert capsys.readouterr().out == f"weights of {tmp_path / 'w.pth'}: {words}\n"


def test_weights_that_fit_as_they_are_are_not_unwrapped(trained, tmp_path, capsys):
    class Outer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.module = Small()

        def forward(self, images):
            return self.module(images)

    torch.save(prefixed(trained, "module."), tmp_path / "w.pth")
    assert function_network("a:b", tmp_path / "w.pth", small(Outer)).n_classes == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_all_in_half_precision(dtype, trained, tmp_path):
    trained["layers.2.num_batches_tracked"] = torch.tensor(100_001)  # more than half precision has
    torch.save({key: value.to(dtype) for key, value in trained.items()}, tmp_path / "w.pth")
    module = function_network("a:b", tmp_path / "w.pth", small()).load()
    assert torch.equal(module.index, trained["index"]) and module.index.dtype == torch.int64
    torch.testing.assert_close(module.head.weight, trained["head.weight"], atol=0.01, rtol=0.01)


def test_indices_that_half_precision_has_rounded_are_refused(trained, tmp_path):
    torch.save({**trained, "index": torch.tensor([3, 0, 2, 4097]).half()}, tmp_path / "w.pth")
    with pytest.raises(InputError, match=r"1 of another type \(such as index, torch.float16 instead of torch.int64\)"):
        function_network("a:b", tmp_path / "w.pth", small()).load()


def test_the_content_says_of_which_kind_a_file_is(trained, tmp_path):
    save_file(trained, tmp_path / "A.SAFETENSORS")
    save_file(trained, tmp_path / "pytorch_model.bin")
    torch.save(trained, tmp_path / "w.safetensors")
    for file in tmp_path.iterdir():
        module = function_network("a:b", file, small()).load()
        assert torch.equal(module.head.weight, trained["head.weight"]), file


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:`torch.jit")
def test_files_that_hold_more_than_tensors(trained, tmp_path):
    torch.save({"teacher": trained, "student": trained}, tmp_path / "two.pth")
    torch.save(Small(), tmp_path / "whole.pth")
    torch.jit.save(torch.jit.script(Small()), tmp_path / "scripted.pth")
    for file, words in (("two", "holds weights under teacher, student; save those that are meant"),
                        ("whole", "holds objects beside tensors, such as .*Small, and code of a file is never run"),
                        ("scripted", "is a TorchScript file; a function of yours can return torch.jit.load")):
        with pytest.raises(InputError, match=words) as error:
            function_network("a:b", tmp_path / f"{file}.pth", small()).load()
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["squeezenet1_1", "efficientnet_lite0"])
def test_random_weights_are_the_same_each_time(name):
    networks = [load_network(name, weights="random") for _ in range(2)]
    first = networks[0].load().state_dict()
    state = torch.random.manual_seed(5).get_state()  # as another process may have it
    second = networks[1].load().state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first) and torch.equal(torch.get_rng_state(), state)
    assert networks[0].weights_identity() == "random" and networks[0].n_classes == 1000
    assert networks[0].load()(torch.rand(1, 3, 224, 224)).std() > 0


def test_random_weights_are_not_for_a_function_that_has_its_own():
    with pytest.raises(InputError, match="^`weights` random: the function of `network` tests.tiny:network makes its"):
        load_network("tests.tiny:network", "random")
