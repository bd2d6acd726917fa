"""Benches of parks and gardens: wood, cast iron, steel, concrete and poles. Sizes are in metres."""
from functools import partial

import numpy as np
import trimesh

from .parts import Mesh, Points, box, extruded, joined, loft, plank, rod, tube


def slat(z: float, y: float, angle: float, width: float, thickness: float, length: float, x: float = 0) -> Mesh:
    """A board along x; `angle` tips its flat side from level (0) to upright (90 degrees)."""
    board = trimesh.creation.box(extents=(length, thickness, width))
    board.apply_transform(trimesh.transformations.rotation_matrix(-np.radians(angle), (1, 0, 0)))
    return board.apply_translation((x, y, z))


def slats_along(curve: Points, count: int, width: float, thickness: float, length: float) -> list[Mesh]:
    """Boards along x, spread over a curve of (z, y) points and lying on it."""
    curve = np.asarray(curve, float)
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    way = np.concatenate(([0], np.cumsum(steps)))
    parts = []
    for s in np.linspace(width / 2, way[-1] - width / 2, count):
        z, y = np.interp(s, way, curve[:, 0]), np.interp(s, way, curve[:, 1])
        k = min(np.searchsorted(way, s), len(steps)) - 1
        dz, dy = curve[k + 1] - curve[k]
        parts.append(slat(z, y, np.degrees(np.arctan2(dy, dz)), width, thickness, length))
    return parts


def bent(path: Points, x: float, width: float, thickness: float) -> Mesh:
    """A flat iron bar bent along a path of (z, y) points, `width` along x."""
    path = np.asarray(path, float)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack((-along[:, 1], along[:, 0]), axis=1) * thickness / 2
    rings = [[(x - width / 2, *(p - s)[::-1]), (x + width / 2, *(p - s)[::-1]), (x + width / 2, *(p + s)[::-1]),
              (x - width / 2, *(p + s)[::-1])] for p, s in zip(path, side)]
    return loft(rings)


def spiral(z: float, y: float, radius: float, start: float, turns: float = 1.25, steps: int = 18) -> np.ndarray:
    """Points of a scroll that winds in to (z, y)."""
    t = np.linspace(0, 1, steps)
    angle = start + turns * 2 * np.pi * t
    return np.stack((z + radius * (1 - 0.8 * t) * np.cos(angle), y + radius * (1 - 0.8 * t) * np.sin(angle)), axis=1)


SEAT = ((-0.25, 0.40), (-0.22, 0.43), (-0.1, 0.425), (0.05, 0.41), (0.16, 0.40))
BACK = ((0.19, 0.46), (0.22, 0.56), (0.26, 0.70), (0.32, 0.86))


def cast_iron_bench(length: float = 1.6) -> Mesh:
    """The classic of parks: wooden slats on scrolled iron ends."""
    parts = slats_along(SEAT, 5, 0.07, 0.03, length) + slats_along(BACK, 5, 0.07, 0.025, length)
    for x in (-0.44 * length, 0.44 * length):
        parts.append(bent(SEAT + ((0.19, 0.44),) + BACK, x, 0.045, 0.035))
        parts.append(bent([(-0.20, 0.42), (-0.24, 0.33), (-0.21, 0.2), (-0.22, 0.1), (-0.27, 0.0)], x, 0.045, 0.04))
        parts.append(bent([(0.15, 0.41), (0.17, 0.3), (0.2, 0.2), (0.27, 0.08), (0.33, 0.0)], x, 0.045, 0.04))
        parts.append(bent([(-0.21, 0.2), (-0.1, 0.27), (0.02, 0.29), (0.12, 0.26), (0.19, 0.2)], x, 0.035, 0.025))
        # the arm: up from the seat's front, back to the back
        parts.append(bent([(-0.19, 0.42), (-0.24, 0.5), (-0.26, 0.58), (-0.2, 0.645), (-0.08, 0.655), (0.1, 0.635),
                           (0.25, 0.64)], x, 0.05, 0.03))
        parts.append(bent(spiral(-0.13, 0.55, 0.07, np.pi), x, 0.03, 0.018))
    return joined(*parts)


