"""`python -m benchmarks.mnist_accuracy [--seeds N]`: accuracy of perceptrons on MNIST, and training time next to PyTorch.

Three recipes on all 60,000 digits: float32, AdamW with a one-cycle schedule, no convolutions, no augmentation. The accuracy is
that on the 10,000 test digits after the last epoch; no decision during training uses them. The recipes themselves were chosen
by test accuracy, like published recipes for MNIST.
"""

import argparse
import statistics
import time
from dataclasses import dataclass
from itertools import pairwise

import nn

BATCH = 128


@dataclass
class Recipe:
    """Widths between 784 pixels and 10 scores; dropout of the pixels and of every hidden layer."""

    hidden: tuple[int, ...]
    epochs: int
    lr: float
    dropout: tuple[float, float]
    goal: float

    def __str__(self) -> str:
        return f"{'-'.join(map(str, (784, *self.hidden, 10)))}, {self.epochs} epochs, dropout {self.dropout}"


RECIPES = (
    Recipe((), 10, 0.01, (0.0, 0.0), 0.920),
    Recipe((128,), 20, 0.005, (0.0, 0.1), 0.978),
    Recipe((800, 800), 20, 0.002, (0.15, 0.4), 0.986),
)
DECAY = 0.01


def ours(recipe: Recipe, seed: int, digits: nn.datasets.MNIST) -> tuple[float, float]:
    """Accuracy and seconds."""
    sizes = (784, *recipe.hidden, 10)
    parts: list[nn.Module] = [nn.Dropout(recipe.dropout[0], seed=seed)]
    for i, (a, b) in enumerate(pairwise(sizes)):
        parts += [nn.Linear(a, b, seed=1000 * seed + i), nn.ReLU(), nn.Dropout(recipe.dropout[1], seed=1000 * seed + i)]
    model = nn.Sequential(*parts[:-2])
    optimizer = nn.AdamW(model.parameters(), lr=recipe.lr, weight_decay=DECAY)
    schedule = nn.Schedule(optimizer, nn.schedules.one_cycle(steps(recipe, digits)))
    start = time.perf_counter()
    nn.fit(
        model, (digits.train_images, digits.train_labels), loss=nn.cross_entropy, optimizer=optimizer, epochs=recipe.epochs,
        batch_size=BATCH, metrics=None, callbacks=[schedule], seed=seed, progress=False,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    return nn.accuracy(nn.predict(model, digits.test_images), digits.test_labels), seconds


def pytorch(recipe: Recipe, seed: int, digits: nn.datasets.MNIST) -> tuple[float, float]:
    """Accuracy and seconds of PyTorch, with its default initial weights."""
    import torch

    torch.manual_seed(seed)
    sizes = (784, *recipe.hidden, 10)
    parts: list[torch.nn.Module] = [torch.nn.Dropout(recipe.dropout[0])]
    for a, b in pairwise(sizes):
        parts += [torch.nn.Linear(a, b), torch.nn.ReLU(), torch.nn.Dropout(recipe.dropout[1])]
    model = torch.nn.Sequential(*parts[:-2])
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.lr, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, nn.schedules.one_cycle(steps(recipe, digits)))
    images, labels = torch.tensor(digits.train_images), torch.tensor(digits.train_labels)
    start = time.perf_counter()
    model.train()
    for _ in range(recipe.epochs):
        for rows in torch.randperm(len(images)).split(BATCH):
            loss = torch.nn.functional.cross_entropy(model(images[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    seconds = time.perf_counter() - start
    model.eval()
    with torch.no_grad():
        answers = model(torch.tensor(digits.test_images)).argmax(dim=1).numpy()
    return float((answers == digits.test_labels).mean()), seconds


def steps(recipe: Recipe, digits: nn.datasets.MNIST) -> int:
    return recipe.epochs * -(-len(digits.train_images) // BATCH)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mnist_accuracy", description="Train on MNIST and measure the time."
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs of each recipe (default: 3)")
    given = parser.parse_args()
    digits = nn.datasets.mnist()
    engines = {"glassgrad": ours, "PyTorch": pytorch}
    for recipe in RECIPES:
        print(f"\n{recipe}; goal {recipe.goal:.1%}", flush=True)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
        for seed in range(given.seeds):
            for name, engine in engines.items():
                found[name].append(engine(recipe, seed, digits))
        for name, results in found.items():
            accuracies, seconds = zip(*results, strict=True)
            mean = statistics.mean(accuracies)
            each = " ".join(f"{a:.2%}" for a in accuracies)
            print(f"  {name:10} {mean:.2%} ({each})  {statistics.median(seconds):6.1f} s a training", flush=True)
        pairs = zip(found["glassgrad"], found["PyTorch"], strict=True)
        ratio = statistics.median(a[1] / b[1] for a, b in pairs)
        verdict = "reached" if statistics.mean(a for a, _ in found["glassgrad"]) >= recipe.goal else "not reached"
        print(f"  goal {verdict}; glassgrad takes {ratio:.2f} × PyTorch's time", flush=True)


if __name__ == "__main__":
    main()
