"""The other callbacks under Keras' names."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradschool.nn import callbacks
from gradschool.nn.callbacks.monitor import Monitor
from gradschool.nn.keras.callbacks.callback import Callback, Logs
from gradschool.nn.keras.callbacks.watching import Wrapped, warn_of_missing


class LearningRateScheduler(Callback):
    """Sets the learning rate of every epoch to `schedule(epoch, rate)`, or to `schedule(epoch)`."""

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        """Keep the function; epochs count from 0, and `rate` is the rate so far."""
        super().__init__()
        self.schedule, self.verbose = schedule, verbose
        self.inner = callbacks.LearningRateScheduler(schedule)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Raise ValueError if the optimizer follows a schedule of its own."""
        self.inner.on_train_begin(self.run)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Set the rate of this epoch."""
        self.inner.on_epoch_begin(self.run)
        if self.verbose:
            print(f"epoch {epoch + 1}: the learning rate is {self.run.optimizer.learning_rate:.4g}")


class TerminateOnNaN(Wrapped):
    """Stops at the first batch whose loss is not finite."""

    def __init__(self) -> None:
        """Watch the loss of every batch."""
        super().__init__()
        self.inner = callbacks.TerminateOnNaN()


class CSVLogger(Wrapped):
    """Writes a line for every epoch to a file of comma-separated values."""

    def __init__(self, filename: str | Path, append: bool = False) -> None:
        """Write to `filename`, whose folder exists."""
        super().__init__()
        self.inner = callbacks.CSVLogger(filename, append=append)


class LambdaCallback(Callback):
    """Calls functions with Keras' arguments: `LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs))`."""

    def __init__(self, **functions: Callable[..., Any] | None) -> None:
        """Take the functions, each under the name of the method that it is."""
        super().__init__()
        for name, function in functions.items():
            if not name.startswith("on_") or not hasattr(Callback, name):
                methods = ", ".join(sorted(one for one in vars(Callback) if one.startswith("on_")))
                raise ValueError(f"LambdaCallback takes {methods}; got {name}")
            if function is not None:
                setattr(self, name, function)


class ModelCheckpoint(Callback):
    """Saves the model after every epoch, or after each that is the best so far.

    `filepath` may hold the number of the epoch, from 1, and its values: "model_{epoch:02d}_{val_loss:.3f}.npz".
    With `save_weights_only` the file is for `model.load_weights`, and else for `keras.models.load_model`.
    """

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
    ) -> None:
        """Write to `filepath`, whose folder exists."""
        super().__init__()
        self.filepath, self.verbose, self.save_weights_only = filepath, verbose, save_weights_only
        self.watch = Monitor(monitor, mode, owner="ModelCheckpoint") if save_best_only else None
        self.monitor = monitor if save_best_only else ""
        self.best = math.nan

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save the model, unless only the best are wanted and this is not one."""
        logs = self.run.logs
        if self.watch is not None:
            if self.monitor not in logs:
                warn_of_missing(self, self.monitor, logs)
                return
            if not self.watch.better(logs[self.monitor], None if math.isnan(self.best) else self.best):
                return
            self.best = logs[self.monitor]
        try:
            path = str(self.filepath).format(**{**logs, "epoch": epoch + 1})
        except (KeyError, IndexError) as missing:
            raise ValueError(
                f"ModelCheckpoint({str(self.filepath)!r}) takes the values of an epoch in its path, "
                f"and has no {missing}; there are epoch, {', '.join(logs)}"
            ) from None
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        if self.verbose:
            print(f"epoch {epoch + 1}: the model is saved to {path}")
