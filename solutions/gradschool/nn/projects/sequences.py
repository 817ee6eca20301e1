"""Sine to cosine: three cells with equally many weights, on sequences that are cut into chunks.

Network      h = cell(x), a = head(h) at every step      x (T, N, D)   h (T, N, H)   a (T, N, O)   head: Dense(H, O)
Weights      RNN  H (D + H + 1)      GRU  3 H (D + H + 1) + H      LSTM  4 H (D + H + 1)      and of the head  O (H + 1)
Chunks       the state goes on from chunk to chunk, the gradient does not: truncated backpropagation through time

Williams & Peng (1990), Neural Computation 2, doi:10.1162/neco.1990.2.4.490; how long a cell should remember at first:
Tallec & Ollivier (2018), ICLR, arXiv:1804.11188.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradschool.nn.layers.dense import Dense
from gradschool.nn.layers.gru import GRU
from gradschool.nn.layers.lstm import LSTM
from gradschool.nn.layers.rnn import RNN
from gradschool.nn.layers.time_distributed import TimeDistributed
from gradschool.nn.optimizers.adam import Adam
from gradschool.nn.optimizers.clipping import clip_norm
from gradschool.nn.optimizers.optimizer import Optimizer
from gradschool.nn.types import Array

Cell = RNN | GRU | LSTM
CELLS: dict[str, Callable[..., Cell]] = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}
"""The cells by name."""


def hidden_units(kind: str, inputs: int, outputs: int, weights: int) -> int:
    """Return the largest number of units with which a cell and its head learn at most `weights` numbers together.

    `kind` is "RNN", "GRU" or "LSTM", with `inputs` at each step; the head is a Dense layer with `outputs`. Biases
    count. 0 if there is no room for one unit.
    """
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    hidden, learnt = 0, 0
    while learnt <= weights:
        hidden += 1
        learnt = gates * hidden * (inputs + hidden + 1) + outputs * (hidden + 1)
        if kind == "GRU":
            learnt += hidden  # the bias that the reset gate multiplies
    return hidden - 1


def train_chunks(
    cell: Cell, head: TimeDistributed, x: Array, y: Array, *, optimizer: Optimizer, chunk: int, clip: float = 1.0
) -> list[float]:
    """Take a step of the optimizer for every chunk of the sequences; return the loss of each chunk before its step.

    x is (T, N, D) and y (T, N, O). The loss of a chunk is the mean squared error over its entries; the last chunk may
    be shorter. The first chunk starts from a state of zeros, each other one from the state that the chunk before it
    ended in; no gradient goes back from one to the other. The gradients of cell and head, together, are clipped to
    the norm `clip`.
    """
    parameters, losses, state = cell.parameters() + head.parameters(), [], None
    for start in range(0, len(x), chunk):
        part = slice(start, start + chunk)
        error = head.forward(cell.forward(x[part], state=state)) - y[part]
        state = cell.final_state
        losses.append(float(np.mean(error**2)))
        optimizer.zero_grad()
        cell.backward(head.backward(2 * error / error.size))
        clip_norm(parameters, clip)
        optimizer.step()
    return losses


def answers(cell: Cell, head: TimeDistributed, x: Array, *, chunk: int) -> Array:
    """Return the network's answers, (T, N, O), to x (T, N, D), computed chunk by chunk.

    They are those of the whole sequence in one piece, whatever the chunk; only the memory that it takes is less.
    """
    pieces, state = [], None
    for start in range(0, len(x), chunk):
        h = cell.forward(x[start : start + chunk], state=state)
        state = cell.final_state
        pieces.append(head.forward(h))
    return np.concatenate(pieces)


def reach(cell: Cell, head: TimeDistributed, x: Array) -> Array:
    """Return how much each step's input matters for the last answer, (T,), for x of shape (T, N, D).

    Entry t is the norm, over all examples and inputs, of the gradient of the sum of the last step's answers with
    respect to x[t]. The gradients of the parameters are left at zero.
    """
    a = head.forward(cell.forward(x))
    last = np.zeros_like(a)
    last[-1] = 1
    dx = cell.backward(head.backward(last))
    for parameter in cell.parameters() + head.parameters():
        parameter.zero_grad()
    norms: Array = np.linalg.norm(dx, axis=(1, 2))
    return norms


def learn_to_hold(
    draw: Callable[[], tuple[Array, Array]], *, weights: int, updates: int, rng: np.random.Generator
) -> tuple[Cell, TimeDistributed]:
    """Return a cell and a head that have learnt from `updates` calls of `draw`.

    `draw()` returns a new batch, x of shape (T, N, 2) and y of shape (T, N, 1): a sine with a number beside it that is
    told once, and what to make of them. Cell and head learn at most `weights` numbers together. Which cell it is, what
    it starts from and how it is trained is free; randomness comes from `rng`.
    """
    hidden = hidden_units("LSTM", 2, 1, weights)
    cell = LSTM(2, hidden, forget_bias=4.0, rng=rng)  # remembers for some 50 steps before it has learnt anything
    head = TimeDistributed(Dense(hidden, 1, rng=rng))
    optimizer = Adam(cell.parameters() + head.parameters(), 0.015)
    for update in range(updates):
        optimizer.learning_rate = 0.0075 * (1 + np.cos(np.pi * update / updates))
        x, y = draw()
        train_chunks(cell, head, x, y, optimizer=optimizer, chunk=len(x))
    return cell, head
