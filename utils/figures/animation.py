"""Moving pictures from arrays, as GIFs.

Views are [N, S, S] uint8, confidences [N], and a `colormap`, by matplotlib's name, is that of the bars which show them.
"""
import io
from collections.abc import Sequence
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

Animation = tuple[list[Image.Image], float]  # frames of one size, and the seconds that all of them take


def turning(views: np.ndarray, azimuths: np.ndarray, confidences: np.ndarray, title: str,
            colormap: str) -> list[Image.Image]:
    """Frames of an object seen from one of [N] azimuths after the other, with the confidence as a number and a bar."""
    return [_labelled(view, f"{azimuth:g}°", confidence, colormap, title)
            for view, azimuth, confidence in zip(views, azimuths, confidences)]


def contact_sheet(views: np.ndarray, labels: Sequence[str], confidences: np.ndarray, title: str,
                  colormap: str) -> Image.Image:
    """One frame with several views, at most the product of SHEET, and their labels and confidences."""
    across, down = SHEET
    cells = [_labelled(*cell, colormap) for cell in zip(views, labels, confidences)]
    width, height = cells[0].size
    sheet = Image.new("RGB", (across * width, down * height + BAR), GROUND)
    ImageDraw.Draw(sheet).text((8, BAR / 2), title, TEXT, ImageFont.load_default(16), anchor="lm")
    for k, cell in enumerate(cells):
        sheet.paste(cell, (k % across * width, k // across * height + BAR))
    return sheet


def save(animation: Animation, path: Path) -> None:
    """Write an endless GIF. Every second frame is dropped until it has no more bytes than LARGEST.

    Raises:
        InputError: if a single frame is too large.
    """
    made, seconds = animation
    frames = [frame.convert("RGB").quantize(128, dither=Image.Dither.NONE) for frame in made]
    while True:
        file = io.BytesIO()
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], loop=0,
                       duration=max(20, round(1000 * seconds / len(frames))))
        if file.tell() <= LARGEST:
            break
        if len(frames) == 1:
            raise InputError(f"{path}: one frame of {frames[0].size} pixels has more than {LARGEST:,} bytes")
        frames = frames[::2]
    path.write_bytes(file.getvalue())


def _labelled(view: np.ndarray, label: str, confidence: float, colormap: str, title: str = "") -> Image.Image:
    """A view with a label and its confidence below, and a title above."""
    size, top = len(view), BAR if title else 0
    frame = Image.new("RGB", (size, top + size + BAR), GROUND)
    frame.paste(Image.fromarray(view), (0, top))
    draw, letters = ImageDraw.Draw(frame), max(11, size // 14)
    if title:
        fitting = (font for font in map(ImageFont.load_default, range(letters, 8, -1))
                   if font.getlength(title) <= size - 8)
        draw.text((size / 2, top / 2), title, TEXT, next(fitting, ImageFont.load_default(8)), anchor="mm")
    middle, end = top + size + 13, top + size + BAR
    share = float(np.clip(confidence, 0, 1))
    color = tuple(round(255 * part) for part in matplotlib.colormaps[colormap](share)[:3])
    draw.rectangle((0, end - 8, size, end), (70, 70, 70))
    draw.rectangle((0, end - 8, round(size * share), end), color)
    draw.text((4, middle), label, TEXT, ImageFont.load_default(letters), anchor="lm")
    draw.text((size - 4, middle), f"{confidence:.2f}", TEXT, ImageFont.load_default(letters), anchor="rm")
    return frame
