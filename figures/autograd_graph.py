"""The computation graph of L = (a b + c) a, with values and gradients."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gradschool.nn import autograd


def draw() -> Figure:
    a, b, c = (autograd.Tensor(value, requires_grad=True) for value in (2.0, 3.0, -4.0))
    p = a * b
    s = p + c
    last = s * a
    fig, ax = plt.subplots(figsize=(8, 3.2), layout="constrained")
    autograd.draw(
        last,
        names={"a": a, "b": b, "c": c, "p": p, "s": s, "L": last},
        gradients=autograd.flow(last, np.ones(())),
        ax=ax,
    )
    return fig
