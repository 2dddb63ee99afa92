"""Mutants of the engine: one piece of its source is replaced."""

import contextlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from autograd import OPS, Tensor
from autograd.engine import forward_mode, graph, reverse_mode, value, value_sweep
from autograd.ops.rules import axes, indexing, shape
from autograd.transforms import grad_vjp_jvp
from benchmarks.mutations import Mutant


def edit_source(owner: Any, name: str, old: str, new: str) -> Callable[[], Any]:
    """A context manager in which one piece of the source of a function or method is replaced.

    Raises:
        ValueError: If the source does not contain the piece exactly once
    """

    @contextlib.contextmanager
    def broken() -> Iterator[None]:
        function = vars(owner)[name]
        source = textwrap.dedent(inspect.getsource(function))
        if source.count(old) != 1:
            raise ValueError(f"the source of {name} must contain {old!r} exactly once: update this mutant")
        names = dict(getattr(function, "__func__", function).__globals__)  # a class method is a function inside
        exec(compile(source.replace(old, new), f"<broken {name}>", "exec"), names)
        users = [owner, *[m for m in _MODULES if vars(m).get(name) is function]]
        try:
            for user in users:
                setattr(user, name, names[name])
            yield
        finally:
            for user in users:
                setattr(user, name, function)

    return broken


_MODULES = (graph, reverse_mode, forward_mode, shape, indexing, axes, grad_vjp_jvp, value, value_sweep)

SWEEP, RECORDED = reverse_mode._Sweep, reverse_mode._RecordedSweep

