"""The same three points, raw and standardised: a narrow valley becomes a round bowl."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from gradschool.nn.linear_regression import (
    gradient,
    gradient_descent,
    mean_squared_error,
    normal_equations,
    predict,
    standardize,
)

X, Y = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 2.0, 5.0])
STEPS = 6


def draw() -> Figure:
    figure = Figure(figsize=(7.4, 3.9), layout="constrained")
    figure.get_layout_engine().set(wspace=0.08)
    panels = [
        (X, 0.15, "raw x: 1, 2, 3", "slope $θ_1$ for x"),
        (standardize(X)[0], 0.35, "standardised x: mean 0, scale 1", "slope $θ_1$ for z"),
    ]
    for axes, (features, rate, title, label) in zip(figure.subplots(1, 2), panels, strict=True):
        best = normal_equations(features, Y)
        start = best + np.array([2.2, -1.5])
        a, b = np.meshgrid(best[0] + np.linspace(-2.9, 2.9, 121), best[1] + np.linspace(-2.9, 2.9, 121))
        loss = np.array(
            [mean_squared_error(predict(features, np.array(t)), Y) for t in zip(a.ravel(), b.ravel(), strict=True)]
        ).reshape(a.shape)
        path = gradient_descent(lambda t, f=features: gradient(f, Y, t), start, learning_rate=rate, steps=STEPS)
        axes.contour(a, b, loss, 0.5 + np.array([0.1, 0.5, 1.5, 3, 5, 8, 15, 30, 60]), cmap="viridis", linewidths=1)
        axes.plot(*path.T, "-o", color="#D55E00", markersize=5, linewidth=1.5, label=f"{STEPS} steps, η = {rate}")
        axes.plot(*start, "s", color="black", markersize=8)
        axes.plot(*best, "*", color="black", markersize=14)
        axes.set(aspect="equal", xlabel="intercept $θ_0$", ylabel=label)
        axes.set_title(title, fontsize=11)
        axes.legend(loc="upper right", fontsize=9)
    return figure
