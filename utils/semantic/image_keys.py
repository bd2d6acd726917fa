"""Equal images, known by a hash of their pixels."""
from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import xxhash

if TYPE_CHECKING:
    import torch


def image_keys(images: torch.Tensor) -> list[bytes]:
    """A hash of 128 bits of each image [n, C, H, W]; of a grey one, whose channels are the same memory, of one channel.

    A white object's image changes in steps as the camera moves, so that a run sees many images more than once.
    """
    return [xxhash.xxh3_128_digest(image) for image in channels_of(images).cpu().contiguous().numpy()]


def channels_of(images: torch.Tensor) -> torch.Tensor:
    """Images [n, C, H, W], or the one channel [n, 1, H, W] of grey ones, whose channels are the same memory."""
    return images[:, :1] if images.stride(1) == 0 else images


def first_of_new(keys: Sequence[bytes], known: Container[bytes]) -> list[int]:
    """Where images stand, in order, whose keys are not known; of equal ones the first."""
    first = {key: k for k, key in reversed(list(enumerate(keys)))}
    return sorted(k for key, k in first.items() if key not in known)
