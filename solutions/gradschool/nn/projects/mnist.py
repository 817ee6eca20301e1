"""Handwritten digits, four ways: from bare formulas, by squared error, with dropout, and by convolution.

Two layers      Z = X W₁ + b₁      H = max(0, Z)      A = H W₂ + b₂      P = softmax(A)
                L = −1/N · Σₙ log Pₙ,y(n)

Backwards       dA = (P − T) / N          T is 1 at the true class, else 0
                dW₂ = Hᵀ dA      db₂ = Σₙ dAₙ
                dZ = dA W₂ᵀ · [Z > 0]
                dW₁ = Xᵀ dZ      db₁ = Σₙ dZₙ

At the output   squared error after a sigmoid, S = σ(A):   dA = 2/(N C) · (S − T) S (1 − S)
                cross-entropy after a softmax:             dA = 1/N · (P − T)

LeCun, Bottou, Bengio & Haffner (1998), Proceedings of the IEEE 86(11), doi:10.1109/5.726791: the data, and results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from gradschool.nn.activations.relu import ReLU
from gradschool.nn.initializers import he_normal
from gradschool.nn.layers.batch_norm import BatchNorm
from gradschool.nn.layers.conv2d import Conv2d
from gradschool.nn.layers.dense import Dense
from gradschool.nn.layers.dropout import Dropout
from gradschool.nn.layers.flatten import Flatten
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.max_pool2d import MaxPool2d
from gradschool.nn.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from gradschool.nn.optimizers.adam import Adam
from gradschool.nn.schedules.one_cycle import OneCycleLR
from gradschool.nn.sequential import Sequential
from gradschool.nn.training.batches import batches
from gradschool.nn.types import Array

__all__ = ["cnn", "dense_network", "loss_and_gradients", "output_gradients", "train_one_cycle", "train_two_layers"]

Labels = npt.NDArray[np.int64]
Four = tuple[Array, Array, Array, Array]


def loss_and_gradients(X: Array, y: Labels, W1: Array, b1: Array, W2: Array, b2: Array) -> tuple[float, Four]:
    """Return the mean cross-entropy of a network of two layers, and its gradients dW1, db1, dW2, db2.

    X is (N, D), y (N,) labels, W1 (D, H), b1 (H,), W2 (H, C), b2 (C,): ReLU between the layers, softmax at the end.
    """
    rows = np.arange(len(X))
    Z = X @ W1 + b1
    H = np.maximum(0, Z)
    A = H @ W2 + b2
    A -= A.max(axis=1, keepdims=True)
    log_P = A - np.log(np.exp(A).sum(axis=1, keepdims=True))
    loss = -float(log_P[rows, y].mean())
    dA = np.exp(log_P)
    dA[rows, y] -= 1
    dA /= len(X)
    dZ = dA @ W2.T * (Z > 0)
    return loss, (X.T @ dZ, dZ.sum(axis=0), H.T @ dA, dA.sum(axis=0))


def train_two_layers(
    X: Array,
    y: Labels,
    *,
    hidden: int,
    classes: int = 10,
    epochs: int,
    size: int,
    rate: float,
    rng: np.random.Generator,
) -> Four:
    """Return W1, b1, W2, b2 of a network of two layers after `epochs` epochs of gradient descent on batches of `size`.

    X is (N, D); the weights have its dtype. They start as normal numbers from `rng`, first W1 (D, hidden), then
    W2 (hidden, classes), each times √(2 / its rows), and the biases at zero. Each epoch draws one permutation.
    """
    start = [rng.normal(size=shape) * np.sqrt(2 / shape[0]) for shape in ((X.shape[1], hidden), (hidden, classes))]
    W1, W2 = (W.astype(X.dtype) for W in start)
    b1, b2 = np.zeros(hidden, X.dtype), np.zeros(classes, X.dtype)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for first in range(0, len(X), size):
            batch = order[first : first + size]
            _, gradients = loss_and_gradients(X[batch], y[batch], W1, b1, W2, b2)
            for value, gradient in zip((W1, b1, W2, b2), gradients, strict=True):
                value -= rate * gradient
    return W1, b1, W2, b2


def output_gradients(A: Array, y: Labels) -> tuple[Array, Array]:
    """Return the gradients with respect to A of two losses, each of the shape (N, C) of A, for labels y (N,).

    The first is that of the squared error between the sigmoid of A and the one-hot labels, a mean over all N C
    entries; the second that of the cross-entropy between the softmax of A and the labels, a mean over the N examples.
    """
    T = np.zeros(A.shape)
    T[np.arange(len(A)), y] = 1
    S = 1 / (1 + np.exp(-A))
    P = np.exp(A - A.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    return 2 * (S - T) * S * (1 - S) / A.size, (P - T) / len(A)


def dense_network(
    sizes: Sequence[int],
    *,
    activation: Callable[[], Layer],
    init: Callable[..., Array],
    dropout: float = 0.0,
    squash: bool = False,
    rng: np.random.Generator,
) -> Sequential:
    """Return a new network of Dense layers of these sizes, (784, 16, 16, 10) for instance: inputs first.

    `activation()` makes what follows each layer but the last, and the last too if `squash`. Dropout at the rate
    `dropout`, unless that is 0, follows the activation of each hidden layer. `init` and `rng` draw the weights of all
    layers, from the first to the last.
    """
    layers: list[Layer] = []
    for inputs, outputs in pairwise(sizes[:-1]):
        layers += [Dense(inputs, outputs, init=init, rng=rng), activation()]
        if dropout:
            layers.append(Dropout(dropout, rng=rng))
    layers.append(Dense(sizes[-2], sizes[-1], init=init, rng=rng))
    if squash:
        layers.append(activation())
    return Sequential(*layers)


def cnn(side: int, *, channels: tuple[int, int] = (16, 32), rng: np.random.Generator) -> Sequential:
    """Return a new convolutional network for images (N, 1, side, side), with 10 logits; `side` is a multiple of 4.

    There are two stages with `channels` filters: a convolution with kernel 3 and padding 1, its weights He's normal
    ones, the maximum of 2 by 2, BatchNorm, ReLU. Then come Flatten, Dropout at 0.25, and Dense with its usual weights.
    """
    layers: list[Layer] = []
    for inputs, outputs in zip((1, channels[0]), channels, strict=True):
        convolution = Conv2d(inputs, outputs, 3, padding=1, init=he_normal, rng=rng)
        layers += [convolution, MaxPool2d(2), BatchNorm(outputs), ReLU()]
    features = channels[1] * (side // 4) ** 2
    return Sequential(*layers, Flatten(), Dropout(0.25, rng=rng), Dense(features, 10, rng=rng))


def train_one_cycle(
    model: Layer, X: Array, y: Labels, *, epochs: int, size: int, maximum: float, rng: np.random.Generator
) -> list[float]:
    """Train by Adam for one cycle of the learning rate, up to `maximum` and down again, and return the epochs' losses.

    The cycle is a `OneCycleLR` of as many steps as the training has. The loss is the mean cross-entropy over the
    epoch's examples, as the steps met it. Every epoch is one call of `batches`, with `rng`.
    """
    steps = epochs * -(-len(X) // size)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters(), OneCycleLR(maximum, steps))
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows, labels in batches(X, y, size=size, rng=rng):
            total += loss.forward(model.forward(rows, train=True), labels) * len(rows)
            optimizer.zero_grad()
            model.accumulate(loss.backward())
            optimizer.step()
        losses.append(total / len(X))
    return losses
