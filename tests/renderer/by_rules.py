"""A slow renderer of one view: the rules of utils.renderer.rules put together, face by face and sample by sample."""
import numpy as np

from utils.renderer import rules


def draw(vertices: np.ndarray, faces: np.ndarray, fill_back: bool, size: int, near: float, far: float,
         margin: float = np.inf) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest face at every sample.

    Args:
        vertices: [V, 3] float32.
        faces: [F, 3] integers.
        fill_back: draw the backs, after all the fronts.
        size: S, samples a side.
        near, far: depths between which a face counts.
        margin: samples; a face is looked for no farther than this from the box of its corners.

    Returns:
        Face index [S, S], BACKGROUND where there is none, and depth [S, S] float32, `far` there; row 0 at the bottom.
    """
    centres = rules.sample_centre(np.arange(size), size)
    x, y = np.meshgrid(centres, centres)
    samples = np.stack(np.meshgrid(np.arange(size), np.arange(size)))
    index, depth = np.full((size, size), rules.BACKGROUND), np.full((size, size), far, np.float32)
    with np.errstate(all="ignore"):
        for number, corners in enumerate(_both_sides(faces) if fill_back else faces):
            (x0, y0, z0), (x1, y1, z1), (x2, y2, z2) = vertices[corners]
            if not rules.faces_camera(x0, y0, x1, y1, x2, y2):
                continue
            w2 = rules.edge_function(x, y, x0, y0, x1 - x0, y1 - y0)
            w0 = rules.edge_function(x, y, x1, y1, x2 - x1, y2 - y1)
            w1 = rules.edge_function(x, y, x2, y2, x0 - x2, y0 - y2)
            z = rules.sample_depth(w0, w1, w2, rules.ONE / z0, rules.ONE / z1, rules.ONE / z2)
            box = rules.sample_at(vertices[corners, :2], size)
            beyond = np.maximum(box.min(0)[:, None, None] - samples, samples - box.max(0)[:, None, None])
            shown = rules.is_covered(w0, w1, w2, z, np.float32(near)) & rules.is_nearer(z, depth)
            shown &= (beyond <= margin).all(0)
            index[shown], depth[shown] = number, z[shown]
    return index, depth


def shade(index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray, textures: np.ndarray,
          background: np.ndarray, eps: float) -> np.ndarray:
    """Colour every sample: its face's cube, read by trilinear interpolation, times its face's colour.

    Args:
        index: [S, S] face index from `draw`.
        vertices, faces: as for `draw`.
        colors: [F or 2F, C].
        textures: [F, T, T, T, C], T > 1. A back has its front's cube with the axes reversed.
        background: [C].
        eps: how far before the last cell reading ends.

    Returns:
        [C, S, S] float32, row 0 at the bottom.
    """
    size, cells = len(index), textures.shape[1]
    sides = _both_sides(faces)
    cubes = np.concatenate((textures, textures.transpose(0, 3, 2, 1, 4)))
    steps = np.float32(cells - 1)
    image = np.empty((len(background), size, size), np.float32)
    with np.errstate(all="ignore"):
        for line, column in np.ndindex(size, size):
            face = index[line, column]
            if face == rules.BACKGROUND:
                image[:, line, column] = background
                continue
            corners = vertices[sides[face]]
            planes = rules.weight_planes(*(rules.sample_at(v, size) for v in corners[:, :2].ravel()))
            x, y = np.float32(column), np.float32(line)
            weights = np.array([rules.weight_at(x, y, *planes[k:k + 3]) for k in (0, 3, 6)])
            weights = weights / (weights[0] + weights[1] + weights[2])
            depth = rules.depth_at(*weights, *corners[:, 2])
            place = np.array([rules.cube_place(w, depth, z, steps, steps - np.float32(eps))
                              for w, z in zip(weights, corners[:, 2])])
            cell = np.floor(place).astype(int)
            color = sum(rules.corner_weight(k, *(place - cell).astype(np.float32))
                        * cubes[face][tuple(cell + (k & 1, (k >> 1) & 1, k >> 2))] for k in range(8))
            image[:, line, column] = color * colors[face]
    return image


def edge_gradient(vertices: np.ndarray, sides: np.ndarray, index: np.ndarray, image: np.ndarray, gradient: np.ndarray,
                  eps: float) -> np.ndarray:
    """The approximate gradient of an image with respect to the vertices' x and y.

    Args:
        vertices: [V, 3] float32.
        sides: [N, 3], the faces as they are numbered in `index`: fronts, and backs where they are drawn.
        index: [S, S] face index from `draw`.
        image, gradient: [C, S, S], the samples' colours and what they get from the loss; row 0 at the bottom.
        eps: see `end_distance`.

    Returns:
        [V, 3] float64; 0 for z.
    """
    result = np.zeros(vertices.shape)
    points = rules.sample_at(vertices[:, :2], len(index))
    with np.errstate(all="ignore"):
        for number, (i, j, k) in enumerate(sides):
            if rules.faces_camera(*vertices[[i, j, k], :2].ravel()):
                for edge in ((i, j, k), (j, k, i), (k, i, j)):
                    for along in (0, 1):
                        _add_edge(result, points, number, edge, along, index, image, gradient, np.float32(eps))
    return result


def _add_edge(result, points, number, edge, along, index, image, gradient, eps):
    """Add to result [V, 3] what the scanlines along one axis say about one edge of face `number`."""
    size, across = len(index), 1 - along
    last, unit = np.float32(size - 1), rules.TWO / np.float32(size)
    (s0, t0), (s1, t1), (s2, t2) = points[list(edge)][:, [along, across]]
    if along == 0:  # the scanlines are the columns
        index, image, gradient = index.T, image.transpose(0, 2, 1), gradient.transpose(0, 2, 1)
    direction = rules.out_of_face(s0, s1, along)
    begin, end = max(rules.first_scanline(s0, s1), rules.ZERO), min(rules.last_scanline(s0, s1), last) + 1
    for s in np.arange(begin, end, dtype=np.float32):
        owner, colors, wish = index[int(s)], image[:, int(s)], gradient[:, int(s)]
        crossing = rules.line_crossing(s, s0, t0, s1, t1)
        inner = rules.inner_sample(crossing, direction)
        outer = inner + direction
        if not (0 <= inner <= last and 0 <= outer <= last):
            continue
        if rules.is_between(s, s0, s2):
            opposite = rules.line_crossing(s, s0, t0, s2, t2)
        else:
            opposite = rules.line_crossing(s, s2, t2, s1, t1)
        limit = rules.inner_limit(opposite, direction)
        for q in np.arange(size, dtype=np.float32):
            if (q - outer) * direction >= 0:  # outside: the face would grow over these samples
                counts, other = owner[int(inner)] == number, inner
            else:  # inside: it would draw back from its own
                counts = np.isfinite(limit) and owner[int(q)] == number and min(inner, limit) <= q <= max(inner, limit)
                other = outer
            change = (colors[:, int(q)] - colors[:, int(other)]) @ wish[:, int(q)]
            if not (counts and rules.is_wanted(change)):
                continue
            for corner, rest in ((edge[0], s1 - s), (edge[1], s - s0)):
                if rest != 0:  # a crossing at one end does not move with the other
                    scale = rules.end_scale(s1 - s0, rest, unit)
                    result[corner, across] -= change / rules.end_distance(q - crossing, scale, eps)


def _both_sides(faces: np.ndarray) -> np.ndarray:
    """[2F, 3]: the fronts, then the backs."""
    return np.concatenate((faces, faces[:, ::-1]))
