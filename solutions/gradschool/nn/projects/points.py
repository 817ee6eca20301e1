"""The 140 points: two clouds, told apart by regression on signs, and by classification.

100 points   y = +1   x ~ N((1, 1), I)          40 points   y = -1   x ~ N((-1, -1), I)

Best guess      E[y | x] = P(+ | x) − P(− | x) = tanh(x₁ + x₂ + ½ log(n₊ / n₋))

                It has the least squared error of all functions of x (the mean of y given x always does), and its sign
                is right most often.

R²              1 − Σ (p − t)² / Σ (t − t̄)²       the mean square error in units of the spread of the targets
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gradschool.nn.activations.relu import ReLU
from gradschool.nn.activations.tanh import Tanh
from gradschool.nn.initializers import he_normal
from gradschool.nn.layers.batch_norm import BatchNorm
from gradschool.nn.layers.dense import Dense
from gradschool.nn.layers.dropout import Dropout
from gradschool.nn.layers.layer import Layer
from gradschool.nn.optimizers.optimizer import Optimizer
from gradschool.nn.sequential import Sequential
from gradschool.nn.training.batches import batches
from gradschool.nn.training.protocols import Loss
from gradschool.nn.types import Array

__all__ = ["best_guess", "points_network", "r_squared", "train_points"]


def best_guess(X: Array, *, positive: int = 100, negative: int = 40) -> Array:
    """Return the mean of y given x for each row of X (N, 2), of shape (N,): numbers between -1 and 1.

    `positive` points are drawn around (1, 1) and `negative` ones around (-1, -1), with variance 1 in each coordinate.
    """
    guess: Array = np.tanh(X.sum(axis=1) + 0.5 * np.log(positive / negative))
    return guess


def r_squared(prediction: Array, target: Array) -> float:
    """Return R² of predictions (N, 1), or (N,), for targets of either of these shapes: 1 is perfect."""
    p, t = prediction.reshape(-1), target.reshape(-1)
    return float(1 - np.sum((p - t) ** 2) / np.sum((t - t.mean()) ** 2))


def points_network(
    *, outputs: int = 1, dropout: float = 0.0, norm: bool = False, rng: np.random.Generator
) -> Sequential:
    """Return a new network with 2 inputs, 3 hidden ReLU units and `outputs` outputs.

    After the ReLU come BatchNorm, if `norm`, and Dropout at the rate `dropout`, unless that is 0. A single output goes
    through tanh; several are logits. `rng` draws He's normal weights for the hidden units, then Glorot's uniform
    weights for the outputs; in training it draws what is dropped.
    """
    layers: list[Layer] = [Dense(2, 3, init=he_normal, rng=rng), ReLU()]
    if norm:
        layers.append(BatchNorm(3))
    if dropout:
        layers.append(Dropout(dropout, rng=rng))
    layers.append(Dense(3, outputs, rng=rng))
    if outputs == 1:
        layers.append(Tanh())
    return Sequential(*layers)


def train_points(
    model: Layer,
    X: Array,
    target: Array,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    size: int,
    rng: np.random.Generator,
    measure: Callable[[], Mapping[str, float]],
) -> dict[str, list[float]]:
    """Train on batches of `size` examples, and return the history: lists with a number for each epoch, by name.

    "loss" is the mean over the epoch's examples of the loss in training, as the steps met it; then come the values
    that `measure()`, called after each epoch, returns. Every epoch is one call of `batches`, with `rng`.
    """
    history: dict[str, list[float]] = {"loss": []}
    for _ in range(epochs):
        total = 0.0
        for rows, wanted in batches(X, target, size=size, rng=rng):
            total += loss.forward(model.forward(rows, train=True), wanted) * len(rows)
            optimizer.zero_grad()
            model.backward(loss.backward())
            optimizer.step()
        history["loss"].append(total / len(X))
        for name, value in measure().items():
            history.setdefault(name, []).append(value)
    return history
