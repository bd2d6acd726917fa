"""Chairs: folding, dining, tubular steel, director's, bar, rocking, office and garden ones. Sizes are in metres."""
import numpy as np

from .parts import Mesh, Point, Points, ball, box, extruded, joined, loft, plank, rod, tube, turned


def rounded(width: float, height: float, radius: float, corners: int = 6) -> np.ndarray:
    """The outline of a rectangle with round corners, as (u, v) points around the origin."""
    points = []
    for k, (su, sv) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        turn = np.linspace(0, np.pi / 2, corners) + k * np.pi / 2
        middle = (su * (width / 2 - radius), sv * (height / 2 - radius))
        points += list(np.stack((np.cos(turn), np.sin(turn)), axis=1) * radius + middle)
    return np.array(points)


def bent(corners: Points, radius: float, steps: int = 6) -> list[np.ndarray]:
    """A path through corner points, each corner replaced by a bend."""
    corners = np.asarray(corners, float)
    path = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:]):
        start = corner + radius * (before - corner) / np.linalg.norm(before - corner)
        end = corner + radius * (after - corner) / np.linalg.norm(after - corner)
        for t in np.linspace(0, 1, steps):
            path.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t ** 2 * end)
    return path + [corners[-1]]


def band(path: Points, width: float, thickness: float) -> Mesh:
    """A flat bar bent along a path of points that stays near one x; `width` is along x."""
    path = np.asarray(path, float)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.array((width / 2, 0, 0))
    up = np.stack((0 * along[:, 0], along[:, 2], -along[:, 1]), axis=1) * thickness / 2
    return loft([(p - across - u, p + across - u, p + across + u, p - across + u) for p, u in zip(path, up)])


def curved_panel(width: float, height: float, thickness: float, bend: float, base: Point, lean: float,
                 roundness: float = 0.06, columns: int = 17) -> Mesh:
    """An upright panel with round upper and lower corners, hollow towards the front.

    Args:
        bend: how far its sides come forward.
        base: the middle of its lower edge.
        lean: how far its top stands behind its foot.
    """
    rings = []
    for u in np.linspace(-1, 1, columns):
        x, z = u * width / 2, -bend * u ** 2
        inset = max(0, abs(x) - (width / 2 - roundness))
        cut = roundness - np.sqrt(max(0, roundness ** 2 - inset ** 2))
        low, top = cut, height - cut
        ring = [(x, y, z + lean * y / height + side * thickness / 2)
                for side, y in ((-1, low), (-1, top), (1, top), (1, low))]
        rings.append(np.array(ring) + base)
    return loft(rings)


def steel_folding_chair() -> Mesh:
    """Two bent steel tubes that cross, a pressed seat and a curved back panel."""
    parts = []
    for x in (-0.21, 0.21):
        # the tube that runs from the back's top to the front foot, and the rear leg
        parts.append(tube(bent([(x, 0.80, 0.20), (x, 0.47, 0.07), (x, 0.0, -0.25)], 0.1), 0.013))
        parts.append(tube([(0.88 * x, 0.44, -0.13), (0.88 * x, 0.0, 0.26)], 0.012))
    parts.append(tube(bent([(-0.21, 0.7, 0.165), (-0.21, 0.82, 0.205), (0.21, 0.82, 0.205), (0.21, 0.7, 0.165)],
                             0.05), 0.013))
    parts += [rod((-0.21, 0.10, -0.18), (0.21, 0.10, -0.18), 0.009),
              rod((-0.185, 0.12, 0.155), (0.185, 0.12, 0.155), 0.009)]
    seat = extruded(rounded(0.39, 0.40, 0.07), 0.02, "y").apply_translation((0, 0.455, -0.06))
    parts.append(seat)
    parts.append(curved_panel(0.41, 0.20, 0.012, -0.03, (0, 0.60, 0.12), 0.07))
    return joined(*parts)


