"""Bathtubs: claw-foot, slipper, built-in, freestanding, corner and whirlpool ones. Sizes are in metres."""
import numpy as np

from .parts import Mesh, Point, Points, ball, box, joined, loft, plank, rod, tube, turned

CORNERS = 64
BALL = ((0, 0), (0.025, 0.004), (0.038, 0.02), (0.042, 0.035), (0.036, 0.052), (0.02, 0.064), (0, 0.068))


def outline(half_x: float, half_z: float, y: float, round_: float = 2.5, shift: float = 0) -> np.ndarray:
    """A ring between an ellipse (round_ 2) and a rectangle (round_ large), at height y."""
    turn = 2 * np.pi * np.arange(CORNERS) / CORNERS
    c, s = np.cos(turn), np.sin(turn)
    size = ((np.abs(c) ** round_) + (np.abs(s) ** round_)) ** (-1 / round_)
    return np.stack((half_x * size * c + shift, np.full(CORNERS, y), half_z * size * s), axis=1)


def tub(half_x: float, half_z: float, height: float, body: Points, round_: float = 2.5, lip: float = 0.04,
        wall: float = 0.05, depth: float = 0.42, slope: float = 0.16) -> Mesh:
    """The shell of a tub, from below the outside up, over a rolled rim and down into the basin.

    Args:
        half_x, half_z: half the length and the width, over the rim.
        body: (size by the rim's, height) of the outside, from the floor up to the rim.
        lip: how far the rim stands out.
        slope: how much the basin's ends lean.
    """
    shell = [outline(half_x * size - lip, half_z * size - lip, y, round_) for size, y in body]
    reach = (lip + wall) / 2
    for angle in np.linspace(-0.5 * np.pi, np.pi, 9):
        inset = reach * (1 - np.cos(angle))
        shell.append(outline(half_x - inset, half_z - inset, height + 0.5 * lip * np.sin(angle), round_))
    inner_x, inner_z = half_x - lip - wall, half_z - lip - wall
    for part, narrow in ((0.2, 0.985), (0.45, 0.95), (0.7, 0.9), (0.85, 0.83), (0.95, 0.7), (1, 0.5)):
        shell.append(outline(inner_x * narrow * (1 - slope * part / 2), inner_z * narrow, height - depth * part,
                             round_, -slope * part * inner_x / 3))
    return loft(shell)


def block_with_basin(half_x: float, half_z: float, height: float, rim: Point = (0.09, 0.07), depth: float = 0.4,
                     round_: float = 5, slope: float = 0.3) -> Mesh:
    """A block with sharp outer corners, a flat rim and a rounded basin sunk into it."""
    block = [outline(half_x - 0.02, half_z - 0.02, y, 60) for y in (0, height - 0.05)]
    block += [outline(half_x, half_z, height - 0.05, 60), outline(half_x, half_z, height - 0.01, 60),
              outline(half_x - 0.01, half_z - 0.01, height, 60)]
    inner_x, inner_z = half_x - rim[0], half_z - rim[1]
    for part, narrow in ((0, 1), (0.04, 0.975), (0.2, 0.955), (0.5, 0.92), (0.75, 0.88), (0.9, 0.81), (0.97, 0.72),
                         (1, 0.6)):
        block.append(outline(inner_x * narrow * (1 - slope * part / 2), inner_z * narrow, height - depth * part,
                             round_, slope * part * inner_x / 2))
    return loft(block)


def raised_ends(mesh: Mesh, left: float, right: float, half_x: float, steep: float = 2.2) -> Mesh:
    """The tub with ends drawn up by `left` and `right` parts of its height."""
    x = mesh.vertices[:, 0] / half_x
    lift = np.where(x < 0, left, right) * np.abs(np.clip(x, -1, 1)) ** steep
    mesh.vertices[:, 1] *= 1 + lift
    return mesh


def claw_feet(at_x: float, at_z: float, height: float) -> list[Mesh]:
    """Four S-shaped legs that end in a claw on a ball."""
    parts = []
    for x in (-at_x, at_x):
        for z in (-at_z, at_z):
            out = np.array((np.sign(x) * 0.6, 0, np.sign(z) * 0.8))
            hip = np.array((x, height, z))
            path = [hip - 0.05 * out, hip + 0.03 * out, hip + 0.07 * out - (0, 0.35 * height, 0),
                    hip + 0.04 * out - (0, 0.65 * height, 0), hip + 0.05 * out - (0, 0.85 * height, 0)]
            parts.append(tube(path, (0.03, 0.05, 0.042, 0.026, 0.03)))
            parts.append(turned(BALL, hip + 0.06 * out - (0, height, 0), segments=24))
    return parts


