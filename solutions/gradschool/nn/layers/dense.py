"""Dense (fully connected) layer.

Forward      Y = X W + b       X (N, D)   W (D, M)   b (M,)   Y (N, M)

Backward     dX = dY Wᵀ        (N, D)
             dW = Xᵀ dY        (D, M)
             db = Σₙ dYₙ       (M,)

Rumelhart, Hinton & Williams (1986), Nature 323, doi:10.1038/323533a0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradschool.nn.initializers import glorot_uniform
from gradschool.nn.layers.layer import Layer
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array


class Dense(Layer):
    """Every output is a weighted sum of every input, plus a bias.

    `W`, of shape (inputs, outputs), starts as `init` draws it.
    `b`, of shape (outputs,), starts at zero and does not decay.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        init: Callable[..., Array] = glorot_uniform,
        rng: np.random.Generator,
    ) -> None:
        """Make W and b for `inputs` features and `outputs` units."""
        self.W = Parameter(init((inputs, outputs), rng=rng))
        self.b = Parameter(np.zeros(outputs), decay=False)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of shape (N, outputs), for `x` of shape (N, inputs)."""
        self.require_shape(x)
        self._x = x
        return x @ self.W.value + self.b.value

    def backward(self, dy: Array) -> Array:
        """Return dX of shape (N, inputs); add dW and db to the gradients."""
        x = self._x
        self.W.grad += x.T @ dy
        self.b.grad += dy.sum(axis=0)
        return dy @ self.W.value.T

    def accumulate(self, dy: Array) -> None:
        """Add dW and db to the gradients."""
        x = self._x
        self.W.grad += x.T @ dy
        self.b.grad += dy.sum(axis=0)

    def require_shape(self, x: Array) -> None:
        """Raise ValueError unless `x` is of shape (N, inputs)."""
        inputs, outputs = self.W.shape
        if x.ndim == 2 and x.shape[1] == inputs:
            return
        advice = "; put Flatten() before it if x is an image" if x.ndim > 2 else ""
        if x.ndim == 3 and x.shape[2] == inputs:
            advice = "; TimeDistributed(Dense(...)) is for sequences"
        if x.ndim == 1:
            advice = "; x[None] is a batch of one"
        raise ValueError(f"Dense({inputs}, {outputs}) takes x of shape (N, {inputs}), got {x.shape}{advice}")
