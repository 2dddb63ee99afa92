"""Learn to invent given names: a scalar transformer, recorded once and replayed for batches of names.

The network is a small generative pre-trained transformer (Radford et al. 2018). Letters and positions are embedded in 16
dimensions. One block follows: four-headed causal attention (Vaswani et al. 2017) and a perceptron of 64 units, each after a
root-mean-square norm (Zhang & Sennrich 2019) and with a shortcut. The outputs are 27 scores of the next letter. There are
4,192 parameters. The code works for all number types with + × / ** and exp, log and relu.

The training data are the 5,163 given names of `nn.datasets.names`.

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
    """Matrices of small normal numbers; each row holds the weights of one output."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0.0, 0.08, shape) for name, shape in SHAPES.items()}


def dot(a: Vector, b: Vector) -> Any:
    return sum(x * y for x, y in zip(a, b, strict=True))


def linear(rows: Sequence[Vector], x: Vector) -> Vector:
    return [dot(row, x) for row in rows]


def add(a: Vector, b: Vector) -> Vector:
    return [x + y for x, y in zip(a, b, strict=True)]


def normalize(x: Vector) -> Vector:
    """x divided by its root mean square."""
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in x]


def softmax(scores: Vector) -> Vector:
    """Probabilities from scores; after a norm scores are small, so that exp does not overflow."""
    powers = [v.exp() for v in scores]
    total = sum(powers)
    return [v / total for v in powers]


def attend(query: Vector, keys: Sequence[Vector], values: Sequence[Vector]) -> Vector:
    """The mean of the values so far for each head, weighted by the match of their keys with the query."""
    size = WIDTH // HEADS
    result: list[Any] = []
    for start in range(0, WIDTH, size):
        head = slice(start, start + size)
        weights = softmax([dot(query[head], key[head]) / size**0.5 for key in keys])
        result += [dot(weights, [value[i] for value in values]) for i in range(start, start + size)]
    return result


def scores(parameters: Parameters, embedded: Sequence[Vector]) -> list[Vector]:
    """The scores of the 27 next letters at each position, from the embedded letters up to it."""
    keys: list[Vector] = []
    values: list[Vector] = []
    found = []
    for letter in embedded:
        x = normalize(letter)
        seen = normalize(x)
        keys.append(linear(parameters["key"], seen))
        values.append(linear(parameters["value"], seen))
        attention = attend(linear(parameters["query"], seen), keys, values)
        x = add(x, linear(parameters["out"], attention))
        hidden = [v.relu() for v in linear(parameters["up"], normalize(x))]
        x = add(x, linear(parameters["down"], hidden))
        found.append(linear(parameters["score"], x))
    return found


def cross_entropy(z: Vector, wanted: Iterable[tuple[int, Any]]) -> Any:
    """−Σ w log p(letter) over (letter, w) pairs, where p = softmax(z)."""
    total = sum(v.exp() for v in z).log()
    return sum((total - z[letter]) * weight for letter, weight in wanted)


def loss(parameters: Parameters, tokens: Sequence[int]) -> Any:
    """The mean of −log p(next letter) over a text of at most 17 letters as numbers."""
    letter, position = parameters["letter"], parameters["position"]
    embedded = [add(letter[token], position[i]) for i, token in enumerate(tokens[:-1])]
    found = scores(parameters, embedded)
    return sum(cross_entropy(z, [(token, 1.0 / len(found))]) for z, token in zip(found, tokens[1:], strict=True))


def loss_of_embedded(parameters: Parameters, embedded: Sequence[Vector], wanted: Sequence[Vector]) -> Any:
    """The same loss for embedded letters, with the weight of every letter at every position: one tape fits all texts."""
    return sum(cross_entropy(z, enumerate(weights)) for z, weights in zip(scores(parameters, embedded), wanted, strict=True))


def run(short: bool, out: Path) -> list[Path]:
    steps, most = (100, 2.6) if short else (1000, 2.15)
    backend = "native" if importlib.util.find_spec("llvmlite") else "python"
    names = nn.datasets.names()
    length = max(map(len, names)) + 1  # n letters and the full stop to predict
    texts = np.array([[LETTERS.index(c) for c in f".{name}.".ljust(length + 1, ".")] for name in names])
    parameters = {name: Tensor(array, requires_grad=True) for name, array in initial_parameters(0).items()}
    start = time.perf_counter()
    body = {name: p.numpy() for name, p in parameters.items() if name not in ("letter", "position")}
    examples = np.zeros((length, WIDTH)), np.zeros((length, 27))
    tape = record(value_and_grad(loss_of_embedded, (0, 1)), body, *examples, backend=backend)
    print(f"{tape.recorded:,} operations in {len(tape):,} instructions, recorded in {time.perf_counter() - start:.1f} s")
    losses = train(parameters, tape.map, texts, np.array(list(map(len, names))), steps)
    print(f"{steps} steps of {BATCH} names with {backend} in {time.perf_counter() - start:.1f} s")
    print("invented: " + ", ".join(sample_names(parameters, length, backend, 20)))
    picture = out / "gpt-loss.png"
    save_curve(losses, picture)
    found = float(np.mean(losses[-100:]))
    claim(
        found <= most,
        f"at most {most} nats a letter over the last 100 steps, namely {found:.3f}; guessing gives {np.log(27):.3f}",
    )
    return [picture]


def train(
    parameters: dict[str, Tensor], losses_of: Callable[..., Any], texts: np.ndarray, lengths: np.ndarray, steps: int
) -> list[float]:
    """The losses of Adam, one per step on a random batch of names."""
    rng = np.random.default_rng(1)
    optimizer = nn.Adam(parameters.values(), lr=RATE)
    losses = []
    for step in range(steps):
        drawn = rng.integers(len(texts), size=BATCH)
        tokens, following = texts[drawn, :-1], texts[drawn, 1:]
        places = np.arange(tokens.shape[1]) <= lengths[drawn, None]  # mask the padding
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


def sample_names(parameters: dict[str, Tensor], length: int, backend: str, count: int, temperature: float = 0.7) -> list[str]:
    """Names sampled letter by letter with probabilities softmax(score / temperature)."""
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
    """Save a plot of the losses and their mean over the last 50 steps."""
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