def tap(foot: Point, reach: Point, height: float = 0.16, spread: float = 0.09) -> list[Mesh]:
    """A mixer tap: two risers with cross handles, and a spout that bends towards `reach` (x, z)."""
    x, y, z = foot
    along = np.array((reach[0], 0, reach[1]), float)
    along /= np.linalg.norm(along)
    across = np.array((along[2], 0, -along[0])) * spread
    foot = np.array((x, y, z))
    parts = [rod(foot - across + (0, 0.6 * height, 0), foot + across + (0, 0.6 * height, 0), 0.018)]
    for side in (-1, 1):
        base = foot + side * across
        parts.append(rod(base, base + (0, height, 0), 0.017))
        top = base + (0, height, 0)
        parts += [rod(top - 0.04 * along, top + 0.04 * along, 0.009),
                  rod(top - 0.45 * across, top + 0.45 * across, 0.009)]
    bow = [foot + (0, 0.6 * height, 0), foot + 0.02 * along + (0, 1.2 * height, 0),
           foot + 0.09 * along + (0, 1.45 * height, 0), foot + 0.16 * along + (0, 1.25 * height, 0),
           foot + 0.17 * along + (0, 0.95 * height, 0)]
    parts.append(tube(bow, 0.017))
    return parts


def standing_tap(x: float, z: float, height: float = 0.95, toward: Point = (0, -1)) -> list[Mesh]:
    """A mixer on a post beside the tub, with a hand shower in its cradle."""
    along = np.array((toward[0], 0, toward[1]))
    top = np.array((x, height, z))
    parts = [turned([(0, 0), (0.06, 0), (0.06, 0.015), (0, 0.02)], (x, 0, z)), rod((x, 0, z), top, 0.018)]
    parts.append(tube([top, top + 0.05 * along + (0, 0.06, 0), top + 0.15 * along + (0, 0.06, 0),
                       top + 0.22 * along, top + 0.23 * along - (0, 0.06, 0)], 0.017))
    parts += [rod(top - (0.08, 0.12, 0), top + (0.08, -0.12, 0), 0.016),
              rod(top + (0.08, -0.2, 0), top + (0.08, 0.06, 0), 0.012)]
    return parts


ROUND_BODY = ((0.55, 0.0), (0.68, 0.02), (0.8, 0.08), (0.88, 0.18), (0.94, 0.3), (0.98, 0.42), (1.0, 0.5))


def on_feet(rings: Points, up: float) -> list[tuple[float, float]]:
    """The outside of a tub, lifted off the floor."""
    return [(size, y + up) for size, y in rings]


def roll_top() -> Mesh:
    """A claw-foot tub with a rolled rim and a tap at one end."""
    up = 0.13
    return joined(tub(0.8, 0.38, 0.5 + up, on_feet(ROUND_BODY, up), round_=2.6, lip=0.055, wall=0.02),
                  claw_feet(0.46, 0.2, 0.175), tap((0.77, 0.5 + up, 0), (-1, 0)))


def slipper() -> Mesh:
    """A claw-foot tub with one end drawn up to lean against."""
    up = 0.13
    shell = tub(0.8, 0.37, 0.46 + up, on_feet([(s, 0.92 * y) for s, y in ROUND_BODY], up), round_=2.4, lip=0.055,
                wall=0.02, depth=0.4)
    return joined(raised_ends(shell, 0.42, 0.04, 0.8), claw_feet(0.42, 0.19, 0.175),
                  tap((0.1, 0.47 + up, 0.335), (0, -1)))


def built_in() -> Mesh:
    """A rectangular tub with a flat rim and a panel on its front."""
    return joined(block_with_basin(0.8, 0.38, 0.53), box((1.3, 0.32, 0.02), (0, 0.26, -0.365)),
                  tap((0.72, 0.53, 0), (-1, 0), 0.1, 0.07))


def egg() -> Mesh:
    """A modern freestanding tub: an oval bowl with a thin rim, and a tap on a post behind it."""
    body = [(0.74, 0), (0.76, 0.04), (0.82, 0.2), (0.89, 0.36), (0.96, 0.5), (1, 0.56)]
    shell = tub(0.85, 0.4, 0.57, body, round_=2.2, lip=0.012, wall=0.03, depth=0.46, slope=0)
    return joined(raised_ends(shell, 0.12, 0.12, 0.85), standing_tap(0.1, 0.52))


def corner_tub() -> Mesh:
    """A tub for a corner of the room: two straight sides, a round front and a seat in the basin."""
    turn = 2 * np.pi * np.arange(CORNERS) / CORNERS
    # the sides as (direction, distance): two walls, two ends, and the round front
    sides = [(180, 0.7), (90, 0.7), (0, 0.7), (-90, 0.7)] + [(angle, 0.8) for angle in (-15, -30, -45, -60, -75)]

    def ring(size, y, sharp):
        near = [np.maximum(np.cos(turn - np.radians(angle)), 0) / distance for angle, distance in sides]
        radius = size * (np.array(near) ** sharp).sum(axis=0) ** (-1 / sharp)
        return np.stack((radius * np.cos(turn), np.full(CORNERS, y), radius * np.sin(turn)), axis=1)

    block = [ring(0.97, 0, 40), ring(0.97, 0.5, 40), ring(1, 0.5, 40), ring(1, 0.55, 40)]
    block += [ring(size, y, 8) for size, y in ((0.87, 0.55), (0.84, 0.52), (0.8, 0.38), (0.76, 0.34), (0.62, 0.33),
                                               (0.58, 0.3), (0.55, 0.18), (0.46, 0.14))]
    return joined(loft(block), tap((-0.5, 0.55, 0.5), (1, -1), 0.12))


