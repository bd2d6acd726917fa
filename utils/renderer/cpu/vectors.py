"""Numbers that are computed with several at a time, in the processor's vector registers: functions for kernels."""
from typing import Any

import numba.core.extending
from llvmlite import ir

from .vector_types import ELEMENTS, Vector, spread_in, types

LANES = 8  # numbers in a vector of samples
WIDE = 16  # numbers in a wide vector of samples, for long loops
CHANNELS = 4  # numbers in a vector of colours

intrinsic: Any = numba.core.extending.intrinsic  # numba's own type hints do not hold for it


@intrinsic
def pointer(typing: Any, array: Any) -> Any:
    """Where an array's numbers begin. Numba counts the references to arrays, in every loop; to pointers it does not.

    So it frees an array that the kernel has made as soon as only pointers are left. Ask for the pointers of arguments.
    """
    def lower(context, builder, sig, args):
        return context.make_array(sig.args[0])(context, builder, args[0]).data
    return types.CPointer(array.dtype)(array), lower


def _lanes(builder, a, b, lanes):
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes)))


def _load(source, index, lanes):
    vector = Vector(source.dtype, lanes)

    def lower(context, builder, sig, args):
        loaded = builder.load(builder.bitcast(builder.gep(args[0], [args[1]]), vector.llvm.as_pointer()))
        loaded.align = 4
        return loaded
    return vector(source, types.intp), lower


@intrinsic
def load(typing: Any, source: Any, index: Any) -> Any:
    """The LANES numbers from a pointer's `index` on."""
    return _load(source, index, LANES)


@intrinsic
def load_wide(typing: Any, source: Any, index: Any) -> Any:
    """The WIDE numbers from a pointer's `index` on."""
    return _load(source, index, WIDE)


@intrinsic
def load_channels(typing: Any, source: Any, index: Any) -> Any:
    """The CHANNELS numbers from a pointer's `index` on."""
    return _load(source, index, CHANNELS)


@intrinsic
def store(typing: Any, target: Any, index: Any, values: Any) -> Any:
    """Write a vector to a pointer's `index` and on."""
    def lower(context, builder, sig, args):
        place = builder.bitcast(builder.gep(args[0], [args[1]]), values.llvm.as_pointer())
        builder.store(args[2], place).align = 4
        return context.get_dummy_value()
    return types.void(target, types.intp, values), lower


def _spread_to(value, lanes):
    vector = Vector(types.unliteral(value), lanes)
    return vector(value), lambda context, builder, sig, args: spread_in(context, builder, args[0], value, vector)


@intrinsic
def spread(typing: Any, value: Any) -> Any:
    """A number in each of LANES lanes."""
    return _spread_to(value, LANES)


@intrinsic
def spread_wide(typing: Any, value: Any) -> Any:
    """A number in each of WIDE lanes."""
    return _spread_to(value, WIDE)


@intrinsic
def spread_channels(typing: Any, value: Any) -> Any:
    """A number in each of CHANNELS lanes."""
    return _spread_to(value, CHANNELS)


@intrinsic
def choose(typing: Any, mask: Any, yes: Any, no: Any) -> Any:
    """`yes` in the lanes in which the mask is set, `no` in the others."""
    return yes(mask, yes, no), lambda context, builder, sig, args: builder.select(*args)


@intrinsic
def first_three(typing: Any, first: Any, rest: Any) -> Any:
    """The first three lanes of a vector, and the rest of another."""
    def lower(context, builder, sig, args):
        return _lanes(builder, args[0], args[1], [*range(3), *range(first.lanes + 3, 2 * first.lanes)])
    return first(first, rest), lower


@intrinsic
def sum_of_threes(typing: Any, values: Any) -> Any:
    """The first three lanes of a vector plus the next three, as the first three of CHANNELS lanes."""
    def lower(context, builder, sig, args):
        return builder.fadd(*(_lanes(builder, args[0], args[0], range(first, first + CHANNELS)) for first in (0, 3)))
    return Vector(values.dtype, CHANNELS)(values), lower


@intrinsic
def places_in_rows(typing: Any, row: Any, column: Any, width: Any) -> Any:
    """row * width + column as int32, of vectors of whole numbers and a width (int32)."""
    whole = Vector(types.int32, row.lanes)

    def lower(context, builder, sig, args):
        rows, columns = (builder.fptosi(values, whole.llvm) for values in args[:2])
        return builder.add(builder.mul(rows, spread_in(context, builder, args[2], types.int32, whole)), columns)
    return whole(row, column, types.int32), lower


@intrinsic
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c of vectors or numbers (float32), rounded once where the processor can: as torch does in places, or for
    sums that need not be the same on every machine."""
    vector, name = (a.llvm, f"v{a.lanes}f32") if isinstance(a, Vector) else (ir.FloatType(), "f32")

    def lower(context, builder, sig, args):
        function = builder.module.declare_intrinsic(f"llvm.fmuladd.{name}", fnty=ir.FunctionType(vector, [vector] * 3))
        if isinstance(a, Vector):
            args = [spread_in(context, builder, *given, a) for given in zip(args, sig.args)]
        return builder.call(function, args)
    return a(a, b, c), lower


@intrinsic
def total(typing: Any, values: Any) -> Any:
    """The sum of a vector's numbers: of its two halves, of their two halves, and so on."""
    def lower(context, builder, sig, args):
        vector, lanes = args[0], values.lanes
        while lanes > 1:
            lanes //= 2
            halves = (_lanes(builder, vector, vector, range(first, first + lanes)) for first in (0, lanes))
            vector = builder.fadd(*halves)
        return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))
    return values.dtype(values), lower


@intrinsic
def bits(typing: Any, mask: Any) -> Any:
    """A mask as a number: its lane k is bit k."""
    def lower(context, builder, sig, args):
        return builder.zext(builder.bitcast(args[0], ir.IntType(mask.lanes)), ir.IntType(64))
    return types.uint64(mask), lower


@intrinsic
def lowest_bit(typing: Any, number: Any) -> Any:
    """The place of the lowest bit of a number (uint64) that is set."""
    def lower(context, builder, sig, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))
    return types.intp(types.uint64), lower


@intrinsic
def transpose(typing: Any, source: Any, start: Any, step: Any, target: Any, to: Any, target_step: Any) -> Any:
    """Copy LANES lines of LANES numbers, as columns.

    Args:
        source, start, step: pointer, where the first line begins, and from there to where the next one does.
        target, to, target_step: the same of where they are written.
    """
    vector = ir.VectorType(ELEMENTS[source.dtype], LANES)

    def lower(context, builder, sig, args):
        def place(array, first, step, k):
            offset = builder.add(first, builder.mul(step, ir.Constant(step.type, k)))
            return builder.bitcast(builder.gep(array, [offset]), vector.as_pointer())

        lines = []
        for k in range(LANES):
            lines.append(builder.load(place(args[0], args[1], args[2], k)))
            lines[-1].align = 4
        # Lines a half apart are interleaved, three times over: the bits of a number's place are turned round.
        for _ in range(3):
            pairs = [(lines[k], lines[k + LANES // 2]) for k in range(LANES // 2)]
            low = [n for k in range(LANES // 2) for n in (k, LANES + k)]
            high = [n + LANES // 2 for n in low]
            lines = [_lanes(builder, *pair, lanes) for pair in pairs for lanes in (low, high)]
        for k in range(LANES):
            builder.store(lines[k], place(args[3], args[4], args[5], k)).align = 4
        return context.get_dummy_value()
    return types.void(source, types.intp, types.intp, target, types.intp, types.intp), lower
