"""What `fit` shows while it trains: a bar that goes when the epoch ends, and a line of its values.

All goes to the standard output: notebooks colour the standard error as if something had failed. A bar is drawn only
where it can be drawn over: in a terminal and in a notebook.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.training.run import Run

__all__ = ["Progress"]

DELAY = 0.5
"""The seconds after which an epoch that still goes on gets a bar."""


class Progress(Callback):
    """Prints a line for every epoch, under a bar that goes again."""

    def __init__(self, batches: int) -> None:
        """Show epochs of `batches` batches."""
        self.batches = batches
        self.bar: Any = None

    def on_epoch_begin(self, run: Run) -> None:
        """Start the clock, and the bar if there can be one."""
        self.start = time.perf_counter()
        if _can_draw():
            tqdm = import_module("tqdm").tqdm  # only here: training that is not watched does without it
            self.bar = tqdm(total=self.batches, desc=_title(run), file=sys.stdout, leave=False, delay=DELAY)

    def on_batch_end(self, run: Run) -> None:
        """Let the bar grow."""
        if self.bar is not None:
            self.bar.set_postfix_str(f"loss {_figure(run.logs['loss'])}", refresh=False)
            self.bar.update()

    def on_epoch_end(self, run: Run) -> None:
        """Print the values of the epoch in place of the bar."""
        self._close()
        values = "  ".join(f"{name} {_figure(value)}" for name, value in run.logs.items())
        print(f"{_title(run)}  {values}  {time.perf_counter() - self.start:.1f} s", flush=True)

    def on_train_end(self, run: Run) -> None:
        """Print where the user broke the training off, if it was so."""
        self._close()
        if run.history.interrupted:
            print(f"{_title(run)}  interrupted at batch {run.batch + 1}", flush=True)

    def _close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def _title(run: Run) -> str:
    """Return which epoch this is, counted from 1."""
    return f"epoch {run.epoch + 1:{len(str(run.epochs))}}/{run.epochs}"


def _can_draw() -> bool:
    """Return whether the standard output is a terminal's or a notebook's."""
    return sys.stdout.isatty() or type(sys.stdout).__module__.startswith("ipykernel")


def _figure(value: float) -> str:
    """Return a value in about as many figures as are worth reading."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.3e}"
