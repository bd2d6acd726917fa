"""Airliners: jets with two, three and four engines, a turboprop and a supersonic one. Sizes are in metres."""
from collections.abc import Sequence
from functools import partial

import numpy as np
import trimesh

from .parts import Mesh, Point, ball, joined, loft, plank, rod, turned

# (distance from the tip in radii, radius, shift in height) of a nose and a tail cone; a nose droops, and the belly of
# a tail rises to clear the ground
NOSE = ((0, 0.03, -0.28), (0.1, 0.24, -0.27), (0.3, 0.42, -0.24), (0.7, 0.62, -0.18), (1.2, 0.79, -0.10),
        (1.8, 0.91, -0.04), (2.5, 0.98, -0.01), (3.2, 1, 0))
TAIL = ((0, 0.08, 0.62), (0.4, 0.17, 0.58), (1.5, 0.34, 0.48), (3, 0.60, 0.30), (4.5, 0.82, 0.13), (6, 0.96, 0.03),
        (7, 1, 0))


def mirrored(mesh: Mesh) -> list[Mesh]:
    """The mesh and its mirror image on the other side."""
    other = mesh.copy()
    other.apply_transform(np.diag((-1, 1, 1, 1)))
    return [mesh, other]


def circle(radius: float, center: Point, tall: float = 1, corners: int = 40) -> np.ndarray:
    """A ring of points around the z axis."""
    turn = 2 * np.pi * (np.arange(corners) + 0.5) / corners
    return np.stack((radius * np.cos(turn), tall * radius * np.sin(turn), 0 * turn), axis=1) + center


def fuselage(length: float, radius: float, tall: float = 1) -> Mesh:
    """A tube with a rounded nose and a tapered tail that sweeps up."""
    rings = [circle(radius * r, (0, radius * tall * drop, radius * z - length / 2), tall) for z, r, drop in NOSE]
    rings += [circle(radius * r, (0, radius * tall * rise, length / 2 - radius * z), tall)
              for z, r, rise in TAIL[::-1]]
    return loft(rings)


def wing(sections: Sequence[tuple[Point, float, float]], upright: bool = False) -> Mesh:
    """A skin over airfoils.

    Args:
        sections: (leading edge point, chord, thickness by chord) of each airfoil, from the root to the tip.
        upright: thick along x, as a fin, instead of along y.
    """
    u = (1 - np.cos(np.linspace(0, np.pi, 13))) / 2
    half = 5 * (0.2969 * np.sqrt(u) - 0.126 * u - 0.3516 * u ** 2 + 0.2843 * u ** 3 - 0.1015 * u ** 4) + 0.01
    along, across = np.concatenate((u, u[::-1])), np.concatenate((half, -half[::-1]))
    rings = []
    for lead, chord, thickness in sections:
        ring = np.zeros((len(along), 3))
        ring[:, 2] = chord * along
        ring[:, 0 if upright else 1] = chord * thickness * across
        rings.append(ring + lead)
    return loft(rings)


def engine(radius: float, length: float, center: Point) -> Mesh:
    """A jet engine in its nacelle: open in front, with a fan and a spinner, and a cone behind."""
    r = radius
    nacelle = turned([(0, -0.75 * length), (0.12 * r, -0.7 * length), (0.5 * r, -0.45 * length),
                      (0.62 * r, -0.42 * length), (0.8 * r, -0.3 * length), (r, 0.1 * length), (r, 0.35 * length),
                      (0.93 * r, 0.47 * length), (0.87 * r, 0.5 * length), (0.8 * r, 0.45 * length),
                      (0.8 * r, 0.3 * length), (0.3 * r, 0.3 * length), (0, 0.47 * length)], segments=32)
    nacelle.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, (1, 0, 0)))
    return nacelle.apply_translation(center)


def propeller(radius: float, center: Point, blades: int = 6) -> list[Mesh]:
    """Blades and a spinner that face -z."""
    x, y, z = center
    parts = [ball(0.16 * radius, center, (1, 1, 2))]
    for turn in np.arange(blades) * 2 * np.pi / blades:
        tip = (x + radius * np.sin(turn), y + radius * np.cos(turn), z)
        parts.append(plank(center, tip, 0.14 * radius, 0.05 * radius))
    return parts


