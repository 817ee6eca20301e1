"""Adagrad: every entry's rate falls with the sum of its squared gradients so far.

s ← s + g²                   from the initial accumulator, 0 unless told otherwise
θ ← θ − η g / (√s + ε)       ε outside the root, as in PyTorch; the paper's δ stands there, too

Weight decay is the L2 form, g + λ θ.

Duchi, Hazan & Singer (2011), Journal of Machine Learning Research 12:2121-2159.
"""

from __future__ import annotations

import numpy as np

from gradschool.nn.arguments import not_negative
from gradschool.nn.optimizers.groups import Parameters, Rate
from gradschool.nn.optimizers.optimizer import Optimizer
from gradschool.nn.types import Array


class Adagrad(Optimizer):
    """Adaptive gradients, with ε outside the root."""

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate = 0.01,
        *,
        epsilon: float = 1e-10,
        initial_accumulator: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        """Take charge of `parameters`; the sums of squares start at `initial_accumulator`."""
        self.epsilon = not_negative("Adagrad", "epsilon", epsilon)
        start = not_negative("Adagrad", "initial_accumulator", initial_accumulator)
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, slots={"s": start})

    def update(self, value: Array, grad: Array, s: Array, *, rate: float, t: int) -> None:
        """Change `value` and the sum of squares `s` in place."""
        s += grad**2
        value -= rate * grad / (np.sqrt(s) + self.epsilon)
