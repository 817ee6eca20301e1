"""What the numbers that callbacks take have to be."""

from __future__ import annotations

from math import inf


def count(owner: str, name: str, number: int) -> int:
    """Return `number`; raise ValueError unless it is a whole number of 0 or more."""
    if not (0 <= number < inf and number == int(number)):
        raise ValueError(f"{owner}({name}={number}) takes a whole number of 0 or more")
    return number
