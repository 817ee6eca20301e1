"""The state of a training, as callbacks see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradschool.nn.layers.layer import Layer
from gradschool.nn.training.history import History

__all__ = ["Run"]


@dataclass
class Run:
    """A training under way. A callback may set `stop`, and add to `logs` at the end of an epoch."""

    model: Layer
    optimizer: Any
    rng: np.random.Generator | None = None
    """What the order of the examples is drawn from."""
    epochs: int = 1
    """The epoch before which training ends."""
    epoch: int = 0
    """The epoch, counted from 0."""
    batch: int = 0
    """The batch of this epoch, counted from 0."""
    batch_loss: float = float("nan")
    """The loss of the last batch alone."""
    logs: dict[str, float] = field(default_factory=dict)
    """This epoch's values by name; in the middle of it, `loss` is the mean so far."""
    history: History = field(default_factory=History)
    validated: bool = True
    """Whether an epoch may have values of validation: there are data for it, or a callback that may add some."""
    stop: bool = False
    """Whether training ends here."""
