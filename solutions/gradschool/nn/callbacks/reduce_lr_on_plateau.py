"""A learning rate that falls when a value no longer gets better.

η ← max(factor · η, min_lr)        after `patience` epochs in a row that are not better than the best by min_delta

The counting is that of Keras; `gradschool.nn.ReduceLROnPlateau` is the schedule that counts as PyTorch does.
"""

from __future__ import annotations

from gradschool.nn.arguments import count
from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.callbacks.monitor import Monitor
from gradschool.nn.callbacks.rates import rate_holders
from gradschool.nn.training.run import Run

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(Callback):
    """Multiplies the learning rate by `factor` after `patience` epochs in a row without a better value.

    Better is better than the best by more than `min_delta`; a tie is not, nor is NaN. A patience of 0 is one of 1.
    After a change the counting begins again with the epoch number `cooldown`, where 0 and 1 are both the next. No rate
    falls below `min_lr`. Groups of parameters keep the ratios of their rates, down to `min_lr`.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        *,
        mode: str = "auto",
        factor: float = 0.1,
        patience: int = 10,
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        """Watch the value called `monitor`."""
        if not 0 < factor < 1:
            raise ValueError(f"ReduceLROnPlateau(factor={factor}): the factor lies between 0 and 1")
        self.monitor = Monitor(monitor, mode, min_delta, "ReduceLROnPlateau")
        self.factor = factor
        self.patience = count("ReduceLROnPlateau", "patience", patience)
        self.cooldown = count("ReduceLROnPlateau", "cooldown", cooldown)
        self.min_lr = min_lr

    def on_train_begin(self, run: Run) -> None:
        """Forget the last training; raise ValueError if the rate follows a schedule or the value cannot be there."""
        self.monitor.expect(run)
        rate_holders(run.optimizer, "ReduceLROnPlateau")
        self.best: float | None = None
        self.waited = self.cooling = 0

    def on_epoch_end(self, run: Run) -> None:
        """Compare this epoch's value with the best, and lower the rate if that was long ago."""
        value = self.monitor.read(run.logs)
        if self.cooling:
            self.cooling -= 1
        if self.monitor.better(value, self.best):
            self.best, self.waited = value, 0
        elif not self.cooling:
            self.waited += 1
            if self.waited >= self.patience:
                self._lower(run)

    def _lower(self, run: Run) -> None:
        """Multiply every rate that is above the least, and begin to count again."""
        for holder in rate_holders(run.optimizer, "ReduceLROnPlateau"):
            if holder.learning_rate > self.min_lr:
                holder.learning_rate = max(self.factor * holder.learning_rate, self.min_lr)
                self.waited, self.cooling = 0, self.cooldown
