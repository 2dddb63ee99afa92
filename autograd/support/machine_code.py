"""Machine code of LLVM source, by llvmlite."""

import ctypes
import struct
import weakref
from functools import cache
from typing import Any

from autograd.support.locks import leaf_lock
from autograd.support.optional import require

_lock = leaf_lock()  # a fork finds no call of LLVM that is half done, nor llvmlite's own lock


class Kernel:
    """Function of a source by its name; its machine code is released with the object.

        kernel.function(memory, functions, *integers) -> index of the first guard that fails, or −1

    Args:
        integers: Number of other arguments
        optimisation: LLVM's level for its code generator, 0 to 3; level 0 is ten times faster than level 2 without vectors
    """

    def __init__(self, source: str, name: str, integers: int, optimisation: int) -> None:
        with _lock:
            self._engine = _compile(source, optimisation)
            address = self._engine.get_function_address(name)
        weakref.finalize(self, _close, self._engine).atexit = False
        self.function = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * integers)(address)


def literal(x: float) -> str:
    """LLVM literal of a float.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


def _compile(source: str, optimisation: int) -> Any:
    """Execution engine with the machine code of a source; all else that belongs to LLVM is released at once."""
    llvm, machine = _machine(optimisation)
    module = llvm.parse_assembly(source)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    code = llvm.object_file.ObjectFileRef.from_data(machine.emit_object(module))
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine(llvm, optimisation))
    engine.add_object_file(code)
    engine.finalize_object()
    return engine


def _close(engine: Any) -> None:
    with _lock:
        engine.close()


@cache
def _machine(optimisation: int) -> tuple[Any, Any]:
    """(llvmlite's binding, target machine of this processor and optimisation level)."""
    llvm = require("llvmlite.binding", "the back end 'native'")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm, _target_machine(llvm, optimisation)


def _target_machine(llvm: Any, optimisation: int) -> Any:
    features = llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=optimisation, codemodel="jitdefault"
    )
