"""MNIST, four ways, beside PyTorch: `python benchmarks/projects/mnist.py [WAY ...] [--seeds 3]`.

Prints a table for benchmarks/README.md. The networks are those that students write in the project, in float32; on the
other side are the same networks with the same first weights, batches and epochs. MNIST is found as `load_mnist` finds
it: GRADSCHOOL_DATA names the folder.
"""

from __future__ import annotations

import os

from gradschool.grader.sandbox.limits import ONE_THREAD

os.environ |= ONE_THREAD  # before NumPy is imported

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mirror
import numpy as np
import torch

from gradschool import datasets, nn
from gradschool.nn.projects import mnist


@dataclass(frozen=True)
class Data:
    """MNIST: X (N, 1, 28, 28) float32, y (N,) labels."""

    X: Any
    y: Any
    X_test: Any
    y_test: Any

    def accuracy(self, scores: Any) -> float:
        """Return the share of the test images whose class has the largest score."""
        return float(np.mean(scores.argmax(axis=1) == self.y_test))


Result = tuple[float, float]
"""The accuracy on the test set, and the seconds of training."""


@dataclass(frozen=True)
class Way:
    """A row of the table: what it is, and a function of the data and a seed that trains ours and theirs."""

    what: str
    run: Callable[[Data, int], tuple[Result, Result]]


def flat(data: Data) -> Data:
    """Return the same data with the images as rows."""
    return Data(data.X.reshape(len(data.X), -1), data.y, data.X_test.reshape(len(data.X_test), -1), data.y_test)


def formulas(data: Data, seed: int) -> tuple[Result, Result]:
    """Train two layers by the bare formulas."""
    data = flat(data)
    recipe: dict[str, Any] = {"hidden": 64, "size": 32, "rate": 0.1}
    start = mnist.train_two_layers(data.X[:1], data.y[:1], epochs=0, rng=np.random.default_rng(seed), **recipe)
    (W1, b1, W2, b2), seconds = mirror.timed(
        mnist.train_two_layers, data.X, data.y, epochs=10, rng=np.random.default_rng(seed), **recipe
    )
    ours = data.accuracy(np.maximum(0, data.X_test @ W1 + b1) @ W2 + b2), seconds

    model = torch.nn.Sequential(torch.nn.Linear(784, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), start, strict=True):
            parameter.copy_(mirror.tensor(value.T))
    _, seconds = mirror.timed(
        mirror.train,
        model,
        data.X,
        data.y,
        loss=torch.nn.functional.cross_entropy,
        optimizer=torch.optim.SGD(model.parameters(), 0.1),
        epochs=10,
        size=32,
        rng=np.random.default_rng(seed),
    )
    return ours, (data.accuracy(mirror.outputs(model, data.X_test)), seconds)


def dense(
    sizes: tuple[int, ...],
    rate: float,
    *,
    epochs: int,
    squared: bool = False,
    adam: bool = False,
    relu: bool = False,
    dropout: float = 0.0,
) -> Callable[[Data, int], tuple[Result, Result]]:
    """Return a way: a network of Dense layers, trained with batches of 32."""

    def run(data: Data, seed: int) -> tuple[Result, Result]:
        data, rng = flat(data), np.random.default_rng(seed)
        model = mnist.dense_network(
            sizes,
            activation=nn.ReLU if relu else nn.Sigmoid,
            init=nn.he_normal if relu else nn.lecun_normal,
            dropout=dropout,
            squash=squared,
            rng=rng,
        ).astype(np.float32)
        other = mirror.mirrored(model)
        target = datasets.one_hot(data.y, 10).astype(np.float32) if squared else data.y
        _, seconds = mirror.timed(
            nn.fit,
            model,
            data.X,
            target,
            loss=nn.MeanSquaredError() if squared else nn.SoftmaxCrossEntropy(),
            optimizer=(nn.Adam if adam else nn.SGD)(model.parameters(), rate),
            epochs=epochs,
            batch_size=32,
            rng=np.random.default_rng(seed + 1),
            progress=False,
        )
        ours = data.accuracy(nn.predict(model, data.X_test)), seconds
        _, seconds = mirror.timed(
            mirror.train,
            other,
            data.X,
            target,
            loss=torch.nn.functional.mse_loss if squared else torch.nn.functional.cross_entropy,
            optimizer=(torch.optim.Adam if adam else torch.optim.SGD)(other.parameters(), rate),
            epochs=epochs,
            size=32,
            rng=np.random.default_rng(seed + 1),
        )
        return ours, (data.accuracy(mirror.outputs(other, data.X_test)), seconds)

    return run


