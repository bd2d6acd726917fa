"""The rasterizer's gradients, as CPU kernels (numba).

Rule (see rules.py)                                Function
the eight cells that a cube is read from           corner_weight
the derivative of depth                            inverse_depth_slope, corner_depth_gradient
the scanlines that an edge crosses, and where      first_scanline, last_scanline, line_crossing
the samples on both sides of an edge               out_of_face, inner_sample
how far inside reaches                             is_between, inner_limit
which changes of colour count                      is_wanted
how far an end of the edge moves for one           end_scale, end_distance

A sample's colour jumps when an edge passes over it (Kato et al. 2018, section 3). The edge's gradient takes every line
of samples that crosses the edge, and on it the samples that the edge could reach by moving. In place of each jump it
puts the slope of a straight line. As in kernels.py, one view is worked on in one thread, without the GIL.
"""
import numpy as np

from .. import rules
from ..rules import BACKGROUND, HALF, ONE, TWO, ZERO
from .compiled import inlined, kernel, reordered_kernel
from .kernels import (
    BLOCK,
    are_all,
    corners_of,
    cube_places,
    depth_at,
    find_runs,
    sample_at,
    weight_at,
    weight_planes,
)
from .vectors import LANES, pointer

corner_weight = inlined(rules.corner_weight)
inverse_depth_slope = inlined(rules.inverse_depth_slope)
corner_depth_gradient = inlined(rules.corner_depth_gradient)
first_scanline = inlined(rules.first_scanline)
last_scanline = inlined(rules.last_scanline)
line_crossing = inlined(rules.line_crossing)
out_of_face = inlined(rules.out_of_face)
inner_sample = inlined(rules.inner_sample)
is_between = inlined(rules.is_between)
inner_limit = inlined(rules.inner_limit)
is_wanted = inlined(rules.is_wanted)
end_scale = inlined(rules.end_scale)
end_distance = inlined(rules.end_distance)


