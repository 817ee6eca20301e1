"""Where the weights start: W (fan_in, fan_out), drawn so that a signal keeps its spread from layer to layer.

Forward      Var(y) = fan_in · Var(w) · E[x²]
Backward     Var(dx) = fan_out · Var(w) · E[dy²]

Glorot       Var(w) = 2 / (fan_in + fan_out)      a compromise between the two, for layers that are nearly linear
He           Var(w) = 2 / fan_in                  E[x²] is half of Var(x before) after a ReLU

A normal distribution takes the standard deviation √Var; a uniform one on [−a, a] has Var = a²/3.

Glorot & Bengio (2010), AISTATS, PMLR 9:249-256; He, Zhang, Ren & Sun (2015), ICCV, arXiv:1502.01852.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.types import Array


def zeros(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Return zeros of `shape`; `rng` is not used."""
    return np.zeros(shape)


def glorot_uniform(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Return uniform weights of shape (fan_in, fan_out) with Glorot's variance, in one draw from `rng`."""
    fan_in, fan_out = shape
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=shape)


def glorot_normal(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Return normal weights of shape (fan_in, fan_out) with Glorot's variance, in one draw from `rng`."""
    fan_in, fan_out = shape
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=shape)


def he_uniform(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Return uniform weights of shape (fan_in, fan_out) with He's variance, in one draw from `rng`."""
    fan_in, _ = shape
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=shape)


def he_normal(shape: tuple[int, int], *, rng: np.random.Generator) -> Array:
    """Return normal weights of shape (fan_in, fan_out) with He's variance, in one draw from `rng`."""
    fan_in, _ = shape
    return rng.normal(0, np.sqrt(2 / fan_in), size=shape)
