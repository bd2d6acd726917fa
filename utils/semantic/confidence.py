"""The function f: semantic points -> confidence in the right class (Hamdi & Ghanem 2019, section 3).

f renders the object at each point, asks the network, and takes the score of the class.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from ..engine_names import AUTO
from ..errors import InputError
from ..networks import Network, find_label
from ..networks.engines import engine_for
from ..parameters import AZIMUTH_AND_ELEVATION
from ..regions import ndinterval
from ..scores import SCORES
from ..shapes.shape import Shape
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
    """

    def __init__(self, views: Views, classifier: Classifier, label: int, score: str = "softmax",
                 gradient: Gradient = RENDERER_GRADIENT) -> None:
        """
        Args:
            views: on the classifier's device.
            classifier: the network.
            label: index of the object's class among its outputs.
            score: of SCORES.
            gradient: RendererGradient or CentralDifferences.
        """
        self.views = views
        self.classifier = classifier
        self.label = label
        self.score = SCORES[score]
        self.gradient = gradient

    @classmethod
    def of(cls, network: Network, label: int | str, shape: Shape, *,
           parameters: Sequence[str] = AZIMUTH_AND_ELEVATION, fixed: Mapping[str, float] | None = None,
           score: str = "softmax", gradient: Gradient = RENDERER_GRADIENT, engine: str = AUTO) -> Confidence:
        """f on the CPU for a network and a shape as `load_network` and `load_mesh` give them.

        Args:
            network: image size and normalisation are its own.
            label: number or name of the object's class among the network's.
            shape: the object.
            parameters: names of a point's n numbers; angles are in degrees (the units are in `utils.parameters`).
            fixed: values of other parameters, {name: number}, in their units.
            score: of SCORES: "softmax", "logit" or "margin".
            gradient: RendererGradient or CentralDifferences.
            engine: what computes values: "auto", "torch" or "openvino". Gradients are PyTorch's.

        Raises:
            InputError: if the network has no such class.
        """
        if isinstance(label, str):
            label = find_label(label, network.class_names, network.n_classes)
        module, normalization = network.load(), network.normalization
        classifier = Classifier(module, normalization=normalization,
                                engine=engine_for(engine, network, module, normalization))
        return cls(Views(shape, parameters, fixed, network.image_size), classifier, label, score, gradient)

    def __repr__(self) -> str:
        return (f"Confidence({self.score.words} in label {self.label} over {', '.join(self.parameters)}: "
                f"{type(self.classifier.module).__name__} on {self.views.shape.shape_id})")

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

    def __call__(self, points: Any) -> torch.Tensor:
        """The score at points [N, n], in their parameters' units (of angles degrees): [N] float32 on the CPU.

        Raises:
            InputError: for points of another shape.
        """
        return torch.cat([torch.empty(0), *(self.evaluate(self.images(chunk)) for chunk in self.chunks(points))])

    def value_and_grad(self, points: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Score and gradient at points [N, n].

        Returns:
            [N] float32 and [N, n] float64 tensors on the CPU; the gradient is per each parameter's unit.
        """
        return self.gradient.value_and_grad(self, points)

    def images(self, points: Any) -> torch.Tensor:
        """What the network is shown at points [N, n]: [N, 3, H, W] float32 in [0, 1]."""
        return self.views(points)

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

    def chunks(self, points: Any) -> Iterable[torch.Tensor]:
        """Points [N, n] as float64 tensors of at most batch_size points each."""
        points = as_points(points, self.parameters)
        return points.split(self.classifier.batch_size) if len(points) else ()


def _finite(score: torch.Tensor) -> torch.Tensor:
    """The score, if it is a number for every view.

    Raises:
        InputError: if it is not.
    """
    if not bool(torch.isfinite(score).all()):
        raise InputError("the network's output is not finite for some views; are its weights complete, and is "
                         "`precision` enough for them?")
    return score
