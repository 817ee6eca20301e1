"""Stochastic gradient descent with momentum.

plain         θ ← θ − η g

momentum      v ← μ v + (1 − τ) g          v starts as the first gradient itself, without the dampening τ
              θ ← θ − η v

Nesterov      v ← μ v + g
              θ ← θ − η (g + μ v)          the gradient is taken at θ, and the next step of v is counted in

This is PyTorch's form: η stands outside the velocity, so a new rate acts at once on all of the step. Polyak's and
Sutskever's have it inside, v ← μ v − η g and θ ← θ + v, which is the same while η stays the same. Weight decay is the
L2 form, g + λ θ.

Polyak (1964), USSR Computational Mathematics and Mathematical Physics 4(5):1-17, doi:10.1016/0041-5553(64)90137-5;
Nesterov (1983), Soviet Mathematics Doklady 27:372-376; Sutskever, Martens, Dahl & Hinton (2013), ICML, PMLR
28:1139-1147.
"""

from __future__ import annotations

from gradschool.nn.arguments import fraction, not_negative
from gradschool.nn.optimizers.groups import Parameters, Rate
from gradschool.nn.optimizers.optimizer import Optimizer
from gradschool.nn.types import Array


class SGD(Optimizer):
    """Gradient descent with momentum, Polyak's or Nesterov's, with the learning rate outside the velocity."""

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate,
        *,
        momentum: float = 0.0,
        dampening: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        """Take charge of `parameters`; `momentum` is the share of the velocity that a step keeps."""
        self.momentum = fraction("SGD", "momentum", momentum)
        self.dampening = not_negative("SGD", "dampening", dampening)
        self.nesterov = nesterov
        if nesterov and not (momentum > 0 and dampening == 0):
            got = f"SGD(momentum={momentum}, dampening={dampening}, nesterov=True)"
            raise ValueError(f"{got} has no Nesterov step; it takes a momentum above 0, such as 0.9, and no dampening")
        slots = {"velocity": 0.0} if momentum else {}
        super().__init__(parameters, learning_rate, weight_decay=weight_decay, slots=slots)

    def update(self, value: Array, grad: Array, velocity: Array | None = None, *, rate: float, t: int) -> None:
        """Change `value`, and the velocity if there is momentum, in place by step number `t`, counted from 1."""
        if velocity is None:
            value -= rate * grad
            return
        velocity *= self.momentum
        velocity += self.dampened(grad, t)
        value -= rate * (grad + self.momentum * velocity if self.nesterov else velocity)

    def dampened(self, grad: Array, t: int) -> Array:
        """Return what the velocity takes up of the gradient: all of it in the first step, less the dampening later."""
        return grad if t == 1 or not self.dampening else (1 - self.dampening) * grad
