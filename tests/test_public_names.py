"""The names of `utils`, as a Python user meets them: help, reprs, and what is said of wrong points."""
import inspect
import re

import numpy as np
import pytest
import torch

import utils
from tests.tiny import Tiny
from tests.trees import write_result
from utils import (
    Confidence,
    grow_regions,
    largest_region,
    load_mesh,
    load_network,
    load_result,
    load_stand_in,
    ndinterval,
)
from utils.errors import InputError
from utils.semantic.classifier import Classifier
from utils.semantic.gradients import CentralDifferences
from utils.semantic.views import Views

CUP = load_stand_in(5, 0)
# an argument of the name says this of its shape or its unit
SAYS = dict(a="[n]", b="[n]", initial_points="[P, n]", point="[n]", points="[N, n]", f="[N]", domain="ndinterval",
            step="unit", width="unit", level="unit", learning_rate="unit", hyperparameters="unit", fixed="unit",
            batch_size="number", certainty="shares", parameters="names", class_nb="0 to 9", object_nb="0 to 9")


def arguments(function):
    """Names of a function's arguments."""
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def entries(function):
    """What a docstring says of each argument: {name: text}."""
    section = re.search(r"^Args:\n(.*?)(?=^\S|\Z)", inspect.getdoc(function) or "", re.M | re.S)
    found = re.findall(r"^    (\w[\w, ]*): (.*?)(?=^    \w|\Z)", section[1] if section else "", re.M | re.S)
    return {name: " ".join(text.split()) for names, text in found for name in names.split(", ")}


@pytest.mark.parametrize("name", [*utils.__all__, "Confidence.of"])
def test_help_says_every_argument_with_its_shape_or_unit(name):
    function = Confidence.of if name == "Confidence.of" else getattr(utils, name)
    function = function.__init__ if inspect.isclass(function) else function
    said = entries(function)
    assert list(said) == arguments(function)
    for argument, text in said.items():
        assert SAYS.get(argument, "") in text, f"{argument}: {text}"


@pytest.mark.parametrize("kind", [Confidence, ndinterval])
def test_help_says_every_argument_of_a_method(kind):
    for name, method in inspect.getmembers(kind, inspect.isroutine):
        if not name.startswith("_") or name == "__call__":
            text = inspect.getdoc(method) or ""
            missing = [argument for argument in arguments(method) if not re.search(rf"\b{argument}\b", text)]
            assert text and not missing, f"{kind.__name__}.{name}: {missing}"


def test_help_of_utils_has_all_names():
    assert set(utils.__all__) <= set(dir(utils)) and {"__doc__", "__path__"} <= set(dir(utils))


@pytest.fixture(scope="module")
def f():
    return Confidence(Views(CUP), Classifier(Tiny()), 5)


def short(value):
    """A repr that is one short line."""
    text = repr(value)
    assert "\n" not in text and len(text) <= 120 and "tensor" not in text and "array" not in text, text
    return text


def test_reprs_are_short(f, goldens, tmp_path):
    write_result(tmp_path / "ResNet50/5/0", largest=True)
    found = [load_result(tmp_path / "ResNet50/5/0" / name) for name in ("map.pt", "optim.pt")]
    assert short(f) == "Confidence(confidence in label 5 over azimuth, elevation: Tiny on stand-in-cup-0)"
    assert short(CUP) == f"Shape(stand-in-cup-0: {len(CUP.vertices):,} vertices, {len(CUP.faces):,} faces, white)"
    assert short(load_mesh(goldens / "meshes/open_bowl.obj")).startswith("Shape(open_bowl: ")
    assert short(found[0]) == ("MapResult(ResNet50, cup 0: confidence over azimuth, elevation, 7 x 24, mean "
                               f"{found[0].z.mean():.3f})")
    assert short(found[1]) == ("RegionsResult(ResNet50, cup 0: naive, OIR_B, OIR_W, largest from 2 points of azimuth, "
                               "elevation)")
    assert short(found[1].methods["largest"]) == "MethodResult(2 regions, 1 hold)"
    assert short(found[1].methods["naive"]) == "MethodResult(2 regions)"
    assert short(found[1].methods["naive"].regions[0]).startswith("ndinterval([")
    assert short(load_network("tests.tiny:network")) == "Network(tests.tiny:network)"
    assert short(load_network("resnet", tmp_path / "a.pth")) == "Network(resnet, a.pth)"
    assert short(load_network("efficientnet_lite0")).startswith("Network(efficientnet_lite0, ")


def hill(points):
    """[N, 2] -> [N]."""
    return np.exp(-np.sum((points - [3, 5]) ** 2, axis=1) / 8)


DOMAIN = ndinterval([0, 0], [10, 10])


def test_what_is_grown_has_a_short_repr():
    grown = grow_regions(hill, [(3, 4), (5, 5)], ["naive", "OIR_B"], n_iterations=3, width=0.5, domain=DOMAIN)
    assert short(grown["naive"]) == "Grown(2 regions, 3 iterations)"
    found = largest_region(hill, (3, 4), domain=DOMAIN, certainty=None)
    assert short(found).startswith("Region(box=ndinterval([")


@pytest.mark.parametrize("points, given", [
    ([(130,)], "shape [1, 1]"), ([(130, 30, 2)], "shape [1, 3]"), ((130, 30), "shape [2]"), (7, "shape []"),
    (torch.zeros(2, 3), "shape [2, 3]"), ([[(130, 30)]], "shape [1, 1, 2]"), ([(130, 30), (50,)], "[(130, 30), (50,)]"),
    ([("far", "up")], "[('far', 'up')]")])
def test_points_of_another_shape_are_refused(points, given, f):
    by_differences = Confidence(f.views, f.classifier, 5, gradient=CentralDifferences())
    for ask in (f, f.value_and_grad, f.images, by_differences.value_and_grad):
        with pytest.raises(InputError) as caught:
            ask(points)
        said = str(caught.value)
        assert said.startswith("points ") and given in said and "expected" in said and "\n" not in said
    with pytest.raises(InputError, match="expected"):
        grow_regions(f, points)
    with pytest.raises(InputError, match="expected"):
        largest_region(f, points if isinstance(points, list) else [1, 2, 3])


@pytest.mark.parametrize("ask, said", [
    (lambda f: f([(130, 30, 2)]),
     "points of shape [1, 3]: expected [N, 2], azimuth, elevation of each; one point is written [(0, 35)]"),
    (lambda f: grow_regions(f, [(130, 30, 2)]),
     "initial_points of shape [1, 3]: expected [P, 2], a row for each point"),
    (lambda f: largest_region(f, (130, 30, 2)),
     "a point of shape [3]: expected 2 numbers, as the domain has dimensions")], ids=["f", "grow", "largest"])
def test_what_is_said_of_a_point_of_another_length(ask, said, f):
    with pytest.raises(InputError) as caught:
        ask(f)
    assert str(caught.value) == said


@pytest.mark.parametrize("methods, needy", [
    (("OIR_W", "naive", "OIR_B"), "OIR_W: "), (["trap"], "trap: "), (["trap", "naive", "OIR_W"], "trap, OIR_W: ")])
def test_a_function_without_gradients_is_told_what_it_can_have(methods, needy):
    with pytest.raises(InputError) as caught:
        grow_regions(hill, [(3, 4)], methods, domain=DOMAIN)
    assert str(caught.value) == (f"methods {needy}need the gradient of f, and this f has no value_and_grad; without it "
                                 "there are naive, OIR_B, and largest (largest_region)")
