"""A running mean from 0: the weights in it, and what the correction does."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

BETA = 0.9


def draw() -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.3), layout="constrained")
    steps = np.arange(1, 11)
    weights = (1 - BETA) * BETA ** (10 - steps)
    left.bar(steps, weights, color="#56B4E9", edgecolor="black", lw=0.6)
    left.set(xlabel="step", ylabel="weight of its gradient", xticks=steps, ylim=(0, 0.125))
    left.set_title(f"after step 10 the weights add up to {weights.sum():.2f}", fontsize=11)

    numbers = 1 + 0.3 * np.random.default_rng(2).normal(size=60)
    mean, raw = 0.0, []
    for number in numbers:
        mean = BETA * mean + (1 - BETA) * number
        raw.append(mean)
    t = np.arange(1, 61)
    right.plot(t, numbers, ".", color="#999999", ms=5, label="the numbers")
    right.plot(t, raw, "--", color="#D55E00", lw=1.8, label="running mean from 0")
    right.plot(t, raw / (1 - BETA**t), color="#0072B2", lw=1.8, label="divided by 1 − βᵗ")
    right.axhline(1, color="black", lw=0.6, ls=":")
    right.set(xlabel="step t", ylim=(0, 2.1), title=f"β = {BETA}")
    right.legend(frameon=False, fontsize=9, loc="upper right")
    return figure
