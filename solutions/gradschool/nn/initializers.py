"""Where the weights start: drawn so that a signal keeps its spread from layer to layer.

Forward      Var(y) = fan_in · Var(w) · E[x²]
Backward     Var(dx) = fan_out · Var(w) · E[dy²]

LeCun        Var(w) = 1 / fan_in                  E[x²] is Var(x), and the layer is linear
Glorot       Var(w) = 2 / (fan_in + fan_out)      a compromise between the two, for layers that are nearly linear
He           Var(w) = 2 / fan_in                  E[x²] is half of Var(x before) after a ReLU
orthogonal   WᵀW = gain² · I                      every signal keeps its length, not only on average

A normal distribution takes the standard deviation √Var; a uniform one on [−a, a] has Var = a²/3.

An initialiser is a function `init(shape, *, rng)`. Those without a number of their own are it themselves; `constant`,
`normal`, `uniform`, `truncated_normal` and `orthogonal` take their number and return it.

LeCun, Bottou, Orr & Müller (1998), Efficient BackProp, doi:10.1007/3-540-49430-8_2; Glorot & Bengio (2010), AISTATS,
PMLR 9:249-256; He, Zhang, Ren & Sun (2015), ICCV, arXiv:1502.01852; Saxe, McClelland & Ganguli (2014), ICLR,
arXiv:1312.6120.
"""

from __future__ import annotations

from math import prod
from typing import Protocol

import numpy as np

from gradschool.nn.fan import fans
from gradschool.nn.types import Array


class Initializer(Protocol):
    """A function that draws an array of the shape it is given."""

    def __call__(self, shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
        """Return an array of `shape`, drawn from `rng`."""


def zeros(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return zeros of `shape`; `rng` is not used."""
    return np.zeros(shape)


def ones(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return ones of `shape`; `rng` is not used."""
    return np.ones(shape)


def glorot_uniform(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return uniform weights of shape (fan_in, fan_out) with Glorot's variance, in one draw from `rng`."""
    fan_in, fan_out = fans(shape)
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=shape)


def glorot_normal(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return normal weights of shape (fan_in, fan_out) with Glorot's variance, in one draw from `rng`."""
    fan_in, fan_out = fans(shape)
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=shape)


def he_uniform(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return uniform weights of shape (fan_in, fan_out) with He's variance, in one draw from `rng`."""
    fan_in, _ = fans(shape)
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=shape)


def he_normal(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return normal weights of shape (fan_in, fan_out) with He's variance, in one draw from `rng`."""
    fan_in, _ = fans(shape)
    return rng.normal(0, np.sqrt(2 / fan_in), size=shape)


def lecun_uniform(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return uniform weights of shape (fan_in, fan_out) with LeCun's variance, in one draw from `rng`."""
    fan_in, _ = fans(shape)
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, size=shape)


def lecun_normal(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
    """Return normal weights of shape (fan_in, fan_out) with LeCun's variance, in one draw from `rng`."""
    fan_in, _ = fans(shape)
    return rng.normal(0, np.sqrt(1 / fan_in), size=shape)


def constant(value: float) -> Initializer:
    """Return an initialiser that gives every entry the same value."""

    def init(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
        return np.full(shape, float(value))

    return init


def normal(std: float = 0.05) -> Initializer:
    """Return an initialiser that draws from the normal distribution of mean 0 and standard deviation `std`."""
    _require_positive(f"normal(std={std})", std)

    def init(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
        return rng.normal(0, std, size=shape)

    return init


def uniform(limit: float = 0.05) -> Initializer:
    """Return an initialiser that draws evenly from [−limit, limit)."""
    _require_positive(f"uniform(limit={limit})", limit)

    def init(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
        return rng.uniform(-limit, limit, size=shape)

    return init


def truncated_normal(std: float = 0.05) -> Initializer:
    """Return an initialiser that draws as `normal(std)` does, and again whatever lies beyond two standard deviations.

    `std` is that of the distribution before it is cut; what is drawn has 0.8796 of it.
    """
    _require_positive(f"truncated_normal(std={std})", std)

    def init(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
        weights = rng.normal(0, std, size=shape)
        while (beyond := np.abs(weights) > 2 * std).any():
            weights[beyond] = rng.normal(0, std, size=np.count_nonzero(beyond))
        return weights

    return init


def orthogonal(gain: float = 1.0) -> Initializer:
    """Return an initialiser of matrices with orthogonal columns of length `gain`; with such rows, if wider than tall.

    Weights with more than two axes are such a matrix once all axes but the first are joined to one.
    """

    def init(shape: tuple[int, ...], *, rng: np.random.Generator) -> Array:
        fans(shape)  # raises ValueError unless there are two axes or more
        rows, columns = shape[0], prod(shape[1:])
        Q, R = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        Q *= np.sign(np.diag(R))  # without it the signs are LAPACK's choice, and Q is not evenly distributed
        return gain * np.ascontiguousarray(Q if rows >= columns else Q.T).reshape(shape)

    return init


def _require_positive(call: str, spread: float) -> None:
    """Raise ValueError unless the spread of a distribution is a number above zero."""
    if not 0 < spread < np.inf:
        raise ValueError(f"{call} takes a finite number above 0; if you want zeros, take `zeros`")