def garden_bench(length: float = 1.5, cross: bool = False) -> Mesh:
    """A wooden bench with arms: uprights in the back, or crossed bars."""
    half = length / 2
    parts = slats_along(((-0.27, 0.43), (0.2, 0.41)), 6, 0.065, 0.025, length - 0.04)
    for x in (-half + 0.03, half - 0.03):
        parts += [plank((x, 0, -0.25), (x, 0.63, -0.25), 0.06, 0.06), plank((x, 0, 0.25), (x, 0.44, 0.21), 0.06, 0.06),
                  plank((x, 0.42, 0.21), (x, 0.88, 0.31), 0.06, 0.05),
                  plank((x, 0.38, -0.25), (x, 0.38, 0.22), 0.035, 0.07),
                  plank((x, 0.12, -0.25), (x, 0.12, 0.24), 0.03, 0.045),
                  plank((x, 0.64, -0.3), (x, 0.64, 0.26), 0.075, 0.03)]
    parts += [box((length - 0.05, 0.07, 0.03), (0, 0.375, -0.25)), box((length - 0.05, 0.06, 0.03), (0, 0.375, 0.21))]

    def back(y):
        return 0.21 + (y - 0.42) * 0.10 / 0.46

    parts.append(plank((-half, 0.50, back(0.5)), (half, 0.50, back(0.5)), 0.05, 0.035))
    parts.append(plank((-half, 0.87, back(0.87)), (half, 0.87, back(0.87)), 0.04, 0.08))
    if cross:
        third = (length - 0.06) / 3
        for k in range(3):
            left, right = -half + 0.03 + k * third, -half + 0.03 + (k + 1) * third
            for a, b in ((left, right), (right, left)):
                parts.append(plank((a, 0.51, back(0.51)), (b, 0.85, back(0.85)), 0.045, 0.03))
            parts.append(plank((left, 0.5, back(0.5)), (left, 0.86, back(0.86)), 0.045, 0.035))
    else:
        for x in np.linspace(-half + 0.09, half - 0.09, int(length / 0.095)):
            parts.append(plank((x, 0.5, back(0.5)), (x, 0.87, back(0.87)), 0.05, 0.02))
    return joined(*parts)


def backless_bench(length: float = 1.6) -> Mesh:
    """A flat seat of slats on two bent steel frames."""
    parts = slats_along(((-0.23, 0.45), (0.23, 0.45)), 6, 0.062, 0.035, length)
    for x in (-0.36 * length, 0.36 * length):
        frame = [(-0.28, 0.01), (-0.2, 0.01), (-0.19, 0.1), (-0.19, 0.36), (-0.17, 0.415), (0.17, 0.415), (0.19, 0.36),
                 (0.19, 0.1), (0.2, 0.01), (0.28, 0.01)]
        parts.append(bent(frame, x, 0.06, 0.03))
    return joined(*parts)


def steel_bench(length: float = 1.7, bars: int = 17) -> Mesh:
    """Steel strips that run up the back and over its edge in one curve, in a frame of bent tube."""
    curve = ((-0.27, 0.33), (-0.29, 0.38), (-0.25, 0.425), (-0.15, 0.42), (0.0, 0.40), (0.12, 0.40), (0.18, 0.44),
             (0.22, 0.55), (0.26, 0.68), (0.31, 0.81), (0.35, 0.84), (0.39, 0.81))
    parts = slats_along(curve, bars, 0.045, 0.012, length)
    for x in (-0.5 * length, 0, 0.5 * length):
        parts.append(bent(curve, x, 0.04, 0.025))
    for x in (-0.38 * length, 0.38 * length):
        parts += [tube([(x, 0.40, 0.05), (x, 0.02, 0.05)], 0.035), tube([(x, 0.32, 0.05), (x, 0.55, 0.2)], 0.025),
                  box((0.12, 0.02, 0.46), (x, 0.01, 0.04)), box((0.07, 0.04, 0.4), (x, 0.385, -0.02))]
    for x in (-0.5 * length, 0.5 * length):
        parts.append(tube([(x, 0.42, -0.2), (x, 0.56, -0.24), (x, 0.63, -0.18), (x, 0.64, 0), (x, 0.62, 0.24)], 0.02))
    return joined(*parts)


def strap_bench(length: float = 1.7, straps: int = 23) -> Mesh:
    """Flat steel straps that run from the seat's front edge over the seat and up the back, in a frame of tube."""
    curve = [(-0.25, 0.36), (-0.27, 0.41), (-0.23, 0.44), (-0.1, 0.425), (0.06, 0.41), (0.14, 0.43), (0.18, 0.5),
             (0.23, 0.65), (0.29, 0.82), (0.33, 0.85), (0.36, 0.83)]
    parts = [bent(curve, x, 0.045, 0.012) for x in np.linspace(-length / 2 + 0.04, length / 2 - 0.04, straps)]
    for z, y in ((-0.25, 0.37), (-0.05, 0.405), (0.15, 0.42), (0.345, 0.83)):
        parts.append(rod((-length / 2, y, z), (length / 2, y, z), 0.022))
    for x in (-length / 2, length / 2):
        hoop = [(-0.3, 0.0), (-0.27, 0.2), (-0.26, 0.5), (-0.24, 0.6), (-0.17, 0.65), (0, 0.65), (0.22, 0.64)]
        parts.append(tube([(x, y, z) for z, y in hoop], 0.024))
        parts.append(tube([(x, 0, 0.3), (x, 0.2, 0.22), (x, 0.45, 0.17), (x, 0.65, 0.24), (x, 0.84, 0.345)], 0.024))
        parts.append(rod((x, 0.41, -0.25), (x, 0.41, 0.17), 0.022))
    return joined(*parts)


