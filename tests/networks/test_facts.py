"""What a function gives beside its network: every fact is checked, and so is what the network answers."""
import sys
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import map as map_script
from tests.tiny import Tiny
from utils.errors import InputError
from utils.networks.facts import not_logits
from utils.networks.function_network import function_network
from utils.semantic.classifier import Classifier

NAMES = [f"class {k}" for k in range(10)]
HALF = (0.5,) * 3


def complaint(facts, module=Tiny):
    """What is said of a function that gives these facts."""
    network = function_network("a:b", None, lambda: (module(), facts))
    with pytest.raises(InputError) as error:
        network.n_classes  # noqa: B018
    message = str(error.value)
    assert message.startswith("`network` a:b: ") and "\n" not in message and len(message) < 400
    return message


def test_a_fact_that_is_not_known_and_a_mean_without_its_deviation():
    assert "gave 'size', expected any of image_size, mean, std, class_names" in complaint(dict(size=32))
    for fact in ("mean", "std"):
        assert "gave only one of mean and std, expected both or neither" in complaint({fact: HALF})


@pytest.mark.parametrize("value", [(0.5, 0.5), "word", 0.5, (0.5, 0.5, "x"), (np.nan,) * 3, (np.inf,) * 3, [HALF], {},
                                   torch.ones(4), torch.ones(3, requires_grad=True)])
def test_means_and_deviations_are_three_numbers(value):
    assert "gave mean " in (said := complaint(dict(mean=value, std=HALF))) and "three numbers" in said
    assert "gave std " in complaint(dict(mean=HALF, std=value))


def test_a_mean_of_very_many_numbers_is_not_unfolded():
    many = torch.ones(1).expand(10 ** 7)  # one number in memory
    tracemalloc.start()
    assert "three numbers" in complaint(dict(mean=many, std=HALF))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 ** 7


def test_deviations_are_above_zero():
    for value in ((0, 0.2, 0.2), (0.2, -0.2, 0.2)):
        assert "expected three numbers above 0: the image is divided by them" in complaint(dict(mean=HALF, std=value))


@pytest.mark.parametrize("value", [0, -1, 224.0, "224", 5000, (224, 224)])
def test_an_image_size_is_a_whole_number_of_pixels(value):
    assert "expected a whole number of pixels, 1 to 4,096" in complaint(dict(image_size=value))


@pytest.mark.parametrize("value, words", [
    (list(range(10)), "expected a list of names"), ("abcdefghij", "a list of names"), ({"a": 1}, "a list of names"),
    (NAMES[:3], "gave 3 class_names, and has 10 outputs; expected as many names"), ([], "gave 0 class_names"),
    ([*NAMES, "b"], "gave 11 class_n")])
def test_class_names_are_one_for_each_output(value, words):
    assert words in complaint(dict(class_names=value))


def test_a_network_with_other_names_is_not_blamed_on_the_class():
    network = function_network("a:b", None, lambda: (Tiny(), dict(class_names=NAMES[:3])))
    with pytest.raises(InputError, match="^`network` a:b: gave 3 class_names, .* outputs; expected as many names$"):
        network.label(5)


def test_good_facts_are_taken():
    network = function_network("a:b", None, lambda: (Tiny(), dict(
        image_size=np.int64(64), mean=torch.tensor([0, 0.5, 1]), std=[1, 2, 3], class_names=[*NAMES[:9], NAMES[0]])))
    assert network.image_size == 64 and network.normalization == ((0, 0.5, 1), (1, 2, 3))
    assert network.n_classes == 10 and network.class_names[9] == NAMES[0]


class Answers(torch.nn.Module):
    """A network that gives a function of the images."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def forward(self, images):
        return self.answer(images)


def ten(images):
    return torch.zeros(len(images), 10)


ANSWERS = dict(
    integer=(lambda images: ten(images).long(), "gives int64"), nothing=(lambda images: None, "gives NoneType"),
    pair=(lambda images: (ten(images), 1), "gives tuple"), array=(lambda images: ten(images).numpy(), "gives ndarray"),
    none=(lambda images: ten(images)[:, :0], "gives [1, 0]"), flat=(lambda images: ten(images).ravel(), "gives [10]"))


@pytest.mark.parametrize("kind", ANSWERS)
def test_answers_that_are_no_logits(kind):
    answer, words = ANSWERS[kind]
    assert words in complaint({}, lambda: Answers(answer))
    with pytest.raises(InputError, match="^the network gives .* expected logits"):
        Classifier(Answers(answer))(torch.zeros(1, 3, 4, 4))


def test_a_network_that_ends_the_program():
    assert "SystemExit" in complaint({}, lambda: Answers(lambda images: sys.exit()))


def test_another_number_of_outputs_for_another_batch():
    classifier = Classifier(Answers(lambda images: torch.zeros(len(images), len(images))))
    assert classifier(torch.zeros(2, 3, 4, 4)).shape == (2, 2)
    with pytest.raises(InputError, match="the network gives 3 outputs for 3 images, and gave 2 before; expected"):
        classifier(torch.zeros(3, 3, 4, 4))


def test_half_precision_is_good_enough():
    assert not_logits(torch.zeros(2, 3, dtype=torch.bfloat16), 2) is None


@pytest.mark.parametrize("name, words", [
    ("sys:exit", "could not be made (SystemExit"), ("their_nets:leave", "could not be made (SystemExit: 0)"),
    ("ends_at_once:x", "cannot be imported (SystemExit"), ("no.such:x", "cannot be imported"),
    (":", "cannot be imported"),
    ("..:x", "cannot be imported"), ("sys:", "has no function ''"), ("sys:path", "has no function 'path'")])
def test_functions_that_end_the_program(name, words, monkeypatch, run_script, tmp_path):
    monkeypatch.setitem(sys.modules, "their_nets", SimpleNamespace(leave=lambda: sys.exit(0)))
    (tmp_path / "ends_at_once.py").write_text("import sys\nsys.exit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    code, out, err = run_script(map_script, "--network", name, "--gpu", -1, "--checkpoint_dir", tmp_path / "ck")
    assert code == 2 and f"--network {name}: " in err and words in err and err.count("\n") == 1, err
