"""GRU: two gates, one that resets what a step sees of the state, and one that says how much of the state stays.

Forward      r, z = σ(aᵣ), σ(a_z)        x (T, N, D)   h₀ (N, H)   h (T, N, H)
             m = hₜ₋₁ Whₙ + b_h          Wx (D, 3H)   Wh (H, 3H)   b (3H,)    in the order r, z, n;   b_h (H,)
             n = tanh(aₙ + r ⊙ m)        aᵣ = xₜ Wxᵣ + hₜ₋₁ Whᵣ + bᵣ, and so a_z;   aₙ = xₜ Wxₙ + bₙ
             hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁

Backward     dh = dYₜ + dhₜ₊₁ ⊙ zₜ₊₁ + daᵣ Whᵣᵀ + da_z Wh_zᵀ + dm Whₙᵀ      (the last three of step t + 1)
             daₙ = dh ⊙ (1 − z) ⊙ (1 − n²)        da_z = dh ⊙ (hₜ₋₁ − n) ⊙ z ⊙ (1 − z)
             dm = daₙ ⊙ r                         daᵣ = daₙ ⊙ m ⊙ r ⊙ (1 − r)
             dWx = Σₜ xₜᵀ [daᵣ da_z daₙ]   db = Σₜₙ [daᵣ da_z daₙ]   dX = [daᵣ da_z daₙ] Wxᵀ
             dWh = Σₜ hₜ₋₁ᵀ [daᵣ da_z dm]   db_h = Σₜₙ dm

Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk & Bengio (2014), EMNLP, arXiv:1406.1078. This is PyTorch's
variant: it resets after the product, r ⊙ (h Wh), where the paper resets before it, (r ⊙ h) Wh. PyTorch's second biases
of r and z are added to the first here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gradschool.nn.initializers import glorot_uniform
from gradschool.nn.layers.gates import Products, by_gate, in_blocks, in_rows, joined, squash, transposed
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.recurrent import ORTHOGONAL, at_every_step, require_sequence, state_or_zeros
from gradschool.nn.layers.sizes import require_sizes
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array

OF_X = [0, 1, 3]
"""The gates are computed in blocks r, z, m, n, of which these have weights for x: r, z, n."""


class GRU(Layer):
    """Each step's output is a mixture of the one before and of a candidate, in proportions that a gate decides.

    `Wx`, of shape (inputs, 3 hidden), starts as `init` draws it, gate by gate in the order r, z, n, and `Wh`, of shape
    (hidden, 3 hidden), as `init_hidden`. `b`, of shape (3 hidden,), and `b_h`, of shape (hidden,), the bias that the
    reset gate multiplies, start at zero and do not decay.

    After `forward`, `final_state`, of shape (N, hidden), is the output of the last step. After `backward`, `dstate` is
    the gradient with respect to the state before the first step.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        *,
        last: bool = False,
        init: Callable[..., Array] = glorot_uniform,
        init_hidden: Callable[..., Array] = ORTHOGONAL,
        rng: np.random.Generator,
    ) -> None:
        """Make Wx, Wh, b and b_h; the output is that of all steps or, if `last`, that of the last one."""
        require_sizes("GRU", inputs, hidden)
        self.last = last
        self.Wx = Parameter(by_gate(init, inputs, hidden, 3, rng=rng))
        self.Wh = Parameter(by_gate(init_hidden, hidden, hidden, 3, rng=rng))
        self.b = Parameter(np.zeros(3 * hidden), decay=False)
        self.b_h = Parameter(np.zeros(hidden), decay=False)

    def forward(self, x: Array, *, state: npt.ArrayLike | None = None, train: bool = False) -> Array:
        """Return the output, of shape (T, N, hidden), or (N, hidden) if `last`, for `x` of shape (T, N, inputs).

        `state`, of shape (N, hidden), is the output before the first step; zeros if there is none.
        """
        require_sequence(self, x)
        (steps, examples, _), hidden = x.shape, self.Wh.shape[0]
        gates = np.empty((steps, 4, examples, hidden), np.result_type(x, self.Wx.value))
        h = np.empty((steps + 1, examples, hidden), gates.dtype)
        h[0] = state_or_zeros(self, state, h[0])
        xh, W = joined(x, h[0]), self._blocks()
        W[:2] /= 2  # as squash wants them
        for t in range(steps):
            r, z, m, n = np.matmul(xh[t], W, out=gates[t])
            squash(gates[t, :2])
            n += r * m
            np.tanh(n, out=n)
            after = np.subtract(h[t], n, out=h[t + 1])
            after *= z
            after += n
            xh[t + 1, :, -hidden - 1 : -1] = after
        self._xh, self._gates = xh, gates
        self.final_state = h[-1].copy()
        return h[-1].copy() if self.last else h[1:]

    def backward(self, dy: Array, *, dstate: npt.ArrayLike | None = None) -> Array:
        """Return dX of shape (T, N, inputs); add dWx, dWh, db and db_h to the gradients.

        `dstate`, of shape (N, hidden), is the gradient with respect to `final_state`; zeros if there is none.
        """
        steps, _, examples, _ = self._gates.shape
        dx = np.empty((steps, examples, self.Wx.shape[0]), self._gates.dtype)
        self._through_time(dy, dstate, dx)
        return dx

    def accumulate(self, dy: Array, *, dstate: npt.ArrayLike | None = None) -> None:
        """Add dWx, dWh, db and db_h to the gradients."""
        self._through_time(dy, dstate, None)

    def _through_time(self, dy: Array, dstate: npt.ArrayLike | None, dx: Array | None) -> None:
        """Add to the gradients and write `dx`, if there is one, from the last step to the first."""
        xh, gates = self._xh, self._gates
        dys, dh = at_every_step(dy, len(gates), last=self.last), state_or_zeros(self, dstate, gates[0, 0])
        W, inputs = self._blocks(), self.Wx.shape[0]
        Wx_T, Wh_T = transposed(W, inputs)
        products = Products(xh, Wx_T, dx=dx)
        for t in reversed(range(len(gates))):
            da = products.at(t)
            dh += dys[t]
            _through_gates(dh, gates[t], xh[t, :, inputs:-1], da)
            dh += np.add.reduce(da[:3] @ Wh_T[:3])
            products.add(t)
        self.dstate, dW = dh, products.dW
        self.Wx.grad += in_rows(dW[OF_X, :inputs])
        self.Wh.grad += in_rows(dW[:3, inputs:-1])
        self.b.grad += dW[OF_X, -1].ravel()
        self.b_h.grad += dW[2, -1]

    def _blocks(self) -> Array:
        """Return the weights of r, z, m and n, each of shape (D + H + 1, H): m has none for x, n none for h."""
        (inputs, _), hidden = self.Wx.shape, self.Wh.shape[0]
        W = np.zeros((4, inputs + hidden + 1, hidden), self.Wx.value.dtype)
        W[OF_X, :inputs] = in_blocks(self.Wx.value, 3)
        W[:3, inputs:-1] = in_blocks(self.Wh.value, 3)
        W[OF_X, -1] = self.b.value.reshape(3, hidden)
        W[2, -1] = self.b_h.value
        return W


def _through_gates(dh: Array, gates: Array, before: Array, da: Array) -> None:
    """Write `da`, the gradients of one step's sums r, z, m and n; dh becomes the part that z lets through unchanged."""
    r, z, m, n = gates
    da_r, da_z, dm, da_n = da
    np.subtract(1, gates[:2], out=da[:2])
    np.multiply(n, n, out=da_n)
    np.subtract(1, da_n, out=da_n)
    da_n *= da_z
    da_n *= dh
    np.multiply(da_n, r, out=dm)
    da_r *= m
    da_r *= dm
    dh_z = np.subtract(before, n)
    dh_z *= z
    dh_z *= dh
    da_z *= dh_z
    dh *= z
