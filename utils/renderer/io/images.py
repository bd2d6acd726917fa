"""Image files."""
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import MeshError

MOST_PIXELS = 300_000_000  # of an image that nobody said more of: a texture of 16,384 x 16,384 has fewer
# Modes of grey images with more than 8 bits -> their white.
DEEP = {"I": 65535, "I;16": 65535, "I;16L": 65535, "I;16B": 65535, "I;16N": 65535, "F": 1}


def read_image(path: str | Path | BytesIO, name: str | Path | None = None, most_pixels: int = MOST_PIXELS,
               longest: int | None = None) -> np.ndarray:
    """An image file as [H, W, 3] float32 in [0, 1], row 0 at the top; alpha is left out.

    Args:
        path: of the file, or its contents.
        name: what an error calls it (default: its path).
        most_pixels: that it may have.
        longest: pixels of its longer side, at most; a larger one comes at a half, a third, .. of its size.

    Raises:
        MeshError: if it cannot be read, or has more pixels.
    """
    called = name or path
    try:
        with _any_size(), Image.open(path) as image:
            width, height = image.size
            is_small = width * height <= most_pixels
            white = DEEP.get(image.mode)
            pixels = _pixels(image, white, longest) if is_small else np.empty(0)
    except Exception as error:  # a broken file can raise anything in the reader
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise MeshError(f"{called}: cannot be read as an image ({reason})") from None
    if not is_small:
        raise MeshError(f"{called}: an image of {width:,} x {height:,} pixels; the limit is {most_pixels / 1e6:g} "
                        "million, and `texture_limit` sets another")
    if not white:
        return pixels
    if not 0 <= pixels.min() <= pixels.max() <= 1:
        raise MeshError(f"{called}: an image of greys from {pixels.min():g} to {pixels.max():g}, where 1 is white; "
                        "save it with 8 or 16 bits")
    return np.repeat(pixels[..., None], 3, axis=-1)


def _pixels(image: Image.Image, white: int | None, longest: int | None) -> np.ndarray:
    """[H, W, 3], or [H, W] of a grey image with a white of its own."""
    if white:
        return np.asarray(image, np.float32) / white
    image = image.convert("RGB")
    if longest:
        image = image.reduce(-(-max(image.size) // longest))
    return np.asarray(image, np.float32) / 255


@contextmanager
def _any_size() -> Iterator[None]:
    """Pillow's own limit is off: `most_pixels` is in its place."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before
