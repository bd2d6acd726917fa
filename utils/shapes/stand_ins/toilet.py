"""Toilets: with a tank low or high, in one piece, hung on a wall or flushed by a valve; lids up and down."""
from functools import partial

import numpy as np
import trimesh

from .parts import Mesh, box, joined, loft, rod, smooth, tube, turned

RIM = 0.40  # height of the bowl's rim, in metres
HINGE = 0.19  # z of the hinges of seat and lid


def oval(y: float, half: float, front: float, back: float, corner: float = 2.0, points: int = 56) -> np.ndarray:
    """A level ring, an egg around x = z = 0: its half width and how far it goes to -z and +z.

    Args:
        corner: 2 for round, more for squarer.
    """
    turn = 2 * np.pi * np.arange(points) / points
    x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** (2 / corner)
    z = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** (2 / corner)
    return np.stack((half * x, np.full(points, y), np.where(z < 0, front, back) * z), 1)


def bowl(outside: np.ndarray, corner: float = 2.0) -> Mesh:
    """A bowl: (y, half width, front, back) of its outside from the foot to the rim; the inside is always the same."""
    y, half, front, back = outside[-1]
    inside = [(y + 0.01, half - 0.02, front - 0.02, back - 0.03), (y, half - 0.06, front - 0.07, 0.15),
              (y - 0.03, half - 0.065, front - 0.075, 0.145), (y - 0.14, 0.09, 0.13, 0.10), (y - 0.2, 0.06, 0.08, 0.07)]
    return loft([oval(y, half, front, back, corner) for y, half, front, back in [*outside, *inside]])


def pedestal(corner: float = 2.0) -> Mesh:
    """A bowl on a waisted foot."""
    rings = smooth([(0, 0.125, 0.15, 0.36), (0.03, 0.12, 0.145, 0.36), (0.10, 0.10, 0.10, 0.34),
                    (0.19, 0.11, 0.13, 0.33), (0.27, 0.15, 0.20, 0.31), (0.34, 0.178, 0.26, 0.28),
                    (0.375, 0.185, 0.272, 0.27), (RIM, 0.187, 0.275, 0.27)], steps=3)
    return bowl(rings, corner)


def skirted(corner: float = 2.0) -> Mesh:
    """A bowl whose smooth side goes straight down to the floor."""
    rings = smooth([(0, 0.14, 0.18, 0.40), (0.05, 0.14, 0.185, 0.40), (0.2, 0.15, 0.21, 0.40),
                    (0.32, 0.175, 0.26, 0.40), (RIM, 0.187, 0.275, 0.40)], steps=3)
    return bowl(rings, corner)


def hung() -> Mesh:
    """A short bowl that hangs on a wall, clear of the floor."""
    rings = smooth([(0.08, 0.07, 0.02, 0.38), (0.12, 0.10, 0.07, 0.38), (0.20, 0.13, 0.16, 0.38),
                    (0.30, 0.165, 0.245, 0.38), (RIM, 0.187, 0.275, 0.38)], steps=3)
    return bowl(rings)


def tilted(part: Mesh, angle: float) -> Mesh:
    """A part turned up around the hinges, by degrees."""
    turn = trimesh.transformations.rotation_matrix(np.radians(angle), (1, 0, 0), (0, RIM + 0.03, HINGE))
    return part.apply_transform(turn)


def seat(angle: float = 0, corner: float = 2.0, open_front: bool = False) -> list[Mesh]:
    """The oval ring one sits on, with its hinges; an open one is shaped like a horseshoe."""
    ring = oval(0, 0.15, 0.242, 0.165, corner)
    if open_front:
        path = np.roll(ring, -46, 0)[:49]
    else:
        path = np.roll(ring, -14, 0)
        path = np.concatenate((path, path[:2]))  # closed, and on a little to hide the ends
    ring = tube(path, 0.042, sides=16).apply_scale((1, 0.42, 1)).apply_translation((0, RIM + 0.03, 0))
    hinges = [rod((x - 0.03, RIM + 0.03, HINGE), (x + 0.03, RIM + 0.03, HINGE), 0.018) for x in (-0.08, 0.08)]
    return [tilted(ring, angle), *hinges]


def lid(angle: float = 0, corner: float = 2.0) -> Mesh:
    """The lid, closed at 0 degrees."""
    half, front, back = 0.19, 0.285, 0.205
    cover = loft([oval(y, scale * half, scale * front, scale * back, corner) for y, scale in
                  ((0.048, 0.97), (0.05, 1), (0.065, 1), (0.074, 0.96), (0.08, 0.8), (0.083, 0.4))])
    return tilted(cover.apply_translation((0, RIM, 0)), angle)


def slab_ring(y: float, half: float, z: float, depth: float, corner: float = 8.0) -> np.ndarray:
    """A level ring like a rectangle with rounded corners, around some z."""
    return oval(y, half, depth / 2, depth / 2, corner) + (0, 0, z)


