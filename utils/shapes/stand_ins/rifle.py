"""Rifles: seven assault rifles, a sniper rifle, a hunting rifle with a scope and a lever-action rifle."""
import numpy as np

from .parts import Mesh, Point, Points, box, joined, loft, plank, rod, smooth, tube, turned

# Lengths are in centimetres; the barrel's axis is y = 0 and points to -z, the trigger is near z = 0.


def flat(points: Points, width: float, bevel: float = 0.4) -> Mesh:
    """A part cut out along its side view, (z, y) points, with bevelled edges; convex or nearly so."""
    points = np.asarray(points, float)
    middle = points.mean(0)
    spread = np.abs(points - middle).max(0)
    inner = middle + (points - middle) * (1 - np.minimum(bevel / spread, 0.4))
    rings = []
    half = width / 2
    for x, outline in ((-half, inner), (bevel - half, points), (half - bevel, points), (half, inner)):
        rings.append(np.stack((np.full(len(outline), x), outline[:, 1], outline[:, 0]), 1))
    return loft(rings)


def bar(start: Point, end: Point, radius: float) -> Mesh:
    """A round bar in the middle plane, from one (z, y) point to another."""
    return rod((0, start[1], start[0]), (0, end[1], end[0]), radius)


def barrel(muzzle: float, begin: float = -10, radius: float = 0.9, brake: bool = True) -> list[Mesh]:
    """A barrel, with a slotted flash hider."""
    parts = [bar((begin, 0), (muzzle, 0), radius)]
    if brake:
        parts += [bar((muzzle + 0.3 + 1.2 * i, 0), (muzzle + 1 + 1.2 * i, 0), radius + 0.7) for i in range(4)]
        parts.append(bar((muzzle, 0), (muzzle + 5, 0), radius + 0.3))
    return parts


def magazine(z: float, top: float, length: float, bend: float = 0.0, depth: float = 6.5, width: float = 2.6,
             lean: float = 0.1) -> Mesh:
    """A box magazine below the receiver, straight or curved forward."""
    rings = []
    for t in np.linspace(0, 1, 9):
        angle = lean + bend * t
        y, middle = top - length * t, z - length * (lean * t + bend * t * t / 2)
        along = depth / 2 * np.array((np.cos(angle), -np.sin(angle)))
        (z0, y0), (z1, y1) = (middle - along[0], y - along[1]), (middle + along[0], y + along[1])
        w = width / 2
        rings.append([(-w, y0, z0), (w, y0, z0), (w, y1, z1), (-w, y1, z1)])
    return loft(rings)


def grip(z: float, top: float, length: float = 10.5, lean: float = 4.0) -> Mesh:
    """A pistol grip, its foot `lean` behind its head."""
    return flat([(z, top), (z + 4.6, top), (z + 5.0, top - 2), (z + lean + 4.8, top - length),
                 (z + lean + 0.6, top - length - 0.6), (z + 1.2, top - 4)], 3.0, 0.7)


def trigger(z: float, top: float) -> list[Mesh]:
    """A trigger in its guard, in front of a grip at z."""
    guard = smooth([(0, top + 0.3, z - 7.0), (0, top - 3.0, z - 6.2), (0, top - 3.6, z - 3.5), (0, top - 3.2, z + 0.6)])
    hook = smooth([(0, top + 0.2, z - 2.8), (0, top - 1.4, z - 2.5), (0, top - 2.6, z - 3.4)])
    return [tube(guard, 0.35, sides=8), tube(hook, 0.35, sides=8)]


def front_grip(z: float) -> Mesh:
    """An upright round grip below the hand guard."""
    return turned([(0, 0), (1.7, 0.3), (1.5, 3), (1.7, 7), (1.4, 9), (0, 9)], (0, -11.5, z), segments=20)


def rail(start: float, end: float, y: float, width: float = 2.2) -> list[Mesh]:
    """A toothed mounting rail on top, from z to z."""
    parts = [box((width - 0.6, 0.6, end - start), (0, y, (start + end) / 2))]
    parts += [box((width, 0.7, 0.6), (0, y + 0.5, z)) for z in np.arange(start + 0.5, end, 1.3)]
    return parts


