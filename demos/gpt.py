"""Learn to invent given names: a transformer of single numbers, recorded once and replayed for a batch of names at a time.

The network is a generative pre-trained transformer (Radford et al. 2018) in the small: letters and positions are embedded in
16 dimensions; one block of four-headed causal attention (Vaswani et al. 2017) and a perceptron of 64 units follows, each after
a root-mean-square norm (Zhang & Sennrich 2019) and around a shortcut; 27 scores come out for the next letter. There are 4,192
parameters. It is written for numbers of any kind that have + × / ** and exp, log and relu.

It learns from the 5,163 given names of `nn.datasets.names`.

Picture: the loss over the steps.
"""

import importlib.util
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import Tensor, compile, record, value_and_grad
from demos.claims import claim

LETTERS = ".abcdefghijklmnopqrstuvwxyz"  # a name begins and ends with a full stop
WIDTH, HEADS, CONTEXT = 16, 4, 16
SHAPES = {
    "letter": (27, 16), "position": (16, 16), "query": (16, 16), "key": (16, 16), "value": (16, 16), "out": (16, 16),
    "up": (64, 16), "down": (16, 64), "score": (27, 16),
}  # fmt: skip
BATCH, RATE = 16, 0.01

Vector = Sequence[Any]
Parameters = dict[str, Any]


