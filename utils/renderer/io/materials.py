"""Colours of faces: the cubes that material colours and texture images become."""
import numpy as np
import torch

from .mtl import Material

NO_COLOR = 0.5  # of a face without a material, in all three channels
WRAPPINGS = ("REPEAT", "MIRRORED_REPEAT", "CLAMP_TO_EDGE", "CLAMP_TO_BORDER")
CELLS_AT_A_TIME = 1 << 20  # bounds the memory that sampling takes


def face_textures(material_of: list[str], materials: dict[str, Material], corners: np.ndarray, texture_size: int,
                  wrapping: str = "REPEAT", use_bilinear: bool = True) -> torch.Tensor:
    """Colour cubes of faces.

    A face is read from its material's image if there is one and the face has texture coordinates; else it has the
    material's Kd; else NO_COLOR.

    Args:
        material_of: name of each face's material, F of them.
        materials: Material by name.
        corners: [F, 3, 2] float32, texture coordinates; NaN where a face has none.
        texture_size: cells of a cube along an axis.
        wrapping: one of WRAPPINGS: what coordinates outside [0, 1] stand for.
        use_bilinear: interpolate between texels, or take the nearest.

    Returns:
        [F, t, t, t, 3] float32 tensor.
    """
    textures = np.full((len(material_of), *[texture_size] * 3, 3), NO_COLOR, np.float32)
    names = np.asarray(material_of)
    has_place = np.isfinite(corners).all(axis=(1, 2))
    for name, material in materials.items():
        mine = names == name
        if material.color is not None:
            textures[mine] = material.color
        read = np.flatnonzero(mine & has_place)
        image = material.read() if len(read) else None
        if image is None:
            continue
        step = max(1, CELLS_AT_A_TIME // texture_size ** 3)
        for begin in range(0, len(read), step):
            some = read[begin:begin + step]
            places = corners[some] * np.array(material.scale, np.float32) + np.array(material.offset, np.float32)
            textures[some] = sample(image, cell_coordinates(places, texture_size, wrapping), wrapping, use_bilinear)
    return torch.from_numpy(textures)


def cell_coordinates(corners: np.ndarray, texture_size: int, wrapping: str) -> np.ndarray:
    """Where in its image each cell of a cube is read.

    Cell (i, j, k) stands for the point of the face whose corners have the weights (i, j, k) / (i + j + k).

    Args:
        corners: [F, 3, 2].
        texture_size, wrapping: as in `face_textures`.

    Returns:
        [F, t, t, t, 2].
    """
    cells = np.stack(np.meshgrid(*[np.arange(texture_size, dtype=np.float32)] * 3, indexing="ij"), axis=-1)
    weights = cells / np.maximum(cells.sum(-1, keepdims=True), 1)
    return np.einsum("ijkc,fcd->fijkd", weights, wrapped(corners, wrapping), optimize=True)


def wrapped(coordinates: np.ndarray, wrapping: str) -> np.ndarray:
    """Texture coordinates brought into [0, 1]; CLAMP_TO_BORDER leaves them, to tell outside from inside."""
    if wrapping == "REPEAT":
        # 1 stays 1: there ends an image that is laid over a face once, from edge to edge.
        inside = (coordinates >= 0) & (coordinates <= 1)
        return np.where(inside, coordinates, coordinates - np.floor(coordinates))
    if wrapping == "MIRRORED_REPEAT":
        return 1 - np.abs(coordinates % 2 - 1)
    return np.clip(coordinates, 0, 1) if wrapping == "CLAMP_TO_EDGE" else coordinates


def sample(image: np.ndarray, coordinates: np.ndarray, wrapping: str, use_bilinear: bool) -> np.ndarray:
    """Colours of an image at texture coordinates.

    Args:
        image: [H, W, 3], row 0 at the top.
        coordinates: [..., 2]: (0, 0) the centre of the bottom left texel, (1, 1) of the top right one.
        wrapping, use_bilinear: as in `face_textures`.

    Returns:
        [..., 3]; 0 outside the image.
    """
    height, width = image.shape[:2]
    x, y = coordinates[..., 0] * (width - 1), coordinates[..., 1] * (height - 1)
    image = image[::-1]
    if use_bilinear:
        column, row = (np.clip(np.floor(v), 0, n - 1).astype(int) for v, n in ((x, width), (y, height)))
        right, above = np.minimum(column + 1, width - 1), np.minimum(row + 1, height - 1)
        across, up = (x - column)[..., None], (y - row)[..., None]
        colors = ((image[row, column] * (1 - across) + image[row, right] * across) * (1 - up)
                  + (image[above, column] * (1 - across) + image[above, right] * across) * up)
    else:
        column, row = (np.clip(np.floor(v + 0.5), 0, n - 1).astype(int) for v, n in ((x, width), (y, height)))
        colors = image[row, column]
    if wrapping == "CLAMP_TO_BORDER":
        outside = (x < 0) | (x > width - 1) | (y < 0) | (y > height - 1)
        colors = np.where(outside[..., None], np.float32(0), colors)
    return colors