@kernel
def color_gradient(face_index: np.ndarray, grad_image: np.ndarray, samples: int, grad_colors: np.ndarray) -> None:
    """Gradient with respect to flat colours: each face's is the sum of the gradients of the samples that it owns.

    Args:
        face_index: [S * S] int32 from `kernels.draw`.
        grad_image: [C, S / samples, S / samples] float32, row 0 at the top.
        samples: samples per pixel and axis, 1 or 2.
        grad_colors: [F or 2F, C] float32, added to.
    """
    channels, height, width = grad_image.shape
    share = ONE / np.float32(samples * samples)
    size = width * samples
    for line in range(size):
        row = height - 1 - line // samples
        for block in range(0, size, BLOCK):
            start, count = line * size + block, min(BLOCK, size - block)
            if are_all(BACKGROUND, face_index, start, start, count):
                continue
            for column in range(block, block + count):
                face = face_index[line * size + column]
                if face != BACKGROUND:
                    for channel in range(channels):
                        grad_colors[face, channel] += share * grad_image[channel, row, column // samples]


@kernel
def texture_gradient(face_index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, textures: np.ndarray,
                     colors: np.ndarray, grad_image: np.ndarray, samples: int, eps: float, grad_textures: np.ndarray,
                     grad_colors: np.ndarray) -> None:
    """Gradient with respect to colour cubes, and to the colours that they are multiplied with.

    Args:
        face_index, vertices, faces, textures, colors, samples, eps: as for `kernels.shade_textured`.
        grad_image: [C, S / samples, S / samples] float32, row 0 at the top.
        grad_textures: [F, T, T, T, C] float32, added to.
        grad_colors: [F or 2F, C] float32, added to.
    """
    channels, height, width = grad_image.shape
    size = width * samples
    box = np.array([0, size, 0, size])
    begin, first_run, row_of, table = find_runs(face_index, vertices, faces, size, box)
    positions = np.arange(size + LANES).astype(np.float32)
    place = np.zeros((3, size + LANES), np.float32)
    _texture_gradient(face_index, textures, colors, grad_image, samples, eps, begin, first_run, row_of, table,
                      positions, place, grad_textures, grad_colors)


@kernel
def _texture_gradient(face_index, textures, colors, grad_image, samples, eps, begin, first_run, row_of, table,
                      positions, place, grad_textures, grad_colors):
    """The loops of `texture_gradient`, which allocates what they need."""
    channels, height, width = grad_image.shape
    size, n_faces, cells = width * samples, len(textures), textures.shape[1]
    share = ONE / np.float32(samples * samples)
    table_, positions_, place_ = pointer(table), pointer(positions), pointer(place)
    for line in range(size):
        row = height - 1 - line // samples
        for run in range(first_run[line], first_run[line + 1] - 1):
            face, first, end = face_index[begin[run]], begin[run] - line * size, begin[run + 1] - line * size
            if face == BACKGROUND:
                continue
            count = (end - first + LANES - 1) // LANES * LANES
            cube_places(first, count, line, face, n_faces, row_of[face], table_, cells, eps, positions_, place_,
                        place.shape[1])
            cube = face if face < n_faces else face - n_faces
            for column in range(first, end):
                p0, p1, p2 = place[0, column], place[1, column], place[2, column]
                i0, i1, i2 = int(p0), int(p1), int(p2)
                t0, t1, t2 = p0 - np.float32(i0), p1 - np.float32(i1), p2 - np.float32(i2)
                for channel in range(channels):
                    value = share * grad_image[channel, row, column // samples]
                    if value == 0:
                        continue
                    of_cube = value * colors[face, channel]
                    read = ZERO
                    for corner in range(8):
                        weight = corner_weight(corner, t0, t1, t2)
                        k0, k1, k2 = corner & 1, (corner >> 1) & 1, corner >> 2
                        read += weight * textures[cube, i0 + k0, i1 + k1, i2 + k2, channel]
                        grad_textures[cube, i0 + k0, i1 + k1, i2 + k2, channel] += weight * of_cube
                    grad_colors[face, channel] += read * value


@kernel
def depth_gradient(vertices: np.ndarray, faces: np.ndarray, face_index: np.ndarray, samples: int,
                   grad_depth: np.ndarray, grad_vertices: np.ndarray) -> None:
    """Gradient of the depth image with respect to the vertices' x, y and z: its derivative.

    Args:
        vertices: [V, 3] float32, x and y on the image in [-1, 1], z the depth.
        faces: [F, 3] int32.
        face_index: [S * S] int32 from `kernels.draw`.
        samples: samples per pixel and axis, 1 or 2.
        grad_depth: [S / samples, S / samples] float32, row 0 at the top.
        grad_vertices: [V, 3] float32, added to.
    """
    height, width = grad_depth.shape
    size = width * samples
    share = ONE / np.float32(samples * samples)
    unit = np.float32(size) * HALF  # samples to a unit of x or y
    for line in range(size):
        for column in range(size):
            face = face_index[line * size + column]
            gradient = share * grad_depth[height - 1 - line // samples, column // samples]
            if face == BACKGROUND or gradient == 0:
                continue
            a, b, c = corners_of(face, faces)
            z0, z1, z2 = vertices[a, 2], vertices[b, 2], vertices[c, 2]
            a0, b0, c0, a1, b1, c1, a2, b2, c2 = weight_planes(
                sample_at(vertices[a, 0], size), sample_at(vertices[a, 1], size), sample_at(vertices[b, 0], size),
                sample_at(vertices[b, 1], size), sample_at(vertices[c, 0], size), sample_at(vertices[c, 1], size))
            x, y = np.float32(column), np.float32(line)
            w0, w1, w2 = weight_at(x, y, a0, b0, c0), weight_at(x, y, a1, b1, c1), weight_at(x, y, a2, b2, c2)
            total = w0 + w1 + w2
            w0, w1, w2 = w0 / total, w1 / total, w2 / total
            depth = depth_at(w0, w1, w2, z0, z1, z2)
            if not depth > 0:
                continue
            common = gradient * depth * depth
            # The slopes of 1 / depth. To move corner k is to move the sample the other way, by the corner's weight.
            along_x = common * unit * inverse_depth_slope(a0, a1, a2, z0, z1, z2)
            along_y = common * unit * inverse_depth_slope(b0, b1, b2, z0, z1, z2)
            grad_vertices[a, 0] += w0 * along_x
            grad_vertices[a, 1] += w0 * along_y
            grad_vertices[a, 2] += corner_depth_gradient(common, w0, z0)
            grad_vertices[b, 0] += w1 * along_x
            grad_vertices[b, 1] += w1 * along_y
            grad_vertices[b, 2] += corner_depth_gradient(common, w1, z1)
            grad_vertices[c, 0] += w2 * along_x
            grad_vertices[c, 1] += w2 * along_y
            grad_vertices[c, 2] += corner_depth_gradient(common, w2, z2)


@kernel
def edge_gradient(vertices: np.ndarray, faces: np.ndarray, face_index: np.ndarray, image: np.ndarray, samples: int,
                  eps: float, grad_image: np.ndarray, grad_vertices: np.ndarray) -> None:
    """Gradient with respect to the vertices' x and y.

    Args:
        vertices: [V, 3] float32, x and y on the image in [-1, 1].
        faces: [F, 3] int32.
        face_index: [S * S] int32 from `kernels.draw`.
        image: [C, S, S] float32, the samples' colours, row 0 at the top.
        samples: samples per pixel and axis, 1 or 2.
        eps: float32, added to the distance that an end of an edge has to move.
        grad_image: [C, S / samples, S / samples] float32, row 0 at the top.
        grad_vertices: [V, 3] float32, added to.
    """
    size = grad_image.shape[2] * samples
    by_row = face_index.reshape((size, size))
    image_by_row, grad_by_row = image[:, ::-1], grad_image[:, ::-1]
    boxes = _visible_faces(by_row, 2 * len(faces))
    owner, lines, gradient = _lines(by_row, image_by_row, samples, grad_by_row)
    _line_gradients(vertices, faces, boxes, 1, owner, lines, gradient, eps, grad_vertices)
    owner, lines, gradient = _lines(by_row.T, image_by_row.transpose((0, 2, 1)), samples,
                                    grad_by_row.transpose((0, 2, 1)))
    _line_gradients(vertices, faces, boxes, 0, owner, lines, gradient, eps, grad_vertices)


@kernel
def _visible_faces(face_index, n_faces):
    """The faces that own a sample, with the box around their samples.

    Args:
        face_index: [S, S] int32.
        n_faces: all face numbers are below it.

    Returns:
        [N, 5] int32: first and last column, first and last row, face.
    """
    size = len(face_index)
    place = np.full(n_faces, -1, np.int32)
    boxes = np.empty((min(n_faces, size * size), 5), np.int32)
    count = 0
    for row in range(size):
        for column in range(size):
            face = face_index[row, column]
            if face == BACKGROUND:
                continue
            k = place[face]
            if k < 0:
                k = place[face] = count
                count += 1
                boxes[k, :2], boxes[k, 2:4], boxes[k, 4] = column, row, face
            boxes[k, 0] = min(boxes[k, 0], column)
            boxes[k, 1] = max(boxes[k, 1], column)
            boxes[k, 3] = row
    return boxes[:count]


@kernel
def _lines(face_index, image, samples, grad_image):
    """Owner, colour and gradient of every sample, each line in contiguous memory, padded to whole vectors.

    Args:
        face_index: [S, S] int32, lines first.
        image: [C, S, S] float32, lines first.
        samples: samples per pixel and axis.
        grad_image: [C, S / samples, S / samples] float32, lines first.

    Returns:
        owner [S, P] int32, colours [C, S, P] and gradient [C, S, P] float32; no face owns the padding, and its
        colour and gradient are zero.
    """
    channels, size = len(grad_image), len(face_index)
    padded = (size + LANES - 1) // LANES * LANES
    owner = np.empty((size, padded), np.int32)
    colors, gradient = np.empty((channels, size, padded), np.float32), np.empty((channels, size, padded), np.float32)
    owner[:, size:] = BACKGROUND
    colors[:, :, size:] = gradient[:, :, size:] = ZERO
    share = ONE / np.float32(samples * samples)
    for line in range(size):
        owner[line, :size] = face_index[line]
        for channel in range(channels):
            colors[channel, line, :size] = image[channel, line]
            if line % samples:  # the second line of the same pixels
                gradient[channel, line] = gradient[channel, line - 1]
                continue
            of_line = gradient[channel, line]
            for pixel in range(size // samples):
                value = share * grad_image[channel, line // samples, pixel]
                first = np.uint64(pixel * samples)
                of_line[first] = of_line[first + np.uint64(samples - 1)] = value
    return owner, colors, gradient


@kernel
def _line_gradients(vertices, faces, boxes, along, owner, image, gradient, eps, grad_vertices):
    """Add up the gradients that the lines of one direction give to the vertices.

    Args:
        vertices: [V, 3] float32.
        faces: [F, 3] int32.
        boxes: [N, 5] from `_visible_faces`.
        along: the axis that the scanlines are counted along, 0 for x and 1 for y. They run along the other.
        owner, image, gradient: from `_lines`.
        eps: float32, added to the distance that an end of an edge has to move.
        grad_vertices: [V, 3] float32, added to.
    """
    channels, size, padded = image.shape
    channel_step = size * padded
    owner, image, gradient = owner.reshape(-1), image.reshape(-1), gradient.reshape(-1)
    across = 1 - along
    last = np.float32(size - 1)
    unit = TWO / np.float32(size)  # side of a sample
    positions = np.arange(padded).astype(np.float32)
    jump, ones = np.empty_like(positions), np.ones_like(positions)
    for k in range(len(boxes)):
        face = boxes[k, 4]
        a, b, c = corners_of(face, faces)
        # Every part of the gradient needs a sample that the face owns. So the box around these bounds the search.
        box_begin, box_end = np.float32(boxes[k, 2 * along]), np.float32(boxes[k, 2 * along + 1])
        low, high = np.float32(boxes[k, 2 * across]), np.float32(boxes[k, 2 * across + 1])
        s_a, t_a = sample_at(vertices[a, along], size), sample_at(vertices[a, across], size)
        s_b, t_b = sample_at(vertices[b, along], size), sample_at(vertices[b, across], size)
        s_c, t_c = sample_at(vertices[c, along], size), sample_at(vertices[c, across], size)
        if not np.isfinite(s_a + t_a + s_b + t_b + s_c + t_c):
            continue
        for _ in range(3):  # the edge from a to b, with c opposite; then the next edge
            direction = out_of_face(s_a, s_b, along)
            # They are bounded before they become integers, because an integer cannot hold every float.
            begin = int(min(max(first_scanline(s_a, s_b), box_begin), box_end + ONE))
            end = int(max(min(last_scanline(s_a, s_b), box_end), box_begin - ONE)) + 1
            for line in range(begin, end):
                s = np.float32(line)
                crossing = line_crossing(s, s_a, t_a, s_b, t_b)
                inner = inner_sample(crossing, direction)
                outer = inner + direction
                # A crossing that is not a number fails every comparison, and leaves here too.
                if not (inner >= 0 and inner <= last and outer >= 0 and outer <= last):
                    continue
                scale_a = end_scale(s_b - s_a, s_b - s, unit)
                scale_b = end_scale(s_b - s_a, s - s_a, unit)
                start, from_inner, from_outer = line * padded, int(inner), int(outer)
                sum_a = sum_b = ZERO
                if owner[start + from_inner] == face:  # outside: the face could grow over these samples
                    first, final = (outer, last) if direction > 0 else (ZERO, outer)
                    if channels == 1:
                        sum_a, sum_b = _outside(image, gradient, start, image[start + from_inner], first, final,
                                                crossing, scale_a, scale_b, eps, owner, start, face, positions)
                    else:
                        _add_up_channels(image, gradient, start, channel_step, from_inner, first, final, jump)
                        sum_a, sum_b = _outside(jump, ones, 0, ZERO, first, final, crossing, scale_a, scale_b, eps,
                                                owner, start, face, positions)
                if is_between(s, s_a, s_c):
                    opposite = line_crossing(s, s_a, t_a, s_c, t_c)
                else:
                    opposite = line_crossing(s, s_c, t_c, s_b, t_b)
                limit = inner_limit(opposite, direction)
                first, final = max(min(inner, limit), low), min(max(inner, limit), high)
                if np.isfinite(opposite) and first <= final:  # inside: the face could draw back from its own
                    if channels == 1:
                        more_a, more_b = _inside(image, gradient, start, image[start + from_outer], first, final,
                                                 crossing, scale_a, scale_b, eps, owner, start, face, positions)
                    else:
                        _add_up_channels(image, gradient, start, channel_step, from_outer, first, final, jump)
                        more_a, more_b = _inside(jump, ones, 0, ZERO, first, final, crossing, scale_a, scale_b, eps,
                                                 owner, start, face, positions)
                    sum_a += more_a
                    sum_b += more_b
                # A crossing at one end does not move with the other end.
                if s != s_b:
                    grad_vertices[a, across] -= sum_a
                if s != s_a:
                    grad_vertices[b, across] -= sum_b
            a, s_a, t_a, b, s_b, t_b, c, s_c, t_c = b, s_b, t_b, c, s_c, t_c, a, s_a, t_a


@inlined
def _changes(values, weights, start, level, first, final, crossing, scale_a, scale_b, eps, owner, line_start, face,
             any_owner, positions):
    """The body of `_outside` and `_inside`. No branches, unsigned indices."""
    sum_a = sum_b = ZERO
    for i in range(int(first) // LANES * LANES, (int(final) // LANES + 1) * LANES):
        k = np.uint64(start + i)
        jump = (values[k] - level) * weights[k]
        position = positions[np.uint64(i)]
        counts = (position >= first) & (position <= final) & is_wanted(jump)
        if not any_owner:
            counts &= owner[np.uint64(line_start + i)] == face
        distance = position - crossing
        distance_a = end_distance(distance, scale_a, eps)
        distance_b = end_distance(distance, scale_b, eps)
        # one division for both ends
        change = (jump if counts else ZERO) / (distance_a * distance_b)
        sum_a += change * distance_b
        sum_b += change * distance_a
    return sum_a, sum_b


@reordered_kernel
def _outside(values, weights, start, level, first, final, crossing, scale_a, scale_b, eps, owner, line_start, face,
             positions):
    """Sum the changes that count over samples first .. final of a line, whichever face owns them.

    Each change is divided by the distance that an end of the edge has to move for it.

    Args:
        values, weights, start, level: sample i changes by (values[start + i] - level) * weights[start + i].
        first, final: float32, whole numbers.
        crossing: where the edge crosses the line.
        scale_a, scale_b: the distance that each end moves when the crossing moves by one sample.
        eps: float32, added to these distances.
        owner, line_start, face: not used; they keep the signature of `_inside`.
        positions: [P] float32, 0, 1, ..

    Returns:
        The sums for the two ends.
    """
    return _changes(values, weights, start, level, first, final, crossing, scale_a, scale_b, eps, owner, line_start,
                    face, True, positions)


@reordered_kernel
def _inside(values, weights, start, level, first, final, crossing, scale_a, scale_b, eps, owner, line_start, face,
            positions):
    """As `_outside`, over the samples i that the face owns: those with owner[line_start + i] == face."""
    return _changes(values, weights, start, level, first, final, crossing, scale_a, scale_b, eps, owner, line_start,
                    face, False, positions)


@kernel
def _add_up_channels(image, gradient, start, channel_step, source, first, final, jump):
    """The change of colour of samples first .. final of a line, summed over the channels, into jump [P].

    Args:
        image, gradient: [C * channel_step] float32.
        start: where the line starts in the first channel.
        channel_step: numbers in a channel.
        source: the sample of the line, on the edge's other side, whose colour the samples would take.
    """
    begin, end = int(first) // LANES * LANES, (int(final) // LANES + 1) * LANES
    jump[begin:end] = ZERO
    for of_channel in range(start, len(image), channel_step):
        level = image[of_channel + source]
        for i in range(begin, end):
            k = np.uint64(of_channel + i)
            jump[np.uint64(i)] += (image[k] - level) * gradient[k]
