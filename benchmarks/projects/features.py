"""CIFAR-10's 128 features: the project's networks, and the given one in PyTorch, on the same examples.

    GRADSCHOOL_DATA=FOLDER OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/projects/features.py [--seeds 2]

Prints a Markdown table. All train on nine tenths of the training images, in float32. "Held out" is the accuracy on the
other tenth, by which the given network is stopped; the test images are seen once. Times are the processor's, of one
thread, so that a busy machine does not lengthen them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from copy import deepcopy
from time import process_time

import numpy as np

from gradschool import datasets
from gradschool.nn.projects.features import DROPOUT, HIDDEN, better_guess, deep_network, learn

Result = tuple[float, float, int]
"""The accuracies on the held-out tenth and on the test images, and the epochs."""


def given(train: datasets.Dataset, test: datasets.Dataset, seed: int) -> Result:
    """Train the given network with what the student wrote."""
    model = deep_network(train.X.shape[1], 10, seed=seed)
    history = learn(model, train.X, train.y, rng=np.random.default_rng(seed))
    held = max(history.history["val_accuracy"])
    return held, float(np.mean(np.argmax(model.predict(test.X), axis=1) == test.y)), len(history.epoch)


def better(train: datasets.Dataset, test: datasets.Dataset, seed: int) -> Result:
    """Train the better network on the same nine tenths."""
    order = np.random.default_rng(seed).permutation(len(train.X))
    cut = int(0.9 * len(order))
    known, held = order[:cut], order[cut:]
    guesses = better_guess(train.X[known], train.y[known], np.concatenate([train.X[held], test.X]), seed=seed)
    right = guesses == np.concatenate([train.y[held], test.y])
    return float(right[: len(held)].mean()), float(right[len(held) :].mean()), 20


def pytorch(train: datasets.Dataset, test: datasets.Dataset, seed: int) -> Result:
    """Train the given network in PyTorch, with the same stopping and the same plateau."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for place, (inputs, units) in enumerate(zip((train.X.shape[1], *HIDDEN), HIDDEN, strict=False)):
        linear = nn.Linear(inputs, units)
        nn.init.uniform_(linear.weight, -((6 / inputs) ** 0.5), (6 / inputs) ** 0.5)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ELU(), *(nn.Dropout(share) for share in DROPOUT[place : place + 1])]
    last = nn.Linear(HIDDEN[-1], 10)
    nn.init.xavier_uniform_(last.weight)
    nn.init.zeros_(last.bias)
    model, loss = nn.Sequential(*layers, last), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    order = np.random.default_rng(seed).permutation(len(train.X))
    cut = int(0.9 * len(order))
    x, y = torch.tensor(train.X[order]), torch.tensor(train.y[order])
    best, best_loss, bad, waited, epoch, kept = 0.0, np.inf, 0, 0, 0, deepcopy(model.state_dict())
    while epoch < 60:
        epoch += 1
        model.train()
        shuffled = torch.randperm(cut)
        for start in range(0, cut, 128):
            rows = shuffled[start : start + 128]
            optimizer.zero_grad()
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            output = model(x[cut:])
            value = loss(output, y[cut:]).item()
            accuracy = (output.argmax(1) == y[cut:]).double().mean().item()
        waited = 0 if value < best_loss - 1e-4 else waited + 1
        best_loss = value if waited == 0 else best_loss
        if waited == 3:
            waited = 0
            for group in optimizer.param_groups:
                group["lr"] = max(group["lr"] / 2, 1e-6)
        bad = 0 if accuracy > best else bad + 1
        if bad == 0:
            best, kept = accuracy, deepcopy(model.state_dict())
        if bad == 5:
            break
    model.load_state_dict(kept)
    with torch.no_grad():
        right = (model(torch.tensor(test.X)).argmax(1).numpy() == test.y).mean()
    return best, float(right), epoch


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2, help="how many trainings of each")
    seeds = range(parser.parse_args().seeds)
    train, test = datasets.load_cifar10_features("train"), datasets.load_cifar10_features("test")
    ways: dict[str, Callable[[datasets.Dataset, datasets.Dataset, int], Result]] = {
        "the given network": given,
        "the given network, PyTorch": pytorch,
        "`better_guess`": better,
    }
    print("| network | held out | test | epochs | seconds on one core |\n| --- | --- | --- | --- | --- |", flush=True)
    for name, way in ways.items():
        results, seconds = [], []
        for seed in seeds:
            start = process_time()
            results.append(way(train, test, seed))
            seconds.append(process_time() - start)
        held, right, epochs = (np.array(column) for column in zip(*results, strict=True))
        accuracies = " | ".join(", ".join(f"{share:.1%}" for share in column) for column in (held, right))
        print(
            f"| {name} | {accuracies} | {', '.join(map(str, epochs))} | {', '.join(f'{s:.0f}' for s in seconds)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
