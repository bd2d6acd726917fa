"""Moving pictures from arrays, as GIFs."""
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..errors import InputError

LARGEST = 5_000_000  # bytes of a GIF
BAR = 34  # pixels below a view, for what is written there
SHEET = (5, 3)  # views across and down
TEXT = "white"
GROUND = (24, 24, 24)


@dataclass(frozen=True)
class Animation:
    """Frames of one size, and how long they take together.

    Attributes:
        frames: PIL images.
        seconds: for all of them.
    """
    frames: list[Image.Image]
    seconds: float


def turning(views: np.ndarray, azimuths: np.ndarray, confidences: np.ndarray, title: str,
            colormap: str) -> list[Image.Image]:
    """Frames of an object seen from one azimuth after the other, with the confidence as a number and a bar.

    Args:
        views: [N, S, S] uint8.
        azimuths, confidences: [N].
        title: written above.
        colormap: matplotlib's name, of the bar.
    """
    return [_labelled(view, f"{azimuth:g}°", confidence, colormap, title)
            for view, azimuth, confidence in zip(views, azimuths, confidences)]


def contact_sheet(views: np.ndarray, labels: Sequence[str], confidences: np.ndarray, title: str,
                  colormap: str) -> Image.Image:
    """One frame with several views and their confidences.

    Args:
        views: [N, S, S] uint8, N at most the product of SHEET.
        labels: [N] strings.
        confidences: [N].
        title: written above.
        colormap: matplotlib's name, of the bars.
    """
    across, down = SHEET
    cells = [_labelled(*cell, colormap) for cell in zip(views, labels, confidences)]
    width, height = cells[0].size
    sheet = Image.new("RGB", (across * width, down * height + BAR), GROUND)
    ImageDraw.Draw(sheet).text((8, BAR / 2), title, TEXT, _font(16), anchor="lm")
    for k, cell in enumerate(cells):
        sheet.paste(cell, (k % across * width, k // across * height + BAR))
    return sheet


def save(animation: Animation, path: Path) -> None:
    """Write an endless GIF. Every second frame is dropped until it has no more bytes than LARGEST.

    Raises:
        InputError: if a single frame is too large.
    """
    frames = [frame.convert("RGB").quantize(128, dither=Image.Dither.NONE) for frame in animation.frames]
    while True:
        file = io.BytesIO()
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], loop=0,
                       duration=max(20, round(1000 * animation.seconds / len(frames))))
        if file.tell() <= LARGEST:
            break
        if len(frames) == 1:
            raise InputError(f"{path}: one frame of {frames[0].size} pixels has more than {LARGEST:,} bytes")
        frames = frames[::2]
    path.write_bytes(file.getvalue())


def _labelled(view: np.ndarray, label: str, confidence: float, colormap: str, title: str = "") -> Image.Image:
    """A view with a label and its confidence below, and a title above."""
    size = len(view)
    top = BAR if title else 0
    frame = Image.new("RGB", (size, top + size + BAR), GROUND)
    frame.paste(Image.fromarray(view), (0, top))
    draw = ImageDraw.Draw(frame)
    font = _font(max(11, size // 14))
    if title:
        draw.text((size / 2, top / 2), title, TEXT, _fitting(title, size, font.size), anchor="mm")
    bottom = top + size
    color = tuple(round(255 * part) for part in matplotlib.colormaps[colormap](float(np.clip(confidence, 0, 1)))[:3])
    draw.rectangle((0, bottom + BAR - 8, size, bottom + BAR), (70, 70, 70))
    draw.rectangle((0, bottom + BAR - 8, round(size * float(np.clip(confidence, 0, 1))), bottom + BAR), color)
    draw.text((4, bottom + 13), label, TEXT, font, anchor="lm")
    draw.text((size - 4, bottom + 13), f"{confidence:.2f}", TEXT, font, anchor="rm")
    return frame


def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def _fitting(text: str, width: float, size: float) -> ImageFont.FreeTypeFont:
    """The largest font of at most `size` that a text fits in with."""
    while size > 8 and _font(size).getlength(text) > width - 8:
        size -= 1
    return _font(size)
