"""The rasterizer's CPU kernels (numba): which face every sample shows, and its colour.

Rule (see rules.py)                         Function
which faces are drawn                       faces_camera
the three edges of a face                   edge_function
the depth of a face at a sample             sample_depth
what a face covers, near                    is_covered
the nearest face, far, equal depths         is_nearer, is_as_near
barycentric weights, clamped                weight_planes, weight_at
the depth that places in a cube depend on   depth_at
where a colour cube is read                 cube_place

A kernel draws one view in one thread, without the GIL. The caller runs as many views side by side as it has cores.
"No branches, unsigned indices" marks the loops that must stay so: only then are they compiled to vector instructions.
"""
from typing import Any

import numpy as np

from .. import rules
from ..rules import BACKGROUND, FLAT_CUBE, MARGIN, ONE, ZERO
from .compiled import inlined, kernel
from .vectors import (
    CHANNELS,
    LANES,
    WIDE,
    bits,
    choose,
    first_three,
    load,
    load_channels,
    load_wide,
    lowest_bit,
    pointer,
    spread,
    spread_channels,
    store,
    sum_of_threes,
)

QUARTER = np.float32(0.25)
BLOCK = 32  # pixels, or samples, that are tested together
LARGEST_CUBE = 2 ** 24  # numbers of a colour cube that are counted in float32

sample_at = inlined(rules.sample_at)
faces_camera = inlined(rules.faces_camera)
edge_function = inlined(rules.edge_function)
sample_depth = inlined(rules.sample_depth)
is_covered = inlined(rules.is_covered)
is_nearer = inlined(rules.is_nearer)
is_as_near = inlined(rules.is_as_near)
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
def _draw_columns(first, first_row, end_row, stride, face, x0, y0, dx0, dy0, x1, y1, dx1, dy1, x2, y2, dx2, dy2,
                  inverse0, inverse1, inverse2, near, centres, face_index, depth, coincide):
    """Test and draw LANES samples, from column `first` on, of rows first_row .. end_row - 1."""
    x = load(centres, first)
    for row in range(first_row, end_row):
        samples, y = row * stride + first, centres[row]
        w2 = edge_function(x, y, x0, y0, dx0, dy0)
        w0 = edge_function(x, y, x1, y1, dx1, dy1)
        w1 = edge_function(x, y, x2, y2, dx2, dy2)
        z = sample_depth(w0, w1, w2, inverse0, inverse1, inverse2)
        old_z = load(depth, samples)
        # To write where nothing changes is cheaper than to ask, because nobody can predict the answer.
        shown = is_covered(w0, w1, w2, z, near) & is_nearer(z, old_z)
        store(depth, samples, choose(shown, z, old_z))
        old_face = load(face_index, samples)
        if coincide is not None:
            ties = bits(is_covered(w0, w1, w2, z, near) & is_as_near(z, old_z) & (old_face != BACKGROUND))
            if ties != 0:
                _keep_first(face, samples, bits(shown), ties, face_index, coincide)
                continue
        store(face_index, samples, choose(shown, spread(face), old_face))


@inlined
def _keep_first(face, samples, shown, ties, face_index, n_faces):
    """Draw LANES samples at some of which the face coincides with the one before it: the first in the mesh stays.

    Args:
        shown, ties: a bit for each sample, whether the face is nearer there, and whether the two coincide.
    """
    number = face if face < n_faces else face - n_faces
    for lane in range(LANES):
        bit = np.uint64(1) << np.uint64(lane)
        old = face_index[samples + lane]
        is_first = number < (old if old < n_faces else old - n_faces)
        if is_first if ties & bit else shown & bit:
            face_index[samples + lane] = face


@inlined
def _bounds(x, y, dx, dy, size, lowest, highest):
    """The rows of an edge's inner side, as lines over the columns: two pairs of offset and slope, from and to.

    Inside, (y - y_0) dx - (x - x_0) dy >= 0. So an edge that runs to the right bounds y from below, and one that runs
    to the left bounds it from above. An upright edge bounds nothing here. The lines hold for LANES columns at once,
    and have a margin for rounding.
    """
    slope, offset = 0.0, 0.0
    if dx != 0:
        slope = np.float64(dy) / np.float64(dx)
        offset = (np.float64(y) * size + size - 1 + (1 - size - np.float64(x) * size) * slope) / 2
    reach = slope * (LANES - 1)
    if dx > 0:
        return offset + min(reach, 0.0) - MARGIN, slope, highest, 0.0
    if dx < 0:
        return lowest, 0.0, offset + max(reach, 0.0) + MARGIN, slope
    return lowest, 0.0, highest, 0.0


