"""Three points, two lines: the squares whose mean area is the loss."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gradschool.nn.linear_regression import mean_squared_error, predict

X, Y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0])
BLUE, VERMILLION = "#0072B2", "#D55E00"


def draw() -> Figure:
    figure = Figure(figsize=(7, 4.1), layout="constrained")
    lines = [((0.0, 1.0), "a guess: $θ_0 = 0$, $θ_1 = 1$"), ((0.0, 1.5), "the best line: $θ_0 = 0$, $θ_1 = 1.5$")]
    for axes, (theta, title) in zip(figure.subplots(1, 2, sharey=True), lines, strict=True):
        prediction = predict(X[:, None], np.array(theta))
        for x, y, p in zip(X, Y, prediction, strict=True):
            side = abs(p - y)
            axes.add_patch(
                Rectangle((x - side, min(p, y)), side, side, facecolor=VERMILLION, edgecolor=VERMILLION, alpha=0.25)
            )
            axes.plot([x, x], [p, y], color=VERMILLION, linewidth=2.5)
        ends = np.array([-0.3, 4.2])
        axes.plot(ends, theta[0] + theta[1] * ends, color=BLUE, linewidth=2)
        axes.plot(X, Y, "o", color="black", markersize=8)
        loss = mean_squared_error(prediction, Y)
        axes.set(xlim=(-0.3, 4.2), ylim=(-0.3, 6), aspect="equal", xlabel="x", xticks=range(5))
        axes.set_title(f"{title}\nmean area of the squares: {loss:.2f}", fontsize=11)
    figure.axes[0].set_ylabel("y")
    return figure
