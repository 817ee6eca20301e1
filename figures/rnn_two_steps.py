"""Two steps of a network with one unit, with the number at every node and the gradient that comes back to it."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

FORWARD, BACKWARD = "#0072B2", "#D55E00"
WX, WH, H0 = 1.0, 0.5, 0.4


def draw() -> Figure:
    x = [np.log(2) - 0.2, -np.log(3) - 0.3]
    h = [H0]
    for value in x:
        h.append(float(np.tanh(value * WX + h[-1] * WH)))
    z = [float(np.arctanh(value)) for value in h[1:]]
    dh, dz = [0.0, 0.0, 1.0], [0.0, 0.0]
    for t in (1, 0):
        dz[t] = dh[t + 1] * (1 - h[t + 1] ** 2)
        dh[t] += dz[t] * WH

    figure, ax = plt.subplots(figsize=(7.2, 3.1), layout="constrained")
    ax.set_axis_off()
    ax.set_aspect("equal")
    nodes = {
        "$h_0$": (0, 0, h[0], dh[0]),
        "$z_1$": (2.2, 0, z[0], dz[0]),
        "$h_1$": (4.4, 0, h[1], dh[1]),
        "$z_2$": (6.6, 0, z[1], dz[1]),
        "$h_2$": (8.8, 0, h[2], dh[2]),
        "$x_1$": (2.2, -2.1, x[0], dz[0] * WX),
        "$x_2$": (6.6, -2.1, x[1], dz[1] * WX),
    }
    for name, (left, up, value, gradient) in nodes.items():
        ax.add_patch(Circle((left, up), 0.4, facecolor="#F2F2F2", edgecolor="black", lw=1.3, zorder=3))
        ax.text(left, up, name, ha="center", va="center", fontsize=12.5, zorder=4)
        if up == 0:
            ax.text(left, 0.55, f"{value:.3f}", ha="center", va="bottom", fontsize=11, color=FORWARD)
            ax.text(left, 1.02, f"{gradient:.4g}", ha="center", va="bottom", fontsize=11, color=BACKWARD)
        else:
            ax.text(left + 0.6, up + 0.2, f"{value:.3f}", va="center", fontsize=11, color=FORWARD)
            ax.text(left + 0.6, up - 0.25, f"{gradient:.4g}", va="center", fontsize=11, color=BACKWARD)
    for start, end, word in [
        ("$h_0$", "$z_1$", "$W_h$ = 1/2"),
        ("$z_1$", "$h_1$", "tanh"),
        ("$h_1$", "$z_2$", "$W_h$ = 1/2"),
        ("$z_2$", "$h_2$", "tanh"),
        ("$x_1$", "$z_1$", "$W_x$ = 1"),
        ("$x_2$", "$z_2$", "$W_x$ = 1"),
    ]:
        (x0, y0, *_), (x1, y1, *_) = nodes[start], nodes[end]
        length = np.hypot(x1 - x0, y1 - y0)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        look = {"arrowstyle": "-|>", "color": "black", "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (x1 - 0.42 * ux, y1 - 0.42 * uy), (x0 + 0.42 * ux, y0 + 0.42 * uy), arrowprops=look)
        if uy:
            ax.text(x0 - 0.15, (y0 + y1) / 2, word, ha="right", va="center", fontsize=10)
        else:
            ax.text((x0 + x1) / 2, -0.17, word, ha="center", va="top", fontsize=10)
    ax.text(-0.5, 1.02, "gradient", ha="right", va="bottom", fontsize=10, color=BACKWARD)
    ax.text(-0.5, 0.55, "value", ha="right", va="bottom", fontsize=10, color=FORWARD)
    ax.set_xlim(-1.8, 9.5)
    ax.set_ylim(-2.7, 1.7)
    return figure
