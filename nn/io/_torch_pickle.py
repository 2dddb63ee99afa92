"""Reader of state dicts written by `torch.save`, without torch and without pickle.

The file is a zip: data.pkl, a pickle that describes the tensors, and a member with the numbers of each storage. A pickle is a
program; this reader knows only the instructions of a state dict, and only the functions that build a tensor or a dict. Any
other one is an error before anything is run. The errors are short: a small pickle can hold nested tuples with an astronomically
long repr.

Source:
    PyTorch documentation, Serialization semantics; Python standard library, pickletools
"""

import io
import pickletools
import zipfile
from collections.abc import Callable
from reprlib import repr as shortly
from typing import Any, NamedTuple

import numpy as np

from nn._validation import Array
from nn.io.npz import State, widen_bfloat16

#: NumPy types of storages by the name of their class; bfloat16 is converted to float32.
TYPES = {
    "DoubleStorage": "f8", "FloatStorage": "f4", "HalfStorage": "f2", "BFloat16Storage": "bf16", "LongStorage": "i8",
    "IntStorage": "i4", "ShortStorage": "i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?",
}  # fmt: skip
#: Maximum of bytes of the pickle; one entry takes about a hundred.
MOST_PICKLE = 2**24
MOST_STORAGE = 2**34
_MARK = object()


class _Name(NamedTuple):
    """Name of a function or class in a pickle; it is never imported."""

    module: str
    name: str


class _Storage(NamedTuple):
    type: str
    key: str
    entries: int


