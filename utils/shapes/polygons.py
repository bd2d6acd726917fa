"""Polygons and strips of triangles -> triangles."""
import numpy as np

from ..renderer.io.obj_file import fan

FLAT = 1e-6  # share of a polygon's area by which a triangle may point the other way, and count as rounding


def triangulate(vertices: np.ndarray, corners: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The triangles of polygons: the published fan where it fills the polygon, else its ears are cut off.

    A fan goes over the edge of a concave polygon where one of its triangles points the other way than the polygon.

    Args:
        vertices: [V, 3] float64.
        corners: [C] int, vertices of all polygons, one polygon behind the other.
        counts: [P] int, the corners of each polygon, at least 3.

    Returns:
        places: [F, 3] int64, places among `corners`.
        polygon_of: [F] int64, the polygon that each triangle belongs to, in order.
    """
    places, polygon_of = fan(counts)
    if not len(counts) or counts.max() == 3:
        return places, polygon_of
    points = vertices[corners[places]]
    normals = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
    sums = np.add.reduceat(normals, np.cumsum(counts - 2) - (counts - 2))
    turned = (normals * sums[polygon_of]).sum(1) < -FLAT * (sums ** 2).sum(1)[polygon_of]
    starts = np.cumsum(counts) - counts
    is_cut = np.zeros(len(counts), bool)
    ears = [np.empty((0, 3), np.int64)]
    for polygon in np.unique(polygon_of[turned]):
        mine = np.arange(starts[polygon], starts[polygon] + counts[polygon])
        found = mine[_ears(vertices[corners[mine]], sums[polygon])]
        is_cut[polygon] = len(found) > 0
        ears.append(found)
    kept = ~is_cut[polygon_of]
    cut = np.repeat(np.unique(polygon_of[turned]), [len(found) for found in ears[1:]])
    polygon_of = np.concatenate((polygon_of[kept], cut))
    order = np.argsort(polygon_of, kind="stable")
    return np.concatenate((places[kept], *ears))[order], polygon_of[order]


def _ears(points: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """[F, 3]: triangles of one polygon [n, 3], in its plane, that turn as it does."""
    import mapbox_earcut
    dropped = np.abs(normal).argmax()
    flat = np.delete(points - points[0], dropped, axis=1)
    triangles = mapbox_earcut.triangulate_float64(flat, np.array([len(flat)], np.uint32)).reshape(-1, 3).astype(int)
    if not len(triangles):
        return triangles
    cut = points[triangles]
    turns = (np.cross(cut[:, 1] - cut[:, 0], cut[:, 2] - cut[:, 0]).sum(0) * normal).sum() > 0
    return triangles if turns else triangles[:, ::-1]


def strip(indices: np.ndarray) -> np.ndarray:
    """[F, 3]: the triangles of strips, of which every second one turns the other way. -1 ends a strip."""
    if len(indices) < 3:
        return np.empty((0, 3), np.int64)
    triangles = np.stack((indices[:-2], indices[1:-1], indices[2:]), axis=1).astype(np.int64)
    place = np.arange(len(triangles))
    first = np.maximum.accumulate(np.where(indices == -1, np.arange(len(indices)) + 1, 0))[:-2]
    odd = (place - first) % 2 == 1
    triangles[odd] = triangles[odd][:, [1, 0, 2]]
    return triangles[(triangles >= 0).all(1)]