def scope(z: float, y: float, length: float = 28, radius: float = 1.4, bell: float = 2.4) -> list[Mesh]:
    """A telescopic sight on two rings, its middle at z and its axis at y."""
    half = length / 2
    profile = [(0, -half), (bell, -half), (bell, -half + 5), (radius, -half + 9), (radius, -1.5), (radius + 0.5, -1.5),
               (radius + 0.5, 1.5), (radius, 1.5), (radius, half - 7), (bell - 0.4, half - 4), (bell - 0.4, half),
               (0, half)]
    body = turned(profile, segments=24)
    # from upright to lying along z, its big end to the front
    body.apply_transform(np.array(((1.0, 0, 0, 0), (0, 0, -1, 0), (0, 1, 0, 0), (0, 0, 0, 1))))
    body.apply_translation((0, y, z))
    parts = [body, rod((0, y, z), (0, y + 3, z), 1.0), rod((0, y, z), (2.8, y, z), 1.0)]
    for ring in (z - 0.14 * length, z + 0.2 * length):
        parts += [bar((ring - 0.8, y), (ring + 0.8, y), radius + 0.4), box((1.4, y - 2.5, 1.6), (0, y / 2 + 1.2, ring))]
    return parts


def bipod(z: float, y: float, length: float = 22) -> list[Mesh]:
    """Two legs, spread, under the barrel."""
    parts = [box((3, 2, 3), (0, y, z))]
    for side in (-1, 1):
        foot = (side * 0.45 * length, y - 0.9 * length, z - 2)
        parts += [rod((side, y, z), foot, 0.5), box((1.4, 0.8, 3), foot)]
    return parts


def front_post(z: float, height: float = 5.0) -> list[Mesh]:
    """A front sight on the barrel."""
    return [flat([(z - 2, -1), (z + 2, -1), (z + 1, height - 1), (z - 1, height - 1)], 1.4, 0.2),
            bar((z, 0), (z, height), 0.35), box((2.6, 1.5, 1.2), (0, height - 0.7, z))]


def ribs(start: float, end: float, y: float, height: float, width: float, step: float = 2.2) -> list[Mesh]:
    """Grooves of a hand guard, as ribs standing out of it from z to z."""
    return [box((width, height, 0.9), (0, y, z)) for z in np.arange(start + step / 2, end, step)]


def kalashnikov() -> Mesh:
    """A rifle with a wooden stock, a gas tube over the barrel and a strongly curved magazine, a scope on it."""
    receiver = flat([(-13, -3.5), (-13, 2.5), (14, 2.5), (15, 0), (15, -3.5)], 3.6)
    cover = flat([(-11, 2.2), (-11, 4.2), (12, 4.2), (14, 2.2)], 3.0, 0.9)
    guard = flat([(-29, -2.4), (-29, 1.2), (-13, 1.2), (-13, -3.6), (-22, -3.6)], 4.4, 1.0)
    upper = flat([(-28, 1.4), (-28, 4.2), (-15, 4.2), (-15, 1.4)], 3.2, 1.0)
    stock = flat([(14, 1.8), (18, 1.6), (35, -1.5), (35.5, -11.5), (33, -11.8), (21, -3.8), (14, -2.4)], 3.0, 0.7)
    sights = [flat([(-15, 1), (-15, 5.2), (-11, 5.6), (-6, 4.4), (-6, 2)], 2.2), *front_post(-36, 5.8)]
    gas = [bar((-33, 2.9), (-14, 2.9), 0.9), flat([(-34, -1), (-33.5, 3.9), (-31, 3.9), (-30, -1)], 1.8, 0.2)]
    bolt = [rod((0, 2.4, -1), (4, 2.4, -1), 0.6), bar((-40, -1.6), (-28, -1.6), 0.3)]
    return joined(receiver, cover, guard, upper, stock, sights, gas, bolt, barrel(-40), grip(7, -3.4),
                  trigger(7, -3.4), magazine(-7, -3, 23, bend=0.75, depth=7.8, lean=0.15), scope(0, 7.8, length=20))