def tank(low: float = 0.39, high: float = 0.78, half: float = 0.23, z: float = 0.36, depth: float = 0.19,
         lever: bool = True) -> list[Mesh]:
    """A cistern with a lid that overhangs it, and a lever in front or a button on top."""
    parts = [loft([slab_ring(low, 0.86 * half, z, 0.85 * depth), slab_ring(low + 0.03, 0.9 * half, z, 0.92 * depth),
                   slab_ring(high, half, z, depth)]),
             loft([slab_ring(y, half + grow, z, depth + 2 * grow) for y, grow in
                   ((high, 0.008), (high + 0.005, 0.015), (high + 0.03, 0.015), (high + 0.042, 0.0))])]
    front = z - depth / 2
    if lever:
        x, y = -0.62 * half, high - 0.07
        parts += [rod((x, y, front + 0.02), (x, y, front - 0.03), 0.016),
                  tube([(x, y, front - 0.025), (x + 0.04, y - 0.003, front - 0.027),
                        (x + 0.09, y - 0.012, front - 0.025)], (0.010, 0.010, 0.014))]
    else:
        parts.append(turned([(0, 0), (0.032, 0), (0.032, 0.055), (0.026, 0.06), (0, 0.06)], (0, high, z)))
    return parts


def shelf() -> Mesh:
    """The ledge behind the bowl that carries the seat's hinges and a tank."""
    return loft([slab_ring(y, half, 0.29, 0.28, corner=5) for y, half in ((RIM - 0.09, 0.11), (RIM - 0.04, 0.16),
                                                                          (RIM - 0.005, 0.17), (RIM + 0.002, 0.165))])


def close_coupled(seat_angle: float = 0, lid_angle: float = 88, corner: float = 2.0, lever: bool = True) -> Mesh:
    """The usual toilet: a tank bolted to the back of a bowl with a foot."""
    return joined(pedestal(corner), shelf(), seat(seat_angle, corner), lid(lid_angle, corner), tank(lever=lever))


def one_piece() -> Mesh:
    """A low tank that flows into a skirted bowl, lid closed."""
    back = loft([slab_ring(y, half, z, depth, corner=4) for y, half, z, depth in
                 ((0.0, 0.13, 0.34, 0.26), (0.30, 0.16, 0.34, 0.26), (0.42, 0.19, 0.35, 0.22), (0.48, 0.2, 0.37, 0.18),
                  (0.62, 0.2, 0.375, 0.17))])
    cover = loft([slab_ring(y, half, 0.375, depth, corner=4) for y, half, depth in
                  ((0.62, 0.205, 0.18), (0.64, 0.207, 0.185), (0.655, 0.2, 0.17), (0.665, 0.15, 0.12))])
    return joined(skirted(), back, cover, seat(), lid())


def wall_hung() -> Mesh:
    """A bowl on a piece of wall with a flush plate."""
    wall = box((0.62, 1.05, 0.10), (0, 0.525, 0.42))
    plate = [box((0.24, 0.16, 0.02), (0, 0.90, 0.365)), box((0.09, 0.11, 0.03), (-0.055, 0.90, 0.36)),
             box((0.09, 0.11, 0.03), (0.055, 0.90, 0.36))]
    return joined(hung(), shelf(), seat(), lid(94), wall, plate)


def back_to_wall() -> Mesh:
    """A squarish modern bowl without a tank, the lid up."""
    return joined(skirted(3.0), shelf(), seat(0, 3.0), lid(100, 3.0))


def hanging_tank() -> Mesh:
    """An old toilet, its cistern higher up on a bent pipe."""
    pipe = tube(smooth([(0, 0.33, 0.26), (0, 0.34, 0.36), (0, 0.40, 0.40), (0, 0.6, 0.40), (0, 0.9, 0.40)]), 0.025)
    return joined(pedestal(), shelf(), seat(), lid(95), pipe, tank(0.82, 1.12, half=0.24, z=0.38, depth=0.18))


def flush_valve() -> Mesh:
    """A public toilet: a horseshoe seat without a lid, a valve on a pipe instead of a tank."""
    pipe = tube(smooth([(0, RIM - 0.05, 0.33), (0, RIM + 0.1, 0.33), (0, 0.72, 0.33)]), 0.02)
    valve = [rod((0, 0.68, 0.33), (0, 0.80, 0.33), 0.04), rod((0, 0.78, 0.33), (0, 0.82, 0.33), 0.048),
             rod((0, 0.70, 0.33), (0.20, 0.70, 0.33), 0.022), rod((0.17, 0.70, 0.33), (0.17, 0.70, 0.46), 0.02),
             rod((0, 0.72, 0.33), (-0.05, 0.72, 0.25), 0.016), rod((-0.04, 0.72, 0.26), (-0.06, 0.71, 0.18), 0.010)]
    return joined(pedestal(), shelf(), seat(open_front=True), pipe, valve)


def washlet() -> Mesh:
    """A Japanese toilet: a thick seat unit with a control arm at the side."""
    unit = loft([slab_ring(y, half, 0.26, depth, corner=5) for y, half, depth in
                 ((RIM + 0.01, 0.2, 0.16), (RIM + 0.09, 0.2, 0.15), (RIM + 0.12, 0.18, 0.11))])
    arm = [box((0.07, 0.05, 0.26), (0.235, RIM + 0.045, 0.14))]
    arm += [box((0.02, 0.01, 0.025), (x, RIM + 0.073, z)) for x in (0.22, 0.25) for z in (0.04, 0.08, 0.12, 0.16)]
    cistern = tank(0.40, 0.72, half=0.2, z=0.40, depth=0.14, lever=False)
    return joined(skirted(), shelf(), seat(), lid(82), unit, arm, cistern)


VARIANTS = (
    close_coupled,
    one_piece,
    wall_hung,
    partial(close_coupled, lid_angle=0),
    partial(close_coupled, seat_angle=92, lid_angle=99, lever=False),
    back_to_wall,
    partial(close_coupled, lid_angle=98, corner=3.2, lever=False),
    flush_valve,
    hanging_tank,
    washlet,
)
