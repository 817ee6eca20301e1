"""The table that `summary` prints."""

from __future__ import annotations

from gradschool.nn.keras.conversions import Shape
from gradschool.nn.keras.models.stack import Stack

HEADING = ("layer (type)", "output shape", "weights")


def summary(model: Stack) -> str:
    """Return the table: a line for each layer, and the totals if the weights are made."""
    rows = [HEADING]
    for layer in model.layers:
        count = f"{layer.count_params():,}" if model.built else "not made yet"
        rows.append((f"{layer.name} ({type(layer).__name__})", _batch(layer.output_shape), count))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"{name:{widths[0]}}  {shape:{widths[1]}}  {count:>{widths[2]}}" for name, shape, count in rows]
    rule = "-" * len(lines[0])
    lines = [f'model "{model.name}"', rule, lines[0], rule, *lines[1:], rule]
    if model.built:
        total = model.count_params()
        trained = sum(parameter.value.size for parameter in model.trainable_parameters())
        lines += [f"weights     {total:,}", f"  trained   {trained:,}", f"  others    {total - trained:,}"]
    return "\n".join(lines)


def _batch(shape: Shape | None) -> str:
    """Return the shape of a batch as text."""
    if shape is None:
        return "?"
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
