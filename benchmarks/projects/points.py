"""The 140 points beside PyTorch: `python benchmarks/projects/points.py [RUN ...] [--seeds 3] [--epochs 500]`.

Prints a table for benchmarks/README.md. The networks and the loop are those that students write in the project, in
float64; on the other side are the same networks with the same first weights, batches and epochs.
"""

from __future__ import annotations

import os

from gradschool.grader.sandbox.limits import ONE_THREAD

os.environ |= ONE_THREAD  # before NumPy is imported

import argparse
from dataclasses import dataclass
from typing import Any

import mirror
import numpy as np
import torch

from gradschool import datasets, nn
from gradschool.nn.projects import points


@dataclass(frozen=True)
class Run:
    """A row of the table: what it is, and what is different in it."""

    what: str
    options: dict[str, Any]
    size: int = 2
    adam: bool = True


RUNS = {
    "sgd": Run("SGD", {}, adam=False),
    "adam": Run("Adam", {}),
    "dropout": Run("Adam, dropout 0.2", {"dropout": 0.2}),
    "norm2": Run("Adam, BatchNorm", {"norm": True}),
    "norm16": Run("Adam, BatchNorm, batches of 16", {"norm": True}, size=16),
    "adam16": Run("Adam, batches of 16", {}, size=16),
    "softmax": Run("Adam, softmax and cross-entropy", {"outputs": 2}),
}

Data = tuple[Any, Any, Any, Any]


def answer(out: Any) -> Any:
    """Return the prediction of either kind of network, (N,), between -1 and 1."""
    return out[:, 0] if out.shape[1] == 1 else np.tanh((out[:, 1] - out[:, 0]) / 2)


def measure(run: Run, data: Data, seed: int, epochs: int) -> list[tuple[float, float, float]]:
    """Return R² on the 140 points, R² on new ones and the seconds of training, of ours and of theirs."""
    X, y, X_new, y_new = data
    rng = np.random.default_rng(seed)
    model = points.points_network(rng=rng, **run.options)
    other = mirror.mirrored(model)
    classes = run.options.get("outputs", 1) > 1
    target = (y > 0).astype(int) if classes else y[:, None].astype(float)
    _, seconds = mirror.timed(
        points.train_points,
        model,
        X,
        target,
        loss=nn.SoftmaxCrossEntropy() if classes else nn.MeanSquaredError(),
        optimizer=(nn.Adam if run.adam else nn.SGD)(model.parameters(), 1e-3),
        epochs=epochs,
        size=run.size,
        rng=np.random.default_rng(seed + 1),
        measure=dict,
    )
    ours = *(points.r_squared(answer(model.forward(x)), t) for x, t in ((X, y), (X_new, y_new))), seconds
    _, seconds = mirror.timed(
        mirror.train,
        other,
        X,
        target,
        loss=torch.nn.functional.cross_entropy if classes else torch.nn.functional.mse_loss,
        optimizer=(torch.optim.Adam if run.adam else torch.optim.SGD)(other.parameters(), 1e-3),
        epochs=epochs,
        size=run.size,
        rng=np.random.default_rng(seed + 1),
    )
    theirs = *(points.r_squared(answer(mirror.outputs(other, x)), t) for x, t in ((X, y), (X_new, y_new))), seconds
    return [ours, theirs]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"of {', '.join(RUNS)}; all without")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each side (default 3)")
    parser.add_argument("--epochs", type=int, default=500, help="epochs of each training (default 500)")
    options = parser.parse_args()
    if unknown := set(options.runs) - set(RUNS):
        parser.error(f"there is no run {sorted(unknown)[0]!r}; there are {', '.join(RUNS)}")
    X, y = datasets.make_140_points(rng=np.random.default_rng(0))
    rng = np.random.default_rng(1)
    new = [datasets.make_140_points(rng=rng) for _ in range(20)]
    X_new, y_new = np.concatenate([x for x, _ in new]), np.concatenate([t for _, t in new])
    print(f"{options.epochs} epochs; means of {options.seeds} seeds (smallest to largest); seconds of the processor.\n")
    best = points.r_squared(points.best_guess(X), y), points.r_squared(points.best_guess(X_new), y_new)
    print(f"The best guess: R² {best[0]:.2f} on the 140 points, {best[1]:.2f} on 2,800 new ones.\n")
    head = ["run", "ours, R² on the 140", "on new ones", "s", "PyTorch, R² on the 140", "on new ones", "s"]
    print(mirror.line(head), mirror.line(["---"] * len(head)), sep="\n", flush=True)
    for name in options.runs or RUNS:
        both = [measure(RUNS[name], (X, y, X_new, y_new), seed, options.epochs) for seed in range(options.seeds)]
        row = [RUNS[name].what]
        for side in zip(*both, strict=True):
            own, unseen, seconds = zip(*side, strict=True)
            row += [mirror.spread(own, ".2f"), mirror.spread(unseen, ".2f"), f"{np.mean(seconds):.1f}"]
        print(mirror.line(row), flush=True)


if __name__ == "__main__":
    main()
