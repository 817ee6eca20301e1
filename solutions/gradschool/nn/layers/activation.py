"""An activation by its name.

Forward      Y = f(X)                f is another layer, found in a table
Backward     dX = that layer's
"""

from __future__ import annotations

from difflib import get_close_matches

from gradschool import nn
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array

ACTIVATIONS = {
    "celu": "CELU",
    "elu": "ELU",
    "gelu": "GELU",
    "hard_shrink": "Hardshrink",
    "hard_sigmoid": "Hardsigmoid",
    "hard_silu": "Hardswish",
    "hard_swish": "Hardswish",
    "hard_tanh": "Hardtanh",
    "leaky_relu": "LeakyReLU",
    "log_sigmoid": "LogSigmoid",
    "log_softmax": "LogSoftmax",
    "mish": "Mish",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "selu": "SELU",
    "sigmoid": "Sigmoid",
    "silu": "SiLU",
    "soft_shrink": "Softshrink",
    "softmax": "Softmax",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "swish": "SiLU",
    "tanh": "Tanh",
    "tanh_shrink": "Tanhshrink",
}
"""The class in `gradschool.nn` of each name; the names are those of Keras. "linear" is none of them."""


class Activation(Layer):
    """An activation that is named ("relu", "tanh", …), or given as a layer or as a class of layers.

    "linear" and None let x through. A named one has the options its class has by default.
    """

    def __init__(self, activation: str | type[Layer] | Layer | None) -> None:
        """Keep the activation as `layer`, None if it is linear; raise ValueError for a name that is not known."""
        self.layer = _made(activation)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the activation's output, of the shape of `x`."""
        return x if self.layer is None else self.layer.forward(x, train=train)

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        return dy if self.layer is None else self.layer.backward(dy)


def _made(activation: str | type[Layer] | Layer | None) -> Layer | None:
    """Return the layer that is meant, None if it is the linear one."""
    if isinstance(activation, str):
        return named(activation)
    if isinstance(activation, type) and issubclass(activation, Layer):
        return activation()
    if activation is None or isinstance(activation, Layer):
        return activation
    raise ValueError(f"Activation takes a name, a layer, a class of layers or None, got {activation!r}")


def named(name: str) -> Layer | None:
    """Return a new layer by its name, None for "linear"; raise ValueError if there is no such name."""
    if name == "linear":
        return None
    if name in ACTIVATIONS:
        layer: Layer = getattr(nn, ACTIVATIONS[name])()
        return layer
    names = sorted([*ACTIVATIONS, "linear"])
    near = get_close_matches(name.lower(), names, n=1)
    question = f"; did you mean {near[0]!r}?" if near else "."
    raise ValueError(f"Activation({name!r}) is not known{question} The names are {', '.join(names)}")
