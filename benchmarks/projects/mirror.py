"""The same network and the same training in PyTorch: equal first weights, equal batches in an equal order.

What differs is what is dropped: each side draws its own masks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from gradschool import nn

torch.set_num_threads(1)

PLAIN = {
    nn.ReLU: torch.nn.ReLU,
    nn.Sigmoid: torch.nn.Sigmoid,
    nn.Tanh: torch.nn.Tanh,
    nn.Flatten: torch.nn.Flatten,
}


def tensor(array: Any) -> Any:
    """Return a tensor of its own with these numbers."""
    return torch.tensor(np.ascontiguousarray(array))


def mirrored(model: nn.Sequential) -> Any:
    """Return the network in PyTorch, with copies of the weights."""
    layers, images = [], False
    for layer in model.layers:
        if isinstance(layer, nn.Dense):
            made = torch.nn.Linear(*layer.W.shape)
            made.weight.data, made.bias.data = tensor(layer.W.value.T), tensor(layer.b.value)
        elif isinstance(layer, nn.Conv2d):
            outputs, inputs, *kernel = layer.W.shape
            top, _, left, _ = layer.window.padding
            made = torch.nn.Conv2d(inputs, outputs, kernel, padding=(top, left))
            made.weight.data, made.bias.data = tensor(layer.W.value), tensor(layer.b.value)
            images = True
        elif isinstance(layer, nn.BatchNorm):
            (features,) = layer.gamma.shape
            made = (torch.nn.BatchNorm2d if images else torch.nn.BatchNorm1d)(
                features, dtype=getattr(torch, str(layer.gamma.value.dtype))
            )
        elif isinstance(layer, nn.MaxPool2d):
            made = torch.nn.MaxPool2d(2)
        elif isinstance(layer, nn.Dropout):
            made = torch.nn.Dropout(layer.rate)
        else:
            made = PLAIN[type(layer)]()
            images = images and not isinstance(layer, nn.Flatten)
        layers.append(made)
    return torch.nn.Sequential(*layers)


def train(
    model: Any,
    X: Any,
    target: Any,
    *,
    loss: Callable[[Any, Any], Any],
    optimizer: Any,
    epochs: int,
    size: int,
    rng: np.random.Generator,
    schedule: Callable[[int], float] | None = None,
) -> None:
    """Train a network of PyTorch's on the batches that `nn.batches` makes with `rng`."""
    step = 0
    model.train()
    X, target = tensor(X), tensor(target)
    for _ in range(epochs):
        for (rows,) in nn.batches(np.arange(len(X)), size=size, rng=rng):
            if schedule is not None:
                for group in optimizer.param_groups:
                    group["lr"] = schedule(step)
            chosen = torch.from_numpy(rows)
            value = loss(model(X[chosen]), target[chosen])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            step += 1
    model.eval()


def outputs(model: Any, X: Any) -> Any:
    """Return what the network of PyTorch's puts out for X, as an array, 1,000 examples at a time."""
    with torch.no_grad():
        return np.concatenate([model(tensor(X[i : i + 1000])).numpy() for i in range(0, len(X), 1000)])


def timed(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, float]:
    """Return what a function returns, and the seconds of processor time that it took."""
    start = time.process_time()
    result = function(*args, **kwargs)
    return result, time.process_time() - start


def spread(values: Any, form: str) -> str:
    """Return the mean, and the smallest and largest if there are several."""
    mean = format(float(np.mean(values)), form)
    if len(values) == 1:
        return mean
    return f"{mean} ({format(min(values), form)} to {format(max(values), form)})"


def line(cells: list[str]) -> str:
    """Return a row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"
