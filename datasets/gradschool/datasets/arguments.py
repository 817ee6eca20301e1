"""The demands that all makers of data share, and what they say when one is not met."""

from __future__ import annotations

import math

import numpy as np


def need_generator(function: str, rng: object) -> None:
    """Raise TypeError unless `rng` is a generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{function} takes rng, a numpy.random.Generator, got {type(rng).__name__}; "
            "pass rng=np.random.default_rng(0), where 0 is a seed of your choice"
        )


def need_count(function: str, name: str, value: object, *, least: int = 1) -> None:
    """Raise TypeError unless `value` is an integer, and ValueError if it is less than `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{function} takes {name}, an integer, got {value!r}; convert it with int({name})")
    if value < least:
        raise ValueError(f"{function} takes {name} of at least {least}, got {value}; pass a larger {name}")


def need_spread(function: str, name: str, value: float) -> None:
    """Raise ValueError unless `value` is a standard deviation: finite and not negative."""
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(
            f"{function} takes {name}, a standard deviation of 0 or more, got {value}; pass {name}=0 for no spread"
        )
