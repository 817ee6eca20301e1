"""Recurrent layers: one step in a loop, and the tape finds the way back through time.

RNN          hₜ = f(xₜ Wx + hₜ₋₁ Wh + b)
LSTM         cₜ = f ⊙ cₜ₋₁ + i ⊙ g        hₜ = o ⊙ tanh cₜ
GRU          hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁        n = tanh(aₙ + r ⊙ (hₜ₋₁ Whₙ + b_h))

In PyTorch's manner, `layer(x, state=…)` leaves `final_state` as tensors: given to the next piece of a long sequence as
they are, they carry the gradient back with them; as `final_state.detach()`, they carry the values alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradschool.nn.autograd import functions as f
from gradschool.nn.autograd.faces import Taped
from gradschool.nn.autograd.recorded import plain
from gradschool.nn.autograd.table import Row
from gradschool.nn.autograd.tensor import Tensor
from gradschool.nn.layers import gru, lstm, rnn
from gradschool.nn.layers.recurrent import pair_or_zeros, require_sequence, state_or_zeros
from gradschool.nn.types import Array


def steps_of(x: Tensor) -> list[Tensor]:
    """Return x[0], x[1], …, whose gradients are gathered in one array.

    As many operations `x[t]` would send back one array of the size of x each. Here every step writes its gradient into
    its place of one array, which goes to x once all of them have: they are joined by a number that stands between.
    """
    if not x.requires_grad:
        return [Tensor(step) for step in x.data]
    gathered = np.zeros_like(x.data)

    def hand_over(dy: Array, y: Array, x: Array) -> Array:
        dx = gathered.copy()
        gathered[...] = 0
        return dx

    def write(dy: Array, y: Array, joint: Array, *, t: int) -> Array:
        gathered[t] += dy
        return joint

    joint = Tensor.apply(Row(lambda x: np.zeros((), x.dtype), hand_over), x)
    step = Row(lambda joint, t: x.data[t], write)
    return [Tensor.apply(step, joint, t=t) for t in range(len(x))]


class Recurrent(Taped):
    """What the three share: states that are handed in and out, as arrays or as tensors."""

    last: bool
    final_state: Any
    dstate: Any

    def unroll(self, x: Tensor, start: tuple[Tensor, ...]) -> tuple[list[Tensor], tuple[Tensor, ...]]:
        """Return the outputs of all steps and the state after the last one, from the state before the first."""
        raise NotImplementedError(f"{type(self).__name__} has no unroll yet")

    def start(self, state: Any, x: Array) -> tuple[Tensor, ...]:
        """Return the state before the first step, one tensor or two, that want a gradient; zeros if there is none."""
        raise NotImplementedError(f"{type(self).__name__} has no start yet")

    def compute(self, x: Tensor, *, train: bool, state: Any = None) -> Tensor:
        """Return the output, of shape (T, N, hidden), or (N, hidden) if `last`, for `x` of shape (T, N, inputs)."""
        require_sequence(self, x.data)  # type: ignore[arg-type]
        self._start = self.start(state, x.data)
        outputs, self._final = self.unroll(x, self._start)
        return outputs[-1] if self.last else f.stack(outputs)

    def __call__(self, x: Any, *, state: Any = None, train: bool = False) -> Tensor:  # type: ignore[override]
        """Return the output as a tensor; `state`, arrays or tensors, is that before the first step."""
        if "forward" in vars(self):
            return super().__call__(x, train=train)
        y = self.compute(Tensor.of(x), train=train, state=state)
        self.final_state = self._final if len(self._final) > 1 else self._final[0]
        return y

    def forward(self, x: Array, *, state: Any = None, train: bool = False) -> Array:
        """Return the output, an array; `state` is that before the first step, and `final_state` that after the last."""
        self._leaf = leaf = Tensor(x, requires_grad=True)
        self._end = self.compute(leaf, train=train, state=state)
        final = tuple(part.data.copy() for part in self._final)
        self.final_state = final if len(final) > 1 else final[0]
        return self._end.data

    def backward(self, dy: Array, *, dstate: Any = None) -> Array:
        """Return dX of shape (T, N, inputs); add to the gradients of the parameters; `dstate` is that of the state."""
        leaf: Any = self._leaf
        leaf.grad = None
        self._go_back(dy, dstate)
        gradient, leaf.grad = leaf.grad, None
        return np.zeros_like(leaf.data) if gradient is None else gradient

    def accumulate(self, dy: Array, *, dstate: Any = None) -> None:
        """Add to the gradients of the parameters."""
        leaf: Any = self._leaf
        leaf.requires_grad = False
        try:
            self._go_back(dy, dstate)
        finally:
            leaf.requires_grad = True

    def _go_back(self, dy: Array, dstate: Any) -> None:
        """Go back from the output and from the final state, if that has a gradient too."""
        for part in self._start:
            part.grad = None
        if dstate is None:
            self._end.backward(dy)
        else:
            shares = dstate if isinstance(dstate, tuple | list) else (dstate,)
            total = (self._end * np.asarray(dy)).sum()
            for part, share in zip(self._final, shares, strict=True):
                total = total + (part * np.asarray(share, part.dtype)).sum()
            total.backward()
        found = tuple(np.zeros_like(part.data) if part.grad is None else part.grad for part in self._start)
        self.dstate = found if len(found) > 1 else found[0]

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy is made of: all but the tape of the last forward pass."""
        own = ("_start", "_final")
        state = {name: value for name, value in super().__getstate__().items() if name not in own}
        final = state.get("final_state")
        if isinstance(final, Tensor) or (isinstance(final, tuple) and isinstance(final[0], Tensor)):
            del state["final_state"]
        return state


