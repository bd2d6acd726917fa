"""Shapes for the examples, made of numbers: Newell's teapot, and a ball."""
import numpy as np
import torch

# Newell's control points (1975). x runs from the handle to the spout, the third number is the height. Of what is turned
# around the vertical axis, one curve stands for all: (radius, height).
TURNED = [
    [(1.4, 2.4), (1.3375, 2.53125), (1.4375, 2.53125), (1.5, 2.4)],  # the rim
    [(1.5, 2.4), (1.75, 1.875), (2, 1.35), (2, 0.9)],  # the body
    [(2, 0.9), (2, 0.45), (1.5, 0.225), (1.5, 0.15)],
    [(1.5, 0.15), (1.5, 0.075), (1.425, 0), (0, 0)],  # the bottom
    [(0, 3.15), (0.8, 3.15), (0, 2.85), (0.2, 2.7)],  # the lid
    [(0.2, 2.7), (0.4, 2.55), (1.3, 2.55), (1.3, 2.4)],
]
# Of a tube, the curves of its two sides, (x, height), and half its width at each of the four points.
TUBES = [
    ([(-1.6, 2.025), (-2.3, 2.025), (-2.7, 2.025), (-2.7, 1.8)],  # the handle
     [(-1.5, 2.25), (-2.5, 2.25), (-3, 2.25), (-3, 1.8)], [0.3, 0.3, 0.3, 0.3]),
    ([(-2.7, 1.8), (-2.7, 1.575), (-2.5, 1.125), (-2, 0.9)],
     [(-3, 1.8), (-3, 1.35), (-2.65, 0.9375), (-1.9, 0.6)], [0.3, 0.3, 0.3, 0.3]),
    ([(1.7, 1.425), (2.6, 1.425), (2.3, 2.1), (2.7, 2.4)],  # the spout
     [(1.7, 0.6), (3.1, 0.825), (2.4, 2.025), (3.3, 2.4)], [0.66, 0.66, 0.25, 0.25]),
    ([(2.7, 2.4), (2.8, 2.475), (2.9, 2.475), (2.8, 2.4)],
     [(3.3, 2.4), (3.525, 2.49375), (3.45, 2.5125), (3.2, 2.4)], [0.25, 0.25, 0.15, 0.15]),
]


def teapot(steps: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    """Newell's teapot, around the origin: vertices [1, V, 3] float32 in [-1, 1], y upwards, and faces [1, F, 3] int32.

    Args:
        steps: pieces that a curve is cut into.
    """
    along = _bezier(steps)
    sheets = []
    for curve in TURNED:
        radius, height = (along @ np.array(curve, float)).T[:, :, None]
        angle = np.linspace(0, 2 * np.pi, 4 * steps + 1)
        sheets.append(np.stack(np.broadcast_arrays(radius * np.cos(angle), height, radius * np.sin(angle)), axis=-1))
    for inner, outer, width in TUBES:
        for side in (1, -1):
            points = np.empty((4, 4, 3))  # four places on the curves, by four from one curve around to the other
            points[:, :2, :2], points[:, 2:, :2] = np.array(inner)[:, None], np.array(outer)[:, None]
            points[:, :, 2] = side * np.outer(width, [0, 1, 1, 0])
            sheets.append(np.einsum("ui,ijk,vj->uvk", along, points, along))
    vertices, faces = [], []
    for sheet in sheets:
        faces.append(_grid(*sheet.shape[:2]) + sum(map(len, vertices)))
        vertices.append(sheet.reshape(-1, 3))
    points = np.concatenate(vertices)
    points -= (points.min(0) + points.max(0)) / 2
    return _batch(points / np.abs(points).max(), np.concatenate(faces))


def ball(steps: int = 16, radius: float = 0.5) -> tuple[torch.Tensor, torch.Tensor]:
    """A ball of one skin, around the origin; vertices and faces as of `teapot`."""
    height = np.linspace(0, np.pi, steps + 1)[1:-1, None]
    around = np.linspace(0, 2 * np.pi, 2 * steps, endpoint=False)[None]
    rings = np.stack(np.broadcast_arrays(np.sin(height) * np.cos(around), np.cos(height),
                                         np.sin(height) * np.sin(around)), axis=-1).reshape(-1, 3)
    faces = _grid(steps - 1, 2 * steps + 1)
    row, column = np.divmod(faces, 2 * steps + 1)
    faces = row * 2 * steps + column % (2 * steps)  # the last column is the first
    ring = np.arange(2 * steps)
    following, last, pole = (ring + 1) % (2 * steps), len(rings) - 2 * steps, np.full_like(ring, len(rings))
    caps = [np.stack((pole, following, ring), axis=-1), np.stack((pole + 1, last + ring, last + following), axis=-1)]
    return _batch(radius * np.concatenate((rings, [[0, 1, 0], [0, -1, 0]])), np.concatenate((faces, *caps)))


def _bezier(steps):
    """The weights [steps + 1, 4] of a cubic curve's four points."""
    t = np.linspace(0, 1, steps + 1)
    return np.stack(((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3), axis=-1)


def _grid(rows, columns):
    """Two triangles for each cell of a grid of vertices, [F, 3]."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1, 1)
    return np.concatenate((first + [0, 1, columns], first + [1, columns + 1, columns]))


def _batch(vertices, faces):
    return torch.tensor(vertices, dtype=torch.float32)[None], torch.tensor(faces, dtype=torch.int32)[None]
