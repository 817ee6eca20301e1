"""What `fit` is given, looked at before anything is trained: a slip would end in an error from deep inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.callbacks.lambda_callback import LambdaCallback
from gradschool.nn.layers.layer import Layer
from gradschool.nn.training.axes import axes_of, count_examples

__all__ = [
    "may_add_values",
    "require_callbacks",
    "require_enough",
    "require_objects",
    "require_parameters",
    "require_validation",
]


def require_objects(*, loss: Any, optimizer: Any, penalty: Any, rng: Any) -> None:
    """Raise TypeError for a name, a class or a number where `fit` takes an object."""
    _require_methods("loss", loss, ("forward", "backward"), "nn.MeanSquaredError()")
    _require_methods("optimizer", optimizer, ("step",), "nn.Adam(model.parameters())")
    if penalty is not None:
        _require_methods("penalty", penalty, ("value", "gradient"), "nn.L2(0.01)")
    if rng is not None and not isinstance(rng, np.random.Generator):
        seed = rng if isinstance(rng, int) else "seed"
        raise TypeError(f"fit(rng={_shown(rng)}) takes a generator: np.random.default_rng({seed})")


def require_callbacks(callbacks: Any) -> list[Callback]:
    """Return the callbacks in a list; raise TypeError for a single one, and for what is none."""
    if not isinstance(callbacks, Iterable) or isinstance(callbacks, str):
        raise TypeError(f"fit(callbacks={_shown(callbacks)}) takes a list of callbacks, such as [TerminateOnNaN()]")
    given = list(callbacks)
    methods = [name for name in vars(Callback) if name.startswith("on_")]
    for one in given:
        if isinstance(one, type) or not all(callable(getattr(one, name, None)) for name in methods):
            raise TypeError(f"fit(callbacks=[{_shown(one)}]) takes objects such as nn.callbacks.TerminateOnNaN()")
    return given


def may_add_values(callbacks: Iterable[Callback]) -> bool:
    """Return whether a callback may add values to an epoch's; the library's own do not."""
    return any(
        isinstance(one, LambdaCallback) or not type(one).__module__.startswith("gradschool.nn.callbacks.")
        for one in callbacks
    )


def require_parameters(model: Layer, optimizer: Any) -> None:
    """Raise ValueError if the optimizer says which parameters it has, and none of them is the model's."""
    parameters = getattr(optimizer, "parameters", None)
    if not isinstance(parameters, Iterable):
        return
    own = {id(parameter) for parameter in model.parameters()}
    if not any(id(parameter) in own for parameter in parameters):
        name = type(optimizer).__name__
        raise ValueError(
            f"fit(optimizer={name}(…)) has no parameter of this model, so that nothing would be trained; when a model "
            f"is made again, so is its optimizer: {name}(model.parameters(), …)"
        )


def require_validation(data: Any, axes: Sequence[int]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return validation data as arrays; raise ValueError unless they are a pair that holds examples."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        got = f"{len(data)} of them" if isinstance(data, tuple | list) else type(data).__name__
        raise ValueError(f"fit(validation_data=…) takes a pair (x, y), got {got}")
    x, y = (np.asarray(array) for array in data)
    try:
        count = count_examples([x, y], axes_of([x, y], axes))
    except ValueError as error:
        raise ValueError(f"fit(validation_data=(x, y)): {error}") from None
    if not count:
        raise ValueError("fit(validation_data=(x, y)) takes at least one example, got none")
    return x, y


def require_enough(count: int, batch_size: int, drop_last: bool) -> None:
    """Raise ValueError unless the examples make a batch."""
    if not count:
        raise ValueError("fit() takes at least one example, got none")
    if batch_size < 1:
        raise ValueError(f"fit(batch_size={batch_size}): a batch has at least one example")
    if drop_last and count < batch_size:
        raise ValueError(
            f"fit(batch_size={batch_size}, drop_last=True) has {count} examples to train on, which do not make a batch"
        )


def _require_methods(argument: str, value: Any, methods: Sequence[str], example: str) -> None:
    """Raise TypeError unless `value` is an object, not a class, that has the methods."""
    if isinstance(value, type) or not all(callable(getattr(value, name, None)) for name in methods):
        advice = "; names are understood by gradschool.nn.keras" if isinstance(value, str) else ""
        raise TypeError(f"fit({argument}={_shown(value)}) takes an object such as {example}{advice}")


def _shown(value: Any) -> str:
    """Return how a value may have been written in the call."""
    if hasattr(value, "__name__"):
        return str(value.__name__)
    return repr(value) if isinstance(value, str | float | int | None) else f"{type(value).__name__}(…)"
