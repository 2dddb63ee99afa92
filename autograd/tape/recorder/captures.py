"""Arrays from outside that a recorded function uses: a tape reads them at every replay.

An array is from outside if its memory outlives the recording, so that other code can write to it. The memory of an array that
only the recorded function could see is free by then: such an array is a constant, as is one that NumPy never makes writeable.
"""

import weakref
from collections.abc import Iterable
from typing import Any

from autograd.base.numerics import is_immutable
from autograd.base.trace_state import FrozenDataError
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.rules.shape import astype
from autograd.support.lazy_numpy import np
from autograd.tape.program import Captured, Instruction, kind_of


class CapturedArray:
    """Array from outside, in the place of a node whose data a replay reads.

    `place`, attributes of a module and a name among them, leads to the present buffer; without it, `array` itself is read.
    """

    label = ""

    def __init__(self, array: Any, is_number: bool, place: tuple[dict[str, Any], str] | None) -> None:
        self.array, self.place = array, place
        self._kind, self._is_number = kind_of(array), is_number

    @property
    def _data(self) -> Any:
        array = self.array if self.place is None else self.place[0][self.place[1]]
        if kind_of(array) != self._kind:
            raise TypeError(
                f"an array that a tape reads had the shape and dtype {self._kind}, and has {kind_of(array)} now: "
                "record the function again"
            )
        return float(array) if self._is_number else array


class Captures:
    """Leaves made from arrays during a recording, of those in reach and, by id, of attributes of modules."""

    def __init__(self, arrays: Iterable[Any], places: dict[int, tuple[dict[str, Any], str]]) -> None:
        self._reachable = {id(owner(x)): x for x in arrays}
        self._places = places
        self._sources: dict[Node, _Source] = {}
        self._known: dict[Any, Node] = {}

    def is_reachable(self, x: Any) -> bool:
        """True for a writeable array of numbers in memory that the function can reach."""
        return self.can_change(x) and id(owner(x)) in self._reachable

    def can_change(self, x: Any) -> bool:
        """True for an array of numbers to which some code may write."""
        return isinstance(x, np.ndarray) and x.dtype.kind in "fiub" and not is_immutable(x)

    def is_read(self, node: Any) -> bool:
        """True if a replay reads the data of a leaf from an array that the function can reach."""
        return node in self._sources and self._sources[node].owner_id in self._reachable

    def operand(self, x: Any, *, as_number: bool = True) -> Any:
        """x with a leaf for each array to which some code may write, also in lists."""
        if isinstance(x, list | tuple):
            return type(x)([self.operand(part, as_number=as_number) for part in x]) if type(x) in (list, tuple) else x
        return self.node(x, as_number=as_number) if self.can_change(x) else x

    def node(self, array: Any, *, as_number: bool = True) -> Any:
        """Leaf with the data of an array: a Value for a number, which does not affect dtypes, else a Tensor."""
        is_number = as_number and not array.ndim and array.dtype.kind != "b"
        interface = array.__array_interface__
        key = (interface["data"], array.shape, array.strides, array.dtype, is_number)
        found = self._known.get(key)
        if found is None or not self._sources[found].is_unchanged(found._data):
            found = self._known[key] = Value(float(array), requires_grad=False) if is_number else Tensor(array)
            self._sources[found] = _Source(array)
        return found

    def add(self, node: Any, array: Any) -> None:
        """Note that a new leaf was made from an array."""
        if self.can_change(array):
            self._sources[node] = _Source(array)

    def captured(self, node: Any) -> Instruction | None:
        """Instruction that reads a leaf of the recording, or None for a constant."""
        source = self._sources.get(node)
        array = None if source is None else source.array()
        if array is None:
            return None
        if not source.is_unchanged(node._data):  # type: ignore[union-attr]  # it has an array
            raise FrozenDataError(WRITTEN)
        leaf = Captured(CapturedArray(array, node.__class__ is Value, self._places.get(id(array))))
        if node.__class__ is Value or array.dtype == node._data.dtype:
            return leaf
        return Instruction(astype, (leaf,), {"dtype": node._data.dtype}, kind_of(node._data))


#: Error for a recording that writes to an array from outside.
WRITTEN = "an array was written to while a tape was recorded, which replays would not repeat: return the new numbers instead"


class _Source:
    """Array from which a leaf was made, held weakly."""

    def __init__(self, array: Any) -> None:
        memory = owner(array)
        self.owner_id = id(memory)
        self._interface = array.__array_interface__
        self._array, self._memory = weakref.ref(array), weakref.ref(memory)
        self._held = array if memory.base is not None else None  # memory of another kind, such as a bytearray

    def array(self) -> Any:
        """The array, made again if it was a view of memory that is still alive; None if its memory is free."""
        if (array := self._array()) is not None:
            return array
        memory = self._memory()
        return None if memory is None else np.asarray(_View(self._interface, memory))

    def is_unchanged(self, data: Any) -> bool:
        """True if the array still has the numbers of `data`."""
        array = self.array()
        return array is not None and np.asarray(array, getattr(data, "dtype", float)).tobytes() == np.asarray(data).tobytes()


class _View:
    """Owner of memory, with the geometry of a view of it, which NumPy makes an array of."""

    def __init__(self, interface: dict[str, Any], memory: Any) -> None:
        self.__array_interface__, self.memory = interface, memory


def owner(array: Any) -> Any:
    """Array at the end of a chain of views: it owns the memory, or refers to an owner of another type."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
