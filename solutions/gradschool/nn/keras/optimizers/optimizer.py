"""Optimizers as plans, which become optimizers of `gradschool.nn` when the model has its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy.typing as npt

from gradschool import nn
from gradschool.nn.keras.described import Described
from gradschool.nn.types import Array

Rate = float | Callable[[int], float]
"""A learning rate, or a schedule: a function of the step, counted from 0."""


class Optimizer(Described):
    """A learning rate, clipping, and an update rule of `gradschool.nn`.

    clipnorm            the largest norm of each parameter's gradient
    clipvalue           the largest size of any entry of a gradient
    global_clipnorm     the largest norm of all gradients together
    """

    def __init__(
        self,
        learning_rate: Rate,
        *,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        **unknown: Any,
    ) -> None:
        """Keep the plan; raise ValueError for an argument that is not known."""
        owner = type(self).__name__
        if unknown:
            advice = "; it is called learning_rate" if "lr" in unknown else ""
            advice = "; AdamW has it, and layers take kernel_regularizer='l2'" if "weight_decay" in unknown else advice
            raise ValueError(f"{owner} takes no {', '.join(unknown)}{advice}")
        limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        given = {name: limit for name, limit in limits.items() if limit is not None}
        if len(given) > 1:
            raise ValueError(f"{owner} takes one of clipnorm, clipvalue and global_clipnorm, got {', '.join(given)}")
        if any(limit <= 0 for limit in given.values()):
            raise ValueError(f"{owner}({next(iter(given))}={next(iter(given.values()))}) takes a number above 0")
        if not callable(learning_rate) and not learning_rate >= 0:
            raise ValueError(f"{owner}(learning_rate={learning_rate}) takes a number of 0 or more, or a schedule")
        self.name = name or owner
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self._rate = learning_rate
        self.inner: Any = None
        self._owner: object = None
        self._penalties: Sequence[tuple[nn.Parameter, Any]] = ()

    def make(self, parameters: Sequence[nn.Parameter], rate: Rate) -> Any:
        """Return the optimizer of `gradschool.nn`."""
        raise NotImplementedError(f"{type(self).__name__} has no make yet")

    def bind(
        self, owner: object, parameters: Sequence[nn.Parameter], penalties: Sequence[tuple[nn.Parameter, Any]]
    ) -> None:
        """Begin anew, in charge of the `parameters` of one model, to whose gradients those of the penalties are added.

        Raise ValueError if it trains another model already.
        """
        if self._owner is not None and self._owner is not owner:
            raise ValueError(f"this {type(self).__name__} trains another model already; make one for each model")
        self._owner = owner
        self._rate = self._rate if self.inner is None else self._set_rate()
        self.inner = self.make(parameters, self._rate)
        self._penalties = penalties

    def step(self) -> None:
        """Add the penalties' gradients, clip, and change every parameter by one step."""
        for parameter, penalty in self._penalties:
            parameter.grad += penalty.gradient(parameter.value)
        parameters = self.inner.parameters
        if self.clipvalue is not None:
            nn.clip_value(parameters, self.clipvalue)
        if self.clipnorm is not None:
            for parameter in parameters:
                nn.clip_norm([parameter], self.clipnorm)
        if self.global_clipnorm is not None:
            nn.clip_norm(parameters, self.global_clipnorm)
        self.inner.step()

    @property
    def learning_rate(self) -> float:
        """The rate of the next step; to set it, to a number or a schedule, takes effect at once."""
        if self.inner is not None:
            return float(self.inner.learning_rate)
        return float(self._rate(0) if callable(self._rate) else self._rate)

    @learning_rate.setter
    def learning_rate(self, rate: Rate) -> None:
        self._rate = rate
        if self.inner is not None:
            self.inner.learning_rate = rate

    lr = learning_rate
    """Its older name."""

    @property
    def scheduled(self) -> bool:
        """Whether the rate follows a schedule."""
        return callable(self._rate if self.inner is None else self._set_rate())

    @property
    def iterations(self) -> int:
        """The number of steps made."""
        return 0 if self.inner is None else int(self.inner.steps)

    @property
    def groups(self) -> Any:
        """The groups of the optimizer of `gradschool.nn`."""
        return self.inner.groups

    def state(self) -> dict[str, Array]:
        """Return all that training changes, by name."""
        state: dict[str, Array] = self.inner.state()
        return state

    def load_state(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Go on from `state`."""
        self.inner.load_state(state)

    def _set_rate(self) -> Rate:
        """Return the rate or schedule as it was set last."""
        rate: Rate = self.inner.groups[0].learning_rate
        return rate


class Custom(Optimizer):
    """A function that makes an optimizer of parameters, such as a class of `gradschool.nn`."""

    def __init__(self, make: Callable[..., Any]) -> None:
        """Keep the function."""
        super().__init__(0.0)
        self._make = make

    def make(self, parameters: Sequence[nn.Parameter], rate: Rate) -> Any:
        """Return the optimizer that the function makes, with its own rate."""
        made = self._make(parameters)
        if self.inner is not None:
            made.learning_rate = rate
        return made


def rule(name: str, **options: Any) -> Callable[..., Any]:
    """Return the optimizer of `gradschool.nn` called `name`, with its options set."""
    return partial(getattr(nn, name), **options)