def whirlpool() -> Mesh:
    """An oval basin in a deck with two steps in front, head rests and jets."""
    parts = [block_with_basin(1.05, 0.62, 0.6, rim=(0.12, 0.1), depth=0.46, round_=4, slope=0.05),
             box((1.3, 0.38, 0.3), (0, 0.19, -0.75)), box((1.3, 0.19, 0.3), (0, 0.095, -1.03))]
    for x in (-0.8, 0.8):
        parts.append(ball(0.1, (x, 0.58, 0), (0.7, 0.7, 1.8)))
    for x in (-0.45, -0.15, 0.15, 0.45):
        parts.append(rod((x, 0.35, 0.47), (x, 0.35, 0.42), 0.035))
    parts += tap((0, 0.6, 0.56), (0, -1), 0.14)
    return joined(*parts)


def with_shower() -> Mesh:
    """A claw-foot tub with a shower on a riser and a curtain on an oval rail."""
    parts = [roll_top()]
    rail = outline(0.7, 0.36, 2.0, 2.4)
    parts.append(tube(np.concatenate((rail, rail[:1])), 0.014, 8))
    parts.append(tube([(0.77, 0.65, 0), (0.77, 2.05, 0), (0.7, 2.18, 0), (0.45, 2.15, 0), (0.43, 2.08, 0)], 0.014))
    parts.append(turned([(0, 0), (0.1, 0), (0.1, 0.015), (0.02, 0.05), (0, 0.05)], (0.43, 2.03, 0)))
    # a pleated curtain, drawn back to the head end
    turn = np.linspace(0.72 * np.pi, 1.28 * np.pi, 60)
    fold = 1 + 0.05 * np.sin(np.arange(60) * 1.3)
    inside, outside = [], []
    for angle, wave in zip(turn, fold):
        inside.append((0.70 * wave * np.cos(angle), 0.40 * wave * np.sin(angle)))
        outside.append((0.71 * wave * np.cos(angle), 0.41 * wave * np.sin(angle)))
    loop = inside + outside[::-1]
    parts.append(loft([[(x, y, z) for x, z in loop] for y in (0.5, 2.0)]))
    return joined(*parts)


def bateau() -> Mesh:
    """A tub with both ends drawn up, on a plinth."""
    body = [(0.66, 0.08), (0.72, 0.14), (0.82, 0.26), (0.92, 0.42), (1.0, 0.56)]
    shell = tub(0.84, 0.38, 0.57, body, round_=2.4, lip=0.05, wall=0.025, depth=0.44, slope=0)
    plinth = loft([outline(0.56, 0.27, 0, 2.6), outline(0.56, 0.27, 0.05, 2.6), outline(0.52, 0.24, 0.07, 2.6),
                   outline(0.53, 0.24, 0.12, 2.6)])
    return joined(raised_ends(shell, 0.3, 0.3, 0.84), plinth, tap((0, 0.56, 0.36), (0, -1)))


def steel_tub() -> Mesh:
    """An enamelled steel tub as it comes from the works: a thin shell with a flat flange, on two bent legs."""
    up = 0.12
    half_x, half_z, height = 0.82, 0.37, 0.42 + up
    skin = ((0.55, 0.0), (0.72, 0.02), (0.82, 0.08), (0.88, 0.2), (0.92, 0.35), (0.945, 0.4))
    rings = [outline(half_x * size, half_z * size - 0.02, up + y, 4) for size, y in skin]
    rings += [outline(half_x, half_z, height - 0.03, 8), outline(half_x, half_z, height, 8)]
    rings += [outline(half_x * size - 0.02, half_z * size - 0.04, up + y + 0.02, 4) for size, y in skin[::-1]]
    parts = [loft(rings)]
    for x in (-0.4, 0.4):
        parts.append(tube([(x, 0.02, -0.3), (x, 0.02, -0.2), (x, up, -0.1), (x, up, 0.1), (x, 0.02, 0.2),
                           (x, 0.02, 0.3)], 0.018))
    parts += tap((0.76, height, 0), (-1, 0), 0.1, 0.07)
    return joined(*parts)


def with_tray() -> Mesh:
    """A freestanding rectangular tub with thin walls, a wooden tray across and a tap on a post."""
    body = [(0.88, 0), (0.9, 0.03), (0.95, 0.3), (1, 0.57)]
    parts = [tub(0.82, 0.38, 0.58, body, round_=7, lip=0.03, wall=0.03, depth=0.46, slope=0.1)]
    for z in (-0.07, 0, 0.07):
        parts.append(plank((-0.25 + z, 0.61, -0.42), (-0.25 + z, 0.61, 0.42), 0.055, 0.02))
    parts += standing_tap(0.1, 0.5)
    return joined(*parts)


VARIANTS = (roll_top, slipper, built_in, egg, corner_tub, whirlpool, with_shower, bateau, steel_tub, with_tray)
