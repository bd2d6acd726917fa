"""The rasterizer's CPU kernels (numba): faces that show images, and the gradient to the images.

Rule (see rules.py)                                     Function
what is linear on a face, as a plane over the image     doubled_area, plane_slopes, plane_at, in_perspective
coordinates outside of an image                         wrapped
which texels are read, and how much of each             first_texel, between
which mip level                                         footprint_scale, is_coarse

As in kernels.py, one view is worked on in one thread, without the GIL.
"""
import numpy as np

from .. import rules
from ..rules import BACKGROUND, HALF, ONE, ZERO
from ..texture_map import Layout
from .compiled import inlined, kernel
from .kernels import (
    QUARTER,
    corners_of,
    faces_between,
    fill_around,
    find_runs,
    mean_of_equals,
    pixels_of,
    sample_at,
    write_pixels,
)
from .vectors import (
    CHANNELS,
    LANES,
    first_three,
    load,
    load_channels,
    places_in_rows,
    pointer,
    spread,
    spread_channels,
    store,
    sum_of_threes,
)

OF_FACE = 17  # numbers of a row of the table
SEVERAL = -1  # in place of a level: the samples of a face read several
OF_COLORS = 5 * CHANNELS  # numbers of a row of the table of colours

doubled_area = inlined(rules.doubled_area)
plane_slopes = inlined(rules.plane_slopes)
plane_at = inlined(rules.plane_at)
in_perspective = inlined(rules.in_perspective)
wrapped = inlined(rules.wrapped)
first_texel = inlined(rules.first_texel)
between = inlined(rules.between)
footprint_scale = inlined(rules.footprint_scale)
is_coarse = inlined(rules.is_coarse)


@inlined
def _edges(face, vertices, faces, size):
    """Corner 0 of a face, in samples; from there to the other two; the doubled area; 1 / z of the corners."""
    a, b, c = corners_of(face, faces)
    x0, y0 = sample_at(vertices[a, 0], size), sample_at(vertices[a, 1], size)
    dx1, dy1 = sample_at(vertices[b, 0], size) - x0, sample_at(vertices[b, 1], size) - y0
    dx2, dy2 = sample_at(vertices[c, 0], size) - x0, sample_at(vertices[c, 1], size) - y0
    return (x0, y0, dx1, dy1, dx2, dy2, doubled_area(dx1, dy1, dx2, dy2), ONE / vertices[a, 2], ONE / vertices[b, 2],
            ONE / vertices[c, 2])


@inlined
def _level(inverse_depth, scale, last):
    """The mip level, 0 to `last`, of a sample whose 1 / z is given. scale: from `footprint_scale`, times the texels."""
    level, depth = 0, ONE / inverse_depth
    texels = scale * (depth * depth * depth)
    while level < last and is_coarse(texels):
        texels *= QUARTER
        level += 1
    return level


@kernel
def _image_table(shown, vertices, faces, size, layout):
    """Where faces read their images: [N, OF_FACE] float32.

    Corner 0; the planes of 1 / z, u / z and v / z, each as its value there and two slopes; the least and most u, the
    least and most v; the texels of the image's first level under a sample, divided by its depth to the third; the level
    that all of its samples read, or SEVERAL.

    Args:
        shown: [N] int32, faces.
        vertices, faces, size, layout: as for `shade_images`.
    """
    uv, _, image, first, _, _, steps = layout
    table = np.empty((len(shown), OF_FACE), np.float32)
    for i in range(len(shown)):
        face = shown[i]
        x0, y0, dx1, dy1, dx2, dy2, area, q0, q1, q2 = _edges(face, vertices, faces, size)
        front = face if face < len(faces) else face - len(faces)
        a, c = (0, 2) if face < len(faces) else (2, 0)
        u0, v0, u1, v1 = uv[front, a, 0], uv[front, a, 1], uv[front, 1, 0], uv[front, 1, 1]
        u2, v2 = uv[front, c, 0], uv[front, c, 1]
        row = table[i]
        row[0], row[1], row[2] = x0, y0, q0
        row[3], row[4] = plane_slopes(dx1, dy1, dx2, dy2, area, q0, q1, q2)
        row[5] = u0 * q0
        row[6], row[7] = plane_slopes(dx1, dy1, dx2, dy2, area, u0 * q0, u1 * q1, u2 * q2)
        row[8] = v0 * q0
        row[9], row[10] = plane_slopes(dx1, dy1, dx2, dy2, area, v0 * q0, v1 * q1, v2 * q2)
        row[11], row[12] = min(u0, u1, u2), max(u0, u1, u2)
        row[13], row[14] = min(v0, v1, v2), max(v0, v1, v2)
        level = first[image[front]]
        texels = max(steps[level, 0], ONE) * max(steps[level, 1], ONE)
        area_in_texture = doubled_area(u1 - u0, v1 - v0, u2 - u0, v2 - v0)
        row[15] = footprint_scale(area_in_texture, area, q0, q1, q2) * texels
        last = first[image[front] + 1] - 1 - level
        nearest, farthest = _level(max(q0, q1, q2), row[15], last), _level(min(q0, q1, q2), row[15], last)
        row[16] = nearest if nearest == farthest else SEVERAL
    return table


