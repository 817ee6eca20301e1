"""Recurrent layer: the output of each step is part of the next step's input.

Forward      hₜ = f(zₜ)                                  x (T, N, D)   h₀ (N, H)   h (T, N, H)
             zₜ = xₜ Wx + hₜ₋₁ Wh + b                    Wx (D, H)   Wh (H, H)   b (H,)        t = 1 … T

Backward     dzₜ = f′(zₜ) ⊙ (dYₜ + dzₜ₊₁ Whᵀ)            (N, H), from the last step to the first; dz_T has dh_T instead
             dWx = Σₜ xₜᵀ dzₜ       dX = dz Wxᵀ
             dWh = Σₜ hₜ₋₁ᵀ dzₜ     dh₀ = dz₁ Whᵀ
             db = Σₜₙ dzₜₙ

f is tanh, with f′(z) = 1 − h², or ReLU, with f′(z) = 1 where h > 0 and else 0.

Elman (1990), Cognitive Science 14, doi:10.1207/s15516709cog1402_1; backpropagation through time: Werbos (1990),
Proc. IEEE 78, doi:10.1109/5.58337; orthogonal Wh: Saxe, McClelland & Ganguli (2014), arXiv:1312.6120.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from gradschool.nn.initializers import glorot_uniform
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.recurrent import ACTIVATIONS, ORTHOGONAL, at_every_step, require_sequence, state_or_zeros
from gradschool.nn.layers.sizes import require_sizes
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array


class RNN(Layer):
    """Each step's output is f of a weighted sum of that step's input and of the output of the step before.

    `Wx`, of shape (inputs, hidden), starts as `init` draws it, and `Wh`, of shape (hidden, hidden), as `init_hidden`.
    `b`, of shape (hidden,), starts at zero and does not decay.

    After `forward`, `final_state`, of shape (N, hidden), is the output of the last step. After `backward`, `dstate` is
    the gradient with respect to the state before the first step.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        *,
        activation: Literal["tanh", "relu"] = "tanh",
        last: bool = False,
        init: Callable[..., Array] = glorot_uniform,
        init_hidden: Callable[..., Array] = ORTHOGONAL,
        rng: np.random.Generator,
    ) -> None:
        """Make Wx, Wh and b; the output is that of all steps or, if `last`, that of the last one."""
        require_sizes("RNN", inputs, hidden)
        if activation not in ACTIVATIONS:
            raise ValueError(f"RNN takes the activation {' or '.join(map(repr, ACTIVATIONS))}, got {activation!r}")
        self.activation, self.last = activation, last
        self.Wx = Parameter(init((inputs, hidden), rng=rng))
        self.Wh = Parameter(init_hidden((hidden, hidden), rng=rng))
        self.b = Parameter(np.zeros(hidden), decay=False)

    def forward(self, x: Array, *, state: npt.ArrayLike | None = None, train: bool = False) -> Array:
        """Return the output, of shape (T, N, hidden), or (N, hidden) if `last`, for `x` of shape (T, N, inputs).

        `state`, of shape (N, hidden), is the output before the first step; zeros if there is none.
        """
        require_sequence(self, x)
        f, _ = ACTIVATIONS[self.activation]
        Wx, Wh, b = self.Wx.value, self.Wh.value, self.b.value
        h = np.empty((len(x) + 1, x.shape[1], len(b)), np.result_type(x, Wx))
        h[0] = state_or_zeros(self, state, h[0])
        h[1:] = x @ Wx  # the part of x, of all steps at once
        h[1:] += b
        for t in range(len(x)):
            z = h[t + 1]
            z += h[t] @ Wh
            f(z, out=z)
        self._x, self._h = x, h
        self.final_state = h[-1].copy()
        return h[-1].copy() if self.last else h[1:].copy()

    def backward(self, dy: Array, *, dstate: npt.ArrayLike | None = None) -> Array:
        """Return dX of shape (T, N, inputs); add dWx, dWh and db to the gradients.

        `dstate`, of shape (N, hidden), is the gradient with respect to `final_state`; zeros if there is none.
        """
        dz = self.backward_through_time(dy, dstate)
        return dz @ self.Wx.value.T

    def backward_through_time(self, dy: Array, dstate: npt.ArrayLike | None = None) -> Array:
        """Return the gradient with respect to each step's sum before f, (T, N, hidden); add dWx, dWh and db."""
        x, h = self._x, self._h
        _, slope = ACTIVATIONS[self.activation]
        dys, dh = at_every_step(dy, len(x), last=self.last), state_or_zeros(self, dstate, h[0])
        Wh_T = self.Wh.value.T.copy()  # in one piece, which BLAS multiplies faster
        dz = slope(h[1:])
        for t in reversed(range(len(x))):
            dz_t = dz[t]
            dz_t *= dys[t] + dh
            dh = dz_t @ Wh_T
        self.dstate = dh
        rows = dz.reshape(-1, dz.shape[-1])  # (T N, hidden): the sums over steps and examples are products
        self.Wx.grad += x.reshape(-1, x.shape[-1]).T @ rows
        self.Wh.grad += h[:-1].reshape(rows.shape).T @ rows
        self.b.grad += rows.sum(axis=0)
        return dz

    def accumulate(self, dy: Array, *, dstate: npt.ArrayLike | None = None) -> None:
        """Add dWx, dWh and db to the gradients."""
        self.backward_through_time(dy, dstate)
