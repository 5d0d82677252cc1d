"""Lanes side by side as one value in compiled code: load, store and arithmetic on a whole vector at a time.

Numba's own vectorizer gives up on loops over lanes inside loops over a sparse matrix; told in so many words, LLVM keeps
a vector in registers. Each operation rounds as the same operation on one number does: nothing is reordered.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending, types
from numba.core import cgutils
from numba.extending import models, overload, register_model

from repayplan.compiling import compiled
from repayplan.solvers.batched.programs import LANES


def intrinsic(function: Callable[..., Any]) -> Any:
    """What compiled code calls by this name is what the function writes in LLVM's language."""
    return extending.intrinsic(function)


class Vector(types.Type):
    """Numba's type of ``LANES`` float64 numbers."""

    def __init__(self) -> None:
        super().__init__(name=f"lanes{LANES}")


vector: Any = Vector()
WIDE = ir.VectorType(ir.DoubleType(), LANES)


@register_model(Vector)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, WIDE)  # type: ignore[no-untyped-call]


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [builder.mul(index, ir.Constant(index.type, LANES))]), WIDE.as_pointer())


@intrinsic
def load(typing: Any, array: Any, index: Any) -> Any:
    """Vector number ``index`` of a flat array."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.load(_place(context, builder, signature.args[0], *values), align=8)

    return vector(array, types.intp), code


@intrinsic
def store(typing: Any, array: Any, index: Any, value: Any) -> Any:
    """Put a vector in place ``index`` of a flat array."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.store(values[2], _place(context, builder, signature.args[0], *values[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), code


@intrinsic
def at(typing: Any, array: Any, index: Any) -> Any:
    """Number ``index`` of a flat array of 32-bit indices, none of them negative, without a look at its bounds."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        return builder.zext(builder.load(builder.gep(data, [values[1]])), ir.IntType(64))

    return types.intp(array, types.intp), code


@intrinsic
def splat(typing: Any, number: Any) -> Any:
    """One number in every lane."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _spread(builder, values[0])

    return vector(types.float64), code


def _spread(builder: Any, number: Any) -> Any:
    one = builder.insert_element(ir.Constant(WIDE, ir.Undefined), number, ir.IntType(32)(0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, one, mask)


def _binary(name: str) -> Any:
    """An operation on two vectors that LLVM has an instruction for."""

    @intrinsic
    def operation(typing: Any, one: Any, two: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return getattr(builder, name)(*values)

        return vector(vector, vector), code

    return operation


def _chosen(relation: str) -> Any:
    """``then`` where ``one`` stands in a relation to ``two``, else ``other``; by lane."""

    @intrinsic
    def operation(typing: Any, one: Any, two: Any, then: Any, other: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.select(builder.fcmp_ordered(relation, values[0], values[1]), values[2], values[3])

        return vector(vector, vector, vector, vector), code

    return operation


@intrinsic
def any_above(typing: Any, one: Any, two: Any) -> Any:
    """Whether one > two in some lane, or either is no number there."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        bits = builder.bitcast(builder.fcmp_unordered(">", *values), ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(vector, vector), code


add, subtract, multiply, divide = (_binary(name) for name in ("fadd", "fsub", "fmul", "fdiv"))
where_less = _chosen("<")


def _function(*what: Any) -> Any:
    return cgutils.get_or_insert_function(*what)  # type: ignore[no-untyped-call]


@intrinsic
def root(typing: Any, value: Any) -> Any:
    """Square roots."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind = ir.FunctionType(WIDE, [WIDE])
        function = _function(builder.module, kind, f"llvm.sqrt.v{LANES}f64")
        return builder.call(function, values)

    return vector(vector), code


def _arithmetic(symbol: Callable[..., Any], operation: Any) -> None:
    """Let compiled code write ``a + b`` for vectors."""

    def implement(one, two):  # type: ignore[no-untyped-def]  # Numba compares this signature with the lambdas'
        if isinstance(one, Vector) and isinstance(two, Vector):
            return lambda one, two: operation(one, two)
        if isinstance(one, Vector) and isinstance(two, types.Float):
            return lambda one, two: operation(one, splat(two))
        if isinstance(two, Vector) and isinstance(one, types.Float):
            return lambda one, two: operation(splat(one), two)
        return None

    overload(symbol)(implement)


for _symbol, _operation in (
    (operator.add, add),
    (operator.sub, subtract),
    (operator.mul, multiply),
    (operator.truediv, divide),
):
    _arithmetic(_symbol, _operation)


@compiled
def least(one: Any, two: Any) -> Any:
    """The smaller of two, by lane."""
    return where_less(one, two, one, two)


@compiled
def most(one: Any, two: Any) -> Any:
    """The larger of two, by lane."""
    return where_less(two, one, one, two)


Array = np.ndarray[Any, np.dtype[np.float64]]
