"""Checkpoints written during training."""

from __future__ import annotations

from pathlib import Path

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.callbacks.monitor import Monitor
from gradschool.nn.training.checkpoint import require_place, save
from gradschool.nn.training.run import Run

__all__ = ["ModelCheckpoint"]


class ModelCheckpoint(Callback):
    """Saves the model after every epoch, or after each that is the best so far, for `gradschool.nn.load`.

    `path` may hold the values of the epoch and its number, counted from 1: "model_{epoch:02d}_{val_loss:.3f}.npz".
    With `save_optimizer` the file also holds the optimizer and the generator of the order of the examples, so that
    training can go on from it. Afterwards `best` is the best value, and `last` the path written last; None if none.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        monitor: str = "val_loss",
        mode: str = "auto",
        save_best_only: bool = False,
        save_optimizer: bool = True,
    ) -> None:
        """Write to `path`, whose folder exists; watch the value called `monitor` if `save_best_only`."""
        self.path = path
        self.monitor = Monitor(monitor, mode, owner="ModelCheckpoint")
        self.save_best_only = save_best_only
        self.save_optimizer = save_optimizer

    def on_train_begin(self, run: Run) -> None:
        """Forget the last training; raise an error if the value to watch or the folder cannot be there."""
        if self.save_best_only:
            self.monitor.expect(run)
        if "{" not in str(Path(self.path).parent):
            require_place(Path(self.path))
        self.best: float | None = None
        self.last: Path | None = None

    def on_epoch_end(self, run: Run) -> None:
        """Save the model, unless only the best are wanted and this is not one."""
        if self.save_best_only:
            value = self.monitor.read(run.logs)
            if not self.monitor.better(value, self.best):
                return
            self.best = value
        path = self._fill(run)
        if self.save_optimizer:
            save(path, run.model, run.optimizer, rng=run.rng)
        else:
            save(path, run.model)
        self.last = path

    def _fill(self, run: Run) -> Path:
        """Return the path with the values of this epoch in it."""
        values = run.logs | {"epoch": run.epoch + 1}
        try:
            return Path(str(self.path).format(**values))
        except (KeyError, IndexError, ValueError) as error:
            names = ", ".join(f"{{{name}}}" for name in values)
            raise ValueError(f"ModelCheckpoint({str(self.path)!r}): the path may hold {names} ({error!r})") from None