def initial_parameters(seed: int) -> Parameters:
    """Matrices of small normal numbers, each row the weights of one output."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0.0, 0.08, shape) for name, shape in SHAPES.items()}


def dot(a: Vector, b: Vector) -> Any:
    return sum(x * y for x, y in zip(a, b, strict=True))


def linear(rows: Sequence[Vector], x: Vector) -> Vector:
    return [dot(row, x) for row in rows]


def added(a: Vector, b: Vector) -> Vector:
    return [x + y for x, y in zip(a, b, strict=True)]


def normed(x: Vector) -> Vector:
    """x in units of its root mean square."""
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in x]


def softmax(scores: Vector) -> Vector:
    """Probabilities. After a norm scores are small, so that exp needs no help against overflow."""
    powers = [v.exp() for v in scores]
    total = sum(powers)
    return [v / total for v in powers]


def attended(query: Vector, keys: Sequence[Vector], values: Sequence[Vector]) -> Vector:
    """For each head, the mean of the values so far, weighted by how well their keys fit the query."""
    size = WIDTH // HEADS
    result: list[Any] = []
    for start in range(0, WIDTH, size):
        head = slice(start, start + size)
        weights = softmax([dot(query[head], key[head]) / size**0.5 for key in keys])
        result += [dot(weights, [value[i] for value in values]) for i in range(start, start + size)]
    return result


def scores(parameters: Parameters, embedded: Sequence[Vector]) -> list[Vector]:
    """At each place, the scores of the 27 letters to come next, from the embedded letters up to there."""
    keys: list[Vector] = []
    values: list[Vector] = []
    found = []
    for letter in embedded:
        x = normed(letter)
        seen = normed(x)
        keys.append(linear(parameters["key"], seen))
        values.append(linear(parameters["value"], seen))
        attention = attended(linear(parameters["query"], seen), keys, values)
        x = added(x, linear(parameters["out"], attention))
        hidden = [v.relu() for v in linear(parameters["up"], normed(x))]
        x = added(x, linear(parameters["down"], hidden))
        found.append(linear(parameters["score"], x))
    return found


def surprise(z: Vector, wanted: Iterable[tuple[int, Any]]) -> Any:
    """−Σ w log p(letter) over (letter, w) pairs, where p = softmax(z)."""
    total = sum(v.exp() for v in z).log()
    return sum((total - z[letter]) * weight for letter, weight in wanted)


def loss(parameters: Parameters, tokens: Sequence[int]) -> Any:
    """The mean of −log p(next letter) over a text of at most 17 letters, given as numbers."""
    letter, position = parameters["letter"], parameters["position"]
    embedded = [added(letter[token], position[i]) for i, token in enumerate(tokens[:-1])]
    found = scores(parameters, embedded)
    return sum(surprise(z, [(token, 1.0 / len(found))]) for z, token in zip(found, tokens[1:], strict=True))


def loss_of_embedded(parameters: Parameters, embedded: Sequence[Vector], wanted: Sequence[Vector]) -> Any:
    """The same of letters embedded already, with the weight of every letter at every place: one tape serves all texts."""
    return sum(surprise(z, enumerate(weights)) for z, weights in zip(scores(parameters, embedded), wanted, strict=True))


def run(short: bool, out: Path) -> list[Path]:
    steps, most = (100, 2.6) if short else (1000, 2.15)
    backend = "numba" if importlib.util.find_spec("numba") else "python"
    names = nn.datasets.names()
    length = max(map(len, names)) + 1  # a name of n letters has n + 1 letters to tell, the last of them the full stop
    texts = np.array([[LETTERS.index(c) for c in f".{name}.".ljust(length + 1, ".")] for name in names])
    parameters = {name: Tensor(array, requires_grad=True) for name, array in initial_parameters(0).items()}
    start = time.perf_counter()
    body = {name: p.numpy() for name, p in parameters.items() if name not in ("letter", "position")}
    examples = np.zeros((length, WIDTH)), np.zeros((length, 27))
    tape = record(value_and_grad(loss_of_embedded, (0, 1)), body, *examples, backend=backend)
    print(f"{tape.recorded:,} operations in {len(tape):,} instructions, recorded in {time.perf_counter() - start:.1f} s")
    losses = train(parameters, tape.map, texts, np.array(list(map(len, names))), steps)
    print(f"{steps} steps of {BATCH} names with {backend} in {time.perf_counter() - start:.1f} s")
    print("invented: " + ", ".join(invented(parameters, length, backend, 20)))
    picture = out / "gpt-loss.png"
    save_curve(losses, picture)
    found = float(np.mean(losses[-100:]))
    claim(
        found <= most,
        f"at most {most} nats a letter over the last 100 steps, namely {found:.3f}; guessing has {np.log(27):.3f}",
    )
    return [picture]


def train(
    parameters: dict[str, Tensor], losses_of: Callable[..., Any], texts: np.ndarray, lengths: np.ndarray, steps: int
) -> list[float]:
    """The loss at each step of Adam, each on a few names drawn at random."""
    rng = np.random.default_rng(1)
    optimizer = nn.Adam(parameters.values(), lr=RATE)
    losses = []
    for step in range(steps):
        drawn = rng.integers(len(texts), size=BATCH)
        tokens, following = texts[drawn, :-1], texts[drawn, 1:]
        places = np.arange(tokens.shape[1]) <= lengths[drawn, None]  # what follows the last full stop does not count
        wanted = np.eye(27)[following] * (places / places.sum(1, keepdims=True))[..., None]
        numbers = {name: p.numpy() for name, p in parameters.items()}
        letter, position = numbers.pop("letter"), numbers.pop("position")
        embedded = letter[tokens] + position[: tokens.shape[1]]
        values, (gradients, of_embedded) = losses_of(numbers, embedded, wanted, axes=(None, 0, 0))
        of_letter, of_position = np.zeros_like(letter), np.zeros_like(position)
        np.add.at(of_letter, tokens, of_embedded)
        of_position[: tokens.shape[1]] = of_embedded.sum(0)
        summed = {name: g.sum(0) for name, g in gradients.items()} | {"letter": of_letter, "position": of_position}
        for name, p in parameters.items():
            p.grad = summed[name] / BATCH
        optimizer.lr = RATE * (1.0 - step / steps)
        optimizer.step()
        losses.append(float(values.mean()))
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step + 1}/{steps}  loss {np.mean(losses[-100:]):.3f}")
    return losses


def invented(parameters: dict[str, Tensor], length: int, backend: str, count: int, temperature: float = 0.7) -> list[str]:
    """Names drawn letter by letter, with probabilities softmax(score / temperature)."""
    rng = np.random.default_rng(2)
    numbers = {name: p.numpy() for name, p in parameters.items()}
    replay = compile(scores, backend=backend)
    names = []
    for _ in range(count):
        tokens = [0]
        while len(tokens) <= length and (len(tokens) == 1 or tokens[-1]):
            padded = tokens + [0] * (length - len(tokens))
            embedded = numbers["letter"][padded] + numbers["position"][:length]
            z = np.array(replay(numbers, embedded)[len(tokens) - 1]) / temperature
            p = np.exp(z - z.max())
            tokens.append(int(rng.choice(27, p=p / p.sum())))
        names.append("".join(LETTERS[t] for t in tokens[1:] if t))
    return names


def save_curve(losses: Sequence[float], path: Path) -> None:
    """The loss over the steps, and its mean over the last 50."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
    axes.plot(losses, color="#bbbbbb", linewidth=0.7, label="a step")
    window = min(50, len(losses))
    axes.plot(
        np.arange(window - 1, len(losses)), np.convolve(losses, np.ones(window) / window, "valid"), label=f"mean of {window}"
    )
    axes.axhline(np.log(27), color="#777777", linestyle=":", label="guessing")
    axes.set(xlabel="step", ylabel="loss (nats a letter)", title="Learning to invent names")
    axes.legend()
    figure.savefig(path, dpi=150)
    plt.close(figure)
