"""One network as people have it: of every kind of module, asking and answering in every way."""
import io
import re
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from utils.errors import InputError
from utils.networks import load_network
from utils.networks.function_network import function_network
from utils.scores import SCORES
from utils.semantic.classifier import Classifier
from utils.semantic.confidence import Confidence
from utils.semantic.gradients import CentralDifferences
from utils.semantic.views import Views
from utils.shapes.shape import load_stand_in

NAMES = ["cup", "dog", "mug"]
FACTS = dict(image_size=32, class_names=NAMES)
POINTS = [(30, 20), (150, 40), (260, 10)]


class Net(nn.Module):
    """Images [B, channels, 32, 32] -> logits [B, classes]."""

    def __init__(self, classes: int = 3, channels: int = 3):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(channels, 8, 5, stride=4), nn.BatchNorm2d(8)
        self.drop, self.fc = nn.Dropout(0.5), nn.Linear(8 * 7 * 7, classes)
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for weights in self.parameters():
                weights.copy_(torch.randn(weights.shape, generator=generator) * 0.2)

    def forward(self, images):
        return self.fc(self.drop(torch.relu(self.bn(self.conv(images)))).flatten(1))


class Around(nn.Module):
    """A function of a network and its images, as a network."""

    def __init__(self, function, net=None):
        super().__init__()
        self.function, self.net = function, net or Net()

    def forward(self, images):
        return self.function(self.net, images)


@dataclass
class Output:
    logits: torch.Tensor
    loss: object = None


def exported(**words):
    return torch.export.export(Net().eval(), (torch.zeros(2, 3, 32, 32),), **words)


def loaded():
    content = io.BytesIO()
    torch.jit.save(torch.jit.script(Net().eval()), content)
    content.seek(0)
    return torch.jit.load(content)


def one_at_a_time(net, images):
    if len(images) != 1:
        raise Exception("invalid dimensions for input: index 0 Got: 2 Expected: 1")
    return net(images)


def under_no_grad(net, images):
    with torch.no_grad():
        return net(images)


def in_numpy(net, images):
    return torch.from_numpy(net(torch.from_numpy(images.numpy())).numpy())


def f_of(made, label=0, **words):
    """f of what a user's function gives, on the stand-in cup."""
    network = function_network("nets:one", None, lambda: made if isinstance(made, tuple) else (made, FACTS))
    return Confidence.of(network, label, load_stand_in(5, 0), engine="torch", **words)


def said_of(made):
    """What is said of what a user's function gives."""
    with pytest.raises(InputError) as error:
        f_of(made)
    said = str(error.value)
    assert said.startswith("`network` nets:one: ") and "\n" not in said and len(said) < 400
    return said


@pytest.fixture(scope="module")
def right():
    """f of the network itself."""
    f = f_of(Net())
    assert type(f.classifier.module) is Net
    values = f(POINTS)
    assert values.std() > 0.01
    return values


