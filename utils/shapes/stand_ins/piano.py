"""Pianos: grand pianos of many sizes and ages, lid open or closed, and two uprights."""
from functools import partial

import numpy as np
import trimesh

from .parts import Mesh, Point, box, extruded, joined, loft, plank, rod, smooth, tube, turned

HALF = 0.75  # half the width of a grand piano, in metres
FRONT = 0.28  # z where the case begins behind the keys
BED, RIM = 0.66, 1.0  # heights of the case's underside and of its rim


def outline(length: float, straight: bool = False) -> np.ndarray:
    """The case seen from above: (x, z) points from the front left, around the tail, to the front right."""
    deep = length - FRONT
    side = [(-HALF, FRONT), (-HALF, FRONT + 0.4 * deep)]
    if straight:
        # an early piano: an angular tail and a side that is hardly bent
        curve = smooth([(-0.38, length), (0.05, FRONT + 0.66 * deep), (0.45, FRONT + 0.36 * deep),
                        (0.70, FRONT + 0.12 * deep), (HALF, FRONT)])
        return np.concatenate((side, [(-HALF, length), (-0.55, length)], curve))
    curve = smooth([(-HALF, length - 0.45), (-0.72, length - 0.18), (-0.55, length - 0.02), (-0.36, length),
                    (-0.12, length - 0.08), (0.05, length - 0.27), (0.20, FRONT + 0.60 * deep),
                    (0.46, FRONT + 0.41 * deep), (0.68, FRONT + 0.28 * deep), (HALF, FRONT + 0.14 * deep),
                    (HALF, FRONT)])
    return np.concatenate((side, curve))


def sides(shape: np.ndarray, z: float) -> tuple[float, float]:
    """The left and the right x of a case outline at some z."""
    tail = int(np.argmax(shape[:, 1]))
    left, right = shape[:tail + 1], shape[tail:][::-1]
    return np.interp(z, left[:, 1], left[:, 0]), np.interp(z, right[:, 1], right[:, 0])


def slab(shape: np.ndarray, begin: float, low: float, high: float, overhang: float = 0.0) -> Mesh:
    """A horizontal plate of the case outline from z = begin to its tail."""
    end = shape[:, 1].max()
    rings = []
    for u in np.linspace(1, 0, 40):
        z = end - (end - begin) * u ** 2  # closer together at the round tail
        left, right = sides(shape, z)
        left, right = left - overhang, right + overhang
        rings.append([(left, low, z), (right, low, z), (right, high, z), (left, high, z)])
    return loft(rings)


def rim(shape: np.ndarray, low: float, high: float, thickness: float = 0.05) -> Mesh:
    """The upright wall along the case outline."""
    along = np.gradient(shape, axis=0)
    inward = np.stack((along[:, 1], -along[:, 0]), 1)
    inward *= thickness / np.linalg.norm(inward, axis=1, keepdims=True)
    inner = shape + inward
    rings = [[(a, low, b), (a, high, b), (c, high, d), (c, low, d)] for (a, b), (c, d) in zip(shape, inner)]
    return loft(rings)


def board(start: Point, end: Point, width: float, thickness: float = 0.02) -> Mesh:
    """A plate across x, its section a straight line from one (y, z) point to another."""
    (y0, z0), (y1, z1) = start, end
    t = thickness / 2
    return extruded([(z0 - t, y0), (z1 - t, y1), (z1 + t, y1), (z0 + t, y0)], width, axis="x")


def keyboard(y: float, begin: float, end: float, half: float = 0.62) -> list[Mesh]:
    """52 white keys and the black ones on them, between two z."""
    keys = []
    step = 2 * half / 52
    for i in range(52):
        x = -half + (i + 0.5) * step
        keys.append(box((0.8 * step, 0.03, end - begin), (x, y, (begin + end) / 2)))
        # no black key above the gaps B-C and E-F; the lowest key is an A
        if i % 7 not in (1, 4) and i < 51:
            keys.append(box((0.55 * step, 0.03, 0.6 * (end - begin)),
                            (x + step / 2, y + 0.025, begin + 0.7 * (end - begin))))
    return keys


def frame(shape: np.ndarray, length: float) -> list[Mesh]:
    """What is seen inside an open case: soundboard, tuning block, struts and strings."""
    inside = [slab(shape, FRONT, BED, BED + 0.12), box((1.4, 0.14, 0.22), (0, 0.85, FRONT + 0.16))]
    for i, x in enumerate(np.linspace(-0.62, 0.62, 29)):
        reach = max(z for z in np.linspace(FRONT, length, 100) if sides(shape, z)[1] > x + 0.06)
        end = (x - 0.02, 0.86, min(reach, length - 0.12))
        if i % 7 == 0:
            inside.append(plank((x, 0.88, FRONT + 0.2), end, 0.04, 0.05))
        else:
            inside.append(plank((x, 0.90, FRONT + 0.2), end, 0.008, 0.008))
    return inside


