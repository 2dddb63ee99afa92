"""Data and functions by which the page of a training trains its model itself."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from autograd import Tensor, Value, graph_nodes
from autograd.support.lazy_numpy import np
from nn._validation import Array
from nn.callbacks._page_plane import class_labels, class_targets
from nn.callbacks.monitor import ELEMENTWISE
from nn.modules.dropout import Dropout
from nn.modules.functional import functional_call
from nn.modules.module import Module
from nn.modules.predict import predict
from nn.optim._groups import group_settings
from nn.optim.adaptive import Adam
from nn.optim.optimizer import SGD, Optimizer

#: Most numbers in the rows of a page.
NUMBERS = 200_000

Loss = Callable[[Any, Any], Any]
Rows = tuple[Array, Array]


class CannotLearnError(Exception):
    """The page cannot train the model; the text says why."""


def sample_rows(rows: tuple[Any, ...], limit: int) -> Rows:
    """Return x and y of the rows, or of a random sample of at most `limit` of them, in their order."""
    x, y = rows[:2]
    n, limit = len(y), max(1, min(limit, NUMBERS // max(1, int(np.prod(x.shape[1:])))))
    chosen = np.arange(n) if n <= limit else np.sort(np.random.default_rng(0).choice(n, limit, replace=False))
    return np.asarray(x[chosen]), np.asarray(y[chosen])


def parameter_arrays(model: Module) -> dict[str, Array]:
    """Return the data of each parameter of a model by path."""
    named: list[tuple[str, Any]] = model.named_parameters()
    return {path: p.numpy() for path, p in named}


def check_learnable(model: Module, optimizer: Optimizer, rows: tuple[Any, ...] | None) -> None:
    """Raise CannotLearnError if a training is not determined by the parameters and the rows (x, y)."""
    if set(map(id, model.parameters())) != set(map(id, optimizer.parameters)):
        raise CannotLearnError("the optimizer has other parameters than the model")
    if rows is None:
        raise CannotLearnError("the rows are not known: pass arrays to fit, not batches")
    if len(rows) > 2:
        raise CannotLearnError("the rows have weights")
    if any(np.asarray(a[:1]).dtype.kind not in "fiub" for a in rows):
        raise CannotLearnError("the rows are not real numbers")
    if drops := [m for m in model.modules() if isinstance(m, Dropout)]:
        raise CannotLearnError(f"{drops[0]!r} draws at random in every step")
    if others := sorted(model.state_dict().keys() - dict(model.named_parameters()).keys()):
        raise CannotLearnError(
            f"the model has arrays besides its parameters, which a training changes: {', '.join(others):.80}"
        )


def learning_data(rows: Rows, total: int, batch_size: int) -> dict[str, Any]:
    """Return the rows for the page, and the target of each class for the points that a reader adds."""
    x, y = rows
    labels = class_labels(y)
    targets = [] if labels is None else class_targets(y, labels)
    return {
        "x": x, "y": y, "rows": len(y), "total": total, "batch": batch_size,
        "width": int(np.prod(x.shape[1:])), "targetWidth": int(np.prod(y.shape[1:])), "targets": targets,
    }  # fmt: skip


def learning_functions(model: Module, loss: Loss, rows: Rows) -> dict[str, Any]:
    """Return functions of n that record, for n rows, the loss, and the outputs of the model and of its activations."""
    model = copy.deepcopy(model)
    numbers = parameter_arrays(model)
    rows = rows[0], _targets_of(rows, model, loss)

    def record(n: int, training: bool) -> tuple[list[Any], list[Any]]:
        parameters = {path: Tensor(p, requires_grad=True, dtype=np.float64) for path, p in numbers.items()}
        x, y = (Tensor(_rows_of(a, n)) for a in rows)
        if n != len(rows[1]) and x.dtype.kind == "f":
            x = x * (1.0 + n / 1e4)  # what the model computes from x outside of the graph differs for every n
        model.train(training)
        with hidden_outputs(model) as hidden:
            scores = functional_call(model, parameters, x)
        leaves = [*parameters.values(), x]
        if not training:
            return [Tensor(0.0), scores, *hidden.values()], leaves  # the first one, a constant, has no gradients
        y.requires_grad = y.dtype.kind == "f"
        try:
            cost = loss(scores, y)
        except Exception:  # a loss of the user that takes no Tensor as targets: they are constants of its program
            cost = loss(scores, y.numpy())
        return [cost], [*leaves, next((node for node in graph_nodes(cost) if _is_view(node, y)), y)]

    return {"loss": lambda n: record(n, True), "responses": lambda n: record(n, False)}


def _targets_of(rows: Rows, model: Module, loss: Loss) -> Array:
    """Return the targets, as floats if the loss is the same: then they are leaves of its program, not constants."""
    x, y = rows
    scores = predict(model, x)
    try:
        same = y.dtype.kind != "f" and bool(loss(Tensor(scores), y.astype(float)) == loss(Tensor(scores), y))
    except Exception:  # as of labels, which must be integers
        return y
    return y.astype(float) if same else y


def check_recordable(functions: dict[str, Any]) -> None:
    """Raise CannotLearnError if model or loss cannot be called with Tensors; any error may come from them."""
    for record in functions.values():
        try:
            record(2)
        except Exception as error:
            raise CannotLearnError(f"a call with Tensors raised {type(error).__name__}: {error}") from error


@contextmanager
def hidden_outputs(model: Module) -> Iterator[dict[str, Any]]:
    """Context manager with a dict of the outputs (n, units) of activations, by path, which calls of the model fill."""
    paths, found = model.scope_paths(), {}

    def note(module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        if output.ndim == 2:
            found[paths[id(module)] or type(module).__name__] = output

    ends = [m.register_forward_hook(note) for m in model.modules() if isinstance(m, ELEMENTWISE)]
    try:
        yield found
    finally:
        for end in ends:
            end()


def hidden_layers(model: Module, x: Array) -> list[tuple[str, int]]:
    """Return path and number of units of every activation."""
    with hidden_outputs(model) as hidden:
        predict(model, x[:1])
    return [(path, output.shape[1]) for path, output in hidden.items()]


def update_rules(optimizer: Optimizer, lr: float) -> dict[str, tuple[Any, int, float]]:
    """Return by name the rule of an optimizer, its number of states, and its learning rate: that of the training first."""
    p = [Value(0.0)]
    known = {"SGD": SGD(p, lr=0.1), "SGD with momentum 0.9": SGD(p, lr=0.1, momentum=0.9), "Adam": Adam(p, lr=0.01)}
    rules = {name: (_rule(o), len(o.remembers), o.lr) for name, o in known.items()}
    if len(optimizer.groups) > 1 or not getattr(optimizer.updated, "entrywise", False):  # a rule of whole arrays
        return rules
    return {f"{type(optimizer).__name__} of the training": (_rule(optimizer), len(optimizer.remembers), lr)} | rules


def _rule(optimizer: Optimizer) -> Any:
    """Rule of an optimizer as a function of parameter, gradient, state, learning rate and step."""
    (group,) = optimizer.groups

    def rule(p: Any, g: Any, state: tuple[Any, ...], lr: Any, step: Any) -> Any:
        scales = optimizer.scales(SimpleNamespace(**vars(group) | {"lr": lr}), step)
        return optimizer.updated(p, g, state, group_settings(group, scales))

    return rule


def _is_view(node: Any, x: Tensor) -> bool:
    """True for a leaf with the memory of x, such as labels that a loss has checked."""
    return node.op is None and node.shape == x.shape and np.shares_memory(node.numpy(), x.numpy())


def _rows_of(a: Array, n: int) -> Array:
    """Return n rows, again from the first one after the last, with 64-bit floats."""
    rows = np.resize(a, (n, *a.shape[1:]))
    return rows.astype(np.float64) if a.dtype.kind == "f" else rows
