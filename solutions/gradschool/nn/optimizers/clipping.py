"""Clipping: gradients held within bounds between `backward` and the optimizer's `step`.

by norm      g ← g · min(1, c / (‖g‖ + 1e-6))      ‖g‖ over the entries of all parameters; the direction stays
by value     g ← min(max(g, −c), c)                entry by entry

Pascanu, Mikolov & Bengio (2013), ICML, arXiv:1211.5063, Algorithm 1; the 1e-6 is PyTorch's.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import numpy as np

from gradschool.nn.optimizers.squares import sum_of_squares
from gradschool.nn.parameter import Parameter


def clip_norm(parameters: Iterable[Parameter], maximum: float) -> float:
    """Return the norm of all gradients together, and scale them in place so that it is at most `maximum`.

    As in PyTorch, nothing stops an infinite or undefined norm: look at what is returned. An infinite one makes finite
    gradients 0 and infinite ones NaN; an undefined one makes all NaN.
    """
    if not maximum > 0:
        raise ValueError(f"clip_norm(maximum={maximum}) takes a number above 0")
    gradients = [parameter.grad for parameter in parameters]
    norm = sqrt(sum(sum_of_squares(gradient) for gradient in gradients))
    scale = maximum / (norm + 1e-6)
    if not scale >= 1:
        with np.errstate(invalid="ignore"):
            for gradient in gradients:
                gradient *= scale
    return norm


def clip_value(parameters: Iterable[Parameter], limit: float) -> None:
    """Bring every entry of every gradient into [−limit, limit], in place; NaN stays NaN."""
    if not limit > 0:
        raise ValueError(f"clip_value(limit={limit}) takes a number above 0")
    for parameter in parameters:
        np.clip(parameter.grad, -limit, limit, out=parameter.grad)
