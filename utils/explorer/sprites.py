"""Sprites: all views of an object in one picture, no larger than it may be; and one view of every object in another."""
import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from ..figures.objects import views_at
from ..parameters import grid
from ..shapes.shape import Shape

LOOKS = (  # degrees between two views, pixels of a view and WebP quality, from the finest to the coarsest
    (6, 112, 40), (6, 112, 20), (9, 112, 20), (9, 80, 20), (12, 112, 20), (12, 80, 20), (12, 56, 20), (18, 80, 20),
    (18, 56, 20), (30, 56, 20))
LARGEST_VIEW = LOOKS[0][1]
SAMPLE_STEP = 60  # degrees between the views by which the size of all is estimated
MOST_BYTES = 750_000  # of a sprite, however many there are
THUMBNAIL, THUMBNAIL_AT, THUMBNAIL_QUALITY = 96, (130, 30), 50  # pixels a side; azimuth and elevation; WebP's
ACROSS = 20  # thumbnails in a row


def sprite(shape: Shape, image_size: int, n_bytes: int, unmirrored: bool = False) -> dict[str, Any]:
    """All views of an object, a row for each elevation, the lowest first: the finest of LOOKS that fits, else the last.

    Args:
        shape: the object.
        image_size: pixels a side of the network's images.
        n_bytes: bytes that the picture may take, as text.
        unmirrored: whether the network saw the object as it is, and not its mirror image.

    Returns:
        size: pixels of a view; azimuth, elevation: of its columns and rows, in degrees; uri: the picture.
    """
    n_bytes = min(n_bytes, MOST_BYTES)
    views = sample = _views(shape, image_size, SAMPLE_STEP, unmirrored)
    drawn = SAMPLE_STEP
    for step, size, quality in LOOKS:
        is_last = (step, size, quality) == LOOKS[-1]
        xx, yy = grid(step)
        if len(_picture(sample, size, quality)) * xx.size > n_bytes * grid(SAMPLE_STEP)[0].size and not is_last:
            continue
        if step != drawn:
            views, drawn = _views(shape, image_size, step, unmirrored), step
        uri = _picture(views, size, quality)
        if len(uri) <= n_bytes:
            break
    return dict(size=size, azimuth=xx[0].tolist(), elevation=yy[:, 0].tolist(), uri=uri)


def thumbnail(shape: Shape, image_size: int, unmirrored: bool = False) -> np.ndarray:
    """One view of an object: [THUMBNAIL, THUMBNAIL] uint8. The arguments are those of `sprite`."""
    return views_at(np.array([THUMBNAIL_AT]), shape, image_size, THUMBNAIL, unmirrored)[0]


def gallery(thumbnails: Sequence[np.ndarray]) -> dict[str, Any]:
    """One view of every object in one picture, ACROSS in a row.

    Returns:
        size: pixels of a view; across: views in a row; uri: the picture, None without views.
    """
    sheet = np.zeros((-(-len(thumbnails) // ACROSS) * THUMBNAIL, ACROSS * THUMBNAIL), np.uint8)
    for k, view in enumerate(thumbnails):
        row, column = (place * THUMBNAIL for place in divmod(k, ACROSS))
        sheet[row:row + THUMBNAIL, column:column + THUMBNAIL] = view
    return dict(size=THUMBNAIL, across=ACROSS, uri=_webp(sheet, THUMBNAIL_QUALITY) if thumbnails else None)


def _views(shape: Shape, image_size: int, step: float, unmirrored: bool) -> np.ndarray:
    """Views of LARGEST_VIEW pixels, in one array [rows of pixels, columns of pixels] uint8."""
    xx, yy = grid(step)
    views = views_at(np.stack((xx.ravel(), yy.ravel()), axis=1), shape, image_size, LARGEST_VIEW,
                     unmirrored)
    return views.reshape(*xx.shape, LARGEST_VIEW, LARGEST_VIEW).transpose(0, 2, 1, 3).reshape(
        len(xx) * LARGEST_VIEW, -1)


def _picture(views: np.ndarray, size: int, quality: int) -> str:
    """Views of LARGEST_VIEW pixels, made smaller, as the address of an image."""
    height, width = (side * size // LARGEST_VIEW for side in views.shape)
    return _webp(np.asarray(Image.fromarray(views).resize((width, height), Image.Resampling.BOX)), quality)


def _webp(picture: np.ndarray, quality: int) -> str:
    """A WebP as the address of an image."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "WEBP", quality=quality)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
