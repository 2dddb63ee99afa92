"""Types of ops: the result of a call with floats, Values, Tensors and arrays.

A stub without a module: only type checkers read it, so it may name Value and Tensor, which are above the ops. A declaration in
`autograd.ops.rules` has one of these types, by its kind, its number of pullbacks and the signature of its forward rule, or of
`prepare`: a new op needs no annotation.
"""

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, SupportsIndex, TypeVar, overload

import numpy as np

from autograd.engine.coercion import Array as Array
from autograd.engine.tensor import Tensor as Tensor
from autograd.engine.value import Value as Value
from autograd.ops.op import Op, Rule
from autograd.ops.recorder import Recorder
from autograd.ops.rules.axes import PreparedCall
from autograd.ops.rules.linalg import SlogdetResult

P = ParamSpec("P")
#: Variables, though both classes are final: of an argument of type Any, mypy then makes Any, not the first overload.
V = TypeVar("V", bound=Value)
T = TypeVar("T", bound=Tensor)

#: Arrays, and what NumPy makes one of; a text is a sequence, but no operand.
Arrays = Array | list[Any] | tuple[Any, ...]
#: Sequences of arrays or numbers, without and with Tensors.
PlainArrays = list[Array] | tuple[Array, ...] | list[float] | tuple[float, ...]
Mixed = list[T | Array | float] | tuple[T | Array | float, ...]
Number = float | np.generic
#: One axis, several, or None for all.
Axes = int | tuple[int, ...] | list[int] | None
Operand = Number | Arrays | Recorder

class Operators(Recorder):
    """Python's operators. Of all nodes, only a Value has `__index__`; with an array, it makes a Tensor."""

    def _unary(self) -> Self: ...
    @overload
    def _binary(self: SupportsIndex, other: T, /) -> T: ...
    @overload
    def _binary(self: SupportsIndex, other: Arrays, /) -> Tensor: ...
    @overload
    def _binary(self, other: Operand, /) -> Self: ...
    @overload
    def _compare(self: SupportsIndex, other: Value | Number, /) -> bool: ...
    @overload
    def _compare(self, other: Operand, /) -> Array: ...
    @overload
    def __eq__(self: SupportsIndex, other: Value | Number, /) -> bool: ...
    @overload
    def __eq__(self, other: Any, /) -> Any: ...
    @overload
    def __ne__(self: SupportsIndex, other: Value | Number, /) -> bool: ...
    @overload
    def __ne__(self, other: Any, /) -> Any: ...

    __neg__ = __pos__ = __abs__ = __invert__ = _unary
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _binary
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __matmul__ = __rmatmul__ = __pow__ = __rpow__ = _binary
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _binary
    __lt__ = __le__ = __gt__ = __ge__ = _compare
    __hash__ = object.__hash__

class PrepareReduction(Protocol):
    """Signature of `sum`, `max` and so on."""

    def __call__(self, x: Any, axis: Axes = None, keepdims: bool = False) -> PreparedCall: ...

class PrepareAlongAxis(Protocol):
    """Signature of `cumsum`, `softmax` and so on."""

    def __call__(self, x: Any, axis: Axes = ...) -> PreparedCall: ...

