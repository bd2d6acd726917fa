"""The two backends for the same arguments, on a GPU where there is one and else in Triton's interpreter."""
import pytest
import torch

pytest.importorskip("triton", reason="the GPU's rasterizer is written in Triton, which is not installed here")

from utils.renderer.cpu import backend as cpu
from utils.renderer.cuda import backend as cuda
from utils.renderer.scene import Scene

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def on_device(value):
    """A tensor, or a scene's tensors, where the GPU's backend takes them; other values as they are."""
    if isinstance(value, Scene):
        return Scene(**{name: on_device(v) for name, v in vars(value).items()})
    return value.to(DEVICE) if torch.is_tensor(value) else value


def both(function, *values):
    """What the CPU's and the GPU's backend return for the same arguments, as lists of arrays."""
    results = getattr(cpu, function)(*values), getattr(cuda, function)(*map(on_device, values))
    return [[None if r is None else r.cpu().numpy() for r in (result if isinstance(result, tuple) else (result,))]
            for result in results]
