"""A user's module as a classifier: tried on two images, and adapted where it asks or answers otherwise.

Some modules take grey images, or a fixed number of images. Some answer with a dict, with one logit for two classes, or
with probabilities. A module that takes images [B, 3, H, W] and answers with logits [B, classes] is used as it is.
"""
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from ..errors import InputError, described
from ..parameters import IMAGE_SIZE
from .facts import FAILURES, LOGITS, PROBABILITIES, Facts, not_logits

GREY = (0.299, 0.587, 0.114)  # shares of red, green and blue in a grey image (ITU-R BT.601)
SMALLEST = torch.finfo(torch.float32).tiny  # a probability above 0
SUM_TOLERANCE = 5e-3  # of probabilities, which bfloat16 rounds
SAME = 0.01  # of the largest logit: answers that differ by less are the same but for rounding
N_KNOWN_BY = 16  # logits that tell a network from another
BRIGHT = 1e3  # far beyond any image: logits are then large, and probabilities are not


class Adapted(nn.Module):
    """A module as images [B, 3, H, W] -> logits [B, classes].

    Attributes:
        module: of the user's.
        n_channels: of the images that it takes: 3, or 1 for grey ones.
        n_images: that it takes at a time; None: any number.
        output: LOGITS or PROBABILITIES, which it answers with.
    """

    def __init__(self, module: nn.Module, n_channels: int = 3, n_images: int | None = None) -> None:
        super().__init__()
        self.module, self.n_channels, self.n_images, self.output = module, n_channels, n_images, LOGITS

    def forward(self, images: torch.Tensor) -> Any:
        """Logits [B, classes]; an answer that is none, as the module gives it."""
        found = self.rows(images)
        if not_logits(found, images.shape[0]):
            return found
        is_binary = found.shape[1] == 1
        if self.output == PROBABILITIES:
            found = found.float().clamp(min=SMALLEST)
            found = found.logit() if is_binary else found.log()
        return torch.cat((torch.zeros_like(found), found), dim=1) if is_binary else found

    def rows(self, images: torch.Tensor) -> Any:
        """The module's own numbers [B, outputs] for images [B, 3, H, W], without what it wraps them in."""
        if self.n_images is None:
            return rows_of(self.answer(images), images.shape[0])
        if torch.compiler.is_exporting():
            raise NotImplementedError(f"it takes {self.n_images} at a time")
        missing = -len(images) % self.n_images
        pieces = torch.cat((images, images[-1:].expand(missing, -1, -1, -1))).split(self.n_images)
        return torch.cat([rows_of(self.answer(piece), self.n_images) for piece in pieces])[:len(images)]

    def answer(self, images: torch.Tensor) -> Any:
        """What the module answers to images [B, 3, H, W]."""
        if self.n_channels == 1:
            shares = torch.tensor(GREY, device=images.device)[:, None, None]
            images = (images * shares).sum(1, keepdim=True)
        return self.module(images.clone())  # which it may change in place


def adapted(module: nn.Module, facts: Facts, who: str) -> tuple[nn.Module, Facts]:
    """The module as a classifier, and its facts with the number and the names of the classes.

    Args:
        module: in eval mode.
        facts: that its function states.
        who: it is; the beginning of the error's line.

    Raises:
        InputError: if it fails, gives no logits, gives one image other logits each time, or has not as many outputs as
            names.
    """
    noise = _noise(facts)
    images = torch.cat((torch.zeros_like(noise), noise))
    with torch.no_grad():
        found, is_plain = _taken(module, images[:1], facts, who)
        rows = _tried(found, images, who)
        is_probability = _is_within_0_and_1(rows)
        if facts.output is None and is_probability and _is_bounded(found, images):
            raise InputError(f"{who}: {_no_logits(rows)}")
    if facts.output == PROBABILITIES:
        if not (is_probability and (rows.shape[1] == 1 or _sums_to_1(rows))):
            raise InputError(f'{who}: gave output "{PROBABILITIES}", and its outputs are not from 0 to 1 with a sum of '
                             "1; expected a network that ends in a softmax, or no output among the facts")
        found.output, is_plain = PROBABILITIES, False
    n_outputs = rows.shape[1]
    known = replace(facts, class_names=_names(facts.class_names, n_outputs, who), n_classes=max(n_outputs, 2))
    return module if is_plain and not found.n_images and n_outputs > 1 else found, known


def answers_to_noise(module: nn.Module, facts: Facts) -> list[str]:
    """The first logits for an image of noise, in as many digits as any machine agrees in."""
    with torch.no_grad():
        return [f"{logit:.1e}" for logit in module(_noise(facts))[0, :N_KNOWN_BY].tolist()]


def _noise(facts: Facts) -> torch.Tensor:
    """One image of noise, always the same: [1, 3, H, W]."""
    size = facts.image_size or IMAGE_SIZE
    return torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0))


