"""Metrics by name, and their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.training.protocols import Metric, Metrics
from gradschool.nn.types import Array

__all__ = ["named_metrics", "scores"]


def named_metrics(metrics: Metrics | None) -> dict[str, Metric]:
    """Return the metrics by name; raise ValueError unless they are functions, each with a name of its own."""
    if metrics is None:
        return {}
    if not isinstance(metrics, Mapping | Sequence):
        raise ValueError(f"metrics are a list of functions, or a dict of them by name, got {metrics!r}")
    given = metrics.items() if isinstance(metrics, Mapping) else [(_name(metric), metric) for metric in metrics]
    named: dict[str, Metric] = {}
    for name, metric in given:
        if not callable(metric):
            raise ValueError(f"a metric is a function of prediction and target, got {metric!r}; see nn.metrics")
        if name.startswith("<"):
            raise ValueError(f"the metric {metric!r} has no name: pass metrics as a dict, {{'its name': metric}}")
        if name in named:
            raise ValueError(f"two metrics are called {name!r}: pass metrics as a dict, {{'its name': metric, …}}")
        _require_two_arguments(name, metric)
        named[name] = metric
    return named


def _require_two_arguments(name: str, metric: Metric) -> None:
    """Raise ValueError if the metric cannot be called with a prediction and a target, as far as that can be seen."""
    try:
        taken = signature(metric)
    except (TypeError, ValueError):  # some functions that are written in C do not tell
        return
    try:
        taken.bind(None, None)
    except TypeError:
        raise ValueError(
            f"the metric {name!r} takes ({', '.join(taken.parameters)}), not a prediction and a target; "
            "one that makes metrics is to be called, as in metrics=[nn.metrics.top_k(5)]"
        ) from None


def _name(metric: Metric) -> str:
    """Return the function's own name, in angle brackets if it has none."""
    return str(getattr(metric, "__name__", "<no name>"))


def scores(metrics: dict[str, Metric], prediction: Array, target: npt.NDArray[Any]) -> dict[str, float]:
    """Return the value of each metric; raise ValueError for one that is no single number."""
    values = {}
    for name, metric in metrics.items():
        value = metric(prediction, target)
        if np.size(value) != 1:
            raise ValueError(f"the metric {name!r} returns an array of shape {np.shape(value)}, not a number")
        values[name] = float(np.asarray(value).item())
    return values