SAME = dict(
    in_training=lambda: Net().train(), parallel=lambda: nn.DataParallel(Net()), double=lambda: Net().double(),
    compiled=lambda: torch.compile(Net(), backend="eager"), scripted=lambda: torch.jit.script(Net().eval()),
    loaded=loaded, frozen=lambda: torch.jit.freeze(torch.jit.script(Net().eval())),
    traced=lambda: torch.jit.trace(Net().eval(), torch.zeros(2, 3, 32, 32)),
    exported=lambda: exported(dynamic_shapes=({0: torch.export.Dim.DYNAMIC},)).module(),
    exported_for_two=lambda: exported().module(), one_at_a_time=lambda: Around(one_at_a_time),
    under_no_grad=lambda: Around(under_no_grad), in_numpy=lambda: Around(in_numpy),
    list=lambda: Around(lambda net, x: [net(x)]), dict=lambda: Around(lambda net, x: {"h": x, "logits": net(x)}),
    a_dataclass=lambda: Around(lambda net, x: Output(net(x))),
    namespace=lambda: Around(lambda net, x: SimpleNamespace(loss=None, logits=net(x))),
    spatial=lambda: Around(lambda net, x: net(x)[:, :, None, None]),
    log_softmax=lambda: nn.Sequential(Net(), nn.LogSoftmax(1)),
    probabilities=lambda: (nn.Sequential(Net(), nn.Softmax(1)), dict(FACTS, output="probabilities")))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:`torch.jit")
@pytest.mark.parametrize("kind", SAME)
def test_the_same_network_has_the_same_confidence(kind, right):
    f = f_of(SAME[kind]())
    torch.testing.assert_close(f(POINTS), right, atol=1e-5, rtol=0)
    assert not any(weights.requires_grad for weights in f.classifier.module.parameters())


def test_a_module_that_changes_its_input_changes_no_view(right):
    f = f_of(Around(lambda net, x: net(x.mul_(0.5))))
    images = f.images(POINTS).contiguous(memory_format=torch.channels_last)
    before = images.clone()
    values = f.evaluate(images)
    assert torch.equal(images, before) and not torch.allclose(values, right, atol=1e-3)
    torch.testing.assert_close(values, f_of(Around(lambda net, x: net(x * 0.5)))(POINTS))


def test_one_logit_is_that_of_the_second_of_two_classes():
    net = Net(classes=1)
    images = Views(load_stand_in(5, 0), image_size=32)(POINTS)
    with torch.no_grad():
        expected = net.eval()(images)[:, 0].sigmoid()
    for module in (net, nn.Sequential(net, nn.Flatten(0)), Around(lambda net, x: net(x)[:, None], net)):
        f = f_of((module, dict(FACTS, class_names=["dog", "cup"])), "cup")
        torch.testing.assert_close(f(POINTS), expected)
    alone = dict(FACTS, class_names=["cup"])
    assert f_of((net, alone), "not cup").label == 0
    for score in SCORES:
        assert torch.isfinite(f_of((net, alone), "cup", score=score)(POINTS)).all()
    torch.testing.assert_close(f_of((nn.Sequential(net, nn.Sigmoid()), dict(alone, output="probabilities")), "cup")(
        POINTS), expected)
    for names in (None, NAMES):
        said = said_of((net, dict(FACTS, class_names=names)))
        assert "has one output, the logit of the second of two classes; give class_names, two" in said


def test_a_grey_network_gets_grey_images():
    net = Net(channels=1)
    f = f_of((net, dict(FACTS, mean=(0.1307,), std=(0.3081,))))
    images = Views(load_stand_in(5, 0), image_size=32)(POINTS)[:, :1]
    with torch.no_grad():
        expected = net.eval()((images - 0.1307) / 0.3081).softmax(1)[:, 0]
    torch.testing.assert_close(f(POINTS), expected, atol=1e-5, rtol=0)
    red, blue = torch.eye(3)[[0, 2]][:, :, None, None].expand(2, 3, 32, 32).split(1)
    assert not torch.allclose(f.logits(red), f.logits(blue))


class InTraining(Net):
    def train(self, mode=True):
        return super().train(True)


class Dropping(Net):
    def forward(self, images):
        return self.fc(nn.functional.dropout(torch.relu(self.conv(images)), 0.5).flatten(1))


REFUSED = dict(
    softmax=(lambda: nn.Sequential(Net(), nn.Softmax(1)), 'in a softmax: .* or give "output": "probabilities" beside'),
    sigmoids=(lambda: nn.Sequential(Net(), nn.Sigmoid()), 'in a sigmoid, .* or give "output": "logits" beside the mod'),
    sigmoid=(lambda: nn.Sequential(Net(1), nn.Sigmoid()), 'in a sigmoid, .* or give "output": "probabilities" beside'),
    no_softmax=(lambda: (Net(), dict(FACTS, output="probabilities")), "outputs are not from 0 to 1 with a sum of 1"),
    other=(lambda: (Net(), dict(FACTS, output="odds")), "gave output 'odds', expected logits or probabilities"),
    in_training=(InTraining, "other logits each time, or beside other images, as dropout and batch norm"),
    dropping=(Dropping, "other logits each time, or beside other images"),
    one_for_all=(lambda: Around(lambda net, x: net(x[:1])), r"gives \[1, 3\] for 2 images, expected logits \[2, cla"),
    pair=(lambda: Around(lambda net, x: (net(x), x)), "gives tuple for 1 image, .*; return them alone, or by "),
    complex=(lambda: Around(lambda net, x: net(x) + 0j), "gives complex64"),
    labels=(lambda: Around(lambda net, x: net(x).argmax(1)), "gives int64"),
    nan=(lambda: Around(lambda net, x: net(x) * torch.nan), "not finite; are its weights loaded?"),
    channels_last=(lambda: Around(lambda net, x: net(x.permute(0, 2, 3, 1))), r"fails on an image \[1, 3, 32, 32\]"),
    lazy=(lambda: nn.Sequential(nn.Flatten(), nn.LazyLinear(3)), "1.weight has no size yet, as in lazy modules; call "),
    program=(exported, r"gave ExportedProgram, expected an nn.Module, .*; its .module\(\) is one"),
    a_class=(lambda: (Net, FACTS), "gave type, expected an nn.Module"),
    mean_of_bytes=(lambda: (Net(), dict(FACTS, mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))),
                   r"which are of values from 0 to 255; the image is in \[0, 1\]: divide both by 255"),
    std_of_bytes=(lambda: (Net(), dict(FACTS, mean=(0,) * 3, std=(255,) * 3)), "which are of values from 0 to 255"))


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_taken_is_one_line(kind):
    made, words = REFUSED[kind]
    assert re.search(words, said_of(made()))


def in_range(net, images):
    assert 0 <= images.min() and images.max() <= 1
    return net(images).sigmoid()


def test_networks_that_refuse_images_beyond_the_range_and_those_that_begin_with_zeros():
    assert "ends in a sigmoid" in said_of(Around(in_range))
    net = Net()
    torch.nn.init.zeros_(net.fc.weight), torch.nn.init.zeros_(net.fc.bias)
    torch.testing.assert_close(f_of(net)(POINTS), torch.full((3,), 1 / 3))


def test_answers_in_half_precision_are_taken(right):
    for dtype, off in ((torch.float16, 1e-3), (torch.bfloat16, 1e-2)):
        f = f_of(Around(lambda net, x, dtype=dtype: net(x).to(dtype)))
        torch.testing.assert_close(f(POINTS), right, atol=off, rtol=0)
        f = f_of((Around(lambda net, x, dtype=dtype: net(x).softmax(1).to(dtype)), dict(FACTS, output="probabilities")))
        torch.testing.assert_close(f(POINTS), right, atol=off, rtol=0)


FIELD = ("jit_script", "jit_file", "jit_frozen", "exported", "exported_static", "nograd_inside", "list_", "dict_",
         "dataclass_", "compiled", "dataparallel")
FIELD_VALUES = [0.3913, 0.4052, 0.4039]


@pytest.fixture
def field(shared, monkeypatch):
    """The folder of people's networks, and their mesh."""
    if not (shared / "field/nets").is_dir():
        pytest.skip("needs the networks in shared/field")
    monkeypatch.syspath_prepend(shared / "field/nets")
    return shared / "field"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FIELD)
def test_networks_as_people_had_them(name, field):
    f = Confidence.of(f"nets:{name}", "cup", field / "ref/a.obj", engine="torch")
    assert f(POINTS).tolist() == pytest.approx(FIELD_VALUES, abs=1e-4)


@pytest.mark.parametrize("file", ["A.SAFETENSORS", "half.pth", "model.pth", "module.pth", "orig_mod.pth",
                                  "state_dict.pth"])
def test_weights_as_people_had_them(file, field):
    network = load_network("nets:plain", field / "nets" / file)
    f = Confidence.of(network, "cup", field / "ref/a.obj", engine="torch")
    assert f(POINTS).tolist() == pytest.approx(FIELD_VALUES, abs=1e-3 if "half" in file else 1e-4)


def test_outputs_that_are_said_to_be_logits_are_taken_as_they_are():
    module = nn.Sequential(Net(), nn.Sigmoid())
    f = f_of((module, dict(FACTS, output="logits")))
    assert f.classifier.module is module


@pytest.mark.parametrize("around", [under_no_grad, in_numpy])
def test_a_network_without_gradients_names_the_ways_that_need_none(around, right):
    f = f_of(Around(around))
    with pytest.raises(InputError, match="^the network gives no gradient .* with `methods` naive,OIR_B,largest, or "
                                         "take `gradient` finite_difference$"):
        f.value_and_grad(POINTS)
    f = f_of(Around(around), gradient=CentralDifferences())
    values, gradients = f.value_and_grad(POINTS)
    torch.testing.assert_close(values, right)
    assert gradients.abs().max() > 0


def test_a_network_that_fails_with_gradients_and_without_is_not_blamed_on_them():
    f = Confidence(Views(load_stand_in(5, 0), image_size=48), Classifier(Net().eval()), 0)
    with pytest.raises(InputError, match=r"^the network fails on images \[3, 3, 48, 48\] .*is `image_size` what"):
        f.value_and_grad(POINTS)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:`torch.jit")
def test_a_network_without_tensors_is_known_by_its_answers():
    def identity(bias):
        net = Net().eval()
        net.fc.bias.data += bias
        frozen = torch.jit.freeze(torch.jit.script(net))
        assert not frozen.state_dict()
        return function_network("nets:one", None, lambda: (frozen, FACTS)).weights_identity()

    assert identity(0) == identity(0) != identity(1)


@pytest.mark.filterwarnings("ignore")  # PyTorch is about to move it
def test_a_quantized_network_is_known_by_its_weights():
    def quantized(bias):
        net = Net()
        net.fc.bias.data += bias
        made = torch.ao.quantization.quantize_dynamic(net, {nn.Linear}, dtype=torch.qint8)
        return function_network("nets:one", None, lambda: (made, FACTS)).weights_identity()

    try:
        identities = quantized(0), quantized(0), quantized(1)
    except (AttributeError, RuntimeError) as error:
        pytest.skip(f"this PyTorch has no such quantization ({error})")
    assert identities[0] == identities[1] != identities[2]
