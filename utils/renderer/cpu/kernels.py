"""The rasterizer's CPU kernels (numba): which face every sample shows, and its colour.

Rule (see rules.py)                         Function
which faces are drawn                       faces_camera
the three edges of a face                   edge_function
the depth of a face at a sample             sample_depth
what a face covers, near                    is_covered
the nearest face, far, equal depths         is_nearer
barycentric weights, clamped                weight_planes, weight_at
the depth that places in a cube depend on   depth_at
where a colour cube is read                 cube_place

A kernel draws one view in one thread, without the GIL. The caller runs as many views side by side as it has cores.
"No branches, unsigned indices" marks the loops that must stay so: only then are they compiled to vector instructions.
"""
import numpy as np

from .. import rules
from ..rules import BACKGROUND, FLAT_CUBE, HALF, MARGIN, ONE, ZERO
from .compiled import inlined, kernel

INFINITY = np.float32(np.inf)
QUARTER = np.float32(0.25)
VECTOR = 8  # samples that one vector instruction holds
NARROW = 32  # samples; rows of a triangle up to this wide are not cut shorter
BLOCK = 32  # pixels, or samples, that are tested together

sample_at = inlined(rules.sample_at)
faces_camera = inlined(rules.faces_camera)
edge_function = inlined(rules.edge_function)
sample_depth = inlined(rules.sample_depth)
is_covered = inlined(rules.is_covered)
is_nearer = inlined(rules.is_nearer)
weight_planes = inlined(rules.weight_planes)
weight_at = inlined(rules.weight_at)
depth_at = inlined(rules.depth_at)
cube_place = inlined(rules.cube_place)


@inlined
def corners_of(face: int, faces: np.ndarray) -> tuple[int, int, int]:
    """The vertices of a face's corners. From len(faces) on faces are backs: their corners run the other way."""
    back = face >= len(faces)
    front = face - len(faces) if back else face
    return faces[front, 2 if back else 0], faces[front, 1], faces[front, 0 if back else 2]


@inlined
def _draw_span(first, count, row_start, y, face, x0, y0, dx0, dy0, x1, y1, dx1, dy1, x2, y2, dx2, dy2,
               inverse0, inverse1, inverse2, near, centres, face_index, depth):
    """Test and draw `count` samples of one row. No branches, unsigned indices."""
    for i in range(count):
        sample = np.uint64(row_start + first + i)
        x = centres[np.uint64(first + i)]
        w2 = edge_function(x, y, x0, y0, dx0, dy0)
        w0 = edge_function(x, y, x1, y1, dx1, dy1)
        w1 = edge_function(x, y, x2, y2, dx2, dy2)
        z = sample_depth(w0, w1, w2, inverse0, inverse1, inverse2)
        old_z, old_face = depth[sample], face_index[sample]
        # A failed test adds infinity. A branch would make the stores masked, and slow.
        z += ZERO if is_covered(w0, w1, w2, z, near) else INFINITY
        depth[sample] = z if is_nearer(z, old_z) else old_z
        face_index[sample] = face if is_nearer(z, old_z) else old_face


@inlined
def _draw_triangle(x0, y0, z0, x1, y1, z1, x2, y2, z2, face, centres, near, face_index, depth):
    """Z-buffer one triangle whose corners run counter-clockwise on the image.

    A row of a narrow triangle is tested from the triangle's left end to its right end. A row of a wide one is tested
    between the edges, with a margin for rounding. For a few vectors of samples, to find the edges would take longer.
    In either case the three edge functions decide what is covered.
    """
    size = centres.shape[0]
    low = sample_at(min(y0, y1, y2), size)
    high = sample_at(max(y0, y1, y2), size)
    left = sample_at(min(x0, x1, x2), size)
    right = sample_at(max(x0, x1, x2), size)
    last = np.float32(size - 1)
    # A coordinate that is not a number fails every comparison, and leaves here too.
    if not (low <= last and high >= 0 and left <= last and right >= 0 and high - low >= 0 and right - left >= 0):
        return
    first_row = int(np.ceil(max(low - MARGIN, ZERO)))
    last_row = int(np.floor(min(high + MARGIN, last)))
    left = max(left - MARGIN, ZERO)
    right = min(right + MARGIN, last)

    dx0, dy0 = x1 - x0, y1 - y0
    dx1, dy1 = x2 - x1, y2 - y1
    dx2, dy2 = x0 - x2, y0 - y2
    inverse0, inverse1, inverse2 = ONE / z0, ONE / z1, ONE / z2

    # Whole vectors are cheaper than a remainder of single samples. The edge functions reject the extra samples.
    first = int(np.ceil(left))
    count = (int(np.floor(right)) - first + VECTOR) // VECTOR * VECTOR
    if count <= min(NARROW, size):
        first = min(first, size - count)
        for row in range(first_row, last_row + 1):
            _draw_span(first, count, row * size, centres[row], face, x0, y0, dx0, dy0, x1, y1, dx1, dy1,
                       x2, y2, dx2, dy2, inverse0, inverse1, inverse2, near, centres, face_index, depth)
        return

    half = np.float32(size) * HALF
    slope0 = dx0 / dy0 * half
    slope1 = dx1 / dy1 * half
    slope2 = dx2 / dy2 * half
    column0, column1, column2 = sample_at(x0, size), sample_at(x1, size), sample_at(x2, size)
    for row in range(first_row, last_row + 1):
        y = centres[row]
        # Inside, (y - y_k) dx_k - (x - x_k) dy_k >= 0 for every edge k. So an edge that rises bounds x from the right,
        # and one that falls bounds it from the left. A level edge has no slope, and bounds nothing here.
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
        padded = (count + VECTOR - 1) // VECTOR * VECTOR
        if padded <= size:
            first, count = min(first, size - padded), padded
        _draw_span(first, count, row * size, y, face, x0, y0, dx0, dy0, x1, y1, dx1, dy1, x2, y2, dx2, dy2,
                   inverse0, inverse1, inverse2, near, centres, face_index, depth)


