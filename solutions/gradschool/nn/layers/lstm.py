"""LSTM: a cell that keeps its content unless a gate lets it go, and so passes gradients over many steps.

Forward      i, f, o = σ(zᵢ), σ(z_f), σ(zₒ)     x (T, N, D)   h₀, c₀ (N, H)   h, c (T, N, H)
             g = tanh(z_g)                      Wx (D, 4H)   Wh (H, 4H)   b (4H,)    in the order i, f, g, o
             cₜ = f ⊙ cₜ₋₁ + i ⊙ g              z = xₜ Wx + hₜ₋₁ Wh + b
             hₜ = o ⊙ tanh cₜ

Backward     dh = dYₜ + dzₜ₊₁ Whᵀ               dc = dcₜ₊₁ ⊙ fₜ₊₁ + dh ⊙ (o − h ⊙ tanh c)   as o tanh′ c = o − h tanh c
             dzᵢ = dc ⊙ i g ⊙ (1 − i)           dz_g = dc ⊙ (i − i g ⊙ g)                   as σ′ = σ (1 − σ)
             dz_f = dc ⊙ f cₜ₋₁ ⊙ (1 − f)       dzₒ = dh ⊙ h ⊙ (1 − o)
             dWx = Σₜ xₜᵀ dzₜ   dWh = Σₜ hₜ₋₁ᵀ dzₜ   db = Σₜₙ dzₜₙ   dX = dz Wxᵀ   dh₀ = dz₁ Whᵀ   dc₀ = dc₁ ⊙ f₁

This is PyTorch's variant, with one bias where PyTorch adds two, and without peepholes. The forget gate's bias starts at
1, so that the cell keeps what it holds until it learns to forget: Jozefowicz, Zaremba & Sutskever (2015), ICML, PMLR
37:2342-2350.

Hochreiter & Schmidhuber (1997), Neural Computation 9, doi:10.1162/neco.1997.9.8.1735; the forget gate: Gers,
Schmidhuber & Cummins (2000), Neural Computation 12, doi:10.1162/089976600300015015.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from gradschool.nn.initializers import glorot_uniform
from gradschool.nn.layers.gates import Products, by_gate, in_blocks, in_rows, joined, squash, transposed
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.recurrent import ORTHOGONAL, at_every_step, pair_or_zeros, require_sequence
from gradschool.nn.layers.sizes import require_sizes
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array

ORDER = [0, 1, 3, 2]
"""The gates as they are computed, i f o g, in the order of the parameters, i f g o: those with σ are neighbours."""


class LSTM(Layer):
    """Each step's output is read from a cell, which gates write, keep or forget.

    `Wx`, of shape (inputs, 4 hidden), starts as `init` draws it, gate by gate in the order i, f, g, o, and `Wh`, of
    shape (hidden, 4 hidden), as `init_hidden`. `b`, of shape (4 hidden,), starts at zero, but at `forget_bias` for f,
    and does not decay.

    After `forward`, `final_state` is the pair of the last step's output and cell, each of shape (N, hidden). After
    `backward`, `dstate` is the pair of the gradients with respect to those before the first step.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        *,
        last: bool = False,
        forget_bias: float = 1.0,
        init: Callable[..., Array] = glorot_uniform,
        init_hidden: Callable[..., Array] = ORTHOGONAL,
        rng: np.random.Generator,
    ) -> None:
        """Make Wx, Wh and b; the output is that of all steps or, if `last`, that of the last one."""
        require_sizes("LSTM", inputs, hidden)
        self.last = last
        self.Wx = Parameter(by_gate(init, inputs, hidden, 4, rng=rng))
        self.Wh = Parameter(by_gate(init_hidden, hidden, hidden, 4, rng=rng))
        self.b = Parameter(np.repeat([0.0, forget_bias, 0.0, 0.0], hidden), decay=False)

    def forward(self, x: Array, *, state: Sequence[npt.ArrayLike] | None = None, train: bool = False) -> Array:
        """Return the output, of shape (T, N, hidden), or (N, hidden) if `last`, for `x` of shape (T, N, inputs).

        `state` is the pair (h, c) before the first step, each of shape (N, hidden); zeros if there is none.
        """
        require_sequence(self, x)
        (steps, examples, _), hidden, dtype = x.shape, self.Wh.shape[0], np.result_type(x, self.Wx.value)
        gates = np.empty((steps, 4, examples, hidden), dtype)
        c, tanh_c, h = (np.empty((steps + one, examples, hidden), dtype) for one in (1, 0, 0))
        h0, c[0] = pair_or_zeros(self, state, c[0])
        xh, W = joined(x, h0), self._blocks()
        W[:3] /= 2  # as squash wants them
        for t in range(steps):
            i, f, o, g = _gates(np.matmul(xh[t], W, out=gates[t]))
            after = np.multiply(f, c[t], out=c[t + 1])
            after += i * g
            np.multiply(o, np.tanh(after, out=tanh_c[t]), out=h[t])
            xh[t + 1, :, -hidden - 1 : -1] = h[t]
        self._xh, self._gates, self._c, self._tanh_c = xh, gates, c, tanh_c
        self.final_state = h[-1].copy(), c[-1].copy()
        return h[-1].copy() if self.last else h

    def backward(self, dy: Array, *, dstate: Sequence[npt.ArrayLike] | None = None) -> Array:
        """Return dX of shape (T, N, inputs); add dWx, dWh and db to the gradients.

        `dstate` is the pair of the gradients with respect to `final_state`, each of shape (N, hidden); zeros if there
        is none.
        """
        steps, _, examples, _ = self._gates.shape
        dx = np.empty((steps, examples, self.Wx.shape[0]), self._gates.dtype)
        self._through_time(dy, dstate, dx)
        return dx

    def accumulate(self, dy: Array, *, dstate: Sequence[npt.ArrayLike] | None = None) -> None:
        """Add dWx, dWh and db to the gradients."""
        self._through_time(dy, dstate, None)

    def _through_time(self, dy: Array, dstate: Sequence[npt.ArrayLike] | None, dx: Array | None) -> None:
        """Add to the gradients and write `dx`, if there is one, from the last step to the first."""
        xh, gates, c, tanh_c = self._xh, self._gates, self._c, self._tanh_c
        dh, dc = pair_or_zeros(self, dstate, c[0])
        dys = at_every_step(dy, len(gates), last=self.last)
        W, inputs = self._blocks(), self.Wx.shape[0]
        Wx_T, Wh_T = transposed(W, inputs)
        products, dh_by_gate = Products(xh, Wx_T, dx=dx), np.empty_like(gates[0])
        for t in reversed(range(len(gates))):
            dz = products.at(t)
            dh += dys[t]
            _through_gates(dh, dc, gates[t], c[t], tanh_c[t], dz)
            np.add.reduce(np.matmul(dz, Wh_T, out=dh_by_gate), out=dh)
            products.add(t)
        self.dstate = dh, dc
        rows = in_rows(products.dW[ORDER])
        self.Wx.grad += rows[:inputs]
        self.Wh.grad += rows[inputs:-1]
        self.b.grad += rows[-1]

    def _blocks(self) -> Array:
        """Return Wx, Wh and b in blocks of shape (D + H + 1, H), in the order in which the gates are computed."""
        return in_blocks(np.concatenate([self.Wx.value, self.Wh.value, self.b.value[None]]), 4)[ORDER]


def _gates(z: Array) -> Array:
    """Return i, f, o and g in the place of their sums, those of i, f and o halved."""
    squash(z[:3])
    np.tanh(z[3], out=z[3])
    return z


def _through_gates(dh: Array, dc: Array, gates: Array, before: Array, tanh_c: Array, dz: Array) -> None:
    """Write dz for one step, in the order of its `gates`; dc becomes that of the cell `before` the step."""
    i, f, o, g = gates
    dz_i, dz_f, dz_o, dz_g = dz
    h = o * tanh_c
    slope = h * tanh_c
    np.subtract(o, slope, out=slope)
    slope *= dh
    dc += slope
    ig = np.multiply(i, g, out=slope)
    np.multiply(ig, g, out=dz_g)
    np.subtract(i, dz_g, out=dz_g)
    dz_g *= dc
    np.subtract(1, gates[:3], out=dz[:3])
    dz_i *= ig
    dz_i *= dc
    dz_f *= np.multiply(f, before, out=slope)
    dz_f *= dc
    dz_o *= h
    dz_o *= dh
    dc *= f
