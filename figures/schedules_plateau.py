"""A scripted history of losses, and what two machines make of it: how long they have waited, the rate, the stop."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gradschool import nn
from gradschool.nn.training.run import Run

LOSSES = [1.0, 0.7, 0.8, 0.7, 0.75, 0.5, 0.4, np.nan, 0.45, 0.4, 0.42]
PATIENCE = 2
BLUE, ORANGE = "#0072B2", "#D55E00"


def draw() -> Figure:
    figure, (top, middle, bottom) = plt.subplots(
        3, 1, figsize=(7.6, 4.9), sharex=True, layout="constrained", height_ratios=[2.2, 1, 1]
    )
    epochs = np.arange(len(LOSSES))
    better, waited, rates = _plateau()
    top.plot(epochs, LOSSES, color="black", lw=1)
    top.plot(epochs[better], np.array(LOSSES)[better], "o", color=BLUE, ms=8, label="better than all before")
    worse = ~better & np.isfinite(LOSSES)
    top.plot(epochs[worse], np.array(LOSSES)[worse], "x", color=ORANGE, ms=8, mew=2, label="not better (a tie is none)")
    top.text(7, 0.47, "NaN", ha="center", va="bottom", color=ORANGE, fontsize=11)
    top.set(ylabel="validation loss", ylim=(0.3, 1.1))
    top.legend(frameon=False)
    middle.bar(epochs, waited, width=0.5, color="0.75", edgecolor="black", hatch="//")
    middle.set(ylabel="waited", ylim=(0, 3.6), yticks=[0, 1, 2, 3])
    for epoch, count in zip(epochs, waited, strict=True):
        middle.text(epoch, count + 0.15, str(count), ha="center", va="bottom", fontsize=9)
    bottom.step(epochs, rates, where="mid", color=BLUE, lw=2)
    bottom.plot(epochs, rates, ".", color=BLUE)
    bottom.set(ylabel="rate from here", xlabel="epoch", ylim=(0, 0.12), xticks=epochs)
    for ax in (top, middle, bottom):
        ax.spines[["top", "right"]].set_visible(False)
    stopped = _stopped()
    top.axvline(stopped, color=ORANGE, ls=":", lw=1.5)
    top.text(
        stopped + 0.1,
        1.05,
        f"early stopping with patience {PATIENCE}\nends it here",
        color=ORANGE,
        va="top",
        fontsize=9,
    )
    return figure


def _plateau():
    """Whether each value is better, how many were not since the best, and the rate from there on."""
    plateau = nn.ReduceLROnPlateau(0.1, factor=0.5, patience=PATIENCE, threshold=0.0)
    better, waited, rates, count = [], [], [], 0
    for loss in LOSSES:
        better.append(plateau.improves(loss))
        count = 0 if better[-1] else count + 1
        waited.append(count)
        rates.append(plateau.step(loss))
        count = count if plateau.waited else 0
    return np.array(better), waited, rates


def _stopped():
    """The epoch in which EarlyStopping with the same patience ends the training."""
    run = Run(nn.Dense(1, 1, rng=np.random.default_rng(0)), None)
    stopping = nn.callbacks.EarlyStopping(patience=PATIENCE)
    stopping.on_train_begin(run)
    for run.epoch, loss in enumerate(LOSSES):
        run.logs = {"val_loss": loss}
        stopping.on_epoch_end(run)
        if run.stop:
            return run.epoch
    raise AssertionError("it never stops")
