"""What a function tells of its network beside the module, and whether its answers are logits: both checked."""
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from ..errors import InputError, in_short
from ..parameters import LARGEST_IMAGE

FACTS = ("image_size", "mean", "std", "class_names")


def checked_facts(facts: Mapping[Any, Any], who: str) -> dict[str, Any]:
    """The facts as plain values: image_size an int, mean and std three floats each, class_names a tuple of texts.

    Args:
        facts: as told, any of FACTS.
        who: tells them; the beginning of the error's line.

    Raises:
        InputError: for one that is not known, or is not what it should be.
    """
    unknown = [key for key in facts if key not in FACTS]
    if unknown:
        raise InputError(f"{who}: told {unknown[0]!r}, expected any of {', '.join(FACTS)}")
    if ("mean" in facts) != ("std" in facts):
        raise InputError(f"{who}: told only one of mean and std, expected both or neither")
    return {key: CHECKS[key](value, f"{who}: told {key} {in_short(value)}") for key, value in facts.items()}


def check_number(class_names: tuple[str, ...] | None, n_classes: int, who: str) -> None:
    """Turn away another number of names than there are outputs."""
    if class_names is not None and len(class_names) != n_classes:
        raise InputError(f"{who}: told {len(class_names)} class_names, and has {n_classes} outputs; expected as many "
                         "names")


def not_logits(output: Any, n: int) -> str | None:
    """What is wrong with a network's answer to n images; None if it is logits [n, classes]."""
    expected = f"for {n} image{'s' if n > 1 else ''}, expected logits [{n}, classes], real numbers"
    if not torch.is_tensor(output):
        return f"gives {type(output).__name__} {expected}"
    if output.dim() != 2 or len(output) != n or not output.shape[1]:
        return f"gives {list(output.shape)} {expected}"
    if output.layout != torch.strided or output.is_meta or not output.is_floating_point():
        kind = "no numbers" if output.is_meta else f"{output.dtype}".removeprefix("torch.")
        return f"gives {kind} {'' if output.layout == torch.strided else 'in a sparse tensor '}{expected}"
    return None


def _image_size(value: Any, told: str) -> int:
    try:
        size = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        size = 0
    if not 1 <= size <= LARGEST_IMAGE:
        raise InputError(f"{told}, expected a whole number of pixels, 1 to {LARGEST_IMAGE:,}")
    return size


def _three(value: Any, told: str) -> tuple[float, ...]:
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except Exception:  # a user's object may fail in any way
        numbers = np.empty(0)
    if numbers.shape != (3,) or not np.isfinite(numbers).all():
        raise InputError(f"{told}, expected three numbers: of red, green and blue")
    return tuple(numbers.tolist())


def _three_above_zero(value: Any, told: str) -> tuple[float, ...]:
    numbers = _three(value, told)
    if min(numbers) <= 0:
        raise InputError(f"{told}, expected three numbers above 0: the image is divided by them")
    return numbers


def _class_names(value: Any, told: str) -> tuple[str, ...]:
    if isinstance(value, (str, bytes)) or not isinstance(value, (list, tuple)) or not all(
            isinstance(name, str) for name in value):
        raise InputError(f"{told}, expected a list of names, one for each output")
    if len(value) > 1 and len(set(value)) == 1:
        raise InputError(f"{told}, expected names that tell the outputs apart")
    return tuple(value)


CHECKS = dict(image_size=_image_size, mean=_three, std=_three_above_zero, class_names=_class_names)
