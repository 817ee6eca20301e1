"""Stochastic gradient descent, plain, with weight decay in its L2 form.

g ← g + λ θ          only where the parameter decays
θ ← θ − η g

λ stands beside the gradient, as in PyTorch's `SGD(weight_decay=λ)`: the penalty is λ/2 · Σ θ², and η scales it too.

Robbins & Monro (1951), Annals of Mathematical Statistics 22(3):400-407, doi:10.1214/aoms/1177729586.
"""

from __future__ import annotations

from collections.abc import Iterable

from gradschool.nn.parameter import Parameter


class GradientDescent:
    """Plain stochastic gradient descent; the decay is the L2 variant, and spares parameters with `decay=False`."""

    def __init__(self, parameters: Iterable[Parameter], learning_rate: float, *, weight_decay: float = 0.0) -> None:
        """Take charge of `parameters`."""
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay

    def step(self) -> None:
        """Change the value of every parameter by one step; leave its gradient as it is."""
        for parameter in self.parameters:
            gradient = parameter.grad
            if self.weight_decay and parameter.decay:
                gradient = gradient + self.weight_decay * parameter.value
            parameter.value -= self.learning_rate * gradient

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for parameter in self.parameters:
            parameter.zero_grad()