def lower_receiver() -> list[Mesh]:
    """The lower half that the M16 family shares, with its magazine, grip and trigger."""
    return [flat([(-11, -4.2), (-11, 2.6), (15, 2.6), (16, 0), (14, -1.5), (8, -3.5), (-3, -4.4), (-4, -6), (-11, -6)],
                 3.4), magazine(-7, -5, 21, bend=0.45, depth=7.4), *trigger(7, -3), grip(7, -3, lean=4.5)]


def m16() -> Mesh:
    """A rifle with a carrying handle, a round hand guard and a fixed stock."""
    handle = [flat([(-8, 7.6), (-8, 9.0), (9, 8.2), (9, 6.8)], 2.0, 0.3), plank((0, 2, -4), (0, 8, -7), 1.8, 2.4),
              plank((0, 2, 11), (0, 7.6, 8), 1.8, 3.4), flat([(5, 7), (5, 9.8), (8, 9.8), (9.5, 7)], 2.6, 0.3)]
    upper = flat([(-12, -1), (-12, 3), (15, 3), (15, -1)], 3.2, 0.8)
    guard = [bar((-30, 0), (-12, 0), 2.6), *[bar((z, 0), (z + 1.0, 0), 2.9) for z in np.arange(-29, -13, 2.0)]]
    sight = [flat([(-36, 0), (-35, 7.2), (-33, 7.2), (-29, 0)], 1.4, 0.2), box((2.4, 1.6, 1.4), (0, 7, -34))]
    stock = flat([(15, 2.4), (40, 2.0), (41, 1.0), (41, -10.5), (38, -10.5), (24, -3.6), (15, -1.6)], 3.2, 0.7)
    return joined(lower_receiver(), handle, upper, guard, sight, stock, barrel(-44, radius=0.8))


def carbine() -> Mesh:
    """A short rifle with rails, a front grip, a red-dot sight and a sliding stock."""
    upper = [flat([(-12, -1), (-12, 3), (15, 3), (15, -1)], 3.2, 0.8), *rail(-31, 14, 3.4)]
    guard = [flat([(-31, -2.6), (-31, 3), (-12, 3), (-12, -2.6)], 4.2, 0.9), *ribs(-31, -12, 0, 2.4, 5.2),
             *ribs(-31, -12, -2.6, 1.6, 2.4)]
    front = [front_grip(-22), *front_post(-33, 6.6)]
    dot = [box((3.0, 1.4, 8), (0, 4.6, 2)), bar((-2, 7), (6, 7), 2.0), rod((0, 7, 2), (2.6, 7, 2), 0.9)]
    rear = flat([(11, 3.8), (11, 7), (14, 7), (14.5, 3.8)], 2.0, 0.3)
    stock = [bar((14, 0.6), (30, 0.6), 1.5), flat([(18, 2.4), (31, 2.4), (32, 1), (32, -9.5), (29.5, -9.5), (26, -4),
                                                  (19, -2.4)], 3.4, 0.7)]
    return joined(lower_receiver(), upper, guard, front, dot, rear, stock, barrel(-36, radius=0.8))


def top_handle() -> Mesh:
    """A short plastic rifle with a scope on a long handle, a ribbed hand guard and an open stock."""
    body = [flat([(-14, -3), (-14, 3), (15, 3), (15, -1), (10, -3.6), (-3, -4), (-4, -6.5), (-12, -6.5)], 4.2, 0.8),
            flat([(-32, -1.8), (-32, 2.6), (-13, 3), (-13, -3.6)], 4.6, 1.0), *ribs(-31, -14, 0.4, 1.6, 5.4, 3.6)]
    sight = [flat([(-15, 6.8), (-15, 8.4), (12, 8.4), (14, 6.8)], 2.6, 0.5), *rail(-14, 11, 8.5),
             plank((0, 2, -10), (0, 7.4, -13), 2.2, 3), plank((0, 2, 13), (0, 7.4, 10), 2.2, 4)]
    stock = [plank((0, 1.6, 14), (0, 0.6, 33), 3, 2.6), plank((0, -2.2, 14), (0, -9, 33), 3, 2.2),
             flat([(31, 2.4), (34, 2.4), (34.5, -11), (32, -11)], 3.6, 0.6)]
    return joined(body, sight, stock, barrel(-40, radius=0.9), grip(7, -3), trigger(7, -3),
                  magazine(-7, -4, 22, bend=0.5, depth=7.4), scope(-1, 12, length=20))


