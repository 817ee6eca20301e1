"""Callbacks that watch a value, over those of `gradschool.nn.callbacks`.

A value that an epoch does not have is warned of once, with those that it has, and training goes on, as in Keras.
"""

from __future__ import annotations

import warnings
from typing import Any

from gradschool.nn import callbacks
from gradschool.nn.keras.callbacks.callback import Callback, Logs


class Wrapped(Callback):
    """A callback of the library under Keras' methods; what is asked of it beyond these, the library's answers."""

    inner: Any
    monitor = ""
    """The name of the value that it watches, if it watches one."""

    verbose = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew."""
        self.inner.on_train_begin(self.run)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Act before an epoch."""
        self.inner.on_epoch_begin(self.run)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Act after an epoch, unless what it watches is missing."""
        if not self.monitor or self.monitor in self.run.logs:
            before = self.run.optimizer.learning_rate
            self.inner.on_epoch_end(self.run)
            self.report(epoch, before)
        else:
            warn_of_missing(self, self.monitor, self.run.logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a batch."""
        self.inner.on_batch_end(self.run)

    def on_train_end(self, logs: Logs = None) -> None:
        """Act after the last epoch."""
        self.inner.on_train_end(self.run)

    def report(self, epoch: int, rate: float) -> None:
        """Print what was done, if `verbose`; `rate` is the learning rate before."""

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the library's callback, such as `best`."""
        if name.startswith("__") or "inner" not in vars(self):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(self.inner, name)


class EarlyStopping(Wrapped):
    """Stops when a value has not become better for `patience` epochs."""

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        """Watch the value called `monitor`."""
        super().__init__()
        self.monitor, self.verbose = monitor, verbose
        self.inner = callbacks.EarlyStopping(
            monitor,
            mode=mode,
            patience=patience,
            min_delta=abs(min_delta),
            baseline=baseline,
            restore_best_weights=restore_best_weights,
            start_from_epoch=start_from_epoch,
        )

    def report(self, epoch: int, rate: float) -> None:
        """Print that training stops."""
        if self.verbose and self.inner.stopped_epoch == epoch:
            print(f"epoch {epoch + 1}: early stopping; the best was epoch {(self.inner.best_epoch or 0) + 1}")


class ReduceLROnPlateau(Wrapped):
    """Multiplies the learning rate by `factor` when a value has not become better for `patience` epochs."""

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        """Watch the value called `monitor`."""
        super().__init__()
        self.monitor, self.verbose = monitor, verbose
        self.inner = callbacks.ReduceLROnPlateau(
            monitor,
            mode=mode,
            factor=factor,
            patience=patience,
            min_delta=abs(min_delta),
            cooldown=cooldown,
            min_lr=min_lr,
        )

    def report(self, epoch: int, rate: float) -> None:
        """Print the new learning rate."""
        now = self.run.optimizer.learning_rate
        if self.verbose and now < rate:
            print(f"epoch {epoch + 1}: the learning rate falls to {now:.4g}")


def warn_of_missing(callback: Callback, monitor: str, logs: dict[str, float]) -> None:
    """Warn, once in a training, that the epochs lack the value that a callback watches."""
    if getattr(callback, "warned_in", None) is callback.run:
        return
    callback.warned_in = callback.run  # type: ignore[attr-defined]
    missing = []
    if monitor.removeprefix("val_") not in logs:
        missing.append(f"compile takes metrics=[{monitor.removeprefix('val_')!r}]")
    if monitor.startswith("val_") and not any(name.startswith("val_") for name in logs):
        missing.append("fit takes validation data")
    advice = f"; for that {' and '.join(missing)}" if missing else ""
    warnings.warn(
        f"{type(callback).__name__} watches {monitor!r}, which the epochs do not have, and does nothing: "
        f"they have {', '.join(logs)}{advice}",
        UserWarning,
        stacklevel=2,
    )
