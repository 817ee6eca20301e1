"""Targets, brought into the shape that a loss takes; or an error that says which loss they are for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Target = npt.NDArray[Any]
Output = tuple[int | None, ...]
"""The shape of the output for one example."""


def like_output(loss: str, y: Target, output: Output) -> Target:
    """Return y in the shape of the output: an axis of size 1 at the end may be there or not."""
    if fits(y.shape[1:], output):
        return y
    if output[-1:] == (1,) and fits(y.shape[1:], output[:-1]):
        return y[..., None]
    if y.shape[-1:] == (1,) and fits(y.shape[1:-1], output):
        return y[..., 0]
    units = y.shape[-1] if y.ndim > 1 else 1
    advice = f"; the last layer needs {units} unit{'s' * (units != 1)} for these targets"
    if y.ndim == 1 and len(output) == 1 and y.dtype.kind in "iub":
        advice += ", or is 'sparse_categorical_crossentropy' the loss?"
    raise ValueError(f"{loss} takes y in the shape of the output, {batch(output)}, got {y.shape}{advice}")


def binary(y: Target, output: Output) -> Target:
    """Return y from 0 to 1, in the shape of the output."""
    if output[-1:] != (1,) and y.ndim == len(output) and y.dtype.kind in "iub":
        raise ValueError(
            f"BinaryCrossentropy takes y in the shape of the output, {batch(output)}, got {y.shape}; for two classes "
            "or labels give the last layer 1 unit, for more take 'sparse_categorical_crossentropy'"
        )
    y = like_output("BinaryCrossentropy", y, output)
    if y.size and not (y.min() >= 0 and y.max() <= 1):
        advice = "; (y + 1) / 2 makes 0 and 1 of -1 and 1" if set(np.unique(y)) <= {-1, 1} else ""
        raise ValueError(f"BinaryCrossentropy takes y from 0 to 1, got {y.min():g} to {y.max():g}{advice}")
    return y


def categorical(y: Target, output: Output) -> Target:
    """Return one-hot rows in the shape of the output."""
    if output[-1:] == (1,):
        raise ValueError(_one_unit("CategoricalCrossentropy"))
    if not fits(y.shape[1:], output):
        advice = ""
        if fits(y.shape[1:], output[:-1]) or (y.shape[-1:] == (1,) and fits(y.shape[1:-1], output[:-1])):
            advice = (
                f"; for labels take 'sparse_categorical_crossentropy', or "
                f"keras.utils.to_categorical(y, {output[-1]}) makes one-hot rows"
            )
        elif y.ndim == len(output) + 1:
            advice = f"; the last layer needs {y.shape[-1]} units for these targets"
        raise ValueError(f"CategoricalCrossentropy takes one-hot y of shape {batch(output)}, got {y.shape}{advice}")
    return y


def sparse(y: Target, output: Output, ignore: int | None = None) -> Target:
    """Return labels as whole numbers, in the shape of the output without its last axis."""
    if not output or output[-1] == 1:
        raise ValueError(_one_unit("SparseCategoricalCrossentropy"))
    if y.ndim == len(output) + 1 and y.shape[-1] == 1:
        y = y[..., 0]
    if not fits(y.shape[1:], output[:-1]):
        advice = "; for one-hot rows take 'categorical_crossentropy'" if fits(y.shape[1:], output) else ""
        raise ValueError(
            f"SparseCategoricalCrossentropy takes labels of shape {batch(output[:-1])}, got {y.shape}{advice}"
        )
    labels = y.astype(np.int64)
    if np.any(labels != y):
        raise ValueError("SparseCategoricalCrossentropy takes labels that are whole numbers; for numbers take 'mse'")
    counted = labels if ignore is None else labels[labels != ignore]
    classes = output[-1]
    if counted.size and classes is not None and (counted.min() < 0 or counted.max() >= classes):
        advice = f"; the last layer needs {counted.max() + 1} units" if counted.min() >= 0 else "; labels count from 0"
        raise ValueError(
            f"SparseCategoricalCrossentropy takes labels from 0 to {classes - 1} for an output of {classes} units, got "
            f"{counted.min()} to {counted.max()}{advice}"
        )
    return labels


def fits(shape: tuple[int, ...], wanted: Output) -> bool:
    """Return whether a shape is the wanted one, in which None stands for any size."""
    return len(shape) == len(wanted) and all(want in (None, size) for size, want in zip(shape, wanted, strict=True))


def batch(example: Output) -> str:
    """Return the shape of a batch of such examples, in words."""
    return f"({', '.join(['N', *('any' if size is None else str(size) for size in example)])}{'' if example else ','})"


def _one_unit(loss: str) -> str:
    """Return what to do about a cross-entropy of classes where there is one output."""
    return (
        f"{loss} takes an output unit for each class, and the last layer has 1: give it as many units as there are "
        "classes, with a softmax, or take 'binary_crossentropy' with a sigmoid for two classes"
    )