def wooden_folding_chair() -> Mesh:
    """Crossed wooden legs with slats for the seat and the back."""
    parts = []
    for x in (-0.21, 0.21):
        parts.append(plank((x, 0.86, 0.20), (x, 0, -0.24), 0.022, 0.036))
        parts.append(plank((0.86 * x, 0.45, -0.17), (0.86 * x, 0, 0.25), 0.022, 0.036))
        parts.append(plank((0.9 * x, 0.44, -0.24), (0.9 * x, 0.43, 0.16), 0.022, 0.035))
    for z in np.linspace(-0.23, 0.14, 7):
        parts.append(box((0.43, 0.016, 0.042), (0, 0.462, z)))
    for y in (0.66, 0.74, 0.82):
        z = 0.20 - 0.5116 * (0.86 - y)
        parts.append(plank((-0.215, y, z), (0.215, y, z), 0.05, 0.016))
    parts += [rod((-0.21, 0.17, -0.153), (0.21, 0.17, -0.153), 0.012),
              rod((-0.18, 0.14, 0.13), (0.18, 0.14, 0.13), 0.012)]
    return joined(*parts)


def ladder_back_chair(rungs: int = 4) -> Mesh:
    """A country dining chair: turned posts, curved rungs in the back, a woven seat."""
    parts = []
    for x in (-0.20, 0.20):
        parts.append(tube([(x, 0, 0.25), (x, 0.45, 0.18), (1.02 * x, 0.8, 0.22), (1.04 * x, 1.08, 0.29)], 0.018))
        parts.append(ball(0.024, (1.04 * x, 1.09, 0.292), (1, 1.3, 1)))
        parts.append(rod((1.16 * x, 0, -0.23), (1.12 * x, 0.47, -0.2), 0.019))
        parts.append(rod((1.12 * x, 0.16, -0.21), (x, 0.16, 0.23), 0.010))
    parts.append(rod((-0.22, 0.2, -0.21), (0.22, 0.2, -0.21), 0.011))
    parts.append(rod((-0.20, 0.2, 0.22), (0.20, 0.2, 0.22), 0.010))
    seat = [(-0.235, -0.225), (0.235, -0.225), (0.205, 0.195), (-0.205, 0.195)]
    parts.append(extruded(seat, 0.035, "y").apply_translation((0, 0.455, 0)))
    for y in np.linspace(0.56, 0.98, rungs):
        back = np.interp(y, (0.45, 0.8, 1.08), (0.18, 0.22, 0.29))
        parts.append(curved_panel(0.40, 0.065, 0.012, 0.03, (0, y, back + 0.03), 0.012, 0.015))
    return joined(*parts)


def cantilever_chair() -> Mesh:
    """A tubular steel armchair on a sled of one bent tube, with padded seat and round back."""
    parts = []
    for x in (-0.26, 0.26):
        path = bent([(x, 0.66, 0.17), (x, 0.66, -0.20), (x, 0.015, -0.25), (x, 0.015, 0.22)], 0.07)
        parts.append(tube(path, 0.014))
        parts.append(box((0.04, 0.025, 0.24), (x, 0.675, -0.03)))
        parts.append(tube(bent([(x, 0.66, 0.17), (x, 0.62, 0.22), (0.8 * x, 0.64, 0.23)], 0.03), 0.014))
        parts.append(tube([(0.82 * x, 0.43, -0.2), (0.82 * x, 0.43, 0.14), (0.82 * x, 0.66, 0.235)], 0.013))
    parts.append(rod((-0.26, 0.015, 0.22), (0.26, 0.015, 0.22), 0.014))
    parts += [rod((-0.26, 0.42, -0.2), (0.26, 0.42, -0.2), 0.013), rod((-0.21, 0.42, 0.05), (0.21, 0.42, 0.05), 0.013)]
    parts.append(extruded(rounded(0.46, 0.45, 0.08), 0.055, "y").apply_translation((0, 0.46, -0.02)))
    parts.append(curved_panel(0.48, 0.36, 0.04, 0.06, (0, 0.54, 0.23), 0.08, 0.17))
    return joined(*parts)