@kernel
def draw(vertices: np.ndarray, faces: np.ndarray, fill_back: bool, centres: np.ndarray, near: float, far: float,
         face_index: np.ndarray, depth: np.ndarray, behind: np.ndarray) -> None:
    """Find the nearest face at every sample of one view.

    Args:
        vertices: [V, 3] float32, x and y on the image in [-1, 1], z the depth.
        faces: [F, 3] int32.
        fill_back: draw the back of face i too, as face F + i with its corners reversed.
        centres: [S] float32, the coordinate of each sample's centre.
        near, far: float32, depths between which a face counts.
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
        if faces_camera(x0, y0, x1, y1, x2, y2):
            _draw_triangle(x0, y0, vertices[a, 2], x1, y1, vertices[b, 2], x2, y2, vertices[c, 2],
                           np.int32(face), centres, near, face_index, depth)
        if faces_camera(x2, y2, x1, y1, x0, y0):
            behind[n_behind] = face
            n_behind += 1
    if not fill_back:
        return
    # The backs come after all fronts. At equal depth the earlier face stays, so a front hides a back.
    for i in range(n_behind):
        face = behind[i]
        c, b, a = faces[face, 0], faces[face, 1], faces[face, 2]
        _draw_triangle(vertices[a, 0], vertices[a, 1], vertices[a, 2], vertices[b, 0], vertices[b, 1], vertices[b, 2],
                       vertices[c, 0], vertices[c, 1], vertices[c, 2],
                       np.int32(face + n_faces), centres, near, face_index, depth)


@kernel
def shade(face_index: np.ndarray, colors: np.ndarray, background: np.ndarray, samples: int, image: np.ndarray) -> None:
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
        # Four samples of a pixel, in two lines. Where a pixel has one sample, it is taken four times.
        upper = (height - 1 - row) * samples * size
        lower = upper + (samples - 1) * size
        for begin in range(0, width, BLOCK):
            end = min(begin + BLOCK, width)
            start, count = begin * samples, (end - begin) * samples
            face = face_index[upper + start]
            if are_all(face, face_index, upper + start, lower + start, count):
                for channel in range(channels):
                    image[channel, row, begin:end] = colors[face, channel] if face >= 0 else background[channel]
            else:
                for channel in range(channels):
                    _average(face_index, upper, lower, samples, colors, channel, background[channel], begin, end,
                             image[channel, row])


@inlined
def are_all(face: int, face_index: np.ndarray, upper: int, lower: int, count: int) -> bool:
    """Whether `count` samples from `upper` on, and from `lower` on, show one face. No branches, unsigned indices."""
    different = np.int32(0)
    for i in range(count):
        different |= (face_index[np.uint64(upper + i)] ^ face) | (face_index[np.uint64(lower + i)] ^ face)
    return different == 0


@inlined
def _color(face, colors, channel, empty):
    """A face's colour; `empty` where there is no face."""
    return colors[np.uint64(max(face, np.int32(0))), channel] if face >= 0 else empty


