"""More curves: those that keep their precision at the ends, and those of trigonometry.

y = eᵃ − 1              ∂y/∂a = y + 1
y = log(1 + a)          ∂y/∂a = 1/(1 + a)
y = a²                  ∂y/∂a = 2a
y = sin a               ∂y/∂a = cos a
y = cos a               ∂y/∂a = −sin a
y = arctan a            ∂y/∂a = 1/(1 + a²)
y = erf a               ∂y/∂a = 2/√π · e^(−a²)
y = log(1 + eᵃ)         ∂y/∂a = σ(a)            softplus
y = log σ(a)            ∂y/∂a = σ(−a)           log_sigmoid
"""

from __future__ import annotations

import math

import numpy as np

from gradschool.nn.activations.erf import erf
from gradschool.nn.activations.stable import sigmoid, softplus
from gradschool.nn.autograd.table import Row, Rows


def more_curves() -> Rows:
    """Return the rows of expm1, log1p, square, sin, cos, arctan, erf, softplus and log_sigmoid."""
    return {
        "expm1": Row(np.expm1, lambda dy, y, a: dy * (y + 1)),
        "log1p": Row(np.log1p, lambda dy, y, a: dy / (1 + a)),
        "square": Row(np.square, lambda dy, y, a: dy * (2 * a)),
        "sin": Row(np.sin, lambda dy, y, a: dy * np.cos(a)),
        "cos": Row(np.cos, lambda dy, y, a: -dy * np.sin(a)),
        "arctan": Row(np.arctan, lambda dy, y, a: dy / (1 + a * a)),
        "erf": Row(erf, lambda dy, y, a: dy * (2 / math.sqrt(math.pi) * np.exp(-a * a))),
        "softplus": Row(softplus, lambda dy, y, a: dy * sigmoid(a)),
        "log_sigmoid": Row(lambda a: -softplus(-a), lambda dy, y, a: dy * sigmoid(-a)),
    }
