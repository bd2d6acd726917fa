"""Image files."""
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import MeshError

# Modes of grey images with more than 8 bits -> their white.
DEEP = {"I": 65535, "I;16": 65535, "I;16L": 65535, "I;16B": 65535, "I;16N": 65535, "F": 1}


def read_image(path: str | Path | BytesIO, name: str | Path | None = None) -> np.ndarray:
    """An image file as [H, W, 3] float32 in [0, 1], row 0 at the top; alpha is left out.

    Args:
        path: of the file, or its contents.
        name: what an error calls it (default: its path).

    Raises:
        MeshError: if it cannot be read.
    """
    try:
        with Image.open(path) as image:
            white = DEEP.get(image.mode)
            pixels = np.asarray(image if white else image.convert("RGB"), dtype=np.float32) / (white or 255)
    except Exception as error:  # a broken file can raise anything in the reader
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise MeshError(f"{name or path}: cannot be read as an image ({reason})") from None
    if not white:
        return pixels
    if not 0 <= pixels.min() <= pixels.max() <= 1:
        raise MeshError(f"{name or path}: an image of greys from {pixels.min():g} to {pixels.max():g}, where 1 is "
                        "white; save it with 8 or 16 bits")
    return np.repeat(pixels[..., None], 3, axis=-1)
