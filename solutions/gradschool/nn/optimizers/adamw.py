"""AdamW: Adam with decoupled weight decay.

θ ← (1 − η λ) θ          only where the parameter decays; the moments do not see it
θ ← Adam's step, of the gradient g of the loss alone

In Adam's L2 form every weight's decay is divided by √v̂, so that those with large gradients hardly decay; here all
decay by the same factor. It is (1 − η λ), as in PyTorch, with the scheduled learning rate as η; in the paper it is
(1 − η λ) with a schedule multiplier η that stands beside the learning rate α.

Loshchilov & Hutter (2019), ICLR, arXiv:1711.05101, Algorithm 2.
"""

from __future__ import annotations

from gradschool.nn.optimizers.adam import Adam
from gradschool.nn.optimizers.groups import Parameters, Rate
from gradschool.nn.types import Array


class AdamW(Adam):
    """Adam with decoupled weight decay, which spares parameters with `decay=False`."""

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        """Take charge of `parameters`; a step shrinks the weights by the factor 1 − learning rate · weight decay."""
        super().__init__(parameters, learning_rate, betas=betas, epsilon=epsilon, weight_decay=weight_decay)

    def decayed(self, value: Array, grad: Array, *, rate: float, decay: float) -> Array:
        """Let `value` decay in place, and return the gradient as it is."""
        value *= 1 - rate * decay
        return grad
