"""Cure for a call that converts a node to a float or a plain array, read from the caller."""

import sys
from types import CodeType, FrameType

from autograd.ops.op import OPS
from autograd.support.alternatives import alternative
from autograd.support.lazy_numpy import np

_ANY = (
    "use autograd.sin(x) in place of math.sin(x), autograd.stack for an array of Values, or autograd.custom_gradient for a "
    "function of another library"
)
_CURES = {
    "%": 'write f"{x:.2f}" for text',
    "[]=": "use autograd.stack for an array of nodes, or autograd.put",
    "float": "use x itself",
    **dict.fromkeys(("array", "asarray", "asanyarray", "fromiter", "full"), "use autograd.stack for an array of nodes"),
}


def lost_gradient(node: object) -> TypeError:
    """Error of `float(node)`, called by a method of the node, in a program that needs its gradient."""
    frame = sys._getframe(2)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("scipy."):  # a callback of a function of SciPy
        frame = frame.f_back
    name = _called_name(frame.f_code, frame.f_lasti)
    cure = _CURES.get(name) or (f"use autograd.{name}" if name in OPS else alternative(name, _ANY))
    return TypeError(f"float() of {node!r} would lose its gradient: {cure}; .item() is the plain number, also under no_grad()")


def lost_array(node: object) -> TypeError:
    """Error of `np.asarray(node)`, called by a method of the node, in a program that needs its gradient."""
    cure = _instead_of_scipy(sys._getframe(2)) or (
        "use an op of autograd, autograd.stack in place of np.array for several tensors, "
        "S.toarray() @ x in place of a sparse S @ x"
    )
    return TypeError(f"a plain array of {node!r} would lose its gradient: {cure}, or .detach()")


def _instead_of_scipy(frame: FrameType | None) -> str:
    """Cure for a function of `scipy.special`, `linalg` or `fft` that converts its arguments in `frame`, or ""."""
    cure = ""
    if frame is not None and frame.f_code.co_qualname == "AxisConcatenator.__getitem__":
        return "use np.concatenate in place of np.r_, np.column_stack in place of np.c_"
    while frame is not None and (module := frame.f_globals.get("__name__", "")).partition(".")[0] in ("scipy", "numpy"):
        called = frame.f_locals.get("f", frame.f_code)  # that of a decorator of SciPy, which converts the arguments
        module, name = getattr(called, "__module__", module), getattr(called, "__name__", frame.f_code.co_name)
        if module.startswith("scipy.linalg") and hasattr(np.linalg, name):
            cure = f"use np.linalg.{name}"
        elif module.startswith(("scipy.fft", "scipy.linalg", "scipy.special")):
            cure = f"use autograd.{name}" if name in OPS else alternative(name, cure)
        frame = frame.f_back
    return cure


def _called_name(code: CodeType, offset: int) -> str:
    """Name of the function that an instruction calls, "%" or "[]=" for these operators, or "" if unknown.

    The name is loaded by the last instruction whose source begins where that of the call begins.
    """
    from dis import get_instructions  # not loaded with the package, because that takes time

    before = [x for x in get_instructions(code) if x.offset <= offset]
    call = before.pop()
    if call.opname == "BINARY_OP":
        return call.argrepr
    if call.opname.startswith("STORE_SUBSCR"):
        return "[]="
    start = call.positions and call.positions[0::2][:2]
    names = [x.argval for x in before if x.positions and x.positions[0::2][:2] == start and x.opname.startswith("LOAD_")]
    return names[-1] if start and names and isinstance(names[-1], str) else ""
