"""Kinks: operations that are put together of pieces, each with its own slope.

y = |a|                 ∂y/∂a = the sign of a, 0 at 0
y = max(0, a)           ∂y/∂a = 1 where a > 0, else 0                           relu
y = a between l and h   ∂y/∂a = 1 where l ≤ a ≤ h, else 0                       clip
y = max(a, b)           ∂y/∂a = 1 where a ≥ b, else 0       ∂y/∂b = the rest: a tie goes to the first
y = min(a, b)           ∂y/∂a = 1 where a ≤ b, else 0       ∂y/∂b = the rest
y = a if c else b       ∂y/∂a = 1 where c, else 0           ∂y/∂b = the rest    where; c is no number and has no slope

(PyTorch halves the gradient where maximum or minimum is tied.)
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.autograd.table import Row, Rows


def kinks() -> Rows:
    """Return the rows of abs, relu, clip, maximum, minimum and where."""
    return {
        "abs": Row(np.abs, lambda dy, y, a: dy * np.sign(a)),
        "relu": Row(lambda a: np.maximum(a, 0), lambda dy, y, a: dy * (a > 0)),
        "clip": Row(
            lambda a, low, high: np.clip(a, low, high),
            lambda dy, y, a, low, high: dy * (y == a),
        ),
        "maximum": Row(np.maximum, lambda dy, y, a, b: dy * (a >= b), lambda dy, y, a, b: dy * (a < b)),
        "minimum": Row(np.minimum, lambda dy, y, a, b: dy * (a <= b), lambda dy, y, a, b: dy * (a > b)),
        "where": Row(
            lambda a, b, condition: np.where(condition, a, b),
            lambda dy, y, a, b, condition: np.where(condition, dy, 0),
            lambda dy, y, a, b, condition: np.where(condition, 0, dy),
        ),
    }