def undercarriage(height: float, radius: float, length: float, track: float) -> list[Mesh]:
    """Wheels on struts: a pair below the nose, two bogies of four below the wings."""
    parts = []
    wheel = 0.3 * height
    for x, z in ((0, -0.38 * length), (track, 0.07 * length), (-track, 0.07 * length)):
        parts.append(rod((x, -0.3 * radius, z), (x, -radius - height + wheel, z), 0.09 * height))
        for along in ((0,) if x == 0 else (-1.15 * wheel, 1.15 * wheel)):
            for side in (-0.7, 0.7):
                middle = np.array((x + side * wheel, -radius - height + wheel, z + along))
                parts.append(rod(middle - (0.35 * wheel, 0, 0), middle + (0.35 * wheel, 0, 0), wheel))
    return parts


def jet(length: float, radius: float, span: float, root_chord: float, sweep: float = 28, wing_at: float = 0.33,
        tall: float = 1, high_wing: bool = False, under_wing: Sequence[float] = (0.33,), engine_radius: float = 1.2,
        engine_length: float = 4, t_tail: bool = False, rear_engines: bool = False, middle_engine: str | None = None,
        winglet: float = 0, hump: bool = False, wheels: float = 0, tail_size: float = 1.0) -> Mesh:
    """An airliner.

    Args:
        sweep: of the wing's leading edge, degrees.
        wing_at: where the wing's leading edge meets the fuselage, as a part of the length.
        under_wing: how far out the engines under each wing hang, as parts of the half span.
        rear_engines: a pair of engines on the sides of the tail.
        middle_engine: "fin" for an engine through the fin's root, "duct" for an intake on top of the tail.
        winglet: height of the upturned wing tips.
        hump: an upper deck over the front part.
        wheels: how far the undercarriage hangs out; 0 for none.
    """
    half = span / 2
    slope, rise = np.tan(np.radians(sweep)), -0.06 if high_wing else 0.10
    root_y = 0.92 * radius * tall if high_wing else -0.55 * radius * tall
    root_z = (wing_at - 0.5) * length

    def leading(x):
        return np.array((x, root_y + rise * x, root_z + slope * x))

    sections = [(leading(0), root_chord, 0.13), (leading(0.36 * half), 0.58 * root_chord, 0.12),
                (leading(half), 0.22 * root_chord, 0.10)]
    if winglet:
        bend = leading(half)
        sections += [(bend + (0.25 * winglet, 0.25 * winglet, 0.3 * winglet), 0.19 * root_chord, 0.09),
                     (bend + (0.5 * winglet, winglet, 0.9 * winglet), 0.09 * root_chord, 0.08)]
    parts = [fuselage(length, radius, tall), mirrored(wing(sections))]
    # the fairing between the wing and the body
    parts.append(ball(1, (0, root_y, root_z + 0.55 * root_chord), (0.9 * radius, 0.55 * radius, 0.75 * root_chord)))
    for out in under_wing:
        x, y, z = leading(out * half)
        drop = y - 1.25 * engine_radius
        parts += mirrored(engine(engine_radius, engine_length, (x, drop, z - 0.3 * engine_length)))
        parts += mirrored(wing([((x, drop, z - 0.6 * engine_length), engine_length, 0.08),
                                ((x, y, z - 0.25 * engine_length), engine_length, 0.08)], upright=True))

    fin_height, fin_chord = 0.155 * span * tail_size + radius, 0.14 * length * tail_size + 0.3 * radius
    fin_base = np.array((0, 0.3 * radius, length / 2 - 1.9 * radius - fin_chord))
    fin_tip = fin_base + (0, fin_height + 0.3 * radius, 0.8 * fin_height)
    parts.append(wing([(fin_base, fin_chord, 0.10), (fin_tip, 0.42 * fin_chord, 0.09)], upright=True))
    tail_half = 0.17 * span * tail_size + 0.5 * radius
    tail_root = fin_tip if t_tail else fin_base + (0, 0.25 * radius, 0.3 * fin_chord)
    tail_chord = 0.5 * fin_chord if t_tail else 0.75 * fin_chord
    parts += mirrored(wing([(tail_root, tail_chord, 0.09),
                            (tail_root + (tail_half, 0 if t_tail else 0.1 * tail_half, 0.6 * tail_half),
                             0.35 * tail_chord, 0.09)]))

    behind = length / 2 - 5.2 * radius
    if rear_engines:
        out = radius + 0.95 * engine_radius
        parts += mirrored(engine(engine_radius, engine_length, (out, 0.45 * radius, behind)))
        parts += mirrored(wing([((0, 0.4 * radius, behind - 0.3 * engine_length), 0.7 * engine_length, 0.12),
                                ((out, 0.45 * radius, behind - 0.3 * engine_length), 0.7 * engine_length, 0.12)]))
    if middle_engine == "fin":
        z = fin_base[2] + 0.55 * fin_chord
        parts.append(engine(engine_radius, 1.5 * engine_length, (0, radius + 1.2 * engine_radius, z)))
    if middle_engine == "duct":
        parts.append(engine(engine_radius, engine_length, (0, 1.05 * radius, fin_base[2])))
        parts.append(engine(0.8 * engine_radius, engine_length, (0, 0.7 * radius, length / 2 - 0.7 * radius)))
    if hump:
        deck = fuselage(0.42 * length, 0.72 * radius)
        parts.append(deck.apply_translation((0, 0.62 * radius, -0.26 * length)))
    if wheels:
        parts += undercarriage(wheels, radius, length, 1.3 * radius)
    return joined(*parts)


