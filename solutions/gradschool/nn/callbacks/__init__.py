"""What can be done between the batches and the epochs of `fit`.

A callback is an object with five methods. Each is called with the `Run`: the model, the optimizer, the epoch, the
values so far, and `stop`, which ends the training. Callbacks are called in the order in which `fit` gets them.

As in `gradschool.nn`, a name is imported when it is first asked for: a student's release holds only some of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradschool.nn import import_built

MODULES = {
    "CSVLogger": "callbacks.csv_logger",
    "Callback": "callbacks.callback",
    "EarlyStopping": "callbacks.early_stopping",
    "LambdaCallback": "callbacks.lambda_callback",
    "LearningRateScheduler": "callbacks.learning_rate_scheduler",
    "ModelCheckpoint": "callbacks.model_checkpoint",
    "ReduceLROnPlateau": "callbacks.reduce_lr_on_plateau",
    "Run": "training.run",
    "TerminateOnNaN": "callbacks.terminate_on_nan",
}
"""The name → the module below `gradschool.nn` that it lives in."""

__all__ = list(MODULES)


def __getattr__(name: str) -> Any:
    """Import and return a public name."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; there are {', '.join(MODULES)}")
    return getattr(import_built(f"gradschool.nn.{MODULES[name]}", f"{__name__}.{name}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(MODULES)


if TYPE_CHECKING:
    from gradschool.nn.callbacks.callback import Callback as Callback
    from gradschool.nn.callbacks.csv_logger import CSVLogger as CSVLogger
    from gradschool.nn.callbacks.early_stopping import EarlyStopping as EarlyStopping
    from gradschool.nn.callbacks.lambda_callback import LambdaCallback as LambdaCallback
    from gradschool.nn.callbacks.learning_rate_scheduler import LearningRateScheduler as LearningRateScheduler
    from gradschool.nn.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
    from gradschool.nn.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau as ReduceLROnPlateau
    from gradschool.nn.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
    from gradschool.nn.training.run import Run as Run
