"""Water bottles: plastic, sports, steel and aluminium ones. Sizes are in centimetres."""
import numpy as np

from .parts import Mesh, Point, Points, ball, box, joined, loft, tube, turned


def wavy(low: float, high: float, radius: float, depth: float, count: int, steps: int = 8) -> list[tuple[float, float]]:
    """Profile points of `count` rounded grooves around a wall, from height `low` to `high`."""
    t = np.linspace(0, 1, count * steps + 1)
    r = radius - depth * (1 - np.cos(2 * np.pi * count * t)) / 2
    return list(zip(r, low + (high - low) * t))


def bend(start: Point, end: Point, bulge: float = 0.0, steps: int = 9) -> list[tuple[float, float]]:
    """Profile points of an S-shaped shoulder between two (radius, height) points."""
    t = np.linspace(0, 1, steps)
    s = (1 - np.cos(np.pi * t)) / 2
    r = start[0] + (end[0] - start[0]) * s + bulge * np.sin(np.pi * t)
    return list(zip(r, start[1] + (end[1] - start[1]) * t))


def softened(path: Points, rounds: int = 2) -> np.ndarray:
    """The path with its corners cut, `rounds` times over."""
    path = np.asarray(path, float)
    for _ in range(rounds):
        near, far = 0.75 * path[:-1] + 0.25 * path[1:], 0.25 * path[:-1] + 0.75 * path[1:]
        path = np.concatenate((path[:1], np.stack((near, far), axis=1).reshape(-1, 3), path[-1:]))
    return path


def ring(radius: float, low: float, high: float, soft: float = 0.15) -> Mesh:
    """A collar or cap: a short cylinder with softened edges, on the axis."""
    return turned([(0, low), (radius - soft, low), (radius, low + soft), (radius, high - soft), (radius - soft, high),
                   (0, high)])


def screw_cap(radius: float, low: float, high: float, ribs: int = 28) -> list[Mesh]:
    """A ribbed screw cap with its tamper ring."""
    parts = [ring(radius, low, high), ring(radius + 0.08, low - 0.45, low - 0.12, 0.05)]
    for turn in np.arange(ribs) * 2 * np.pi / ribs:
        x, z = (radius + 0.02) * np.cos(turn), (radius + 0.02) * np.sin(turn)
        parts.append(box((0.12, high - low - 0.3, 0.12), (x, (low + high) / 2, z)))
    return parts


def mineral_water(radius: float = 3.2, height: float = 22.0, grooves: int = 6, waist: float = 0.35) -> Mesh:
    """A thin plastic bottle with grooves around the body, a label band and a long shoulder."""
    body_top = 0.66 * height
    profile = [(0, 0.5), (0.5 * radius, 0.3), (0.75 * radius, 0), (0.92 * radius, 0.2), (radius, 0.8)]
    profile += wavy(1.2, 0.36 * height, radius, waist, grooves)
    profile += [(radius, 0.38 * height), (radius - 0.12, 0.385 * height), (radius - 0.12, 0.56 * height),
                (radius, 0.565 * height)]
    profile += wavy(0.58 * height, body_top, radius, waist, 2)
    profile += bend((radius, body_top + 0.2), (1.25, 0.9 * height), 0.35, 14)
    profile += [(1.25, 0.915 * height), (1.65, 0.918 * height), (1.65, 0.93 * height), (1.25, 0.935 * height),
                (1.25, height), (0, height)]
    return joined(turned(profile), screw_cap(1.5, 0.95 * height, 1.0 * height + 0.3))


def cycling() -> Mesh:
    """A squeeze bottle: a waist to grip, a domed screw lid and a push-pull spout."""
    profile = [(0, 0), (3.3, 0), (3.65, 0.35), (3.65, 9.5), (3.2, 10.2), (3.1, 11.0), (3.2, 11.8), (3.65, 12.5),
               (3.65, 15.3), (3.3, 15.8), (0, 15.8)]
    lid = [(0, 15.6), (3.5, 15.6), (3.5, 17.0), (3.3, 17.2)] + bend((3.2, 17.2), (1.25, 18.8), 0.3) \
        + [(1.15, 19.6), (1.4, 19.7), (1.4, 19.95), (0.95, 20.1), (0.9, 20.7), (1.2, 20.9), (1.2, 21.5), (0.9, 21.8),
           (0, 21.8)]
    parts = [turned(profile), turned(lid)]
    for turn in np.arange(24) * 2 * np.pi / 24:
        parts.append(box((0.2, 1.1, 0.2), (3.5 * np.cos(turn), 16.3, 3.5 * np.sin(turn))))
    return joined(*parts)


