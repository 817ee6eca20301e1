"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.training.run import Run

__all__ = ["LambdaCallback"]


class LambdaCallback(Callback):
    """Calls functions of the `Run`: `LambdaCallback(on_epoch_end=lambda run: print(run.logs["loss"]))`."""

    def __init__(
        self,
        *,
        on_train_begin: Callable[[Run], Any] | None = None,
        on_epoch_begin: Callable[[Run], Any] | None = None,
        on_batch_end: Callable[[Run], Any] | None = None,
        on_epoch_end: Callable[[Run], Any] | None = None,
        on_train_end: Callable[[Run], Any] | None = None,
    ) -> None:
        """Take the functions, each under the name of the method that it is."""
        functions = {
            "on_train_begin": on_train_begin,
            "on_epoch_begin": on_epoch_begin,
            "on_batch_end": on_batch_end,
            "on_epoch_end": on_epoch_end,
            "on_train_end": on_train_end,
        }
        for name, function in functions.items():
            if function is not None:
                setattr(self, name, function)