def rows_of(answer: Any, n: int) -> Any:
    """The tensor [n, outputs] in an answer to n images; the answer itself where there is none."""
    if isinstance(answer, Mapping) and "logits" in answer:
        answer = answer["logits"]
    elif isinstance(answer, (Mapping, tuple, list)) and len(answer) == 1:
        answer, = answer.values() if isinstance(answer, Mapping) else answer
    else:
        answer = getattr(answer, "logits", answer)
    if torch.is_tensor(answer) and answer.dim() != 2 and answer.shape[:1] == (n,) and set(answer.shape[2:]) <= {1}:
        return answer.reshape(n, -1)
    return answer


def _taken(module: nn.Module, image: torch.Tensor, facts: Facts, who: str) -> tuple[Adapted, bool]:
    """The module with the channels that it takes, and whether it takes colours and answers with plain rows."""
    n_images, problems = _exported_for(module), []
    n = n_images or 1
    for n_channels in (3, 1):
        found = Adapted(module, n_channels, n_images)
        try:
            answer = found.answer(image.expand(n, -1, -1, -1))
        except FAILURES as error:
            problems.append(described(error))
            continue
        rows = rows_of(answer, n)
        wrong = not_logits(rows, n)
        if wrong:
            raise InputError(f"{who}: {wrong}; return them alone, or by the name logits")
        return found, n_channels == 3 and rows is answer
    hint = "" if facts.image_size else "; give its image_size beside the module"
    raise InputError(f"{who}: fails on an image {list(image.shape)}, and on a grey one ({problems[0]}){hint}")


def _tried(found: Adapted, images: torch.Tensor, who: str) -> torch.Tensor:
    """The rows of two images, which are the same together and apart."""
    try:
        rows = found.rows(images)
    except FAILURES:  # it has taken one
        found.n_images = 1
        rows = found.rows(images)
    wrong = not_logits(rows, len(images))
    if wrong:
        raise InputError(f"{who}: {wrong}")
    if not bool(torch.isfinite(rows).all()):
        raise InputError(f"{who}: gives logits that are not finite; are its weights loaded?")
    if float((found.rows(images[1:]) - rows[1:]).abs().max()) > SAME * float(rows.abs().max()):
        raise InputError(f"{who}: gives one image other logits each time, or beside other images, as dropout and batch "
                         "normalization do in training mode; expected the same")
    return rows


def _is_within_0_and_1(rows: torch.Tensor) -> bool:
    """Whether all numbers are, and not all are 0, as of a last layer that begins with zeros."""
    return bool(((rows >= 0) & (rows <= 1 + SUM_TOLERANCE)).all()) and bool(rows.any())


def _is_bounded(found: Adapted, images: torch.Tensor) -> bool:
    """Whether outputs are from 0 to 1 for images far beyond any too; a module may refuse these."""
    try:
        return _is_within_0_and_1(found.rows((images - 0.5) * BRIGHT))
    except FAILURES:
        return True


def _sums_to_1(rows: torch.Tensor) -> bool:
    return bool(((rows.float().sum(1) - 1).abs() < SUM_TOLERANCE).all())


def _no_logits(rows: torch.Tensor) -> str:
    """What is said of a network whose outputs are from 0 to 1 whatever the image."""
    if rows.shape[1] > 1 and _sums_to_1(rows):
        return (f'ends in a softmax: its outputs are at or above 0, and sum to 1; return the logits before it, or give '
                f'"output": "{PROBABILITIES}" beside the module')
    ways = f'"output": "{LOGITS}" beside the module, for the softmax of them as they are'
    if rows.shape[1] == 1:
        ways = f'"output": "{PROBABILITIES}" beside the module'
    return (f"ends in a sigmoid, or the like: its outputs are from 0 to 1 whatever the image; return the logits before "
            f"it, or give {ways}")


def _names(names: tuple[str, ...] | None, n_outputs: int, who: str) -> tuple[str, ...] | None:
    """Names of the classes; of one logit, which stands for two, there are two."""
    if n_outputs > 1:
        if names is not None and len(names) != n_outputs:
            raise InputError(f"{who}: gave {len(names)} class_names, and has {n_outputs} outputs; expected as many "
                             "names")
        return names
    if names is None or len(names) not in (1, 2):
        raise InputError(f"{who}: has one output, the logit of the second of two classes; give class_names, two, "
                         "beside the module")
    return names if len(names) == 2 else (f"not {names[0]}", names[0])


def _exported_for(module: nn.Module) -> int | None:
    """The number of images that a module was exported for by torch.export; None for any number, and any other one."""
    for part in module.modules():
        if isinstance(part, torch.fx.GraphModule):
            for node in part.graph.find_nodes(op="placeholder"):
                size = getattr(node.meta.get("val"), "shape", (None,))[0]
                return size if isinstance(size, int) else None
    return None
