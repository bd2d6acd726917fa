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
    texels = textures.texels[view % len(textures.texels)].detach().numpy()
    layout = {name: value.numpy() for name, value in vars(textures.layout).items() if name != "is_nearest"}
    colors = np.broadcast_to(colors, (len(colors), 3, 3))
    image = np.empty((3, *index.shape), np.float32)
    with np.errstate(all="ignore"):
        for line, column in np.ndindex(index.shape):
            face = index[line, column]
            if face == rules.BACKGROUND:
                image[:, line, column] = background
                continue
            order = [2, 1, 0] if face >= len(faces) else [0, 1, 2]
            front = face % len(faces)
            sample = _Sample(np.float32(column), np.float32(line), vertices[faces[front][order]], len(index))
            read = _read(sample, texels, layout, front, order, textures.layout.is_nearest)
            image[:, line, column] = read * [sample.value(colors[face][:, k]) for k in range(3)]
    return image


class _Sample:
    """A face at a sample."""

    def __init__(self, column, line, corners, size):
        x, y = rules.sample_at(corners[:, 0], size), rules.sample_at(corners[:, 1], size)
        (dx1, dx2), (dy1, dy2) = x[1:] - x[0], y[1:] - y[0]
        self.edges, self.area = (dx1, dy1, dx2, dy2), rules.doubled_area(dx1, dy1, dx2, dy2)
        self.place, self.q = (column - x[0], line - y[0]), rules.ONE / corners[:, 2]
        self.depth = rules.ONE / self._plane(np.ones(3, np.float32))

    def _plane(self, values):
        over_z = values * self.q
        slopes = rules.plane_slopes(*self.edges, self.area, *over_z)
        return rules.plane_at(*self.place, over_z[0], *slopes)

    def value(self, values):
        """What is `values` at the corners."""
        return rules.in_perspective(self._plane(values), self.depth, values.min(), values.max())


def _read(sample, texels, layout, front, order, is_nearest):
    """What the image of a front shows at a sample, [3]."""
    places, number = layout["uv"][front][order], layout["image"][front]
    u, v = (rules.wrapped(sample.value(places[:, axis]), layout["wrap"][front, axis]) for axis in (0, 1))
    level, end = layout["first"][number], layout["first"][number + 1]
    (u1, v1), (u2, v2) = places[1:] - places[0]
    n_texels = rules.footprint_scale(rules.doubled_area(u1, v1, u2, v2), sample.area, *sample.q)
    n_texels = n_texels * np.maximum(layout["steps"][level], 1).prod() * (sample.depth * sample.depth * sample.depth)
    while level + 1 < end and rules.is_coarse(n_texels):
        n_texels, level = n_texels / 4, level + 1
    steps, (width, height), start = layout["steps"][level], layout["size"][level], layout["start"][level]
    i, j = (rules.first_texel(place * n, n) for place, n in zip((u, v), steps))
    across, down = u * steps[0] - i, v * steps[1] - j
    if is_nearest:
        across, down = np.round(across), np.round(down)
    of_level = texels[start:start + width * height].reshape(height, width, 3)
    (a, b), (c, d) = of_level[int(j):int(j) + 2, int(i):int(i) + 2]
    return rules.between(rules.between(a, c, down), rules.between(b, d, down), across)
