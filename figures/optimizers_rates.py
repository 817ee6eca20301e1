"""How long a step is, in units of the learning rate, under a constant gradient and one that falls at once."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gradschool.nn import Adagrad, Adam, Parameter, RMSprop

LOOKS = {"Adagrad": ("#E69F00", "--"), "RMSprop": ("#D55E00", "-"), "Adam": ("#0072B2", "-.")}
MAKE = {
    "Adagrad": lambda p: Adagrad(p, 1.0),
    "RMSprop": lambda p: RMSprop(p, 1.0),
    "Adam": lambda p: Adam(p, 1.0, betas=(0.9, 0.99)),
}


def draw() -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    for name, make in MAKE.items():
        colour, line = LOOKS[name]
        axes[0].loglog(range(1, 1001), _lengths(make, np.ones(1000)), color=colour, ls=line, lw=1.8, label=name)
        falling = np.where(np.arange(2000) < 100, 1.0, 0.01)
        axes[1].semilogy(range(1, 2001), _lengths(make, falling), color=colour, ls=line, lw=1.8, label=name)
    axes[0].set(xlabel="step", ylabel="length of the step / learning rate", title="constant gradient")
    axes[1].set(xlabel="step", title="gradient 100 times smaller from step 100 on")
    axes[0].legend(frameon=False)
    for ax in axes:
        ax.grid(alpha=0.3)
    return figure


def _lengths(make, gradients) -> np.ndarray:
    """Return how far each step goes."""
    point = Parameter([0.0])
    optimizer, places = make([point]), [0.0]
    for gradient in gradients:
        point.grad[...] = gradient
        optimizer.step()
        places.append(point.value.item())
    return np.abs(np.diff(places))
