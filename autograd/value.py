"""`Value`: one float that remembers how it was made."""

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ClassVar, final

import numpy as np

from autograd.anomaly import remember_line, watch_value
from autograd.emit import with_methods_of_the_table
from autograd.graph import by_serial, newest_first, pull_back, refuse_if_changed
from autograd.node import Node, next_serial
from autograd.op import Op, on_floats, pulled_float
from autograd.recording import is_recording, is_watched

_NO_PARAMS: dict[str, Any] = {}


@with_methods_of_the_table
@final
class Value(Node):
    """One float that remembers how it was made, and whose gradient `backward()` finds.

    A leaf is made from a number; arithmetic on Values makes the others. `grad` starts at 0.0. After `y.backward()` every
    node that y was computed from holds ∂y/∂node: leaves add up over calls, the others hold that of the newest call.

    Raises  TypeError  if `data` is not a real number
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> y = a * b + a**2
    >>> y.backward()
    >>> y.data, a.grad, b.grad
    (-2.0, 1.0, 2.0)
    """

    # An input that is a constant has None in `_a` or `_b`, and its number stands where its derivative would, in `_p` or
    # `_q`; likewise the node itself where the derivative is zero. Ops of more inputs keep (node, derivative) in `_rest`.
    __slots__ = (
        "__weakref__",
        "_a",
        "_b",
        "_data",
        "_p",
        "_params",
        "_q",
        "_rest",
        "grad",
        "label",
        "op",
        "requires_grad",
        "serial",
    )  # fmt: skip

    grad: float
    _a: Any
    _p: Any
    _b: Any
    _q: Any
    _rest: tuple[tuple[Any, Any], ...] | None
    _params: dict[str, Any]
    emitted: ClassVar[dict[Op, tuple[Callable[..., "Value"], ...]]]

    def __init__(self, data: float, requires_grad: bool = True, label: str = "") -> None:
        self._data = _real(data)
        self.grad = 0.0
        self.op = None
        self.label = label
        self.requires_grad = bool(requires_grad)
        self.serial = next_serial()

    @property
    def data(self) -> float:
        """The number. A leaf's may be assigned; graphs recorded before that no longer give gradients."""
        return self._data

    @data.setter
    def data(self, data: float) -> None:
        if self.op is not None:
            raise ValueError(f"{self!r} was computed by {self.op.name}: only a leaf's data can be assigned")
        self._data, self.serial = _real(data), next_serial()

    @classmethod
    def constant(cls, data: Any) -> "Value":
        return cls(float(data), requires_grad=False)

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> "Value":
        """The result of an elementwise op: by its emitted method if it has one."""
        methods = cls.emitted.get(op)
        if methods is None:
            return cls.record_any(op, inputs, params)
        y = methods[0](*inputs) if inputs[0].__class__ is cls else methods[1](inputs[1], inputs[0])
        return cls.record_any(op, inputs, params) if y is NotImplemented else y

    @classmethod
    def record_any(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> "Value":
        """The result of any elementwise op, recorded if it is to be and some input requires a gradient."""
        if op.kind != "elementwise":
            raise TypeError(f"{op.name} works on arrays, and a Value is one number: use Tensor")
        numbers = [x._data if x.__class__ is cls else _operand(op, x) for x in inputs]
        y = on_floats(op.forward, *numbers, **params)
        if is_watched():
            watch_value(op, y, numbers)
        if not (is_recording() and any(x.requires_grad for x in inputs if x.__class__ is cls)):
            return cls(y, requires_grad=False)
        pairs: list[tuple[Any, Any]] = []
        for x, number, pullback in zip(inputs, numbers, op.pullbacks, strict=True):
            if x.__class__ is not cls or not x.requires_grad or pullback is None:
                pairs.append((None, x if x.__class__ is cls else number))
            else:
                pairs.append((x, pulled_float(pullback, 1.0, y, *numbers, **params)))
        node = cls(y)
        node.op, node._params = op, params
        (node._a, node._p), (node._b, node._q), *rest = *pairs, (None, None), (None, None)
        node._rest = tuple(rest[: len(pairs) - 2]) if len(pairs) > 2 else None
        if is_watched():
            remember_line(node)
        return node

    @property
    def _pairs(self) -> tuple[tuple[Any, Any], ...]:
        """(input, local derivative) in argument order; (None, number) for a constant."""
        if self.op is None:
            return ()
        return ((self._a, self._p), (self._b, self._q), *(self._rest or ()))[: self.op.arity]

    @property
    def inputs(self) -> tuple[Any, ...]:
        return tuple(derivative if x is None else x for x, derivative in self._pairs)

    @property
    def params(self) -> dict[str, Any]:
        return self._params if self.op is not None and self.op.params else _NO_PARAMS

    def pulled(self, wanted: Sequence[int], g: Any) -> list[Any]:
        pairs = self._pairs
        return [g * pairs[i][1] for i in wanted]

    def fitted(self, cotangent: Any, op: Op) -> Any:
        return cotangent

    def backward(self) -> None:
        """Find the gradient of this number with respect to every node it was computed from, into their `.grad`.

            x̄ = Σ over the uses of x of ȳ ∂y/∂x,   from the newest node to the oldest

        This is `graph.pull_back` with the local derivatives that are already stored, written out for speed.

        Raises  ValueError    if no leaf that requires a gradient was used
                RuntimeError  if a leaf's data changed since it was used; nothing is changed then
        """
        self.seed()
        if is_watched():
            pull_back([self], [1.0], wanted=newest_first([self]))  # slow, and looks at every gradient
        order: list[Value] = []
        leaves: list[tuple[Value, float]] = []
        seen = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if node.op is None:
                leaves.append((node, node.grad))
                continue
            order.append(node)
            serial = node.serial
            for x in (node._a, node._b) if node._rest is None else (node._a, node._b, *(x for x, _ in node._rest)):
                if x is not None:
                    if x.serial > serial:
                        refuse_if_changed(node, x)
                    stack.append(x)
        order.sort(key=by_serial, reverse=True)
        for node in order:
            node.grad = 0.0
        for leaf, _ in leaves:
            leaf.grad = 0.0
        self.grad = 1.0
        for node in order:
            g = node.grad
            x = node._a
            if x is not None:
                x.grad += g * node._p
            x = node._b
            if x is not None:
                x.grad += g * node._q
            if node._rest is not None:
                for x, derivative in node._rest:
                    if x is not None:
                        x.grad += g * derivative
        for leaf, before in leaves:  # a whole sweep is added at once, so that two give exactly twice one
            leaf.grad = before + leaf.grad if leaf.requires_grad else before

    def seed(self, given: Any = None) -> float:
        """The cotangent to start a sweep from: `given`, or 1."""
        if not self.requires_grad:
            raise ValueError(f"{self!r} is a constant: nothing it was computed from requires a gradient")
        return 1.0 if given is None else _real(given)

    def detach(self) -> "Value":
        """The same number as a constant, with no memory of how it was made."""
        return Value(self._data, requires_grad=False, label=self.label)

    def item(self) -> float:
        """The number as a Python float."""
        return self._data

    def __float__(self) -> float:
        if self.requires_grad and is_recording():
            raise TypeError(
                f"float() of {self!r} would lose its gradient: use .item() for the number, autograd.sin(x) in place of "
                "math.sin(x), or no_grad()"
            )
        return self._data

    def __bool__(self) -> bool:
        return bool(self._data)

    # Steps have derivative zero, so a plain number loses nothing.

    def __int__(self) -> int:
        return int(self._data)

    def __round__(self, digits: int | None = None) -> float:
        return round(self._data, digits)

    def __floor__(self) -> int:
        return self._data.__floor__()

    def __ceil__(self) -> int:
        return self._data.__ceil__()

    def __trunc__(self) -> int:
        return self._data.__trunc__()

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data}, grad={self.grad}{label})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles: of a leaf, an independent leaf; of a computed node, a constant."""
        return Value, (self._data, self.requires_grad and self.op is None, self.label)


def _real(x: Any) -> float:
    """x as a float, if it is a real number."""
    if isinstance(x, np.ndarray) and x.ndim == 0:
        x = x.item()
    if isinstance(x, Real) and not isinstance(x, bool | np.bool_):
        return float(x)
    if isinstance(x, Node):
        raise TypeError(
            f"Value(…) takes a number, not {x!r}: use {'it as it is' if isinstance(x, Value) else '.item()'}, or .detach()"
        )
    if isinstance(x, bool | np.bool_):
        raise TypeError(f"Value(…) takes a number, not the truth value {x}: write Value({float(x)})")
    if isinstance(x, np.ndarray):
        raise TypeError(f"Value(…) takes one number, not an array of shape {x.shape}: use Tensor")
    raise TypeError(f"Value(…) takes a real number, not {x!r} of type {type(x).__name__}: convert it with float(…) first")


def _operand(op: Op, x: Any) -> float:
    """A constant operand as a float; a truth value counts, as the condition of `where` is one."""
    if isinstance(x, Node):
        raise TypeError(
            f"{op.name}: a Value and a {type(x).__name__} do not mix; make the Value a Tensor, or take the "
            f"{type(x).__name__} apart into Values"
        )
    if isinstance(x, np.ndarray) and x.ndim:
        raise TypeError(f"{op.name}: a Value and an array of shape {x.shape} do not mix; use Tensor for arrays")
    return float(x) if isinstance(x, bool | np.bool_) else _real(x)
