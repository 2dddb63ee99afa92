"""Sphinx extension: the reference of ops, from the op registry; its pages and pictures are made by each build."""

import inspect
import itertools
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

import autograd
import nn
from autograd import OPS, Drawing, Tensor, Value, draw, graph_nodes
from autograd.domain import REALS
from autograd.drawing.events import local_events
from autograd.drawing.formulas import chain_rule
from autograd.drawing.forward_model import graph_of
from autograd.engine.node import Node
from autograd.ops import rules
from autograd.ops.op import Op
from autograd.support.public import public_names
from autograd.testing.call_catalogue import ARRAYS, ELEMENTWISE, ExampleCall

logger = logging.getLogger(f"sphinx.{__name__}")  # a warning there fails a build with -W
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: Entries of docstrings under these words are sections of Google style, not formulas.
_SECTION = re.compile(r"^[A-Z]\w+:$")
#: A row of a table: columns are apart.
_TABLE = re.compile(r"\S   +\S")


def chapters() -> dict[str, list[Op]]:
    """The public ops by the file of rules that declares them."""
    found: dict[str, list[Op]] = {}
    for op in OPS.values():
        if getattr(autograd, op.name, None) is op:
            found.setdefault(op.forward.__module__.rpartition(".")[2], []).append(op)
    return found


def chapter_page(name: str, ops: list[Op]) -> str:
    """The page of a chapter, in reStructuredText: what its file says, and an entry for every op."""
    about = (inspect.getdoc(getattr(rules, name)) or "").partition("\n")[0]
    title = name.capitalize()
    head = [f"{title}\n{'=' * len(title)}\n", f"{about} The rows are in ``autograd/ops/rules/{name}.py``.\n"]
    return "\n".join([*head, *map(op_entry, ops)])


def op_entry(op: Op) -> str:
    """The entry of an op: signature and docstring, what its row declares, and its picture."""
    facts = {"Kind": op.kind, "Smooth": _domain(op), "At the edge": _edges(op), "Pullbacks": _pullbacks(op)}
    lines = [f"   :{name}: {text}" for name, text in facts.items() if text]
    if _has_picture(op):
        lines += [
            f"\n   .. image:: {op.name}-{theme}.svg\n      :alt: The graph of {op.name}, forward and backward\n"
            f"      :class: op only-{theme}"
            for theme in THEMES
        ]
    return "\n".join([f".. autofunction:: autograd.{op.name}\n", *lines, ""])


def pullbacks(op: Op) -> list[str]:
    """The formula of the cotangent of every input with a derivative, read from the row by the printer of `explain`."""
    graph = graph_of([_example(op, Tensor)])
    return [
        f"∂L/∂{local.input.name} = {chain_rule('L', local)}" for local in local_events(graph) if local.node is graph.outputs[0]
    ]


def op_picture(op: Op, theme: Any) -> Drawing:
    """The graph of an op with its gradients: of numbers if it is elementwise."""
    y = _example(op, Value if op.kind == "elementwise" else Tensor)
    if getattr(y, "ndim", 0):
        y = y.sum()
        y.label = "L"
    return draw(y, direction="both", theme=theme)


def _has_picture(op: Op) -> bool:
    return any(op.pullbacks) and bool(_calls(op))


def _pullbacks(op: Op) -> str:
    if not any(op.pullbacks):
        return "none: the derivative is zero wherever it exists"
    found = pullbacks(op)
    long = f"a program of more ops than a line holds: ``autograd/ops/rules/{op.forward.__module__.rpartition('.')[2]}.py``"
    return "; ".join(dict.fromkeys(long if "= pullback of" in text else f"``{text}``" for text in found))


def _domain(op: Op) -> str:
    if op.kind == "general":
        return ""  # the docstring says where it is defined
    names = [s.name for s in op.smooth_on.sets]
    sets = " × ".join(names) if len(set(names)) > 1 else names[0]
    apart = ", where the arguments differ" if op.smooth_on.distinct else ""
    everywhere = op.smooth_on.sets == (REALS,) and not apart
    return "everywhere" if everywhere else f"``{sets}``{apart}"


