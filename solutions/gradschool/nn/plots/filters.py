"""The weights of a convolution as images, and the images that a layer makes of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.layer import Layer
from gradschool.nn.plots.style import one_axes
from gradschool.nn.recording import outputs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 64
"""Tiles in a picture of tiles; more are too small to see."""
MOST_ROWS = 16
"""Filters, and channels, in a picture with a row for each filter and a column for each channel."""


def plot_filters(layer: Any, *, ax: Axes | None = None) -> Axes:
    """Return axes with the filters of a convolution: `layer`, such as a Conv2d, or its weights, (O, C, rows, columns).

    Filters of one channel are tiles in grey, mid-grey being 0; filters of three channels are tiles in red, green and
    blue; otherwise each filter is a row, with a tile for each of its channels. The tiles are numbered along the axes:
    where both axes have numbers of one kind, a tile's own is their sum. The first 64 filters are drawn (16, and of
    16 channels, if they are rows).
    """
    weights = np.asarray(layer.W.value if hasattr(layer, "W") else layer)
    if weights.ndim != 4 or weights.size == 0:
        raise ValueError(
            f"plot_filters takes a convolution, or weights of shape (O, C, rows, columns), got {weights.shape}"
        )
    O, C = weights.shape[:2]
    largest = float(np.abs(weights).max()) or 1.0
    if C in (1, 3):
        tiles = weights[:MOST]
        title = f"{_of(len(tiles), O)} filters"
        if C == 3:
            colours = np.moveaxis(0.5 + tiles / (2 * largest), 1, -1)
            ax = _tiles(colours, ax, "filter", None, "")
            ax.set_title(f"{title}; grey is 0, full colour {largest:.2g}", fontsize="medium")
            return ax
        ax = _tiles(tiles[:, 0], ax, "filter", (-largest, largest), "weight")
    else:
        shown = weights[:MOST_ROWS, :MOST_ROWS]
        rows, columns = shown.shape[:2]
        title = f"{_of(rows, O)} filters, {_of(columns, C)} channels"
        flat = shown.reshape(-1, *shown.shape[2:])
        ax = _tiles(flat, ax, "", (-largest, largest), "weight", columns=columns)
        ax.set(xlabel="input channel", ylabel="filter")
    ax.set_title(title, fontsize="medium")
    return ax


def plot_feature_maps(
    model: Layer, image: npt.ArrayLike, layer: Layer | str | int | None = None, *, ax: Axes | None = None
) -> Axes:
    """Return axes with the channels that a layer inside `model` makes of an image, (C, H, W) or (1, C, H, W).

    `layer` is a layer, its name in `model.named_layers()`, or its number in `model.layers`; without it, the first
    whose output has channels is taken. The tiles are numbered along the axes: a tile's number is the sum of both. The
    first 64 channels are drawn.
    """
    x = np.asarray(image)
    x = x[None] if x.ndim == 3 else x
    if x.ndim != 4 or len(x) != 1:
        raise ValueError(f"plot_feature_maps takes one image of shape (C, H, W), got {np.shape(image)}; X[0] is one")
    x = x if x.dtype.kind == "f" else x.astype(float)
    name, found, maps = _chosen(model, x, layer)
    if maps.ndim != 4:
        raise ValueError(
            f"plot_feature_maps takes a layer that puts out (N, C, H, W), but {type(found).__name__} ({name}) puts out "
            f"{maps.shape}; choose one before it"
        )
    tiles = maps[0, :MOST]
    ax = _tiles(tiles, ax, "channel", None, "activation")
    where = f", {name}" if name else ""
    ax.set_title(f"{type(found).__name__}{where}: {_of(len(tiles), maps.shape[1])} channels", fontsize="medium")
    return ax


def _chosen(model: Layer, x: npt.NDArray[Any], layer: Layer | str | int | None) -> tuple[str, Layer, npt.NDArray[Any]]:
    """Return the name of a layer, the layer and its output for `x`."""
    found = outputs(model, x)
    if layer is None:
        inner = [item for item in found.items() if item[0] and item[1][1].ndim == 4] or list(found.items())
        return inner[0][0], *inner[0][1]
    layers: Any = getattr(model, "layers", ())
    if isinstance(layer, int):
        if not -len(layers) <= layer < len(layers):
            raise ValueError(f"plot_feature_maps finds no layer {layer}; the model has {len(layers)}, counted from 0")
        layer = layers[layer]
    for name, (candidate, output) in found.items():
        if layer is candidate or layer == name:
            return name, candidate, output
    names = ", ".join(f"{name} ({type(one).__name__})" for name, (one, _) in found.items() if name)
    raise ValueError(f"plot_feature_maps finds no layer {layer!r} in the model; it has {names}")


def _of(shown: int, all_: int) -> str:
    """Return how many are shown of how many."""
    return f"{all_}" if shown == all_ else f"First {shown} of {all_}"


def _tiles(
    tiles: npt.NDArray[Any],
    ax: Axes | None,
    what: str,
    limits: tuple[float, float] | None,
    unit: str,
    *,
    columns: int | None = None,
) -> Axes:
    """Draw tiles, (n, rows, columns) or (n, rows, columns, 3), side by side with gaps, and numbers along the axes."""
    n, height, width = tiles.shape[:3]
    across = columns or (min(n, 4) if n <= 16 else 8)
    down = -(-n // across)
    gap = max(1, round(0.08 * max(height, width)))
    y_step, x_step = height + gap, width + gap
    size = (down * y_step - gap, across * x_step - gap)
    canvas = np.full((*size, *tiles.shape[3:]), np.nan)
    for i, tile in enumerate(tiles):
        top, left = i // across * y_step, i % across * x_step
        canvas[top : top + height, left : left + width] = tile
    if tiles.ndim == 4:
        opaque = ~np.isnan(canvas).any(axis=-1, keepdims=True)
        canvas = np.concatenate([np.nan_to_num(canvas), opaque], axis=-1)
    low, high = limits or (None, None)
    wide = 5.0
    ax = one_axes(ax, wide + (0.8 if unit else 0), min(9.0, max(1.6, wide * size[0] / size[1] + 0.6)), image=True)
    picture = ax.imshow(
        np.ma.masked_invalid(canvas),
        cmap="gray" if limits else "viridis",
        vmin=low,
        vmax=high,
        interpolation="nearest",
    )
    numbers = 1 if columns else across
    ax.set_xticks([i * x_step + (width - 1) / 2 for i in range(across)], [str(i) for i in range(across)])
    ax.set_yticks([i * y_step + (height - 1) / 2 for i in range(down)], [str(i * numbers) for i in range(down)])
    ax.tick_params(length=0, labelsize="small")
    ax.spines[:].set_visible(False)
    if what:
        ax.set(xlabel=what if down == 1 else f"{what} (row + column)")
    if down == 1 and not columns:
        ax.set_yticks([])
    if unit:
        bar = ax.figure.colorbar(picture, ax=ax, shrink=0.9)
        bar.set_label(unit)
        bar.outline.set_visible(False)
    return ax