def castor(x: float, z: float) -> Mesh:
    """A little wheel under a leg."""
    return rod((x - 0.015, 0.04, z), (x + 0.015, 0.04, z), 0.04)


def leg(x: float, z: float, style: str) -> list[Mesh]:
    """One leg of a grand piano on its castor."""
    if style == "square":
        return [plank((x, 0.07, z), (x, BED, z), 0.11, 0.11), castor(x, z)]
    if style == "slim":
        return [turned([(0, 0), (0.022, 0), (0.035, 0.08), (0.05, 0.6), (0.06, BED), (0, BED)], (x, 0, z))]
    if style == "carved":
        carving = smooth([(0.05, 0.07), (0.06, 0.12), (0.035, 0.17), (0.05, 0.24), (0.11, 0.42), (0.12, 0.5),
                          (0.06, 0.56), (0.10, 0.60), (0.10, BED)], steps=4)
        return [turned([(0, 0.07), *carving, (0, BED)], (x, 0, z), segments=32), castor(x, z)]
    profile = [(0, 0.07), (0.045, 0.07), (0.05, 0.12), (0.065, 0.15), (0.05, 0.18), (0.075, 0.56), (0.10, 0.58),
               (0.10, BED), (0, BED)]
    return [turned(profile, (x, 0, z)), castor(x, z)]


def lyre(z: float) -> list[Mesh]:
    """The pedals and the frame that they hang from."""
    parts = [rod((x, 0.14, z), (1.4 * x, BED, z), 0.018) for x in (-0.10, -0.04, 0.04, 0.10)]
    parts += [box((0.30, 0.07, 0.12), (0, 0.13, z)), plank((0, 0.14, z), (0, BED, z + 0.35), 0.02, 0.02)]
    parts += [box((0.035, 0.015, 0.16), (x, 0.10, z - 0.12)) for x in (-0.08, 0, 0.08)]
    return parts


def bench() -> list[Mesh]:
    """The player's seat in front of the keys."""
    parts = [box((0.8, 0.10, 0.36), (0, 0.47, -0.45)), box((0.74, 0.05, 0.30), (0, 0.40, -0.45))]
    for x in (-0.35, 0.35):
        parts += [plank((x, 0, z), (x, 0.42, z), 0.05, 0.05) for z in (-0.59, -0.31)]
    return parts


def music_desk(z: float = FRONT + 0.16) -> list[Mesh]:
    """The tilted board that the music stands on."""
    return [board((RIM - 0.02, z), (RIM + 0.24, z + 0.11), 0.72),
            box((0.76, 0.02, 0.06), (0, RIM, z - 0.02))]


def grand(length: float, lid: float | None = None, legs: str = "round", flap: bool = True, desk: bool = True,
          seat: bool = False, straight: bool = False, pedals: bool = True, tail_legs: int = 1) -> Mesh:
    """A grand piano.

    Args:
        length: from the keys to the tail, in metres.
        lid: the angle it is open at in degrees, 0 when closed, None when it is taken off.
        legs: "round", "square", "slim" or "carved".
        flap: whether the front of an open lid is folded back on it.
        desk: whether the music stand is up.
        seat: whether there is a bench.
        straight: whether it has the angular case of an early piano.
        pedals: whether it has them.
        tail_legs: one leg, or two, under the tail.
    """
    shape = outline(length, straight)
    parts = [rim(shape, BED, RIM), frame(shape, length), keyboard(0.735, 0.03, 0.2)]
    # key bed, key slip, the cheeks at both ends of the keys, the fall board behind them
    parts += [box((2 * HALF, 0.05, FRONT + 0.05), (0, BED + 0.025, (FRONT + 0.05) / 2)),
              box((2 * HALF, 0.09, 0.03), (0, BED + 0.045, 0.015)),
              board((0.75, 0.21), (0.93, 0.26), 1.4), box((1.45, 0.3, 0.03), (0, 0.85, FRONT + 0.01))]
    for x in (-0.69, 0.69):
        parts.append(loft([[(x + w, BED, 0), (x + w, BED, FRONT), (x + w, RIM, FRONT), (x + w, RIM - 0.02, 0.22),
                            (x + w, 0.86, 0.14), (x + w, 0.82, 0)] for w in (-0.06, 0.06)]))
    feet = [(-0.64, 0.36), (0.64, 0.36)]
    feet += [(-0.35, length - 0.32)] if tail_legs == 1 else [(-0.62, length - 0.3), (-0.2, length - 0.5)]
    parts += [leg(x, z, legs) for x, z in feet]
    if pedals:
        parts.append(lyre(0.42))
    if desk:
        parts.append(music_desk())
    if seat:
        parts.append(bench())
    if lid is not None:
        parts.append(open_lid(shape, lid, flap) if lid else slab(shape, FRONT - 0.06, RIM, RIM + 0.03, 0.02))
    return joined(*parts)


