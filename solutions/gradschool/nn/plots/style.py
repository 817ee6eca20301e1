"""What the plots share: colours, line styles and markers that can be told apart, also in grey, and new axes.

The colours are those of Okabe & Ito (2008), "Color Universal Design", without black and yellow, so that all can be seen
on a light and on a dark ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
NEUTRAL = "#808080"
"""A grey that can be seen on light and on dark ground."""


def one_axes(ax: Axes | None, width: float = 5.0, height: float = 3.6, *, image: bool = False) -> Axes:
    """Return `ax`, or the axes of a new figure, its size in inches; `image` if they are to have square pixels."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="compressed" if image else "constrained")[1]


def several_axes(
    function: str, ax: Axes | Sequence[Axes] | None, rows: int, columns: int, **options: object
) -> list[Axes]:
    """Return rows · columns axes: those that `ax` holds, or new ones; raise ValueError if `ax` holds another number.

    `options` are passed to `plt.subplots`.
    """
    if ax is None:
        import matplotlib.pyplot as plt

        return list(plt.subplots(rows, columns, squeeze=False, layout="constrained", **options)[1].flat)  # type: ignore[call-overload]
    given = list(ax) if isinstance(ax, Sequence) else list(getattr(ax, "flat", [ax]))
    if len(given) != rows * columns:
        raise ValueError(
            f"{function} draws {rows * columns} panel{'s' * (rows * columns > 1)} here, and ax holds {len(given)}; "
            "give as many, or leave ax out"
        )
    return given


def frame(ax: Axes) -> None:
    """Take away the frame's upper and right side, and draw a faint grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color=NEUTRAL, alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)


def whole_numbers(ax: Axes) -> None:
    """Put ticks of the horizontal axis at whole numbers only; what is drawn over one number stands in the middle."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    low, high = ax.dataLim.intervalx
    if low == high:
        ax.set_xlim(low - 0.5, high + 0.5)
