"""The update rules under Keras' names, with Keras' defaults; the formulas are those of `gradschool.nn.optimizers`.

What differs from Keras is where ε stands: outside the root, and in Adam after the bias correction. SGD's velocity does
not contain the learning rate, which makes no difference while that stays the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradschool import nn
from gradschool.nn.keras.optimizers.optimizer import Optimizer, Rate, rule


class SGD(Optimizer):
    """Gradient descent, with momentum or without."""

    def __init__(
        self, learning_rate: Rate = 0.01, momentum: float = 0.0, nesterov: bool = False, **common: Any
    ) -> None:
        """Keep the plan."""
        super().__init__(learning_rate, **common)
        self.momentum, self.nesterov = momentum, nesterov and momentum > 0

    def make(self, parameters: Sequence[nn.Parameter], rate: Rate) -> Any:
        """Return `nn.SGD`."""
        return rule("SGD", momentum=self.momentum, nesterov=self.nesterov)(parameters, rate)


class Adam(Optimizer):
    """Adaptive moments."""

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        """Keep the plan."""
        super().__init__(learning_rate, **common)
        self.options = {"betas": (beta_1, beta_2), "epsilon": epsilon}

    def make(self, parameters: Sequence[nn.Parameter], rate: Rate) -> Any:
        """Return `nn.Adam`."""
        return rule("Adam", **self.options)(parameters, rate)


class AdamW(Adam):
    """Adam with decoupled weight decay, which spares biases and what normalises."""

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        """Keep the plan."""
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **common)
        self.weight_decay = weight_decay

    def make(self, parameters: Sequence[nn.Parameter], rate: Rate) -> Any:
        """Return `nn.AdamW`."""
        return rule("AdamW", weight_decay=self.weight_decay, **self.options)(parameters, rate)


class Adagrad(Optimizer):
    """Adaptive gradients."""

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **common: Any,
    ) -> None:
        """Keep the plan."""
        super().__init__(learning_rate, **common)
        self.options = {"initial_accumulator": initial_accumulator_value, "epsilon": epsilon}

    def make(self, parameters: Sequence[nn.Parameter], rate: Rate) -> Any:
        """Return `nn.Adagrad`."""
        return rule("Adagrad", **self.options)(parameters, rate)


class Adadelta(Optimizer):
    """Steps in the units of the parameters; the paper's learning rate is 1."""

    def __init__(self, learning_rate: Rate = 0.001, rho: float = 0.95, epsilon: float = 1e-7, **common: Any) -> None:
        """Keep the plan."""
        super().__init__(learning_rate, **common)
        self.options = {"rho": rho, "epsilon": epsilon}

    def make(self, parameters: Sequence[nn.Parameter], rate: Rate) -> Any:
        """Return `nn.Adadelta`."""
        return rule("Adadelta", **self.options)(parameters, rate)


class RMSprop(Optimizer):
    """The gradient, divided by the root of a running mean of its square."""

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **common: Any,
    ) -> None:
        """Keep the plan."""
        super().__init__(learning_rate, **common)
        self.options = {"alpha": rho, "momentum": momentum, "epsilon": epsilon, "centered": centered}

    def make(self, parameters: Sequence[nn.Parameter], rate: Rate) -> Any:
        """Return `nn.RMSprop`."""
        return rule("RMSprop", **self.options)(parameters, rate)
