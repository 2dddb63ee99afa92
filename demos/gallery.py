"""Eleven graphs as pictures, light and dark, and as interactive pages; out/gallery.html shows all.

Each page is one file, with less than 200 kB beyond its picture and its steps.
"""

import html
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
import nn
from autograd import Drawing, Tensor, Value, draw
from demos.claims import claim

Draw = Callable[..., Drawing]


def run(short: bool, out: Path) -> list[Path]:
    wrote = []
    largest = 0
    for name, (title, build) in GALLERY.items():
        start = time.perf_counter()
        with ag.remember_lines():  # for the pages
            drawing = build(theme="light")
        drawing.save(out / f"gallery-{name}.svg")
        seconds = time.perf_counter() - start
        build(theme="dark").save(out / f"gallery-{name}-dark.svg")
        page = drawing.page(out / f"gallery-{name}.html", title=title)
        size, graph = len(page.html.encode()), re.findall(r"<svg.*?</svg>|(?<=json\">).*?</script>", page.html, re.DOTALL)
        largest = max(largest, size - sum(len(part.encode()) for part in graph))
        print(f"{title}: {drawing!r} in {seconds:.2f} s, page {size / 1000:.0f} kB")
        wrote += [out / f"gallery-{name}{rest}" for rest in (".svg", "-dark.svg", ".html")]
    (out / "gallery.html").write_text(index())
    claim(largest < 200_000, f"no page has more than 200 kB beyond its picture and its steps, but {largest / 1000:.0f} kB")
    return [*wrote, out / "gallery.html"]


def one_neuron(**look: Any) -> Drawing:
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.8813735870195432, label="b")
    y = ag.tanh(w * x + b)
    y.label = "y"
    return draw(y, direction="both", **look)


def square(**look: Any) -> Drawing:
    x = Value(3.0, label="x")
    return draw(x * x, direction="backward", **look)


def diamond(**look: Any) -> Drawing:
    x = Value(0.5, label="x")
    a, b = ag.sin(x), ag.exp(x)
    a.label, b.label = "a", "b"
    y = a * b
    y.label = "y"
    return draw(y, direction="both", path=(x, y), **look)


def scalar_perceptron(**look: Any) -> Drawing:
    rng = np.random.default_rng(0)
    w = [[Value(float(rng.normal()), label=f"w{i}{j}") for j in range(2)] for i in range(3)]
    x = [Value(1.0, label="x0"), Value(-2.0, label="x1")]
    with ag.scope("hidden"):
        hidden = [ag.tanh(row[0] * x[0] + row[1] * x[1]) for row in w]
    with ag.scope("output"):
        y = hidden[0] + hidden[1] + hidden[2]
    y.label = "y"
    return draw(y, direction="both", format=".2f", **look)


def tensor_perceptron(**look: Any) -> Drawing:
    model = nn.MLP(3, [4, 4], 2, activation=nn.Tanh, seed=0)
    x = Tensor(np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32), label="x")
    loss = nn.cross_entropy(model(x), np.array([0, 1, 0, 1, 1]))
    loss.label = "loss"
    return draw(loss, direction="both", arrays="heat", rankdir="TB", **look)


def second_derivative(**look: Any) -> Drawing:
    x = Value(0.5, label="x")
    y = ag.sin(x) * x
    y.label = "y"
    (slope,) = ag.gradients(y, [x], create_graph=True)
    slope.label = "y′"
    return draw(slope, direction="backward", **look)


def attention(**look: Any) -> Drawing:
    rng = np.random.default_rng(0)
    x = Tensor(rng.normal(size=(4, 8)), label="x")
    for layer in range(4):
        with ag.scope(f"block {layer + 1}"):
            with ag.scope("attention"):
                q, k, v = (
                    x @ Tensor(rng.normal(size=(8, 8)) / 3, requires_grad=True, label=f"W{kind}{layer + 1}") for kind in "qkv"
                )
                x = x + ag.softmax(q @ k.T / 8**0.5) @ v
            with ag.scope("perceptron"):
                w = Tensor(rng.normal(size=(8, 8)) / 3, requires_grad=True, label=f"W{layer + 1}")
                x = x + ag.gelu(x @ w)
    y = ag.mean(x)
    y.label = "y"
    return draw(y, direction="both", depth=1, rankdir="TB", **look)


def vanishing(**look: Any) -> Drawing:
    x = Value(0.5, label="x")
    y = x
    for i in range(5):
        y = ag.sigmoid(y * Value(1.5, label=f"w{i + 1}"))
    y.label = "y"
    return draw(y, direction="both", emphasis="gradient", rankdir="TB", **look)


def not_a_number(**look: Any) -> Drawing:
    x, t = Value(2.0, label="x"), Value(2.0, label="t")
    y = ag.sqrt(t - x) / ag.log(x - 1.0) + x
    y.label = "y"
    return draw(y, direction="both", **look)


def ten_thousand(**look: Any) -> Drawing:
    random.seed(0)
    model = nn.scalar.MLP(4, [48, 48, 48, 1])
    y = model([Value(x, label=f"x{i}") for i, x in enumerate([1.0, -0.5, 0.25, 2.0])])
    y.label = "y"
    return draw(y, direction="both", **look)


def modules(**look: Any) -> Drawing:
    inner = nn.Residual(nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 8, seed=1)))
    model = nn.Sequential(nn.Linear(4, 8, seed=0), nn.GELU(), inner, nn.Linear(8, 1, seed=2))
    return draw(model, np.ones((2, 4), np.float32), depth=3, rankdir="TB", **look)


GALLERY: dict[str, tuple[str, Draw]] = {
    "neuron": ("One neuron", one_neuron),
    "square": ("x · x: one number used twice, and its gradient as a sum", square),
    "diamond": ("A diamond: all paths from x to y", diamond),
    "scalar-mlp": ("A perceptron of single numbers", scalar_perceptron),
    "tensor-mlp": ("A perceptron of arrays", tensor_perceptron),
    "second": ("The backward graph of a backward graph", second_derivative),
    "attention": ("Attention, folded by scope", attention),
    "vanishing": ("A gradient that vanishes", vanishing),
    "nan": ("NaN, and where it begins", not_a_number),
    "ten-thousand": ("Ten thousand numbers, folded", ten_thousand),
    "modules": ("A module, and the modules in it", modules),
}


def index() -> str:
    """A page with all pictures, each with a link to its page; the theme follows the system."""
    figures = "".join(
        f'<h2><a href="gallery-{name}.html">{html.escape(title)}</a></h2><a href="gallery-{name}.html"><picture>'
        f'<source srcset="gallery-{name}-dark.svg" media="(prefers-color-scheme: dark)">'
        f'<img src="gallery-{name}.svg" alt="{html.escape(title)}"></picture></a>'
        for name, (title, _) in GALLERY.items()
    )
    style = ":root { color-scheme: light dark; } body { font-family: sans-serif; margin: 2rem; } img { max-width: 100%; }"
    return (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Gallery</title><style>{style}</style><h1>Gallery</h1>{figures}</html>"
    )
