"""Groups of parameters that share a learning rate and a weight decay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeAlias

from gradschool.nn.arguments import not_negative
from gradschool.nn.parameter import Parameter

Rate: TypeAlias = float | Callable[[int], float]
"""A learning rate, or a schedule: a function of the step, counted from 0."""

Parameters: TypeAlias = Iterable[Parameter] | Iterable[Mapping[str, Any]]
"""Parameters, or groups: dicts of `parameters` and, where they are not the optimizer's, of its numbers."""


@dataclass
class Group:
    """Parameters with their learning rate and weight decay; both may be set at any time."""

    parameters: list[Parameter]
    learning_rate: Rate
    weight_decay: float

    def rate(self, step: int) -> float:
        """Return the learning rate of step number `step`, counted from 0."""
        return float(self.learning_rate(step) if callable(self.learning_rate) else self.learning_rate)


def grouped(owner: str, parameters: Parameters, learning_rate: Rate, weight_decay: float) -> list[Group]:
    """Return the groups; raise ValueError unless every parameter is in one, and every number is in its range."""
    if not isinstance(parameters, Iterable):
        raise ValueError(f"{owner} takes parameters, got {parameters!r}; pass model.parameters()")
    given: list[Any] = list(parameters)
    if not all(isinstance(one, Mapping) for one in given):
        given = [{"parameters": given}]
    defaults = {"learning_rate": learning_rate, "weight_decay": weight_decay}
    groups = [_group(owner, {**defaults, **one}) for one in given]
    if not any(group.parameters for group in groups):
        raise ValueError(f"{owner} got no parameters; a model that has none has nothing to train")
    everything = [id(parameter) for group in groups for parameter in group.parameters]
    if len(set(everything)) < len(everything):
        raise ValueError(f"{owner} got a parameter twice; it belongs to one group, and is named there once")
    return groups


def checked_rate(owner: str, learning_rate: Rate) -> Rate:
    """Return the schedule, or the learning rate as a float; raise ValueError if it is neither, or negative."""
    if callable(learning_rate):
        return learning_rate
    if not isinstance(learning_rate, Real):
        advice = "what has a memory, as ReduceLROnPlateau has, sets optimizer.learning_rate between steps"
        raise ValueError(f"{owner} takes a number or a schedule as learning_rate, got {learning_rate!r}; {advice}")
    return not_negative(owner, "learning_rate", learning_rate)


def _group(owner: str, given: Mapping[str, Any]) -> Group:
    """Return one group, made of a dict."""
    keys = ("parameters", "learning_rate", "weight_decay")
    if unknown := sorted(set(given) - set(keys)):
        raise ValueError(f"{owner} got a group with {', '.join(unknown)}; a group takes {', '.join(keys)}")
    if "parameters" not in given:
        raise ValueError(f'{owner} got a group without parameters; give it "parameters": [...]')
    parameters = list(given["parameters"])
    for one in parameters:
        if not isinstance(one, Parameter):
            raise ValueError(
                f"{owner} takes Parameters, or dicts of them as groups, got {one!r}; pass model.parameters()"
            )
    rate = checked_rate(owner, given["learning_rate"])
    return Group(parameters, rate, not_negative(owner, "weight_decay", given["weight_decay"]))
