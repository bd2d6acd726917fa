"""The renderer's rules in plain Python: which face a sample shows, where a colour is read, how an edge gets a gradient.

Every rule is a function of a few numbers that calls no other rule. The CPU kernels are compiled from these very
functions. The GPU kernels hold the same rules under the same names. The tests put the rules together into a slow
renderer, and compare every backend with it.

All numbers are float32. Every operation is rounded by itself: there are no fused multiply-adds.

x and y are on the image in [-1, 1] with y upwards, z is the depth. Samples are counted from the left and from below.
A face has the corners 0, 1, 2. Behind F fronts come F backs: face F + i is face i with its corners reversed.
"""
from typing import Any

import numpy as np

Number = Any  # np.float32; where a rule neither branches nor takes a minimum, also an array

BACKGROUND = -1  # face index of a sample that no face covers
FLAT_CUBE = 2  # cells a side of the colour cube that stands for a flat colour where a gradient is wanted

ZERO = np.float32(0)
HALF = np.float32(0.5)
ONE = np.float32(1)
TWO = np.float32(2)
MARGIN = np.float32(0.05)  # samples; a bound computed in float32 is this close to the exact one
TIE = np.float32(1e-5)  # of the depth; two faces so near each other coincide
CLAMP, REPEAT, MIRROR = 0, 1, 2  # what coordinates outside of an image stand for
LONGEST = np.float32(1e15)  # bound of a ratio of lengths; products of distances stay within float32


# Samples

def sample_centre(index: Any, size: int) -> Number:
    """The coordinate of the centre of sample `index` of `size`."""
    return np.float32((2.0 * index + 1 - size) / size)


def sample_at(coordinate: Number, size: int) -> Number:
    """Where a coordinate falls among `size` samples: 0 is the centre of the first, size - 1 that of the last."""
    return (coordinate * np.float32(size) + np.float32(size) - ONE) * HALF


# Which face a sample shows

def faces_camera(x0: Number, y0: Number, x1: Number, y1: Number, x2: Number, y2: Number) -> Any:
    """Whether a face is drawn: its corners run counter-clockwise on the image, or it is seen edge-on."""
    return (y2 - y0) * (x1 - x0) >= (y1 - y0) * (x2 - x0)


def edge_function(x: Number, y: Number, x0: Number, y0: Number, dx: Number, dy: Number) -> Number:
    """On which side of an edge a sample is: positive inside, 0 on the edge.

    It is the barycentric weight of the corner opposite, times twice the face's area. For a face seen edge-on it is
    rounding noise, on all of the edge's line. A backend may leave out samples beyond the box of the corners and MARGIN.

    Args:
        x, y: the sample's centre.
        x0, y0: the corner at which the edge begins.
        dx, dy: from there to the corner at which it ends.
    """
    return (y - y0) * dx - (x - x0) * dy


def sample_depth(w0: Number, w1: Number, w2: Number, inverse0: Number, inverse1: Number, inverse2: Number) -> Number:
    """The depth of a face at a sample, from the edge functions w and the reciprocals of the corners' depths."""
    return (w0 + w1 + w2) / (w0 * inverse0 + w1 * inverse1 + w2 * inverse2)


def is_covered(w0: Number, w1: Number, w2: Number, depth: Number, near: Number) -> Any:
    """Whether a face counts at a sample: the sample is inside all edges or on them, and the face is beyond `near`."""
    return (w0 >= 0) & (w1 >= 0) & (w2 >= 0) & (depth > near)


def is_nearer(depth: Number, kept: Number) -> Any:
    """Whether a face takes a sample over. At equal depth the earlier face stays. Every sample starts at depth `far`."""
    return depth < kept


def is_as_near(depth: Number, kept: Number) -> Any:
    """Whether two faces coincide at a sample. Where faces differ in colour, the first in the mesh is then shown."""
    return max(depth - kept, kept - depth) <= TIE * depth


# Where a colour is read

