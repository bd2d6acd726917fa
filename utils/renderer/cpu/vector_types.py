"""The types for numba that stand for the processor's vector registers, and their arithmetic.

Rules (see rules.py) compile for them as they do for single numbers. A rule's arithmetic is that of single numbers in
every lane, without reordering, so that the result is the same bit for bit. To write loops and hope that the compiler
turns them into vector instructions is slower: it has to check that arrays do not overlap, and prepares for any length.
"""
import itertools
import operator
from collections.abc import Callable
from typing import Any

import numba.core.types
import numpy as np
from llvmlite import ir
from numba.core.extending import lower_builtin, models, register_model
from numba.core.typing.templates import AbstractTemplate, infer_global, signature

types: Any = numba.core.types  # numba's own type hints do not hold for these

ELEMENTS = {types.float32: ir.FloatType(), types.int32: ir.IntType(32), types.boolean: ir.IntType(1)}


class Vector(types.Type):
    """The numba type of `lanes` numbers of type `dtype`."""

    def __init__(self, dtype: types.Type, lanes: int) -> None:
        self.dtype, self.lanes = dtype, lanes
        self.llvm = ir.VectorType(ELEMENTS[dtype], lanes)
        super().__init__(name=f"{dtype}x{lanes}")


@register_model(Vector)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Vector) -> None:
        super().__init__(manager, kind, kind.llvm)


def spread_in(context: Any, builder: Any, value: Any, kind: Any, vector: Vector) -> Any:
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
        return build(builder, *(spread_in(context, builder, *given, vector) for given in zip(args, sig.args)))

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
    values = (spread_in(context, builder, *given, sig.return_type) for given in zip(args[1:], sig.args[1:]))
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
