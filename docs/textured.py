"""The picture of docs/your_own.md: a mug white and in its own colours, and its two maps.

    python -m docs.textured

makes the mug, evaluates EfficientNet-Lite0 on both, and writes docs/textured.png.
"""
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import trimesh
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from utils import Confidence, confidence_map, load_mesh, load_network
from utils.figures.cells import draw_cells
from utils.figures.style import set_viewpoints
from utils.options.reports import COLORMAP

VIEWS = [(20, 20), (110, 20), (200, 20), (290, 20), (20, 60)]  # azimuth, elevation; degrees
STEP = 10  # degrees, of the maps
TEXELS = 512, 256
PROFILE = [(0, 0), (0.8, 0), (0.8, 1.9), (0.72, 1.9), (0.72, 0.1), (0, 0.1)]  # radius and height, from the bottom
SIZE = 12  # of letters


def picture() -> Image.Image:
    """What is printed around the mug: stripes, and a letter on each side of the handle."""
    image = Image.new("RGB", TEXELS, (236, 226, 200))
    draw = ImageDraw.Draw(image)
    for k in range(0, TEXELS[0], 32):
        draw.rectangle((k, 180, k + 15, 235), fill=(40, 90, 160))
    draw.rectangle((0, 20, TEXELS[0], 40), fill=(180, 40, 40))
    for x in (30, 300):  # an F, which is no mirror image of itself
        draw.rectangle((x, 60, x + 24, 164), fill=(30, 120, 60))
        draw.rectangle((x, 60, x + 84, 82), fill=(30, 120, 60))
        draw.rectangle((x, 100, x + 62, 120), fill=(30, 120, 60))
    return image


def mug() -> trimesh.Trimesh:
    """A mug with texture coordinates: the picture runs once around it."""
    angles = np.linspace(0, 2 * np.pi, 97)
    points = np.array([[(r * np.sin(a), h, -r * np.cos(a)) for a in angles] for r, h in PROFILE])
    uv = np.array([[(1 - a / (2 * np.pi), h / 1.9) for a in angles] for _, h in PROFILE])
    columns = len(angles)
    first = (np.arange(len(PROFILE) - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1, 1)
    faces = np.concatenate((first + [0, columns, 1], first + [1, columns, columns + 1]))
    ring = trimesh.creation.torus(0.5, 0.1)
    ring.apply_transform(trimesh.transformations.translation_matrix((0.85, 0.95, 0)))
    ring.update_faces(ring.triangles_center[:, 0] > 0.76)
    vertices = np.concatenate((points.reshape(-1, 3), ring.vertices))
    uv = np.concatenate((uv.reshape(-1, 2), np.full((len(ring.vertices), 2), (0.5, 0.88))))
    faces = np.concatenate((faces, ring.faces + points.size // 3))
    visual = trimesh.visual.TextureVisuals(uv, trimesh.visual.material.PBRMaterial(baseColorTexture=picture()))
    return trimesh.Trimesh(vertices, faces, visual=visual, process=False)


def main() -> None:
    network = load_network("efficientnet_lite0")
    figure = Figure(figsize=(12, 4.6), layout="constrained")
    with TemporaryDirectory() as folder:
        file = Path(folder, "mug.glb")
        mug().export(file)
        for row, textures in zip(figure.subfigures(2, 1), (False, True)):
            f = Confidence.of(network, "coffee mug", load_mesh(file, textures=textures))
            *pictures, of_map = row.subplots(1, len(VIEWS) + 1, width_ratios=[1] * len(VIEWS) + [2.4])
            for axes, point, image, confidence in zip(pictures, VIEWS, f.images(VIEWS), f(VIEWS)):
                axes.imshow(image.permute(1, 2, 0))
                axes.set(xticks=[], yticks=[])
                axes.set_title(f"{point[0]}°, {point[1]}°: {confidence:.2f}", fontsize=SIZE)
            a_map = confidence_map(f, STEP)
            colored = draw_cells(of_map, a_map, a_map.z, cmap=COLORMAP, vmin=0, vmax=1)
            set_viewpoints(of_map)
            row.colorbar(colored, ax=of_map, label='confidence in "coffee mug"')
    figure.savefig(Path(__file__).with_name("textured.png"), dpi=100)


if __name__ == "__main__":
    main()
