"""The rasterizer's CPU kernels (numba).

Compiled to release the GIL and to draw one view in one thread: the caller runs as many views side by side
as it has cores. float32 throughout, without fused multiply-adds, as the neural mesh renderer computes.
"""
import numpy as np
from numba import njit

BACKGROUND = -1  # face index of a sample that no face covers

ZERO = np.float32(0)
ONE = np.float32(1)
INFINITY = np.float32(np.inf)
QUARTER = np.float32(0.25)
MARGIN = np.float32(0.05)  # samples; a bound computed in float32 is this close to the exact one
CUBE_STEPS = np.float32(2)  # from end to end of a colour cube of 3 x 3 x 3
CUBE_END = np.float32(2 - 1e-3)  # the last place in it that is read
VECTOR = 8  # samples that one vector instruction holds

_COMPILE = dict(nogil=True, cache=True, error_model="numpy", boundscheck=False)


@njit(inline="always")
def _row_of(coordinate, size):
    """Where a coordinate in [-1, 1] falls among `size` sample centres (a fraction of a sample)."""
    return (coordinate * np.float32(size) + np.float32(size - 1)) * np.float32(0.5)


@njit(inline="always")
def _draw_span(first, count, row_start, face, x0, dy0, rise0, x1, dy1, rise1, x2, dy2, rise2,
               inverse0, inverse1, inverse2, near, centres, face_index, depth):
    """Test and draw `count` samples of one row. No branches and unsigned indices, so that it is compiled to vectors."""
    for i in range(count):
        sample = np.uint64(row_start + first + i)
        x = centres[np.uint64(first + i)]
        # Edge functions: each is the barycentric weight of the corner opposite, times twice the area.
        w2 = rise0 - (x - x0) * dy0
        w0 = rise1 - (x - x1) * dy1
        w1 = rise2 - (x - x2) * dy2
        z = (w0 + w1 + w2) / (w0 * inverse0 + w1 * inverse1 + w2 * inverse2)
        old_z, old_face = depth[sample], face_index[sample]
        # A sum and a minimum: a choice between z and old_z would be stored under a mask, which is slow. No depth is
        # beyond `far`, so that one comparison serves for both.
        z += ZERO if (w0 >= 0) & (w1 >= 0) & (w2 >= 0) & (z > near) else INFINITY
        depth[sample] = z if z < old_z else old_z
        face_index[sample] = face if z < old_z else old_face


@njit(inline="always")
def _draw_triangle(x0, y0, z0, x1, y1, z1, x2, y2, z2, face, centres, near, face_index, depth):
    """Z-buffer one triangle whose corners run counter-clockwise on the image.

    Each row is visited only between the triangle's own edges (one sample of margin for rounding); what counts
    as covered is decided there by the three exact edge tests.
    """
    size = centres.shape[0]
    low = _row_of(min(y0, y1, y2), size)
    high = _row_of(max(y0, y1, y2), size)
    left = _row_of(min(x0, x1, x2), size)
    right = _row_of(max(x0, x1, x2), size)
    last = np.float32(size - 1)
    # written so that a coordinate that is not a number also leaves here
    if not (low <= last and high >= 0 and left <= last and right >= 0 and high - low >= 0 and right - left >= 0):
        return
    first_row = int(np.ceil(max(low - MARGIN, ZERO)))
    last_row = int(np.floor(min(high + MARGIN, last)))
    left = max(left - MARGIN, ZERO)
    right = min(right + MARGIN, last)

    dx0, dy0 = x1 - x0, y1 - y0
    dx1, dy1 = x2 - x1, y2 - y1
    dx2, dy2 = x0 - x2, y0 - y2
    half = np.float32(size) * np.float32(0.5)
    slope0 = dx0 / dy0 * half
    slope1 = dx1 / dy1 * half
    slope2 = dx2 / dy2 * half
    column0, column1, column2 = _row_of(x0, size), _row_of(x1, size), _row_of(x2, size)
    inverse0, inverse1, inverse2 = ONE / z0, ONE / z1, ONE / z2

    for row in range(first_row, last_row + 1):
        y = centres[row]
        # Inside, (y - y_k) dx_k - (x - x_k) dy_k >= 0 for every edge k: an edge that rises bounds x from the
        # right, one that falls from the left. Level edges have no slope and are left to the exact test.
        begin, end = left, right
        if dy0 > 0:
            end = min(end, column0 + (y - y0) * slope0 + MARGIN)
        elif dy0 < 0:
            begin = max(begin, column0 + (y - y0) * slope0 - MARGIN)
        if dy1 > 0:
            end = min(end, column1 + (y - y1) * slope1 + MARGIN)
        elif dy1 < 0:
            begin = max(begin, column1 + (y - y1) * slope1 - MARGIN)
        if dy2 > 0:
            end = min(end, column2 + (y - y2) * slope2 + MARGIN)
        elif dy2 < 0:
            begin = max(begin, column2 + (y - y2) * slope2 - MARGIN)
        if not begin <= end:
            continue
        first = int(np.ceil(begin))
        count = int(np.floor(end)) - first + 1
        # Whole vectors are cheaper than a remainder of single samples; the edge tests turn the extra ones away.
        padded = (count + VECTOR - 1) // VECTOR * VECTOR
        if padded <= size:
            first, count = min(first, size - padded), padded
        _draw_span(first, count, row * size, face, x0, dy0, (y - y0) * dx0, x1, dy1, (y - y1) * dx1,
                   x2, dy2, (y - y2) * dx2, inverse0, inverse1, inverse2, near, centres, face_index, depth)