@kernel
def _color_table(shown, vertices, faces, size, colors):
    """The colours of faces' corners as planes: [N, OF_COLORS] float32.

    Of all channels the value at corner 0, the slope along x, the slope along y, the least and the most, in CHANNELS
    numbers each.

    Args:
        colors: [F or 2F, 3, 3].
        The others: as for `_image_table`.
    """
    table = np.zeros((len(shown), OF_COLORS), np.float32)
    for i in range(len(shown)):
        face, row = shown[i], table[i]
        _, _, dx1, dy1, dx2, dy2, area, q0, q1, q2 = _edges(face, vertices, faces, size)
        for channel in range(3):
            c0, c1, c2 = colors[face, 0, channel], colors[face, 1, channel], colors[face, 2, channel]
            row[channel] = c0 * q0
            row[CHANNELS + channel], row[2 * CHANNELS + channel] = plane_slopes(
                dx1, dy1, dx2, dy2, area, c0 * q0, c1 * q1, c2 * q2)
            row[3 * CHANNELS + channel], row[4 * CHANNELS + channel] = min(c0, c1, c2), max(c0, c1, c2)
    return table


@inlined
def _inverse_depth(x, y, table, row):
    """1 / z of a face at a sample."""
    return plane_at(x - table[row], y - table[row + 1], table[row + 2], table[row + 3], table[row + 4])


@inlined
def _level_at(x, y, table, row, last):
    """Which mip level a sample reads, 0 to `last`."""
    if table[row + 16] != SEVERAL:
        return int(table[row + 16])
    return _level(_inverse_depth(x, y, table, row), table[row + 15], last)


@inlined
def _coordinates(x, y, table, row, wrap_u, wrap_v):
    """A sample's texture coordinates in [0, 1], and its depth."""
    depth = ONE / _inverse_depth(x, y, table, row)
    dx, dy = x - table[row], y - table[row + 1]
    u = plane_at(dx, dy, table[row + 5], table[row + 6], table[row + 7])
    v = plane_at(dx, dy, table[row + 8], table[row + 9], table[row + 10])
    return (wrapped(in_perspective(u, depth, table[row + 11], table[row + 12]), wrap_u),
            wrapped(in_perspective(v, depth, table[row + 13], table[row + 14]), wrap_v), depth)


@inlined
def _part(place, first, is_nearest):
    """How much of the second texel is read."""
    return np.floor(place - first + HALF) if is_nearest else place - first


@inlined
def _end_of_level(first, end, y, table, row, last, level):
    """The end of the samples from `first` on, at most `end`, that read one mip level.

    1 / z is linear along a line, so that the level rises or falls along it: if it is the same at both ends of a run, it
    is so between them.
    """
    if table[row + 16] != SEVERAL or _level_at(np.float32(end - 1), y, table, row, last) == level:
        return end
    k = first + 1
    while k < end and _level_at(np.float32(k), y, table, row, last) == level:
        k += 1
    return k


@kernel
def shade_images(face_index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, texels: np.ndarray,
                 layout: tuple[np.ndarray, ...], is_nearest: bool, colors: np.ndarray, background: np.ndarray,
                 samples: int, box: np.ndarray, image: np.ndarray) -> None:
    """Like `kernels.shade`, but each sample is read from its face's image and multiplied by the face's colour.

    Args:
        vertices: [V, 3] float32, as for `kernels.draw`.
        faces: [F, 3] int32.
        texels: [T, 3] float32, of a texture map.
        layout, is_nearest: from `arguments`.
        colors: [F or 2F, 3] float32, or of the corners [F or 2F, 3, 3].
        background: [3] float32.
        image: [3, S / samples, S / samples] float32, out.
        The others: as for `kernels.shade`.
    """
    _, height, width = image.shape
    size = width * samples
    begin, first_run, row_of, shown = find_runs(face_index, len(faces), size, box)
    table = _image_table(shown, vertices, faces, size, layout)
    of_corners = np.empty((0, 0), np.float32)
    if colors.ndim == 3:
        of_corners = _color_table(shown, vertices, faces, size, colors)
    positions = np.arange(size + LANES).astype(np.float32)
    _shade_images(face_index, texels, layout, is_nearest, colors, background, samples, box, begin, first_run, row_of,
                  table, of_corners, positions, np.ones(CHANNELS, np.float32), np.zeros(CHANNELS, np.float32),
                  np.empty(LANES, np.int32), np.empty(3 * LANES, np.float32),
                  np.empty((samples, (size + LANES) * CHANNELS), np.float32), np.empty(width * CHANNELS, np.float32),
                  image)