def turboprop(length: float = 27, radius: float = 1.45, span: float = 27) -> Mesh:
    """A high straight wing with a propeller on each side, and a T-tail."""
    parts = [jet(length, radius, span, 2.9, sweep=3, wing_at=0.42, high_wing=True, under_wing=(), t_tail=True,
                 tail_size=1.1, wheels=1.1)]
    x, y, z = 4.1, 0.75 * radius, -0.08 * length
    parts += mirrored(ball(1, (x, y, z + 1.3), (0.55, 0.6, 2.9)))
    parts += propeller(1.95, (x, y, z - 1.5)) + propeller(1.95, (-x, y, z - 1.5))
    return joined(*parts)


def supersonic(length: float = 62, radius: float = 1.45, span: float = 25.6) -> Mesh:
    """A needle of a body on a slender delta wing, with engines in boxes below it."""
    half = span / 2
    body = loft([circle(radius * r, (0, radius * drop, z - length / 2)) for z, r, drop in (
        (0, 0.03, -0.5), (2, 0.22, -0.45), (5, 0.5, -0.3), (9, 0.85, -0.08), (13, 1, 0), (44, 1, 0), (52, 0.8, 0.1),
        (58, 0.4, 0.3), (62, 0.05, 0.45))])
    y = -0.55 * radius
    edge = ((0, -16), (0.16, -8), (0.3, -1), (0.5, 7), (0.75, 14.5), (0.93, 20), (1, 24))
    delta = wing([((out * half, y, z), 25.5 - 0.8 * out - z, 0.035 + 0.03 * out) for out, z in edge])
    parts = [body, mirrored(delta)]
    for x in (4.4, 6.6):
        parts += mirrored(engine(1.0, 11, (x, y - 0.9, 19)))
    parts.append(wing([((0, 0.5 * radius, 12), 16, 0.04), ((0, radius + 2.2, 19), 9.5, 0.04),
                       ((0, radius + 7, 24.5), 3.2, 0.05)], upright=True))
    return joined(*parts)


VARIANTS = (
    partial(jet, 39.5, 1.95, 35.8, 8.0, engine_radius=1.15, engine_length=4.2, winglet=2.4),  # short-haul twin
    partial(jet, 70.5, 3.25, 64, 15, sweep=39, wing_at=0.28, under_wing=(0.37, 0.66), engine_radius=1.35,
            engine_length=5.6, hump=True),  # jumbo with an upper deck in front
    partial(jet, 44, 1.75, 33, 6.6, sweep=26, wing_at=0.42, under_wing=(), engine_radius=0.95, engine_length=5.5,
            t_tail=True, rear_engines=True),
    partial(jet, 54, 3.0, 50, 12, sweep=37, wing_at=0.34, engine_radius=1.55, engine_length=5.8,
            middle_engine="fin"),  # three engines, one through the fin
    partial(jet, 72, 2.85, 63, 11.5, sweep=32, wing_at=0.36, under_wing=(0.31, 0.61), engine_radius=1.35,
            engine_length=5, winglet=2.6),  # long body, four engines
    partial(jet, 72, 3.55, 79, 19, sweep=36, wing_at=0.27, tall=1.18, under_wing=(0.36, 0.64), engine_radius=1.75,
            engine_length=6.2),  # double-decker
    supersonic,
    turboprop,
    partial(jet, 28.5, 1.8, 26.5, 4.6, sweep=17, wing_at=0.38, high_wing=True, under_wing=(0.34, 0.6),
            engine_radius=0.78, engine_length=2.9, t_tail=True),  # high wing with four small engines
    partial(jet, 66, 3.0, 61, 13, sweep=33, wing_at=0.33, under_wing=(0.32,), engine_radius=1.9, engine_length=6.4,
            wheels=3.2),  # wide-body twin, wheels down
)
