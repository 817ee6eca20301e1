"""Models whose gradients the tape has."""

from __future__ import annotations

import os
from typing import Any

from gradschool.nn.autograd.keras import parts as parts  # which have their twins
from gradschool.nn.autograd.twins import TWINS, put_on_tape, taped
from gradschool.nn.keras.models import saving, sequential
from gradschool.nn.layers.layer import Layer

__all__ = ["Sequential", "load_model"]


class Sequential(sequential.Sequential):
    """A model: layers in a row; its network and its loss are on the tape."""

    def prepared(self, part: Any) -> Any:
        """Return the network, which becomes its twin, or the loss's twin; a loss that has none keeps its backward."""
        if isinstance(part, Layer):
            return put_on_tape(part)
        return taped(part) if type(part) in TWINS else part


def load_model(filepath: str | os.PathLike[str], compile: bool = True) -> Sequential:
    """Return the model that `model.save` wrote to a file, compiled as it was unless `compile` is false."""
    model: Sequential = saving.restored(filepath, compile, Sequential)
    return model