def convolution(data: Data, seed: int) -> tuple[Result, Result]:
    """Train the convolutional network for one cycle."""
    epochs, size, maximum = CNN
    model = mnist.cnn(28, rng=np.random.default_rng(seed)).astype(np.float32)
    other = mirror.mirrored(model)
    _, seconds = mirror.timed(
        mnist.train_one_cycle,
        model,
        data.X,
        data.y,
        epochs=epochs,
        size=size,
        maximum=maximum,
        rng=np.random.default_rng(seed + 1),
    )
    ours = data.accuracy(nn.predict(model, data.X_test, batch_size=500)), seconds
    _, seconds = mirror.timed(
        mirror.train,
        other,
        data.X,
        data.y,
        loss=torch.nn.functional.cross_entropy,
        optimizer=torch.optim.Adam(other.parameters()),
        epochs=epochs,
        size=size,
        rng=np.random.default_rng(seed + 1),
        schedule=nn.OneCycleLR(maximum, epochs * -(-len(data.X) // size)),
    )
    return ours, (data.accuracy(mirror.outputs(other, data.X_test)), seconds)


CNN = (3, 128, 0.01)
"""Epochs, size of the batches, and the largest learning rate of the convolutional network."""

NARROW = (784, 16, 16, 10)
WAYS = {
    "formulas": Way("1. 784-64-10 from the formulas, SGD 0.1, batch 32, 10 epochs", formulas),
    "squared": Way(
        "2. 784-16-16-10, sigmoid, squared error, SGD 5, batch 32, 10 epochs",
        dense(NARROW, 5.0, epochs=10, squared=True),
    ),
    "entropy": Way("2. the same with softmax and cross-entropy, SGD 0.3", dense(NARROW, 0.3, epochs=10)),
    "adam": Way("2. the same with Adam 0.003", dense(NARROW, 0.003, epochs=10, adam=True)),
    "wide": Way(
        "2. the same with hidden layers of 128, Adam 0.001", dense((784, 128, 128, 10), 0.001, epochs=10, adam=True)
    ),
    "dropout": Way(
        "3. 784-128-dropout 0.2-10, ReLU, Adam 0.001, batch 32, 5 epochs",
        dense((784, 128, 10), 0.001, epochs=5, adam=True, relu=True, dropout=0.2),
    ),
    "cnn": Way(f"4. CNN, 16 and 32 filters, one cycle to {CNN[2]}, batch {CNN[1]}, {CNN[0]} epochs", convolution),
}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", metavar="WAY", help=f"of {', '.join(WAYS)}; all without")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each side (default 3)")
    options = parser.parse_args()
    if unknown := set(options.ways) - set(WAYS):
        parser.error(f"there is no way {sorted(unknown)[0]!r}; there are {', '.join(WAYS)}")
    train, test = (datasets.load_mnist(part, download=False) for part in ("train", "test"))
    data = Data(train.X, train.y, test.X, test.y)
    print(f"Means of {options.seeds} seeds (smallest to largest); seconds of the processor.\n")
    head = ["way", "ours, test accuracy", "ours, s", "PyTorch, test accuracy", "PyTorch, s"]
    print(mirror.line(head), mirror.line(["---"] * len(head)), sep="\n", flush=True)
    for name in options.ways or WAYS:
        runs = [WAYS[name].run(data, seed) for seed in range(options.seeds)]
        row = [WAYS[name].what]
        for side in zip(*runs, strict=True):
            accuracies, seconds = zip(*side, strict=True)
            row += [mirror.spread(accuracies, ".2%"), f"{np.mean(seconds):.1f}"]
        print(mirror.line(row), flush=True)


if __name__ == "__main__":
    main()
