"""Two routes from scores to the loss: through the probabilities, and through the log-sum-exp."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

FORWARD, BACKWARD = "#0072B2", "#D55E00"
Place = tuple[float, float]


def draw() -> Figure:
    figure = Figure(figsize=(7.4, 4.1), layout="constrained")
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set(xlim=(-0.6, 10.6), ylim=(-3.3, 3.1))
    z, p, log_p, total, loss = (0.0, 0.0), (3.2, 1.7), (6.8, 1.7), (5.0, -1.9), (10.0, 0.0)
    for place, name, width in (
        (z, "z", 0.7),
        (p, "p", 0.7),
        (log_p, "log p", 1.1),
        (total, "log Σ $e^z$", 1.6),
        (loss, "L", 0.7),
    ):
        box = {"boxstyle": "round,pad=0.03,rounding_size=0.12", "facecolor": "#F2F2F2", "linewidth": 1.2, "zorder": 3}
        axes.add_patch(FancyBboxPatch((place[0] - width / 2, place[1] - 0.33), width, 0.66, **box))
        axes.text(*place, name, ha="center", va="center", fontsize=12, zorder=4)

    _edge(axes, (0.5, 0.35), (2.75, 1.5), "softmax", "times its Jacobian")
    _edge(axes, (3.7, 1.7), (6.1, 1.7), "log", "divided by p")
    _edge(axes, (7.45, 1.5), (9.5, 0.35), "$-\\sum t\\,\\log p$", "$-t$")
    _edge(axes, (0.5, -0.35), (4.0, -1.75), "log-sum-exp", "p")
    _edge(axes, (6.0, -1.75), (9.5, -0.35), "plus", "1")
    _edge(axes, (0.55, 0), (9.45, 0), "minus $\\sum t\\,z$", "$-t$")
    axes.text(5.0, 2.75, "long route: three factors, which nearly cancel", ha="center", fontsize=10)
    axes.text(5.0, -2.95, "short route: p from one arrow, −t from the other", ha="center", fontsize=10)
    return figure


def _edge(axes: Axes, start: Place, end: Place, name: str, gradient: str) -> None:
    """Draw an arrow each way between two places, and write what is computed and what flows back."""
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    across, up = (y0 - y1) / length, (x1 - x0) / length
    for colour, line, side, forward in ((FORWARD, "-", 0.1, True), (BACKWARD, "--", -0.1, False)):
        a = (x0 + side * across, y0 + side * up)
        b = (x1 + side * across, y1 + side * up)
        tip, tail = (b, a) if forward else (a, b)
        arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.8, "ls": line, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", tip, tail, arrowprops=arrow)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    flat = abs(across) < 1e-9
    horizontal = "center" if flat else ("right" if across < 0 else "left")
    axes.text(
        x + 0.18 * across,
        y + (0.22 if flat else 0.12) * up,
        name,
        ha=horizontal,
        va="bottom",
        fontsize=10,
        color=FORWARD,
    )
    horizontal = "center" if flat else ("left" if across < 0 else "right")
    axes.text(
        x - 0.18 * across,
        y - (0.22 if flat else 0.12) * up,
        gradient,
        ha=horizontal,
        va="top",
        fontsize=10,
        color=BACKWARD,
    )