@inlined
def _draw_triangle(x0, y0, inverse0, x1, y1, inverse1, x2, y2, inverse2, first, end, first_row, end_row, face, size,
                   stride, near, centres, face_index, depth, coincide):
    """Z-buffer one triangle whose corners run counter-clockwise on the image, LANES columns at a time.

    Of a narrow triangle, all rows of the box are tested. Of a wide one, only those between the edges. In either case
    the three edge functions decide what is covered.
    """
    dx0, dy0 = x1 - x0, y1 - y0
    dx1, dy1 = x2 - x1, y2 - y1
    dx2, dy2 = x0 - x2, y0 - y2
    if end - first <= LANES:
        _draw_columns(min(first, stride - LANES), first_row, end_row, stride, face, x0, y0, dx0, dy0, x1, y1, dx1, dy1,
                      x2, y2, dx2, dy2, inverse0, inverse1, inverse2, near, centres, face_index, depth, coincide)
        return
    lowest, highest = np.float64(first_row), np.float64(end_row - 1)
    from0, from_slope0, to0, to_slope0 = _bounds(x0, y0, dx0, dy0, size, lowest, highest)
    from1, from_slope1, to1, to_slope1 = _bounds(x1, y1, dx1, dy1, size, lowest, highest)
    from2, from_slope2, to2, to_slope2 = _bounds(x2, y2, dx2, dy2, size, lowest, highest)
    for column in range(first, end, LANES):
        begin = max(lowest, from0 + column * from_slope0, from1 + column * from_slope1, from2 + column * from_slope2)
        final = min(highest, to0 + column * to_slope0, to1 + column * to_slope1, to2 + column * to_slope2)
        if begin <= final:
            _draw_columns(min(column, stride - LANES), int(np.ceil(begin)), int(np.floor(final)) + 1, stride, face,
                          x0, y0, dx0, dy0, x1, y1, dx1, dy1, x2, y2, dx2, dy2, inverse0, inverse1, inverse2, near,
                          centres, face_index, depth, coincide)


@inlined
def _limits(a, b, c, size):
    """The first and last sample of 0 .. size - 1 from the least to the largest of three coordinates, as float32."""
    return (max(sample_at(min(a, b, c), size) - MARGIN, ZERO),
            min(sample_at(max(a, b, c), size) + MARGIN, np.float32(size - 1)))


