"""What one output of three layers sees: a convolution, a pooling with stride 2, a convolution, in one dimension."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, GREY = "#56B4E9", "#F2F2F2"
LAYERS = (("convolution, kernel 3", 3, 1), ("pooling, kernel 2, stride 2", 2, 2), ("convolution, kernel 3", 3, 1))
PIXELS, OUTPUT = 14, 1


def draw() -> Figure:
    figure, ax = plt.subplots(figsize=(8.2, 4.3), layout="constrained")
    ax.set_axis_off()
    counts, begins, steps = [PIXELS], [0.5], [1.0]  # of each row: how many, where the first centre lies, how far apart
    for _, kernel, stride in LAYERS:
        counts.append((counts[-1] - kernel) // stride + 1)
        begins.append(begins[-1] + steps[-1] * (kernel - 1) / 2)
        steps.append(steps[-1] * stride)
    seen = {len(LAYERS): {OUTPUT}}
    for level in range(len(LAYERS), 0, -1):
        _, kernel, stride = LAYERS[level - 1]
        seen[level - 1] = {stride * u + i for u in seen[level] for i in range(kernel)}
    for level, count in enumerate(counts):
        y = 1.9 * level
        for k in range(count):
            x = begins[level] + k * steps[level]
            inside = k in seen[level]
            face = BLUE if inside else GREY
            ax.add_patch(Rectangle((x - 0.4, y), 0.8, 0.8, facecolor=face, hatch="//" if inside else "", lw=0))
            ax.add_patch(Rectangle((x - 0.4, y), 0.8, 0.8, fill=False, edgecolor="black", lw=0.9))
            if level:
                _, kernel, stride = LAYERS[level - 1]
                for i in range(kernel):
                    below = begins[level - 1] + (stride * k + i) * steps[level - 1]
                    strong = {"color": "black", "lw": 1.3} if inside else {"color": "#BBBBBB", "lw": 0.7}
                    ax.plot([x, below], [y, y - 1.1], zorder=0, **strong)
        name = LAYERS[level - 1][0] if level else "the image"
        word = f"{name}: {len(seen[level])} of {count}" + (f", {steps[level]:g} apart" if steps[level] > 1 else "")
        ax.text(14.6, y + 0.4, word, va="center", fontsize=11)
    ax.set_xlim(-0.2, 23.0)
    ax.set_ylim(-0.2, 6.8)
    return figure
