"""What is known of a network besides the module: the images that it takes, and its outputs."""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..errors import InputError, in_short
from ..parameters import LARGEST_IMAGE

FACTS = ("image_size", "mean", "std", "class_names", "output")  # that a user's function may give
OUTPUTS = LOGITS, PROBABILITIES = ("logits", "probabilities")
LARGEST_STD = 10  # of an image in [0, 1] it is 0.5 at most, and 1 divides by nothing
FAILURES = (Exception, SystemExit)  # of a user's code, which may fail in any way

Normalization = tuple[tuple[float, ...], tuple[float, ...]]  # mean and standard deviation, three numbers each


@dataclass(frozen=True)
class Facts:
    """What is known of a network besides the module.

    Attributes:
        image_size: pixels a side of the images that it takes, or None if that is not known.
        normalization: mean and standard deviation that it expects the image normalized by, or None.
        class_names: of the outputs; None: ImageNet's, if there are as many.
        output: of OUTPUTS, what the module answers with; None: it does not say.
        n_classes: number of outputs; None until they are counted.
    """
    image_size: int | None = None
    normalization: Normalization | None = None
    class_names: tuple[str, ...] | None = None
    output: str | None = None
    n_classes: int | None = None


def checked_facts(given: Mapping[Any, Any], who: str) -> Facts:
    """The Facts that a user's function gives.

    Args:
        given: any of FACTS; None is the same as nothing.
        who: gives them; the beginning of the error's line.

    Raises:
        InputError: for one that is not known, or has a value of another kind.
    """
    unknown = [key for key in given if key not in FACTS]
    if unknown:
        raise InputError(f"{who}: gave {unknown[0]!r}, expected any of {', '.join(FACTS)}")
    size, mean, std, names, output = map(given.get, FACTS)
    if size is not None and not (isinstance(size, (int, np.integer)) and 1 <= size <= LARGEST_IMAGE):
        raise InputError(f"{who}: gave image_size {in_short(size)}, expected a whole number of pixels, 1 to "
                         f"{LARGEST_IMAGE:,}")
    if (mean is None) != (std is None):
        raise InputError(f"{who}: gave only one of mean and std, expected both or neither")
    normalization = None if mean is None else (_three(mean, f"{who}: gave mean"), _three(std, f"{who}: gave std"))
    if normalization and min(normalization[1]) <= 0:
        raise InputError(f"{who}: gave std {in_short(std)}, expected three numbers above 0: the image is divided by "
                         "them")
    if normalization and (max(normalization[0]) > 1 or max(normalization[1]) > LARGEST_STD):
        raise InputError(f"{who}: gave mean {in_short(mean)} and std {in_short(std)}, which are of values from 0 to "
                         "255; the image is in [0, 1]: divide both by 255")
    if names is not None and not (isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names)):
        raise InputError(f"{who}: gave class_names {in_short(names)}, expected a list of names, one for each output")
    if output is not None and output not in OUTPUTS:
        raise InputError(f"{who}: gave output {in_short(output)}, expected {' or '.join(OUTPUTS)}")
    return Facts(None if size is None else int(size), normalization, None if names is None else tuple(names), output)


def not_logits(output: Any, n: int) -> str | None:
    """What is wrong with a network's answer to n images; None if it is logits [n, classes]."""
    expected = f"for {n} image{'s' if n > 1 else ''}, expected logits [{n}, classes], real numbers"
    if not torch.is_tensor(output):
        return f"gives {type(output).__name__} {expected}"
    if output.dim() != 2 or output.shape[0] != n or not output.shape[1]:
        return f"gives {list(output.shape)} {expected}"
    if not output.is_floating_point():
        return f"gives {str(output.dtype).removeprefix('torch.')} {expected}"
    return None


def _three(value: Any, given: str) -> tuple[float, ...]:
    """The three numbers of a value; one in a list stands for all."""
    try:
        numbers = np.asarray(value)  # a tensor can have one number in memory and very many places
        numbers = numbers.astype(np.float64) if numbers.size <= 3 else np.empty(0)
    except Exception:  # a user's object may fail in any way
        numbers = np.empty(0)
    if numbers.shape == (1,):  # of a network for grey images
        numbers = numbers.repeat(3)
    if numbers.shape != (3,) or not np.isfinite(numbers).all():
        raise InputError(f"{given} {in_short(value)}, expected three numbers: of red, green and blue")
    return tuple(numbers.tolist())