def directors_chair() -> Mesh:
    """Canvas between wooden posts, on crossed legs that fold."""
    parts = []
    for x in (-0.27, 0.27):
        parts.append(plank((x, 0.02, -0.21), (x, 0.02, 0.21), 0.03, 0.035))
        parts.append(plank((x, 0.47, -0.21), (x, 0.47, 0.21), 0.03, 0.03))
        parts.append(plank((x, 0.66, -0.23), (x, 0.66, 0.22), 0.055, 0.022))
        for z in (-0.19, 0.19):
            parts.append(rod((x, 0.45, z), (x, 0.66, z), 0.014))
        parts.append(plank((x, 0.64, 0.19), (x, 0.90, 0.23), 0.022, 0.035))
    for z in (-0.18, -0.15, 0.15, 0.18):
        side = 0.27 if abs(z) == 0.18 else -0.27
        parts.append(plank((side, 0.03, z), (-side, 0.46, z), 0.032, 0.02))
    # the seat sags, the back is stretched around the posts
    u = np.linspace(-1, 1, 13)
    parts.append(loft([[(0.275 * x, 0.445 + 0.04 * x ** 2 + dy, z) for dy, z in
                        ((0, -0.2), (0.01, -0.2), (0.01, 0.2), (0, 0.2))] for x in u]))
    parts.append(curved_panel(0.58, 0.17, 0.02, 0.03, (0, 0.73, 0.235), 0.03, 0.005))
    return joined(*parts)


def bar_stool() -> Mesh:
    """A high stool with a low back and a foot rest."""
    parts = [extruded(rounded(0.38, 0.37, 0.06), 0.05, "y").apply_translation((0, 0.74, 0))]
    for x in (-1, 1):
        parts.append(plank((0.16 * x, 0.73, -0.15), (0.21 * x, 0, -0.20), 0.032, 0.032))
        parts.append(plank((0.16 * x, 0.73, 0.15), (0.21 * x, 0, 0.21), 0.032, 0.032))
        parts.append(plank((0.16 * x, 0.73, 0.15), (0.17 * x, 1.04, 0.21), 0.032, 0.028))
        parts.append(plank((0.19 * x, 0.27, -0.185), (0.19 * x, 0.27, 0.185), 0.022, 0.03))
    for y, z in ((0.2, -0.185), (0.35, 0.185)):
        parts.append(plank((-0.2, y, z), (0.2, y, z), 0.022, 0.03))
    for y in (0.82, 0.96):
        parts.append(curved_panel(0.37, 0.09, 0.02, 0.02, (0, y, 0.17 + 0.2 * (y - 0.75)), 0.02, 0.02))
    return joined(*parts)


def rocking_chair(spindles: int = 7) -> Mesh:
    """A wooden chair with arms and a spindle back on two curved rockers."""
    parts = []
    for x in (-0.24, 0.24):
        turn = np.linspace(-0.42, 0.5, 21)
        rocker = np.stack((np.full(21, x), 0.95 - 0.93 * np.cos(turn), 0.93 * np.sin(turn) + 0.02), axis=1)
        parts.append(band(rocker, 0.028, 0.04))
        parts.append(rod((x, 0.03, -0.2), (x, 0.63, -0.21), 0.018))
        parts.append(tube([(x, 0.05, 0.22), (x, 0.42, 0.2), (0.95 * x, 0.8, 0.29), (0.92 * x, 1.12, 0.42)], 0.018))
        parts.append(plank((x, 0.64, -0.28), (x, 0.66, 0.25), 0.06, 0.022))
        for y in (0.2, 0.3):
            parts.append(rod((x, y, -0.2), (x, y, 0.21), 0.01))
    for y in (0.18, 0.28):
        parts.append(rod((-0.24, y, -0.2), (0.24, y, -0.2), 0.011))
    parts.append(extruded(rounded(0.52, 0.47, 0.04), 0.03, "y").apply_translation((0, 0.42, -0.01)))
    for x in np.linspace(-0.17, 0.17, spindles):
        parts.append(tube([(x, 0.43, 0.2), (x, 0.8, 0.30), (x, 1.06, 0.40)], 0.008, 8))
    parts.append(curved_panel(0.50, 0.13, 0.022, 0.02, (0, 1.02, 0.395), 0.05, 0.05))
    return joined(*parts)


