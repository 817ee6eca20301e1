"""`gradschool.nn.keras` with gradients from the tape: the same scripts run, and give the same results.

    import gradschool.nn.autograd.keras as keras

Layers, strings, losses, optimizers and callbacks are those of `gradschool.nn.keras`. What a model trains is another:
its network is `autograd.taped`, so every gradient comes from the tape and none was derived by hand. (The gradient of a
regularizer is its own: it is added where the optimizer steps.)
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from gradschool.nn import keras as by_hand
from gradschool.nn.autograd.keras import models as models
from gradschool.nn.autograd.keras.models import Sequential
from gradschool.nn.keras import Input, plot_history
from gradschool.nn.keras import activations as activations
from gradschool.nn.keras import backend as backend
from gradschool.nn.keras import callbacks as callbacks
from gradschool.nn.keras import config as config
from gradschool.nn.keras import initializers as initializers
from gradschool.nn.keras import layers as layers
from gradschool.nn.keras import losses as losses
from gradschool.nn.keras import metrics as metrics
from gradschool.nn.keras import optimizers as optimizers
from gradschool.nn.keras import regularizers as regularizers
from gradschool.nn.keras import utils as utils

if TYPE_CHECKING:
    from gradschool.nn.autograd.keras import datasets as datasets

__all__ = [
    "Input",
    "Sequential",
    "activations",
    "backend",
    "callbacks",
    "config",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "plot_history",
    "regularizers",
    "utils",
]

# `import gradschool.nn.autograd.keras.layers` finds the modules that both faces have in common.
for _name, _module in list(sys.modules.items()):
    if _name.startswith(f"{by_hand.__name__}.") and _name.split(".")[3] not in ("datasets", "models"):
        sys.modules[_name.replace(by_hand.__name__, __name__, 1)] = _module


def __getattr__(name: str) -> Any:
    """Return `datasets`, which is imported when it is first asked for; say what there is for any other name."""
    if name == "datasets":
        from importlib import import_module

        return import_module(f"{__name__}.datasets")
    return getattr(by_hand, name)