def _edges(op: Op) -> str:
    """The derivatives that the engine returns at kinks, ties, and ends of the domain."""
    if op.kind != "elementwise" or not any(op.pullbacks):
        return ""
    if op.smooth_on.distinct:
        return f"``∂y/∂a = {autograd.grad(op)(1.0, 1.0):g}`` where a = b" if op.arity == 2 else ""
    (first, *others), intervals = op.smooth_on.sets, op.smooth_on.sets[0].intervals
    ends = sorted({x for interval in intervals for x in interval if x == float(f"{x:g}") and np.isfinite(x)}, key=abs)
    if others or first == REALS or op.arity > 1 or set(op.params) - op.defaults.keys():
        return ""
    return ", ".join(f"``y′({x:g}) = {autograd.grad(op)(x):g}``" for x in ends[:2])


def _calls(op: Op) -> list[tuple[ExampleCall, tuple[tuple[int, ...], ...]]]:
    """Example calls with shapes; of an elementwise op, that with the most arguments first, on pairs."""
    if op.kind == "elementwise":
        return [(call, ((2,),) * call.arity) for call in sorted(ELEMENTWISE.get(op.name, []), key=lambda c: -c.arity)]
    return [(call, call.shapes[0]) for call in ARRAYS.get(op.name, []) if call.shapes]


def _example(op: Op, node_type: type[Any]) -> Any:
    """The node of an op in its example call; its inputs are leaves, named as in the signature."""
    call, shapes = _calls(op)[0]
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(0.1, 0.9, shape) for shape in shapes]
    y = call(*[Tensor(x, requires_grad=True) if node_type is Tensor else Value(x[0]) for x in arrays])
    used = next(x for x in graph_nodes(y) if x.op is op)
    inputs = tuple(_leaf(x, name) for name, x in zip(_names(op), used.inputs, strict=False))
    node = node_type.record(op, inputs, used.params)
    node.label = "y"
    return node


def _leaf(x: Any, name: str) -> Any:
    """A leaf with the data of a node that has a gradient; plain data of others."""
    if not isinstance(x, Node):
        return x
    return type(x)(x.data, requires_grad=True, label=name) if x.requires_grad else x.data


def _names(op: Op) -> Iterator[str]:
    for p in list(inspect.signature(op.forward).parameters.values())[1:]:
        if p.kind is p.VAR_POSITIONAL:
            yield from (f"x{i}" for i in range(1, 10))
        else:
            yield p.name


def plain_docstrings(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Set formulas and tables of docstrings as literal blocks, as `help` shows them, and escape |x|."""
    if what == "module":  # the list of contents repeats the page
        lines[:] = itertools.takewhile(lambda line: not _TABLE.search(line), lines)
    found: list[str] = []
    literal, last = False, ""
    for i, line in enumerate(lines):
        indented, after_blank = line.startswith("    "), i and not lines[i - 1].strip()
        if indented and after_blank and not literal and not last.startswith(" ") and not _SECTION.match(last):
            found += ["::", ""]
            literal = True
        literal = literal and (indented or not line)
        found.append(line if literal or line.startswith(">>>") else line.replace("|", "\\|"))
        last = line or last
    lines[:] = found


def skip_members(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """True for ops, which have pages by chapter, and for what another package adds; None leaves the choice to autodoc."""
    foreign = str(getattr(thing, "__module__", "")).startswith("sklearn")
    return True if isinstance(thing, Op) or foreign else None


def check_complete(app: Any, env: Any) -> None:
    """Warn of public functions and classes that no page describes."""
    described = env.get_domain("py").objects
    for package in (autograd, nn):
        names = [f"{package.__name__}.{name}" for name in public_names(vars(package)) if callable(getattr(package, name))]
        if missing := [name for name in names if name not in described]:
            logger.warning("no page of docs/reference describes %s", ", ".join(missing))


def write(app: Any, config: Any) -> None:
    """Write the pages of chapters and the pictures of ops below the sources."""
    out = Path(app.srcdir) / "generated" / "ops"
    out.mkdir(parents=True, exist_ok=True)
    for name, ops in chapters().items():
        write_text(out / f"{name}.rst", chapter_page(name, ops))
        for op, theme in itertools.product(ops, THEMES):
            if _has_picture(op):
                op_picture(op, theme).save(out / f"{op.name}-{theme}.svg")


def write_text(path: Path, text: str) -> None:
    """Write a file only if it changes, so that Sphinx reads it again only then."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", write, priority=1)
    app.connect("env-check-consistency", check_complete)
    app.connect("autodoc-process-docstring", plain_docstrings, priority=100)
    app.connect("autodoc-skip-member", skip_members)
    return {"parallel_read_safe": True}