def bullpup() -> Mesh:
    """A bullpup with a flat railed top and a guard in front of the whole hand."""
    body = flat([(-18, 2.6), (-18, -2.6), (-4, -3.4), (10, -4), (16, -6), (31, -9.5), (33, -8.5), (33, 2.2), (26, 3.4)],
                4.4, 1.0)
    guard = tube(smooth([(0, -2.5, -12), (0, -8, -9), (0, -12.6, -4), (0, -13.6, 2), (0, -12.6, 6)]), 0.8, sides=8)
    sight = [box((3.0, 1.4, 8), (0, 5.2, 0)), bar((-4, 7.4), (5, 7.4), 2.1)]
    fore = flat([(-26, -2.8), (-26, 3), (-16, 3), (-16, -2.8)], 4.0, 0.8)
    return joined(body, guard, sight, fore, rail(-24, 26, 3.2),
                  barrel(-36, radius=0.9), grip(1, -3, 10.5, 3.5), trigger(1, -3.2),
                  magazine(15, -5, 17, bend=0.45, depth=6.8), front_post(-25, 6.4), front_grip(-22))


def folding_stock() -> Mesh:
    """A short rifle with an open wire stock and a curved magazine."""
    receiver = flat([(-13, -3.5), (-13, 2.6), (14, 2.6), (15, -3.5)], 3.6)
    cover = flat([(-11, 2.2), (-11, 4.2), (12, 4.2), (14, 2.2)], 3.0, 0.9)
    guard = [flat([(-30, -2.8), (-30, 4), (-13, 4), (-13, -3.2)], 4.2, 1.2), *ribs(-30, -13, 0.6, 5.0, 4.8)]
    stock = [tube(path, 0.8, sides=8) for path in
             ([(0, 0.8, 13), (0, 0.8, 23), (0, -0.4, 32)], [(0, -2.6, 13), (0, -5.5, 23), (0, -9.5, 32)])]
    stock += [flat([(31, 1), (33, 1), (33.5, -11.5), (31.5, -11.5)], 3.0), plank((0, 0.8, 22), (0, -5.2, 22.5), 1, 1)]
    return joined(receiver, cover, guard, stock, front_post(-33, 5.4), barrel(-38, radius=1.0), grip(7, -3.4),
                  trigger(7, -3.4), magazine(-7, -3, 21, bend=0.6, depth=6.8),
                  flat([(-15, 2), (-15, 5.4), (-11, 5.8), (-6, 4.2)], 2.2), rod((0, 2.4, -1), (4, 2.4, -1), 0.6))


def marksman() -> Mesh:
    """A modern rifle with a thick stock, a scope and a straight magazine."""
    receiver = [flat([(-13, -2.5), (-13, 3.6), (16, 3.6), (16, -2.5)], 3.8, 0.8),
                flat([(-12, -5), (-12, -1), (15, -1), (13, -3.4), (-3, -5)], 3.2)]
    guard = [flat([(-31, -2.8), (-31, 3.6), (-13, 3.6), (-13, -2.8)], 4.4, 1.0), *ribs(-30, -13, 0.4, 1.4, 5.2, 3.6)]
    stock = flat([(16, 3.2), (19, 4.4), (31, 4.4), (34, 3.2), (34.5, -10), (31, -10), (26, -5), (16, -2.8)], 3.8, 0.8)
    return joined(receiver, guard, stock, rail(-31, 15, 3.9), scope(0, 8.2, length=24, radius=1.5, bell=2.5),
                  front_post(-34, 4.4), barrel(-44), grip(7, -3), trigger(7, -3),
                  magazine(-7.4, -4, 20, bend=0.3, depth=7.4))