def steel_flask() -> Mesh:
    """An insulated steel bottle with a carrying loop on its lid."""
    profile = [(0, 0.2), (3.2, 0.2), (3.3, 0), (3.55, 0.2), (3.6, 0.6), (3.6, 18.0)]
    profile += bend((3.6, 18.0), (2.5, 20.6), 0.25) + [(2.45, 21.2), (0, 21.2)]
    lid = [(0, 21.0), (2.75, 21.0), (2.8, 21.2), (2.8, 23.2), (2.6, 23.5), (0, 23.5)]
    t = np.linspace(0, np.pi, 21)
    loop = np.stack((2.5 * np.cos(t), 22.6 + 3.3 * np.sin(t) ** 0.6, 0 * t), axis=1)
    return joined(turned(profile), turned(lid), tube(loop, 0.45), ring(2.95, 21.3, 21.8, 0.1))


def flip_straw() -> Mesh:
    """A sports bottle with finger grooves, a screw lid, a folding mouthpiece and a finger ring."""
    profile = [(0, 0.3), (2.8, 0), (3.3, 0.2), (3.6, 0.9)] + [(3.6, 7.0)] + wavy(7.0, 13.0, 3.6, 0.45, 3)
    profile += [(3.6, 15.0)] + bend((3.6, 15.0), (2.7, 17.3), 0.2) + [(2.7, 17.5), (0, 17.5)]
    lid = [(0, 17.4), (3.0, 17.4), (3.05, 17.6), (3.05, 19.4), (2.8, 19.8), (1.8, 20.2), (0, 20.2)]
    t = np.linspace(-0.1 * np.pi, 1.1 * np.pi, 21)
    handle = np.stack((0 * t, 20.3 + 1.9 * np.sin(t), 1.6 + 1.5 * np.cos(t)), axis=1)
    spout = tube([(0, 20.0, -0.5), (0, 21.6, -0.7), (0, 22.6, -1.3), (0, 23.0, -2.1)], (0.65, 0.6, 0.55, 0.5))
    return joined(turned(profile), turned(lid), tube(handle, 0.4), spout, ball(0.9, (0, 20.2, -0.5), (1, 0.8, 1)),
                  [box((0.22, 1.4, 0.22), (3.05 * np.cos(a), 18.5, 3.05 * np.sin(a)))
                   for a in np.arange(20) * np.pi / 10])


def aluminium() -> Mesh:
    """A slim metal bottle with a narrow neck and a stopper with a ring to carry it by."""
    profile = [(0, 0.3), (2.6, 0), (3.3, 0.25), (3.5, 0.9), (3.5, 15.5)] + bend((3.5, 15.5), (1.6, 19.8), 0.5, 14)
    profile += [(1.6, 20.2), (1.85, 20.3), (1.85, 20.6), (1.6, 20.7), (0, 20.7)]
    stopper = [(0, 20.5), (1.9, 20.6), (1.95, 20.8), (1.95, 22.2), (1.7, 22.5), (0, 22.5)]
    t = np.linspace(0, 2 * np.pi, 31)
    loop = np.stack((1.35 * np.cos(t), 23.7 + 1.6 * np.sin(t), 0 * t), axis=1)
    return joined(turned(profile), turned(stopper), tube(loop, 0.36))


def gallon_jug() -> Mesh:
    """A big ribbed plastic bottle with a handle on its side."""
    profile = [(0, 0.6), (5.5, 0), (6.7, 0.3), (7.2, 1.2)] + wavy(1.5, 15.0, 7.2, 0.5, 4) + [(7.2, 15.5)]
    profile += bend((7.2, 15.5), (2.1, 23.0), 1.0, 14) + [(2.1, 24.0), (0, 24.0)]
    handle = tube(softened([(0, 21.8, 2.0), (0, 22.3, 4.2), (0, 21.3, 6.2), (0, 18.8, 7.3), (0, 16.3, 6.9),
                            (0, 15.2, 6.0)]), 0.85)
    return joined(turned(profile), handle, screw_cap(2.4, 23.6, 25.6))