@inlined
def _average(face_index, upper, lower, samples, colors, channel, empty, begin, end, line):
    """One channel of the pixels begin .. end - 1 of a line. No branches, unsigned indices."""
    channel, right = np.uint64(channel), np.uint64(samples - 1)
    for i in range(begin, end):
        a, c = np.uint64(upper + i * samples), np.uint64(lower + i * samples)
        face_a, face_b, face_c, face_d = face_index[a], face_index[a + right], face_index[c], face_index[c + right]
        color = _color(face_a, colors, channel, empty)
        total = color + _color(face_b, colors, channel, empty)
        total += _color(face_c, colors, channel, empty)
        total += _color(face_d, colors, channel, empty)
        same = (face_a == face_b) & (face_a == face_c) & (face_a == face_d)
        line[np.uint64(i)] = color if same else total * QUARTER


@kernel
def find_runs(face_index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, size: int,
              ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cut the lines of samples into runs of one face, and collect what shading needs to know of these faces.

    Args:
        face_index: [S * S] int32 from `draw`.
        vertices: [V, 3] float32, as for `draw`.
        faces: [F, 3] int32.
        size: S.

    Returns:
        begin: [R + 1] int32, the sample at which each run begins, and S * S. Every line begins a run.
        first_run: [S + 1] int32, the run that begins each line, and R.
        row_of: [2F] int32, the table's row of every face that owns a sample.
        table: [N, 12] float32, a row for each face: the nine numbers of `weight_planes`, and the corners' depths.
    """
    n_faces = len(faces)
    begin = np.empty(size * size + 1, np.int32)
    first_run = np.empty(size + 1, np.int32)
    row_of = np.full(2 * n_faces, -1, np.int32)
    table = np.empty((min(2 * n_faces, size * size), 12), np.float32)
    runs = count = 0
    for line in range(size):
        first_run[line] = runs
        last = BACKGROUND - 1
        for block in range(line * size, (line + 1) * size, BLOCK):
            end = min(block + BLOCK, (line + 1) * size)
            if last == BACKGROUND and are_all(BACKGROUND, face_index, block, block, end - block):
                continue
            for sample in range(block, end):
                face = face_index[sample]
                if face == last:
                    continue
                last = face
                begin[runs] = sample
                runs += 1
                if face == BACKGROUND or row_of[face] >= 0:
                    continue
                a, b, c = corners_of(face, faces)
                planes = weight_planes(sample_at(vertices[a, 0], size), sample_at(vertices[a, 1], size),
                                       sample_at(vertices[b, 0], size), sample_at(vertices[b, 1], size),
                                       sample_at(vertices[c, 0], size), sample_at(vertices[c, 1], size))
                for k in range(9):
                    table[count, k] = planes[k]
                table[count, 9], table[count, 10], table[count, 11] = vertices[a, 2], vertices[b, 2], vertices[c, 2]
                row_of[face] = count
                count += 1
    begin[runs] = size * size
    first_run[size] = runs
    return begin[:runs + 1], first_run, row_of, table[:count]


@inlined
def _places_of_run(first, count, y, table, row, reverse, steps, end, positions, place):
    """`cube_place` on the three axes for `count` samples of one face. No branches, unsigned indices."""
    a0, b0, c0 = table[row, 0], table[row, 1], table[row, 2]
    a1, b1, c1 = table[row, 3], table[row, 4], table[row, 5]
    a2, b2, c2 = table[row, 6], table[row, 7], table[row, 8]
    z0, z1, z2 = table[row, 9], table[row, 10], table[row, 11]
    axis0, axis1, axis2 = np.uint64(2 if reverse else 0), np.uint64(1), np.uint64(0 if reverse else 2)
    for i in range(count):
        k = np.uint64(first + i)
        x = positions[k]
        w0, w1, w2 = weight_at(x, y, a0, b0, c0), weight_at(x, y, a1, b1, c1), weight_at(x, y, a2, b2, c2)
        total = w0 + w1 + w2
        w0, w1, w2 = w0 / total, w1 / total, w2 / total
        depth = depth_at(w0, w1, w2, z0, z1, z2)
        place[axis0, k] = cube_place(w0, depth, z0, steps, end)
        place[axis1, k] = cube_place(w1, depth, z1, steps, end)
        place[axis2, k] = cube_place(w2, depth, z2, steps, end)


@inlined
def cube_places(first: int, count: int, line: int, face: int, n_faces: int, row_of: np.ndarray, table: np.ndarray,
                cells: int, eps: float, positions: np.ndarray, place: np.ndarray) -> None:
    """Where a run of samples reads its face's colour cube.

    A back is read from its front's cube. Its corners run in reverse order, so its places are given in reverse order.

    Args:
        first, count: the run's first column, and the number of samples.
        line: the run's row.
        face: the face that owns the samples.
        n_faces: F; the faces from there on are backs.
        row_of, table: from `find_runs`.
        cells: cells of the cube along an axis.
        eps: float32, how far before the last cell reading ends.
        positions: [P] float32, 0, 1, ..
        place: [3, P] float32, out.
    """
    steps = np.float32(cells - 1)
    _places_of_run(first, count, np.float32(line), table, np.uint64(row_of[face]), face >= n_faces, steps, steps - eps,
                   positions, place)


@inlined
def _flat_run(first, count, color, place, line, channel):
    """Read a colour cube of one colour at `count` places. No branches, unsigned indices."""
    axis0, axis1, axis2, row = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(channel)
    for i in range(count):
        k = np.uint64(first + i)
        p0, p1, p2 = place[axis0, k], place[axis1, k], place[axis2, k]
        t0, t1, t2 = p0 - np.floor(p0), p1 - np.floor(p1), p2 - np.floor(p2)
        s0, s1, s2 = ONE - t0, ONE - t1, ONE - t2
        value = s0 * s1 * s2 * color
        value += t0 * s1 * s2 * color
        value += s0 * t1 * s2 * color
        value += t0 * t1 * s2 * color
        value += s0 * s1 * t2 * color
        value += t0 * s1 * t2 * color
        value += s0 * t1 * t2 * color
        value += t0 * t1 * t2 * color
        line[row, k] = value


@kernel
def shade_sampled(face_index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray,
                  background: np.ndarray, samples: int, eps: float, image: np.ndarray) -> None:
    """Like `shade`, but each sample is read from a cube of its face's one colour, as the original reads textures.

    Trilinear interpolation changes the last digit of a flat colour, and differently at each sample. That matters to
    the gradient of a network. On a surface of exactly one colour, max-pooling finds only ties, and sends the gradient
    to the first of them, at the top left.

    Args:
        vertices: [V, 3] float32, as for `draw`.
        faces: [F, 3] int32.
        eps: as for `cube_places`.
        The others: as for `shade`.
    """
    channels, height, width = image.shape
    size = width * samples
    begin, first_run, row_of, table = find_runs(face_index, vertices, faces, size)
    positions = np.arange(size + VECTOR).astype(np.float32)
    place = np.zeros((3, size + VECTOR), np.float32)
    colors_of_line = np.empty((channels, size + VECTOR), np.float32)
    for i in range(height):
        image[:, i] = ZERO
        for sample in range(samples):  # a pixel's samples are summed from the top
            line = size - 1 - i * samples - sample
            for run in range(first_run[line], first_run[line + 1]):
                face, first, end = face_index[begin[run]], begin[run] - line * size, begin[run + 1] - line * size
                if face == BACKGROUND:
                    for channel in range(channels):
                        colors_of_line[channel, first:end] = background[channel]
                    continue
                # Whole vectors are cheaper. The next run overwrites the extra samples.
                count = (end - first + VECTOR - 1) // VECTOR * VECTOR
                # All faces are read like fronts: the order of the axes shows in the last digit.
                cube_places(first, count, line, face, 2 * len(faces), row_of, table, FLAT_CUBE, eps, positions, place)
                for channel in range(channels):
                    _flat_run(first, count, colors[face, channel], place, colors_of_line, channel)
            _add_line(colors_of_line, samples, image, i)
    image *= ONE / np.float32(samples * samples)


@inlined
def _textured_run(first, end, cubes, cube, cells, colors, face, place, line):
    """Read samples first .. end - 1 of a line [C, >= S] from a cube, and multiply them by the face's colour."""
    channels = len(line)
    step0, step1, step2 = np.uint64(cells * cells * channels), np.uint64(cells * channels), np.uint64(channels)
    step01, step02, step12, step012 = step0 + step1, step0 + step2, step1 + step2, step0 + step1 + step2
    start = np.uint64(cube) * np.uint64(cells * cells * cells * channels)
    face = np.uint64(face)
    for column in range(first, end):
        k = np.uint64(column)
        p0, p1, p2 = place[0, k], place[1, k], place[2, k]
        i0, i1, i2 = np.int32(p0), np.int32(p1), np.int32(p2)
        t0, t1, t2 = p0 - np.float32(i0), p1 - np.float32(i1), p2 - np.float32(i2)
        s0, s1, s2 = ONE - t0, ONE - t1, ONE - t2
        s0s1, t0s1, s0t1, t0t1 = s0 * s1, t0 * s1, s0 * t1, t0 * t1
        w0, w1, w2, w3 = s0s1 * s2, t0s1 * s2, s0t1 * s2, t0t1 * s2
        w4, w5, w6, w7 = s0s1 * t2, t0s1 * t2, s0t1 * t2, t0t1 * t2
        a = start + np.uint64(i0) * step0 + np.uint64(i1) * step1 + np.uint64(i2) * step2
        for channel in range(channels):
            h = np.uint64(channel)
            value = w0 * cubes[a] + w1 * cubes[a + step0] + w2 * cubes[a + step1] + w3 * cubes[a + step01]
            value += (w4 * cubes[a + step2] + w5 * cubes[a + step02] + w6 * cubes[a + step12]
                      + w7 * cubes[a + step012])
            line[h, k] = value * colors[face, h]
            a += np.uint64(1)


@kernel
def shade_textured(face_index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, textures: np.ndarray,
                   colors: np.ndarray, background: np.ndarray, samples: int, eps: float, image: np.ndarray) -> None:
    """Like `shade`, but each sample is read from its face's colour cube and multiplied by the face's colour.

    Args:
        vertices: [V, 3] float32, as for `draw`.
        faces: [F, 3] int32.
        textures: [F, T, T, T, C] float32, T > 1. A back is read from its front's cube.
        eps: as for `cube_places`.
        The others: as for `shade`.
    """
    channels, height, width = image.shape
    size, n_faces, cells = width * samples, len(faces), textures.shape[1]
    begin, first_run, row_of, table = find_runs(face_index, vertices, faces, size)
    positions = np.arange(size + VECTOR).astype(np.float32)
    place = np.zeros((3, size + VECTOR), np.float32)
    colors_of_line = np.empty((channels, size), np.float32)
    cubes = textures.reshape(-1)
    for i in range(height):
        image[:, i] = ZERO
        for sample in range(samples):
            line = size - 1 - i * samples - sample
            for run in range(first_run[line], first_run[line + 1]):
                face, first, end = face_index[begin[run]], begin[run] - line * size, begin[run + 1] - line * size
                if face == BACKGROUND:
                    for channel in range(channels):
                        colors_of_line[channel, first:end] = background[channel]
                    continue
                count = (end - first + VECTOR - 1) // VECTOR * VECTOR
                cube_places(first, count, line, face, n_faces, row_of, table, cells, eps, positions, place)
                _textured_run(first, end, cubes, face if face < n_faces else face - n_faces, cells, colors, face, place,
                              colors_of_line)
            _add_line(colors_of_line, samples, image, i)
    image *= ONE / np.float32(samples * samples)


@kernel
def _add_line(line, samples, image, i):
    """Add the samples of a line [C, >= S] to row i of an image [C, S / samples, S / samples], from left to right."""
    channels, _, width = image.shape
    for channel in range(channels):
        if samples == 2:
            for j in range(width):
                image[channel, i, j] = image[channel, i, j] + line[channel, 2 * j] + line[channel, 2 * j + 1]
        else:
            for j in range(width):
                image[channel, i, j] += line[channel, j]


@kernel
def shade_depth(depth: np.ndarray, samples: int, image: np.ndarray) -> None:
    """Mean depth at each pixel, row 0 at the top.

    Args:
        depth: [S * S] from `draw`.
        samples: samples per pixel and axis, 1 or 2.
        image: [S / samples, S / samples] float32, out.
    """
    height, width = image.shape
    size = width * samples
    for row in range(height):
        for column in range(width):
            a = (height - 1 - row) * samples * size + column * samples
            b = a + samples - 1
            c = a + (samples - 1) * size
            d = c + samples - 1
            image[row, column] = (depth[a] + depth[b] + depth[c] + depth[d]) * QUARTER


@kernel
def shade_alpha(face_index: np.ndarray, samples: int, image: np.ndarray) -> None:
    """Share of covered samples at each pixel, row 0 at the top.

    Args:
        face_index: [S * S] from `draw`.
        samples: samples per pixel and axis, 1 or 2.
        image: [S / samples, S / samples] float32, out.
    """
    height, width = image.shape
    size = width * samples
    for row in range(height):
        for column in range(width):
            a = (height - 1 - row) * samples * size + column * samples
            b = a + samples - 1
            c = a + (samples - 1) * size
            d = c + samples - 1
            covered = int(face_index[a] >= 0) + (face_index[b] >= 0) + (face_index[c] >= 0) + (face_index[d] >= 0)
            image[row, column] = np.float32(covered) * QUARTER
