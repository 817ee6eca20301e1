"""Adadelta: steps whose size is measured by that of the steps before, so that no rate need be chosen.

v ← ρ v + (1 − ρ) g²              from 0
Δ = √(u + ε) / √(v + ε) · g       ε inside both roots: it is what the very first step is made of
u ← ρ u + (1 − ρ) Δ²              from 0
θ ← θ − η Δ                       η = 1 is the paper's

Weight decay is the L2 form, g + λ θ.

Zeiler (2012), arXiv:1212.5701, Algorithm 1.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.arguments import fraction, not_negative
from gradschool.nn.optimizers.groups import Parameters, Rate
from gradschool.nn.optimizers.optimizer import Optimizer
from gradschool.nn.optimizers.running import follow
from gradschool.nn.types import Array


class Adadelta(Optimizer):
    """Steps in the units of the parameters, with ε inside both roots."""

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate = 1.0,
        *,
        rho: float = 0.9,
        epsilon: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        """Take charge of `parameters`; `rho` is the share of both means that a step keeps."""
        self.rho = fraction("Adadelta", "rho", rho)
        self.epsilon = not_negative("Adadelta", "epsilon", epsilon)
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, slots={"v": 0.0, "u": 0.0})

    def update(self, value: Array, grad: Array, v: Array, u: Array, *, rate: float, t: int) -> None:
        """Change `value` and the means of the squared gradients `v` and steps `u` in place."""
        ρ, ε = self.rho, self.epsilon
        follow(v, grad**2, ρ)
        change = np.sqrt((u + ε) / (v + ε)) * grad
        follow(u, change**2, ρ)
        value -= rate * change
