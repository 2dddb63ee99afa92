"""Reader of state dicts written by `torch.save`, without torch and without pickle.

The file is a zip: data.pkl, a pickle that describes the tensors, and a member with the numbers of each storage. A pickle is a
program; this reader knows only the instructions of a state dict, and only the functions that build a tensor or a dict. Any
other one is an error before anything is run. The errors are short: a small pickle can hold nested tuples with an astronomically
long repr.

Source:
    PyTorch documentation, Serialization semantics; Python standard library, pickletools
"""

from __future__ import annotations

import io
import pickletools
import zipfile
from collections.abc import Callable
from reprlib import repr as shortly
from typing import Any, NamedTuple

from autograd.support.lazy_numpy import np
from nn._validation import Array
from nn.io.npz import State, widen_bfloat16

#: NumPy types of storages by the name of their class; bfloat16 is converted to float32.
TYPES = {
    "DoubleStorage": "f8", "FloatStorage": "f4", "HalfStorage": "f2", "BFloat16Storage": "bf16", "LongStorage": "i8",
    "IntStorage": "i4", "ShortStorage": "i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?",
}  # fmt: skip
#: Maximum of bytes of the pickle; one entry takes about a hundred.
MOST_PICKLE = 2**24
#: Maximum of its stack: pickle fills a dict or list by a thousand entries at a time.
MOST_STACK = 10_000
#: Maxima of its instructions, for a storage and besides. One entry takes about 25.
MOST_INSTRUCTIONS, MORE_INSTRUCTIONS = 100, 2**17
MOST_STORAGE = 2**34
#: Functions that make numbers and settings beside a state dict. They are not called: their results are None here.
IGNORED = {
    ("numpy", "dtype"), ("numpy", "ndarray"), ("_codecs", "encode"), ("torch", "device"), ("torch", "Size"),
    ("collections", "Counter"), ("collections", "defaultdict"),
    *((f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("scalar", "_reconstruct")),
}  # fmt: skip
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
    """Return the arrays of a state dict written by `torch.save`, or of the only one in a dict of other things."""
    if content[:1] == b"\x80":  # a pickle
        raise ValueError(
            "it is not a zip file but a pickle, such as PyTorch wrote before 1.6: load it in PyTorch, and write it again by "
            "torch.save(model.state_dict(), path)"
        )
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

        return _state_dict(
            _Machine(numbers, MOST_INSTRUCTIONS * len(members) + MORE_INSTRUCTIONS).run(member("data.pkl", MOST_PICKLE))
        )


def _state_dict(root: Any) -> State:
    """Return the only dict of tensors: the object itself, or an entry beside numbers, texts, and states of optimizers."""
    if not isinstance(root, dict):
        raise ValueError(f"it must hold a dict of tensors, got type {type(root).__name__}: save model.state_dict()")
    inner = [key for key, x in root.items() if isinstance(x, dict) and x and all(map(_is_entry, x.items()))]
    loose = [key for key, x in root.items() if isinstance(x, np.ndarray) and x.ndim]
    if len(inner) > 1 or (inner and loose):
        names = ", ".join(f"{key!r:.60}" for key in inner + loose)
        raise ValueError(
            f"it holds tensors at {names}: save one state dict, as in torch.save(checkpoint[{inner[0]!r:.60}], path)"
        )
    found: State = root[inner[0]] if inner else root
    for item in found.items():
        if not _is_entry(item):
            raise ValueError(
                f"its entry {item[0]!r:.60} must be a tensor, got type {type(item[1]).__name__}: save a state dict"
            )
    return found


def _is_entry(item: tuple[Any, Any]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], np.ndarray)


def _entries(data: bytes, storage: _Storage, order: str) -> Array:
    kind = TYPES[storage.type]
    sign = "<" if order == "little" else ">"
    if kind == "bf16":
        return widen_bfloat16(data, sign)
    return np.frombuffer(data, f"{sign}{kind}").astype(kind)


def _pushing(make: Callable[[], Any]) -> Callable[[_Machine, None], None]:
    """Instruction that pushes a new value."""
    return lambda machine, _: machine.push(make())


def _packing(n: int) -> Callable[[_Machine, None], None]:
    """Instruction that replaces the last n values by their tuple."""
    return lambda machine, _: machine.push(tuple([machine.pop() for _ in range(n)][::-1]))


class _Machine:
    """Interpreter of the pickle instructions of a state dict, with a stack of plain values."""

    def __init__(self, numbers: Callable[[_Storage], Array], most: int) -> None:
        self.numbers, self.most = numbers, most
        self.stack: list[Any] = []
        self.memo: dict[Any, Any] = {}

    def run(self, program: bytes) -> Any:
        for i, (op, argument, position) in enumerate(pickletools.genops(program)):
            if op.name == "STOP":
                break
            if i > self.most or len(self.stack) > MOST_STACK:
                raise ValueError(f"its pickle has too many instructions, or too deep a stack at byte {position}")
            step = getattr(self, f"do_{op.name.lower()}", None)
            if step is None:
                raise ValueError(
                    f"its instruction {op.name} at byte {position} is not allowed in a state dict: save model.state_dict()"
                )
            step(argument)
        if len(self.stack) != 1:
            raise ValueError("it must hold a dict of tensors: save model.state_dict()")
        return self.stack[0]

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

    do_binunicode = do_short_binunicode = do_binint = do_binint1 = do_binint2 = do_long1 = do_binfloat = push
    do_none, do_newtrue, do_newfalse = _pushing(lambda: None), _pushing(lambda: True), _pushing(lambda: False)
    do_mark, do_empty_dict, do_empty_list = _pushing(lambda: _MARK), _pushing(dict), _pushing(list)
    do_empty_tuple = _pushing(tuple)
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

    def do_append(self, _: None) -> None:
        self.extend([self.pop()])

    def do_appends(self, _: None) -> None:
        self.extend(self.pop_to_mark())

    def extend(self, entries: list[Any]) -> None:
        target = self.stack[-1] if self.stack else None
        if not isinstance(target, list):
            raise ValueError("its pickle appends to an object that is not a list")
        target += entries

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
            if not isinstance(key, str | int) or key in target:
                raise ValueError(f"its dict has the key {shortly(key)}, which is not a string or integer, or occurs twice")
            target[key] = value

    def do_build(self, _: None) -> None:
        """Ignore the state of an object, such as the versions of modules in a dict."""
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
            case (_Name() as name, _) if name in IGNORED:
                self.push(None)
            case _:
                raise ValueError(
                    f"its pickle calls {shortly(function)}, which is not allowed in a state dict: save model.state_dict()"
                )

    def tensor(self, storage: _Storage, offset: int, shape: tuple[Any, ...], steps: tuple[Any, ...]) -> Array:
        """Return a tensor as a view, not a copy, of a storage: a small file can have any number of them in one storage."""
        whole = len(shape) == len(steps) and all(isinstance(n, int) and n >= 0 for n in (offset, *shape, *steps))
        numbers = self.numbers(storage)
        last = offset + sum((n - 1) * step for n, step in zip(shape, steps, strict=False)) if whole and 0 not in shape else -1
        if not whole or last >= len(numbers) or np.prod(shape, dtype=float) > max(len(numbers), 1):
            form = f"shape {shortly(shape)} with steps {shortly(steps)} from {offset}"
            raise ValueError(f"a tensor of {form} does not fit {len(numbers)} numbers")
        strides = [step * numbers.itemsize for step in steps]
        return np.lib.stride_tricks.as_strided(numbers[offset:], shape, strides, writeable=False)
