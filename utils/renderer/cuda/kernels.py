"""The rasterizer's kernels for a GPU, in Triton: what cpu/kernels.py and cpu/gradient_kernels.py do, for a whole batch.

Rule (see rules.py)                                Function
which faces are drawn                              faces_camera
the three edges of a face                          edge_function
the depth of a face at a sample                    sample_depth
what a face covers, near                           is_covered
the nearest face, far, equal depths                is_nearer, is_as_near
barycentric weights, clamped                       weight_planes, weight_at
the depth that places in a cube depend on          depth_at
where a colour cube is read                        cube_place
what is linear on a face, as a plane               doubled_area, plane_slopes, plane_at, in_perspective
coordinates outside of an image                    wrapped
which texels are read, and how much of each        first_texel, between
which mip level                                    footprint_scale, is_coarse
the eight cells that a cube is read from           corner_weight
the derivative of depth                            inverse_depth_slope, corner_depth_gradient
the scanlines that an edge crosses, and where      first_scanline, last_scanline, line_crossing
the samples on both sides of an edge               out_of_face, inner_sample
how far inside reaches                             is_between, inner_limit
which changes of colour count                      is_wanted
how far an end of the edge moves for one           end_scale, end_distance

float32 without fused multiply-adds, as on the CPU; `sample_at` and `corner_depth_gradient` round in another order.
`tl.div_rn` is the exact division. `/` is an approximation.

A sample keeps its nearest face by an atomic minimum over 64 bits. The upper half is the depth. The lower half is the
face's number, so that of two faces at one depth the first stays.

With TRITON_INTERPRET=1 in the environment the same code runs on the CPU, slowly. The tests do so where there is no GPU.
"""
import os

import triton
import triton.language as tl

from .. import rules

INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"

NO_FACE = tl.constexpr(0x7fffffff)  # lower half of a sample's key where no face covers it
MARGIN = tl.constexpr(float(rules.MARGIN))
TIE = tl.constexpr(float(rules.TIE))
REPEAT, MIRROR = tl.constexpr(rules.REPEAT), tl.constexpr(rules.MIRROR)
LONGEST = tl.constexpr(float(rules.LONGEST))


@triton.jit
def lesser(a, b):
    """The smaller of two floats; a, if one is not a number, as Python's min. tl.minimum leaves open what it is then."""
    return tl.where(a > b, b, a)


@triton.jit
def greater(a, b):
    """The larger of two floats; a, if one is not a number, as Python's max."""
    return tl.where(a < b, b, a)


@triton.jit
def sample_at(coordinate, size):
    """Where a coordinate in [-1, 1] falls among `size` sample centres (a fraction of a sample)."""
    return (coordinate * size + (size - 1)) * 0.5


@triton.jit
def faces_camera(x0, y0, x1, y1, x2, y2):
    """Whether a face is drawn."""
    return (y2 - y0) * (x1 - x0) >= (y1 - y0) * (x2 - x0)


@triton.jit
def edge_function(x, y, x0, y0, dx, dy):
    """On which side of an edge a sample is: positive inside, 0 on the edge."""
    return (y - y0) * dx - (x - x0) * dy


@triton.jit
def sample_depth(w0, w1, w2, inverse0, inverse1, inverse2):
    """The depth of a face at a sample, from the edge functions and the reciprocals of the corners' depths."""
    return tl.div_rn(w0 + w1 + w2, w0 * inverse0 + w1 * inverse1 + w2 * inverse2)


@triton.jit
def is_covered(w0, w1, w2, depth, near):
    """Whether a face counts at a sample."""
    return (w0 >= 0) & (w1 >= 0) & (w2 >= 0) & (depth > near)


@triton.jit
def is_nearer(key, kept):
    """Whether a face takes a sample over. The keys hold the depths and, for equal ones, the faces' numbers."""
    return key < kept


@triton.jit
def is_as_near(depth, kept):
    """Whether two faces coincide at a sample."""
    return greater(depth - kept, kept - depth) <= depth * TIE


@triton.jit
def weight_planes(x0, y0, x1, y1, x2, y2):
    """The barycentric weights as planes over the image: a_0, b_0, c_0, a_1, .. c_2."""
    area = x2 * (y0 - y1) + x0 * (y1 - y2) + x1 * (y2 - y0)
    return (tl.div_rn(y1 - y2, area), tl.div_rn(x2 - x1, area), tl.div_rn(x1 * y2 - x2 * y1, area),
            tl.div_rn(y2 - y0, area), tl.div_rn(x0 - x2, area), tl.div_rn(x2 * y0 - x0 * y2, area),
            tl.div_rn(y0 - y1, area), tl.div_rn(x1 - x0, area), tl.div_rn(x0 * y1 - x1 * y0, area))


@triton.jit
def weight_at(x, y, a, b, c):
    """A barycentric weight at a sample, clamped to [0, 1]."""
    return lesser(greater(a * x + b * y + c, 0.0), 1.0)


@triton.jit
def depth_at(w0, w1, w2, z0, z1, z2):
    """The depth of a face where its corners' weights are w and their depths z."""
    return tl.div_rn(1.0, tl.div_rn(w0, z0) + tl.div_rn(w1, z1) + tl.div_rn(w2, z2))


@triton.jit
def cube_place(weight, depth, z, steps, end):
    """Where along an axis a colour cube is read, in cells."""
    place = lesser(greater(weight * steps * tl.div_rn(depth, z), 0.0), end)
    return tl.where(depth > 0, place, 0.0)  # a face so thin that its weights are lost in rounding