#: (error, owner, name, piece of the source, replacement, op that shows the error)
EDITS: list[tuple[str, Any, str, str, str, str | None]] = [
    ("one use replaces another", SWEEP, "add", "before + cotangent", "cotangent", "multiply"),
    ("one use replaces another, of three", SWEEP, "add", "before += cotangent", "before = cotangent", None),
    ("one use is taken away from another", SWEEP, "add", "before + cotangent", "before - cotangent", "multiply"),
    ("uses are averaged", SWEEP, "add", "before + cotangent", "0.5 * (before + cotangent)", "multiply"),
    ("the later use is dropped", SWEEP, "add", "self.cotangents[x] = before + cotangent", "pass", "multiply"),
    ("buffers are shared while they are added to", SWEEP, "add",
     'if cotangent is not source and getattr(cotangent, "base", source) is None:', "if True:", None),
    ("a gradient is the seed itself", SWEEP, "result", "cotangent.copy()", "cotangent", "add"),
    ("a gradient of zeros is one of ones", SWEEP, "result", "np.zeros_like", "np.ones_like", None),
    ("recorded: one use replaces another", RECORDED, "add", "before + cotangent", "cotangent", "multiply"),
    ("recorded: one use is taken away", RECORDED, "add", "before + cotangent", "before - cotangent", "multiply"),
    ("recorded: the cotangent is not fitted", RECORDED, "apply_pullbacks",
     "inputs[i].match_shape_and_dtype(pullback(*arguments, **params), op)", "pullback(*arguments, **params)",
     "add"),
    ("recorded: the output is passed for an input", RECORDED, "apply_pullbacks",
     "pullback(*arguments", "pullback(arguments[1], arguments[0], *arguments[2:]", "exp"),
    ("the order is oldest first", graph, "newest_first", "reverse=True", "reverse=False", None),
    ("the order is none", graph, "newest_first", "sorted(found, key=by_serial, reverse=True)", "found", None),
    ("nodes on the way are missed", reverse_mode, "_nodes_depending_on", "needed.add(node)\n                break", "break",
     None),
    ("a cotangent is not summed to its input's shape", Tensor, "match_shape_and_dtype",
     "if cotangent.shape != self._data.shape:", "if False:", "add"),
    ("a cotangent keeps the type of the output", Tensor, "match_shape_and_dtype",
     "cotangent if cotangent.dtype == dtype else", "cotangent if True else", "multiply"),
    ("a cotangent is doubled when it is summed to a shape", Tensor, "match_shape_and_dtype",
     "shape.sum_to(cotangent, self._data.shape)", "2.0 * shape.sum_to(cotangent, self._data.shape)", "add"),
    ("the cotangent is passed for the output", Tensor, "apply_pullbacks",
     "pullback(g, y, *arrays", "pullback(g, g, *arrays", "exp"),
    ("the output is passed for the cotangent", Tensor, "apply_pullbacks",
     "pullback(g, y, *arrays", "pullback(y, y, *arrays", "sin"),
    ("stale: the inputs are those of the last axis reversed", Tensor, "apply_pullbacks",
     "arrays = [x._data if isinstance(x, Tensor) else x for x in inputs]",
     "arrays = [x._data[::-1] if isinstance(x, Tensor) and x.ndim else x for x in inputs]", "sin"),
    ("the seed is not used", Tensor, "seed", "return array", "return np.ones_like(array)", "sin"),
    ("backward: leaves do not add up", Tensor, "total_gradient", "else self.grad + gradient", "else gradient", "sin"),
    ("backward: leaves are doubled", Tensor, "total_gradient",
     "gradient if self.grad is None", "2 * gradient if self.grad is None", "sin"),
    ("Values: a use replaces another", value_sweep, "_add_cotangents",
     "x.grad += g * node._q", "x.grad = g * node._q", "Values"),
    ("Values: a use is dropped", value_sweep, "_add_cotangents", "x.grad += g * node._p", "pass", "Values"),
    ("Values: the wrong derivative is used", value_sweep, "_add_cotangents",
     "x.grad += g * node._q", "x.grad += g * node._p", "Values"),
    ("Values: interior gradients are not zeroed", value_sweep, "sweep",
     "_add_cotangents(y,", "set_gradients(known, before)\n            _add_cotangents(y,", "Values"),
    ("Values: leaves do not add up", value_sweep, "_total", "old + gradient", "gradient", "Values"),
    ("Values: the order is not topological", value_sweep, "sweep",
     "sorted(known, key=by_serial, reverse=True)", "known", "Values"),
    ("Values: the cotangent is forgotten", value.Value, "apply_pullbacks", "g * pairs[i][1]", "pairs[i][1]", "Values"),
    ("Values: the derivative of the first input is used for all", value.Value, "apply_pullbacks",
     "g * pairs[i][1]", "g * pairs[0][1]", "Values"),
    ("Values: a local derivative is that of cotangent 2", value.Value, "record_any",
     "pullback_on_floats(pullback, 1.0, y", "pullback_on_floats(pullback, 2.0, y", "Values"),
    ("Values: the output is passed for the input", value.Value, "record_any",
     "pullback_on_floats(pullback, 1.0, y, *numbers, **params)",
     "pullback_on_floats(pullback, 1.0, y, *[y for _ in numbers], **params)", "Values"),
    ("forward: only one input moves", forward_mode, "_sum", "for term in terms[1:]:", "for term in terms[2:]:", "multiply"),
    ("forward: the inputs are subtracted", forward_mode, "_sum", "total + term", "total - term", "multiply"),
    ("forward: a linear op's still inputs stay what they are", forward_mode, "_node_tangent",
     "else _zero_tangent(x) if", "else x if", "concatenate"),
    ("forward: a linear op's tangent is dropped", forward_mode, "_node_tangent",
     "by_input[i] if i in by_input else _zero_tangent(x)", "_zero_tangent(x)", "sum"),
    ("forward: a bilinear op keeps both inputs", forward_mode, "_node_tangent",
     "(*inputs[:i], t, *inputs[i + 1 :])", "(*inputs[:i], inputs[i], *inputs[i + 1 :])", "matmul"),
    ("forward: elementwise tangents are doubled", forward_mode, "_node_tangent",
     "op.apply_pullback(i, _broadcast_tangent(t, y), y, inputs, params)",
     "2.0 * op.apply_pullback(i, _broadcast_tangent(t, y), y, inputs, params)", "sin"),
    ("forward: the output is passed for the tangent", forward_mode, "_node_tangent",
     "op.apply_pullback(i, _broadcast_tangent(t, y), y, inputs, params)", "op.apply_pullback(i, y, y, inputs, params)", "sin"),
    ("forward: the transpose of the transpose has the wrong sign", forward_mode, "_node_tangent",
     "(p * t).sum() for p, t in pairs", "-(p * t).sum() for p, t in pairs", "softmax"),
    ("forward: only the first input of a general op moves", forward_mode, "_node_tangent",
     "for p, t in pairs]", "for p, t in pairs[:1]]", "solve"),
    ("forward: zeros are ones", forward_mode, "_zero_tangent", "np.zeros_like(data)", "np.ones_like(data)", "concatenate"),
    ("forward: an unbroadcast tangent is scaled", forward_mode, "_broadcast_tangent",
     "broadcast_to(tangent, y.shape)", "2.0 * broadcast_to(tangent, y.shape)", "add"),
]  # fmt: skip


def engine_mutants() -> Iterator[Mutant]:
    """All mutants of the engine."""
    for what, owner, name, old, new, op in EDITS:
        found = OPS.get(op or "") if op != "Values" else None
        yield Mutant(what, "Values" if op == "Values" else "engine", found, edit_source(owner, name, old, new))
