"""The mean square of θ on a noisy parabola: constant rates end on a floor, the rate 1/(t + 1) has none."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

STEPS, START, SIGMA = 200, 100.0, 1.0
RATES = [("0.5", "#D55E00", "--"), ("0.05", "#0072B2", "-"), ("1/(t + 1)", "#000000", ":")]


def draw() -> Figure:
    figure, (paths, squares) = plt.subplots(1, 2, figsize=(8.2, 3.4), layout="constrained")
    steps = np.arange(STEPS + 1)
    for i, (name, colour, line) in enumerate(RATES):
        rate = _rate(name)
        rng = np.random.default_rng(4)
        theta, v = [np.sqrt(START)], [START]
        for t in range(STEPS):
            theta.append(theta[-1] - rate(t) * (theta[-1] + SIGMA * rng.normal()))
            v.append((1 - rate(t)) ** 2 * v[-1] + rate(t) ** 2 * SIGMA**2)
        paths.plot(steps, theta, color=colour, ls=line, lw=1.4, zorder=3 - i)
        squares.semilogy(steps, v, color=colour, ls=line, lw=2)
        floor = rate(0) * SIGMA**2 / (2 - rate(0))
        if name != "1/(t + 1)":
            squares.axhline(floor, color=colour, lw=0.7)
            squares.text(STEPS, floor * 1.15, f"floor {floor:.2g}", ha="right", va="bottom", fontsize=9, color=colour)
    paths.set(xlabel="step", ylabel="θ", title="one run of each: the least loss is at 0", ylim=(-2.5, 10.5))
    squares.set(
        xlabel="step", ylabel="mean of θ², over all runs", title="fast and coarse, or slow and fine", ylim=(3e-3, 150)
    )
    handles = [plt.Line2D([], [], color=c, ls=line, lw=2, label=f"η = {name}") for name, c, line in RATES]
    paths.legend(handles=handles, frameon=False)
    for ax in (paths, squares):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def _rate(name):
    return (lambda t: 1 / (t + 1)) if name == "1/(t + 1)" else (lambda t: float(name))
