"""A neural-network library in NumPy: the reference solution of the course.

Every module is one topic, and a student's release holds only the modules that the lessons up to theirs have built. So
a name is imported when it is first asked for, and one table says where each lives.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

MODULES = {
    "Array": "types",
    "Parameter": "parameter",
    "Layer": "layers.layer",
    "Dense": "layers.dense",
    "Sequential": "sequential",
    "MeanSquaredError": "losses.mean_squared_error",
    "L1": "penalties",
    "L2": "penalties",
    "SGD": "optimizers.sgd",
    "zeros": "initializers",
    "glorot_normal": "initializers",
    "glorot_uniform": "initializers",
    "he_normal": "initializers",
    "he_uniform": "initializers",
    "check_gradient": "gradients",
    "numeric_gradient": "gradients",
}
"""The module of each public name, relative to this package."""

__all__ = sorted([*MODULES, "linear_regression"])


def __getattr__(name: str) -> Any:
    """Return the public name `name`, importing its module."""
    module = f"{__name__}.{MODULES.get(name, name)}"
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        loaded = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise AttributeError(
            f"{__name__}.{name} is not here: the lesson that builds it comes later, or is this one"
        ) from None
    return loaded if name not in MODULES else getattr(loaded, name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)


if TYPE_CHECKING:
    from gradschool.nn import linear_regression as linear_regression
    from gradschool.nn.gradients import check_gradient as check_gradient
    from gradschool.nn.gradients import numeric_gradient as numeric_gradient
    from gradschool.nn.initializers import glorot_normal as glorot_normal
    from gradschool.nn.initializers import glorot_uniform as glorot_uniform
    from gradschool.nn.initializers import he_normal as he_normal
    from gradschool.nn.initializers import he_uniform as he_uniform
    from gradschool.nn.initializers import zeros as zeros
    from gradschool.nn.layers.dense import Dense as Dense
    from gradschool.nn.layers.layer import Layer as Layer
    from gradschool.nn.losses.mean_squared_error import MeanSquaredError as MeanSquaredError
    from gradschool.nn.optimizers.sgd import SGD as SGD
    from gradschool.nn.parameter import Parameter as Parameter
    from gradschool.nn.penalties import L1 as L1
    from gradschool.nn.penalties import L2 as L2
    from gradschool.nn.sequential import Sequential as Sequential
    from gradschool.nn.types import Array as Array
