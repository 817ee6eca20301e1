"""Activations under Keras' names, and the layer of `gradschool.nn` that each is.

`keras.activations.relu` may stand wherever the name "relu" may, and `keras.activations.relu(x)` is its value.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool import nn
from gradschool.nn.keras.described import Described
from gradschool.nn.keras.lookup import find
from gradschool.nn.layers.activation import ACTIVATIONS
from gradschool.nn.types import Array


def _made(kind: str) -> nn.Layer:
    """Return a new layer of `gradschool.nn`, by the name of its class."""
    layer: nn.Layer = getattr(nn, kind)()
    return layer


TABLE: dict[str, Callable[[], nn.Layer | None]] = {
    "linear": lambda: None,
    **{name: partial(_made, kind) for name, kind in ACTIVATIONS.items()},
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
}
"""The activations by name: the library's, but for a leaky ReLU's slope, which is Keras'."""

__all__ = ["TABLE", "Function", "get", *TABLE]


class Function(Described):
    """An activation of the table, as a function."""

    def __init__(self, name: str) -> None:
        """Take the activation called `name`."""
        self.layer = find("activation", name, TABLE)
        self.__name__ = name

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return its value at `x`."""
        layer = self.layer()
        array: Array = np.asarray(x)
        if not np.issubdtype(array.dtype, np.floating):
            array = array.astype(np.float64)
        return array if layer is None else layer.forward(array)


def get(activation: Any) -> nn.Layer | None:
    """Return a layer for a name, a function of this module, or a layer of `gradschool.nn`; None if it is linear."""
    if activation is None:
        return None
    if isinstance(activation, str):
        return find("activation", activation, TABLE)()
    if isinstance(activation, Function):
        return activation.layer()
    if isinstance(activation, type) and issubclass(activation, nn.Layer):
        return activation()
    if isinstance(activation, nn.Layer):
        return copy.deepcopy(activation)  # one object would forget its first x at its second
    name = getattr(activation, "__name__", "")
    advice = f", such as '{name}'" if name in TABLE else ""
    raise ValueError(
        f"an activation is a name{advice}, or a layer with forward and backward, got {activation!r}: "
        "of a function alone the derivative is not known"
    )


def __getattr__(name: str) -> Function:
    """Return the activation called `name`, as a function."""
    if name not in TABLE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(TABLE)}")
    return Function(name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
