"""Gradients by finite difference: the judge of every backward pass.

For a function f of an array x and an upstream gradient dy of the shape of f(x), let s(x) = Σ f(x) · dy. Then

∂s/∂xᵢ = (s(x + h eᵢ) − s(x − h eᵢ)) / 2h + O(h²)

and h = 1e-5 balances that O(h²) against rounding, about 1e-16 / h, in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


def numeric_gradient(f: Callable[[Array], Array], x: Array, dy: Array, *, h: float = 1e-5) -> Array:
    """Return the gradient of sum(f(x) * dy) with respect to x, by central differences.

    The work is done in float64, and x is not changed.
    """
    x = np.asarray(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        shift = np.zeros_like(x)
        shift[i] = h
        gradient[i] = np.sum((f(x + shift) - f(x - shift)) * dy) / (2 * h)
    return gradient


def relative_error(a: Array, b: Array) -> float:
    """Return the largest |a - b| / max(1, |a| + |b|) of all entries, 0 if there are none."""
    return float(np.max(np.abs(a - b) / np.maximum(1, np.abs(a) + np.abs(b)), initial=0))


def check_gradient(
    layer: Layer, x: Array, *, rng: np.random.Generator, h: float = 1e-5, train: bool = False
) -> dict[str, float]:
    """Return the relative error of `layer.backward` for "x" and for each parameter by its name.

    The upstream gradient is drawn from `rng`. An array of more than 200 entries is checked at 30 of them. The layer is
    left with its values and buffers, and with gradients of zero; what it draws in training is the same every time. An x
    of indices has no gradient, and is left out. Raise ValueError unless the parameters are float64.
    """
    parameters = layer.named_parameters()
    if any(parameter.value.dtype != np.float64 for parameter in parameters.values()):
        raise ValueError(
            "check_gradient takes float64 parameters, for h is lost in others; layer.astype(float) has them"
        )
    rewind = _rewinder(layer)
    x, indices = _as_numbers(layer, x)
    dy = rng.normal(size=layer.forward(x, train=train).shape)
    layer.zero_grad()
    rewind()
    layer.forward(x, train=train)
    gradients = {"x": layer.backward(dy)}
    gradients |= {name: parameter.grad.copy() for name, parameter in parameters.items()}
    layer.zero_grad()

    arrays = {} if indices else {"x": x}
    arrays |= {name: parameter.value for name, parameter in parameters.items()}
    errors = {}
    for name, array in arrays.items():
        chosen = np.arange(array.size) if array.size <= 200 else rng.choice(array.size, 30, replace=False)
        output = partial(_output, layer, x, array, chosen, train, rewind)
        before = array.copy()
        numeric = numeric_gradient(output, before.flat[chosen], dy, h=h)
        array[...] = before
        errors[name] = relative_error(gradients[name].flat[chosen], numeric)
    rewind()
    return errors


def _as_numbers(layer: Layer, x: Array) -> tuple[Array, bool]:
    """Return a copy of x as float64, or as it is if the layer takes only whole numbers, and whether that is so."""
    if np.issubdtype(x.dtype, np.integer):
        try:
            layer.forward(x.astype(np.float64))
        except ValueError:
            return x.copy(), True
    return x.astype(np.float64), False


def _rewinder(layer: Layer) -> Callable[[], None]:
    """Return what puts the layer's generators and buffers back to where they are now."""
    states = [(generator, generator.bit_generator.state) for generator in layer.generators().values()]
    values = layer.named_parameters()
    buffers = [(array, array.copy()) for name, array in layer.state().items() if name not in values]

    def rewind() -> None:
        for generator, state in states:
            generator.bit_generator.state = state
        for array, before in buffers:
            array[...] = before

    return rewind


def _output(
    layer: Layer,
    x: Array,
    array: Array,
    chosen: npt.NDArray[np.intp],
    train: bool,
    rewind: Callable[[], None],
    entries: Array,
) -> Array:
    """Return the layer's output for `x` with the `chosen` entries of `array`, its x or a parameter's value, set."""
    array.flat[chosen] = entries
    rewind()
    return layer.forward(x, train=train).copy()  # it may be a view of x, which changes
