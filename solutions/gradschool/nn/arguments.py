"""What the numbers that optimizers, schedules and callbacks take have to be."""

from __future__ import annotations

from math import inf


def fraction(owner: str, name: str, number: float) -> float:
    """Return `number` as a float; raise ValueError unless it lies in [0, 1)."""
    if not 0 <= number < 1:
        raise ValueError(f"{owner}({name}={number}) takes a number from 0 up to, but not including, 1")
    return float(number)


def not_negative(owner: str, name: str, number: float) -> float:
    """Return `number` as a float; raise ValueError unless it is finite and 0 or more."""
    if not 0 <= number < inf:
        raise ValueError(f"{owner}({name}={number}) takes a finite number of 0 or more")
    return float(number)


def count(owner: str, name: str, number: int, *, least: int = 0) -> int:
    """Return `number`; raise ValueError unless it is a whole number of `least` or more."""
    if not (least <= number < inf and number == int(number)):
        raise ValueError(f"{owner}({name}={number}) takes a whole number of {least} or more")
    return number
