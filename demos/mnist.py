"""Train a network on the 60,000 digits of MNIST until it classifies 97 % of the 10,000 test digits correctly.

Pictures: the curves of loss and accuracy, the most confident mistakes, and the backward graph of one training step.
"""

from pathlib import Path

import numpy as np

import nn
from autograd import Drawing, Tensor, draw, softmax
from demos.claims import claim

SIZE = 28  # pixels per side
MISTAKES = 24


def run(short: bool, out: Path) -> list[Path]:
    epochs, least = (1, 0.93) if short else (5, 0.97)
    digits = nn.datasets.mnist()
    model = nn.MLP(SIZE * SIZE, [128], 10, seed=0)
    print(f"{model} with {sum(p.numpy().size for p in model.parameters()):,} parameters")
    history = nn.fit(
        model,
        (digits.train_images, digits.train_labels),
        loss=nn.cross_entropy,
        optimizer=nn.Adam(model.parameters()),
        epochs=epochs,
        batch_size=64,
        validation=(digits.test_images, digits.test_labels),
        seed=0,
    )
    nn.plots.training_curves(history)[0].figure.savefig(out / "mnist-curves.png", dpi=150)
    draw_mistakes(model, digits.test_images, digits.test_labels, out / "mnist-misread.png")
    drawing = backward_graph(model, digits.train_images[:64], digits.train_labels[:64])
    for form in ("svg", "png"):
        drawing.save(out / f"mnist-backward.{form}")
    found = history["validation_accuracy"][-1]
    claim(found >= least, f"at least {least:.0%} of 10,000 test digits are classified correctly, namely {found:.2%}")
    return [out / name for name in ("mnist-curves.png", "mnist-misread.png", "mnist-backward.svg", "mnist-backward.png")]


def draw_mistakes(model: nn.Module, images: np.ndarray, labels: np.ndarray, path: Path) -> None:
    """Save a picture of the misclassified digits with the highest probabilities."""
    probabilities = softmax(nn.predict(model, images))
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    shown = wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES]
    titles = [f"read {predicted[i]}: {confidence[i]:.1%}\nis {labels[i]}: {probabilities[i, labels[i]]:.1%}" for i in shown]
    figure = nn.plots.image_grid(images[shown].reshape(-1, SIZE, SIZE), titles)[0].figure
    figure.suptitle(
        f"{len(shown)} of {len(wrong)} misread digits, the most confident mistakes, and the probability of each answer"
    )
    figure.savefig(path, dpi=150)


def backward_graph(model: nn.MLP, images: np.ndarray, labels: np.ndarray) -> Drawing:
    """The backward graph of the loss of one batch."""
    first, relu, second = model.layers
    first.weight.label, first.bias.label, second.weight.label, second.bias.label = "W1", "b1", "W2", "b2"
    z = first(Tensor(images, label="images"))
    hidden = relu(z)
    logits = second(hidden)
    loss = nn.cross_entropy(logits, labels)
    z.label, hidden.label, logits.label, loss.label = "z", "hidden", "logits", "loss"
    return draw(loss, direction="backward", rankdir="TB")
