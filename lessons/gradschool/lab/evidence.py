"""What a probe gives: plain arrays, and what stood in their way.

Evidence is all that leaves the student's process. It is never a verdict: code that runs beside the student's can
be made to say "right", but it can't be made to know arrays that it was never given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

AnyArray = npt.NDArray[Any]
Case = Mapping[str, Any]

PLAIN = "biufcU"
"""The kinds of dtype that count as plain: booleans, numbers and text."""

MOST_AXES, MOST_CHARACTERS = 16, 4096
"""An array with more axes, or text longer than this, does not count as plain."""

AFTER = " after the call"
"""What the name of an argument ends with when it is returned as it is after the probe."""


PRINTED = "your code printed: "
"""What a note starts with that quotes a print."""


@dataclass(frozen=True)
class Fault:
    """Why a case has no arrays."""

    kind: str
    """`"error"`, `"timeout"` or `"not attempted"`."""
    message: str
    """One line: the exception, or the name of the exercise that is not attempted."""
    where: str = ""
    """The student's own line, with its number and function."""


@dataclass(frozen=True)
class Evidence:
    """What one case of a probe gave."""

    arrays: Mapping[str, AnyArray] = field(default_factory=dict)
    odd: Mapping[str, str] = field(default_factory=dict)
    """For each returned value that is no plain array: what it is, in words."""
    fault: Fault | None = None
    notes: tuple[str, ...] = ()
    """Warnings and prints of the student's code, shortened."""


def plain(value: Any) -> AnyArray | None:
    """Return `value` as a plain array that shares no memory with it, or None if it is not one."""
    if value is None or isinstance(value, (dict, set)):
        return None
    try:
        array = np.array(value, subok=False)
    except Exception:
        return None
    if array.dtype.kind not in PLAIN or array.ndim > MOST_AXES:
        return None
    return None if array.dtype.kind == "U" and array.dtype.itemsize > 4 * MOST_CHARACTERS else array


def describe(value: Any) -> str:
    """Return in words what a value is that should have been an array."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
