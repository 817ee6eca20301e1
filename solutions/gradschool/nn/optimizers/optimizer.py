"""The base class of optimizers: groups, the clock and the learning rate; an optimizer itself is its update rule.

g ← ∂L/∂θ + λ θ            weight decay in its L2 form, only where the parameter decays
θ, slots ← update(θ, g, slots, η, t)

η is the learning rate of step number t − 1: schedules count from 0, and papers count t from 1. λ θ is the gradient of
the penalty λ/2 · Σ θ², as in PyTorch; what an optimizer makes of the gradient, it makes of the penalty, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.optimizers.groups import Parameters, Rate, checked_rate, grouped
from gradschool.nn.optimizers.stretch import Stretch, stretches
from gradschool.nn.parameter import Parameter
from gradschool.nn.state import require_state
from gradschool.nn.types import Array

FLUSH = 64
"""Every so many steps, slots are rid of their smallest numbers, before these become subnormal.

A moment of a weight that gets no gradient any more, such as one of a dead unit, shrinks by a factor a step, and after
some 830 steps with β₁ = 0.9 would be subnormal in float32, where rounding keeps it from ever becoming 0. Processors
take many times as long for such numbers: Adam took 6 times as long with half of its entries there. In 64 steps 0.9
makes the 850th part of a number, so what is left at 1,024 times the smallest normal number stays normal.
"""

RESERVED = {"value", "grad", "rate", "t"}
"""What `update` is given beside the slots."""


class Optimizer:
    """Changes parameters step by step; an optimizer of your own names its slots, and defines `update`.

    `groups` holds the parameters with their learning rates and weight decays, and `steps` counts the steps made.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: Rate,
        *,
        weight_decay: float = 0.0,
        slots: Mapping[str, float] | None = None,
    ) -> None:
        """Take charge of `parameters`, or of groups of them; the learning rate is a number or a schedule.

        `slots` names the arrays that the optimizer keeps beside each parameter, of its shape, and what they start as;
        `update` gets each by its name.
        """
        self.slots = dict(slots or {})
        if taken := sorted(self.slots.keys() & RESERVED):
            name = type(self).__name__
            raise ValueError(
                f"{name} has a slot called {taken[0]!r}, as is an argument of update; give it another name"
            )
        self.groups = grouped(type(self).__name__, parameters, learning_rate, weight_decay)
        self.steps = 0
        self._members = [[(one, one.shape) for one in group.parameters] for group in self.groups]
        self._stretches = self._laid_out()

    def update(self, value: Array, grad: Array, *_: Any, **slots_rate_and_t: Any) -> None:
        """Change `value` and the slots in place, given the gradient, `rate` and the number `t` of the step, from 1.

        Each slot comes under its own name: with slots m and v define `update(self, value, grad, *, m, v, rate, t)`.
        All arrays are flat and of one shape: a part of one parameter, or several end to end.
        """
        raise NotImplementedError(f"{type(self).__name__} has no update yet")

    def decayed(self, value: Array, grad: Array, *, rate: float, decay: float) -> Array:
        """Return the gradient of the loss with its L2 penalty, from that of the loss alone."""
        return grad + decay * value

    def step(self) -> None:
        """Change the value of every parameter by one step, in place; leave its gradient as it is."""
        self._lay_out_again_if_changed()
        for group, row in zip(self.groups, self._stretches, strict=True):
            rate = group.rate(self.steps)
            for stretch in row:
                for value, grad, slots in stretch.blocks():
                    if stretch.weight_decay:
                        grad = self.decayed(value, grad, rate=rate, decay=stretch.weight_decay)
                    self.update(value, grad, **slots, rate=rate, t=self.steps + 1)
        self.steps += 1
        if self.steps % FLUSH == 0:
            for stretch in chain.from_iterable(self._stretches):
                stretch.flush()

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for parameter in self.parameters:
            parameter.zero_grad()

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters of all groups."""
        return [parameter for group in self.groups for parameter in group.parameters]

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step, in the first group; to set it, to a number or a schedule, sets all."""
        return self.groups[0].rate(self.steps)

    @learning_rate.setter
    def learning_rate(self, learning_rate: Rate) -> None:
        for group in self.groups:
            group.learning_rate = checked_rate(type(self).__name__, learning_rate)

    def state(self) -> dict[str, Array]:
        """Return all that training changes, by name: the clock, the slots, the learning rates that are numbers. Copies.

        `groups.0.3.m` is the slot m of the first group's fourth parameter.
        """
        state: dict[str, Array] = {"steps": np.array(self.steps)}
        for i, group in enumerate(self.groups):
            if not callable(group.learning_rate):
                state[f"groups.{i}.learning_rate"] = np.array(group.learning_rate)
        return state | {name: slot.copy() for name, slot in self._named_slots().items()}

    def load_state(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Go on from `state`; raise ValueError, and change nothing, unless names and shapes are this optimizer's."""
        own, slots = self.state(), self._named_slots()
        require_state(state, own, kind="optimizer", name=type(self).__name__)
        for name, slot in slots.items():
            slot[...] = state[name]
        for i, group in enumerate(self.groups):
            if not callable(group.learning_rate):
                group.learning_rate = float(np.asarray(state[f"groups.{i}.learning_rate"]))
        self.steps = int(np.asarray(state["steps"]))

    def _named_slots(self) -> dict[str, Array]:
        """Return the slots themselves by name; raise ValueError if they do not fit the parameters any more."""
        self._require_same_parameters()
        kept = {id(p): slots for row in self._stretches for stretch in row for p, slots in stretch.slots()}
        return {
            f"groups.{i}.{j}.{name}": slot
            for i, group in enumerate(self.groups)
            for j, parameter in enumerate(group.parameters)
            for name, slot in kept[id(parameter)].items()
        }

    def _laid_out(self) -> list[list[Stretch]]:
        """Return the parameters of each group as stretches, with slots that have all to come."""
        return [stretches(group.parameters, self.slots, group.weight_decay) for group in self.groups]

    def _require_same_parameters(self) -> None:
        """Raise ValueError if the groups, their parameters or the shapes of these are not what they were at first."""
        name = type(self).__name__
        known, now = ([[one for one, _ in row] for row in self._members], [group.parameters for group in self.groups])
        if known != now:
            raise ValueError(f"{name} has other parameters in its groups than when it was made; make a new {name}")
        for parameter, shape in chain.from_iterable(self._members):
            if parameter.shape != shape:
                raise ValueError(
                    f"{name} got a parameter of shape {shape}, whose value is now of shape {parameter.shape}; "
                    f"make a new {name}"
                )

    def _lay_out_again_if_changed(self) -> None:
        """Carry the slots over, if a dtype (by `astype`) or a weight decay is another than at the last step."""
        self._require_same_parameters()
        rows = zip(self.groups, self._stretches, strict=True)
        if not all(stretch.holds(group.weight_decay) for group, row in rows for stretch in row):
            state = self.state()
            self._stretches = self._laid_out()
            self.load_state(state)
