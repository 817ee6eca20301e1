"""Optimizers and their remedies, on a straight narrow valley and on Rosenbrock's."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gradschool.nn import SGD, Adagrad, Adam, Parameter, RMSprop
from gradschool.nn.optimizers.landscapes import rosenbrock, rosenbrock_gradient

FAILING, REMEDY = "#D55E00", "#0072B2"
STEPS = (150, 300)


def valley(point):
    return 0.5 * (point[0] ** 2 + 100 * point[1] ** 2)


def valley_gradient(point):
    return np.array([point[0], 100 * point[1]])


PAIRS = [
    {
        "plain": lambda p, k: SGD(p, (0.0185, 0.0012)[k]),
        "momentum": lambda p, k: SGD(p, (0.003, 0.0006)[k], momentum=0.9),
    },
    {
        "momentum": lambda p, k: SGD(p, (0.01, 0.001)[k], momentum=0.95),
        "Nesterov": lambda p, k: SGD(p, (0.01, 0.001)[k], momentum=0.95, nesterov=True),
    },
    {"Adagrad": lambda p, k: Adagrad(p, (0.4, 0.2)[k]), "RMSprop": lambda p, k: RMSprop(p, (0.1, 0.01)[k])},
    {"RMSprop": lambda p, k: RMSprop(p, (0.3, 0.03)[k]), "Adam": lambda p, k: Adam(p, (0.3, 0.03)[k])},
]
PLACES = [
    (valley, valley_gradient, (-9.0, 1.2), (-10.5, 5), (-2, 2), 10.0 ** np.arange(-1, 3, 0.5)),
    (rosenbrock, rosenbrock_gradient, (-1.2, 1.0), (-1.6, 1.4), (-0.6, 1.7), 10.0 ** np.arange(-1, 3, 0.5)),
]


def draw() -> Figure:
    figure, axes = plt.subplots(2, 4, figsize=(10.5, 5), sharex="row", sharey="row", layout="constrained")
    for k, (height, gradient, start, xs, ys, levels) in enumerate(PLACES):
        x, y = np.linspace(*xs, 121), np.linspace(*ys, 121)
        heights = height(np.array(np.meshgrid(x, y)))
        for ax, pair in zip(axes[k], PAIRS, strict=True):
            ax.contour(x, y, heights, levels=levels, colors="#CCCCCC", linewidths=0.8)
            for (name, make), colour, line in zip(pair.items(), (FAILING, REMEDY), ("--", "-"), strict=True):
                points = _path(lambda p, make=make, k=k: make(p, k), gradient, start, STEPS[k])
                ax.plot(*points.T, color=colour, ls=line, lw=1.3, label=name)
                ax.plot(*points[-1], "o" if line == "-" else "s", color=colour, ms=5)
            ax.plot(*((0, 0) if k == 0 else (1, 1)), "*", color="black", ms=9, zorder=5)
            ax.set(xlim=xs, ylim=ys, xticks=[], yticks=[])
            if k == 0:
                ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.22), ncols=2, frameon=False, fontsize=9.5)
    axes[0, 0].set_ylabel("straight valley")
    axes[1, 0].set_ylabel("Rosenbrock's")
    return figure


def _path(make, gradient, start, steps) -> np.ndarray:
    """Return the points from `start` on."""
    point = Parameter(np.array(start))
    optimizer, points = make([point]), [np.array(start)]
    for _ in range(steps):
        point.grad[...] = gradient(point.value)
        optimizer.step()
        points.append(point.value.copy())
    return np.array(points)
