"""RMSprop: the gradient, divided entry by entry by the root of a running mean of its square.

v ← α v + (1 − α) g²                  from 0, and not corrected for it
ḡ ← α ḡ + (1 − α) g                   only if centred, from 0
Δ = g / (√v + ε)                      ε outside the root, as in PyTorch
Δ = g / (√max(v − ḡ², 0) + ε)         if centred: by the standard deviation; rounding may bring v below ḡ²
b ← μ b + Δ                           only with momentum, from 0; then b is the step, not Δ
θ ← θ − η Δ

Graves puts ε (1e-4) inside the root. Weight decay is the L2 form, g + λ θ.

Tieleman & Hinton (2012), Neural Networks for Machine Learning, lecture 6.5; centred: Graves (2013), arXiv:1308.0850,
equations 38 to 45.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.arguments import fraction, not_negative
from gradschool.nn.optimizers.groups import Parameters, Rate
from gradschool.nn.optimizers.optimizer import Optimizer
from gradschool.nn.optimizers.running import follow
from gradschool.nn.types import Array


class RMSprop(Optimizer):
    """Steps divided by the gradient's root mean square, or standard deviation, with ε outside the root."""

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate = 0.01,
        *,
        alpha: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
        centered: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        """Take charge of `parameters`; `alpha` is the share of the running means that a step keeps."""
        self.alpha = fraction("RMSprop", "alpha", alpha)
        self.epsilon = not_negative("RMSprop", "epsilon", epsilon)
        self.momentum = fraction("RMSprop", "momentum", momentum)
        self.centered = centered
        slots = {"v": 0.0} | ({"mean": 0.0} if centered else {}) | ({"velocity": 0.0} if momentum else {})
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, slots=slots)

    def update(
        self,
        value: Array,
        grad: Array,
        v: Array,
        mean: Array | None = None,
        velocity: Array | None = None,
        *,
        rate: float,
        t: int,
    ) -> None:
        """Change `value`, the mean square `v`, and the `mean` and the `velocity` if there are such, in place."""
        follow(v, grad**2, self.alpha)
        square = v if mean is None else self.centred(grad, v, mean)
        change: Array = grad / (np.sqrt(square) + self.epsilon)
        if velocity is not None:
            velocity *= self.momentum
            velocity += change
            change = velocity
        value -= rate * change

    def centred(self, grad: Array, v: Array, mean: Array) -> Array:
        """Bring the running `mean` of the gradient up to date, in place; return the variance, v less its square."""
        follow(mean, grad, self.alpha)
        return np.maximum(v - mean**2, 0)