def soda() -> Mesh:
    """A two-litre bottle: a smooth body, a domed shoulder and a foot of five lobes."""
    rings = []
    turn = 2 * np.pi * np.arange(60) / 60
    for y, r, lobe in ((0, 2.6, 1.0), (0.3, 3.6, 1.0), (1.2, 4.5, 0.9), (2.4, 5.1, 0.6), (3.8, 5.4, 0.2),
                       (4.6, 5.45, 0), (10.5, 5.45, 0)):
        radius = r - lobe * (0.5 - 0.5 * np.cos(5 * turn)) ** 3
        rings.append(np.stack((radius * np.cos(turn), np.full(60, y), radius * np.sin(turn)), axis=1))
    profile = [(0, 10.4), (5.45, 10.5), (5.3, 10.6), (5.3, 19.5), (5.45, 19.6), (5.45, 20.5)]
    profile += bend((5.45, 20.5), (1.3, 29.0), 0.9, 18)
    profile += [(1.3, 29.4), (1.75, 29.45), (1.75, 29.8), (1.3, 29.85), (1.3, 31.5), (0, 31.5)]
    return joined(loft(rings), turned(profile), screw_cap(1.55, 30.3, 32.0))


def square_bottle() -> Mesh:
    """A squarish bottle with pressed panels, a short neck and a wide cap."""
    rings = []
    turn = 2 * np.pi * (np.arange(64) + 0.5) / 64
    c, s = np.cos(turn), np.sin(turn)
    square = (np.abs(c) ** 6 + np.abs(s) ** 6) ** (-1 / 6)
    for y, r, part in ((0, 2.7, 1), (0.3, 3.1, 1), (1.2, 3.2, 1), (1.6, 3.2, 1), (2.0, 2.95, 1), (7.8, 2.95, 1),
                       (8.2, 3.2, 1), (9.0, 3.2, 1), (9.4, 2.95, 1), (14.5, 2.95, 1), (15.0, 3.2, 1), (15.8, 3.2, 1),
                       (17.0, 2.9, 0.8), (18.0, 2.2, 0.4), (18.7, 1.6, 0), (19.6, 1.5, 0), (20.4, 1.5, 0)):
        size = r * (part * square + 1 - part)
        rings.append(np.stack((size * c, np.full(64, y), size * s), axis=1))
    return joined(loft(rings), screw_cap(1.85, 19.6, 21.4))


def wide_mouth() -> Mesh:
    """A hiker's bottle: a wide neck, and a big lid held by a strap."""
    profile = [(0, 0.4), (3.6, 0.4), (3.9, 0), (4.3, 0.3), (4.4, 0.9), (4.4, 13.5)]
    profile += bend((4.4, 13.5), (3.0, 15.6), 0.2) + [(3.0, 16.4), (0, 16.4)]
    parts = [turned(profile), screw_cap(3.35, 16.4, 19.0, 40), ring(3.25, 15.7, 16.0, 0.1)]
    strap = [(3.2, 15.8, 0), (4.6, 16.0, 0), (5.2, 17.4, 0), (4.6, 19.2, 0), (3.0, 20.0, 0), (1.0, 19.5, 0),
             (0, 19.2, 0)]
    parts += [tube(softened(strap), 0.4), ring(1.0, 18.9, 19.7)]
    return joined(*parts)


def shaker() -> Mesh:
    """A tapered drinking bottle with a wide lid, a flip cap and a wrist loop."""
    profile = [(0, 0.4), (2.6, 0.4), (2.8, 0), (3.1, 0.2), (3.3, 4), (3.45, 4.1), (3.45, 4.5), (3.35, 4.6), (3.9, 15.2),
               (0, 15.2)]
    lid = [(0, 15), (4.15, 15), (4.2, 15.2), (4.2, 17.4), (4.0, 17.8), (2.6, 18.6), (0, 18.8)]
    spout = turned([(0, 18), (1.3, 18), (1.25, 20.2), (0, 20.2)], (0, 0, -1.9))
    parts = [turned(profile), turned(lid), spout, turned([(0, 19.9), (1.5, 19.9), (1.5, 20.9), (1.3, 21.1), (0, 21.1)],
                                                         (0, 0, -1.9))]
    parts.append(tube([(0, 20.5, -0.6), (0, 20.3, 0.9), (0, 18.6, 2.0)], 0.45))
    t = np.linspace(0, np.pi, 15)
    parts.append(tube(np.stack((0 * t, 17.8 + 3 * np.sin(t), 2.4 + 1.2 * np.cos(t)), axis=1), 0.35))
    return joined(*parts)


VARIANTS = (mineral_water, cycling, steel_flask, flip_straw, aluminium, gallon_jug, soda, square_bottle, wide_mouth,
            shaker)