@kernel
def _find_drawn(vertices, faces, with_back, size, fronts, backs, box):
    """Sort out the faces that may cover a sample, by the side that they show.

    Args:
        vertices, faces, with_back, box: as for `draw`.
        fronts, backs: [F] int32, out: faces, in their order. A face seen edge-on is in both.

    Returns:
        The number of fronts and of backs.
    """
    x, y = np.uint64(0), np.uint64(1)
    last = np.float32(size - 1)
    least_column = least_row = last
    most_column = most_row = -ONE
    n_fronts = n_backs = 0
    # No branches: whether a small face covers a sample is hard to predict.
    for i in range(len(faces)):
        face = np.uint64(i)
        a, b, c = np.uint64(faces[face, 0]), np.uint64(faces[face, 1]), np.uint64(faces[face, 2])
        x0, y0, x1, y1, x2, y2 = (vertices[a, x], vertices[a, y], vertices[b, x], vertices[b, y], vertices[c, x],
                                  vertices[c, y])
        left, right = _limits(x0, x1, x2, size)
        low, high = _limits(y0, y1, y2, size)
        covers = (left <= np.floor(right)) & (low <= np.floor(high))
        front = covers & faces_camera(x0, y0, x1, y1, x2, y2)
        back = covers & with_back[face] & faces_camera(x2, y2, x1, y1, x0, y0)
        fronts[np.uint64(n_fronts)] = i
        n_fronts += front
        backs[np.uint64(n_backs)] = i
        n_backs += back
        shown = front | back
        least_column, least_row = min(least_column, left if shown else last), min(least_row, low if shown else last)
        most_column, most_row = max(most_column, right if shown else -ONE), max(most_row, high if shown else -ONE)
    # What is drawn beyond the right end for a whole vector is in the box too. Pixels are not cut.
    box[0] = int(np.ceil(least_row)) // 2 * 2
    box[1] = min(int(np.floor(most_row)) // 2 * 2 + 2, size)
    box[2] = max(min(int(np.ceil(least_column)), size - LANES), 0) // 2 * 2
    box[3] = min((int(np.floor(most_column)) + LANES) // 2 * 2 + 2, size)
    if n_fronts + n_backs == 0:
        box[:] = 0
    return n_fronts, n_backs


@kernel
def draw(vertices: np.ndarray, faces: np.ndarray, with_back: np.ndarray, size: int, centres: np.ndarray, near: float,
         far: float, written: np.ndarray, empty: int, coincide: int | None, face_index: np.ndarray, depth: np.ndarray,
         box: np.ndarray, inverses: np.ndarray, of_faces: np.ndarray) -> None:
    """Find the nearest face at every sample of one view.

    Args:
        vertices: [V, 3] float32, x and y on the image in [-1, 1], z the depth.
        faces: [F, 3] int32.
        with_back: [F] bool, of which faces i the back is drawn too, as face F + i with its corners reversed.
        size: S, samples a side.
        centres: [P] float32, the coordinate of each sample's centre. P is S, or LANES if S is smaller: then it ends
            with numbers that are not one.
        near, far: float32, depths between which a face counts.
        written, empty: [F or 2F] and int32, what is written for each face, and where there is none: the faces' numbers
            and BACKGROUND. Or the bits of their colours: see `shade_grey`.
        coincide: F of the mesh: where faces coincide, show the first of it; the faces may be some of the mesh's, and
            their numbers there are what is written. None: show the nearest to the last digit.
        face_index: [P * P] int32, out: what is written for the face at each sample (row 0 at the bottom).
        depth: [P * P] float32, out: its depth, or `far`.
        box: [4] int64, out: first row, end of the rows, first column, end of the columns. All samples beyond are
            background; what face_index and depth say of them is not set.
        inverses, of_faces: [V] float32 and [2, F] int32, work space.
    """
    stride, n_faces = len(centres), len(faces)
    n_fronts, n_backs = _find_drawn(vertices, faces, with_back, size, of_faces[0], of_faces[1], box)
    for vertex in range(len(vertices)):
        inverses[np.uint64(vertex)] = ONE / vertices[np.uint64(vertex), np.uint64(2)]
    for row in range(box[0], box[1]):
        begin, end = row * stride + box[2], row * stride + box[3]
        face_index[begin:end] = empty
        depth[begin:end] = far
    centres_, face_index_, depth_ = pointer(centres), pointer(face_index), pointer(depth)
    x, y = np.uint64(0), np.uint64(1)
    # The backs come after all fronts. At equal depth the earlier face stays, so a front hides a back.
    for i in range(n_fronts + n_backs):
        is_back = i >= n_fronts
        face = of_faces[1, i - n_fronts] if is_back else of_faces[0, i]
        a, b, c = np.uint64(faces[face, 0]), np.uint64(faces[face, 1]), np.uint64(faces[face, 2])
        if is_back:
            a, c, face = c, a, np.int32(face + n_faces)
        x0, y0, x1, y1, x2, y2 = (vertices[a, x], vertices[a, y], vertices[b, x], vertices[b, y], vertices[c, x],
                                  vertices[c, y])
        left, right = _limits(x0, x1, x2, size)
        low, high = _limits(y0, y1, y2, size)
        _draw_triangle(x0, y0, inverses[a], x1, y1, inverses[b], x2, y2, inverses[c], int(np.ceil(left)),
                       int(np.floor(right)) + 1, int(np.ceil(low)), int(np.floor(high)) + 1, written[face], size,
                       stride, near, centres_, face_index_, depth_, coincide)


@kernel
def repeats_earlier(faces: np.ndarray, in_any_order: bool) -> np.ndarray:
    """Which faces [F, 3] have the corners of an earlier one, [F] bool.

    Args:
        in_any_order: also in reverse order; False: from another corner on.
    """
    n_places = 4
    while n_places < 2 * len(faces):
        n_places *= 2
    place_of = np.full(n_places, -1, np.int32)  # a hash table
    ordered = np.empty_like(faces)
    repeats = np.zeros(len(faces), np.bool_)
    for face in range(len(faces)):
        a, b, c = faces[face]
        if b < a and b < c:
            a, b, c = b, c, a
        elif c < a and c < b:
            a, b, c = c, a, b
        if in_any_order and b > c:
            b, c = c, b
        ordered[face] = a, b, c
        place = (np.int64(a) * 73856093 ^ np.int64(b) * 19349663 ^ np.int64(c) * 83492791) & (n_places - 1)
        while place_of[place] >= 0:
            other = ordered[place_of[place]]
            if other[0] == a and other[1] == b and other[2] == c:
                repeats[face] = True
                break
            place = (place + 1) & (n_places - 1)
        if not repeats[face]:
            place_of[place] = face
    return repeats


@kernel
def keep(face_index: np.ndarray, box: np.ndarray, kept: np.ndarray) -> None:
    """Copy the face index of all samples, [S * S] from `draw`."""
    size = int(np.sqrt(len(kept)))
    kept[:box[0] * size] = BACKGROUND
    kept[box[1] * size:] = BACKGROUND
    for row in range(box[0], box[1]):
        begin, end = row * size + box[2], row * size + box[3]
        kept[row * size:begin] = BACKGROUND
        kept[begin:end] = face_index[begin:end]
        kept[end:(row + 1) * size] = BACKGROUND


@inlined
def pixels_of(box: np.ndarray, samples: int, size: int) -> tuple[int, int, int, int]:
    """A box of samples, in pixels: first row (0 is the top), end of the rows, first column, end of the columns."""
    return (size - box[1]) // samples, (size - box[0]) // samples, box[2] // samples, box[3] // samples


@kernel
def fill_around(top: int, bottom: int, left: int, right: int, value: float, image: np.ndarray) -> None:
    """Set an image [H, W] to a value outside of a box of pixels."""
    image[:top] = value
    image[bottom:] = value
    for row in range(top, bottom):
        image[row, :left] = value
        image[row, right:] = value


@kernel
def shade(face_index: np.ndarray, colors: np.ndarray, background: np.ndarray, samples: int, box: np.ndarray,
          image: np.ndarray) -> None:
    """Colour one view: the mean of samples x samples flat face colours at each pixel, row 0 at the top.

    Args:
        face_index: [S * S] int32 from `draw`.
        colors: [F or 2F, C] float32.
        background: [C] float32.
        samples: samples per pixel and axis, 1 or 2.
        box: [4] int64 from `draw`, or all samples.
        image: [C, S / samples, S / samples] float32, out.
    """
    channels, height, width = image.shape
    size = width * samples
    top, bottom, left, right = pixels_of(box, samples, size)
    for channel in range(channels):
        fill_around(top, bottom, left, right, background[channel], image[channel])
    for row in range(top, bottom):
        # Four samples of a pixel, in two lines. Where a pixel has one sample, it is taken four times.
        upper = (height - 1 - row) * samples * size
        lower = upper + (samples - 1) * size
        for begin in range(left, right, BLOCK):
            end = min(begin + BLOCK, right)
            start, count = begin * samples, (end - begin) * samples
            face = face_index[upper + start]
            if are_all(face, face_index, upper + start, lower + start, count):
                for channel in range(channels):
                    image[channel, row, begin:end] = colors[face, channel] if face >= 0 else background[channel]
            else:
                for channel in range(channels):
                    _average(face_index, upper, lower, samples, colors, channel, background[channel], begin, end,
                             image[channel, row])


@kernel
def shade_grey(shown: np.ndarray, background: float, samples: int, box: np.ndarray, image: np.ndarray) -> None:
    """Like `shade`, for samples that hold their colour. Four equal float32, added and divided by four, are the same.

    Args:
        shown: [S * S] float32 from `draw`, which was given the bits of the colours.
        background: float32.
        samples, box: as for `shade`.
        image: [S / samples, S / samples] float32, out.
    """
    height, width = image.shape
    size = width * samples
    top, bottom, left, right = pixels_of(box, samples, size)
    fill_around(top, bottom, left, right, background, image)
    for row in range(top, bottom):
        upper, line = (height - 1 - row) * samples * size, image[row]
        if samples == 1:
            line[left:right] = shown[upper + left:upper + right]
            continue
        for i in range(left, right):  # no branches, unsigned indices
            a = np.uint64(upper + 2 * i)
            c = a + np.uint64(size)
            line[np.uint64(i)] = (shown[a] + shown[a + np.uint64(1)] + shown[c] + shown[c + np.uint64(1)]) * QUARTER


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


@inlined
def add_runs(face_index: Any, first: int, end: int, begin: np.ndarray, runs: int) -> int:
    """Note where each run of one face begins, of samples first .. end - 1.

    Args:
        face_index: pointer to the face at each sample.
        begin: [R] int32, out: the samples are written from place `runs` on.

    Returns:
        `runs`, and the number of runs added.
    """
    begin[runs] = first
    runs += 1
    k = first + 1
    while k + WIDE <= end:
        found = bits(load_wide(face_index, k) != load_wide(face_index, k - 1))
        while found != 0:
            begin[runs] = k + lowest_bit(found)
            runs += 1
            found &= found - np.uint64(1)
        k += WIDE
    while k < end:
        if face_index[k] != face_index[k - 1]:
            begin[runs] = k
            runs += 1
        k += 1
    return runs


@kernel
def find_runs(face_index: np.ndarray, n_faces: int, size: int, box: np.ndarray,
              ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cut the lines of samples into runs of one face.

    Args:
        face_index: [S * S] int32 from `draw`.
        n_faces: F.
        size: S.
        box: [4] int64 from `draw`, or all samples. Nothing is looked for beyond.

    Returns:
        begin: [R] int32, the sample at which each run begins. Every line of the box begins a run, and ends with one
            that begins at its end.
        first_run: [S + 1] int32, the run that begins each line of the box, and the one after the last.
        row_of: [2F] int32, the place in `shown` of every face that owns a sample.
        shown: [N] int32, these faces.
    """
    face_index_ = pointer(face_index)
    first_row, end_row, first_column, end_column = box
    begin = np.empty((end_row - first_row) * (end_column - first_column + 1), np.int32)
    first_run = np.empty(size + 1, np.int32)
    row_of = np.full(2 * n_faces, -1, np.int32)
    shown = np.empty(min(2 * n_faces, size * size), np.int32)
    runs = count = 0
    for line in range(first_row, end_row):
        first_run[line] = runs
        runs = add_runs(face_index_, line * size + first_column, line * size + end_column, begin, runs)
        for run in range(first_run[line], runs):
            face = face_index[begin[run]]
            if face == BACKGROUND or row_of[face] >= 0:
                continue
            shown[count] = face
            row_of[face] = count
            count += 1
        begin[runs] = line * size + end_column
        runs += 1
    first_run[end_row] = runs
    return begin[:runs], first_run, row_of, shown[:count]


@kernel
def weight_table(shown: np.ndarray, vertices: np.ndarray, faces: np.ndarray, size: int) -> np.ndarray:
    """What `cube_places` needs to know of faces.

    Args:
        shown: [N] int32, faces.
        vertices: [V, 3] float32, as for `draw`.
        faces: [F, 3] int32.
        size: S.

    Returns:
        [N, 12] float32: the nine numbers of `weight_planes`, and the corners' depths.
    """
    table = np.empty((len(shown), 12), np.float32)
    for row in range(len(shown)):
        a, b, c = corners_of(shown[row], faces)
        planes = weight_planes(sample_at(vertices[a, 0], size), sample_at(vertices[a, 1], size),
                               sample_at(vertices[b, 0], size), sample_at(vertices[b, 1], size),
                               sample_at(vertices[c, 0], size), sample_at(vertices[c, 1], size))
        for k in range(9):
            table[row, k] = planes[k]
        table[row, 9], table[row, 10], table[row, 11] = vertices[a, 2], vertices[b, 2], vertices[c, 2]
    return table


@inlined
def cube_places(first: int, count: int, line: int, face: int, n_faces: int, row: int, table: Any, cells: int,
                eps: float, positions: Any, place: Any, step: int) -> None:
    """Where a run of samples reads its face's colour cube.

    A back is read from its front's cube. Its corners run in reverse order, so its places are given in reverse order.

    Args:
        first, count: the run's first column, and the number of samples, whole vectors.
        line: the run's row.
        face: the face that owns the samples.
        n_faces: F; the faces from there on are backs.
        row: of the table that stands for the face.
        table: pointer to the numbers of `weight_table`.
        cells: cells of the cube along an axis.
        eps: float32, how far before the last cell reading ends.
        positions: pointer to 0, 1, .. as float32.
        place: pointer to three lines of `step` float32, out.
    """
    y, steps = np.float32(line), np.float32(cells - 1)
    end = steps - eps
    k = row * 12
    a0, b0, c0, a1, b1, c1 = table[k], table[k + 1], table[k + 2], table[k + 3], table[k + 4], table[k + 5]
    a2, b2, c2, z0, z1, z2 = table[k + 6], table[k + 7], table[k + 8], table[k + 9], table[k + 10], table[k + 11]
    reverse = face >= n_faces
    axis0, axis1, axis2 = 2 * step if reverse else 0, step, 0 if reverse else 2 * step
    for k in range(first, first + count, LANES):
        x = load(positions, k)
        w0, w1, w2 = weight_at(x, y, a0, b0, c0), weight_at(x, y, a1, b1, c1), weight_at(x, y, a2, b2, c2)
        total = w0 + w1 + w2
        w0, w1, w2 = w0 / total, w1 / total, w2 / total
        depth = depth_at(w0, w1, w2, z0, z1, z2)
        store(place, axis0 + k, cube_place(w0, depth, z0, steps, end))
        store(place, axis1 + k, cube_place(w1, depth, z1, steps, end))
        store(place, axis2 + k, cube_place(w2, depth, z2, steps, end))


@inlined
def _flat_run(first, count, color, place, step, line, start):
    """Read a colour cube of one colour at `count` places, whole vectors. place, line: pointers, as in `cube_places`."""
    for k in range(first, first + count, LANES):
        p0, p1, p2 = load(place, k), load(place, step + k), load(place, 2 * step + k)
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
        store(line, start + k, value)


@kernel
def shade_sampled(face_index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray,
                  background: np.ndarray, samples: int, eps: float, box: np.ndarray, image: np.ndarray) -> None:
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
    begin, first_run, row_of, shown = find_runs(face_index, len(faces), size, box)
    table = weight_table(shown, vertices, faces, size)
    step = size + LANES
    positions, place = np.arange(step).astype(np.float32), np.empty((3, step), np.float32)
    _shade_sampled(face_index, colors, background, samples, eps, box, begin, first_run, row_of, table, positions, place,
                   np.empty((channels, step), np.float32), image)


@kernel
def _shade_sampled(face_index, colors, background, samples, eps, box, begin, first_run, row_of, table, positions, place,
                   colors_of_line, image):
    """The loops of `shade_sampled`, which allocates what they need."""
    channels, height, width = image.shape
    size, step = width * samples, place.shape[1]
    table_, positions_, place_, line_ = pointer(table), pointer(positions), pointer(place), pointer(colors_of_line)
    top, bottom, left, right = pixels_of(box, samples, size)
    for channel in range(channels):
        fill_around(top, bottom, left, right, mean_of_equals(background[channel], samples), image[channel])
    for i in range(top, bottom):
        image[:, i, left:right] = ZERO
        for sample in range(samples):  # a pixel's samples are summed from the top
            line = size - 1 - i * samples - sample
            for run in range(first_run[line], first_run[line + 1] - 1):
                face, first, end = face_index[begin[run]], begin[run] - line * size, begin[run + 1] - line * size
                if face == BACKGROUND:
                    for channel in range(channels):
                        colors_of_line[channel, first:end] = background[channel]
                    continue
                # Whole vectors are cheaper. The next run overwrites the extra samples.
                count = (end - first + LANES - 1) // LANES * LANES
                # All faces are read like fronts: the order of the axes shows in the last digit.
                cube_places(first, count, line, face, len(row_of), row_of[face], table_, FLAT_CUBE, eps, positions_,
                            place_, step)
                for channel in range(channels):
                    _flat_run(first, count, colors[face, channel], place_, step, line_, channel * step)
            for channel in range(channels):
                _add_line(colors_of_line[channel], samples, left, right, image[channel, i])
        image[:, i, left:right] *= ONE / np.float32(samples * samples)


@inlined
def mean_of_equals(value, samples):
    """What the mean of a pixel's samples comes to where all are `value`: it may differ in the last digit."""
    total = ZERO
    for _ in range(samples * samples):
        total += value
    return total * (ONE / np.float32(samples * samples))


@inlined
def _add_line(line, samples, left, right, pixels):
    """Add the samples of a line to the pixels left .. right - 1, from left to right."""
    if samples == 2:
        for j in range(left, right):
            k = np.uint64(2 * j)
            pixels[np.uint64(j)] = pixels[np.uint64(j)] + line[k] + line[k + np.uint64(1)]
    else:
        for j in range(left, right):
            pixels[np.uint64(j)] += line[np.uint64(j)]


@inlined
def _cell_weights(k, cells, channels, place, step, weights):
    """Between which cells LANES samples of a line are read from a colour cube, and how much of each.

    Args:
        k, place, step: the samples' places, as `cube_places` writes them.
        weights: pointer to seven lines of LANES numbers, out: the weights of the four pairs of cells along the last
            axis; of a pair's first cell and second; the number of the cube at which the first cell begins.
    """
    p0, p1, p2 = load(place, k), load(place, step + k), load(place, 2 * step + k)
    i0, i1, i2 = np.floor(p0), np.floor(p1), np.floor(p2)
    t0, t1, t2 = p0 - i0, p1 - i1, p2 - i2
    s0, s1 = ONE - t0, ONE - t1
    store(weights, 0, s0 * s1)
    store(weights, LANES, t0 * s1)
    store(weights, 2 * LANES, s0 * t1)
    store(weights, 3 * LANES, t0 * t1)
    store(weights, 4 * LANES, ONE - t2)
    store(weights, 5 * LANES, t2)
    store(weights, 6 * LANES, (i0 * np.float32(cells * cells * channels) + i1 * np.float32(cells * channels)
                               + i2 * np.float32(channels)))


@inlined
def _read_cube(source, start, count, step0, step1, step2, color, part, weights, line, line_start, stride):
    """Read CHANNELS channels of `count` samples from a colour cube, and multiply them by the face's colour.

    Args:
        source, start: pointer to the cubes' numbers, and where this cube begins.
        step0, step1, step2: from a cell to the next along each axis, in numbers.
        color, part: pointer to the face's colour, and the first channel.
        weights: from `_cell_weights`.
        line, line_start, stride: pointer to the lines' colours, where the samples begin, and numbers for each.
    """
    color_of_part = load_channels(color, part)
    for w in range(count):
        a = start + part + int(weights[6 * LANES + w])
        b, diagonal = a + step2, step0 + step1
        near, far = weights[4 * LANES + w], weights[5 * LANES + w]
        w0, w1, w2, w3 = weights[w], weights[LANES + w], weights[2 * LANES + w], weights[3 * LANES + w]
        value = (load_channels(source, a) * (w0 * near) + load_channels(source, a + step0) * (w1 * near)
                 + load_channels(source, a + step1) * (w2 * near) + load_channels(source, a + diagonal) * (w3 * near))
        value += (load_channels(source, b) * (w0 * far) + load_channels(source, b + step0) * (w1 * far)
                  + load_channels(source, b + step1) * (w2 * far) + load_channels(source, b + diagonal) * (w3 * far))
        store(line, line_start + w * stride + part, value * color_of_part)


@inlined
def _read_cube_rgb(source, start, count, step0, step1, color, weights, line, line_start, stride):
    """As `_read_cube`, of all three channels: two cells along the last axis stand together, and are read together."""
    color_ = load_channels(color, 0)
    for w in range(count):
        a = start + int(weights[6 * LANES + w])
        pair = first_three(spread(weights[4 * LANES + w]), spread(weights[5 * LANES + w]))
        both = (load(source, a) * (pair * weights[w]) + load(source, a + step0) * (pair * weights[LANES + w])
                + load(source, a + step1) * (pair * weights[2 * LANES + w])
                + load(source, a + step0 + step1) * (pair * weights[3 * LANES + w]))
        store(line, line_start + w * stride, sum_of_threes(both) * color_)


@inlined
def faces_between(face_index, begin, first_run, line, samples, size, left, right):
    """The first pixel that shows a face, and the end of those that do, of the pixels left .. right - 1 of a row.

    Args:
        begin, first_run: from `find_runs`.
        line: the first of the row's `samples` lines.
    """
    first, end = right * samples, left * samples
    for k in range(line, line + samples):
        run, last = first_run[k], first_run[k + 1] - 2
        if face_index[begin[run]] == BACKGROUND:
            run += 1
        if face_index[begin[last]] == BACKGROUND:
            last -= 1
        first, end = min(first, begin[run] - k * size), max(end, begin[last + 1] - k * size)
    return first // samples, max((end + samples - 1) // samples, first // samples)


@inlined
def write_pixels(lines, line_step, samples, stride, share, from_, to, pixels, row):
    """Write pixels from_ .. to - 1 of a row [C, W]: the mean of their samples, whose colours stand in lines.

    Args:
        lines, line_step: pointer to the colours of the samples of a pixel's lines, and from one line to the next.
        stride: numbers for each sample, whole vectors of channels.
        share: of a pixel that a sample has.
        pixels: pointer to [W * stride] float32, work space.
    """
    for part in range(0, stride, CHANNELS):
        for j in range(from_, to):
            # summed from the top, and from left to right
            a = j * samples * stride + part
            total = spread_channels(ZERO) + load_channels(lines, a)
            if samples == 2:
                total = total + load_channels(lines, a + stride) + load_channels(lines, line_step + a)
                total = total + load_channels(lines, line_step + a + stride)
            store(pixels, j * stride + part, total * share)
    for channel in range(len(row)):
        for j in range(from_, to):
            row[channel, np.uint64(j)] = pixels[j * stride + channel]


@kernel
def shade_textured(face_index: np.ndarray, vertices: np.ndarray, faces: np.ndarray, textures: np.ndarray,
                   colors: np.ndarray, background: np.ndarray, samples: int, eps: float, box: np.ndarray,
                   image: np.ndarray) -> None:
    """Like `shade`, but each sample is read from its face's colour cube and multiplied by the face's colour.

    Args:
        vertices: [V, 3] float32, as for `draw`.
        faces: [F, 3] int32.
        textures: [F, T, T, T, C] float32, T > 1, of at most LARGEST_CUBE numbers each. A back is read from its front's
            cube.
        eps: as for `cube_places`.
        The others: as for `shade`.
    """
    channels, height, width = image.shape
    size, cells = width * samples, textures.shape[1]
    begin, first_run, row_of, shown = find_runs(face_index, len(faces), size, box)
    table = weight_table(shown, vertices, faces, size)
    positions, place = np.arange(size + LANES).astype(np.float32), np.empty((3, size + LANES), np.float32)
    stride = (channels + CHANNELS - 1) // CHANNELS * CHANNELS
    # Whole vectors are read. Behind the last cube there may be nothing, so it is read from a copy.
    last_cube = np.zeros(cells * cells * cells * channels + stride, np.float32)
    if len(textures) > 0:
        last_cube[:-stride] = textures[-1].reshape(-1)
    _shade_textured(face_index, textures, colors, background, samples, eps, box, begin, first_run, row_of, table,
                    positions, place, last_cube, np.zeros(stride, np.float32), np.zeros(stride, np.float32),
                    np.empty(7 * LANES, np.float32), np.empty((samples, size * stride), np.float32),
                    np.empty(width * stride, np.float32), image)


@kernel
def _shade_textured(face_index, textures, colors, background, samples, eps, box, begin, first_run, row_of, table,
                    positions, place, last_cube, color, empty, weights, lines, pixels, image):
    """The loops of `shade_textured`, which allocates what they need."""
    channels, height, width = image.shape
    size, n_faces, cells = width * samples, len(textures), textures.shape[1]
    top, bottom, left, right = pixels_of(box, samples, size)
    for channel in range(channels):
        empty[channel] = background[channel]
        fill_around(top, bottom, left, right, mean_of_equals(background[channel], samples), image[channel])
    stride, step, line_step = len(color), place.shape[1], lines.shape[1]
    cube_size = len(last_cube) - stride
    step0, step1 = cells * cells * channels, cells * channels
    cubes_, last_cube_, color_, lines_ = pointer(textures), pointer(last_cube), pointer(color), pointer(lines)
    empty_, weights_, pixels_ = pointer(empty), pointer(weights), pointer(pixels)
    table_, positions_, place_ = pointer(table), pointer(positions), pointer(place)
    share = ONE / np.float32(samples * samples)
    for i in range(top, bottom):
        from_, to = faces_between(face_index, begin, first_run, size - (i + 1) * samples, samples, size, left, right)
        for channel in range(channels):
            image[channel, i, left:from_] = image[channel, i, to:right] = mean_of_equals(background[channel], samples)
        for sample in range(samples):
            line = size - 1 - i * samples - sample
            for run in range(first_run[line], first_run[line + 1] - 1):
                face, first, end = face_index[begin[run]], begin[run] - line * size, begin[run + 1] - line * size
                if face == BACKGROUND:
                    for part in range(0, stride, CHANNELS):
                        color_of_part = load_channels(empty_, part)
                        for k in range(max(first, from_ * samples), min(end, to * samples)):
                            store(lines_, sample * line_step + k * stride + part, color_of_part)
                    continue
                for channel in range(channels):
                    color[channel] = colors[face, channel]
                cube = face if face < n_faces else face - n_faces
                source, start = (last_cube_, 0) if cube == n_faces - 1 else (cubes_, cube * cube_size)
                for k in range(first, end, LANES):
                    cube_places(k, LANES, line, face, n_faces, row_of[face], table_, cells, eps, positions_, place_,
                                step)
                    _cell_weights(k, cells, channels, place_, step, weights_)
                    count, at = min(LANES, end - k), sample * line_step + k * stride
                    if channels == 3:
                        _read_cube_rgb(source, start, count, step0, step1, color_, weights_, lines_, at, stride)
                    else:
                        for part in range(0, stride, CHANNELS):
                            _read_cube(source, start, count, step0, step1, channels, color_, part, weights_, lines_,
                                       at, stride)
        write_pixels(lines_, line_step, samples, stride, share, from_, to, pixels_, image[:, i])


@kernel
def shade_depth(depth: np.ndarray, far: float, samples: int, box: np.ndarray, image: np.ndarray) -> None:
    """Mean depth at each pixel, row 0 at the top.

    Args:
        depth, far, box: as of `draw`.
        samples: samples per pixel and axis, 1 or 2.
        image: [S / samples, S / samples] float32, out.
    """
    height, width = image.shape
    size = width * samples
    top, bottom, left, right = pixels_of(box, samples, size)
    fill_around(top, bottom, left, right, (far + far + far + far) * QUARTER, image)
    for row in range(top, bottom):
        for column in range(left, right):
            a = (height - 1 - row) * samples * size + column * samples
            b = a + samples - 1
            c = a + (samples - 1) * size
            d = c + samples - 1
            image[row, column] = (depth[a] + depth[b] + depth[c] + depth[d]) * QUARTER


@kernel
def shade_alpha(face_index: np.ndarray, samples: int, box: np.ndarray, image: np.ndarray) -> None:
    """Share of covered samples at each pixel, row 0 at the top.

    Args:
        face_index, box: as of `draw`, or all samples.
        samples: samples per pixel and axis, 1 or 2.
        image: [S / samples, S / samples] float32, out.
    """
    height, width = image.shape
    size = width * samples
    top, bottom, left, right = pixels_of(box, samples, size)
    fill_around(top, bottom, left, right, ZERO, image)
    for row in range(top, bottom):
        for column in range(left, right):
            a = (height - 1 - row) * samples * size + column * samples
            b = a + samples - 1
            c = a + (samples - 1) * size
            d = c + samples - 1
            covered = int(face_index[a] >= 0) + (face_index[b] >= 0) + (face_index[c] >= 0) + (face_index[d] >= 0)
            image[row, column] = np.float32(covered) * QUARTER
