"""Every activation of the library that works number by number, with its derivative."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gradschool import nn

LAYERS = {
    "Sigmoid": nn.Sigmoid(),
    "Tanh": nn.Tanh(),
    "Softsign": nn.Softsign(),
    "ReLU": nn.ReLU(),
    "LeakyReLU, slope 0.1": nn.LeakyReLU(0.1),
    "ELU": nn.ELU(),
    "CELU, α = 2": nn.CELU(2),
    "SELU": nn.SELU(),
    "Softplus": nn.Softplus(),
    "GELU": nn.GELU(),
    "SiLU": nn.SiLU(),
    "Mish": nn.Mish(),
    "Hardsigmoid": nn.Hardsigmoid(),
    "Hardtanh": nn.Hardtanh(),
    "ReLU6": nn.ReLU6(),
    "Hardswish": nn.Hardswish(),
    "Threshold, −1 below 1": nn.Threshold(1, -1),
    "LogSigmoid": nn.LogSigmoid(),
    "Hardshrink": nn.Hardshrink(),
    "Softshrink": nn.Softshrink(),
    "Tanhshrink": nn.Tanhshrink(),
}
BUILT = {"Sigmoid", "Tanh", "ReLU", "LeakyReLU, slope 0.1", "ELU", "Softplus", "GELU"}
"""Those of the lesson; their titles are bold."""
VALUE, SLOPE = "#0072B2", "#D55E00"


def draw() -> Figure:
    figure, axes = plt.subplots(7, 3, figsize=(7.4, 11), sharex=True, layout="constrained")
    x = np.linspace(-7, 7, 1401)
    for ax, (name, layer) in zip(axes.flat, LAYERS.items(), strict=True):
        y = layer.forward(x)
        slope = layer.backward(np.ones_like(x))
        ax.axhline(0, color="#999999", lw=0.8)
        ax.axvline(0, color="#999999", lw=0.8)
        ax.plot(x, _torn(y, 0.2), color=VALUE, lw=2, label="value")
        ax.plot(x, _torn(slope, 0.1), color=SLOPE, lw=1.8, ls="--", label="derivative")
        ax.set_title(name, fontsize=10.5, fontweight="bold" if name in BUILT else "normal")
        ax.set_ylim(-2.2, 2.2)
        ax.set_yticks([-2, -1, 0, 1, 2])
        ax.tick_params(labelsize=8.5)
        ax.spines[["top", "right"]].set_visible(False)
        if name == "ReLU6":
            ax.set_ylim(-2.2, 7)
            ax.set_yticks([0, 3, 6])
    for ax in axes[-1]:
        ax.set_xlabel("x")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    return figure


def _torn(y, jump):
    """Return y with a gap where it jumps, so that no line is drawn there."""
    y = y.copy()
    y[1:][np.abs(np.diff(y)) > jump] = np.nan
    return y
