"""A table of a model's layers: what they put out, and how many numbers they learn.

The shapes come from an empty batch, which passes through the model in evaluation mode and costs next to nothing.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradschool.nn.layers.layer import Layer
from gradschool.nn.recording import outputs

__all__ = ["Row", "Summary", "summary"]

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Row:
    """One layer: None in `shape` is the batch; parameters of layers inside it are counted there."""

    name: str
    kind: str
    shape: Shape | None
    parameters: int

    def cells(self) -> tuple[str, str, str, str]:
        """Return the row as text."""
        sizes = () if self.shape is None else tuple("N" if size is None else str(size) for size in self.shape)
        shape = "" if self.shape is None else f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"
        return self.name, self.kind, shape, f"{self.parameters:,}"


@dataclass(frozen=True)
class Summary:
    """The layers of a model in rows; printed, or shown by a notebook, a table."""

    rows: list[Row]
    total: int
    """The number of trainable parameters, one that layers share counted once."""
    buffers: int
    """The number of values that layers keep and no gradient changes."""
    bytes: int
    """The memory of the parameters, their gradients and the buffers."""

    HEADING = ("name", "layer", "output", "parameters")

    def __str__(self) -> str:
        """Return the table as aligned text."""
        table = [self.HEADING, *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            f"{name:{widths[0]}}  {kind:{widths[1]}}  {shape:{widths[2]}}  {count:>{widths[3]}}"
            for name, kind, shape, count in table
        ]
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:], rule, *self._totals()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the table as a notebook shows it."""
        heading = "".join(f"<th>{name}</th>" for name in self.HEADING)
        lines = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row.cells()) for row in self.rows]
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        totals = "<br>".join(self._totals())
        return f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table><p>{totals}</p>"

    def _totals(self) -> list[str]:
        """Return the lines under the table."""
        buffers = [f"{self.buffers:,} values in buffers"] if self.buffers else []
        memory = f"{_bytes(self.bytes)} of memory, gradients included"
        return [f"{self.total:,} trainable parameters", *buffers, memory]


def summary(model: Layer, shape: int | Sequence[int | None] | None = None) -> Summary:
    """Return a table of the model's layers, with their output shapes if `shape` is given.

    `shape` is that of one example, (784,) or 784, or (3, 32, 32); where the batch is not the first axis it is that of a
    batch with None for its size, (28, None, 16) for sequences (T, N, D). The model remembers the empty batch that it is
    shown as it does any other. Raise ValueError if the model does not take the shape.
    """
    if isinstance(shape, int | np.integer):
        shape = (int(shape),)
    shapes = {} if shape is None else _output_shapes(model, shape)
    layers = {"": model, **model.named_layers()}
    counts = dict.fromkeys(layers, 0)
    for name, parameter in model.named_parameters().items():
        owner = max((one for one in layers if not one or name.startswith(f"{one}.")), key=len)
        counts[owner] += parameter.value.size
    if len(layers) > 1 and not counts[""]:
        del layers[""]
    rows = [Row(name, type(layer).__name__, shapes.get(name), counts[name]) for name, layer in layers.items()]
    values = [parameter.value for parameter in model.parameters()]
    learnt = sum(value.size for value in values)
    state = model.state().values()
    memory = sum(array.nbytes for array in state) + sum(value.nbytes for value in values)
    return Summary(rows, learnt, sum(array.size for array in state) - learnt, memory)


def _output_shapes(model: Layer, shape: Sequence[int | None]) -> dict[str, Shape]:
    """Return the shape of the output of each layer that took part, by its name."""
    if sum(size is None for size in shape) > 1:
        raise ValueError(f"summary() takes a shape with one None, the batch's size, got {tuple(shape)}")
    whole = [size or 0 for size in shape] if None in shape else [0, *(size or 0 for size in shape)]
    floating = next((parameter.value.dtype for parameter in model.parameters()), np.dtype(np.float64))
    try:
        found = outputs(model, np.zeros(whole, dtype=floating))
    except (ValueError, TypeError, IndexError) as refusal:
        try:  # an Embedding takes whole numbers
            found = outputs(model, np.zeros(whole, dtype=np.int64))
        except (ValueError, TypeError, IndexError):
            raise ValueError(f"summary(shape={tuple(shape)}): the model does not take it: {refusal}") from refusal
    return {name: tuple(size or None for size in output.shape) for name, (_, output) in found.items()}


def _bytes(count: int) -> str:
    """Return a number of bytes in a unit that suits it."""
    units = ["bytes", "kB", "MB", "GB"]
    power = min(3, max(0, (len(str(count)) - 1) // 3))
    return f"{count} bytes" if not power else f"{count / 1000**power:.1f} {units[power]}"
