"""What older Keras programs ask of `keras.backend`."""

from __future__ import annotations

from gradschool.nn.keras.config import floatx as floatx
from gradschool.nn.keras.config import image_data_format as image_data_format
from gradschool.nn.keras.config import set_floatx as set_floatx


def clear_session() -> None:
    """Do nothing: models share no state that could be cleared."""


def epsilon() -> float:
    """Return 1e-7, how near to 0 and 1 a probability may come in a cross-entropy."""
    return 1e-7
