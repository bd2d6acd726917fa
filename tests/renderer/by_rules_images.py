"""A slow reading of texture maps: the rules of utils.renderer.rules put together, sample by sample."""
import numpy as np

from utils.renderer import rules
from utils.renderer.texture_map import TextureMap


def shade(index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, textures: TextureMap, colors: np.ndarray,
          background: np.ndarray, view: int = 0) -> np.ndarray:
    """Colour every sample: what its face's image shows there, times the colour between its face's corners.

    Args:
        index: [S, S] face index from `by_rules.draw`.
        vertices, faces: as for `by_rules.draw`.
        colors: [F or 2F, 1 or 3, 3].
        background: [3].

    Returns:
        [3, S, S] float32, row 0 at the bottom.
    """
    size, n_faces, layout = len(index), len(faces), textures.layout
    texels, colors = textures.texels[view % len(textures.texels)].detach().numpy(), np.broadcast_to(
        colors, (len(colors), 3, 3))
    uv, wrap, images, first, start, sizes, steps = (getattr(layout, name).numpy() for name in (
        "uv", "wrap", "image", "first", "start", "size", "steps"))
    image = np.empty((3, size, size), np.float32)
    with np.errstate(all="ignore"):
        for line, column in np.ndindex(size, size):
            face = index[line, column]
            if face == rules.BACKGROUND:
                image[:, line, column] = background
                continue
            front = face % n_faces
            order = [2, 1, 0] if face >= n_faces else [0, 1, 2]
            corners = vertices[faces[front][order]]
            x, y = rules.sample_at(corners[:, 0], size), rules.sample_at(corners[:, 1], size)
            (dx1, dx2), (dy1, dy2) = x[1:] - x[0], y[1:] - y[0]
            area, q = rules.doubled_area(dx1, dy1, dx2, dy2), rules.ONE / corners[:, 2]

            def linear(values, depth):
                slopes = rules.plane_slopes(dx1, dy1, dx2, dy2, area, *(values * q))
                plane = rules.plane_at(np.float32(column) - x[0], np.float32(line) - y[0], values[0] * q[0], *slopes)
                return plane if depth is None else rules.in_perspective(plane, depth, values.min(), values.max())

            depth = rules.ONE / linear(np.ones(3, np.float32), None)
            places = uv[front][order]
            u, v = (rules.wrapped(linear(places[:, axis], depth), wrap[front, axis]) for axis in (0, 1))
            level, end = first[images[front]], first[images[front] + 1]
            (u1, v1), (u2, v2) = places[1:] - places[0]
            n_texels = rules.footprint_scale(rules.doubled_area(u1, v1, u2, v2), area, *q)
            n_texels = n_texels * np.maximum(steps[level], 1).prod() * (depth * depth * depth)
            while level + 1 < end and rules.is_coarse(n_texels):
                n_texels, level = n_texels / 4, level + 1
            i, j = (rules.first_texel(c * s, s) for c, s in zip((u, v), steps[level]))
            across, down = u * steps[level, 0] - i, v * steps[level, 1] - j
            if layout.is_nearest:
                across, down = np.round(across), np.round(down)
            width, height = sizes[level]
            of_level = texels[start[level]:start[level] + width * height].reshape(height, width, 3)
            (a, b), (c, d) = of_level[int(j):int(j) + 2, int(i):int(i) + 2]
            read = rules.between(rules.between(a, c, down), rules.between(b, d, down), across)
            image[:, line, column] = read * [linear(colors[face][:, k], depth)
                                             for k in range(3)]
    return image
