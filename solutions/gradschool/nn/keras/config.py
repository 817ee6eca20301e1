"""The dtype that models are built in: float32, as Keras has it, unless told otherwise."""

from __future__ import annotations

_floatx = "float32"


def floatx() -> str:
    """Return the dtype of the models built from now on: "float32" or "float64"."""
    return _floatx


def set_floatx(dtype: str) -> None:
    """Build the models from now on in `dtype`, "float32" or "float64"; those already built stay as they are."""
    global _floatx
    if dtype not in ("float32", "float64"):
        raise ValueError(f"set_floatx takes 'float32' or 'float64', got {dtype!r}")
    _floatx = dtype


def image_data_format() -> str:
    """Return "channels_last": where image layers look for the channels unless they are given a `data_format`."""
    return "channels_last"
