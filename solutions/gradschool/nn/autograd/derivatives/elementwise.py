"""Numbers in, one number out: arithmetic, and the curves that most networks need.

y = a + b       ∂y/∂a = 1               ∂y/∂b = 1
y = a − b       ∂y/∂a = 1               ∂y/∂b = −1
y = a · b       ∂y/∂a = b               ∂y/∂b = a
y = a / b       ∂y/∂a = 1/b             ∂y/∂b = −a/b² = −y/b
y = aᵇ          ∂y/∂a = b aᵇ⁻¹          ∂y/∂b = aᵇ log a = y log a
y = −a          ∂y/∂a = −1
y = eᵃ          ∂y/∂a = y
y = log a       ∂y/∂a = 1/a
y = √a          ∂y/∂a = 1/2y
y = tanh a      ∂y/∂a = 1 − y²
y = σ(a)        ∂y/∂a = y (1 − y)       σ(a) = 1 / (1 + e⁻ᵃ)

Two ends of the power: a⁰ is 1 everywhere, so its slope is 0 at a = 0 too; and 0ᵇ has the slope 0 in b, the limit for
b > 0.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.activations.stable import sigmoid
from gradschool.nn.autograd.table import Row, Rows


def elementwise() -> Rows:
    """Return the rows of add, subtract, multiply, divide, power, negative, exp, log, sqrt, tanh and sigmoid."""
    return {
        "add": Row(np.add, lambda dy, y, a, b: dy, lambda dy, y, a, b: dy),
        "subtract": Row(np.subtract, lambda dy, y, a, b: dy, lambda dy, y, a, b: -dy),
        "multiply": Row(np.multiply, lambda dy, y, a, b: dy * b, lambda dy, y, a, b: dy * a),
        "divide": Row(np.divide, lambda dy, y, a, b: dy / b, lambda dy, y, a, b: -dy * y / b),
        "power": Row(
            lambda a, b: a**b,
            lambda dy, y, a, b: dy * b * a ** (b - (b != 0)),
            lambda dy, y, a, b: dy * y * np.log(np.where(a == 0, 1, a)),
        ),
        "negative": Row(np.negative, lambda dy, y, a: -dy),
        "exp": Row(np.exp, lambda dy, y, a: dy * y),
        "log": Row(np.log, lambda dy, y, a: dy / a),
        "sqrt": Row(np.sqrt, lambda dy, y, a: dy / (2 * y)),
        "tanh": Row(np.tanh, lambda dy, y, a: dy * (1 - y * y)),
        "sigmoid": Row(sigmoid, lambda dy, y, a: dy * y * (1 - y)),
    }
