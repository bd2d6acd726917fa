"""Building blocks of the stand-in shapes. y is up, the front of an object looks along -z, units are free."""
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import trimesh

Mesh: TypeAlias = trimesh.Trimesh
Part: TypeAlias = "Mesh | Sequence[Part]"
Point: TypeAlias = Sequence[float] | np.ndarray  # two or three numbers
Points: TypeAlias = Sequence[Point] | np.ndarray

SEGMENTS = 48  # corners of a circle


def box(size: Point, center: Point = (0, 0, 0)) -> Mesh:
    """A box of the given x, y, z sizes around a centre."""
    return trimesh.creation.box(extents=size, transform=trimesh.transformations.translation_matrix(center))


def plank(start: Point, end: Point, width: float, depth: float) -> Mesh:
    """A straight bar of rectangular section from one point to another; how it is rolled about its axis is not set."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    bar = trimesh.creation.box(extents=(width, depth, np.linalg.norm(end - start)))
    bar.apply_transform(trimesh.geometry.align_vectors((0, 0, 1), end - start))
    return bar.apply_translation((start + end) / 2)


def rod(start: Point, end: Point, radius: float) -> Mesh:
    """A round bar from one point to another."""
    return trimesh.creation.cylinder(radius=radius, segment=(start, end), sections=SEGMENTS // 2)


def ball(radius: float, center: Point = (0, 0, 0), stretch: Point = (1, 1, 1)) -> Mesh:
    """A sphere, stretched along x, y and z."""
    sphere = trimesh.creation.icosphere(subdivisions=3, radius=radius)
    return sphere.apply_scale(stretch).apply_translation(center)


def turned(profile: Points, center: Point = (0, 0, 0), stretch: Point = (1, 1, 1), segments: int = SEGMENTS) -> Mesh:
    """A shape turned on a lathe around y.

    Args:
        profile: (radius, height) points. Run it up the outside and down the inside to make a wall with thickness.
    """
    shape = trimesh.creation.revolve(np.asarray(profile, float), sections=segments)
    shape.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, (1, 0, 0)))
    return shape.apply_scale(stretch).apply_translation(center)


def smooth(points: Points, steps: int = 6) -> np.ndarray:
    """A smooth curve (Catmull-Rom) through 2D or 3D points."""
    points = np.asarray(points, float)
    ends = np.concatenate((2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]))
    curve = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:]):
        for t in np.arange(steps) / steps:
            curve.append(b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))))
    return np.array(curve + [points[-1]])


def loft(rings: Sequence[Points] | np.ndarray) -> Mesh:
    """A skin over closed rings of as many points each, with a lid on the first and the last.

    Args:
        rings: [n, m, 3] points; successive rings are joined corner by corner.
    """
    rings = np.asarray(rings, float)
    n, m = rings.shape[:2]
    points = np.concatenate((rings.reshape(-1, 3), rings[0].mean(0)[None], rings[-1].mean(0)[None]))
    faces = []
    for i in range(m):
        j = (i + 1) % m
        for k in range(n - 1):
            a, b, c, d = k * m + i, k * m + j, (k + 1) * m + j, (k + 1) * m + i
            faces += [(a, b, c), (a, c, d)]
        faces += [(n * m, j, i), (n * m + 1, (n - 1) * m + i, (n - 1) * m + j)]
    shape = trimesh.Trimesh(points, faces, process=False)
    shape.fix_normals()
    return shape


def tube(path: Points, radius: float | Sequence[float], sides: int = 12) -> Mesh:
    """A round tube along a path of points; `radius` is a number or one for each point."""
    path = np.asarray(path, float)
    radii = np.broadcast_to(radius, len(path))
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    # one frame carried along the path, so that the tube does not twist
    across = np.cross(along[0], (0.3, 0.5, 0.81))
    rings = []
    turn = 2 * np.pi * np.arange(sides) / sides
    for point, direction, size in zip(path, along, radii):
        across = across - direction * (across @ direction)
        across /= np.linalg.norm(across)
        other = np.cross(direction, across)
        rings.append(point + size * (np.cos(turn)[:, None] * across + np.sin(turn)[:, None] * other))
    return loft(rings)


def extruded(outline: Points, thickness: float, axis: str = "z") -> Mesh:
    """A flat plate: a simple closed outline of (u, v) points, made `thickness` thick along an axis.

    The outline lies in (x, y) for axis z, (x, z) for axis y, (z, y) for axis x, centred on that axis. The lids
    are fans from the outline's mean, so it must be star-shaped as seen from there.
    """
    outline = np.asarray(outline, float)
    order = {"z": (0, 1, 2), "y": (0, 2, 1), "x": (2, 1, 0)}[axis]
    rings = np.zeros((2, len(outline), 3))
    for ring, side in zip(rings, (-thickness / 2, thickness / 2)):
        ring[:, order[0]], ring[:, order[1]], ring[:, order[2]] = outline[:, 0], outline[:, 1], side
    return loft(rings)


def joined(*parts: Part) -> Mesh:
    """One mesh of many; a list of parts counts as its parts."""
    return trimesh.util.concatenate([joined(*part) if isinstance(part, (list, tuple)) else part for part in parts])
