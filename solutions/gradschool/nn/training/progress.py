"""What `fit` shows while it trains: a bar that goes when the epoch ends, and a line of its values.

Lines go to the standard output: notebooks colour the standard error as if something had failed. A bar is drawn only
where it can be drawn over: in a terminal, and in a notebook, as one output that changes, so that a notebook which is
saved or exported does not keep every state of it.
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
        self.file = Output() if _in_notebook() else sys.stdout

    def on_epoch_begin(self, run: Run) -> None:
        """Start the clock, and the bar if there can be one."""
        self.start = time.perf_counter()
        if isinstance(self.file, Output) or self.file.isatty():
            tqdm = import_module("tqdm").tqdm  # only here: training that is not watched does without it
            self.bar = tqdm(total=self.batches, desc=_title(run), file=self.file, leave=False, delay=DELAY)

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


class Output:
    """A file whose lines take each other's place in one output of a notebook."""

    encoding = "utf-8"

    def __init__(self) -> None:
        """Begin without an output: it is made with the first line."""
        self.handle: Any = None

    def write(self, line: str) -> None:
        """Show the line in the place of the one before."""
        shown = {"text/plain": line.strip()}
        if self.handle is not None:
            self.handle.update(shown, raw=True)
        elif shown["text/plain"]:
            self.handle = import_module("IPython.display").display(shown, raw=True, display_id=True)

    def flush(self) -> None:
        """Do nothing: what is written is shown."""


def _in_notebook() -> bool:
    """Return whether the standard output is that of a notebook."""
    return type(sys.stdout).__module__.startswith("ipykernel")


def _figure(value: float) -> str:
    """Return a value in about as many figures as are worth reading."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.3e}"
