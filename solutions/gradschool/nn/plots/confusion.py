"""How often each class was taken for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.plots.style import NEUTRAL, one_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NUMBERS = 30
"""With more classes, the cells are too small for numbers."""


def plot_confusion_matrix(
    matrix: npt.ArrayLike,
    target: npt.ArrayLike | None = None,
    *,
    labels: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Return axes with a row for each true class and a column for each predicted one, and the counts in the cells.

    Either `matrix` holds the counts, (C, C), rows being true classes; or `matrix` holds predictions and `target` the
    true classes, (N,), as for `nn.metrics.confusion_matrix`: predictions are classes, (N,), or scores, (N, C), of which
    the largest wins. `labels` names the classes. A cell is the darker the larger its share of the row; a count of 0 is
    left out.
    """
    counts = np.asarray(matrix) if target is None else _count(matrix, target, labels)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.size == 0:
        raise ValueError(
            f"plot_confusion_matrix takes counts of shape (C, C), got {counts.shape}; "
            "for predictions, pass the true classes as well: plot_confusion_matrix(prediction, target)"
        )
    n = len(counts)
    names = [str(k) for k in range(n)] if labels is None else list(labels)
    if len(names) != n:
        raise ValueError(f"plot_confusion_matrix takes a label for each of {n} classes, got {len(names)}")
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
    side = min(max(3.2, 1.6 + 0.42 * n), 10)
    from matplotlib.colors import PowerNorm

    ax = one_axes(ax, side + 0.9, side, image=True)
    image = ax.imshow(share, cmap="Blues", norm=PowerNorm(0.5, 0, 1))  # few errors among many right ones still show
    if n <= MOST_NUMBERS:
        _write(ax, counts, image.to_rgba(share))
    every = max(1, -(-n // MOST_NUMBERS))
    ticks = range(0, n, every)
    long = max(len(name) for name in names) > 3
    ax.set_xticks(ticks, names[::every], rotation=45 if long else 0, ha="right" if long else "center")
    if long:
        for text in ax.get_xticklabels():
            text.set_rotation_mode("anchor")
    ax.set_yticks(ticks, names[::every])
    ax.tick_params(length=0)
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.spines[:].set_color(NEUTRAL)
    bar = ax.figure.colorbar(image, ax=ax, shrink=0.8)
    bar.set_label("share of the true class")
    bar.outline.set_visible(False)
    return ax


def _write(ax: Axes, counts: npt.NDArray[Any], colours: npt.NDArray[Any]) -> None:
    """Write the counts into the cells, dark on light and light on dark."""
    luminance = colours[..., :3] ** 2.2 @ np.array([0.2126, 0.7152, 0.0722])
    longest = max(len(_number(count)) for count in counts.flat)
    size = min(10, max(5, 13 - 0.25 * len(counts) - longest))
    for (i, j), count in np.ndenumerate(counts):
        if count:
            colour = "black" if luminance[i, j] > 0.18 else "white"
            ax.text(j, i, _number(count), ha="center", va="center", color=colour, fontsize=size)


def _number(count: Any) -> str:
    """Return a count, or a share with two decimals."""
    return str(int(count)) if float(count).is_integer() else f"{count:.2f}"


def _count(prediction: npt.ArrayLike, target: npt.ArrayLike, labels: Sequence[str] | None) -> npt.NDArray[Any]:
    """Return the matrix of counts; false and true are the classes 0 and 1."""
    from gradschool.nn.metrics import confusion_matrix

    guess, true = (a.astype(int) if a.dtype == bool else a for a in (np.asarray(prediction), np.asarray(target)))
    return confusion_matrix(guess, true, None if labels is None else len(labels))
