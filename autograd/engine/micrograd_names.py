"""Names of nodes in other programs: those of micrograd, by which programs written for it read the graph, and of notebooks."""

from collections.abc import Callable
from typing import Any

from autograd.ops.operators import OPERATORS
from autograd.ops.recorder import Recorder
from autograd.ops.rules.arithmetic import power

#: Sign of each op that has an operator.
_SIGNS = {row.op: row.sign for row in OPERATORS if row.sign}

#: Cure of attempts to declare an op as in micrograd.
OWN_OP = "an op and its derivative with autograd.custom_op"

#: Cures of keywords that other libraries have.
KEYWORDS = {"children": OWN_OP, "op": OWN_OP, "name": "label="}


class MicrogradNames:
    """Base class of nodes with `_op`, `_prev` and `_backward`, and the HTML that notebooks ask for."""

    __slots__ = ()

    op: Any
    inputs: Any
    grad: Any
    requires_grad: bool
    constant: Any
    apply_pullbacks: Any

    @property
    def _op(self) -> str:
        """Op as in Python source, "+", "**2" or "tanh"; "" for a leaf."""
        if self.op is None:
            return ""
        exponent = self.inputs[1] if self.op is power else None
        if isinstance(exponent, float | int):
            return f"**{int(exponent) if float(exponent).is_integer() else exponent}"
        return _SIGNS.get(self.op.name, self.op.symbol)

    @property
    def _prev(self) -> tuple[Any, ...]:
        return tuple(x if isinstance(x, Recorder) else self.constant(x) for x in self.inputs)

    @property
    def _backward(self) -> Callable[[], None]:
        """Function that adds to the `.grad` of each input its share of the `.grad` of this node: one step of the sweep."""
        return self._add_to_inputs

    @_backward.setter
    def _backward(self, rule: Any) -> None:
        raise AttributeError(f"_backward of {self!r} cannot be assigned: write {OWN_OP}")

    def _repr_html_(self) -> str:
        """Data and gradient in a notebook."""
        from autograd.engine.notebook import node_html  # few programs run in a notebook

        return node_html(self)

    def _add_to_inputs(self) -> None:
        if self.op is None or not self.requires_grad:
            return
        pullbacks = zip(self.inputs, self.op.pullbacks_of(self.inputs), strict=True)
        wanted = [(i, p) for i, (x, p) in enumerate(pullbacks) if p and getattr(x, "requires_grad", False)]
        for (i, _), cotangent in zip(wanted, self.apply_pullbacks(wanted, self.grad), strict=True):
            x = self.inputs[i]
            x.grad = cotangent if x.grad is None else x.grad + cotangent
