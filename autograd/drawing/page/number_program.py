"""JavaScript program of a graph of numbers: one constant for each value, gradient and local derivative.

It gives what `array_program.py` gives of any graph, where NumPy is not installed too, and with less text.
"""

from autograd.drawing.page.javascript import Script, check_registered, functions, script
from autograd.engine.graph import Graph
from autograd.ops.tracing import UnreadableRuleError, read_rule


def number_program(graph: Graph) -> tuple[str, tuple[str, ...]]:
    """Program of the numbers of a graph of floats, as by `array_program.page_program`, and the names of ops without JavaScript.

    >>> from autograd import Value
    >>> from autograd.drawing.forward_model import graph_of
    >>> x = Value(3.0)
    >>> print(number_program(graph_of([x * x]))[0])
    (constants) => (leaves) => {
      const v1 = leaves[0][0];
      const v0 = (v1 * v1);
      let g0 = 1, g1;
      const s0_0 = v1, u0_0 = g0 * s0_0;
      g1 = u0_0;
      const s0_1 = v1, u0_1 = g0 * s0_1;
      g1 += u0_1;
      return [[[v0], [v1]], [[g0], [g1]], {"0.0": [s0_0], "0.1": [s0_1]}, {"0.0": [u0_0], "0.1": [u0_1]}];
    }
    """
    places = {node: i for i, node in enumerate(graph.nodes.values())}
    leaves = [i for node, i in places.items() if node.op is None]
    forward, backward, uses = [], [], []
    missing: dict[str, None] = {}
    reached = {places[graph.outputs[0]]}
    for node, i in places.items():
        if getattr(node.source, "_hooks", ()):
            missing["a hook"] = None
        if node.op is None:
            continue
        op, inputs = node.op, [Script(f"v{places[x]}") if x in places else script(x.value) for x in node.inputs]
        try:
            check_registered(op)
            forward.append(f"const v{i} = {script(read_rule(op.forward, op, functions, *inputs, **node.params)).as_number()};")
            for k, (x, pullback) in enumerate(zip(node.inputs, op.pullbacks_of(node.inputs), strict=True)):
                if i not in reached or x not in places or not x.source.requires_grad or pullback is None:
                    continue
                slope = script(read_rule(pullback, op, Script("1"), Script(f"v{i}"), *inputs, **node.params)).as_number()
                backward.append(f"const s{i}_{k} = {slope}, u{i}_{k} = g{i} * s{i}_{k};")
                backward.append(f"g{places[x]} {'+=' if places[x] in reached else '='} u{i}_{k};")
                reached.add(places[x])
                uses.append((f"{i}.{k}", f"{i}_{k}"))
        except UnreadableRuleError:
            missing[op.name] = None
    if missing:
        return "", tuple(missing)
    gradients = [f"g{i}" + " = 1" * (i == places[graph.outputs[0]]) for i in sorted(reached)]
    results = [
        f"[{', '.join(f'[v{i}]' for i in places.values())}]",
        f"[{', '.join(f'[g{i}]' if i in reached else 'null' for i in places.values())}]",
        *("{" + ", ".join(f'"{key}": [{letter}{name}]' for key, name in uses) + "}" for letter in "su"),
    ]
    lines = [
        *(f"const v{i} = leaves[{k}][0];" for k, i in enumerate(leaves)), *reversed(forward),
        f"let {', '.join(gradients)};", *backward, f"return [{', '.join(results)}];",
    ]  # fmt: skip
    return "\n".join(["(constants) => (leaves) => {", *(f"  {line}" for line in lines), "}"]), ()
