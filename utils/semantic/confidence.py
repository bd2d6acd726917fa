"""The function f: semantic points -> confidence in the right class (Hamdi & Ghanem 2019, section 3).

f renders the object at each point, asks the network, and takes the score of the class.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from ..engine_names import AUTO, ENGINES
from ..errors import InputError, first_line, in_short
from ..networks import Network, as_network
from ..networks.engines import engine_for
from ..parameters import AZIMUTH_AND_ELEVATION
from ..regions import ndinterval
from ..scores import SCORES
from ..shapes.shape import Shape, load_mesh
from .classifier import Classifier
from .gradients import Gradient, RendererGradient
from .views import Views, as_points

RENDERER_GRADIENT = RendererGradient()


class Answers(NamedTuple):
    """What a network says of n views: tensors [n] on the CPU.

    Attributes:
        score: of the object's class, float32.
        top1: index of the first answer, the output with the largest logit, int64.
        top1_score: the score of the first answer, float32: its softmax output, its logit, or how far it is ahead of the
            second ("margin").
    """
    score: torch.Tensor
    top1: torch.Tensor
    top1_score: torch.Tensor


class Confidence:
    """f for one object and one network: f(points [N, n]) -> [N]; f.value_and_grad has the gradient too.

    Attributes:
        views: points -> images.
        classifier: images -> logits.
        label: index of the object's class among the outputs.
        score: what stands for the confidence, a `Score`.
        gradient: how value_and_grad finds it.
        network: that the classifier runs, if its name is known.
    """

    def __init__(self, views: Views, classifier: Classifier, label: int, score: str = "softmax",
                 gradient: Gradient = RENDERER_GRADIENT, network: Network | None = None) -> None:
        """
        Args:
            views: on the classifier's device.
            classifier: the network.
            label: index of the object's class among its outputs.
            score: of SCORES.
            gradient: RendererGradient or CentralDifferences.
            network: its name and the names of its classes, for people.

        Raises:
            InputError: for a label that is no index.
        """
        if not isinstance(label, (int, np.integer)) or isinstance(label, bool) or label < 0:
            raise InputError(f"label {in_short(label)}: expected the index of an output, a whole number from 0")
        self.views = views
        self.classifier = classifier
        self.label = int(label)
        self.score = SCORES[score]
        self.gradient = gradient
        self.network = network

    @classmethod
    def of(cls, network: Network | str | nn.Module | tuple[nn.Module, dict[str, Any]], label: int | str,
           shape: Shape | str | Path, *, parameters: Sequence[str] = AZIMUTH_AND_ELEVATION,
           fixed: Mapping[str, float] | None = None, score: str = "softmax",
           gradient: Gradient = RENDERER_GRADIENT, **how: Any) -> Confidence:
        """f for a network and an object.

        Args:
            network: of `load_network`, or its name; or an nn.Module, images [B, 3, 224, 224] in [0, 1] -> logits; or a
                pair of a module and a dict of what a function of your own would state beside it.
            label: number or name of the object's class among the network's.
            shape: of `load_mesh` and the like, or the path of a mesh.
            parameters: names of a point's n numbers; angles are in degrees (the units are in `utils.parameters`).
            fixed: values of other parameters, {name: number}, in their units.
            score: of SCORES: "softmax", "logit" or "margin".
            gradient: RendererGradient or CentralDifferences.
            how: device ("cpu", "cuda", ..), batch_size (number of views at a time), and engine, which computes values
                on a CPU: "auto", "torch" or "openvino". Gradients are PyTorch's.

        Raises:
            InputError: if the network has no such class, or for anything that cannot be used.
        """
        network, index = as_network(network).labelled(label)
        shape = shape if isinstance(shape, Shape) else load_mesh(shape)
        classifier = _classifier(network, **how)
        views = Views(shape, parameters, fixed, network.image_size, device=classifier.device)
        return cls(views, classifier, index, score, gradient, network)

    def __repr__(self) -> str:
        label, network = f"label {self.label}", type(self.classifier.module).__name__
        if self.network is not None:
            label, network = f"{self.class_name} ({label})" if self.class_name else label, self.network.name
        return (f"Confidence({self.score.words} in {label} over {', '.join(self.parameters)}: {network} on "
                f"{self.views.shape.shape_id})")

    @property
    def class_name(self) -> str | None:
        """The name of the object's class, if the network names its outputs."""
        names = self.network and self.network.class_names
        return names[self.label] if names else None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of a point's numbers."""
        return self.views.parameters

    @property
    def domain(self) -> ndinterval:
        """The box of all allowed points."""
        return self.views.domain

    @property
    def periods(self) -> np.ndarray:
        """[n] after which a number means the same view again; inf where it never does."""
        return self.views.periods

    @property
    def few(self) -> int | None:
        """Number of images that the network's gradient is computed for at a time; None: for all of them."""
        return self.classifier.few

    def __call__(self, points: Any) -> torch.Tensor:
        """The score at points [N, n], in their parameters' units (of angles degrees): [N] float32 on the CPU.

        Raises:
            InputError: for points of another shape, or that are not finite.
        """
        points = self._finite(points)
        return torch.cat([torch.empty(0), *(self.evaluate(self.images(chunk)) for chunk in self.chunks(points))])

    def value_and_grad(self, points: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Score and gradient at points [N, n].

        Returns:
            [N] float32 and [N, n] float64 tensors on the CPU; the gradient is per each parameter's unit.
        """
        return self.gradient.value_and_grad(self, self._finite(points))

    def images(self, points: Any) -> torch.Tensor:
        """What the network is shown at points [N, n]: [N, 3, H, W] float32 in [0, 1]."""
        return self.views(self._finite(points))

    @torch.inference_mode()
    def evaluate(self, images: torch.Tensor) -> torch.Tensor:
        """The score of images [n, 3, H, W] in [0, 1], n <= batch_size: [n] float32 on the CPU.

        Raises:
            InputError: if it is not a number.
        """
        return _finite(self.score.evaluate(self.logits(images), self.label).cpu())

    @torch.inference_mode()
    def answers(self, images: torch.Tensor) -> Answers:
        """The score of images [n, 3, H, W] in [0, 1], n <= batch_size, the first answers, and their score.

        Raises:
            InputError: if a score is not a number.
        """
        logits = self.logits(images)
        score = _finite(self.score.evaluate(logits, self.label).cpu())
        return Answers(score, logits.argmax(1).cpu(), self.score.of_first(logits).cpu())

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """The network's output [n, classes] float32 for images [n, 3, H, W] in [0, 1], n <= batch_size.

        Raises:
            InputError: if the network has no output of the label's number.
        """
        logits = self.classifier(images)
        if not self.label < logits.shape[1]:
            raise InputError(f"label {self.label}: the network has {logits.shape[1]} classes; expected 0 to "
                             f"{logits.shape[1] - 1}")
        return logits

    def _finite(self, points: Any) -> torch.Tensor:
        """Points [N, n], all finite. A box of the released program may not be: a run asks views and network itself."""
        points = as_points(points, self.parameters)
        strange = points[~points.isfinite().all(1)].tolist()
        if strange:
            raise InputError(f"points: ({', '.join(map(str, strange[0]))}) is not finite; expected numbers of "
                             f"{', '.join(self.parameters)}")
        return points

    def chunks(self, points: Any) -> Iterable[torch.Tensor]:
        """Points [N, n] as float64 tensors of at most batch_size points each."""
        points = as_points(points, self.parameters)
        return points.split(self.classifier.batch_size) if len(points) else ()


def _classifier(network: Network, device: torch.device | str = "cpu", batch_size: int = 32,
                engine: str = AUTO) -> Classifier:
    """A network ready for use. Image size and normalisation are its own.

    Raises:
        InputError: if there is no such device or engine, or the network cannot be loaded.
    """
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"`device` {device}: cannot be used ({first_line(error)}); expected cpu, or cuda where "
                         "there is a GPU") from None
    if engine not in ENGINES:
        raise InputError(f"`engine` {in_short(engine)}: expected one of {', '.join(ENGINES)}")
    module, normalization = network.load(), network.normalization
    on_cpu = torch.device(device).type == "cpu"
    return Classifier(module, device, batch_size, normalization=normalization,
                      engine=engine_for(engine, network, module, normalization) if on_cpu else None)


def _finite(score: torch.Tensor) -> torch.Tensor:
    """The score, if it is a number for every view.

    Raises:
        InputError: if it is not.
    """
    if not bool(torch.isfinite(score).all()):
        raise InputError("the network's output is not finite for some views; are its weights complete, and is "
                         "`precision` enough for them?")
    return score
