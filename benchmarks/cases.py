"""What is timed: each case gives one step of ours and the same step of PyTorch, float32, on the same arrays.

A step is what training does: the forward pass, the loss, the gradients set to zero, the backward pass, the optimizer.
A case of a single layer is its forward and its backward pass; the gradient with respect to x is part of it where the
case says so, on both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradschool import nn

Step = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """A step to time, at a batch size that can be scaled."""

    what: str
    batch: int
    at_most: float | None
    """The ratio to PyTorch's time that we mean to keep; None where none was set."""
    ours: Callable[[int], Step]
    theirs: Callable[[int], Step]


def arrays(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Return normal arrays in float32 of these shapes, the same each time."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


def our_training(model: nn.Layer, x: np.ndarray, classes: int) -> Step:
    """Return a training step of ours."""
    model.astype(np.float32)
    labels = np.random.default_rng(1).integers(classes, size=x.shape[0])
    loss, optimizer = nn.SoftmaxCrossEntropy(), nn.Adam(model.parameters(), 1e-3)

    def step() -> None:
        loss.forward(model.forward(x, train=True), labels)
        optimizer.zero_grad()
        model.accumulate(loss.backward())
        optimizer.step()

    return step


def their_training(model: Any, x: np.ndarray, classes: int) -> Step:
    """Return the same training step of PyTorch's."""
    import torch

    inputs = torch.tensor(x)
    labels = torch.tensor(np.random.default_rng(1).integers(classes, size=x.shape[0]))
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)

    def step() -> None:
        value = torch.nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()

    return step


def our_passes(layer: nn.Layer, x: np.ndarray, *, dx: bool) -> Step:
    """Return the forward and the backward pass of a layer of ours."""
    layer.astype(np.float32)
    dy = arrays(layer.forward(x, train=True).shape)[0]

    def step() -> None:
        layer.forward(x, train=True)
        layer.zero_grad()
        (layer.backward if dx else layer.accumulate)(dy)

    return step


def their_passes(layer: Any, x: np.ndarray, *, dx: bool) -> Step:
    """Return the same passes of a layer of PyTorch's."""
    import torch

    inputs = torch.tensor(x, requires_grad=dx)

    def output() -> Any:
        y = layer(inputs)
        return y[0] if isinstance(y, tuple) else y

    dy = torch.tensor(arrays(tuple(output().shape))[0])

    def step() -> None:
        inputs.grad = None
        y = output()
        layer.zero_grad()
        y.backward(dy)

    return step


def our_mlp(n: int) -> Step:
    """Return a step of the network that Keras' first example trains."""
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Dense(784, 128, rng=rng), nn.ReLU(), nn.Dropout(0.2, rng=rng), nn.Dense(128, 10, rng=rng))
    return our_training(model, *arrays((n, 784)), classes=10)


def their_mlp(n: int) -> Step:
    """Return the same step in PyTorch."""
    from torch.nn import Dropout, Linear, ReLU, Sequential

    model = Sequential(Linear(784, 128), ReLU(), Dropout(0.2), Linear(128, 10))
    return their_training(model, *arrays((n, 784)), classes=10)


def our_lenet(n: int) -> Step:
    """Return a step of LeNet-5 with maxima and ReLU."""
    rng = np.random.default_rng(0)
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dense(400, 120, rng=rng),
        nn.ReLU(),
        nn.Dense(120, 84, rng=rng),
        nn.ReLU(),
        nn.Dense(84, 10, rng=rng),
    )
    return our_training(model, *arrays((n, 1, 28, 28)), classes=10)


def their_lenet(n: int) -> Step:
    """Return the same step in PyTorch."""
    from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

    model = Sequential(
        *(Conv2d(1, 6, 5, padding=2), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2)),
        *(Flatten(), Linear(400, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 10)),
    )
    return their_training(model, *arrays((n, 1, 28, 28)), classes=10)


def _torch(name: str, *args: Any, **options: Any) -> Any:
    import torch

    return getattr(torch.nn, name)(*args, **options)


def layer_case(
    what: str,
    batch: int,
    at_most: float | None,
    ours: Callable[[np.random.Generator], nn.Layer],
    theirs: tuple[Any, ...],
    shape: Callable[[int], tuple[int, ...]],
    *,
    dx: bool = True,
    options: dict[str, Any] | None = None,
) -> Case:
    """Return the case of one layer: ours, and PyTorch's by name and arguments, on x of `shape(N)`."""
    return Case(
        what,
        batch,
        at_most,
        lambda n: our_passes(ours(np.random.default_rng(0)), *arrays(shape(n)), dx=dx),
        lambda n: their_passes(_torch(*theirs, **(options or {})), *arrays(shape(n)), dx=dx),
    )


CASES = {
    "mlp": Case("training step, MLP 784-128-10, ReLU, dropout, Adam, N = 128", 128, 0.8, our_mlp, their_mlp),
    "lenet": Case("training step, LeNet on 28x28, Adam, N = 64", 64, 1.5, our_lenet, their_lenet),
    "conv2d": layer_case(
        "Conv2d, (32, 32, 32, 32) to 32 channels, 3x3, padding 1, with dX",
        32,
        3.0,
        lambda rng: nn.Conv2d(32, 32, 3, padding=1, rng=rng),
        ("Conv2d", 32, 32, 3),
        lambda n: (n, 32, 32, 32),
        options={"padding": 1},
    ),
    "rnn": layer_case(
        "RNN, T = 50, N = 64, 32 to 64",
        64,
        0.6,
        lambda rng: nn.RNN(32, 64, rng=rng),
        ("RNN", 32, 64),
        lambda n: (50, n, 32),
        dx=False,
    ),
    "lstm": layer_case(
        "LSTM, T = 50, N = 64, 32 to 64",
        64,
        1.0,
        lambda rng: nn.LSTM(32, 64, rng=rng),
        ("LSTM", 32, 64),
        lambda n: (50, n, 32),
        dx=False,
    ),
    "gru": layer_case(
        "GRU, T = 50, N = 64, 32 to 64",
        64,
        None,
        lambda rng: nn.GRU(32, 64, rng=rng),
        ("GRU", 32, 64),
        lambda n: (50, n, 32),
        dx=False,
    ),
    "batch_norm": layer_case(
        "BatchNorm, (128, 256), with dX",
        128,
        1.0,
        lambda rng: nn.BatchNorm(256),
        ("BatchNorm1d", 256),
        lambda n: (n, 256),
    ),
    "max_pool2d": layer_case(
        "MaxPool2d 2x2, (64, 8, 28, 28), with dX",
        64,
        1.0,
        lambda rng: nn.MaxPool2d(2),
        ("MaxPool2d", 2),
        lambda n: (n, 8, 28, 28),
    ),
    "batch_norm_images": layer_case(
        "BatchNorm, (32, 16, 28, 28), with dX",
        32,
        None,
        lambda rng: nn.BatchNorm(16),
        ("BatchNorm2d", 16),
        lambda n: (n, 16, 28, 28),
    ),
    "layer_norm": layer_case(
        "LayerNorm, (128, 256), with dX",
        128,
        None,
        lambda rng: nn.LayerNorm(256),
        ("LayerNorm", 256),
        lambda n: (n, 256),
    ),
}