class Unary(Op, Generic[P]):
    """Elementwise op of one input."""

    @overload
    def __call__(self, x: V, /, *args: P.args, **kwargs: P.kwargs) -> V: ...
    @overload
    def __call__(self, x: T, /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    def __call__(self, x: float, /, *args: P.args, **kwargs: P.kwargs) -> float: ...
    @overload
    def __call__(self, x: Array, /, *args: P.args, **kwargs: P.kwargs) -> Array: ...
    @overload
    def __call__(self, x: Operand, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

class Binary(Op):
    """Elementwise op of two inputs."""

    @overload
    def __call__(self, a: V, b: Value | Number, /, **params: Any) -> V: ...
    @overload
    def __call__(self, a: Number, b: V, /, **params: Any) -> V: ...
    @overload
    def __call__(self, a: float, b: float, /, **params: Any) -> float: ...
    @overload
    def __call__(self, a: T, b: Operand, /, **params: Any) -> T: ...
    @overload
    def __call__(self, a: Operand, b: T, /, **params: Any) -> T: ...
    @overload
    def __call__(self, a: Value, b: Arrays, /, **params: Any) -> Tensor: ...
    @overload
    def __call__(self, a: Arrays, b: Value, /, **params: Any) -> Tensor: ...
    @overload
    def __call__(self, a: Array, b: Array | Number, /, **params: Any) -> Array: ...
    @overload
    def __call__(self, a: Number, b: Array, /, **params: Any) -> Array: ...
    @overload
    def __call__(self, a: Operand, b: Operand, /, **params: Any) -> Any: ...

class Where(Op):
    """Elementwise op of a condition and two inputs."""

    @overload
    def __call__(self, condition: Operand, a: T, b: Operand, /) -> T: ...
    @overload
    def __call__(self, condition: Operand, a: Operand, b: T, /) -> T: ...
    @overload
    def __call__(self, condition: Operand, a: Operand, b: Operand, /) -> Any: ...

class ArrayFunction(Protocol[P]):
    """Function of an array: the type of its result on plain numbers depends on their shapes."""

    @overload
    def __call__(self, x: T | list[T] | tuple[T, ...], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    def __call__(self, x: list[V] | tuple[V, ...], /, *args: P.args, **kwargs: P.kwargs) -> Tensor: ...
    @overload
    def __call__(self, x: PlainArrays, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...
    @overload
    def __call__(self, x: Mixed[T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    def __call__(self, x: Operand, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

class Split(Protocol):
    """Function `split`."""

    @overload
    def __call__(self, x: T, /, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[T]: ...
    @overload
    def __call__(self, x: Operand, /, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]: ...

class Slogdet(Protocol):
    """Function `slogdet`."""

    @overload
    def __call__(self, x: T, /) -> SlogdetResult[T]: ...
    @overload
    def __call__(self, x: Operand, /) -> SlogdetResult[Any]: ...

class ArrayOp(Op, Generic[P]):
    """Op of an array."""

    @overload
    def __call__(self, x: T | list[T] | tuple[T, ...], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    def __call__(self, x: list[V] | tuple[V, ...], /, *args: P.args, **kwargs: P.kwargs) -> Tensor: ...
    @overload
    def __call__(self, x: PlainArrays, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...
    @overload
    def __call__(self, x: Mixed[T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    def __call__(self, x: Operand, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

class ArrayBinary(Op, Generic[P]):
    """Op of two arrays, such as a product of matrices."""

    @overload
    def __call__(self, a: T, b: Operand, /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    def __call__(self, a: Operand, b: T, /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    def __call__(self, a: Operand, b: Operand, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

class Einsum(Op):
    """Op of a text and any number of arrays."""

    @overload
    def __call__(self, subscripts: str, a: T, /, *others: Operand) -> T: ...
    @overload
    def __call__(self, subscripts: str, a: Operand, b: T, /, *others: Operand) -> T: ...
    @overload
    def __call__(self, subscripts: str, /, *operands: Operand) -> Any: ...

Pullback = Rule | None

class Elementwise(Protocol):
    """Decorator `elementwise`."""

    @overload
    def __call__(
        self, x: Pullback, /, *, prepare: Callable[Concatenate[Any, P], Any], **options: Any
    ) -> Callable[[Rule], Unary[P]]: ...
    @overload
    def __call__(
        self, x: Pullback, /, *, prepare: None = None, **options: Any
    ) -> Callable[[Callable[Concatenate[Any, Any, P], Any]], Unary[P]]: ...
    @overload
    def __call__(self, a: Pullback, b: Pullback, /, *, prepare: None = None, **options: Any) -> Callable[[Rule], Binary]: ...
    @overload
    def __call__(
        self, x: Pullback, low: Pullback, high: Pullback, /, *, prepare: Callable[Concatenate[Any, P], Any], **options: Any
    ) -> Callable[[Rule], ArrayOp[P]]: ...
    @overload
    def __call__(
        self, condition: Pullback, a: Pullback, b: Pullback, /, *, prepare: None = None, **options: Any
    ) -> Callable[[Rule], Where]: ...

class Linear(Protocol):
    """Decorator `linear`."""

    @overload
    def __call__(
        self, *pullbacks: Pullback, prepare: Callable[Concatenate[Any, P], Any], **options: Any
    ) -> Callable[[Rule], ArrayOp[P]]: ...
    @overload
    def __call__(self, *pullbacks: Pullback, prepare: None = None, **options: Any) -> Callable[[Rule], Op]: ...

class Bilinear(Protocol):
    """Decorator `bilinear`; `einsum`, the one such op with one pullback, begins with a text."""

    @overload
    def __call__(self, operands: Pullback, /, **options: Any) -> Callable[[Rule], Einsum]: ...
    @overload
    def __call__(
        self, a: Pullback, b: Pullback, /, *, prepare: Callable[Concatenate[Any, Any, P], Any], **options: Any
    ) -> Callable[[Rule], ArrayBinary[P]]: ...

class General(Protocol):
    """Decorator `general`."""

    @overload
    def __call__(
        self, x: Pullback, /, *, prepare: Callable[Concatenate[Any, P], Any], **options: Any
    ) -> Callable[[Rule], ArrayOp[P]]: ...
    @overload
    def __call__(
        self, a: Pullback, b: Pullback, /, *, prepare: Callable[Concatenate[Any, Any, P], Any], **options: Any
    ) -> Callable[[Rule], ArrayBinary[P]]: ...
    @overload
    def __call__(self, *pullbacks: Pullback, prepare: None = None, **options: Any) -> Callable[[Rule], Op]: ...

Decorators = tuple[Elementwise, Linear, Bilinear, General]