@triton.jit
def corner_weight(corner: tl.constexpr, t0, t1, t2):
    """The trilinear weight of a cell's corner, whose number has a bit for each axis."""
    weight = (t0 if corner % 2 else 1.0 - t0) * (t1 if corner // 2 % 2 else 1.0 - t1)
    return weight * (t2 if corner // 4 else 1.0 - t2)


@triton.jit
def doubled_area(dx1, dy1, dx2, dy2):
    """Twice the area of a face on the image, or in texture coordinates."""
    return dx1 * dy2 - dx2 * dy1


@triton.jit
def plane_slopes(dx1, dy1, dx2, dy2, area, f0, f1, f2):
    """The slopes along x and y of the plane through a face's corners."""
    return (tl.div_rn((f1 - f0) * dy2 - (f2 - f0) * dy1, area), tl.div_rn((f2 - f0) * dx1 - (f1 - f0) * dx2, area))


@triton.jit
def plane_at(dx, dy, f0, slope_x, slope_y):
    """The plane's value at a sample that is dx, dy away from corner 0."""
    return f0 + (slope_x * dx + slope_y * dy)


@triton.jit
def in_perspective(over_z, depth, least, most):
    """A value of the face at a sample, from its plane and the depth, kept between the least and the most of corners."""
    return lesser(greater(least, over_z * depth), most)


@triton.jit
def wrapped(coordinate, rule):
    """A texture coordinate brought into [0, 1]."""
    repeated = coordinate - tl.floor(coordinate)
    mirrored = coordinate - 2.0 * tl.floor(coordinate * 0.5)
    mirrored = lesser(mirrored, 2.0 - mirrored)
    coordinate = tl.where(rule == REPEAT, repeated, tl.where(rule == MIRROR, mirrored, coordinate))
    return lesser(greater(coordinate, 0.0), 1.0)


@triton.jit
def first_texel(place, steps):
    """The first of the two texels along an axis that a place is between."""
    return greater(lesser(tl.floor(place), steps - 1.0), 0.0)


@triton.jit
def between(first, second, share):
    """The colour between two."""
    return first * (1.0 - share) + second * share


@triton.jit
def footprint_scale(area_in_texture, area, inverse0, inverse1, inverse2):
    """The texture's area under a sample, divided by the depth to the third."""
    return tl.abs(tl.div_rn(area_in_texture, area)) * (inverse0 * inverse1 * inverse2)


@triton.jit
def is_coarse(texels):
    """Whether the next mip level is nearer to one texel a sample."""
    return texels >= 2.0


@triton.jit
def inverse_depth_slope(slope0, slope1, slope2, z0, z1, z2):
    """The slope of 1 / depth along an axis, from the slopes of the three weights along it."""
    return tl.div_rn(slope0, z0) + tl.div_rn(slope1, z1) + tl.div_rn(slope2, z2)


@triton.jit
def corner_depth_gradient(scale, weight, z):
    """The gradient of a corner's z; scale is the depth's gradient times the depth squared."""
    return weight * tl.div_rn(scale, z * z)


@triton.jit
def first_scanline(s0, s1):
    """The first scanline that the edge reaches."""
    return tl.ceil(lesser(s0, s1))


@triton.jit
def last_scanline(s0, s1):
    """The last scanline that the edge reaches."""
    return tl.floor(greater(s0, s1))


@triton.jit
def out_of_face(s0, s1, along):
    """The direction on a scanline that leads out of the face, 1 or -1; along is the axis of s."""
    return tl.where((s0 < s1) == (along == 1), 1.0, -1.0)


@triton.jit
def line_crossing(s, s0, t0, s1, t1):
    """Where an edge crosses scanline s."""
    return tl.div_rn(t1 - t0, s1 - s0) * (s - s0) + t0


@triton.jit
def inner_sample(crossing, direction):
    """The last sample inside the edge."""
    return tl.where(direction > 0, tl.floor(crossing), tl.ceil(crossing))


@triton.jit
def is_between(s, s0, s1):
    """Whether a scanline is strictly between two corners."""
    return (s - s0) * (s - s1) < 0


@triton.jit
def inner_limit(opposite, direction):
    """The farthest sample inside the face, which another of its edges crosses at `opposite`."""
    return tl.where(direction > 0, tl.ceil(opposite), tl.floor(opposite))


@triton.jit
def end_scale(length, rest, unit):
    """How far an end of the edge moves when the crossing moves by one sample."""
    return lesser(tl.abs(tl.div_rn(length, rest)), LONGEST) * unit


@triton.jit
def end_distance(distance, scale, eps):
    """How far an end of the edge moves until the crossing is `distance` samples on, pushed away from zero."""
    return distance * scale + tl.where(distance > 0, eps, -eps)


@triton.jit
def is_wanted(change):
    """Whether a change of colour counts."""
    return change > 0


@triton.jit
def _ordered(depth):
    """A float32 as an integer of the same order."""
    bits = depth.to(tl.int32, bitcast=True)
    return bits ^ ((bits >> 31) & 0x7fffffff)


@triton.jit
def _depth_of(key):
    """The depth in a sample's key."""
    order = (key >> 32).to(tl.int32)
    return (order ^ ((order >> 31) & 0x7fffffff)).to(tl.float32, bitcast=True)


@triton.jit
def _corner(vertices, faces, view, face, k, n_vertices, n_faces, faces_stride, mask):
    """x, y and z of corner k of a face. From n_faces on faces are backs: their corners run the other way."""
    back = face >= n_faces
    place = tl.where(back, face - n_faces, face).to(tl.int64) * 3 + tl.where(back, 2 - k, k)
    vertex = tl.load(faces + view.to(tl.int64) * faces_stride + place, mask=mask, other=0)
    at = vertices + (view.to(tl.int64) * n_vertices + vertex) * 3
    return (tl.load(at, mask=mask, other=0.0), tl.load(at + 1, mask=mask, other=0.0),
            tl.load(at + 2, mask=mask, other=1.0))


@triton.jit
def _box(x0, y0, x1, y1, x2, y2, size):
    """First and last row, first and last column of the samples around a triangle; last < first where there are none.

    The edge functions decide what is covered. A face with a coordinate that is not a number covers nothing.
    """
    end = (size - 1).to(tl.float32)
    low = sample_at(lesser(lesser(y0, y1), y2), size)
    high = sample_at(greater(greater(y0, y1), y2), size)
    left = sample_at(lesser(lesser(x0, x1), x2), size)
    right = sample_at(greater(greater(x0, x1), x2), size)
    sound = (low <= end) & (high >= 0) & (left <= end) & (right >= 0)
    sound = sound & (x0 == x0) & (x1 == x1) & (x2 == x2) & (y0 == y0) & (y1 == y1) & (y2 == y2)
    low, high = tl.where(sound, low, 1.0), tl.where(sound, high, 0.0)
    left, right = tl.where(sound, left, 1.0), tl.where(sound, right, 0.0)
    first_row = tl.ceil(greater(low - MARGIN, 0.0)).to(tl.int32)
    last_row = tl.floor(lesser(high + MARGIN, end)).to(tl.int32)
    first_column = tl.ceil(greater(left - MARGIN, 0.0)).to(tl.int32)
    last_column = tl.floor(lesser(right + MARGIN, end)).to(tl.int32)
    return first_row, tl.where(sound, last_row, first_row - 1), first_column, last_column


@triton.jit
def _draw_sample(keys, firsts, centres, row, column, inside, face, x0, y0, z0, x1, y1, z1, x2, y2, z2, near, far,
                 n_faces, COINCIDE: tl.constexpr):
    """Test one sample of a triangle, and keep the face there if it is the nearest so far.

    COINCIDE: all faces are in the keys. Keep the first in the mesh of those that coincide with the nearest, in firsts.
    """
    x = tl.load(centres + column, mask=inside, other=0.0)
    y = tl.load(centres + row, mask=inside, other=0.0)
    w2 = edge_function(x, y, x0, y0, x1 - x0, y1 - y0)
    w0 = edge_function(x, y, x1, y1, x2 - x1, y2 - y1)
    w1 = edge_function(x, y, x2, y2, x0 - x2, y0 - y2)
    z = sample_depth(w0, w1, w2, tl.div_rn(1.0, z0), tl.div_rn(1.0, z1), tl.div_rn(1.0, z2))
    visible = inside & is_covered(w0, w1, w2, z, near) & (z < far)
    kept = tl.load(keys, mask=visible, other=0)  # one load spares most of the atomic operations
    if COINCIDE:
        visible = visible & is_as_near(z, _depth_of(kept))
        key = (tl.where(face >= n_faces, face - n_faces, face).to(tl.int64) << 32) | face.to(tl.int64)
        tl.atomic_min(firsts, key, mask=visible, sem="relaxed")
    else:
        key = (_ordered(z).to(tl.int64) << 32) | face.to(tl.int64)
        tl.atomic_min(keys, key, mask=visible & is_nearer(key, kept), sem="relaxed")


@triton.jit
def draw_small(vertices, faces, centres, keys, firsts, larger, n_larger, n_vertices, n_faces, faces_stride, size, near,
               far, FILL_BACK: tl.constexpr, FACES: tl.constexpr, LIMIT: tl.constexpr, COINCIDE: tl.constexpr):
    """Draw the faces of one view whose boxes hold up to LIMIT samples, one face a lane. List the larger faces.

    COINCIDE: see `_draw_sample`. The larger faces are listed already.
    """
    view = tl.program_id(1).to(tl.int64)
    face = tl.program_id(0) * FACES + tl.arange(0, FACES)
    given = face < n_faces
    x0, y0, z0 = _corner(vertices, faces, view, face, 0, n_vertices, n_faces, faces_stride, given)
    x1, y1, z1 = _corner(vertices, faces, view, face, 1, n_vertices, n_faces, faces_stride, given)
    x2, y2, z2 = _corner(vertices, faces, view, face, 2, n_vertices, n_faces, faces_stride, given)
    drawn = given & faces_camera(x0, y0, x1, y1, x2, y2)
    n_sides = n_faces
    if FILL_BACK:
        n_sides = 2 * n_faces
        back = given & faces_camera(x2, y2, x1, y1, x0, y0)
        # A face seen edge-on is drawn from both sides. Its back is listed with the larger faces.
        listed = back & drawn
        if not COINCIDE:
            slot = tl.atomic_add(n_larger + tl.zeros_like(face), 1, mask=listed, sem="relaxed")
            tl.store(larger + slot, view * n_sides + face + n_faces, mask=listed)
        turned = back & (drawn == 0)
        x0, x2 = tl.where(turned, x2, x0), tl.where(turned, x0, x2)
        y0, y2 = tl.where(turned, y2, y0), tl.where(turned, y0, y2)
        z0, z2 = tl.where(turned, z2, z0), tl.where(turned, z0, z2)
        face = tl.where(turned, face + n_faces, face)
        drawn = drawn | back
    row, last_row, first_column, last_column = _box(x0, y0, x1, y1, x2, y2, size)
    count = tl.where(drawn, (last_row - row + 1) * tl.maximum(last_column - first_column + 1, 0), 0)
    listed = count > LIMIT
    if not COINCIDE:
        slot = tl.atomic_add(n_larger + tl.zeros_like(face), 1, mask=listed, sem="relaxed")
        tl.store(larger + slot, view * n_sides + face, mask=listed)
    count = tl.where(listed, 0, count)
    column = first_column
    first_sample = view * size * size
    for done in range(0, tl.max(count)):
        place = first_sample + row * size + column
        _draw_sample(keys + place, firsts + place, centres, row, column, done < count, face,
                     x0, y0, z0, x1, y1, z1, x2, y2, z2, near, far, n_faces, COINCIDE)
        column += 1
        row = tl.where(column > last_column, row + 1, row)
        column = tl.where(column > last_column, first_column, column)


@triton.jit
def draw_larger(vertices, faces, centres, keys, firsts, larger, n_larger, n_vertices, n_faces, n_sides, faces_stride,
                size, near, far, STEP: tl.constexpr, COINCIDE: tl.constexpr):
    """Draw the listed faces. The programs of the second axis share the rows of a face. COINCIDE: see `_draw_sample`."""
    band, n_bands = tl.program_id(1), tl.num_programs(1)
    entry, n_entries = tl.program_id(0), tl.load(n_larger)
    while entry < n_entries:
        code = tl.load(larger + entry)
        view, face = code // n_sides, (code % n_sides).to(tl.int32)
        given = face >= 0
        x0, y0, z0 = _corner(vertices, faces, view, face, 0, n_vertices, n_faces, faces_stride, given)
        x1, y1, z1 = _corner(vertices, faces, view, face, 1, n_vertices, n_faces, faces_stride, given)
        x2, y2, z2 = _corner(vertices, faces, view, face, 2, n_vertices, n_faces, faces_stride, given)
        first_row, last_row, first_column, last_column = _box(x0, y0, x1, y1, x2, y2, size)
        share = (last_row - first_row + n_bands) // n_bands
        begin = first_row + band * share
        width = tl.maximum(last_column - first_column + 1, 0)
        count = tl.maximum(tl.minimum(share, last_row + 1 - begin), 0) * width
        for start in range(0, count, STEP):
            place = start + tl.arange(0, STEP)
            row, column = begin + place // width, first_column + place % width
            sample = view * size * size + row * size + column
            _draw_sample(keys + sample, firsts + sample, centres, row, column, place < count, face,
                         x0, y0, z0, x1, y1, z1, x2, y2, z2, near, far, n_faces, COINCIDE)
        entry += tl.num_programs(0)


@triton.jit
def resolve(keys, firsts, face_index, depth, n_samples, COINCIDE: tl.constexpr, STEP: tl.constexpr):
    """From every sample's key, the number of its nearest face, or of its first in firsts, and the nearest depth."""
    place = tl.program_id(0).to(tl.int64) * STEP + tl.arange(0, STEP)
    given = place < n_samples
    key = tl.load(keys + place, mask=given, other=0)
    of_face = tl.load(firsts + place, mask=given, other=0) if COINCIDE else key
    face = (of_face & 0x7fffffff).to(tl.int32)
    tl.store(face_index + place, tl.where(face == NO_FACE, -1, face), mask=given)
    tl.store(depth + place, _depth_of(key), mask=given)


@triton.jit
def shade(face_index, colors, background, image, size, width, colors_stride, background_stride,
          CHANNELS: tl.constexpr, SAMPLES: tl.constexpr, STEP: tl.constexpr):
    """The mean of SAMPLES x SAMPLES flat face colours at each pixel of one view, row 0 at the top."""
    view = tl.program_id(1).to(tl.int64)
    pixel = tl.program_id(0) * STEP + tl.arange(0, STEP)
    given = pixel < width * width
    lowest = face_index + view * size * size + (width - 1 - pixel // width) * SAMPLES * size + pixel % width * SAMPLES
    for channel in tl.static_range(CHANNELS):
        empty = tl.load(background + view * background_stride + channel)
        total = tl.zeros([STEP], tl.float32)
        for sample in tl.static_range(SAMPLES * SAMPLES):
            face = tl.load(lowest + sample // SAMPLES * size + sample % SAMPLES, mask=given, other=-1)
            color = tl.load(colors + view * colors_stride + face.to(tl.int64) * CHANNELS + channel, mask=face >= 0,
                            other=0.0)
            total += tl.where(face >= 0, color, empty)
        tl.store(image + (view * CHANNELS + channel) * width * width + pixel, total * (1.0 / (SAMPLES * SAMPLES)),
                 mask=given)


@triton.jit
def _interpolation(vertices, faces, view, face, place, covered, n_vertices, n_faces, faces_stride, size):
    """The face at a sample.

    Returns:
        Its depth there; the corners' depths; their barycentric weights; the slopes of each weight along x and y before
        it was clamped.
    """
    x0, y0, z0 = _corner(vertices, faces, view, face, 0, n_vertices, n_faces, faces_stride, covered)
    x1, y1, z1 = _corner(vertices, faces, view, face, 1, n_vertices, n_faces, faces_stride, covered)
    x2, y2, z2 = _corner(vertices, faces, view, face, 2, n_vertices, n_faces, faces_stride, covered)
    x0, y0 = sample_at(x0, size), sample_at(y0, size)
    x1, y1 = sample_at(x1, size), sample_at(y1, size)
    x2, y2 = sample_at(x2, size), sample_at(y2, size)
    x, y = (place % size).to(tl.float32), (place // size).to(tl.float32)
    a0, b0, c0, a1, b1, c1, a2, b2, c2 = weight_planes(x0, y0, x1, y1, x2, y2)
    w0, w1, w2 = weight_at(x, y, a0, b0, c0), weight_at(x, y, a1, b1, c1), weight_at(x, y, a2, b2, c2)
    total = w0 + w1 + w2
    w0, w1, w2 = tl.div_rn(w0, total), tl.div_rn(w1, total), tl.div_rn(w2, total)
    depth = depth_at(w0, w1, w2, z0, z1, z2)
    return depth, z0, z1, z2, w0, w1, w2, a0, b0, a1, b1, a2, b2


@triton.jit
def _samples(face_index, size, STEP: tl.constexpr):
    """The samples of one program: its view, their places, which are of the image, and their faces; covered or not."""
    view = tl.program_id(1).to(tl.int64)
    place = tl.program_id(0) * STEP + tl.arange(0, STEP)
    given = place < size * size
    face = tl.load(face_index + view * size * size + place, mask=given, other=-1)
    return view, place, given, face, face >= 0


@triton.jit
def _cell_and_rest(place):
    """The cell at or before a place on an axis of a colour cube, and how far the place is from that cell."""
    cell = tl.floor(place)
    return cell.to(tl.int32), place - cell


@triton.jit
def _cube_reading(vertices, faces, view, face, place, covered, n_vertices, n_faces, faces_stride, size, cells, eps,
                  FLAT: tl.constexpr):
    """Where samples read their faces' cubes: the cube's number, and on each axis the cell and the rest."""
    depth, z0, z1, z2, w0, w1, w2, _, _, _, _, _, _ = _interpolation(
        vertices, faces, view, face, place, covered, n_vertices, n_faces, faces_stride, size)
    steps = cells - 1.0
    i0, t0 = _cell_and_rest(cube_place(w0, depth, z0, steps, steps - eps))
    i1, t1 = _cell_and_rest(cube_place(w1, depth, z1, steps, steps - eps))
    i2, t2 = _cell_and_rest(cube_place(w2, depth, z2, steps, steps - eps))
    back = face >= n_faces
    if not FLAT:  # A back is read from its front's cube. Its corners run the other way, and so do its axes.
        i0, i2 = tl.where(back, i2, i0), tl.where(back, i0, i2)
        t0, t2 = tl.where(back, t2, t0), tl.where(back, t0, t2)
    return tl.where(back, face - n_faces, face).to(tl.int64), i0, i1, i2, t0, t1, t2


@triton.jit
def _corner_cell(corner: tl.constexpr, cube, i0, i1, i2, cells):
    """The number of a corner's cell among all cells of all cubes."""
    return ((cube * cells + i0 + corner % 2) * cells + i1 + corner // 2 % 2) * cells + i2 + corner // 4


@triton.jit
def read_cubes(face_index, vertices, faces, textures, colors, background, image, n_vertices, n_faces, faces_stride,
               textures_stride, colors_stride, background_stride, size, cells, eps, CHANNELS: tl.constexpr,
               FLAT: tl.constexpr, STEP: tl.constexpr):
    """The colour of every sample of one view: its face's colour, times the colour that its face's cube has there.

    FLAT: there are no cubes; the face's colour is read from a cube of that one colour.
    """
    view, place, given, face, covered = _samples(face_index, size, STEP)
    cube, i0, i1, i2, t0, t1, t2 = _cube_reading(vertices, faces, view, face, place, covered, n_vertices, n_faces,
                                                 faces_stride, size, cells, eps, FLAT)
    row = size - 1 - place // size
    for channel in tl.static_range(CHANNELS):
        color = tl.load(colors + view * colors_stride + face.to(tl.int64) * CHANNELS + channel, mask=covered, other=0.0)
        value = tl.zeros([STEP], tl.float32)
        for corner in tl.static_range(8):
            weight = corner_weight(corner, t0, t1, t2)
            if FLAT:
                value += weight * color
            else:
                cell = _corner_cell(corner, cube, i0, i1, i2, cells)
                value += weight * tl.load(textures + view * textures_stride + cell * CHANNELS + channel, mask=covered,
                                          other=0.0)
        if not FLAT:
            value = value * color
        value = tl.where(covered, value, tl.load(background + view * background_stride + channel))
        tl.store(image + ((view * CHANNELS + channel) * size + row) * size + place % size, value, mask=given)


@triton.jit
def texture_gradient(face_index, vertices, faces, textures, colors, gradient, grad_textures, grad_colors, n_vertices,
                     n_faces, faces_stride, textures_stride, colors_stride, size, cells, eps,
                     CHANNELS: tl.constexpr, SAMPLES: tl.constexpr, STEP: tl.constexpr):
    """The gradient of one view with respect to cubes and colours. `gradient` is each sample's share of its pixel's."""
    view, place, given, face, covered = _samples(face_index, size, STEP)
    cube, i0, i1, i2, t0, t1, t2 = _cube_reading(vertices, faces, view, face, place, covered, n_vertices, n_faces,
                                                 faces_stride, size, cells, eps, False)
    width = size // SAMPLES
    pixel = (width - 1 - place // size // SAMPLES) * width + place % size // SAMPLES
    for channel in tl.static_range(CHANNELS):
        wish = tl.load(gradient + (view * CHANNELS + channel) * width * width + pixel, mask=covered, other=0.0)
        at = face.to(tl.int64) * CHANNELS + channel
        color = tl.load(colors + view * colors_stride + at, mask=covered, other=0.0)
        read = tl.zeros([STEP], tl.float32)
        for corner in tl.static_range(8):
            weight = corner_weight(corner, t0, t1, t2)
            cell = _corner_cell(corner, cube, i0, i1, i2, cells)
            cell = view * textures_stride + cell * CHANNELS + channel
            read += weight * tl.load(textures + cell, mask=covered, other=0.0)
            tl.atomic_add(grad_textures + cell, weight * color * wish, mask=covered & (wish != 0), sem="relaxed")
        tl.atomic_add(grad_colors + view * colors_stride + at, read * wish, mask=covered & (wish != 0), sem="relaxed")


@triton.jit
def _image_reading(vertices, faces, view, face, place, covered, uv, wrap, images, first, start, level_size, steps,
                   n_vertices, n_faces, faces_stride, size, IS_NEAREST: tl.constexpr, LEVELS: tl.constexpr):
    """Where samples read their faces' images.

    Returns:
        The number of the first texel, the texels in a row, the places between two texels across and down, and the
        share of each corner in perspective.
    """
    x0, y0, z0 = _corner(vertices, faces, view, face, 0, n_vertices, n_faces, faces_stride, covered)
    x1, y1, z1 = _corner(vertices, faces, view, face, 1, n_vertices, n_faces, faces_stride, covered)
    x2, y2, z2 = _corner(vertices, faces, view, face, 2, n_vertices, n_faces, faces_stride, covered)
    x0, y0 = sample_at(x0, size), sample_at(y0, size)
    dx1, dy1 = sample_at(x1, size) - x0, sample_at(y1, size) - y0
    dx2, dy2 = sample_at(x2, size) - x0, sample_at(y2, size) - y0
    dx, dy = (place % size).to(tl.float32) - x0, (place // size).to(tl.float32) - y0
    area = doubled_area(dx1, dy1, dx2, dy2)
    q0, q1, q2 = tl.div_rn(1.0, z0), tl.div_rn(1.0, z1), tl.div_rn(1.0, z2)
    along_x, along_y = plane_slopes(dx1, dy1, dx2, dy2, area, q0, q1, q2)
    depth = tl.div_rn(1.0, plane_at(dx, dy, q0, along_x, along_y))
    back = face >= n_faces
    front = tl.where(back, face - n_faces, face).to(tl.int64)
    corner0, corner2 = uv + front * 6 + tl.where(back, 4, 0), uv + front * 6 + tl.where(back, 0, 4)
    u0, v0 = tl.load(corner0, mask=covered, other=0.0), tl.load(corner0 + 1, mask=covered, other=0.0)
    u1 = tl.load(uv + front * 6 + 2, mask=covered, other=0.0)
    v1 = tl.load(uv + front * 6 + 3, mask=covered, other=0.0)
    u2, v2 = tl.load(corner2, mask=covered, other=0.0), tl.load(corner2 + 1, mask=covered, other=0.0)
    along_x, along_y = plane_slopes(dx1, dy1, dx2, dy2, area, u0 * q0, u1 * q1, u2 * q2)
    u = in_perspective(plane_at(dx, dy, u0 * q0, along_x, along_y), depth, lesser(lesser(u0, u1), u2),
                       greater(greater(u0, u1), u2))
    along_x, along_y = plane_slopes(dx1, dy1, dx2, dy2, area, v0 * q0, v1 * q1, v2 * q2)
    v = in_perspective(plane_at(dx, dy, v0 * q0, along_x, along_y), depth, lesser(lesser(v0, v1), v2),
                       greater(greater(v0, v1), v2))
    u = wrapped(u, tl.load(wrap + front * 2, mask=covered, other=0))
    v = wrapped(v, tl.load(wrap + front * 2 + 1, mask=covered, other=0))
    image = tl.load(images + front, mask=covered, other=0)
    level, end = tl.load(first + image), tl.load(first + image + 1)
    texels = greater(tl.load(steps + level * 2), 1.0) * greater(tl.load(steps + level * 2 + 1), 1.0)
    texels = footprint_scale(doubled_area(u1 - u0, v1 - v0, u2 - u0, v2 - v0), area, q0, q1, q2) * texels
    texels = texels * (depth * depth * depth)
    for _ in tl.static_range(LEVELS):
        level = tl.where((level + 1 < end) & is_coarse(texels), level + 1, level)
        texels = tl.where(is_coarse(texels), texels * 0.25, texels)
    steps_u, steps_v = tl.load(steps + level * 2), tl.load(steps + level * 2 + 1)
    column, row = first_texel(u * steps_u, steps_u), first_texel(v * steps_v, steps_v)
    across, down = u * steps_u - column, v * steps_v - row
    if IS_NEAREST:
        across, down = tl.floor(across + 0.5), tl.floor(down + 0.5)
    width = tl.load(level_size + level * 2).to(tl.int64)
    texel = tl.load(start + level) + row.to(tl.int64) * width + column.to(tl.int64)
    along_x, along_y = plane_slopes(dx1, dy1, dx2, dy2, area, q0, 0.0, 0.0)
    share0 = in_perspective(plane_at(dx, dy, q0, along_x, along_y), depth, 0.0, 1.0)
    along_x, along_y = plane_slopes(dx1, dy1, dx2, dy2, area, 0.0, q1, 0.0)
    share1 = in_perspective(plane_at(dx, dy, 0.0, along_x, along_y), depth, 0.0, 1.0)
    along_x, along_y = plane_slopes(dx1, dy1, dx2, dy2, area, 0.0, 0.0, q2)
    share2 = in_perspective(plane_at(dx, dy, 0.0, along_x, along_y), depth, 0.0, 1.0)
    return texel, width, across, down, share0, share1, share2


@triton.jit
def _color_between(colors, covered, share0, share1, share2, CORNERS: tl.constexpr):
    """One channel of the colour that images are multiplied with: of the face, or between its corners."""
    color = tl.load(colors, mask=covered, other=0.0)
    if CORNERS == 3:
        color = share0 * color + share1 * tl.load(colors + 3, mask=covered, other=0.0)
        color += share2 * tl.load(colors + 6, mask=covered, other=0.0)
    return color


@triton.jit
def read_images(face_index, vertices, faces, texels, colors, background, uv, wrap, images, first, start, level_size,
                steps, image, n_vertices, n_faces, faces_stride, texels_stride, colors_stride, background_stride, size,
                IS_NEAREST: tl.constexpr, LEVELS: tl.constexpr, CORNERS: tl.constexpr, STEP: tl.constexpr):
    """The colour of every sample of one view: its face's colour, times what its face's image shows there."""
    view, place, given, face, covered = _samples(face_index, size, STEP)
    texel, width, across, down, share0, share1, share2 = _image_reading(
        vertices, faces, view, face, place, covered, uv, wrap, images, first, start, level_size, steps, n_vertices,
        n_faces, faces_stride, size, IS_NEAREST, LEVELS)
    row = size - 1 - place // size
    for channel in tl.static_range(3):
        color = _color_between(colors + view * colors_stride + face.to(tl.int64) * (3 * CORNERS) + channel, covered,
                               share0, share1, share2, CORNERS)
        at = texels + view * texels_stride + texel * 3 + channel
        left = between(tl.load(at, mask=covered, other=0.0), tl.load(at + width * 3, mask=covered, other=0.0), down)
        right = between(tl.load(at + 3, mask=covered, other=0.0), tl.load(at + width * 3 + 3, mask=covered, other=0.0),
                        down)
        value = between(left, right, across) * color
        value = tl.where(covered, value, tl.load(background + view * background_stride + channel))
        tl.store(image + ((view * 3 + channel) * size + row) * size + place % size, value, mask=given)


@triton.jit
def image_gradient(face_index, vertices, faces, texels, colors, gradient, uv, wrap, images, first, start, level_size,
                   steps, grad_texels, grad_colors, n_vertices, n_faces, faces_stride, texels_stride, colors_stride,
                   size, IS_NEAREST: tl.constexpr, LEVELS: tl.constexpr, CORNERS: tl.constexpr, SAMPLES: tl.constexpr,
                   STEP: tl.constexpr):
    """The gradient of one view with respect to texels and colours. `gradient` is each sample's share of its pixel's."""
    view, place, given, face, covered = _samples(face_index, size, STEP)
    texel, row_of_texels, across, down, share0, share1, share2 = _image_reading(
        vertices, faces, view, face, place, covered, uv, wrap, images, first, start, level_size, steps, n_vertices,
        n_faces, faces_stride, size, IS_NEAREST, LEVELS)
    width = size // SAMPLES
    pixel = (width - 1 - place // size // SAMPLES) * width + place % size // SAMPLES
    for channel in tl.static_range(3):
        wish = tl.load(gradient + (view * 3 + channel) * width * width + pixel, mask=covered, other=0.0)
        wanted = covered & (wish != 0)
        of_face = view * colors_stride + face.to(tl.int64) * (3 * CORNERS) + channel
        color = _color_between(colors + of_face, covered, share0, share1, share2, CORNERS)
        read = tl.zeros([STEP], tl.float32)
        for corner in tl.static_range(4):
            weight = (across if corner % 2 else 1.0 - across) * (down if corner // 2 else 1.0 - down)
            at = view * texels_stride + (texel + corner % 2 + corner // 2 * row_of_texels) * 3 + channel
            read += weight * tl.load(texels + at, mask=covered, other=0.0)
            tl.atomic_add(grad_texels + at, weight * color * wish, mask=wanted, sem="relaxed")
        if CORNERS == 3:
            tl.atomic_add(grad_colors + of_face, share0 * read * wish, mask=wanted, sem="relaxed")
            tl.atomic_add(grad_colors + of_face + 3, share1 * read * wish, mask=wanted, sem="relaxed")
            tl.atomic_add(grad_colors + of_face + 6, share2 * read * wish, mask=wanted, sem="relaxed")
        else:
            tl.atomic_add(grad_colors + of_face, read * wish, mask=wanted, sem="relaxed")


@triton.jit
def depth_gradient(face_index, vertices, faces, gradient, grad_vertices, n_vertices, n_faces, faces_stride, size,
                   SAMPLES: tl.constexpr, STEP: tl.constexpr):
    """The gradient of depth with respect to x, y and z. `gradient` is each sample's share of its pixel's."""
    view, place, _, face, covered = _samples(face_index, size, STEP)
    depth, z0, z1, z2, w0, w1, w2, a0, b0, a1, b1, a2, b2 = _interpolation(
        vertices, faces, view, face, place, covered, n_vertices, n_faces, faces_stride, size)
    width = size // SAMPLES
    pixel = (width - 1 - place // size // SAMPLES) * width + place % size // SAMPLES
    wish = tl.load(gradient + view * width * width + pixel, mask=covered, other=0.0)
    covered = covered & (depth > 0) & (wish != 0)
    common = wish * depth * depth
    # The slopes of 1 / depth. To move corner k is to move the sample the other way, by the corner's weight.
    unit = size * 0.5
    along_x = common * unit * inverse_depth_slope(a0, a1, a2, z0, z1, z2)
    along_y = common * unit * inverse_depth_slope(b0, b1, b2, z0, z1, z2)
    back = face >= n_faces
    corners = faces + view * faces_stride + tl.where(back, face - n_faces, face).to(tl.int64) * 3
    for k in tl.static_range(3):
        weight, z = (w0, z0) if k == 0 else ((w1, z1) if k == 1 else (w2, z2))
        vertex = tl.load(corners + tl.where(back, 2 - k, k), mask=covered, other=0)
        at = grad_vertices + (view * n_vertices + vertex) * 3
        tl.atomic_add(at, weight * along_x, mask=covered, sem="relaxed")
        tl.atomic_add(at + 1, weight * along_y, mask=covered, sem="relaxed")
        tl.atomic_add(at + 2, corner_depth_gradient(common, weight, z), mask=covered, sem="relaxed")


@triton.jit
def edge_gradient(visible, n_edges, vertices, faces, owner, image, gradient, grad_vertices, n_views, n_vertices,
                  n_faces, n_sides, faces_stride, size, eps, CHANNELS: tl.constexpr, SAMPLES: tl.constexpr,
                  EDGES: tl.constexpr, STEP: tl.constexpr):
    """The gradient of EDGES edges with respect to their ends. A visible face has six: three edges by two axes.

    visible: [N] the faces that own a sample, as view * n_sides + face. owner [2, B, S, S], image [2, B, C, S, S] and
    gradient [2, B, C, S / SAMPLES, S / SAMPLES]: first with columns as lines, then with rows. The programs of the
    second axis share an edge's lines.
    """
    edge = tl.program_id(0) * EDGES + tl.arange(0, EDGES)
    given = edge < n_edges
    code = tl.load(visible + edge // 6, mask=given, other=0)
    view, face = code // n_sides, (code % n_sides).to(tl.int32)
    k, along = edge % 6 // 2, edge % 2
    x0, y0, _ = _corner(vertices, faces, view, face, k, n_vertices, n_faces, faces_stride, given)
    x1, y1, _ = _corner(vertices, faces, view, face, (k + 1) % 3, n_vertices, n_faces, faces_stride, given)
    x2, y2, _ = _corner(vertices, faces, view, face, (k + 2) % 3, n_vertices, n_faces, faces_stride, given)
    by_row = along == 1
    s0, t0 = sample_at(tl.where(by_row, y0, x0), size), sample_at(tl.where(by_row, x0, y0), size)
    s1, t1 = sample_at(tl.where(by_row, y1, x1), size), sample_at(tl.where(by_row, x1, y1), size)
    s2, t2 = sample_at(tl.where(by_row, y2, x2), size), sample_at(tl.where(by_row, x2, y2), size)
    sum_all = s0 + t0 + s1 + t1 + s2 + t2
    given = given & (sum_all - sum_all == 0)  # finite
    s0, t0 = tl.where(given, s0, 0.0), tl.where(given, t0, 0.0)
    s1, t1 = tl.where(given, s1, 0.0), tl.where(given, t1, 0.0)
    s2, t2 = tl.where(given, s2, 0.0), tl.where(given, t2, 0.0)
    last = (size - 1) * 1.0
    direction = out_of_face(s0, s1, along)
    positive = direction > 0
    begin = lesser(greater(first_scanline(s0, s1), 0.0), last + 1).to(tl.int32)
    end = greater(lesser(last_scanline(s0, s1), last), -1.0).to(tl.int32)
    end = tl.where(given, end, begin - 1)
    unit = tl.div_rn(2.0, size * 1.0)
    width = size // SAMPLES
    plane = along.to(tl.int64) * n_views + view
    total0, total1 = tl.zeros([EDGES], tl.float32), tl.zeros([EDGES], tl.float32)
    for number in range(tl.program_id(1), tl.max(end - begin) + 1, tl.num_programs(1)):
        line = begin + number
        s = line.to(tl.float32)
        crossing = line_crossing(s, s0, t0, s1, t1)
        inner = inner_sample(crossing, direction)
        outer = inner + direction
        # A crossing that is not a number fails every comparison.
        on = (line <= end) & (inner >= 0) & (inner <= last) & (outer >= 0) & (outer <= last)
        inner, outer, line = tl.where(on, inner, 0.0), tl.where(on, outer, 0.0), tl.where(on, line, 0)
        scale0 = end_scale(s1 - s0, s1 - s, unit)
        scale1 = end_scale(s1 - s0, s - s0, unit)
        owners = owner + (plane * size + line) * size
        # outside: the face could grow over these samples
        grows = on & (tl.load(owners + inner.to(tl.int32), mask=on, other=-1) == face)
        first, final = tl.where(positive, outer, 0.0), tl.where(positive, last, outer)
        sum0, sum1 = _changes(image, gradient, owners, grows, first, final, inner, face, crossing, scale0, scale1,
                              plane, line, size, width, eps, True, CHANNELS, SAMPLES, EDGES, STEP)
        # inside: the face could draw back from its own samples
        opposite = tl.where(is_between(s, s0, s2), line_crossing(s, s0, t0, s2, t2), line_crossing(s, s2, t2, s1, t1))
        limit = inner_limit(opposite, direction)
        shrinks = on & (opposite - opposite == 0)
        limit = tl.where(shrinks, limit, 0.0)
        first = greater(lesser(inner, limit), 0.0)
        final = lesser(greater(inner, limit), last)
        more0, more1 = _changes(image, gradient, owners, shrinks, first, final, outer, face, crossing, scale0, scale1,
                                plane, line, size, width, eps, False, CHANNELS, SAMPLES, EDGES, STEP)
        # A crossing at one end does not move with the other end.
        total0 -= tl.where(on & (s != s1), sum0 + more0, 0.0)
        total1 -= tl.where(on & (s != s0), sum1 + more1, 0.0)
    back = face >= n_faces
    corners = faces + view * faces_stride + tl.where(back, face - n_faces, face).to(tl.int64) * 3
    vertex0 = tl.load(corners + tl.where(back, 2 - k, k), mask=given, other=0)
    vertex1 = tl.load(corners + tl.where(back, 2 - (k + 1) % 3, (k + 1) % 3), mask=given, other=0)
    across = 1 - along
    tl.atomic_add(grad_vertices + (view * n_vertices + vertex0) * 3 + across, total0, mask=given & (total0 != 0),
                  sem="relaxed")
    tl.atomic_add(grad_vertices + (view * n_vertices + vertex1) * 3 + across, total1, mask=given & (total1 != 0),
                  sem="relaxed")


@triton.jit
def _changes(image, gradient, owners, wanted, first, final, source, face, crossing, scale0, scale1, plane, line, size,
             width, eps, ANY_OWNER: tl.constexpr, CHANNELS: tl.constexpr, SAMPLES: tl.constexpr, EDGES: tl.constexpr,
             STEP: tl.constexpr):
    """Sum the changes that count over samples first .. final of each edge's line, for both ends of the edge.

    Each change is divided by the distance that an end has to move for it. `source` is the sample whose colour the
    samples would take.
    """
    first, final = first.to(tl.int32), final.to(tl.int32)
    final = tl.where(wanted, final, first - 1)
    sum0, sum1 = tl.zeros([EDGES], tl.float32), tl.zeros([EDGES], tl.float32)
    for start in range(0, tl.max(final - first) + 1, STEP):
        position = first[:, None] + start + tl.arange(0, STEP)[None, :]
        counts = position <= final[:, None]
        if not ANY_OWNER:
            counts = counts & (tl.load(owners[:, None] + position, mask=counts, other=-1) == face[:, None])
        change = tl.zeros([EDGES, STEP], tl.float32)
        for channel in tl.static_range(CHANNELS):
            at = (plane * CHANNELS + channel) * size + line
            level = tl.load(image + at * size + source.to(tl.int32), mask=wanted, other=0.0)
            color = tl.load(image + (at * size)[:, None] + position, mask=counts, other=0.0)
            at = (plane * CHANNELS + channel) * width + line // SAMPLES
            wish = tl.load(gradient + (at * width)[:, None] + position // SAMPLES, mask=counts, other=0.0)
            change += (color - level[:, None]) * wish
        distance = position.to(tl.float32) - crossing[:, None]
        distance0 = end_distance(distance, scale0[:, None], eps)
        distance1 = end_distance(distance, scale1[:, None], eps)
        change = tl.where(counts & is_wanted(change), change, 0.0)
        sum0 += tl.sum(tl.div_rn(change, distance0), 1)
        sum1 += tl.sum(tl.div_rn(change, distance1), 1)
    return sum0, sum1
