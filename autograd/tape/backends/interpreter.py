"""Interpreter that numba compiles: generated from the op registry, compiled once, and cached on disk.

It has one branch for each op, a loop over rows whose expression is the traced forward rule. There are two variants: for one
example, and for many examples side by side, with an innermost loop over them.
"""

import hashlib
import importlib.util
import inspect
import sys
import textwrap
from typing import Any

from autograd.ops.namespaces import scalar
from autograd.ops.op import OPS, Op
from autograd.ops.python_source import Code, rule_source
from autograd.support.atomic_write import atomic_write
from autograd.support.cache_folder import cache_folder
from autograd.support.locks import leaf_lock
from autograd.support.optional import require
from autograd.tape.passes.sums import SUM_OF_PRODUCTS

#: Functions that rules call, as numba compiles them; they equal the `scalar` namespace or, where `math` raises, NumPy.
_HEADER = '''\
"""Written by autograd.tape.interpreter: the ops of glassgrad as branches of one loop."""

import math

import numpy as np
from math import acos as arccos, acosh as arccosh, asin as arcsin, asinh as arcsinh, atan as arctan, atan2 as arctan2
from math import atanh as arctanh, cos, cosh, erf, erfc, exp, expm1, hypot, log, log10, log1p, log2, sin, sinh, sqrt, tan, tanh
from numba import njit

inf, nan = math.inf, math.nan
compiled = njit(cache=True, error_model="numpy", nogil=True)
'''

#: Helpers of one expression, by their signatures.
_EXPRESSIONS = {
    "power(a, b)": "a**b", "abs(x)": "math.fabs(x)", "floor(x)": "np.floor(x)", "ceil(x)": "np.ceil(x)",
    "trunc(x)": "np.trunc(x)", "exp2(x)": "np.exp2(x)", "cbrt(x)": "np.cbrt(x)", "fmod(a, b)": "np.fmod(a, b)",
    "remainder(a, b)": "np.remainder(a, b)",
}  # fmt: skip

_HELPER = """

@njit(inline="always")
def {signature}:
    return {expression}
"""

_FLOOR_DIVIDE = """

@njit(inline="always")
def floor_divide(a, b):
    if b == 0:
        return a / b
    rest = np.fmod(a, b)
    whole = (a - rest) / b
    if rest != 0 and (rest < 0) != (b < 0):
        whole -= 1.0
    return np.rint(whole) if whole != 0 else math.copysign(0.0, a / b)  # whole is an integer up to rounding
"""

#: Functions of the `scalar` namespace that numba compiles without changes.
_SCALAR_HELPERS = ("square", "sign", "logaddexp", "fmax", "fmin", "gammaln")

_ONE = """

@compiled
def run(words, memory):
    i = 0
    while i < len(words):
        code, rows, out = words[i], words[i + 1], np.uint64(words[i + 2])
        if code == 0:
            products, a, p = words[i + 3], np.uint64(words[i + 4]), np.uint64(words[i + 5])
            i += 6
            if rows == 1:
                total = memory[a]
                for _ in range(products):
                    total += memory[np.uint64(words[i])] * memory[np.uint64(words[i + 2])]
                    i += 4
                memory[out] = total
            else:
                n = np.uint64(rows)
                for r in range(n):
                    memory[out + r] = memory[a + r * p]
                for _ in range(products):
                    a, p, b, q = np.uint64(words[i]), words[i + 1], np.uint64(words[i + 2]), words[i + 3]
                    i += 4
                    if p == 1 and q == 0:
                        factor = memory[b]
                        for r in range(n):
                            memory[out + r] += memory[a + r] * factor
                    elif p == 0 and q == 1:
                        factor = memory[a]
                        for r in range(n):
                            memory[out + r] += factor * memory[b + r]
                    elif p == 1 and q == 1:
                        for r in range(n):
                            memory[out + r] += memory[a + r] * memory[b + r]
                    else:
                        u, v = np.uint64(p), np.uint64(q)
                        for r in range(n):
                            memory[out + r] += memory[a + r * u] * memory[b + r * v]
"""