def double_bench(length: float = 1.7) -> Mesh:
    """Two benches back to back on shared iron frames."""
    half = slats_along(SEAT, 5, 0.07, 0.03, length) + slats_along(BACK, 4, 0.08, 0.025, length)
    for x in (-0.42 * length, 0, 0.42 * length):
        half += [bent(SEAT + ((0.19, 0.44),) + BACK, x, 0.045, 0.035),
                 bent([(-0.2, 0.42), (-0.22, 0.2), (-0.27, 0.0)], x, 0.045, 0.04),
                 bent([(-0.19, 0.42), (-0.25, 0.52), (-0.22, 0.63), (-0.08, 0.65), (0.24, 0.63)], x, 0.05, 0.03),
                 bent([(0.16, 0.4), (0.28, 0.2), (0.3, 0.0)], x, 0.045, 0.04)]
    half = joined(half).apply_translation((0, 0, -0.34))
    other = half.copy().apply_transform(trimesh.transformations.rotation_matrix(np.pi, (0, 1, 0)))
    return joined(half, other)


def arc_bench(radius: float = 1.6, angle: float = 60) -> Mesh:
    """A slatted bench with a back, bent around a circle whose middle lies in front."""
    turns = np.radians(np.linspace(-angle / 2, angle / 2, 17))

    def around(z, y, width, thickness, upright):
        a, b = (thickness, width) if upright else (width, thickness)
        rings = []
        for t in turns:
            out = np.array((np.sin(t), 0, np.cos(t)))
            rings.append([(radius + z + da) * out + (0, y + db, -radius)
                          for da, db in ((-a / 2, -b / 2), (a / 2, -b / 2), (a / 2, b / 2), (-a / 2, b / 2))])
        return loft(rings)

    parts = [around(z, 0.43, 0.068, 0.03, False) for z in np.linspace(-0.2, 0.16, 5)]
    parts += [around(0.2 + 0.25 * (y - 0.43), y, 0.075, 0.025, True) for y in (0.56, 0.67, 0.78)]
    for t in turns[1::7]:
        out = np.array((np.sin(t), 0, np.cos(t)))
        for (z, y), (end_z, end_y) in (((-0.2, 0), (-0.2, 0.41)), ((-0.22, 0.4), (0.2, 0.4)),
                                       ((0.24, 0), (0.21, 0.42)), ((0.22, 0.4), (0.32, 0.84))):
            parts.append(plank((radius + z) * out + (0, y, -radius), (radius + end_z) * out + (0, end_y, -radius),
                               0.05, 0.045))
    return joined(*parts)


def log_bench(length: float = 1.6) -> Mesh:
    """A rustic bench of round poles: three to sit on, two to lean against, between posts."""
    parts = [rod((-length / 2, 0.42, z), (length / 2, 0.42, z), 0.065) for z in (-0.2, -0.06, 0.08)]
    parts += [rod((-length / 2, y, z), (length / 2, y, z), 0.055) for y, z in ((0.62, 0.19), (0.8, 0.24))]
    for x in (-0.42 * length, 0.42 * length):
        parts += [rod((x, 0, -0.2), (x, 0.66, -0.2), 0.055), rod((x, 0, 0.22), (x, 0.36, 0.17), 0.055),
                  rod((x, 0.3, 0.2), (x, 0.98, 0.34), 0.055), rod((x, 0.34, -0.28), (x, 0.34, 0.26), 0.05),
                  rod((x, 0.66, -0.3), (x, 0.66, 0.32), 0.05)]
    return joined(*parts)


def concrete_end_bench(length: float = 1.7) -> Mesh:
    """Stout planks on concrete side blocks, four to sit on and three to lean against."""
    parts = []
    for x in (-0.36 * length, 0.36 * length):
        side = [(-0.27, 0), (-0.16, 0), (-0.1, 0.24), (0.12, 0.24), (0.2, 0), (0.33, 0), (0.28, 0.36), (0.41, 0.83),
                (0.33, 0.83), (0.17, 0.43), (-0.27, 0.43)]
        # two convex halves, as a plate is filled from its middle
        parts.append(extruded([side[i] for i in (0, 1, 2, 3, 4, 5, 6, 9, 10)], 0.11, "x").apply_translation((x, 0, 0)))
        parts.append(extruded([side[i] for i in (6, 7, 8, 9)], 0.11, "x").apply_translation((x, 0, 0)))
    for z in (-0.21, -0.09, 0.03, 0.15):
        parts.append(slat(z, 0.45, 0, 0.095, 0.05, length))
    for z, y in ((0.205, 0.56), (0.253, 0.67), (0.3, 0.78)):
        parts.append(slat(z, y, 66, 0.09, 0.045, length))
    return joined(*parts)


VARIANTS = (
    cast_iron_bench,
    garden_bench,
    backless_bench,
    steel_bench,
    strap_bench,
    double_bench,
    arc_bench,
    log_bench,
    partial(garden_bench, cross=True),
    concrete_end_bench,
)
