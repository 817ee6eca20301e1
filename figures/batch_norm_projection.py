"""The closed form as geometry: of the gradient, the part along ones and the part along x̂ are taken away."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

ALONG = {"ones": np.array([-0.62, -0.5]), "hat": np.array([1.0, -0.1]), "rest": np.array([0.0, 1.0])}
KEPT, LOST, WHOLE = "#0072B2", "#D55E00", "#000000"


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(6.4, 3.7), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")
    ones, hat, rest = 1.7 * ALONG["ones"], 3.6 * ALONG["hat"], 2.0 * ALONG["rest"]
    origin = np.zeros(2)
    for end, words, ha, shift in [
        (2.7 * ALONG["ones"], "(1, …, 1):\na shift of the feature", "right", (-0.1, 0)),
        (4.6 * ALONG["hat"], "x̂: a stretch\nof the feature", "left", (0.1, 0)),
        (2.75 * ALONG["rest"], "all other directions", "center", (0, 0.15)),
    ]:
        style = {"arrowstyle": "->", "color": "grey", "lw": 1, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", end, origin, arrowprops=style)
        ax.text(*(end + shift), words, ha=ha, va="center", fontsize=10, color="#444444")
    floor = ones + hat
    for a, b in [(ones, floor), (hat, floor), (floor, floor + rest), (rest, floor + rest)]:
        ax.plot(*np.stack([a, b]).T, color="grey", lw=0.8, ls=":")
    _arrow(ax, origin, floor + rest, WHOLE, "-", "dx̂, as it arrives", (0.15, 0.1))
    _arrow(ax, origin, ones, LOST, "--", "its mean: removed", (-0.2, 0.15), ha="right")
    _arrow(ax, origin, hat, LOST, "--", "along x̂: removed", (-1.25, -0.24), ha="right")
    _arrow(ax, origin, rest, KEPT, "-", "what is left,\ntimes s: dx", (-0.15, -0.35), ha="right")
    ax.set_xlim(-4.4, 6.2)
    ax.set_ylim(-1.7, 3.2)
    return figure


def _arrow(ax, start, end, colour, line, words, shift, ha="left") -> None:
    """Draw an arrow with its name."""
    style = {"arrowstyle": "-|>", "color": colour, "lw": 2.2, "ls": line, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style, zorder=4)
    ax.text(*(np.asarray(end) + shift), words, ha=ha, va="center", fontsize=10.5, color=colour)
