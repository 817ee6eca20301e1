"""The base class of every layer.

A layer is a function with memory: `forward` keeps what `backward` needs. Between them they promise three things.

- `backward(dy)` belongs to the last `forward`, and returns the gradient with respect to that `x`.
- It *adds* to the gradient of each parameter, so that several passes can be summed; `zero_grad` starts again.
- Neither changes its argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy.typing as npt

from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array


class Layer:
    """What every layer can do; a layer of its own defines `forward` and `backward`."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the layer's output for the batch `x`."""
        raise NotImplementedError(f"{type(self).__name__} has no forward yet")

    def backward(self, dy: Array) -> Array:
        """Return the gradient with respect to `x`; add to the gradients of the parameters."""
        raise NotImplementedError(f"{type(self).__name__} has no backward yet")

    def __call__(self, x: Array, *, train: bool = False) -> Array:
        """Return `forward(x)`."""
        return self.forward(x, train=train)

    def named_parameters(self) -> dict[str, Parameter]:
        """Return the parameters by name (`W`, or `layers.0.W` for those of a layer inside this one), each once."""
        found: dict[str, Parameter] = {}
        for name, parameter in _walk(self):
            if not any(parameter is other for other in found.values()):
                found[name] = parameter
        return found

    def parameters(self) -> list[Parameter]:
        """Return the parameters, in the order in which the layer made them."""
        return list(self.named_parameters().values())

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def astype(self, dtype: npt.DTypeLike) -> Layer:
        """Convert the parameters and their gradients to `dtype`, and return the layer."""
        for parameter in self.parameters():
            parameter.value = parameter.value.astype(dtype)
            parameter.grad = parameter.grad.astype(dtype)
        return self


def _walk(node: Any) -> Iterator[tuple[str, Parameter]]:
    """Yield the parameters under a layer, or under a list of layers, with their dotted names."""
    children = vars(node).items() if isinstance(node, Layer) else enumerate(node)
    for name, child in children:
        if isinstance(child, Parameter):
            yield str(name), child
        elif isinstance(child, Layer | list | tuple):
            for inner, parameter in _walk(child):
                yield f"{name}.{inner}", parameter