def _wanting(state: Any, made: Array) -> Tensor:
    """Return a state that is a tensor as it is, and any other as a leaf that wants a gradient."""
    return state if isinstance(state, Tensor) else Tensor(made, requires_grad=True)


class RNN(Recurrent, rnn.RNN):
    """Each step's output is f of a weighted sum of that step's input and of the output of the step before."""

    def start(self, state: Any, x: Array) -> tuple[Tensor, ...]:
        """Return the output before the first step."""
        like = np.empty((x.shape[1], len(self.b.value)), np.result_type(x, self.Wx.value))
        return (_wanting(state, state_or_zeros(self, plain(state), like)),)

    def unroll(self, x: Tensor, start: tuple[Tensor, ...]) -> tuple[list[Tensor], tuple[Tensor, ...]]:
        """Return the outputs of all steps, and the last of them."""
        (h,), Wh, outputs = start, Tensor.of(self.Wh), []
        for of_x in steps_of(x @ self.Wx + self.b):
            z = of_x + h @ Wh
            h = z.tanh() if self.activation == "tanh" else z.relu()
            outputs.append(h)
        return outputs, (h,)


class LSTM(Recurrent, lstm.LSTM):
    """Each step's output is read from a cell, which gates write, keep or forget."""

    def start(self, state: Any, x: Array) -> tuple[Tensor, ...]:
        """Return the output and the cell before the first step."""
        like = np.empty((x.shape[1], self.Wh.shape[0]), np.result_type(x, self.Wx.value))
        pair = state
        if isinstance(state, Sequence) and not isinstance(state, str):
            pair = tuple(map(plain, state))
        made = pair_or_zeros(self, pair, like)
        return tuple(_wanting(one, array) for one, array in zip(state or (None, None), made, strict=True))

    def unroll(self, x: Tensor, start: tuple[Tensor, ...]) -> tuple[list[Tensor], tuple[Tensor, ...]]:
        """Return the outputs of all steps, and the last of them with the last cell."""
        (h, c), Wh, outputs, hidden = start, Tensor.of(self.Wh), [], self.Wh.shape[0]
        for of_x in steps_of(x @ self.Wx + self.b):
            i, forget, g, o = _gates(of_x + h @ Wh, hidden)
            c = forget.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        return outputs, (h, c)


class GRU(Recurrent, gru.GRU):
    """Each step's output is a mixture of the one before and of a candidate, in proportions that a gate decides."""

    def start(self, state: Any, x: Array) -> tuple[Tensor, ...]:
        """Return the output before the first step."""
        like = np.empty((x.shape[1], self.Wh.shape[0]), np.result_type(x, self.Wx.value))
        return (_wanting(state, state_or_zeros(self, plain(state), like)),)

    def unroll(self, x: Tensor, start: tuple[Tensor, ...]) -> tuple[list[Tensor], tuple[Tensor, ...]]:
        """Return the outputs of all steps, and the last of them."""
        (h,), Wh, outputs, hidden = start, Tensor.of(self.Wh), [], self.Wh.shape[0]
        for of_x in steps_of(x @ self.Wx + self.b):
            (x_r, x_z, x_n), (h_r, h_z, h_n) = _gates(of_x, hidden), _gates(h @ Wh, hidden)
            r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
            n = (x_n + r * (h_n + self.b_h)).tanh()
            h = n + z * (h - n)
            outputs.append(h)
        return outputs, (h,)


def _gates(z: Tensor, hidden: int) -> list[Tensor]:
    """Return the blocks of `hidden` columns, one for each gate, of shape (N, hidden)."""
    return [z[:, start : start + hidden] for start in range(0, z.shape[1], hidden)]