@njit(**_COMPILE)
def draw(vertices, faces, fill_back, centres, near, far, face_index, depth, behind):
    """Find the nearest face at every sample of one view.

    Args:
        vertices: [V, 3] float32, x and y on the image in [-1, 1], z the depth.
        faces: [F, 3] int32.
        fill_back: also draw the back of every face, as face F + i with its corners reversed.
        centres: [S] float32, coordinate of the centre of sample i.
        near, far: float32, the depths between which a face counts.
        face_index: [S * S] int32, out: face at each sample (row 0 at the bottom), or BACKGROUND.
        depth: [S * S] float32, out: its depth, or `far`.
        behind: [F] int32, work space.
    """
    face_index[:] = BACKGROUND
    depth[:] = far
    n_faces = faces.shape[0]
    n_behind = 0
    for face in range(n_faces):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        x0, y0, x1, y1, x2, y2 = (vertices[a, 0], vertices[a, 1], vertices[b, 0], vertices[b, 1],
                                  vertices[c, 0], vertices[c, 1])
        left, right = (y2 - y0) * (x1 - x0), (y1 - y0) * (x2 - x0)
        if left >= right:
            _draw_triangle(x0, y0, vertices[a, 2], x1, y1, vertices[b, 2], x2, y2, vertices[c, 2],
                           np.int32(face), centres, near, face_index, depth)
        if (y0 - y2) * (x1 - x2) >= (y1 - y2) * (x0 - x2):
            behind[n_behind] = face
            n_behind += 1
    if not fill_back:
        return
    # After all the fronts, so that at equal depth the face that comes first stays.
    for i in range(n_behind):
        face = behind[i]
        c, b, a = faces[face, 0], faces[face, 1], faces[face, 2]
        _draw_triangle(vertices[a, 0], vertices[a, 1], vertices[a, 2], vertices[b, 0], vertices[b, 1], vertices[b, 2],
                       vertices[c, 0], vertices[c, 1], vertices[c, 2],
                       np.int32(face + n_faces), centres, near, face_index, depth)


@njit(**_COMPILE)
def shade(face_index, colors, background, samples, image):
    """Colour one view: the mean of samples x samples flat face colours at each pixel, row 0 at the top.

    Args:
        face_index: [S * S] int32 from `draw`.
        colors: [F or 2F, C] float32.
        background: [C] float32.
        samples: samples per pixel and axis, 1 or 2.
        image: [C, S / samples, S / samples] float32, out.
    """
    channels, height, width = image.shape
    size = width * samples
    for row in range(height):
        for column in range(width):
            # The samples of a pixel: the same one four times where there is but one.
            a = (height - 1 - row) * samples * size + column * samples
            face_a, face_b = face_index[a], face_index[a + samples - 1]
            c = a + (samples - 1) * size
            face_c, face_d = face_index[c], face_index[c + samples - 1]
            if face_a == face_b and face_a == face_c and face_a == face_d:
                for channel in range(channels):
                    image[channel, row, column] = colors[face_a, channel] if face_a >= 0 else background[channel]
                continue
            for channel in range(channels):
                empty = background[channel]
                total = colors[face_a, channel] if face_a >= 0 else empty
                total += colors[face_b, channel] if face_b >= 0 else empty
                total += colors[face_c, channel] if face_c >= 0 else empty
                total += colors[face_d, channel] if face_d >= 0 else empty
                image[channel, row, column] = total * QUARTER


@njit(inline="always")
def _between(weight):
    """How far a barycentric weight lies from one cell of a colour cube to the next."""
    place = min(weight * CUBE_STEPS, CUBE_END)
    return place - np.floor(place)