def weight_planes(x0: Number, y0: Number, x1: Number, y1: Number, x2: Number, y2: Number) -> tuple[Number, ...]:
    """The barycentric weights of a face as planes over the image: weight k is a_k x + b_k y + c_k.

    Args:
        x0, y0, x1, y1, x2, y2: the corners, in samples.

    Returns:
        a_0, b_0, c_0, a_1, .. c_2.
    """
    area = x2 * (y0 - y1) + x0 * (y1 - y2) + x1 * (y2 - y0)
    return ((y1 - y2) / area, (x2 - x1) / area, (x1 * y2 - x2 * y1) / area,
            (y2 - y0) / area, (x0 - x2) / area, (x2 * y0 - x0 * y2) / area,
            (y0 - y1) / area, (x1 - x0) / area, (x0 * y1 - x1 * y0) / area)


def weight_at(x: Number, y: Number, a: Number, b: Number, c: Number) -> Number:
    """A barycentric weight at a sample, clamped to [0, 1]. The three are then divided by their sum."""
    return min(max(a * x + b * y + c, ZERO), ONE)


def depth_at(w0: Number, w1: Number, w2: Number, z0: Number, z1: Number, z2: Number) -> Number:
    """The depth of a face where its corners' weights are w and their depths z; not a number if all w are zero."""
    return ONE / (w0 / z0 + w1 / z1 + w2 / z2)


def cube_place(weight: Number, depth: Number, z: Number, steps: Number, end: Number) -> Number:
    """Where along an axis a colour cube of steps + 1 cells is read: the weight in perspective, in cells.

    Args:
        weight: of the axis's corner; z its depth.
        depth: of the face here.
        steps: from the first cell to the last.
        end: the last place that is read, steps - eps.
    """
    # A face so thin that its weights are lost in rounding has no depth, and is read at 0: of ZERO and what is not a
    # number, `max` gives the first.
    return min(max(ZERO, weight * steps * (max(ZERO, depth) / z)), end)


def corner_weight(corner: int, t0: Number, t1: Number, t2: Number) -> Number:
    """The trilinear weight of a cell's corner. Bit k of `corner` is its step along axis k, t_k the place between."""
    return ((t0 if corner & 1 else ONE - t0) * (t1 if (corner >> 1) & 1 else ONE - t1)
            * (t2 if corner >> 2 else ONE - t2))


# Where an image is read
#
# All that is linear on the face is, divided by z, linear on the image: a plane through its values at the corners.
# dx1, dy1 and dx2, dy2 lead from corner 0 to the other corners, in samples. f is a corner's value, divided by its z.

def doubled_area(dx1: Number, dy1: Number, dx2: Number, dy2: Number) -> Number:
    """Twice the area of a face on the image, or in texture coordinates; negative where its corners run clockwise."""
    return dx1 * dy2 - dx2 * dy1


def plane_slopes(dx1: Number, dy1: Number, dx2: Number, dy2: Number, area: Number, f0: Number, f1: Number, f2: Number,
                 ) -> tuple[Number, Number]:
    """The slopes along x and y of the plane through a face's corners. area: the doubled one."""
    return ((f1 - f0) * dy2 - (f2 - f0) * dy1) / area, ((f2 - f0) * dx1 - (f1 - f0) * dx2) / area


def plane_at(dx: Number, dy: Number, f0: Number, slope_x: Number, slope_y: Number) -> Number:
    """The plane's value at a sample that is dx, dy away from corner 0."""
    return f0 + (slope_x * dx + slope_y * dy)


def in_perspective(over_z: Number, depth: Number, least: Number, most: Number) -> Number:
    """A value of the face at a sample, from its plane and the depth, kept between the least and the most of corners.

    Of a face seen edge-on, whose planes are not numbers, it is the least.
    """
    return min(max(least, over_z * depth), most)


def wrapped(coordinate: Number, rule: int) -> Number:
    """A texture coordinate brought into [0, 1]. rule: CLAMP, REPEAT or MIRROR."""
    if rule == REPEAT:
        coordinate = coordinate - np.floor(coordinate)
    elif rule == MIRROR:
        coordinate = coordinate - TWO * np.floor(coordinate * HALF)
        coordinate = min(coordinate, TWO - coordinate)
    return min(max(coordinate, ZERO), ONE)


