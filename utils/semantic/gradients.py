"""The gradient of f: the renderer's approximate one, or central differences."""
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch

from ..errors import InputError, first_line, is_out_of_memory
from ..parameters import PARAMETERS
from ..scores import Score
from .image_keys import first_of_new, image_keys
from .views import POLE, as_points

N_KNOWN = 64  # images whose gradients a run keeps: 40 MB


class Stages(Protocol):
    """The stages of f that a gradient needs: points -> chunks -> views -> logits -> score. `Confidence` has them."""
    label: int
    score: Score

    @property
    def few(self) -> int | None:
        """Number of images that the network's gradient is computed for at a time; None: for all of them."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of a point's n numbers."""

    def chunks(self, points: Any) -> Iterable[torch.Tensor]:
        """Points [N, n] in batches."""

    @property
    def views(self) -> Callable[[Any], torch.Tensor]:
        """Points [N, n] -> their views [N, 3, H, W]."""

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """The network's output for images: [N, classes]."""


class Gradient(Protocol):
    """A way to the gradient of f."""

    @property
    def released(self) -> bool:
        """Whether it is that of the cross entropy of the softmax output, as in the published runs, and not f's own."""

    def value_and_grad(self, f: Stages, points: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """f at points [N, n] and its gradient: [N] float32 and [N, n] float64 on the CPU, per parameter's unit."""


@dataclass(frozen=True)
class RendererGradient:
    """The renderer's approximate gradient (Kato et al. 2018), backwards through network and renderer.

    Attributes:
        known: what a run found for its last images, by `image_keys`; for one f, whose network does not change. None:
            nothing is kept from one call to the next.
    """
    released: bool = False
    known: dict[bytes, tuple[torch.Tensor, torch.Tensor]] | None = field(default=None, repr=False, compare=False)

    def value_and_grad(self, f: Stages, points: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """As in `Gradient`."""
        values, gradients = [torch.empty(0)], [torch.empty(0, len(f.parameters), dtype=torch.float64)]
        for chunk in f.chunks(points):
            chunk = chunk.clone().requires_grad_()
            images = f.views(chunk)
            score, of_images = self._of_images(f, images.detach())
            gradients.append(torch.autograd.grad(images, chunk, of_images)[0])
            values.append(score)
        return torch.cat(values), torch.cat(gradients)

    def _of_images(self, f: Stages, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The score of images [n, 3, H, W], [n] on the CPU, and the objective's gradient there, as the images.

        Raises:
            InputError: if the network has none.
        """
        try:
            return self._through_network(f, images) if f.few is None else self._few_at_a_time(f, images, f.few)
        except InputError:
            raise
        except Exception as error:  # of somebody else's code
            with torch.no_grad():
                f.logits(images.detach())  # says what is wrong with it, if it fails without gradients too
            if is_out_of_memory(error):
                raise
            raise InputError(f"the network gives no gradient ({first_line(error)}), as if it computes under no_grad or "
                             "outside of PyTorch; leave it to values, with `methods` naive,OIR_B,largest, or take "
                             "`gradient` finite_difference") from None

    def _few_at_a_time(self, f: Stages, images: torch.Tensor, few: int) -> tuple[torch.Tensor, torch.Tensor]:
        """As `_of_images`. The network is asked once for equal images, and for a few at a time.

        The last few are filled up with copies, so that what is found for an image does not depend on the other images.
        """
        known, keys = {} if self.known is None else self.known, image_keys(images)
        new = first_of_new(keys, known)
        for at in range(0, len(new), few):
            piece = new[at:at + few]
            filled = piece + piece[-1:] * (few - len(piece))
            known.update(zip((keys[k] for k in piece), zip(*self._through_network(f, images[filled]))))
        found = [known[key] for key in keys]
        for key in keys:
            known[key] = known.pop(key)  # the last ones used are kept
        for key in list(known)[:-N_KNOWN]:
            del known[key]
        scores, gradients = zip(*found)
        return torch.stack(scores), torch.stack(gradients)

    def _through_network(self, f: Stages, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As `_of_images`, of all images at once."""
        images = images.detach().requires_grad_()
        score, objective = _score_and_objective(f, f.logits(images), self.released)
        gradient, = torch.autograd.grad(objective.sum(), images)
        return score.detach().cpu(), gradient


@dataclass(frozen=True)
class CentralDifferences:
    """Central differences of f, from values alone; at a pole one-sided, as the image turns around behind it.

    Attributes:
        difference: the step to each side: degrees, and of other parameters as many of PARAMETERS' `small`.
    """
    difference: float = 1.0
    released: bool = False

    @torch.inference_mode()
    def value_and_grad(self, f: Stages, points: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """As in `Gradient`."""
        points, n = as_points(points, f.parameters), len(f.parameters)
        steps = torch.tensor([PARAMETERS[name].small for name in f.parameters]).double() * self.difference
        up, down = (_on_one_side(points, steps, f.parameters, sign) for sign in (1, -1))
        offsets = torch.cat((torch.zeros(len(points), 1, n), torch.diag_embed(up), -torch.diag_embed(down)), dim=1)
        around = (points[:, None] + offsets).reshape(-1, n)
        values = [torch.empty(2, 0)]
        for chunk in f.chunks(around):
            both = _score_and_objective(f, f.logits(f.views(chunk)), self.released)
            values.append(torch.stack(both).cpu())
        score, objective = torch.cat(values, dim=1).reshape(2, len(points), 1 + 2 * n)
        objective = objective.double()
        return score[:, 0], (objective[:, 1:n + 1] - objective[:, n + 1:]) / (up + down)


def _on_one_side(points: torch.Tensor, steps: torch.Tensor, parameters: Sequence[str], sign: int) -> torch.Tensor:
    """The steps [N, n] upwards (sign 1) or downwards (-1) from points [N, n], up to a pole where one would cross it."""
    steps = steps.expand_as(points).clone()
    if "elevation" in parameters:
        k = parameters.index("elevation")
        to_pole = POLE - sign * points[:, k]
        # beyond the poles there is no side to stay on
        is_inside = points[:, k].abs() <= POLE
        steps[:, k] = torch.where(is_inside, torch.minimum(steps[:, k], to_pole), steps[:, k])
    return steps


def _score_and_objective(f: Stages, logits: torch.Tensor, released: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """The score, and the objective that is differentiated: [N] each."""
    score = f.score.evaluate(logits, f.label)
    if not released:
        return score, score
    label = torch.full((len(logits),), f.label, device=logits.device)
    return score, torch.nn.functional.cross_entropy(logits.softmax(1), label, reduction="none")
