"""Adam: a mean of past gradients, divided entry by entry by their root mean square.

m ← β₁ m + (1 − β₁) g          first moment, from 0
v ← β₂ v + (1 − β₂) g²         second moment, from 0
m̂ = m / (1 − β₁ᵗ)              after few steps both lie too near to 0, and by that much
v̂ = v / (1 − β₂ᵗ)
θ ← θ − η m̂ / (√v̂ + ε)         ε outside the root and after the correction, as in the paper and in PyTorch

`update` computes the last three lines as one. With a = 1 − β₁ᵗ and b = √(1 − β₂ᵗ) the fraction m̂ / (√v̂ + ε) is
(b / a) · m / (√v + b ε): a and b are numbers, and dividing numbers instead of arrays spares two passes over these.

Weight decay is the L2 form, λ θ beside the gradient, so that m and v see it, too; `AdamW` is the one that decouples it.
scikit-learn and Keras add ε to √v before the correction, which the paper calls ε̂.

Kingma & Ba (2015), ICLR, arXiv:1412.6980, Algorithm 1.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from gradschool.nn.arguments import fraction, not_negative
from gradschool.nn.optimizers.groups import Parameters, Rate
from gradschool.nn.optimizers.optimizer import Optimizer
from gradschool.nn.optimizers.running import follow
from gradschool.nn.types import Array


class Adam(Optimizer):
    """Adaptive moments, with ε outside the root and weight decay in its L2 form."""

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        """Take charge of `parameters`; `betas` are the shares of the moments that a step keeps."""
        name = type(self).__name__
        self.betas = fraction(name, "beta1", betas[0]), fraction(name, "beta2", betas[1])
        self.epsilon = not_negative(name, "epsilon", epsilon)
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, slots={"m": 0.0, "v": 0.0})

    def update(self, value: Array, grad: Array, m: Array, v: Array, *, rate: float, t: int) -> None:
        """Change `value` and its moments `m` and `v` in place by step number `t`, counted from 1."""
        β1, β2 = self.betas
        follow(m, grad, β1)
        follow(v, grad**2, β2)
        a, b = 1 - β1**t, sqrt(1 - β2**t)
        value -= rate * b / a * m / (np.sqrt(v) + b * self.epsilon)
