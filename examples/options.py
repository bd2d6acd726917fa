"""What the examples share: their options, and the GIF that they write."""
import argparse
from collections.abc import Sequence

import torch
from PIL import Image


def parse_args(words: Sequence[str] | None, doc: str, iterations: int, output: str) -> argparse.Namespace:
    """The options of an example: image_size, iterations, output and device.

    Args:
        words: the command line (default: that of this process).
        doc: the example's docstring.
        iterations, output: defaults.
    """
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0], allow_abbrev=False,
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--image_size", type=int, default=256, help="pixels a side")
    parser.add_argument("--iterations", type=int, default=iterations, help="steps of the optimizer, or frames")
    parser.add_argument("--output", default=output, help="the GIF that is written")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU")
    return parser.parse_args(words)


def frame(*images: torch.Tensor) -> Image.Image:
    """Images [3, H, W] or [H, W] in [0, 1], side by side."""
    in_color = [image if image.dim() == 3 else image.expand(3, -1, -1) for image in images]
    pixels = torch.cat(in_color, dim=2).detach().cpu().clamp(0, 1).permute(1, 2, 0) * 255
    return Image.fromarray(pixels.round().byte().numpy())


def save_gif(path: str, frames: list[Image.Image], milliseconds: int = 50) -> None:
    """Write frames as a GIF that runs for ever."""
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    print(f"{path}: {len(frames)} frames")