def office_chair() -> Mesh:
    """A swivel chair on five castors, with a gas spring, arm rests and a high padded back."""
    parts = [rod((0, 0.1, 0), (0, 0.42, 0), 0.028), rod((0, 0.08, 0), (0, 0.2, 0), 0.045)]
    for turn in np.arange(5) * 2 * np.pi / 5:
        x, z = 0.31 * np.sin(turn), -0.31 * np.cos(turn)
        parts.append(plank((0, 0.115, 0), (x, 0.075, z), 0.045, 0.03))
        side = np.array((np.cos(turn), 0, np.sin(turn))) * 0.025
        parts.append(rod((x, 0.03, z) - side, (x, 0.03, z) + side, 0.03))
    parts.append(box((0.2, 0.03, 0.22), (0, 0.42, 0)))
    parts.append(extruded(rounded(0.5, 0.48, 0.12), 0.03, "y").apply_translation((0, 0.45, -0.03)))
    parts.append(extruded(rounded(0.46, 0.44, 0.12), 0.07, "y").apply_translation((0, 0.47, -0.03)))
    parts.append(tube(bent([(0, 0.42, 0.05), (0, 0.42, 0.29), (0, 0.7, 0.30)], 0.06), 0.022))
    parts.append(curved_panel(0.46, 0.56, 0.06, 0.07, (0, 0.55, 0.25), 0.08, 0.1))
    for x in (-0.29, 0.29):
        parts.append(tube(bent([(0.5 * x, 0.43, 0.02), (x, 0.43, 0.02), (x, 0.68, 0.02)], 0.05), 0.015))
        parts.append(extruded(rounded(0.07, 0.27, 0.03), 0.03, "y").apply_translation((x, 0.69, -0.02)))
    return joined(*parts)


def stacking_chair() -> Mesh:
    """A plastic garden chair: one shell with slots in its back and arms that run into the legs."""
    parts = [extruded(rounded(0.46, 0.44, 0.06), 0.025, "y").apply_translation((0, 0.43, -0.02))]
    for x in (-1, 1):
        parts.append(plank((0.23 * x, 0.43, -0.21), (0.27 * x, 0, -0.26), 0.06, 0.03))
        parts.append(plank((0.22 * x, 0.43, 0.18), (0.25 * x, 0, 0.28), 0.05, 0.03))
        arm = bent([(0.25 * x, 0.43, -0.21), (0.28 * x, 0.65, -0.2), (0.28 * x, 0.66, 0.18), (0.22 * x, 0.74, 0.28)],
                     0.09)
        parts.append(band(arm, 0.055, 0.022))
    for x in np.linspace(-0.18, 0.18, 6):
        parts.append(plank((x, 0.42, 0.19), (1.05 * x, 0.82, 0.31), 0.045, 0.018))
    parts.append(curved_panel(0.47, 0.12, 0.025, 0.03, (0, 0.76, 0.30), 0.035, 0.06))
    return joined(*parts)


def wing_chair() -> Mesh:
    """An upholstered armchair with wings beside the head, on short legs."""
    parts = [box((0.62, 0.22, 0.6), (0, 0.27, 0.02)),
             extruded(rounded(0.56, 0.55, 0.06), 0.14, "y").apply_translation((0, 0.43, -0.07)),
             curved_panel(0.62, 0.86, 0.14, 0.0, (0, 0.26, 0.27), 0.16, 0.1)]
    for x in (-0.33, 0.33):
        parts.append(box((0.1, 0.42, 0.62), (x, 0.37, 0.02)))
        parts.append(rod((x, 0.6, -0.31), (x, 0.6, 0.3), 0.075))
        wing = [(-0.02, 0.58), (0.02, 0.75), (0.0, 0.98), (0.12, 1.1), (0.42, 1.1), (0.32, 0.58)]
        parts.append(extruded([(z, y) for z, y in wing], 0.07, "x").apply_translation((0.97 * x, 0, 0.03)))
        for z in (-0.24, 0.27):
            parts.append(turned([(0, 0), (0.02, 0), (0.035, 0.17), (0, 0.17)], (0.85 * x, 0, z)))
    return joined(*parts)


VARIANTS = (
    steel_folding_chair,
    wooden_folding_chair,
    ladder_back_chair,
    cantilever_chair,
    directors_chair,
    bar_stool,
    rocking_chair,
    office_chair,
    stacking_chair,
    wing_chair,
)
