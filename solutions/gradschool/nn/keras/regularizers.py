"""Penalties on the weights, under Keras' names: l2(λ) adds λ Σ w² to the loss, and l1(λ) adds λ Σ |w|."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradschool import nn
from gradschool.nn.keras.described import Described
from gradschool.nn.keras.lookup import find


class Regularizer(Described):
    """A sum of penalties of `gradschool.nn`."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        """Keep the strengths, numbers that are not negative."""
        if l1 < 0 or l2 < 0:
            raise ValueError(f"a regularizer takes strengths of 0 or more, got l1={l1}, l2={l2}")
        self.l1, self.l2 = float(l1), float(l2)

    def penalties(self) -> list[nn.L1 | nn.L2]:
        """Return the penalties that are not zero."""
        return [*([nn.L1(self.l1)] if self.l1 else []), *([nn.L2(self.l2)] if self.l2 else [])]

    def __call__(self, x: Any) -> float:
        """Return the penalty on the array `x`."""
        return sum(penalty.value(x) for penalty in self.penalties())


class L1(Regularizer):
    """λ Σ |w|."""

    def __init__(self, l1: float = 0.01) -> None:
        """Keep λ."""
        super().__init__(l1=l1)


class L2(Regularizer):
    """λ Σ w²."""

    def __init__(self, l2: float = 0.01) -> None:
        """Keep λ."""
        super().__init__(l2=l2)


class L1L2(Regularizer):
    """λ₁ Σ |w| + λ₂ Σ w²."""


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Return λ₁ Σ |w| + λ₂ Σ w²."""
    return L1L2(l1=l1, l2=l2)


l1 = L1
l2 = L2


TABLE: dict[str, Callable[[], Regularizer]] = {"l1": L1, "l2": L2, "l1_l2": l1_l2}
"""The regularizers by name."""


def get(regularizer: Any) -> list[nn.L1 | nn.L2]:
    """Return the penalties that None, a name, a class, a regularizer or a penalty of `gradschool.nn` means."""
    if regularizer is None:
        return []
    if isinstance(regularizer, str):
        regularizer = find("regularizer", regularizer, TABLE)()
    if isinstance(regularizer, type) and issubclass(regularizer, Regularizer):
        regularizer = regularizer()
    if isinstance(regularizer, Regularizer):
        return regularizer.penalties()
    if isinstance(regularizer, nn.L1 | nn.L2):
        return [regularizer]
    raise ValueError(f"a regularizer is a name, such as 'l2', or keras.regularizers.l2(1e-4), got {regularizer!r}")
