"""Engines that compute a network's values on a CPU, faster than PyTorch. Gradients are always PyTorch's."""
import sys
from typing import Protocol

import torch
from torch import nn

from ..engine_names import OPENVINO, TORCH
from ..errors import InputError
from .facts import Normalization
from .network import Network

# Convolutions are fastest on a few images, whose activations stay in the processor's cache. A layer that is one large
# matrix is read from memory once for as many images as there are, and wants many.
FEW = 4


class Engine(Protocol):
    """A network's values, without gradients.

    Attributes:
        name: of ENGINES.
        asked_for: by its name; else PyTorch may take its place, and a line says so.
    """
    name: str
    asked_for: bool

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Logits [n, classes] float32 of images [n, 3, H, W] in [0, 1], both on the CPU.

        Raises:
            EngineError: if the engine cannot take the network; on the first images of a size only.
        """

    def in_fp32(self) -> "Engine":
        """The same at full precision, to be compared with PyTorch's."""


class EngineError(Exception):
    """An engine cannot take a network. The message says why, in a few words."""


def engine_for(asked: str, network: Network, module: nn.Module, normalization: Normalization | None = None,
               precision: str = "fp32", weights_identity: str | None = None) -> Engine | None:
    """An engine on the CPU; None stands for PyTorch. The network is converted with its first images.

    Args:
        asked: one of ENGINES.
        network: its name and code are part of the converted form's name in the cache.
        module: of the network, in eval mode.
        normalization: that the engine applies to the images.
        precision: "fp32" or "bf16".
        weights_identity: the network's, where it is known already: else its file of weights is read.

    Raises:
        InputError: if OpenVINO is asked for by name and is not installed, or the processor has no such precision.
    """
    if asked == TORCH:
        return None
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # else it reports each conversion
    try:
        from .openvino_engine import OpenVINOEngine, has_bf16_units
    except ImportError as error:
        if asked == OPENVINO:
            raise InputError(f"`engine` {OPENVINO}: cannot be imported ({error}); pip install openvino, or leave "
                             "`engine` out for PyTorch") from None
        print(f"PyTorch computes, slower than OpenVINO on most CPUs, which cannot be imported ({error}; pip install "
              "openvino)")
        return None
    if precision == "bf16" and not has_bf16_units():
        if asked == OPENVINO:
            raise InputError(f"`precision` bf16 `engine` {OPENVINO}: this processor has no bf16 units; leave one of "
                             "the two out")
        print("precision bf16: this processor has no bf16 units; PyTorch imitates them, and is slower than with fp32")
        return None
    known_as = network.code and f"{network.name} {network.code} {weights_identity or network.weights_identity()}"
    return OpenVINOEngine(module, normalization, precision, known_as, asked == OPENVINO)
