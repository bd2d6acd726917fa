"""The colours of a mesh's faces, as a file tells them -> the renderer's texture map.

Every number is as images hold it, sRGB in [0, 1]. `encoded` makes such numbers of linear ones, which glTF has for
colours of materials and vertices.
"""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..renderer import TextureMap


@dataclass(frozen=True)
class Paint:
    """The colours of some faces: an image where they have one, times a colour where they have one; else white.

    Attributes:
        n_faces: F.
        image: [H, W, 3] float32, row 0 at the top. Faces that share an image share the array.
        uv: [F, 3, 2], where in the image the faces' corners are: (0, 0) is the bottom left, (1, 1) the top right. A
            face with a coordinate that is not a number is not in the image: it has its colour alone.
        colors: of the faces [F, 1, 3], of their corners [F, 3, 3], or of all of them [1, 1, 3].
        wrap: what coordinates outside of [0, 1] stand for: "repeat", "mirror" or "clamp".
    """
    n_faces: int
    image: np.ndarray | None = None
    uv: np.ndarray | None = None
    colors: np.ndarray | None = None
    wrap: str = "repeat"


def texture_map(paints: Sequence[Paint]) -> TextureMap:
    """The texture map of a mesh whose faces are those of the paints, one after the other."""
    images: dict[tuple[int, str], tuple[int, np.ndarray, str]] = {}
    uv, materials, colors = [], [], []
    for paint in paints:
        places = np.full((paint.n_faces, 3, 2), np.nan) if paint.uv is None or paint.image is None else paint.uv
        with np.errstate(over="ignore"):  # what single precision cannot hold is no place either
            places = places.astype(np.float32)
        is_placed = np.isfinite(places).all(axis=(1, 2))
        number = -1
        if paint.image is not None and is_placed.any():
            number = images.setdefault((id(paint.image), paint.wrap), (len(images), paint.image, paint.wrap))[0]
        uv.append(np.where(is_placed[:, None, None], places, 0))
        materials.append(np.where(is_placed, number, -1))
        given = np.ones((1, 1, 3)) if paint.colors is None else paint.colors
        colors.append(np.broadcast_to(given, (paint.n_faces, 3, 3)))
    all_colors = np.concatenate(colors).astype(np.float32)
    if (all_colors == all_colors[:, :1]).all():
        all_colors = all_colors[:, :1]
    pictures = [torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1), np.float32))[None]
                for _, image, _ in images.values()]
    return TextureMap(pictures, torch.from_numpy(np.concatenate(uv).astype(np.float32)),
                      torch.from_numpy(np.concatenate(materials).astype(np.int64)), torch.from_numpy(all_colors),
                      wrap=[wrap for _, _, wrap in images.values()])


def encoded(linear: np.ndarray) -> np.ndarray:
    """Linear light in [0, 1] as sRGB (IEC 61966-2-1)."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def decoded(values: np.ndarray) -> np.ndarray:
    """sRGB in [0, 1] as linear light; the inverse of `encoded`."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def tinted(image: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """An image [H, W, 3] times a linear colour [3], as glTF multiplies: in linear light. The same one for white."""
    return image if (np.asarray(factor) == 1).all() else encoded(decoded(image) * factor).astype(np.float32)
