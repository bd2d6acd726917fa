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
from .compiled import inlined, kernel
from .kernels import (
    BLOCK,
    add_runs,
    are_all,
    corners_of,
    cube_places,
    depth_at,
    find_runs,
    sample_at,
    weight_at,
    weight_planes,
    weight_table,
)
from .vectors import (
    LANES,
    WIDE,
    choose,
    fused,
    load,
    load_wide,
    pointer,
    spread,
    spread_wide,
    store,
    total,
    transpose,
)

NEAR = 2 * WIDE  # samples beyond an edge that are near it, if eps is not large
FAR_RATIO = np.float32(50)  # see `_far`

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
    begin, first_run, row_of, shown = find_runs(face_index, len(faces), size, box)
    table = weight_table(shown, vertices, faces, size)
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
def edge_gradient(vertices: np.ndarray, faces: np.ndarray, face_index: np.ndarray, colors: np.ndarray,
                  background: np.ndarray, image: np.ndarray, samples: int, eps: float, grad_image: np.ndarray,
                  space: tuple[np.ndarray, ...], place: np.ndarray, grad_vertices: np.ndarray) -> None:
    """Gradient with respect to the vertices' x and y.

    Args:
        vertices: [V, 3] float32, x and y on the image in [-1, 1].
        faces: [F, 3] int32.
        face_index: [S * S] int32 from `kernels.draw`.
        colors, background: [F or 2F, C] and [C] float32, what the samples of each face show, and where there is none.
        image: [D, S, S] float32, row 0 at the top: what the samples show in the first D of the C channels instead.
        samples: samples per pixel and axis, 1 or 2.
        eps: float32, added to the distance that an end of an edge has to move.
        grad_image: [C, S / samples, S / samples] float32, row 0 at the top.
        space, place: work space, from `edge_space` and `places`.
        grad_vertices: [V, 3] float32, added to.
    """
    size, near = grad_image.shape[2] * samples, near_edges(grad_image.shape[2] * samples, eps)
    owner, of_columns, shown, shown_in_columns, wishes, pixels, positions, inverses = space
    border, stride = near + WIDE, owner.shape[1]
    boxes = _visible_faces(face_index, size, colors, background, border, owner, shown, place)
    if len(boxes) == 0:
        return
    for channel in range(len(image)):
        for line in range(size):
            for k in range(size):
                shown[channel, line, np.uint64(border + k)] = image[channel, size - 1 - line, np.uint64(k)]
    share = ONE / np.float32(samples * samples)
    _wishes(grad_image, share, samples, border, wishes)
    _line_gradients(vertices, faces, boxes, 1, samples, size, near, owner, shown, wishes, positions, inverses,
                    eps, grad_vertices)
    boxes = _by_first_column(boxes, size)
    first, end = boxes[0, 0], boxes[:, 1].max() + 1
    height = size // samples
    _transpose(pointer(owner), border + first, stride, pointer(of_columns), first * stride + border, stride,
               end - first, size)
    for channel in range(len(shown)):
        start = channel * size * stride + border
        _transpose(pointer(shown), start + first, stride, pointer(shown_in_columns), start + first * stride, stride,
                   end - first, size)
        # the first column's first pixel is the bottom one
        _transpose(pointer(grad_image), (channel * height + height - 1) * height, -height, pointer(pixels),
                   (channel * height + height - 1) * height, -height, height, height)
    _wishes(pixels, share, samples, border, wishes)
    _line_gradients(vertices, faces, boxes, 0, samples, size, near, of_columns, shown_in_columns, wishes, positions,
                    inverses, eps, grad_vertices)


