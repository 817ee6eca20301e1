"""Eight schedules on one sheet, each over 30 steps, every rate a dot."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gradschool import nn

STEPS = 30
SCHEDULES = [
    ("StepLR, every 8 steps, γ = 0.5", nn.StepLR(1.0, 8, 0.5)),
    ("MultiStepLR at 6 and 20, γ = 0.3", nn.MultiStepLR(1.0, (6, 20), 0.3)),
    ("ExponentialLR, γ = 0.9", nn.ExponentialLR(1.0, 0.9)),
    ("PolynomialLR, 24 steps, power 2", nn.PolynomialLR(1.0, 24, 2.0)),
    ("LinearLR, 0.1 to 1 in 10 steps", nn.LinearLR(1.0, 0.1, 1.0, 10)),
    ("CosineAnnealingLR, 24 steps", nn.CosineAnnealingLR(1.0, 24, 0.1)),
    ("warm-up, then a cosine", nn.SequentialLR([nn.LinearLR(1.0, 0.1, 1.0, 6), nn.CosineAnnealingLR(1.0, 24)], [6])),
    ("ReduceLROnPlateau: asks the loss", None),
]
LOSSES = [1.0, 0.8, 0.7, 0.65, 0.64, 0.66, 0.65, 0.65, 0.5, 0.4, 0.38, 0.37, 0.39, 0.38, 0.4, 0.39, 0.3, 0.28, 0.27]


def draw() -> Figure:
    figure, axes = plt.subplots(2, 4, figsize=(10.4, 4.2), sharex=True, sharey=True, layout="constrained")
    for ax, (title, schedule) in zip(axes.flat, SCHEDULES, strict=True):
        rates = schedule.values(STEPS) if schedule else _plateau()
        ax.plot(np.arange(len(rates)), rates, color="#0072B2", lw=0.8, alpha=0.6)
        ax.plot(np.arange(len(rates)), rates, ".", color="#0072B2", ms=5)
        ax.set_title(title, fontsize=9)
        ax.set_ylim(0, 1.08)
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes[1]:
        ax.set_xlabel("step, counted from 0")
    for ax in axes[:, 0]:
        ax.set_ylabel("rate / η₀")
    return figure


def _plateau():
    """The rates under losses that stop to fall twice."""
    plateau = nn.ReduceLROnPlateau(1.0, factor=0.4, patience=2)
    losses = [*LOSSES, *(0.26 for _ in range(STEPS - 1 - len(LOSSES)))]
    return np.array([1.0, *(plateau.step(loss) for loss in losses)])
