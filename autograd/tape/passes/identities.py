"""Algebraic identities that hold in IEEE 754 for all numbers, including signed zeros, infinities and NaN.

Results are bitwise equal, up to the payload of a NaN. Excluded are x + 0 = x, false for x = −0, and 0 x = 0, false for x = ∞.
"""

import math
from collections.abc import Callable
from typing import Any

from autograd.ops.op import OPS, Op
from autograd.ops.rules.arithmetic import add, divide, falling_factorial, multiply, negative, power, power_derivative, subtract
from autograd.support.lazy_numpy import np
from autograd.tape.program import Constant, Instruction


def simplify(step: Instruction) -> Instruction:
    """Equal instruction with fewer operations, or the instruction itself."""
    identity = _IDENTITIES.get(step.op)
    return step if identity is None else identity(step, *step.inputs)


def _is(x: Constant, number: float) -> bool:
    """True if all entries of x are `number`, with its sign also if it is 0."""
    data = x.data
    if isinstance(data, np.ndarray):
        if not data.size or data.flat[0] != number:
            return False
        return bool((data == number).all() and (np.signbit(data) == np.signbit(number)).all())
    return bool(data == number and math.copysign(1.0, data) == math.copysign(1.0, number))


def _if_same_kind(step: Instruction, x: Instruction) -> Instruction:
    """x if it has the shape and dtype of `step`, whose numbers it has, else `step`."""
    return x if x.kind == step.kind else step


def _instruction(op: Op, step: Instruction, *inputs: Instruction) -> Instruction:
    return Instruction(op, inputs, {}, step.kind)


def _negative(step: Instruction, x: Instruction) -> Instruction:
    return _if_same_kind(step, x.inputs[0]) if x.op is negative else step  # −(−x) = x


def _add(step: Instruction, a: Instruction, b: Instruction) -> Instruction:
    if b.op is negative:
        return _instruction(subtract, step, a, b.inputs[0])  # a + (−b) = a − b
    if a.op is negative:
        return _instruction(subtract, step, b, a.inputs[0])
    if type(a) is Constant and _is(a, -0.0):
        return _if_same_kind(step, b)  # −0 + b = b
    if type(b) is Constant and _is(b, -0.0):
        return _if_same_kind(step, a)
    return step


def _subtract(step: Instruction, a: Instruction, b: Instruction) -> Instruction:
    if b.op is negative:
        return _instruction(add, step, a, b.inputs[0])
    if type(b) is Constant and _is(b, 0.0):
        return _if_same_kind(step, a)  # a − 0 = a
    return step


def _multiply(step: Instruction, a: Instruction, b: Instruction) -> Instruction:
    if type(a) is Constant:
        a, b = b, a
    if type(b) is Constant:
        if _is(b, 1.0):
            return _if_same_kind(step, a)
        if _is(b, -1.0) and a.kind == step.kind:
            return _instruction(negative, step, a)
    elif a.op is negative and b.op is negative:
        return _instruction(multiply, step, a.inputs[0], b.inputs[0])  # (−x)(−y) = x y
    return step


def _divide(step: Instruction, a: Instruction, b: Instruction) -> Instruction:
    return _if_same_kind(step, a) if type(b) is Constant and _is(b, 1.0) else step


def _power(step: Instruction, a: Instruction, b: Instruction) -> Instruction:
    """Powers with a small number as exponent as products, which the namespaces compute for them too."""
    n = b.data if type(b) is Constant and b.kind is None else None
    if n == 0 and step.kind is None:
        return Constant(1.0)
    if n == 1:
        return _if_same_kind(step, a)
    if n == 2 and a.kind == step.kind:
        return _instruction(multiply, step, a, a)
    if n == 3 and a.kind == step.kind:
        return _instruction(multiply, step, _instruction(multiply, step, a, a), a)
    return step


def _power_derivative(step: Instruction, a: Instruction, b: Instruction) -> Instruction:
    """∂ⁱ aᵇ / ∂aⁱ = b (b − 1) … (b − i + 1) aᵇ⁻ⁱ for a number b, where the factor is not 0."""
    i, j = step.params["i"], step.params["j"]
    if j or type(b) is not Constant or b.kind is not None:
        return step
    (factor,) = falling_factorial(b.data, i)
    if not i or not factor or factor != factor:
        return step
    return _instruction(multiply, step, Constant(factor), _instruction(power, step, a, Constant(b.data - i)))


def _logical_and(step: Instruction, *inputs: Instruction) -> Instruction:
    for x in inputs:
        if type(x) is Constant and not np.any(x.data):
            return Constant(0.0 if step.kind is None else np.broadcast_to(np.False_, step.kind[0]))
    return step


def _where(step: Instruction, condition: Instruction, a: Instruction, b: Instruction) -> Instruction:
    if type(condition) is Constant and np.size(condition.data):
        truth = np.asarray(condition.data, bool)
        if (truth == truth.flat[0]).all():
            return _if_same_kind(step, a if truth.flat[0] else b)
    return step


def _reshape(step: Instruction, x: Instruction) -> Instruction:
    if x.op is step.op:
        (x,) = x.inputs
        step = Instruction(step.op, (x,), step.params, step.kind)
    return _if_same_kind(step, x)


def _transpose(step: Instruction, x: Instruction) -> Instruction:
    axes = step.params["axes"]
    if axes == tuple(range(len(axes))):
        return x
    if x.op is step.op and tuple(x.params["axes"][i] for i in axes) == tuple(range(len(axes))):
        return x.inputs[0]
    return step


_IDENTITIES: dict[Any, Callable[..., Instruction]] = {
    negative: _negative, add: _add, subtract: _subtract, multiply: _multiply, divide: _divide, power: _power,
    power_derivative: _power_derivative, OPS["logical_and"]: _logical_and, OPS["where"]: _where,
    OPS["broadcast_to"]: _if_same_kind, OPS["sum_to"]: _if_same_kind, OPS["astype"]: _if_same_kind, OPS["reshape"]: _reshape,
    OPS["transpose"]: _transpose,
}  # fmt: skip