def read_torch(content: bytes) -> State:
    """Return the arrays of a state dict written by `torch.save`.

    Raises:
        ValueError: If the content is anything else; names it
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {member.filename.partition("/")[2]: member for member in archive.infolist()}

        def member(name: str, most: int) -> bytes:
            if name not in members:
                raise ValueError(f"it has no {name}, so it is not a file of torch.save")
            info = members[name]
            if info.compress_type != zipfile.ZIP_STORED or info.file_size > most:
                raise ValueError(f"{name} is compressed or has {info.file_size} bytes, which torch.save does not write")
            return archive.read(info)

        order = member("byteorder", 16).decode() if "byteorder" in members else "little"
        if order not in ("little", "big"):
            raise ValueError(f"its byte order is {order!r}")
        storages: dict[str, Array] = {}

        def numbers(storage: _Storage) -> Array:
            if storage.key not in storages:
                storages[storage.key] = _entries(member(f"data/{storage.key}", MOST_STORAGE), storage, order)
            return storages[storage.key]

        return _Machine(numbers).run(member("data.pkl", MOST_PICKLE))


def _entries(data: bytes, storage: _Storage, order: str) -> Array:
    kind = TYPES[storage.type]
    sign = "<" if order == "little" else ">"
    if kind == "bf16":
        return widen_bfloat16(data, sign)
    return np.frombuffer(data, f"{sign}{kind}").astype(kind)


def _pushing(make: Callable[[], Any]) -> Callable[["_Machine", None], None]:
    """Instruction that pushes a new value."""
    return lambda machine, _: machine.push(make())


def _packing(n: int) -> Callable[["_Machine", None], None]:
    """Instruction that replaces the last n values by their tuple."""
    return lambda machine, _: machine.push(tuple([machine.pop() for _ in range(n)][::-1]))


class _Machine:
    """Interpreter of the pickle instructions of a state dict, with a stack of plain values."""

    def __init__(self, numbers: Callable[[_Storage], Array]) -> None:
        self.numbers = numbers
        self.stack: list[Any] = []
        self.memo: dict[Any, Any] = {}

    def run(self, program: bytes) -> State:
        for op, argument, position in pickletools.genops(program):
            if op.name == "STOP":
                break
            step = getattr(self, f"do_{op.name.lower()}", None)
            if step is None:
                raise ValueError(f"its instruction {op.name} at byte {position} is not allowed in a state dict")
            step(argument)
        if len(self.stack) != 1 or not isinstance(self.stack[0], dict):
            raise ValueError("it must hold a dict of tensors: save model.state_dict()")
        found: State = {}
        for name, array in self.stack[0].items():
            if not isinstance(name, str) or not isinstance(array, np.ndarray):
                raise ValueError(f"its entry {name!r:.60} must be a tensor, got type {type(array).__name__}")
            found[name] = array
        return found

    def pop_to_mark(self) -> list[Any]:
        taken: list[Any] = []
        while (top := self.pop()) is not _MARK:
            taken.append(top)
        return taken[::-1]

    def pop(self) -> Any:
        if not self.stack:
            raise ValueError("its pickle takes from an empty stack")
        return self.stack.pop()

    def push(self, x: Any) -> None:
        self.stack.append(x)

    def do_proto(self, version: int) -> None:
        if version not in (2, 3, 4, 5):
            raise ValueError(f"its pickle has protocol {version}")

    do_binunicode = do_short_binunicode = do_binint = do_binint1 = do_binint2 = do_long1 = push
    do_none, do_newtrue, do_newfalse = _pushing(lambda: None), _pushing(lambda: True), _pushing(lambda: False)
    do_mark, do_empty_dict, do_empty_tuple = _pushing(lambda: _MARK), _pushing(dict), _pushing(tuple)
    do_tuple1, do_tuple2, do_tuple3 = _packing(1), _packing(2), _packing(3)

    def do_tuple(self, _: None) -> None:
        self.push(tuple(self.pop_to_mark()))

    def do_binput(self, key: int) -> None:
        self.memo[key] = self.stack[-1] if self.stack else None

    do_long_binput = do_binput

    def do_memoize(self, _: None) -> None:
        self.do_binput(len(self.memo))

    def do_binget(self, key: int) -> None:
        if key not in self.memo:
            raise ValueError(f"its pickle refers to {key}, which does not exist")
        self.push(self.memo[key])

    do_long_binget = do_binget

    def do_setitem(self, _: None) -> None:
        value, key = self.pop(), self.pop()
        self.fill([key, value])

    def do_setitems(self, _: None) -> None:
        self.fill(self.pop_to_mark())

    def fill(self, pairs: list[Any]) -> None:
        target = self.stack[-1] if self.stack else None
        if not isinstance(target, dict) or len(pairs) % 2:
            raise ValueError("its pickle sets an entry of an object that is not a dict")
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if not isinstance(key, str) or key in target:
                raise ValueError(f"its dict has the key {shortly(key)}, which is not a string, or occurs twice")
            target[key] = value

    def do_build(self, _: None) -> None:
        """Ignore the state of a dict: the versions of its modules."""
        self.pop()

    def do_global(self, name: str) -> None:
        module, _, attribute = name.partition(" ")
        self.push(_Name(module, attribute))

    def do_stack_global(self, _: None) -> None:
        attribute, module = self.pop(), self.pop()
        if not isinstance(module, str) or not isinstance(attribute, str):
            raise ValueError("its pickle must name functions by strings")
        self.push(_Name(module, attribute))

    def do_binpersid(self, _: None) -> None:
        match self.pop():
            case ("storage", _Name(module="torch", name=kind), str(key), str(), int(entries)) if kind in TYPES:
                self.push(_Storage(kind, key, entries))
            case other:
                raise ValueError(f"its pickle refers to {shortly(other)}, which is not a storage of numbers")

    def do_reduce(self, _: None) -> None:
        arguments, function = self.pop(), self.pop()
        match (function, arguments):
            case (("collections", "OrderedDict"), ()):
                self.push({})
            case (("torch._utils", "_rebuild_tensor_v2"), (_Storage() as storage, int(offset), tuple(shape), tuple(steps), *_)):
                self.push(self.tensor(storage, offset, shape, steps))
            case (("torch._utils", "_rebuild_parameter"), (np.ndarray() as array, *_)):
                self.push(array)
            case _:
                raise ValueError(f"its pickle calls {shortly(function)}, which is not allowed in a state dict")

    def tensor(self, storage: _Storage, offset: int, shape: tuple[Any, ...], steps: tuple[Any, ...]) -> Array:
        """Return a tensor as a view of a storage, which must have all entries.

        It is not copied: a small file can have any number of tensors in one storage.
        """
        whole = len(shape) == len(steps) and all(isinstance(n, int) and n >= 0 for n in (offset, *shape, *steps))
        numbers = self.numbers(storage)
        last = offset + sum((n - 1) * step for n, step in zip(shape, steps, strict=False)) if whole and 0 not in shape else -1
        if not whole or last >= len(numbers) or np.prod(shape, dtype=float) > max(len(numbers), 1):
            form = f"shape {shortly(shape)} with steps {shortly(steps)} from {offset}"
            raise ValueError(f"a tensor of {form} does not fit {len(numbers)} numbers")
        strides = [step * numbers.itemsize for step in steps]
        return np.lib.stride_tricks.as_strided(numbers[offset:], shape, strides, writeable=False)
