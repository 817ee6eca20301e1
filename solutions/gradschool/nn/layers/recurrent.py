"""What the recurrent layers share: first weights, activations, checks of x and of the state, each step's gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from gradschool.nn.initializers import orthogonal
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array

ORTHOGONAL = orthogonal()
"""Where Wh starts, unless something else is asked for."""


def relu(z: Array, out: Array | None = None) -> Array:
    """Return max(z, 0), in `out` if it is given."""
    return np.maximum(z, 0, out=out)


ACTIVATIONS: dict[str, tuple[Callable[..., Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda h: 1 - h**2),
    "relu": (relu, lambda h: (h > 0).astype(h.dtype)),
}
"""What a step may be bent by: f(z, out=…), and f′(z) as a function of h = f(z)."""


class Recurrent(Protocol):
    """A layer with weights of shape (D, …) for the input and (H, …) for the state."""

    Wx: Parameter
    Wh: Parameter


def named(layer: Recurrent) -> str:
    """Return how an error calls the layer: `RNN(D, H)`."""
    return f"{type(layer).__name__}({layer.Wx.shape[0]}, {layer.Wh.shape[0]})"


def require_sequence(layer: Recurrent, x: Array) -> None:
    """Raise ValueError unless `x` is of shape (T, N, D), with one step or more."""
    inputs = layer.Wx.shape[0]
    right = x.ndim == 3 and x.shape[2] == inputs
    if right and len(x):
        return
    advice = "; a sequence has one step or more" if right else ""
    if x.ndim == 2:
        advice = "; x[:, None] is a batch of one sequence"
    if x.ndim == 2 and np.issubdtype(x.dtype, np.integer):
        advice = "; put Embedding(...) before it if x holds indices"
    raise ValueError(f"{named(layer)} takes x of shape (T, N, {inputs}), got {x.shape}{advice}")


def state_or_zeros(layer: Recurrent, state: npt.ArrayLike | None, like: Array) -> Array:
    """Return a copy of `state`, or zeros, in the dtype of `like`; raise ValueError if it is not of that shape."""
    if state is None:
        return np.zeros_like(like)
    if np.shape(state) != like.shape:
        raise ValueError(f"{named(layer)} takes a state of shape (N, H) = {like.shape}, got {np.shape(state)}")
    return np.array(state, like.dtype)


def pair_or_zeros(layer: Recurrent, state: Sequence[npt.ArrayLike] | None, like: Array) -> tuple[Array, Array]:
    """Return copies of both parts of a state (h, c), or zeros, as `state_or_zeros` does."""
    if state is not None and not (isinstance(state, tuple | list) and len(state) == 2):
        raise ValueError(f"{named(layer)} takes a state (h, c), two arrays of shape (N, H) = {like.shape}")
    h, c = (None, None) if state is None else state
    return state_or_zeros(layer, h, like), state_or_zeros(layer, c, like)


def at_every_step(dy: Array, steps: int, *, last: bool) -> list[Array]:
    """Return each step's part of `dy`: zeros but for the last step's, if `dy` is that of the last step alone.

    Raise ValueError unless `dy` is of shape (N, H) if `last`, else of shape (T, N, H) with as many steps as x.
    """
    if last and dy.ndim != 2:
        raise ValueError(f"backward takes dy of shape (N, H), as last=True gives the last step only, got {dy.shape}")
    if not last and (dy.ndim != 3 or len(dy) != steps):
        advice = "; last=True is for the gradient of the last step only" if dy.ndim == 2 else ""
        raise ValueError(f"backward takes dy of shape (T, N, H) with T = {steps}, got {dy.shape}{advice}")
    return [np.zeros_like(dy)] * (steps - 1) + [dy] if last else list(dy)