def edge_space(size: int, samples: int, channels: int, eps: float) -> tuple[np.ndarray, ...]:
    """Work space for `edge_gradient`. Its lines have a border on both sides, where no gradient wishes for a change.

    Args:
        size: S.
        samples, channels, eps: as for `edge_gradient`.

    Returns:
        Lines of samples, those of rows and those of columns: the samples' faces, two [S, P] int32, and colours, two
        [C, S, P] float32; the gradients [C, S / samples, P] of the samples of a pixel's lines, float32; an image like
        grad_image; the number of every sample of a line, [P] float32; 1 / h of `_far`, with sample 0's in the middle.
    """
    border = near_edges(size, eps) + WIDE
    stride = (size + LANES - 1) // LANES * LANES + 2 * border
    pixels = size // samples
    h = np.abs(np.arange(-size - border, size + border + 1)).astype(np.float32) - _centre(np.int64(size), eps)
    return (np.full((size, stride), BACKGROUND, np.int32), np.full((size, stride), BACKGROUND, np.int32),
            np.zeros((channels, size, stride), np.float32), np.zeros((channels, size, stride), np.float32),
            np.zeros((channels, pixels, stride), np.float32), np.zeros((channels, pixels, pixels), np.float32),
            np.arange(stride).astype(np.float32) - np.float32(border), ONE / h)


def places(n_faces: int) -> np.ndarray:
    """Work space for `edge_gradient`, for meshes of up to n_faces fronts and backs: no place for any of them."""
    return np.full(n_faces, -1, np.int32)


