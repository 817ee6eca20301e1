"""Rosenbrock's function: a bent valley with steep walls and a floor that hardly falls, to see optimizers walk in.

f = (1 − x)² + 100 (y − x²)²          0 at (1, 1), its only minimum

∂f/∂x = −2 (1 − x) − 400 x (y − x²)
∂f/∂y = 200 (y − x²)

Rosenbrock (1960), The Computer Journal 3(3):175-184, doi:10.1093/comjnl/3.3.175.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.types import Array


def rosenbrock(point: Array) -> Array:
    """Return the height at `point`, which holds x and y along its first axis; further axes are carried along."""
    x, y = point
    height: Array = (1 - x) ** 2 + 100 * (y - x**2) ** 2
    return height


def rosenbrock_gradient(point: Array) -> Array:
    """Return the derivatives by x and by y, in an array of the shape of `point`."""
    x, y = point
    off = y - x**2
    return np.array([-2 * (1 - x) - 400 * x * off, 200 * off])