def open_lid(shape: np.ndarray, angle: float, flap: bool) -> list[Mesh]:
    """The lid, hinged on the straight side at the left, with its stick at the right."""
    begin = FRONT + 0.34 if flap else FRONT
    cover = [slab(shape, begin, 0, 0.03, 0.02)]
    if flap:
        cover.append(box((2 * HALF, 0.03, 0.32), (0, 0.05, begin + 0.16)))
    cover = joined(*cover)
    turn = trimesh.transformations.rotation_matrix(np.radians(angle), (0, 0, 1), (-HALF, 0, 0))
    cover.apply_transform(turn).apply_translation((0, RIM, 0))
    z = FRONT + 0.5
    foot = sides(shape, z)[1] - 0.03
    reach = (foot + HALF) * np.cos(np.radians(angle))  # where a stick square to the lid meets it
    head = (-HALF + reach * np.cos(np.radians(angle)), RIM + reach * np.sin(np.radians(angle)), z)
    return [cover, rod((foot, RIM - 0.08, z), head, 0.014)]


def upright(height: float = 1.25, columns: bool = True) -> Mesh:
    """An upright piano; a tall one with columns under the keys, or a low plain one with a bench."""
    parts = [box((1.46, height - 0.04, 0.36), (0, height / 2 + 0.02, 0.48)),
             box((1.54, 0.04, 0.42), (0, height, 0.47)), box((1.54, 0.08, 0.40), (0, 0.04, 0.48)),
             box((1.5, 0.06, 0.34), (0, 0.63, 0.15)), box((1.5, 0.08, 0.02), (0, 0.66, -0.01)),
             keyboard(0.69, 0.01, 0.17), board((0.71, 0.19), (0.86, 0.28), 1.3)]
    for x in (-0.71, 0.71):
        parts += [box((0.06, height, 0.40), (x, height / 2, 0.46)), box((0.09, 0.17, 0.32), (x, 0.70, 0.14)),
                  box((0.10, 0.08, 0.36), (x, 0.04, 0.16))]
        if columns:
            profile = smooth([(0.05, 0.08), (0.03, 0.14), (0.055, 0.3), (0.04, 0.5), (0.055, 0.6)])
            parts.append(turned([(0, 0.08), *profile, (0, 0.6)], (x, 0, 0.06)))
    # frames on the panels above and below the keys, the music stand and the pedals
    for low, high in ((0.16, 0.54), (0.90, height - 0.08)):
        for x in (-0.45, 0, 0.45):
            parts += [box((0.40, 0.02, 0.02), (x, low, 0.295)), box((0.40, 0.02, 0.02), (x, high, 0.295)),
                      box((0.02, high - low, 0.02), (x - 0.2, (low + high) / 2, 0.295)),
                      box((0.02, high - low, 0.02), (x + 0.2, (low + high) / 2, 0.295))]
    parts += [board((0.86, 0.24), (1.06, 0.29), 0.6), box((0.62, 0.02, 0.05), (0, 0.87, 0.24))]
    parts += [tube([(x, 0.07, 0.32), (x, 0.07, 0.22), (x, 0.05, 0.16)], 0.018) for x in (-0.1, 0, 0.1)]
    if not columns:
        parts.append(bench())
    return joined(*parts)


VARIANTS = (
    partial(grand, 2.1, lid=38),
    partial(grand, 2.75, lid=36, legs="square", seat=True),
    partial(grand, 1.55, lid=40, flap=False, legs="slim"),
    partial(grand, 2.0, lid=0),
    partial(grand, 2.3, lid=None, legs="square"),
    partial(grand, 1.7, lid=18, legs="carved"),
    partial(grand, 2.2, lid=42, straight=True, legs="slim", pedals=False, tail_legs=2),
    partial(grand, 1.6, lid=0, desk=False, legs="carved", seat=True),
    upright,
    partial(upright, height=1.08, columns=False),
)
