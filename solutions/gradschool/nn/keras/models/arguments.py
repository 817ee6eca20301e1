"""What the methods of a model are given beside data."""

from __future__ import annotations

from typing import Any

import numpy as np


def count(method: str, argument: str, value: Any, *, least: int = 1) -> int:
    """Return a whole number of `least` or more; raise ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{method}({argument}={value!r}) takes a whole number of {least} or more")
    return int(value)


def sets_rates(callback: Any) -> bool:
    """Return whether a callback changes the learning rate, as far as its name tells."""
    return type(callback).__name__ in ("ReduceLROnPlateau", "LearningRateScheduler")


def level(verbose: str | int | bool) -> int:
    """Return 0, 1 or 2; raise ValueError for anything else."""
    if verbose == "auto":
        return 1
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose is 0, 1, 2 or 'auto', got {verbose!r}")
    return int(verbose)


def refuse(method: str, unsupported: dict[str, Any]) -> None:
    """Raise ValueError if an option that is not here has been given a value."""
    for name, value in unsupported.items():
        if value is not None:
            raise ValueError(f"{method}({name}=…) is not supported here; leave it out")