@kernel
def _shade_images(face_index, texels, layout, is_nearest, colors, background, samples, box, begin, first_run, row_of,
                  table, of_corners, positions, color, empty, places, parts, lines, pixels, image):
    """The loops of `shade_images`, which allocates what they need."""
    _, height, width = image.shape
    size = width * samples
    _, wrap, of_face, first_level, start, level_size, steps = layout
    n_faces = len(wrap)
    top, bottom, left, right = pixels_of(box, samples, size)
    for channel in range(3):
        empty[channel] = background[channel]
        fill_around(top, bottom, left, right, mean_of_equals(background[channel], samples), image[channel])
    line_step = lines.shape[1]
    texels_, color_, empty_, lines_, pixels_ = pointer(texels), pointer(color), pointer(empty), pointer(lines), pointer(
        pixels)
    table_, of_corners_, positions_ = pointer(table), pointer(of_corners), pointer(positions)
    places_, parts_ = pointer(places), pointer(parts)
    share = ONE / np.float32(samples * samples)
    for i in range(top, bottom):
        from_, to = faces_between(face_index, begin, first_run, size - (i + 1) * samples, samples, size, left, right)
        for channel in range(3):
            image[channel, i, left:from_] = image[channel, i, to:right] = mean_of_equals(background[channel], samples)
        for sample in range(samples):
            line = size - 1 - i * samples - sample
            y, to_line = np.float32(line), sample * line_step
            for run in range(first_run[line], first_run[line + 1] - 1):
                face, first, end = face_index[begin[run]], begin[run] - line * size, begin[run + 1] - line * size
                if face == BACKGROUND:
                    nothing = load_channels(empty_, 0)
                    for k in range(max(first, from_ * samples), min(end, to * samples)):
                        store(lines_, to_line + k * CHANNELS, nothing)
                    continue
                row = row_of[face] * OF_FACE
                front = face if face < n_faces else face - n_faces
                wrap_u, wrap_v, lowest = wrap[front, 0], wrap[front, 1], first_level[of_face[front]]
                last = first_level[of_face[front] + 1] - 1 - lowest
                if colors.ndim == 2:
                    for channel in range(3):
                        color[channel] = colors[face, channel]
                while first < end:
                    level = _level_at(np.float32(first), y, table_, row, last)
                    end_of_level = _end_of_level(first, end, y, table_, row, last, level)
                    level += lowest
                    _read_run(first, end_of_level, y, table_, row, wrap_u, wrap_v, is_nearest, texels_,
                              3 * start[level], level_size[level, 0], steps[level, 0], steps[level, 1], positions_,
                              places_, parts_, load_channels(color_, 0), lines_, to_line)
                    first = end_of_level
                if colors.ndim == 3:
                    _multiply_by_corners(begin[run] - line * size, end, y, table_, row, of_corners_,
                                         row_of[face] * OF_COLORS, lines_, to_line)
        write_pixels(lines_, line_step, samples, CHANNELS, share, from_, to, pixels_, image[:, i])


@inlined
def _read_run(first, end, y, table, row, wrap_u, wrap_v, is_nearest, texels, start, width, steps_u, steps_v, positions,
              places, parts, color, lines, to_line):
    """Read samples first .. end - 1 of a line from one level of one image.

    Args:
        table, row: pointer to the numbers of `_image_table`, and where the face's begin.
        start, width: the level's first number, and its texels in a row of memory.
        positions: pointer to 0, 1, .. as float32.
        places, parts: pointers to LANES int32 and three lines of LANES float32, work space.
        color: CHANNELS numbers to multiply by.
        lines, to_line: pointer to the lines' colours, and where this line begins.
    """
    for k in range(first, end, LANES):
        u, v, _ = _coordinates(load(positions, k), y, table, row, wrap_u, wrap_v)
        column, line = u * steps_u, v * steps_v
        first_column, first_line = first_texel(column, steps_u), first_texel(line, steps_v)
        across, down = _part(column, first_column, is_nearest), _part(line, first_line, is_nearest)
        store(places, 0, places_in_rows(first_line, first_column, width))
        store(parts, 0, ONE - across)
        store(parts, LANES, across)
        store(parts, 2 * LANES, down)
        for w in range(min(LANES, end - k)):
            # Two texels of a row stand together, and are read together.
            a = start + 3 * places[w]
            pair = first_three(spread(parts[w]), spread(parts[LANES + w]))
            both = between(load(texels, a), load(texels, a + 3 * width), parts[2 * LANES + w]) * pair
            store(lines, to_line + (k + w) * CHANNELS, sum_of_threes(both) * color)