def sniper() -> Mesh:
    """A heavy bolt-action rifle with a thumb-hole stock, a big scope and a bipod."""
    stock = flat([(-30, -3.8), (-31, 0), (6, 0.4), (8, -4.5), (-12, -5)], 4.2, 1.0)
    butt = [flat([(5, 0.2), (9, -2), (40, 2.6), (41, 2), (41, -1.5), (6, -4.6)], 3.8, 0.8),
            flat([(33, 1), (41, 1), (41, -12), (35, -12), (31, -6)], 3.6, 0.8),
            flat([(14, -9.5), (14, -7.5), (36, -5), (36, -9.5)], 2.4, 0.4)]
    action = [bar((-16, 1), (12, 1), 1.9), rod((1, 1, 8), (5.5, -1.5, 9), 0.5), box((1.5, 1.5, 1.5), (5.8, -1.7, 9))]
    return joined(stock, butt, action, scope(-2, 7.2, length=36, radius=1.7, bell=3.0), bipod(-30, -3.5),
                  barrel(-68, radius=1.2), grip(8, -3.4, 9.5, 3.5), trigger(8, -4), magazine(-4, -4, 8, depth=9))


def hunting_rifle() -> Mesh:
    """A bolt-action rifle in a one-piece wooden stock, with a scope."""
    outline = smooth([(5, -0.5), (9, -2.4), (16, -2.6), (42, -3.2), (43, -12.5), (26, -8), (13, -6.4), (5, -4.6)], 3)
    butt = flat(outline, 3.6, 0.9)
    fore = flat([(-38, -1.4), (-37, 0.4), (6, 0.8), (8, -4.4), (-8, -4.4), (-30, -3.0)], 4.0, 1.0)
    action = [bar((-14, 1), (10, 1), 1.7), rod((0.5, 1, 7), (5, -1.5, 8.5), 0.5),
              box((1.6, 1.6, 1.6), (5.4, -1.8, 8.6))]
    return joined(butt, fore, action, scope(-3, 6.0, length=32), barrel(-66, brake=False, radius=0.9), trigger(8, -4.2))


def lever_action() -> Mesh:
    """A Western rifle with a tube under the barrel and a loop for a lever."""
    receiver = flat([(-12, -3.6), (-12, 2.4), (8, 2.4), (11, 0.5), (12, -3.6)], 3.2)
    stock = flat([(10, 0.8), (16, -1.5), (42, -4.0), (43.5, -14.5), (22, -7.4), (11, -3.8)], 3.4, 0.8)
    fore = flat([(-36, -3.2), (-36, 0.4), (-12, 0.8), (-12, -3.6)], 3.8, 1.0)
    loop = smooth([(0, -3.4, -4), (0, -6.5, -2.5), (0, -7, 2), (0, -5.4, 4.5), (0, -7.6, 7), (0, -11.5, 16),
                   (0, -10.5, 20), (0, -6.5, 17), (0, -4.6, 9)])
    hammer = tube([(0, 1.5, 10), (0, 3.8, 11), (0, 4.2, 13)], 0.5, sides=8)
    tubes = [bar((-58, -2.2), (-12, -2.2), 0.9), box((2.0, 4.0, 1.6), (0, -1.2, -52)),
             box((2.2, 4.2, 1.8), (0, -1.2, -36))]
    return joined(receiver, stock, fore, tube(loop, 0.5, sides=8), hammer, tubes, barrel(-62, brake=False),
                  bar((-59, 0), (-59, 2.6), 0.4), flat([(-18, 0.5), (-18, 2.8), (-14, 1.4)], 1.2, 0.2),
                  tube(smooth([(0, -3, 4), (0, -4.6, 4.4), (0, -5.4, 3.6)]), 0.35, sides=8))


VARIANTS = (kalashnikov, m16, carbine, bullpup, top_handle, folding_stock, marksman, sniper, hunting_rifle,
            lever_action)
