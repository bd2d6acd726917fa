"""A network's values from OpenVINO, on the CPU.

The network is exported from PyTorch, for any number of images, and converted once. The converted form takes images
that are not normalized yet, of three channels or of one that stands for all three. It is stored in the user's cache
folder. A network whose code branches on the images' values cannot be exported, and is refused.
"""
import hashlib
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import torch
from openvino import opset13 as ops
from platformdirs import user_cache_path
from torch import nn

from ..engine_names import OPENVINO
from ..errors import first_line, quiet
from ..files import is_file
from .engines import FEW, EngineError
from .facts import Normalization
from .weights import state_identity

HINTS = {"fp32": "f32", "bf16": "bf16"}


@dataclass(eq=False)
class OpenVINOEngine:
    """A network's values from OpenVINO; see `Engine`.

    Attributes:
        module: the network, in eval mode, on the CPU.
        normalization: mean and standard deviation of each channel, taken off the images, or None.
        precision: "fp32" or "bf16".
        known_as: name of the network and its weights in the cache; None: a hash of the module.
        asked_for: by its name; see `Engine`.
    """
    name = OPENVINO
    module: nn.Module
    normalization: Normalization | None
    precision: str
    known_as: str | None
    asked_for: bool = False

    def __post_init__(self) -> None:
        self._requests: dict[tuple[int, ...], Any] = {}
        in_matrices = sum(part.weight.numel() for part in self.module.modules() if isinstance(part, nn.Linear))
        self._piece = None if 2 * in_matrices > sum(weight.numel() for weight in self.module.parameters()) else FEW

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """As in `Engine`. Images whose channels are one and the same memory are grey, and are fed as one channel."""
        if images.stride(1) == 0:
            images = images[:, :1]
        array, shape = images.contiguous().numpy(), tuple(images.shape[1:])
        if shape not in self._requests:
            self._requests[shape] = self._compiled(shape)
        request, size = self._requests[shape], self._piece or len(array)
        return torch.from_numpy(np.concatenate([
            request.infer([array[k:k + size]], share_inputs=True)[0] for k in range(0, len(array), size)]))

    def in_fp32(self) -> "OpenVINOEngine":
        """As in `Engine`."""
        return self if self.precision == "fp32" else replace(self, precision="fp32")

    def _compiled(self, shape: tuple[int, ...]) -> Any:
        """A request that infers from images [n, *shape], compiled for this processor and PyTorch's threads."""
        options = {"INFERENCE_PRECISION_HINT": HINTS[self.precision], "INFERENCE_NUM_THREADS": torch.get_num_threads(),
                   "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}
        try:
            model = self._converted(shape)
            if isinstance(model, Path):
                options["CACHE_DIR"] = str(model.parent)
            return _core().compile_model(model, "CPU", options).create_infer_request()
        except EngineError:
            raise
        except Exception as error:  # converters and compilers have many kinds of errors
            raise EngineError(f"OpenVINO cannot take it: {first_line(error)}") from None

    def _converted(self, shape: tuple[int, ...]) -> Path | ov.Model:
        """The file of the converted network, made if it is not there; the network itself where it cannot be stored."""
        program = None if self.known_as else _exported(self.module, shape)
        known_as = self.known_as or _identity(program)
        key = repr((known_as, self.normalization, shape, ov.__version__, torch.__version__))
        folder = user_cache_path("semantic-robustness") / "networks" / hashlib.sha256(key.encode()).hexdigest()[:20]
        path = folder / "network.xml"
        if is_file(path):
            return path
        with quiet():
            model = ov.convert_model(program or _exported(self.module, shape))
        model = _with_images(model, shape, self.normalization)
        return path if _store(model, path) else model


def has_bf16_units() -> bool:
    """Whether the processor computes in bf16 by itself."""
    return "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@cache
def _core() -> ov.Core:
    return ov.Core()


def _exported(module: nn.Module, shape: tuple[int, ...]) -> Any:
    """The network as a graph of operations, for any number of images.

    Raises:
        EngineError: if what it does depends on what is in the images, or cannot be followed for another reason.
    """
    example = torch.zeros(2, 3, *shape[1:])
    try:
        with quiet(), torch.no_grad():
            return torch.export.export(module, (example,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
                                       strict=False)
    except Exception as error:  # of a user's module, or of PyTorch
        if "data-dependent" in str(error).lower():
            raise EngineError("what it computes depends on what is in the images (a branch on a value)") from None
        raise EngineError(f"torch.export cannot follow it: {first_line(error)}") from None


def _identity(program: Any) -> str:
    """A hash of an exported network's operations and numbers."""
    numbers = {name: value for name, value in {**program.state_dict, **program.constants}.items()
               if torch.is_tensor(value)}
    return hashlib.sha256(str(program.graph).encode()).hexdigest() + state_identity(numbers)


def _with_images(model: ov.Model, shape: tuple[int, ...], normalization: Normalization | None) -> ov.Model:
    """A converted network that takes images [n, *shape] in [0, 1]: grey if shape has one channel."""
    parameter = model.get_parameters()[0]
    targets = parameter.output(0).get_target_inputs()
    images = ops.parameter([-1, *shape], np.float32, "images")
    fed, grey = images, shape[0] == 1
    if normalization is not None:
        mean, std = (np.array(values, np.float32)[None, :, None, None] for values in normalization)
        if grey and all(len(set(values)) == 1 for values in normalization):
            mean, std = mean[:, :1], std[:, :1]  # the normalized channels are equal too
        fed = ops.divide(ops.subtract(fed, ops.constant(mean)), ops.constant(std))
    if grey and fed.get_output_partial_shape(0)[1].get_length() == 1:
        first = next(iter(targets)).get_node()
        if len(targets) == 1 and _is_plain_convolution(first):
            weights = first.input_value(1).get_node().get_data().sum(axis=1, keepdims=True)
            first.input(1).replace_source_output(ops.constant(weights).output(0))
        else:
            fed = ops.concat([fed] * 3, axis=1)
    for target in targets:
        target.replace_source_output(fed.output(0))
    return ov.Model(model.get_results(), [images], "network")


def _is_plain_convolution(node: Any) -> bool:
    """Whether it is a convolution with constant weights: where channels are equal, the weights' sum does for them."""
    return node.get_type_name() == "Convolution" and node.input_value(1).get_node().get_type_name() == "Constant"


def _store(model: ov.Model, path: Path) -> bool:
    """Write a converted network so that its folder appears complete or not at all; False if that is not possible."""
    try:
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=path.parent.parent))
        try:
            ov.save_model(model, made / path.name, compress_to_fp16=False)
            with suppress(OSError):  # another process may have just made it
                made.rename(path.parent)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except (OSError, RuntimeError):
        return False
    return is_file(path)
