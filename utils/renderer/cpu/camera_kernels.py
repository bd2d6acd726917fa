"""The camera's and the light's CPU kernels (numba): what camera.py and lighting.py say, in one pass over the mesh.

Torch says the same in a dozen passes, each of which writes all vertices and reads them again. The order of the
operations is torch's, so that views are the same bit for bit.
"""
import numpy as np

from ..rules import ONE, ZERO
from .compiled import inlined, kernel
from .vectors import fused

X, Y, Z = np.uint64(0), np.uint64(1), np.uint64(2)  # unsigned: see kernels.py


@kernel
def project(vertices: np.ndarray, eyes: np.ndarray, axes: np.ndarray, widths: np.ndarray, images: np.ndarray) -> None:
    """Vertices as cameras see them: `camera.project`.

    Args:
        vertices: [B or 1, V, 3] float32.
        eyes: [B or 1, 3] float32.
        axes: [B or 1, 3, 3] float32, a camera's axis in each row.
        widths: [B or 1] float32, half of the image's width at depth 1; empty: no perspective.
        images: [B, V, 3] float32, out.
    """
    for view in range(len(images)):
        mesh, image = vertices[view % len(vertices)], images[view]
        eye, axis = eyes[view % len(eyes)], axes[view % len(axes)]
        e0, e1, e2 = eye[0], eye[1], eye[2]
        x0, x1, x2 = axis[0, 0], axis[0, 1], axis[0, 2]
        y0, y1, y2 = axis[1, 0], axis[1, 1], axis[1, 2]
        z0, z1, z2 = axis[2, 0], axis[2, 1], axis[2, 2]
        if len(widths) == 0:
            for vertex in range(len(mesh)):
                k = np.uint64(vertex)
                d0, d1, d2 = mesh[k, X] - e0, mesh[k, Y] - e1, mesh[k, Z] - e2
                image[k, X] = d0 * x0 + d1 * x1 + d2 * x2
                image[k, Y] = d0 * y0 + d1 * y1 + d2 * y2
                image[k, Z] = d0 * z0 + d1 * z1 + d2 * z2
        else:
            width = widths[view % len(widths)]
            for vertex in range(len(mesh)):
                k = np.uint64(vertex)
                d0, d1, d2 = mesh[k, X] - e0, mesh[k, Y] - e1, mesh[k, Z] - e2
                z = d0 * z0 + d1 * z1 + d2 * z2
                image[k, X] = (d0 * x0 + d1 * x1 + d2 * x2) / z / width
                image[k, Y] = (d0 * y0 + d1 * y1 + d2 * y2) / z / width
                image[k, Z] = z


@kernel
def project_gradient(vertices: np.ndarray, eyes: np.ndarray, axes: np.ndarray, widths: np.ndarray, images: np.ndarray,
                     gradient: np.ndarray, of_vertices: np.ndarray, of_eyes: np.ndarray, of_axes: np.ndarray,
                     of_widths: np.ndarray) -> None:
    """Gradient of `project`; sums over vertices are taken in float64.

    Args:
        vertices, eyes, axes, widths, images: as given to `project`, and what it wrote.
        gradient: [B, V, 3] float32, with respect to images. Vertices of which it is 0 are passed over, so that one that
            is not finite spoils nothing.
        of_vertices: [B, V, 3] float32, out, or [B, 0, 3]: it is not wanted.
        of_eyes, of_axes, of_widths: [B, 3], [B, 3, 3] and [B] float32, out.
    """
    sums = np.empty((4, 3))
    for view in range(len(images)):
        mesh, eye, axis = vertices[view % len(vertices)], eyes[view % len(eyes)], axes[view % len(axes)]
        width = widths[view % len(widths)] if len(widths) else ONE
        sums[:] = 0.0
        of_width = 0.0
        for k in range(len(mesh)):
            gx, gy, gz = gradient[view, k, 0], gradient[view, k, 1], gradient[view, k, 2]
            if gx == 0 and gy == 0 and gz == 0:
                continue
            if len(widths):
                z = images[view, k, 2]
                along = gx * images[view, k, 0] + gy * images[view, k, 1]
                of_width -= along / width
                gx, gy, gz = gx / (z * width), gy / (z * width), gz - along / z
            for j in range(3):
                away = mesh[k, j] - eye[j]
                sums[0, j] += gx * away
                sums[1, j] += gy * away
                sums[2, j] += gz * away
                if of_vertices.shape[1]:
                    of_vertices[view, k, j] = gx * axis[0, j] + gy * axis[1, j] + gz * axis[2, j]
            sums[3, 0] += gx
            sums[3, 1] += gy
            sums[3, 2] += gz
        of_axes[view] = sums[:3]
        of_widths[view] = of_width
        for j in range(3):
            of_eyes[view, j] = -(sums[3, 0] * axis[0, j] + sums[3, 1] * axis[1, j] + sums[3, 2] * axis[2, j])


@inlined
def _cosine(first0, first1, first2, second0, second1, second2, shortest, direction):
    """The cosine between a light and the normal of a face, from its middle corner to the two others; at least 0."""
    n0 = fused(first1, second2, -(first2 * second1))
    n1 = fused(first2, second0, -(first0 * second2))
    n2 = fused(first0, second1, -(first1 * second0))
    length = np.sqrt(fused(n2, n2, fused(n1, n1, n0 * n0)))
    length = shortest if length < shortest else length
    cosine = n0 / length * direction[0] + n1 / length * direction[1] + n2 / length * direction[2]
    return cosine if cosine > 0 else ZERO  # also where it is not a number


@kernel
def cosines(vertices: np.ndarray, faces: np.ndarray, directions: np.ndarray, shortest: float, fill_back: bool,
            found: np.ndarray) -> None:
    """How steeply light falls on faces: `lighting.cosines`.

    Args:
        vertices: [B or 1, V, 3] float32.
        faces: [B or 1, F, 3] int32.
        directions: [B or 1, 3] float32, towards the light.
        shortest: float32, a shorter normal is divided by this.
        fill_back: the backs follow the fronts.
        found: [B, F or 2F] float32, out.
    """
    n_faces = faces.shape[1]
    for view in range(len(found)):
        mesh, corners = vertices[view % len(vertices)], faces[view % len(faces)]
        direction = directions[view % len(directions)]
        for face in range(n_faces):
            a, b, c = np.uint64(corners[face, 0]), np.uint64(corners[face, 1]), np.uint64(corners[face, 2])
            f0, f1, f2 = mesh[a, X] - mesh[b, X], mesh[a, Y] - mesh[b, Y], mesh[a, Z] - mesh[b, Z]
            s0, s1, s2 = mesh[c, X] - mesh[b, X], mesh[c, Y] - mesh[b, Y], mesh[c, Z] - mesh[b, Z]
            found[view, face] = _cosine(f0, f1, f2, s0, s1, s2, shortest, direction)
            if fill_back:  # the corners of a back run the other way
                found[view, n_faces + face] = _cosine(s0, s1, s2, f0, f1, f2, shortest, direction)
