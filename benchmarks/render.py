"""Milliseconds per 224 x 224 anti-aliased view, against Embree casting the same 448 x 448 rays.

    pip install -r requirements-bench.txt    (and Debian's libusb-1.0-0)
    python -m benchmarks.render --data_dir scale

Ours is the whole way from a point to an image: camera, light, rasterizer, shading. Embree's is the ray casting alone,
through Open3D, on rays that are ready. The two take turns; the figures are medians. Then the same views of objects in
colours, against white ones: with an image of 1024 x 1024 texels laid over the object, and with a cube of 4 x 4 x 4
colours on every face.
"""
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import open3d
import torch

from benchmarks.common import machine, shapes_at_hand, with_image
from utils.options.option import Parser
from utils.paper import CLASS_NAMES
from utils.parameters import IMAGE_SIZE, PARAMETERS
from utils.renderer import get_points_from_angles
from utils.renderer.camera import look_at
from utils.runs.script import run_script
from utils.semantic.views import Views

POINTS = [(azimuth, elevation) for elevation in (-10, 20, 50, 80) for azimuth in (0, 100, 230)]
SAMPLES = 2 * IMAGE_SIZE
CELLS = 4  # of a colour cube, along an axis


def rays_at(azimuth, elevation):
    """The ray of every sample of a view: [448, 448, 6] origin and direction, row 0 at the top."""
    eye = torch.tensor(get_points_from_angles(PARAMETERS["distance"].default, elevation, azimuth), dtype=torch.float32)
    # the camera's axes are what it sees of the unit vectors
    axes = look_at(torch.eye(3)[None], eye)[0] - look_at(torch.zeros(1, 1, 3), eye)[0]
    centres = (2 * torch.arange(SAMPLES) + 1 - SAMPLES) / SAMPLES * np.tan(np.radians(30))
    y, x = torch.meshgrid(centres.flip(0), centres, indexing="ij")
    directions = torch.stack((x, y, torch.ones_like(x)), dim=-1) @ axes.T
    return torch.cat((eye.expand_as(directions), directions), dim=-1).numpy()


def time_textured(shapes, rounds):
    """Print the times of views of objects in colours over that of white ones."""
    print(f"\n{'shape':14} {'faces':>7} {'white ms':>8} {'image ms':>8} {'ratio':>6} {'cubes ms':>8} {'ratio':>6}")
    ratios = []
    for class_nb, object_nb, shape in shapes:
        random = torch.Generator().manual_seed(0)
        cubes = torch.rand(len(shape.faces), CELLS, CELLS, CELLS, 3, generator=random)
        kinds = [Views(one) for one in (shape, with_image(shape), replace(shape, textures=cubes))]
        times = np.empty((rounds + 1, len(kinds)))
        for of_round in times:
            for k, views in enumerate(kinds):
                start = time.perf_counter()
                views(POINTS)
                of_round[k] = (time.perf_counter() - start) / len(POINTS) * 1e3
        white, by_image, by_cubes = np.median(times[1:], axis=0)
        ratios.append((by_image / white, by_cubes / white))
        name = f"{CLASS_NAMES[class_nb]} {object_nb}"
        print(f"{name:14} {len(shape.faces):7,} {white:8.2f} {by_image:8.2f} {ratios[-1][0]:6.2f} {by_cubes:8.2f} "
              f"{ratios[-1][1]:6.2f}", flush=True)
    means, largest = np.exp(np.mean(np.log(ratios), axis=0)), np.max(ratios, axis=0)
    for name, mean, most in zip(("image", "cubes"), means, largest):
        print(f"{name} / white: geometric mean {mean:.2f}, largest {most:.2f}")


def main():
    parser = Parser(prog="benchmarks.render", description=__doc__.splitlines()[0])
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="(default: 5)")
    args = parser.parse_args()
    print(machine())
    print(f"{'shape':14} {'faces':>7} {'ours ms':>8} {'Embree ms':>10} {'ratio':>6} {'same silhouette':>16}")
    rays = [open3d.core.Tensor(rays_at(a, e)) for a, e in POINTS]
    ratios = []
    for class_nb, object_nb, shape in shapes_at_hand(args.data_dir):
        scene = open3d.t.geometry.RaycastingScene()
        scene.add_triangles(open3d.core.Tensor(shape.vertices.numpy()),
                            open3d.core.Tensor(shape.faces.numpy().astype(np.uint32)))
        views = Views(shape)
        images = views(POINTS)
        hits = [np.isfinite(scene.cast_rays(r)["t_hit"].numpy()) for r in rays]
        same = np.mean([(hit.reshape(IMAGE_SIZE, 2, IMAGE_SIZE, 2).any((1, 3)) == (image[0] > 0).numpy()).mean()
                        for hit, image in zip(hits, images)])
        ours, embree = [], []
        for _ in range(args.rounds):
            start = time.perf_counter()
            views(POINTS)
            middle = time.perf_counter()
            for r in rays:
                scene.cast_rays(r)
            ours.append((middle - start) / len(POINTS) * 1e3)
            embree.append((time.perf_counter() - middle) / len(POINTS) * 1e3)
        ours, embree = np.median(ours), np.median(embree)
        ratios.append(embree / ours)
        name = f"{CLASS_NAMES[class_nb]} {object_nb}"
        print(f"{name:14} {len(shape.faces):7,} {ours:8.2f} {embree:10.2f} {ratios[-1]:6.1f} {same:16.2%}", flush=True)
    print(f"Embree / ours: geometric mean {np.exp(np.mean(np.log(ratios))):.1f}, smallest {min(ratios):.1f}")
    time_textured(shapes_at_hand(args.data_dir), args.rounds)


if __name__ == "__main__":
    run_script(main)