@njit(**_COMPILE)
def shade_sampled(face_index, vertices, faces, colors, background, samples, image):
    """Like `shade`, each sample being read from a cube of its face's one colour, as the original reads textures.

    Trilinear interpolation leaves a flat colour as it is but for the last digit, which then differs from sample to
    sample. That matters to one thing alone, a network's gradient: on a surface of exactly one colour its max-pooling
    meets nothing but ties, and sends the gradient to the first of them, to the top left, every time.

    Args:
        vertices: [V, 3] float32, as for `draw`.
        faces: [F, 3] int32.
        The others: as for `shade`.
    """
    channels, height, width = image.shape
    size = width * samples
    n_faces = faces.shape[0]
    weight = ONE / np.float32(samples * samples)
    image[:] = ZERO
    last = -2
    z0 = z1 = z2 = ONE
    inverse = np.empty(9, np.float32)
    for row in range(size - 1, -1, -1):  # from the top, the order in which a pixel's samples are summed
        y = np.float32(row)
        for column in range(size):
            face = face_index[row * size + column]
            i, j = (size - 1 - row) // samples, column // samples
            if face < 0:
                for channel in range(channels):
                    image[channel, i, j] += background[channel]
                continue
            if face != last:
                last = face
                if face < n_faces:
                    a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
                else:
                    c, b, a = faces[face - n_faces, 0], faces[face - n_faces, 1], faces[face - n_faces, 2]
                x0, y0, z0 = _row_of(vertices[a, 0], size), _row_of(vertices[a, 1], size), vertices[a, 2]
                x1, y1, z1 = _row_of(vertices[b, 0], size), _row_of(vertices[b, 1], size), vertices[b, 2]
                x2, y2, z2 = _row_of(vertices[c, 0], size), _row_of(vertices[c, 1], size), vertices[c, 2]
                area = x2 * (y0 - y1) + x0 * (y1 - y2) + x1 * (y2 - y0)
                inverse[0], inverse[1], inverse[2] = (y1 - y2) / area, (x2 - x1) / area, (x1 * y2 - x2 * y1) / area
                inverse[3], inverse[4], inverse[5] = (y2 - y0) / area, (x0 - x2) / area, (x2 * y0 - x0 * y2) / area
                inverse[6], inverse[7], inverse[8] = (y0 - y1) / area, (x1 - x0) / area, (x0 * y1 - x1 * y0) / area
            x = np.float32(column)
            w0 = min(max(inverse[0] * x + inverse[1] * y + inverse[2], ZERO), ONE)
            w1 = min(max(inverse[3] * x + inverse[4] * y + inverse[5], ZERO), ONE)
            w2 = min(max(inverse[6] * x + inverse[7] * y + inverse[8], ZERO), ONE)
            total = w0 + w1 + w2
            w0, w1, w2 = w0 / total, w1 / total, w2 / total
            depth = ONE / (w0 / z0 + w1 / z1 + w2 / z2)
            if not depth > 0:  # a face so thin that its weights are lost in rounding
                for channel in range(channels):
                    image[channel, i, j] += colors[face, channel]
                continue
            t0, t1, t2 = _between(w0 * (depth / z0)), _between(w1 * (depth / z1)), _between(w2 * (depth / z2))
            s0, s1, s2 = ONE - t0, ONE - t1, ONE - t2
            for channel in range(channels):
                color = colors[face, channel]
                value = s0 * s1 * s2 * color
                value += t0 * s1 * s2 * color
                value += s0 * t1 * s2 * color
                value += t0 * t1 * s2 * color
                value += s0 * s1 * t2 * color
                value += t0 * s1 * t2 * color
                value += s0 * t1 * t2 * color
                value += t0 * t1 * t2 * color
                image[channel, i, j] += value
    for channel in range(channels):
        for i in range(height):
            for j in range(width):
                image[channel, i, j] *= weight


@njit(**_COMPILE)
def shade_depth_and_alpha(face_index, depth, samples, depth_image, alpha_image):
    """Mean depth and share of covered samples at each pixel, row 0 at the top.

    Args:
        face_index, depth: [S * S] from `draw`.
        samples: samples per pixel and axis, 1 or 2.
        depth_image, alpha_image: [S / samples, S / samples] float32, out.
    """
    height, width = alpha_image.shape
    size = width * samples
    for row in range(height):
        for column in range(width):
            a = (height - 1 - row) * samples * size + column * samples
            b = a + samples - 1
            c = a + (samples - 1) * size
            d = c + samples - 1
            depth_image[row, column] = (depth[a] + depth[b] + depth[c] + depth[d]) * QUARTER
            covered = int(face_index[a] >= 0) + (face_index[b] >= 0) + (face_index[c] >= 0) + (face_index[d] >= 0)
            alpha_image[row, column] = np.float32(covered) * QUARTER
