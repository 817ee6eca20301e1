"""A recurrent network of tanh, step by step: each function as it is derived, and none in a hurry.

rnn_step              hₜ = tanh zₜ          zₜ = xₜ Wx + hₜ₋₁ Wh + b
rnn_step_backward     dzₜ = dhₜ ⊙ (1 − hₜ²)      dxₜ = dzₜ Wxᵀ      dWx = xₜᵀ dzₜ      db = Σₙ dzₜₙ
                                               dhₜ₋₁ = dzₜ Whᵀ    dWh = hₜ₋₁ᵀ dzₜ
unroll                h₀ … h_T, each from the one before
state_gradients       dhₜ = dYₜ + dzₜ₊₁ Whᵀ,   from the last step to the first; dh_T = dY_T, dh₀ = dz₁ Whᵀ

x (N, D), or (T, N, D) where all steps are meant   h (N, H)   Wx (D, H)   Wh (H, H)   b (H,)

`gradschool.nn.layers.rnn` computes the same with one product for all steps wherever no step waits for another; tests
compare it with these.

Elman (1990), Cognitive Science 14, doi:10.1207/s15516709cog1402_1; backpropagation through time: Werbos (1990),
Proc. IEEE 78, doi:10.1109/5.58337.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.types import Array


def rnn_step(x: Array, before: Array, Wx: Array, Wh: Array, b: Array) -> Array:
    """Return the state after one step, (N, H), from the step's input (N, D) and the state before it (N, H)."""
    return np.tanh(x @ Wx + before @ Wh + b)


def unroll(x: Array, h0: Array, Wx: Array, Wh: Array, b: Array) -> Array:
    """Return all states, (T + 1, N, H): the first is h0, and entry t is the state after t steps of x (T, N, D)."""
    h = np.empty((len(x) + 1, *h0.shape), np.result_type(x, Wx))
    h[0] = h0
    for t in range(len(x)):
        h[t + 1] = rnn_step(x[t], h[t], Wx, Wh, b)
    return h


def rnn_step_backward(
    dafter: Array, x: Array, before: Array, after: Array, Wx: Array, Wh: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Return dx (N, D), dbefore (N, H), dWx (D, H), dWh (H, H) and db (H,) of one step.

    `dafter` (N, H) is the gradient with respect to `after`, the state that the step made of `x` and `before`.
    """
    dz = dafter * (1 - after**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, before.T @ dz, dz.sum(axis=0)


def state_gradients(dy: Array, h: Array, Wh: Array) -> Array:
    """Return the gradient with respect to every state, (T + 1, N, H), for the states `h` that `unroll` returned.

    `dy` (T, N, H) is what the loss itself asks of the states 1 to T, before anything has come back through time.
    """
    dh = np.zeros_like(h)
    dh[1:] = dy
    for t in reversed(range(len(dy))):
        dz = dh[t + 1] * (1 - h[t + 1] ** 2)
        dh[t] += dz @ Wh.T
    return dh
