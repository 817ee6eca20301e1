"""Four paths in a narrow valley, without their names."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gradschool.nn import SGD, Adagrad, Adam, Parameter

CURVATURES = np.array([1.0, 30.0])
MAKE = {
    "A": lambda p: Adagrad(p, 1.0),
    "B": lambda p: SGD(p, 0.06),
    "C": lambda p: Adam(p, 0.2),
    "D": lambda p: SGD(p, 0.02, momentum=0.9),
}


def draw() -> Figure:
    figure, axes = plt.subplots(2, 2, figsize=(8, 4.6), sharex=True, sharey=True, layout="constrained")
    x, y = np.linspace(-9, 6, 121), np.linspace(-3, 3, 121)
    heights = 0.5 * (CURVATURES[0] * x**2 + CURVATURES[1] * y[:, None] ** 2)
    for ax, (letter, make) in zip(axes.flat, MAKE.items(), strict=True):
        ax.contour(x, y, heights, levels=2.0 ** np.arange(-2, 9), colors="#CCCCCC", linewidths=0.8)
        point = Parameter([-8.0, 2.0])
        optimizer, points = make([point]), [[-8.0, 2.0]]
        for _ in range(60):
            point.grad[...] = CURVATURES * point.value
            optimizer.step()
            points.append(point.value.copy())
        ax.plot(*np.transpose(points), "o-", color="#0072B2", ms=3, lw=0.8)
        ax.plot(-8, 2, "X", color="#D55E00", ms=9)
        ax.plot(0, 0, "*", color="black", ms=10, zorder=5)
        ax.text(0.97, 0.9, letter, transform=ax.transAxes, ha="right", va="top", fontsize=15, weight="bold")
        ax.set(xticks=[], yticks=[])
    return figure