_BRANCH = """\
        elif code == {code}:  # {name}
            {names} = {addresses}
            i += {length}
            for r in range(np.uint64(rows)):
                memory[out + r] = {expression}
"""

_MANY = """

@compiled
def run_many(words, memory, lanes):
    i = 0
    while i < len(words):
        code, rows, out = words[i], words[i + 1], words[i + 2]
        if code == 0:
            products, start, along = words[i + 3], words[i + 4], words[i + 5]
            i += 6
            for r in range(rows):
                y, x = memory[out + r], memory[start + r * along]
                for l in range(lanes):
                    y[l] = x[l]
                for k in range(products):
                    j = i + 4 * k
                    a, b = memory[words[j] + r * words[j + 1]], memory[words[j + 2] + r * words[j + 3]]
                    for l in range(lanes):
                        y[l] += a[l] * b[l]
            i += 4 * products
"""

_BRANCH_OF_MANY = """\
        elif code == {code}:  # {name}
            for r in range(rows):
                y = memory[out + r]
                {rows}
                for l in range(lanes):
                    y[l] = {expression}
            i += {length}
"""


def is_supported(op: Op) -> bool:
    """True if the interpreter has a branch for an op: elementwise, without parameters, of one to three numbers."""
    if op.kind != "elementwise" or op.params or op.arity > 3 or op.is_custom:
        return False
    return op.name not in ("digamma", "sinc")  # numba does not compile their SciPy and NumPy functions


def op_codes() -> dict[Op, int]:
    """Code of each op that the interpreter knows."""
    return {SUM_OF_PRODUCTS: 0} | {op: i for i, op in enumerate((op for op in OPS.values() if is_supported(op)), 1)}


def text() -> str:
    """Source text of the interpreter module."""
    helpers = [textwrap.dedent(inspect.getsource(getattr(scalar, name))) for name in _SCALAR_HELPERS]
    helpers = ["\n\n" + helper.replace("@staticmethod", '@njit(inline="always")') for helper in helpers]
    short = [_HELPER.format(signature=signature, expression=text) for signature, text in _EXPRESSIONS.items()]
    one, many = [_HEADER, *short, _FLOOR_DIVIDE, *helpers, _ONE], [_MANY]
    for op, code in op_codes().items():
        if op is SUM_OF_PRODUCTS:
            continue
        letters, length = "abc"[: op.arity], 3 + 2 * op.arity
        one.append(
            _BRANCH.format(
                code=code, name=op.name, length=length,
                names=", ".join(f"{x}, {x}_" for x in letters),
                addresses=", ".join(f"np.uint64(words[i + {3 + k}])" for k in range(2 * op.arity)),
                expression=_expression(op, [f"memory[{x} + r * {x}_]" for x in letters]),
            )
        )  # fmt: skip
        many.append(
            _BRANCH_OF_MANY.format(
                code=code, name=op.name, length=length,
                rows="\n                ".join(
                    f"{x} = memory[words[i + {3 + 2 * k}] + r * words[i + {4 + 2 * k}]]" for k, x in enumerate(letters)
                ),
                expression=_expression(op, [f"{x}[l]" for x in letters]),
            )
        )  # fmt: skip
    return "".join(one + many)


def _expression(op: Op, inputs: list[str]) -> str:
    return str(rule_source(op, *map(Code, inputs)))


def interpreter() -> Any:
    """Compiled module with `run(words, memory)` and `run_many(words, memory, lanes)`.

    Its source is written to the user's cache folder, where numba also stores the machine code.

    Raises:
        ImportError: If numba is not installed; names the command
    """
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _load()
        return _loaded


_loaded: Any = None
_lock = leaf_lock()  # two threads must not load the module at once


def _load() -> Any:
    require("numba", "the back end 'numba'")
    source = text().encode()
    name = f"glassgrad_interpreter_{hashlib.sha256(source).hexdigest()[:16]}"
    file = cache_folder("tape") / f"{name}.py"
    if not file.exists() or file.read_bytes() != source:  # a changed file must not run
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(file) as out:
            out.write(source)
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"the generated module {file} cannot be imported: delete it and try again")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
