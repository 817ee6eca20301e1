"""The loss of one unit after many steps as a function of its one weight: a cliff, and two steps taken at its foot."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

BIAS, START, TARGET = -0.05, 0.5, 0.2
RATE, MAXIMUM = 0.03, 1.0
LOOKS = {2: ("#009E73", ":"), 10: ("#0072B2", "--"), 50: ("#000000", "-")}


def draw() -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.5), sharey=True, layout="constrained")
    left.set_ylim(-0.05, 1.3)
    w = np.linspace(0.6, 1.6, 2001)
    for steps, (colour, line) in LOOKS.items():
        left.plot(w, _loss(w, steps), color=colour, ls=line, label=f"after {steps} steps")
    left.set(xlabel="$W_h$", ylabel="loss")
    left.set_title("more steps, a steeper slope", fontsize=11)
    left.legend(frameon=False, fontsize=9, loc="upper left")

    right.plot(w, _loss(w, 50), color="black")
    edge = w[np.argmax(abs(np.gradient(_loss(w, 50), w)))]
    start = edge - 0.0004
    slope = float((_loss(start + 1e-7, 50) - _loss(start - 1e-7, 50)) / 2e-7)
    right.set_xlim(0.6, 1.6)
    marks = [("not clipped", "#D55E00", "v", slope), ("clipped to 1", "#0072B2", "o", np.sign(slope) * MAXIMUM)]
    right.plot(start, _loss(start, 50), "k*", ms=10, zorder=5, label=f"start, slope {slope:.0f}")
    for name, colour, marker, g in marks:
        end = start - RATE * g
        arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.6}
        if 0.6 < end < 1.6:
            right.plot(end, _loss(end, 50), marker, color=colour, ms=7, zorder=5, label=f"{name}: to {end:.2f}")
        else:
            edge_of_plot = 0.62 if end < 0.6 else 1.58
            y = float(_loss(start, 50))
            right.annotate("", (edge_of_plot, y), (start, y), arrowprops=arrow)
            right.plot([], [], marker=">" if end > 1.6 else "<", ls="-", color=colour, label=f"{name}: to {end:.1f}")
    right.set(xlabel="$W_h$")
    right.set_title("one step from the edge", fontsize=11)
    right.legend(frameon=False, fontsize=9, loc="upper left")
    return figure


def _loss(w, steps: int):
    """Return the squared error of the last state of one unit that is fed nothing but itself."""
    h = START
    for _ in range(steps):
        h = np.tanh(w * h + BIAS)
    return (h - TARGET) ** 2
