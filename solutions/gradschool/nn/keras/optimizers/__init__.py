"""The optimizers under Keras' names, and `schedules` of their learning rate."""

from collections.abc import Callable
from typing import Any

from gradschool import nn
from gradschool.nn.keras.lookup import find
from gradschool.nn.keras.optimizers import schedules as schedules
from gradschool.nn.keras.optimizers.optimizer import Custom, Optimizer
from gradschool.nn.keras.optimizers.rules import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop

TABLE: dict[str, Callable[[], Optimizer]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": AdamW,
    "adagrad": Adagrad,
    "adadelta": Adadelta,
    "rmsprop": RMSprop,
}
"""The optimizers by name."""

__all__ = ["SGD", "TABLE", "Adadelta", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "schedules"]


def get(optimizer: Any) -> Optimizer:
    """Return the optimizer that a name, a class, an object or a function of the parameters means."""
    if isinstance(optimizer, str):
        return find("optimizer", optimizer, TABLE)()
    if isinstance(optimizer, type) and issubclass(optimizer, Optimizer):
        return optimizer()  # type: ignore[call-arg]
    if isinstance(optimizer, Optimizer):
        return optimizer
    if isinstance(optimizer, nn.Optimizer):
        raise ValueError(
            f"{type(optimizer).__name__} of gradschool.nn has parameters already; give compile a function that makes "
            f"it, lambda parameters: nn.{type(optimizer).__name__}(parameters, 0.01), or keras.optimizers.Adam(0.001)"
        )
    if callable(optimizer):
        return Custom(optimizer)
    raise ValueError(f"an optimizer is a name, such as 'adam', or keras.optimizers.Adam(0.001), got {optimizer!r}")
