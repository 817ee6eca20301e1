"""Image sets in the form in which Keras returns them: bytes, with the channels last."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Part = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
Data = tuple[Part, Part]


def in_keras_form(load: Callable[..., Any], path: str | os.PathLike[str] | None) -> Data:
    """Return both parts of an image set; a `path` that does not exist is a name for the cache, as in Keras."""
    there = path if path is not None and Path(path).exists() else None
    return _part(load("train", path=there)), _part(load("test", path=there))


def _part(dataset: Any) -> Part:
    """Return the images and labels of one part: grey images have no axis of channels, coloured ones labels (N, 1)."""
    x = np.rint(dataset.X * 255).astype(np.uint8)
    y = dataset.y.astype(np.uint8)
    return (x[:, 0], y) if x.shape[1] == 1 else (np.ascontiguousarray(np.moveaxis(x, 1, 3)), y[:, None])
