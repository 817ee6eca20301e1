"""What the layers with gates share: the sums of all gates of a step in one product, and the gradient of that.

Forward      [zₜ]ₖ = [xₜ hₜ₋₁ 1] Wₖ              [x h 1] (N, D + H + 1)   W (G, D + H + 1, H)   z (G, N, H)

Backward     dW = Σₜ [xₜ hₜ₋₁ 1]ᵀ dzₜ            dxₜ = Σₖ [dzₜ]ₖ Wxₖᵀ    and so the part of hₜ₋₁

Block k of W is that of gate k: the rows of Wx, those of Wh, and the bias. So each gate is an array in one piece. dW is
summed a few steps at a time, and no dz is kept for longer.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradschool.nn.types import Array

ROWS = 128
"""The examples, of as many steps as it takes, in one product: with fewer, adding it up costs more than computing it."""


def by_gate(init: Callable[..., Array], inputs: int, hidden: int, gates: int, *, rng: np.random.Generator) -> Array:
    """Return weights of shape (inputs, gates · hidden); `init` draws each gate's on their own, in order."""
    return np.hstack([init((inputs, hidden), rng=rng) for _ in range(gates)])


def joined(x: Array, h: Array) -> Array:
    """Return [xₜ hₜ₋₁ 1] for T steps and one more, (T + 1, N, D + H + 1); the states after the first, `h`, are open."""
    steps, n, inputs = x.shape
    xh = np.empty((steps + 1, n, inputs + h.shape[1] + 1), h.dtype)
    xh[:-1, :, :inputs] = x
    xh[0, :, inputs:-1] = h
    xh[:, :, -1] = 1
    return xh


def squash(z: Array) -> Array:
    """Return 1 / (1 + exp(−2 z)) = ½ + ½ tanh z, which never overflows, in the place of z."""
    np.tanh(z, out=z)
    z *= 0.5
    z += 0.5
    return z


def in_blocks(rows: Array, gates: int) -> Array:
    """Return the blocks, of shape (gates, K, H), of weights of shape (K, gates · H)."""
    return np.ascontiguousarray(rows.reshape(len(rows), gates, -1).transpose(1, 0, 2))


def in_rows(blocks: Array) -> Array:
    """Return the weights, of shape (K, gates · H), whose blocks have the shape (gates, K, H)."""
    return blocks.transpose(1, 0, 2).reshape(blocks.shape[1], -1)


def transposed(W: Array, inputs: int) -> tuple[Array, Array]:
    """Return the transposes of each block's rows for x and for h, each in one piece, which BLAS multiplies faster."""
    W_T = W.transpose(0, 2, 1)
    return W_T[:, :, :inputs].copy(), W_T[:, :, inputs:-1].copy()


class Products:
    """The products of the backward pass that no step waits for, a block of steps at a time.

    For each step t, from the last to the first, write the gradient of its gates' sums to `at(t)`, then call `add(t)`.
    In the end `dW`, of shape (G, D + H + 1, H), is complete, and so is `dx`, of shape (T, N, D), unless it is None.
    """

    def __init__(self, xh: Array, Wx_T: Array, *, dx: Array | None) -> None:
        """Begin with dW at zero."""
        (steps, examples, features), (gates, hidden, _) = xh.shape, Wx_T.shape
        self._steps = steps - 1
        self._block = min(self._steps, max(1, ROWS // max(1, examples)))
        self._xh, self._Wx_T = xh, Wx_T
        self._dz = np.empty((gates, self._block, examples, hidden), xh.dtype)
        self._dW = np.empty((gates, features, hidden), xh.dtype)
        self.dW, self.dx = np.zeros_like(self._dW), dx

    def at(self, t: int) -> Array:
        """Return the array of shape (G, N, H) for the gradient of step t."""
        return self._dz[:, t % self._block]

    def add(self, t: int) -> None:
        """Add the products of a block to the sums, if step t is the last that it waits for."""
        if t % self._block:
            return
        stop = min(t + self._block, self._steps)
        gates, _, examples, hidden = self._dz.shape
        dz = self._dz[:, : stop - t].reshape(gates, (stop - t) * examples, hidden)
        xh = self._xh[t:stop].reshape((stop - t) * examples, self._xh.shape[2])
        self.dW += np.matmul(xh.T, dz, out=self._dW)
        if self.dx is not None:
            self.dx[t:stop] = np.add.reduce(dz @ self._Wx_T).reshape(self.dx[t:stop].shape)
