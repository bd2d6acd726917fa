"""Gradients of a network with fixed weights: the same bits from less memory."""
import weakref
from contextlib import nullcontext

import pytest
import torch
from torch import nn

from utils.semantic.classifier import Classifier
from utils.semantic.cpu_gradient import CPUGradient

IMAGES = torch.rand(6, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def network():
    """Convolutions, also depthwise ones, and batch norms with statistics of their own, in eval mode."""
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU6(), nn.Conv2d(16, 16, 3, groups=16), nn.BatchNorm2d(16),
              nn.Hardswish(), nn.Conv2d(16, 8, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5)]
    network = nn.Sequential(*layers)
    network(IMAGES)  # moves the statistics
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def value_and_gradient(network, mode, **how):
    images = IMAGES.clone().requires_grad_()
    with mode:
        values = network(images.contiguous(memory_format=torch.channels_last)).softmax(1)[:, 1]
    return values, torch.autograd.grad(values.sum(), images, **how)[0]


def kept_inputs(network, classifier):
    """How many inputs of convolutions and batch norms are alive as long as the output is."""
    inputs = []
    hooks = [layer.register_forward_hook(lambda layer, given, output: inputs.append(weakref.ref(given[0])))
             for layer in network if isinstance(layer, (nn.Conv2d, nn.BatchNorm2d))]
    output = classifier(IMAGES.clone().requires_grad_())
    for hook in hooks:
        hook.remove()
    assert output.requires_grad and len(inputs) == len(hooks)
    return sum(one() is not None for one in inputs)


def test_values_and_gradients_keep_their_bits(network):
    for with_all, with_less in zip(value_and_gradient(network, nullcontext()),
                                   value_and_gradient(network, CPUGradient())):
        assert torch.equal(with_all, with_less)


def test_a_classifier_lets_go_of_the_inputs(network):
    assert kept_inputs(network, network) >= 4 and kept_inputs(network, Classifier(network)) == 0


def test_inputs_are_kept_where_weights_have_gradients(network):
    layer = nn.Conv2d(3, 4, 3)
    with CPUGradient():
        values = layer(IMAGES)
    found, = torch.autograd.grad(values.sum(), layer.weight)
    expected, = torch.autograd.grad(layer(IMAGES).sum(), layer.weight)
    assert torch.equal(found, expected)


def test_second_derivatives_are_refused(network):
    with pytest.raises(RuntimeError, match="second derivatives"):
        value_and_gradient(network, CPUGradient(), create_graph=True)


def test_a_convolution_of_one_pixel_is_the_same_on_one_thread():
    torch.manual_seed(0)
    images = torch.rand(3, 32, 16, 16).contiguous(memory_format=torch.channels_last)
    layers = [nn.Conv2d(32, 8, 1), nn.Conv2d(32, 8, 1, stride=2), nn.Conv2d(32, 8, 1, padding=1),
              nn.Conv2d(32, 8, 1, groups=4), nn.Conv2d(32, 8, (1, 3))]
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for layer in layers:
            layer.requires_grad_(False)
            found = []
            for mode in (nullcontext(), CPUGradient()):
                given = images.clone().requires_grad_()
                with mode:
                    values = layer(given)
                found.append((values.detach(), *torch.autograd.grad(values.sin().sum(), given)))
            for plain, fast in zip(*found):
                torch.testing.assert_close(fast, plain, rtol=1e-5, atol=1e-6)
    finally:
        torch.set_num_threads(n_threads)
