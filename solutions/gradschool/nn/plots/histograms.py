"""What goes forward and what comes back, layer by layer: how it is spread, and how much of it is dead.

The spread of activations and gradients from layer to layer: Glorot & Bengio (2010), "Understanding the difficulty of
training deep feedforward neural networks", AISTATS, PMLR 9, 249-256.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.layer import Layer
from gradschool.nn.plots.style import COLOURS, NEUTRAL, several_axes
from gradschool.nn.recording import outputs
from gradschool.nn.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 80
BOUNDS = {
    "Tanh": (-1.0, 1.0),
    "Softsign": (-1.0, 1.0),
    "Hardtanh": (-1.0, 1.0),
    "Sigmoid": (0.0, 1.0),
    "Hardsigmoid": (0.0, 1.0),
}
"""Between what the outputs of a bounded activation lie."""
NEAR = 0.01
"""A bounded output is saturated within this share of its range from an end."""


def plot_activation_histograms(model: Layer, x: Array, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Return axes, a row for each layer, with a histogram of what the layer puts out for the batch `x`.

    All rows have one horizontal axis. Outputs of exactly 0, which a ReLU makes many of, are left out of the histogram,
    and their share is written beside it, as are the mean and the standard deviation of all outputs, and the share of
    the saturated: those of Tanh, Sigmoid and the like within 1 % of an end of their range.
    """
    found = {name: pair for name, pair in outputs(model, x).items() if not pair[0].named_layers()}
    rows = {_title(name, layer): output for name, (layer, output) in found.items()}
    notes = [_activation_note(type(layer).__name__, output) for layer, output in found.values()]
    axes = _rows("plot_activation_histograms", len(rows), ax)
    parts = [output[np.isfinite(output) & (output != 0)].astype(float) for output in rows.values()]
    spans = [np.quantile(part, [0.002, 0.998]) for part in parts if part.size]
    low, high = (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else (-1.0, 1.0)
    low, high = (low, high) if low < high else (low - 0.5, high + 0.5)
    edges = np.linspace(low, high, BINS + 1)
    for panel, title, part, note in zip(axes, rows, parts, notes, strict=True):
        _histogram(panel, np.clip(part, low, high), edges, title, note)
        panel.axvline(0, color=NEUTRAL, linewidth=0.8)
    axes[-1].set_xlabel("output of the layer")
    return axes


def plot_gradient_histograms(model: Layer, *, ax: Sequence[Axes] | None = None) -> list[Axes]:
    """Return axes, a row for each parameter, with a histogram of the sizes of its gradient's entries.

    The gradients are those that the last `model.backward` left. All rows have one logarithmic axis, so that gradients
    that vanish or explode from layer to layer show. Entries of exactly 0 are left out of the histogram, and their share
    is written beside it, as is the root mean square of all.

    Raises ValueError if all gradients are zero.
    """
    gradients = {name: np.abs(parameter.grad) for name, parameter in model.named_parameters().items()}
    parts = [g[np.isfinite(g) & (g > 0)].astype(float) for g in gradients.values()]
    if not any(part.size for part in parts):
        raise ValueError(
            "plot_gradient_histograms finds no gradient that is not 0; "
            "call loss.forward(...) and model.backward(loss.backward()) before it"
        )
    axes = _rows("plot_gradient_histograms", len(parts), ax)
    low = min(np.log10(part).min() for part in parts if part.size)
    high = max(np.log10(part).max() for part in parts if part.size)
    low = max(low, high - 16)
    edges = 10 ** np.linspace(low - 0.1, high + 0.1, BINS + 1)
    for panel, (name, g), part in zip(axes, gradients.items(), parts, strict=True):
        note = [f"rms {_root_mean_square(g):.2g}", *_share(g == 0, "zero"), *_share(~np.isfinite(g), "not finite")]
        _histogram(panel, np.clip(part, edges[0], edges[-1]), edges, name, "\n".join(note))
        panel.set_xscale("log")
    axes[-1].set_xlabel("size of the gradient's entries")
    return axes


def _rows(function: str, number: int, ax: Sequence[Axes] | None) -> list[Axes]:
    """Return axes one under the other, which share the horizontal axis."""
    return several_axes(function, ax, number, 1, figsize=(6.4, 0.9 + 0.8 * number), sharex=True)


def _histogram(ax: Axes, values: Array, edges: Array, title: str, note: str) -> None:
    """Draw one row."""
    if values.size:
        heights, _ = np.histogram(values, edges)
        ax.stairs(heights / values.size, edges, fill=True, color=COLOURS[0], alpha=0.75)
    ax.set_yticks([])
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(bottom=0)
    ax.set_ylabel(title, rotation=0, ha="right", va="center")
    ax.text(1.02, 0.5, note, transform=ax.transAxes, ha="left", va="center", fontsize="small")


def _title(name: str, layer: Layer) -> str:
    """Return the kind of a layer and its name."""
    return f"{type(layer).__name__}\n{name}" if name else type(layer).__name__


def _activation_note(kind: str, output: Array) -> str:
    """Return mean and standard deviation, and what share is zero, saturated, or no number."""
    finite = output[np.isfinite(output)].astype(float)
    lines = [f"mean {finite.mean():.2g}", f"sd {finite.std():.2g}"] if finite.size else []
    lines += _share(output == 0, "zero")
    if kind in BOUNDS:
        low, high = BOUNDS[kind]
        near = NEAR * (high - low)
        lines += _share((finite <= low + near) | (finite >= high - near), "saturated")
    return "\n".join(lines + _share(~np.isfinite(output), "not finite"))


def _share(true: npt.NDArray[np.bool_], what: str) -> list[str]:
    """Return the share of the entries that are true in words; nothing if none is."""
    if not true.any():
        return []
    percent = 100 * float(np.mean(true))
    return [f"{percent:.0f} % {what}" if percent >= 1 else f"< 1 % {what}"]


def _root_mean_square(values: Array) -> float:
    """Return the root of the mean of the squares."""
    return float(np.sqrt(np.mean(values.astype(float) ** 2)))