@inlined
def _multiply_by_corners(first, end, y, table, row, of_corners, start, lines, to_line):
    """Multiply the colours of samples first .. end - 1 of a line by those between the corners of their face.

    Args:
        of_corners, start: pointer to the numbers of `_color_table`, and where the face's begin.
        The others: as for `_read_run`.
    """
    f0, slope_x, slope_y = (load_channels(of_corners, start), load_channels(of_corners, start + CHANNELS),
                            load_channels(of_corners, start + 2 * CHANNELS))
    least, most = load_channels(of_corners, start + 3 * CHANNELS), load_channels(of_corners, start + 4 * CHANNELS)
    for k in range(first, end):
        x, at = np.float32(k), to_line + k * CHANNELS
        depth = ONE / _inverse_depth(x, y, table, row)
        over_z = plane_at(spread_channels(x - table[row]), spread_channels(y - table[row + 1]), f0, slope_x, slope_y)
        store(lines, at, load_channels(lines, at) * in_perspective(over_z, spread_channels(depth), least, most))


@kernel
def image_gradient(face_index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, texels: np.ndarray,
                   layout: tuple[np.ndarray, ...], is_nearest: bool, colors: np.ndarray, grad_image: np.ndarray,
                   samples: int, grad_texels: np.ndarray, grad_colors: np.ndarray) -> None:
    """Gradient with respect to the texels of images, and to the colours that they are multiplied with.

    Args:
        face_index, vertices, faces, texels, layout, is_nearest, colors, samples: as for `shade_images`.
        grad_image: [3, S / samples, S / samples] float32, row 0 at the top.
        grad_texels, grad_colors: like texels and colors, added to.
    """
    _, height, width = grad_image.shape
    size, n_faces = width * samples, len(faces)
    _, wrap, of_face, first_level, start, level_size, steps = layout
    _, _, row_of, shown = find_runs(face_index, n_faces, size, np.array([0, size, 0, size]))
    table = _image_table(shown, vertices, faces, size, layout).reshape(-1)
    share = ONE / np.float32(samples * samples)
    shares = np.ones(3, np.float32)  # of each corner's colour
    for line in range(size):
        for k in range(size):
            face = face_index[line * size + k]
            if face == BACKGROUND:
                continue
            pixel = grad_image[:, height - 1 - line // samples, k // samples]
            if (pixel == 0).all():
                continue
            x, y, row = np.float32(k), np.float32(line), row_of[face] * OF_FACE
            front = face if face < n_faces else face - n_faces
            lowest = first_level[of_face[front]]
            level = lowest + _level_at(x, y, table, row, first_level[of_face[front] + 1] - 1 - lowest)
            u, v, depth = _coordinates(x, y, table, row, wrap[front, 0], wrap[front, 1])
            steps_u, steps_v = steps[level]
            first_column, first_line = first_texel(u * steps_u, steps_u), first_texel(v * steps_v, steps_v)
            across = _part(u * steps_u, first_column, is_nearest)
            down = _part(v * steps_v, first_line, is_nearest)
            if colors.ndim == 3:
                x0, y0, dx1, dy1, dx2, dy2, area, q0, q1, q2 = _edges(face, vertices, faces, size)
                for corner in range(3):
                    f0 = q0 if corner == 0 else ZERO
                    slope_x, slope_y = plane_slopes(dx1, dy1, dx2, dy2, area, f0, q1 if corner == 1 else ZERO,
                                                    q2 if corner == 2 else ZERO)
                    plane = plane_at(x - x0, y - y0, f0, slope_x, slope_y)
                    shares[corner] = in_perspective(plane, depth, ZERO, ONE)
            a = start[level] + int(first_line) * level_size[level, 0] + int(first_column)
            b = a + level_size[level, 0]
            for channel in range(3):
                wish = share * pixel[channel]
                if colors.ndim == 3:
                    color = ZERO
                    for corner in range(3):
                        color += shares[corner] * colors[face, corner, channel]
                else:
                    color = colors[face, channel]
                read = ZERO
                for place, weight in ((a, (ONE - across) * (ONE - down)), (a + 1, across * (ONE - down)),
                                      (b, (ONE - across) * down), (b + 1, across * down)):
                    read += weight * texels[place, channel]
                    grad_texels[place, channel] += weight * color * wish
                if colors.ndim == 3:
                    for corner in range(3):
                        grad_colors[face, corner, channel] += shares[corner] * read * wish
                else:
                    grad_colors[face, channel] += read * wish


def arguments(layout: Layout) -> tuple[tuple[np.ndarray, ...], bool]:
    """A texture map's Layout as the kernels' arguments `layout` and `is_nearest`."""
    names = "uv", "wrap", "image", "first", "start", "size", "steps"
    return tuple(getattr(layout, name).numpy() for name in names), layout.is_nearest
