"""Cups: tea and coffee cups with and without a saucer, mugs and a paper cup."""
import numpy as np

from .parts import Mesh, Points, joined, loft, smooth, tube, turned


def bowl(outside: Points, wall: float = 0.05, floor: float = 0.08) -> Mesh:
    """An open vessel: the (radius, height) points of its outside from the foot to the rim, and a wall inside."""
    outside = np.asarray(outside, float)
    bottom, top = outside[0, 1], outside[-1, 1]
    heights = np.linspace(top, bottom + floor, 12)
    inside = [(np.interp(y, outside[:, 1], outside[:, 0]) - wall, y) for y in heights]
    return turned([(0, bottom), *outside, (outside[-1, 0] - wall / 2, top + wall / 3), *inside, (0, bottom + floor)])


def handle(points: Points, radius: float = 0.07) -> Mesh:
    """A bent round handle at the side +x: a smooth tube through (x, y) points."""
    path = smooth([(x, y, 0) for x, y in points])
    return tube(path, radius, sides=14)


def saucer(radius: float) -> Mesh:
    """A shallow plate under a cup, its well at height 0."""
    r = radius
    return turned([(0, -0.10), (0.5 * r, -0.10), (0.55 * r, -0.06), (0.8 * r, 0.0), (r, 0.10), (r, 0.13),
                   (0.95 * r, 0.13), (0.78 * r, 0.05), (0.55 * r, 0.0), (0, 0.0)])


def mug() -> Mesh:
    """A straight mug with a round handle."""
    body = bowl([(0.68, 0), (0.74, 0.04), (0.75, 0.1), (0.75, 1.65), (0.76, 1.7)], wall=0.06)
    return joined(body, handle([(0.70, 1.40), (1.0, 1.46), (1.27, 1.2), (1.29, 0.8), (1.05, 0.42), (0.70, 0.38)], 0.09))


def tea_cup() -> Mesh:
    """A wide tea cup on its saucer."""
    body = bowl(smooth([(0.42, 0), (0.40, 0.10), (0.62, 0.25), (0.85, 0.55), (0.95, 0.90), (1.05, 1.15)]), wall=0.035)
    ear = handle([(0.92, 0.95), (1.18, 1.10), (1.42, 0.98), (1.40, 0.72), (1.15, 0.50), (0.78, 0.42)], 0.055)
    return joined(body, ear, saucer(1.55))


def tall_mug() -> Mesh:
    """A tall slender mug that widens to the rim."""
    body = bowl([(0.48, 0), (0.52, 0.06), (0.56, 0.5), (0.62, 1.2), (0.70, 1.9), (0.72, 2.0)])
    return joined(body,
                  handle([(0.62, 1.65), (0.95, 1.68), (1.15, 1.35), (1.05, 0.95), (0.80, 0.62), (0.52, 0.5)], 0.08))


def conical_cup() -> Mesh:
    """A cup like a cone on a small foot, with an angular handle, on a saucer."""
    body = bowl([(0.38, 0), (0.38, 0.08), (0.34, 0.12), (0.98, 1.28), (1.0, 1.3)], wall=0.04)
    ear = handle([(0.90, 1.14), (1.20, 1.18), (1.40, 1.14), (1.38, 1.02), (1.05, 0.70), (0.62, 0.55)], 0.055)
    return joined(body, ear, saucer(1.35))


def espresso_cup() -> Mesh:
    """A small thick cup on a saucer with coffee in it."""
    body = bowl(smooth([(0.50, 0), (0.62, 0.12), (0.74, 0.40), (0.79, 0.75), (0.80, 1.10)]), wall=0.09)
    coffee = turned([(0, 0.9), (0.72, 0.9), (0.72, 0.88), (0, 0.88)])
    ear = handle([(0.72, 0.90), (0.98, 0.96), (1.16, 0.78), (1.10, 0.50), (0.90, 0.34), (0.66, 0.32)], 0.075)
    return joined(body, coffee, ear, saucer(1.45))


def square_handle_cup() -> Mesh:
    """A cylindrical cup with a squared handle."""
    body = bowl([(0.80, 0), (0.85, 0.05), (0.85, 1.22), (0.86, 1.25)], wall=0.05)
    ear = tube([(0.80, 1.08, 0), (1.10, 1.08, 0), (1.30, 1.08, 0), (1.37, 1.05, 0), (1.40, 0.98, 0), (1.40, 0.65, 0),
                (1.40, 0.32, 0), (1.37, 0.25, 0), (1.30, 0.22, 0), (1.10, 0.22, 0), (0.80, 0.22, 0)], 0.07)
    return joined(body, ear)


def barrel_mug() -> Mesh:
    """A belly mug, narrow at the foot and the rim."""
    body = bowl(smooth([(0.55, 0), (0.66, 0.1), (0.88, 0.55), (0.86, 1.0), (0.72, 1.35), (0.76, 1.55)]), wall=0.06)
    return joined(body,
                  handle([(0.74, 1.28), (1.05, 1.34), (1.33, 1.1), (1.30, 0.72), (1.05, 0.42), (0.76, 0.38)], 0.085))


def square_cup() -> Mesh:
    """A cup of square section with rounded corners."""
    turn = 2 * np.pi * np.arange(48) / 48
    # a superellipse: between a circle and a square
    ring = np.stack((np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.4,
                     np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.4), 1)
    rings = []
    outside, inside = ((0.55, 0), (0.62, 0.04), (0.72, 0.6), (0.82, 1.3)), ((0.77, 1.3), (0.66, 0.5), (0.6, 0.1))
    for size, y in (*outside, (0.80, 1.33), *inside):
        rings.append(np.stack((size * ring[:, 0], np.full(48, y), size * ring[:, 1]), 1))
    ear = handle([(0.74, 1.1), (1.05, 1.14), (1.28, 0.95), (1.2, 0.6), (0.95, 0.36), (0.62, 0.34)], 0.075)
    return joined(loft(rings), ear)


def two_handled_cup() -> Mesh:
    """A soup cup: low and wide, with two ears."""
    body = bowl(smooth([(0.50, 0), (0.48, 0.08), (0.75, 0.25), (0.98, 0.60), (1.02, 1.0)]), wall=0.05)
    ear = handle([(0.96, 0.88), (1.20, 0.92), (1.36, 0.76), (1.25, 0.55), (0.90, 0.48)], 0.07)
    other = ear.copy()
    other.apply_transform(np.diag((-1.0, 1, -1, 1)))
    return joined(body, ear, other)


def paper_cup() -> Mesh:
    """A take-away cup without a handle: a cone with a rolled rim."""
    profile = [(0.52, 0.06), (0.54, 0), (0.78, 1.72), (0.82, 1.73), (0.84, 1.77), (0.82, 1.81), (0.78, 1.8),
               (0.75, 1.7), (0.53, 0.12), (0, 0.12)]
    return turned([(0, 0.06), *profile])


VARIANTS = (mug, tea_cup, tall_mug, conical_cup, espresso_cup, square_handle_cup, barrel_mug, square_cup,
            two_handled_cup, paper_cup)
