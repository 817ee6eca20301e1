"""Gradient descent on the loss surface of three points, at four learning rates."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from gradschool.nn.linear_regression import gradient, gradient_descent, mean_squared_error, predict

X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 2.0, 5.0])
START, BEST = np.array([2.6, 1.6]), np.array([0.0, 1.5])
RATES = [
    (0.01, "too small: it crawls"),
    (0.1, "fast into the valley"),
    (0.17, "zigzags across the valley"),
    (0.19, "too large: it diverges"),
]
STEPS = 20


def draw() -> Figure:
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    a, b = np.meshgrid(np.linspace(-1.6, 4.0, 141), np.linspace(-0.8, 3.6, 111))
    loss = np.array(
        [mean_squared_error(predict(X, np.array(t)), Y) for t in zip(a.ravel(), b.ravel(), strict=True)]
    ).reshape(a.shape)
    levels = 0.5 + np.array([0.05, 0.5, 2, 5, 10, 20, 35, 55, 80])
    for axes, (rate, title) in zip(figure.subplots(2, 2, sharex=True, sharey=True).flat, RATES, strict=True):
        path = gradient_descent(lambda t: gradient(X, Y, t), START, learning_rate=rate, steps=STEPS)
        axes.contour(a, b, loss, levels, cmap="viridis", linewidths=1)
        axes.plot(*path.T, "-o", color="#D55E00", markersize=3.5, linewidth=1.2, label="path")
        axes.plot(*START, "s", color="black", markersize=8, label="start")
        axes.plot(*BEST, "*", color="black", markersize=13, label="minimum")
        axes.set(xlim=(-1.6, 4.0), ylim=(-0.8, 3.6))
        axes.set_title(f"η = {rate}: {title}", fontsize=11)
    for axes in figure.axes[2:]:
        axes.set_xlabel("intercept $θ_0$")
    for axes in figure.axes[::2]:
        axes.set_ylabel("slope $θ_1$")
    figure.axes[0].legend(loc="lower left", fontsize=9)
    return figure
