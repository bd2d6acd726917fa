"""Images -> logits: device, precision, batch size and normalisation live here and nowhere else."""
from contextlib import nullcontext

import torch
from torch import nn

from ..engine_names import TORCH
from ..errors import InputError, first_line, is_out_of_memory
from ..networks.engines import FEW, Engine, EngineError
from ..networks.facts import Normalization, not_logits
from .cpu_gradient import CPUGradient

N_COMPARED = 8  # of the first images, which an engine and PyTorch both classify
TOLERANCE = 1e-4  # of the softmax outputs
AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Classifier:
    """A network ready for use: images [n, 3, H, W] in [0, 1], n <= batch_size -> logits [n, classes] float32.

    Attributes:
        module: the network, on the device.
        device: of the network.
        batch_size: views that are rendered and classified at a time.
        precision: "fp32", "bf16", or on a GPU "fp16".
        normalization: mean and standard deviation that the image is normalized by, or None.
        engine: computes logits without gradients; None: PyTorch.
    """

    def __init__(self, module: nn.Module, device: torch.device | str = "cpu", batch_size: int = 32,
                 precision: str = "fp32", normalization: Normalization | None = None, compiled: bool = False,
                 engine: Engine | None = None) -> None:
        """
        Args:
            module: images [B, 3, H, W] -> logits [B, classes].
            device: where it runs.
            batch_size: the numbers do not depend on it.
            precision: of the network.
            normalization: None, as in the paper: the image as it is.
            compiled: use torch.compile.
            engine: for the CPU; it normalizes the images itself. Its first values are compared with PyTorch's.
        """
        self.device = torch.device(device)
        self.module = module.to(self.device, memory_format=torch.channels_last)
        self.batch_size = batch_size
        self.precision = precision
        self.normalization = normalization
        self.compiled = compiled
        self._network = torch.compile(self.module) if compiled else self.module
        self.engine = engine
        self._engine_is_right = False
        self._has_run = False
        self._n_outputs = 0  # not known yet
        if self.device.type == "cuda" and precision == "fp32":
            _forbid_tf32()

    @property
    def engine_name(self) -> str:
        """Name of the engine that computes logits without gradients."""
        return self.engine.name if self.engine else TORCH

    @property
    def few(self) -> int | None:
        """Number of images that a gradient is computed for at a time on a CPU.

        None: for all of a batch at once, on a GPU, or because the network is compiled for batches of one size.
        """
        return FEW if self.device.type == "cpu" and not self.compiled else None

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Logits [n, classes] float32, on the device. With gradients enabled they are PyTorch's.

        Raises:
            InputError: if the network fails on its first images, or gives no logits for them; if an engine was asked
                for that cannot take the network.
        """
        if self.engine and not torch.is_grad_enabled():
            if not self._engine_is_right:
                self._compare(self.engine, images[:N_COMPARED])
            if self.engine:
                return self.engine(images)
        return self._logits(images, self.precision)

    def _compare(self, engine: Engine, images: torch.Tensor) -> None:
        """Compare the engine's softmax outputs with PyTorch's for some images; drop it where they differ."""
        ours = self._logits(images, "fp32").softmax(1)
        try:
            in_fp32 = engine.in_fp32()
            difference = float((in_fp32(images).softmax(1) - ours).abs().max())
            if in_fp32 is not engine:
                engine(images)  # so that it does not fail later
            self._engine_is_right = difference <= TOLERANCE
            if self._engine_is_right:
                return
            reason = f"its confidences differ from PyTorch's by {difference:.1g}, more than {TOLERANCE:g}"
        except EngineError as error:
            reason = str(error)
        if engine.asked_for:
            raise InputError(f"`engine` {engine.name}: not for this network: {reason}; leave `engine` out for PyTorch")
        print(f"PyTorch computes, and not {engine.name}, which is not for this network: {reason}")
        self.engine = None

    def _logits(self, images: torch.Tensor, precision: str) -> torch.Tensor:
        """PyTorch's logits, as in a call."""
        n = len(images)
        if self.compiled and n < self.batch_size:  # one shape only, so that it is compiled once
            images = torch.cat((images, images[-1:].expand(self.batch_size - n, -1, -1, -1)))
        # a copy, because a network may change its input in place
        images = images.to(self.device).clone(memory_format=torch.channels_last)
        if self.normalization:
            mean, std = (torch.tensor(v, device=self.device)[:, None, None] for v in self.normalization)
            images = (images - mean) / std
        output = self._run(images, precision)
        self._check(output, len(images))
        self._has_run = True
        return output[:n].float()

    def _run(self, images: torch.Tensor, precision: str) -> torch.Tensor:
        try:
            with (torch.autocast(self.device.type, AUTOCAST.get(precision), enabled=precision in AUTOCAST),
                  CPUGradient() if images.requires_grad and self.few else nullcontext()):
                return self._network(images)
        except Exception as error:
            if self.compiled and type(error).__module__.startswith("torch._dynamo"):
                raise InputError(f"`compile`: torch.compile failed here ({first_line(error)}); "
                                 "install what it names, or run without `compile`") from None
            if self._has_run or is_out_of_memory(error) or images.requires_grad:
                raise
            raise InputError(f"the network fails on images {list(images.shape)} ({first_line(error)}); is "
                             "`image_size` what it takes?") from None

    def _check(self, output: torch.Tensor, n: int) -> None:
        """Refuse a network that does not give logits: every output's kind is checked, and the first one's numbers."""
        wrong = not_logits(output, n)
        if wrong:
            raise InputError(f"the network {wrong}")
        if not self._n_outputs:
            self._n_outputs = output.shape[1]
        if output.shape[1] != self._n_outputs:
            raise InputError(f"the network gives {output.shape[1]} outputs for {n} images, and gave {self._n_outputs} "
                             "before; expected as many for every batch")
        if not self._has_run and not bool(torch.isfinite(output).all()):
            raise InputError("the network gives logits that are not finite; are its weights complete?")


def _forbid_tf32() -> None:
    """Have convolutions and matrix products on this process's GPUs keep all 24 bits of float32.

    By default PyTorch lets convolutions round their inputs to 11 bits on GPUs since Ampere.
    """
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
