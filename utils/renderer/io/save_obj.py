"""Meshes to Wavefront obj files, with a texture image where they have colours."""
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..errors import MeshError

TILE = 16  # texels a side, at least, of a face's tile in the texture image
MATERIAL = "material_1"


def save_obj(filename: str | Path, vertices: torch.Tensor, faces: torch.Tensor,
             textures: torch.Tensor | None = None) -> None:
    """Write a mesh as an obj file; with textures also an mtl file and a PNG of the same name beside it.

    Args:
        filename: of the obj file.
        vertices: [V, 3].
        faces: [F, 3].
        textures: [F, t, t, t, 3] in [0, 1], or None. `load_obj` with load_texture gives them back, in 8 bits, where
            a face reads its cube: near the cells (i, j, k) with i + j + k = t - 1.

    Raises:
        ValueError: for other shapes.
        MeshError: if a file cannot be written.
    """
    for name, values in (("vertices", vertices), ("faces", faces)):
        if values.dim() != 2 or values.shape[1] != 3:
            raise ValueError(f"{name} of shape {list(values.shape)}: expected [N, 3], one mesh without a batch")
    if textures is not None and (textures.dim() != 5 or len(textures) != len(faces) or textures.shape[4] != 3
                                 or not textures.shape[1] == textures.shape[2] == textures.shape[3]):
        raise ValueError(f"textures of shape {list(textures.shape)}: expected [{len(faces)}, t, t, t, 3]")
    path = Path(filename)
    lines = [f"v {x:.8g} {y:.8g} {z:.8g}" for x, y, z in vertices.tolist()]
    if textures is None:
        lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in faces.tolist()]
    else:
        image, corners = create_texture_image(textures)
        lines.insert(0, f"mtllib {path.with_suffix('.mtl').name}")
        lines += [f"vt {u:.8f} {v:.8f}" for u, v in corners.reshape(-1, 2).tolist()]
        lines.append(f"usemtl {MATERIAL}")
        lines += [f"f {a + 1}/{k} {b + 1}/{k + 1} {c + 1}/{k + 2}"
                  for k, (a, b, c) in zip(range(1, 3 * len(faces), 3), faces.tolist())]
    try:
        if textures is not None:
            picture = path.with_suffix(".png")
            Image.fromarray(image).save(picture)
            path.with_suffix(".mtl").write_text(f"newmtl {MATERIAL}\nmap_Kd {picture.name}\n", encoding="utf-8")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise MeshError(f"{path}: cannot be written ({error.strerror or error}); choose another place") from None


def create_texture_image(textures: torch.Tensor, texture_size_out: int = TILE) -> tuple[np.ndarray, np.ndarray]:
    """One image with a square tile for every face, whose lower right half shows the face.

    Args:
        textures: [F, t, t, t, 3] in [0, 1].
        texture_size_out: texels a side of a tile, at least. A tile is larger where that puts a texel on every cell
            (i, j, k) with i + j + k = t - 1.

    Returns:
        The image [H, W, 3] uint8, row 0 at the top, and the faces' texture coordinates [F, 3, 2], float64 in [0, 1].
    """
    textures = textures.detach().cpu().float().numpy()
    n_faces, cells = textures.shape[:2]
    steps = cells - 1
    tile = texture_size_out if steps == 0 else -(-(texture_size_out - 1) // steps) * steps + 1
    columns = int(np.ceil(np.sqrt(n_faces)))
    rows = -(-n_faces // columns)

    # Rows count upwards, as texture coordinates do. Corner 0 is the tile's first texel, corner 1 the end of the first
    # column, corner 2 the opposite texel. Texels beyond the edge from 0 to 2 repeat the edge, for the interpolation.
    up, across = np.meshgrid(np.arange(tile) / (tile - 1), np.arange(tile) / (tile - 1), indexing="ij")
    weights = np.stack((1 - np.maximum(up, across), np.maximum(up - across, 0), across), axis=-1)
    colors = read_cubes(textures, weights)

    image = np.zeros((rows * columns, tile, tile, 3), np.float32)
    image[:n_faces] = colors
    image = image.reshape(rows, columns, tile, tile, 3).swapaxes(1, 2).reshape(rows * tile, columns * tile, 3)
    row, column = np.divmod(np.arange(n_faces), columns)
    first = np.stack((column, row), axis=-1)[:, None] * tile
    corners = first + np.array([[0, 0], [0, tile - 1], [tile - 1, tile - 1]])
    size = np.array([image.shape[1] - 1, image.shape[0] - 1])
    return np.round(image[::-1].clip(0, 1) * 255).astype(np.uint8), corners / size


def read_cubes(textures: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Trilinear interpolation in colour cubes [F, t, t, t, 3] at the corners' weights [.., 3]: [F, .., 3]."""
    steps = textures.shape[1] - 1
    if steps == 0:
        return np.broadcast_to(textures[:, 0, 0, 0].reshape(-1, *[1] * (weights.ndim - 1), 3),
                               (len(textures), *weights.shape[:-1], 3))
    place = weights * steps
    low = np.minimum(np.floor(place), steps - 1).astype(int)
    part = (place - low).astype(np.float32)
    colors = np.zeros((len(textures), *weights.shape[:-1], 3), np.float32)
    for corner in np.ndindex(2, 2, 2):
        i, j, k = np.moveaxis(low + corner, -1, 0)
        colors += textures[:, i, j, k] * np.where(corner, part, 1 - part).prod(-1, keepdims=True)
    return colors
