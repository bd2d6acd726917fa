"""Numbers that are computed with several at a time: types for numba that stand for the processor's vector registers.

Rules (see rules.py) compile for them as they do for single numbers. A rule's arithmetic is that of single numbers in
every lane, without reordering, so that the result is the same bit for bit. To write loops and hope that the compiler
turns them into vector instructions is slower: it has to check that arrays do not overlap, and prepares for any length.
"""
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numba.core.extending
import numba.core.types
import numpy as np
from llvmlite import ir
from numba.core.extending import lower_builtin, models, register_model
from numba.core.typing.templates import AbstractTemplate, infer_global, signature

LANES = 8  # numbers in a vector of samples
WIDE = 16  # numbers in a wide vector of samples, for long loops
CHANNELS = 4  # numbers in a vector of colours

# numba's own type hints do not hold for these
types: Any = numba.core.types
intrinsic: Any = numba.core.extending.intrinsic

_ELEMENTS = {types.float32: ir.FloatType(), types.int32: ir.IntType(32), types.boolean: ir.IntType(1)}


class Vector(types.Type):
    """The numba type of `lanes` numbers of type `dtype`."""

    def __init__(self, dtype: types.Type, lanes: int) -> None:
        self.dtype, self.lanes = dtype, lanes
        self.llvm = ir.VectorType(_ELEMENTS[dtype], lanes)
        super().__init__(name=f"{dtype}x{lanes}")


@register_model(Vector)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Vector) -> None:
        super().__init__(manager, kind, kind.llvm)


def _spread(context, builder, value, kind, vector):
    """A number in every lane; a vector as it is."""
    if isinstance(kind, Vector):
        return value
    nothing = ir.Constant(vector.llvm, ir.Undefined)
    places = ir.Constant(ir.VectorType(ir.IntType(32), vector.lanes), [0] * vector.lanes)
    first = builder.insert_element(nothing, context.cast(builder, value, kind, vector.dtype),
                                   ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, places)


def _add_operator(symbol: Any, build: Callable, dtype: types.Type = types.float32, result: Any = None) -> None:
    """Teach numba what an operator or a function does to two vectors, or a vector and a number.

    Args:
        symbol: the operator or function.
        build: (builder, left, right) -> result.
        dtype: of the vectors.
        result: the result's dtype, if it is another.
    """
    @infer_global(symbol)
    class _Typing(AbstractTemplate):
        def generic(self, args, kws):
            vectors = {kind for kind in args if isinstance(kind, Vector)}
            if kws or len(args) != 2 or len(vectors) != 1:
                return None
            vector = vectors.pop()
            if vector.dtype != dtype or not all(isinstance(kind, (Vector, types.Number)) for kind in args):
                return None
            return signature(Vector(result or dtype, vector.lanes), *map(types.unliteral, args))

    def lower(context, builder, sig, args):
        vector = Vector(dtype, sig.return_type.lanes)
        return build(builder, *(_spread(context, builder, *given, vector) for given in zip(args, sig.args)))

    for kinds in ((Vector, Vector), (Vector, types.Number), (types.Number, Vector)):
        lower_builtin(symbol, *kinds)(lower)


def _comparison(sign):
    return lambda builder, a, b: builder.fcmp_ordered(sign, a, b)


def _second_if(sign):
    """min and max keep their first argument unless the second is smaller or larger, as numba's do for numbers."""
    return lambda builder, a, b: builder.select(builder.fcmp_ordered(sign, b, a), b, a)


for _symbol, _build in ((operator.add, ir.IRBuilder.fadd), (operator.iadd, ir.IRBuilder.fadd),
                        (operator.sub, ir.IRBuilder.fsub), (operator.mul, ir.IRBuilder.fmul),
                        (operator.truediv, ir.IRBuilder.fdiv), (min, _second_if("<")), (max, _second_if(">"))):
    _add_operator(_symbol, _build)
for _symbol, _sign in ((operator.lt, "<"), (operator.gt, ">"), (operator.le, "<="), (operator.ge, ">=")):
    _add_operator(_symbol, _comparison(_sign), result=types.boolean)
_add_operator(operator.and_, ir.IRBuilder.and_, types.boolean)
_add_operator(operator.eq, lambda builder, a, b: builder.icmp_signed("==", a, b), types.int32, types.boolean)
_add_operator(operator.ne, lambda builder, a, b: builder.icmp_signed("!=", a, b), types.int32, types.boolean)


@infer_global(np.where)
class _Where(AbstractTemplate):
    """np.where, which the rules choose with, for vectors."""
    def generic(self, args, kws):
        if kws or len(args) != 3 or not (isinstance(args[0], Vector) and args[0].dtype == types.boolean):
            return None
        return signature(Vector(types.float32, args[0].lanes), *map(types.unliteral, args))


def _lower_where(context, builder, sig, args):
    values = (_spread(context, builder, *given, sig.return_type) for given in zip(args[1:], sig.args[1:]))
    return builder.select(args[0], *values)


for _yes, _no in itertools.product((Vector, types.Number), repeat=2):
    lower_builtin(np.where, Vector, _yes, _no)(_lower_where)


@infer_global(np.floor)
class _Floor(AbstractTemplate):
    """np.floor, which the rules round with, for vectors."""
    def generic(self, args, kws):
        return signature(args[0], *args) if len(args) == 1 and isinstance(args[0], Vector) and not kws else None


@lower_builtin(np.floor, Vector)
def _lower_floor(context, builder, sig, args):
    kind = ir.FunctionType(sig.return_type.llvm, [sig.return_type.llvm])
    name = f"llvm.floor.v{sig.return_type.lanes}f32"
    return builder.call(builder.module.declare_intrinsic(name, fnty=kind), args)


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
    return vector(value), lambda context, builder, sig, args: _spread(context, builder, args[0], value, vector)


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
        return builder.add(builder.mul(rows, _spread(context, builder, args[2], types.int32, whole)), columns)
    return whole(row, column, types.int32), lower


@intrinsic
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c of vectors or numbers (float32), rounded once where the processor can: as torch does in places, or for
    sums that need not be the same on every machine."""
    vector, name = (a.llvm, f"v{a.lanes}f32") if isinstance(a, Vector) else (ir.FloatType(), "f32")

    def lower(context, builder, sig, args):
        function = builder.module.declare_intrinsic(f"llvm.fmuladd.{name}", fnty=ir.FunctionType(vector, [vector] * 3))
        if isinstance(a, Vector):
            args = [_spread(context, builder, *given, a) for given in zip(args, sig.args)]
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
    vector = ir.VectorType(_ELEMENTS[source.dtype], LANES)

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
