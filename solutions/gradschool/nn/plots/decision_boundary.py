"""Which class a model gives each point of the plane, and where the classes meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.plots.style import COLOURS, MARKERS, NEUTRAL, one_axes
from gradschool.nn.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS = 10_000
"""How many points of the plane are put through the model at once."""


def plot_decision_boundary(
    model: Callable[[Array], npt.NDArray[Any]],
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    threshold: float | None = None,
    labels: Sequence[str] | None = None,
    resolution: int = 200,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with the points X, (N, 2), marked by their classes y, (N,), over the regions that `model` makes.

    `model` is a layer, or any function of points (M, 2). It returns scores, (M, C), of which the largest wins; or one
    output, (M,) or (M, 1), which says the higher of two classes where it is above `threshold` (0.5 if all outputs lie
    between 0 and 1, else 0); or whole numbers (M,), which are the classes. `labels` names the classes, in order.

    Raises ValueError if X is not of two columns, y not of as many rows, or the model's output neither of these.
    """
    points, classes = np.asarray(X), np.asarray(y).reshape(-1)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(
            f"plot_decision_boundary takes X of shape (N, 2), got {points.shape}; choose two columns and train on them"
        )
    if len(classes) != len(points) or len(points) == 0:
        raise ValueError(
            f"plot_decision_boundary takes a class for each of the {len(points)} points, got {len(classes)}"
        )
    points = points if points.dtype.kind == "f" else points.astype(float)
    x1, x2 = (_range(column, resolution) for column in points.T)
    grid = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2).astype(points.dtype)
    function: Any = model if callable(model) else model.predict
    output = np.concatenate([np.asarray(function(grid[i : i + ROWS])) for i in range(0, len(grid), ROWS)])
    if output.ndim not in (1, 2) or len(output) != len(grid):
        raise ValueError(
            f"plot_decision_boundary takes a model that returns (M, C), (M, 1) or (M,) for M points, "
            f"got {output.shape} for {len(grid)}"
        )
    numbers, margins = _margins(output, classes, threshold)
    fields = [margin.reshape(len(x2), len(x1)) for margin in margins]
    if labels is not None and len(labels) != len(numbers):
        raise ValueError(f"plot_decision_boundary takes a label for each of {len(numbers)} classes, got {len(labels)}")
    if unknown := set(classes.tolist()) - set(numbers):
        raise ValueError(
            f"plot_decision_boundary finds the class {min(unknown)} in y, and the model has scores for 0 to "
            f"{numbers[-1]}; number the classes from 0, as np.unique(y, return_inverse=True)[1] does"
        )

    from matplotlib.colors import ListedColormap, to_rgb

    ax = one_axes(ax, 5.0, 4.2)
    shown = [COLOURS[i % len(COLOURS)] for i in range(len(numbers))]
    names = list(labels) if labels is not None else [f"class {number:g}" for number in numbers]
    region = np.argmax(fields, axis=0)
    half1, half2 = (x1[1] - x1[0]) / 2, (x2[1] - x2[0]) / 2
    ax.imshow(
        region,
        extent=(x1[0] - half1, x1[-1] + half1, x2[0] - half2, x2[-1] + half2),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap=ListedColormap([to_rgb(colour) for colour in shown]),
        vmin=-0.5,
        vmax=len(shown) - 0.5,
        alpha=0.22,
    )
    for field in fields[:-1] if len(fields) == 2 else fields:
        if field.min() < 0 < field.max():
            ax.contour(x1, x2, field, levels=[0], colors=NEUTRAL, linewidths=1.4)
    size = min(26.0, max(5.0, 12_000 / len(points)))
    for number, name, colour, i in zip(numbers, names, shown, range(len(names)), strict=True):
        own = points[classes == number]
        marker = MARKERS[i % len(MARKERS)]
        ax.scatter(
            own[:, 0], own[:, 1], s=size, color=colour, marker=marker, edgecolors="white", linewidths=0.6, label=name
        )
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=x1[[0, -1]], ylim=x2[[0, -1]])
    ax.legend(frameon=True, framealpha=0.8, fontsize="small")
    return ax


def _range(column: Array, resolution: int) -> Array:
    """Return `resolution` numbers from a little below the smallest to a little above the largest."""
    low, high = float(column.min()), float(column.max())
    margin = 0.08 * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, resolution)


def _margins(
    output: npt.NDArray[Any], y: npt.NDArray[Any], threshold: float | None
) -> tuple[list[float], list[npt.NDArray[Any]]]:
    """Return the classes, and for each by how much its score is above that of the best other one."""
    if output.ndim == 2 and output.shape[1] > 1:
        scores = np.moveaxis(output.astype(float), 1, 0)
        others = [np.delete(scores, k, axis=0).max(axis=0) for k in range(len(scores))]
        return list(range(len(scores))), [score - other for score, other in zip(scores, others, strict=True)]
    one = output.reshape(-1)
    if output.ndim == 1 and output.dtype.kind in "iub":
        numbers = sorted(set(one.tolist()) | set(y.tolist()))
        return numbers, [np.where(one == number, 0.5, -0.5) for number in numbers]
    numbers = sorted(set(y.tolist()))
    if len(numbers) > 2:
        raise ValueError(
            f"plot_decision_boundary cannot tell {len(numbers)} classes by one output; the model needs one for each"
        )
    if len(numbers) == 1:
        numbers = [0, 1] if numbers[0] in (0, 1) else sorted([-numbers[0], numbers[0]])
    if threshold is None:
        threshold = 0.5 if one.min() >= 0 and one.max() <= 1 else 0.0
    return numbers, [threshold - one, one - threshold]
