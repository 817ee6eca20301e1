"""The base class of every layer.

A layer is a function with memory: `forward` keeps what `backward` needs. Between them they promise three things.

- `backward(dy)` belongs to the last `forward`, and returns the gradient with respect to that `x`.
- It *adds* to the gradient of each parameter, so that several passes can be summed; `zero_grad` starts again.
- Neither changes its argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
import numpy.typing as npt

from gradschool.nn.parameter import Parameter
from gradschool.nn.state import require_state
from gradschool.nn.types import Array

Found = TypeVar("Found")


class Layer:
    """What every layer can do; a layer of your own defines `forward` and `backward`.

    Parameters, generators and layers inside are found where they are attributes, or stand in a list, a tuple or a dict
    that is one.
    """

    buffers: ClassVar[tuple[str, ...]] = ()
    """The names of the arrays that the layer keeps from batch to batch and that no gradient changes."""

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the layer's output for the batch `x`."""
        raise NotImplementedError(f"{type(self).__name__} has no forward yet")

    def backward(self, dy: Array) -> Array:
        """Return the gradient with respect to `x`; add to the gradients of the parameters."""
        raise NotImplementedError(f"{type(self).__name__} has no backward yet")

    def accumulate(self, dy: Array) -> None:
        """Add to the gradients of the parameters, and no more: the first layer of a network has no use for dX."""
        self.backward(dy)

    def __call__(self, x: Array, *, train: bool = False) -> Array:
        """Return `forward(x)`."""
        return self.forward(x, train=train)

    def named_parameters(self) -> dict[str, Parameter]:
        """Return the parameters by name (`W`, or `layers.0.W` for those of a layer inside this one), each once."""
        return _once(_walk(self, Parameter))

    def parameters(self) -> list[Parameter]:
        """Return the parameters, in the order in which the layer made them."""
        return list(self.named_parameters().values())

    def named_layers(self) -> dict[str, Layer]:
        """Return the layers inside this one by name (`layers.0`), each once and before those inside it."""
        return _once(_walk(self, Layer))

    def generators(self) -> dict[str, np.random.Generator]:
        """Return the generators of random numbers that the layer draws from in training, by name, each once."""
        return _once(_walk(self, np.random.Generator))

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """Convert the parameters, their gradients and the buffers to `dtype`, and return the layer."""
        for parameter in self.parameters():
            parameter.value = parameter.value.astype(dtype)
            parameter.grad = parameter.grad.astype(dtype)
        for _, layer in self._with_buffers():
            for buffer in layer.buffers:
                setattr(layer, buffer, getattr(layer, buffer).astype(dtype))
        return self

    def state(self) -> dict[str, Array]:
        """Return all that the layer has learnt by name: the values of its parameters, and its buffers. No copies."""
        values = {name: parameter.value for name, parameter in self.named_parameters().items()}
        for name, layer in self._with_buffers():
            values |= {f"{name}{buffer}": getattr(layer, buffer) for buffer in layer.buffers}
        return values

    def load_state(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Copy `state` into the layer; raise ValueError, and change nothing, unless names and shapes are its own."""
        own = self.state()
        require_state(state, own, kind="network", name="network")
        for name, array in own.items():
            array[...] = state[name]

    def __repr__(self) -> str:
        """Return the layer with the shapes of its own parameters, and the layers inside it, a line each."""
        own = ", ".join(f"{name} {child.shape}" for name, child in vars(self).items() if isinstance(child, Parameter))
        lines = [f"{type(self).__name__}({own})"]
        lines += [f"  {name}: {layer!r}".replace("\n", "\n  ") for name, layer in _inner(self)]
        return "\n".join(lines)

    def _with_buffers(self) -> Iterator[tuple[str, Layer]]:
        """Yield this layer and those inside it that have buffers, with the prefix of their buffers' names."""
        for name, layer in {"": self, **{f"{name}.": layer for name, layer in self.named_layers().items()}}.items():
            if layer.buffers:
                yield name, layer


def _walk(node: Any, kind: type[Found], seen: frozenset[int] = frozenset()) -> Iterator[tuple[str, Found]]:
    """Yield all of one kind under a layer, or under a list or dict of layers, with their dotted names."""
    children = vars(node) if isinstance(node, Layer) else node
    for name, child in children.items() if isinstance(children, dict) else enumerate(children):
        if isinstance(child, kind):
            yield str(name), child
        if isinstance(child, Layer | list | tuple | dict) and id(child) not in seen:  # a layer may know its parent
            for inner, found in _walk(child, kind, seen | {id(node)}):
                yield f"{name}.{inner}", found


def _inner(layer: Layer) -> Iterator[tuple[str, Layer]]:
    """Yield the layers directly inside of `layer`, with their names."""
    found = layer.named_layers()
    for name, one in found.items():
        if not any(name.startswith(f"{other}.") for other in found):
            yield name, one


def _once(found: Iterator[tuple[str, Found]]) -> dict[str, Found]:
    """Return what was found by name, each object under the first of its names."""
    kept: dict[int, tuple[str, Found]] = {}
    for name, one in found:
        kept.setdefault(id(one), (name, one))
    return dict(kept.values())
