"""Vases: turned, fluted, square and flat ones, with and without handles or flowers."""
from collections.abc import Callable

import numpy as np

from .parts import Mesh, Points, joined, loft, smooth, tube, turned


def pot(points: Points, wall: float = 0.05, floor: float = 0.15) -> list[tuple[float, float]]:
    """(radius, height) points of an open vessel: a smooth outside through the points, and a wall inside."""
    outside = smooth(points)
    bottom, top = outside[0, 1], outside[-1, 1]
    heights = np.linspace(top, bottom + floor, 24)
    inside = [(max(np.interp(y, outside[:, 1], outside[:, 0]) - wall, 0.02), y) for y in heights]
    return [(0, bottom), *outside, (outside[-1, 0] - wall / 2, top + wall / 3), *inside, (0, bottom + floor)]


def handles(points: Points, radius: float) -> list[Mesh]:
    """A handle through (x, y) points at the side +x, and its mirror image."""
    path = smooth([(x, y, 0) for x, y in points])
    return [tube(path * (side, 1, 1), radius, sides=12) for side in (1, -1)]


def swelling(profile: Points, wave: Callable[[np.ndarray, float], np.ndarray]) -> Mesh:
    """A turned profile whose radius at an angle is multiplied by wave(angle, height from 0 to 1)."""
    turn = 2 * np.pi * np.arange(72) / 72
    profile = np.asarray(profile, float)
    low, high = profile[:, 1].min(), profile[:, 1].max()
    rings = []
    for radius, y in profile:
        size = radius * wave(turn, (y - low) / (high - low))
        rings.append(np.stack((size * np.cos(turn), np.full(72, y), size * np.sin(turn)), 1))
    return loft(rings)


def baluster() -> Mesh:
    """High shoulders, a narrow foot, a short neck and a turned-out rim."""
    return turned(pot([(0.42, 0), (0.40, 0.1), (0.46, 0.4), (0.75, 1.2), (0.85, 1.75), (0.68, 2.15), (0.38, 2.4),
                       (0.34, 2.6), (0.50, 2.8)]))


def bottle_vase() -> Mesh:
    """A round belly with a long thin neck."""
    return turned(pot([(0.45, 0), (0.44, 0.08), (0.72, 0.35), (0.82, 0.75), (0.65, 1.15), (0.32, 1.45), (0.20, 1.8),
                       (0.19, 2.4), (0.27, 2.65)], wall=0.04))


def amphora() -> Mesh:
    """A Greek amphora with two handles from the neck to the shoulders."""
    body = turned(pot([(0.40, 0), (0.38, 0.08), (0.20, 0.2), (0.45, 0.6), (0.80, 1.25), (0.82, 1.6), (0.58, 1.95),
                       (0.30, 2.15), (0.28, 2.55), (0.45, 2.75)]))
    return joined(body, handles([(0.28, 2.5), (0.50, 2.62), (0.80, 2.45), (0.85, 2.1), (0.68, 1.78)], 0.065))


def trumpet() -> Mesh:
    """A slender vase that opens like a trumpet, on a round foot."""
    return turned(pot([(0.55, 0), (0.52, 0.08), (0.25, 0.22), (0.22, 0.4), (0.28, 1.0), (0.40, 1.8), (0.62, 2.4),
                       (0.92, 2.75)], floor=0.4))


def fluted() -> Mesh:
    """A glass-like vase with upright flutes that grow into a wavy rim."""
    profile = pot([(0.50, 0), (0.46, 0.1), (0.50, 0.4), (0.66, 1.0), (0.58, 1.6), (0.48, 1.9), (0.62, 2.3),
                   (0.95, 2.6)])
    return swelling(profile, lambda turn, height: 1 + (0.02 + 0.09 * height) * np.cos(12 * turn))


def square() -> Mesh:
    """A tall vase of square section, wider at the top."""
    def corner(turn, height):
        return (np.abs(np.cos(turn)) ** 6 + np.abs(np.sin(turn)) ** 6) ** (-1 / 6)
    return swelling(pot([(0.38, 0), (0.40, 0.05), (0.46, 1.2), (0.56, 2.2), (0.62, 2.5)]), corner)


def moon_flask() -> Mesh:
    """A flat round body with a small neck and two small handles."""
    body = turned(pot([(0.45, 0), (0.42, 0.12), (0.70, 0.4), (0.95, 1.05), (0.75, 1.7), (0.34, 1.98), (0.28, 2.2),
                       (0.36, 2.45)]), stretch=(1, 1, 0.5))
    return joined(body, handles([(0.28, 2.3), (0.48, 2.32), (0.60, 2.1), (0.52, 1.85)], 0.05))


def urn() -> Mesh:
    """A garden urn: a wide bowl on a stem and a square plinth, with scrolled handles."""
    body = turned(pot([(0.48, 0.2), (0.40, 0.28), (0.20, 0.45), (0.22, 0.6), (0.60, 0.85), (0.82, 1.3), (0.72, 1.7),
                       (0.66, 1.9), (0.98, 2.15)], floor=0.5))
    turn = np.pi / 4 + np.pi / 2 * np.arange(4)
    plinth = loft([np.stack((0.75 * np.cos(turn), np.full(4, y), 0.75 * np.sin(turn)), 1) for y in (0, 0.2)])
    return joined(body, plinth, handles([(0.78, 1.15), (1.12, 1.1), (1.25, 1.4), (1.08, 1.68), (0.70, 1.72)], 0.06))


def flower_vase() -> Mesh:
    """A pear-shaped vase with a bunch of flowers."""
    parts = [turned(pot([(0.46, 0), (0.44, 0.08), (0.68, 0.4), (0.74, 0.8), (0.50, 1.3), (0.34, 1.6), (0.46, 1.9)]))]
    for i, (lean, height) in enumerate(((0.0, 3.1), (0.55, 2.9), (0.55, 2.7), (0.55, 2.95), (0.6, 2.65), (0.55, 2.8))):
        x, z = lean * np.cos(1.257 * i), lean * np.sin(1.257 * i)
        parts.append(tube(smooth([(0.2 * x, 0.6, 0.2 * z), (0.3 * x, 1.8, 0.3 * z), (x, height, z)]), 0.025, sides=6))
        bud = smooth([(0.06, -0.18), (0.20, -0.05), (0.19, 0.15), (0.10, 0.30)])
        parts.append(turned([(0, -0.2), *bud, (0, 0.3)], (x, height, z), segments=16))
    return joined(parts)


def ribbed_globe() -> Mesh:
    """A round vase with ribs around it, like a thrown pot, and a wide mouth."""
    heights = np.linspace(0, 1.7, 60)
    radius = 0.45 + 0.55 * np.sin(np.pi * (heights + 0.12) / 2.0) + 0.025 * np.cos(2 * np.pi * heights / 0.17)
    outside = np.concatenate((np.stack((radius, heights), 1), [(0.62, 1.8), (0.68, 1.9), (0.78, 2.0)]))
    inside = [(0.72, 2.0), (0.60, 1.88), (0.55, 1.75), (0.9, 1.2), (0.85, 0.6), (0.5, 0.15), (0, 0.15)]
    return turned([(0, 0), *outside, *inside])


VARIANTS = (baluster, bottle_vase, amphora, trumpet, fluted, square, moon_flask, urn, flower_vase, ribbed_globe)