def first_texel(place: Number, steps: Number) -> Number:
    """The first of the two texels along an axis that a place is between. steps: from the first texel to the last."""
    return max(min(np.floor(place), steps - ONE), ZERO)


def between(first: Number, second: Number, share: Number) -> Number:
    """The colour between two: of texels one below the other, then of what that gives in two columns."""
    return first * (ONE - share) + second * share


def footprint_scale(area_in_texture: Number, area: Number, inverse0: Number, inverse1: Number, inverse2: Number,
                    ) -> Number:
    """The texture's area under a sample, divided by the depth to the third; from doubled areas and 1 / z of corners.

    The map from the image to the texture is a homography. The determinant of its derivative is that of its matrix,
    divided by the third power of its third coordinate, 1 / z here.
    """
    return abs(area_in_texture / area) * (inverse0 * inverse1 * inverse2)


def is_coarse(texels: Number) -> Any:
    """Whether a sample covers so many texels of a level that the next level, of a quarter as many, is nearer to one."""
    return texels >= TWO


# The derivative of depth

def inverse_depth_slope(slope0: Number, slope1: Number, slope2: Number, z0: Number, z1: Number, z2: Number) -> Number:
    """The slope of 1 / depth along an axis, from the slopes of the three weights along it."""
    return slope0 / z0 + slope1 / z1 + slope2 / z2


def corner_depth_gradient(scale: Number, weight: Number, z: Number) -> Number:
    """The gradient of a corner's z: dz/dz_k = w_k z^2 / z_k^2. scale: the depth's gradient times z^2."""
    return weight * scale / (z * z)


# The approximate gradient of an edge (Kato et al. 2018, section 3). The edge runs from corner 0 to corner 1.
# It crosses scanlines: s counts them, t counts the samples of one.
#
# Outside: if the face owns the inner sample of the scanline, it could grow over all samples from there to the border.
# Sample q would then change to the colour of the inner sample. Inside: the face could draw back from its own samples,
# from the inner one to its limit. Sample q would then change to the colour of the first sample outside.

def first_scanline(s0: Number, s1: Number) -> Number:
    """The first scanline that the edge reaches; it may be before the image."""
    return np.ceil(min(s0, s1))


def last_scanline(s0: Number, s1: Number) -> Number:
    """The last scanline that the edge reaches; it may be behind the image."""
    return np.floor(max(s0, s1))


def out_of_face(s0: Number, s1: Number, along: int) -> Number:
    """The direction on a scanline that leads out of the face, 1 or -1. along: the axis of s, 0 for x and 1 for y."""
    return ONE if (s0 < s1) == (along == 1) else -ONE


def line_crossing(s: Number, s0: Number, t0: Number, s1: Number, t1: Number) -> Number:
    """Where an edge crosses scanline s; not finite where it runs along the scanline."""
    return (t1 - t0) / (s1 - s0) * (s - s0) + t0


def inner_sample(crossing: Number, direction: Number) -> Number:
    """The last sample inside the edge. The next one in the direction out of the face is the first outside."""
    return np.floor(crossing) if direction > 0 else np.ceil(crossing)


def is_between(s: Number, s0: Number, s1: Number) -> Any:
    """Whether a scanline is strictly between two corners."""
    return (s - s0) * (s - s1) < 0


def inner_limit(opposite: Number, direction: Number) -> Number:
    """The farthest sample inside the face, which another of its edges crosses at `opposite`."""
    return np.ceil(opposite) if direction > 0 else np.floor(opposite)


def end_scale(length: Number, rest: Number, unit: Number) -> Number:
    """How far an end of the edge moves, in units of x or y, when the crossing moves by one sample.

    Args:
        length: of the edge, in scanlines.
        rest: from the scanline to the other end.
        unit: side of a sample.
    """
    return min(abs(length / rest), LONGEST) * unit


def end_distance(distance: Number, scale: Number, eps: Number) -> Number:
    """How far an end of the edge moves until the crossing is `distance` samples on, pushed away from zero by eps."""
    return distance * scale + np.where(distance > 0, eps, -eps)


def is_wanted(change: Number) -> Any:
    """Whether a change of colour counts: it does if the loss falls with it."""
    return change > 0