@kernel
def near_edges(size: int, eps: float) -> int:
    """How many samples beyond an edge are near it, whole wide vectors, NEAR at least. See `_far`."""
    near = FAR_RATIO * (ONE - _centre(size, eps))
    # It is bounded before it becomes an integer, because an integer cannot hold every float.
    return max(int(min(np.float32(size), near)) // WIDE * WIDE + WIDE, NEAR)


@inlined
def _centre(size, eps):
    """The middle of all that `_far` calls e: 0 to 1 less the most that eps comes to, in samples."""
    return (ONE - abs(eps) * np.float32(size) * HALF) * HALF


@kernel
def _visible_faces(face_index, size, colors, background, border, owner, shown, place):
    """The faces that own a sample, with the box around their samples.

    Args:
        face_index: [S * S] int32.
        size: S.
        colors, background: as for `edge_gradient`.
        border: where a line begins in owner and shown.
        owner, shown: [S, P] int32 and [C, S, P] float32, out: the face of every sample, and its colour.
        place: [n_faces] int32, work space: -1 before and after.

    Returns:
        [N, 5] int32: first and last column, first and last row, face.
    """
    face_index_, owner_, shown_ = pointer(face_index), pointer(owner), pointer(shown)
    stride, channels = owner.shape[1], len(shown)
    boxes = np.empty((min(len(place), size * size), 5), np.int32)
    begin = np.empty(size + 1, np.int32)
    count = 0
    for row in range(size):
        runs = add_runs(face_index_, row * size, (row + 1) * size, begin, 0)
        begin[runs] = (row + 1) * size
        to = row * stride + border
        for run in range(runs):
            face, first, end = face_index[begin[run]], begin[run] - row * size, begin[run + 1] - row * size
            # Whole vectors are cheaper. The next run overwrites the extra samples.
            for k in range(first, end, WIDE):
                store(owner_, to + k, spread_wide(face))
            for channel in range(channels):
                color = colors[face, channel] if face != BACKGROUND else background[channel]
                for k in range(first, end, WIDE):
                    store(shown_, channel * size * stride + to + k, spread_wide(color))
            if face == BACKGROUND:
                continue
            k = place[face]
            if k < 0:
                k = place[face] = count
                count += 1
                boxes[k, 0], boxes[k, 1], boxes[k, 2], boxes[k, 4] = first, end - 1, row, face
            boxes[k, 0] = min(boxes[k, 0], first)
            boxes[k, 1] = max(boxes[k, 1], end - 1)
            boxes[k, 3] = row
    for k in range(count):
        place[boxes[k, 4]] = -1
    return boxes[:count]


@kernel
def _by_first_column(boxes, size):
    """Boxes from `_visible_faces`, in the order of their first column: faces that share columns come together."""
    place = np.zeros(size + 1, np.int64)
    for k in range(len(boxes)):
        place[boxes[k, 0] + 1] += 1
    place = np.cumsum(place)
    ordered = np.empty_like(boxes)
    for k in range(len(boxes)):
        ordered[place[boxes[k, 0]]] = boxes[k]
        place[boxes[k, 0]] += 1
    return ordered


@kernel
def _wishes(grad_image, share, samples, border, wishes):
    """Write the gradient of every sample, line by line from the last of an image [C, S / samples, S / samples].

    Args:
        share: of a pixel's gradient, which each of its samples has.
        border: where a line begins in wishes.
        wishes: [C, S / samples, P] float32, out. The lines of one pixel have the same.
    """
    channels, height, width = grad_image.shape
    right = np.uint64(samples - 1)
    for channel in range(channels):
        for row in range(height):
            of_pixels, line = grad_image[channel, height - 1 - row], wishes[channel, row]
            for k in range(width):
                first = np.uint64(border + k * samples)
                line[first] = line[first + right] = share * of_pixels[np.uint64(k)]


@inlined
def _transpose(source, start, step, target, to, target_step, count, size):
    """Write `count` columns of `size` numbers as lines. source, target: pointers; the others: as for `transpose`."""
    for column in range(0, count, LANES):
        for row in range(0, size, LANES):
            if column + LANES <= count and row + LANES <= size:
                transpose(source, start + row * step + column, step, target, to + column * target_step + row,
                          target_step)
            else:
                for i in range(column, min(column + LANES, count)):
                    for j in range(row, min(row + LANES, size)):
                        target[to + i * target_step + j] = source[start + j * step + i]


@kernel
def _line_gradients(vertices, faces, boxes, along, samples, size, near, owner, colors, wishes, positions, inverses, eps,
                    grad_vertices):
    """Add up the gradients that the lines of one direction give to the vertices.

    Nobody can predict what faces look like, and to guess wrong is dear: so there are few branches in the loops.

    Args:
        vertices: [V, 3] float32.
        faces: [F, 3] int32.
        boxes: [N, 5] from `_visible_faces`.
        along: the axis that the scanlines are counted along, 0 for x and 1 for y. They run along the other.
        samples: samples per pixel and axis, 1 or 2.
        size: S.
        near: from `near_edges`.
        owner, colors, wishes: the samples' faces, colours and gradients, lines of this direction: see `edge_space`.
        positions, inverses: from `edge_space`.
        eps: float32, added to the distance that an end of an edge has to move.
        grad_vertices: [V, 3] float32, added to.
    """
    channels, _, stride = colors.shape
    of_channel, of_wishes, border = size * stride, wishes.shape[1] * stride, near + WIDE
    across = 1 - along
    last = np.float32(size - 1)
    unit = TWO / np.float32(size)  # side of a sample
    centre = _centre(size, eps)
    change, ones = np.zeros(stride, np.float32), np.ones(stride, np.float32)
    owner_, colors_, wishes_, positions_ = pointer(owner), pointer(colors), pointer(wishes), pointer(positions)
    inverses_, change_, ones_ = pointer(inverses), pointer(change), pointer(ones)
    middle = len(inverses) // 2
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
            step = int(direction)
            # Counted from the inner sample: where the near samples begin, and the far ones, and how many
            to_near, to_far = (1, 1 + near) if step > 0 else (-near, -near - WIDE)
            most_far = size - 1 - near if step > 0 else -near
            # They are bounded before they become integers, because an integer cannot hold every float.
            begin = int(min(max(first_scanline(s_a, s_b), box_begin), box_end + ONE))
            end = int(max(min(last_scanline(s_a, s_b), box_end), box_begin - ONE)) + 1
            outside_a = outside_b = spread_wide(ZERO)
            inside_a = inside_b = spread(ZERO)
            for line in range(begin, end):
                s = np.float32(line)
                crossing = line_crossing(s, s_a, t_a, s_b, t_b)
                inner = inner_sample(crossing, direction)
                outer = inner + direction
                # A crossing that is not a number fails every comparison, and leaves here too.
                if not ((inner >= 0) & (inner <= last) & (outer >= 0) & (outer <= last)):
                    continue
                scale_a = end_scale(s_b - s_a, s_b - s, unit)
                scale_b = end_scale(s_b - s_a, s - s_a, unit)
                # A crossing at one end does not move with the other end.
                moves_a, moves_b = s != s_b, s != s_a
                i = int(inner)
                start, of_wish = line * stride + border, (line >> (samples - 1)) * stride + border
                if owner_[start + i] == face:  # outside: the face could grow over these samples
                    values_, of_values, weights_, of_weights = colors_, start, wishes_, of_wish
                    level = colors_[start + i]
                    if channels > 1:
                        _add_up_channels(colors_, start, of_channel, wishes_, of_wish, of_wishes, channels, i,
                                         i + 1 if step > 0 else 0, size if step > 0 else i, change_, border)
                        values_, of_values, weights_, of_weights, level = change_, border, ones_, border, ZERO
                    far_a, far_b = _near(values_, of_values, weights_, of_weights, level, i + to_near, near, crossing,
                                         scale_a, scale_b, eps, positions_, border)
                    sum1, sum2, sum3 = _far(values_, of_values, weights_, of_weights, level, i + to_far,
                                            most_far - step * i, WIDE * step, inverses_, middle - i)
                    reach_a, reach_b = ONE / scale_a, ONE / scale_b
                    rest = abs(crossing - inner) - centre
                    rest_a, rest_b = rest - eps * reach_a, rest - eps * reach_b
                    far_a = fused(fused(fused(sum3, rest_a, sum2), rest_a, sum1), direction * reach_a, far_a)
                    far_b = fused(fused(fused(sum3, rest_b, sum2), rest_b, sum1), direction * reach_b, far_b)
                    if moves_a:
                        outside_a = outside_a + far_a
                    if moves_b:
                        outside_b = outside_b + far_b
                opposite = line_crossing(s, s_c, t_c, s_b, t_b)
                if is_between(s, s_a, s_c):
                    opposite = line_crossing(s, s_a, t_a, s_c, t_c)
                limit = inner_limit(opposite, direction)
                # inside: the face could draw back from its own
                first, final = max(min(inner, limit), low), min(max(inner, limit), high)
                final = final if np.isfinite(opposite) else -ONE
                values_, of_values, weights_, of_weights = colors_, start, wishes_, of_wish
                level = colors_[start + i + step]
                if channels > 1:
                    _add_up_channels(colors_, start, of_channel, wishes_, of_wish, of_wishes, channels, i + step,
                                     int(first), int(final) + 1, change_, border)
                    values_, of_values, weights_, of_weights, level = change_, border, ones_, border, ZERO
                more_a, more_b = _inside(values_, of_values, weights_, of_weights, level, first, final, crossing,
                                         scale_a, scale_b, eps, owner_, start, face, positions_, border)
                if moves_a:
                    inside_a = inside_a + more_a
                if moves_b:
                    inside_b = inside_b + more_b
            grad_vertices[a, across] -= total(outside_a) + total(inside_a)
            grad_vertices[b, across] -= total(outside_b) + total(inside_b)
            a, s_a, t_a, b, s_b, t_b, c, s_c, t_c = b, s_b, t_b, c, s_c, t_c, a, s_a, t_a


@inlined
def _near_vector(values, of_values, weights, of_weights, level, k, crossing, scale_a, scale_b, eps, positions, border,
                 sum_a, sum_b):
    """Add the part of WIDE samples from k on to the sums of `_near`."""
    change = max(spread_wide(ZERO),
                 (load_wide(values, of_values + k) - level) * load_wide(weights, of_weights + k))
    distance = load_wide(positions, border + k) - crossing
    distance_a, distance_b = end_distance(distance, scale_a, eps), end_distance(distance, scale_b, eps)
    # one division for both ends
    change = change / (distance_a * distance_b)
    return fused(change, distance_b, sum_a), fused(change, distance_a, sum_b)


@inlined
def _near(values, of_values, weights, of_weights, level, first, near, crossing, scale_a, scale_b, eps, positions,
          border):
    """Sum the changes that count over the `near` samples from `first` on, whichever face owns them.

    Each change is divided by the distance that an end of the edge has to move for it.

    Args:
        values, of_values, weights, of_weights, level: sample i changes by (values[of_values + i] - level) *
            weights[of_weights + i]. Beyond the image it changes by 0.
        near: from `near_edges`.
        crossing: where the edge crosses the line.
        scale_a, scale_b: the distance that each end moves when the crossing moves by one sample.
        eps: float32, added to these distances.
        positions, border: of `_line_gradients`.

    Returns:
        The sums for the two ends, in parts, as wide vectors.
    """
    sum_a = sum_b = spread_wide(ZERO)
    for k in (first, first + WIDE):  # always as many: NEAR
        sum_a, sum_b = _near_vector(values, of_values, weights, of_weights, level, k, crossing, scale_a, scale_b, eps,
                                    positions, border, sum_a, sum_b)
    for k in range(first + NEAR, first + near, WIDE):
        sum_a, sum_b = _near_vector(values, of_values, weights, of_weights, level, k, crossing, scale_a, scale_b, eps,
                                    positions, border, sum_a, sum_b)
    return sum_a, sum_b


@inlined
def _far(values, of_values, weights, of_weights, level, first, count, step, inverses, middle):
    """As `_near`, where the distances are so long that they need not be divided by.

    With m the number of samples from the inner one, a change is to be divided by m - e, for an e that each end of each
    edge has, times the end's scale. 1 / (m - e) is taken as 1/h + r/h^2 + r^2/h^3, with h = m - centre and
    r = e - centre. 1/h is the same for all edges. What is left out is at most (r/h)^3, FAR_RATIO^-3, of it.

    Args:
        first: the samples are WIDE from here on, WIDE from first + step on, and so on.
        count: of samples.
        inverses: pointer to 1/h; middle: there is sample 0's.

    Returns:
        The sums of the changes divided by h, h^2 and h^3, in parts, as wide vectors.
    """
    sum1 = sum2 = sum3 = nothing = spread_wide(ZERO)
    for _ in range(0, count, WIDE):
        change = max(nothing, (load_wide(values, of_values + first) - level) * load_wide(weights, of_weights + first))
        inverse = load_wide(inverses, middle + first)
        change = change * inverse
        sum1 = sum1 + change
        change = change * inverse
        sum2 = sum2 + change
        sum3 = fused(change, inverse, sum3)
        first += step
    return sum1, sum2, sum3


@inlined
def _inside(values, of_values, weights, of_weights, level, first, final, crossing, scale_a, scale_b, eps, owner,
            of_owner, face, positions, border):
    """As `_near`, over the samples first .. final that the face owns: those with owner[of_owner + i] == face."""
    nothing = spread(ZERO)
    sum_a, sum_b = _inside_vector(values, of_values, weights, of_weights, level, int(first), final, crossing, scale_a,
                                  scale_b, eps, owner, of_owner, face, positions, border, nothing, nothing)
    for k in range(int(first) + LANES, int(final) + 1, LANES):
        sum_a, sum_b = _inside_vector(values, of_values, weights, of_weights, level, k, final, crossing, scale_a,
                                      scale_b, eps, owner, of_owner, face, positions, border, sum_a, sum_b)
    return sum_a, sum_b


@inlined
def _inside_vector(values, of_values, weights, of_weights, level, k, final, crossing, scale_a, scale_b, eps, owner,
                   of_owner, face, positions, border, sum_a, sum_b):
    """Add the part of LANES samples from k on to the sums of `_inside`."""
    change = (load(values, of_values + k) - level) * load(weights, of_weights + k)
    position = load(positions, border + k)
    counts = (load(owner, of_owner + k) == face) & (position <= final) & is_wanted(change)
    distance = position - crossing
    distance_a, distance_b = end_distance(distance, scale_a, eps), end_distance(distance, scale_b, eps)
    change = choose(counts, change, spread(ZERO)) / (distance_a * distance_b)
    return fused(change, distance_b, sum_a), fused(change, distance_a, sum_b)


@inlined
def _add_up_channels(colors, start, of_channel, wishes, of_wish, of_wishes, channels, source, begin, end, change,
                     border):
    """The change of colour of samples begin .. end - 1 of a line, summed over the channels, into change [P].

    Args:
        colors, start, of_channel: pointer, where the line starts in the first channel, and numbers in a channel.
        wishes, of_wish, of_wishes: the same of their gradients.
        source: the sample of the line, on the edge's other side, whose colour the samples would take.
    """
    for k in range(begin, end, LANES):
        of_all = spread(ZERO)
        for channel in range(channels):
            of_line = start + channel * of_channel
            of_all = of_all + ((load(colors, of_line + k) - colors[of_line + source])
                               * load(wishes, of_wish + channel * of_wishes + k))
        store(change, border + k, of_all)
