"""Squared error and cross-entropy of two classes, and their slopes, against the true score's lead."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from gradschool.nn import MeanSquaredError, Softmax, SoftmaxCrossEntropy

CROSS, SQUARED = "#0072B2", "#D55E00"


def draw() -> Figure:
    leads = np.linspace(-8, 8, 161)
    one_hot, label = np.array([[1.0, 0.0]]), np.array([0])
    curves: dict[str, list[list[float]]] = {"cross": [[], []], "squared": [[], []]}
    for lead in leads:
        z = np.array([[lead, 0.0]])
        softmax, squared, cross = Softmax(), MeanSquaredError(), SoftmaxCrossEntropy()
        curves["cross"][0].append(cross(z, label))
        curves["cross"][1].append(cross.backward()[0, 0])
        curves["squared"][0].append(squared(softmax.forward(z), one_hot))
        curves["squared"][1].append(softmax.backward(squared.backward())[0, 0])

    figure = Figure(figsize=(7.4, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, i in ((left, 0), (right, 1)):
        axes.plot(leads, curves["cross"][i], color=CROSS, linewidth=2.2, label="cross-entropy")
        axes.plot(leads, curves["squared"][i], color=SQUARED, linewidth=2.2, linestyle="--", label="squared error of p")
        axes.axvline(0, color="grey", linewidth=0.8)
        axes.set_xlabel("lead of the true class's score")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    left.set(ylim=(-0.2, 8.2))
    left.set_title("loss", fontsize=11)
    left.legend(frameon=False, fontsize=10)
    right.set(ylim=(-1.08, 0.08))
    right.set_title("its slope along the true class's score", fontsize=11)
    left.text(-7.9, 1.25, "sure and wrong", fontsize=9, color="#444444")
    left.text(7.9, 1.25, "sure and right", fontsize=9, color="#444444", ha="right")
    return figure
