"""The character model beside PyTorch's: `python benchmarks/projects/characters.py [--seeds 3] [--epochs 36]`.

Both learn the sonnets of the project, from the same first weights and on the same batches in the same order, in
float32 and on one thread. An epoch of one is followed by the same epoch of the other, so that a machine that is busy
now and then disturbs both alike; the seconds are those that the processor worked. The table is printed, and nothing is
written.
"""

from __future__ import annotations

import os

from gradschool.grader.sandbox.limits import ONE_THREAD

os.environ |= ONE_THREAD  # before NumPy is imported

import argparse
import time
from collections.abc import Callable
from typing import Any

import mirror
import numpy as np
import torch

from gradschool import datasets, nn
from gradschool.nn.projects.characters import CharacterModel, bits_per_character, streams, train_epoch
from gradschool.nn.projects.vocabulary import Codes, Vocabulary

FEATURES, HIDDEN, STREAMS, STEPS, RATE = 16, 96, 16, 32, 0.005


class Rival(torch.nn.Module):
    """The same network of PyTorch's layers, with the weights of ours."""

    def __init__(self, ours: CharacterModel) -> None:
        super().__init__()
        (tokens, features), hidden = ours.embedding.W.shape, ours.lstm.Wh.shape[0]
        self.embedding = torch.nn.Embedding(tokens, features)
        self.lstm = torch.nn.LSTM(features, hidden)
        self.head = torch.nn.Linear(hidden, tokens)
        dense = ours.head.layer
        assert isinstance(dense, nn.Dense)
        with torch.no_grad():
            self.embedding.weight.copy_(torch.tensor(ours.embedding.W.value))
            self.lstm.weight_ih_l0.copy_(torch.tensor(ours.lstm.Wx.value.T))
            self.lstm.weight_hh_l0.copy_(torch.tensor(ours.lstm.Wh.value.T))
            self.lstm.bias_ih_l0.copy_(torch.tensor(ours.lstm.b.value))
            self.lstm.bias_hh_l0.zero_()
            self.head.weight.copy_(torch.tensor(dense.W.value.T))
            self.head.bias.copy_(torch.tensor(dense.b.value))
        self.lstm.bias_hh_l0.requires_grad_(False)  # ours has one bias

    def forward(self, x: Any, state: Any = None) -> Any:
        """Return the logits and the state after the last step."""
        out, state = self.lstm(self.embedding(x), state)
        return self.head(out), state


def rival_epoch(model: Rival, pieces: list[tuple[Any, Any]], optimizer: Any) -> None:
    """One pass over the pieces, as `train_epoch` takes it."""
    state = None
    for x, y in pieces:
        logits, state = model(x, state)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        state = tuple(part.detach() for part in state)


def rival_bits(model: Rival, codes: Codes) -> float:
    """Return the bits per character of a text."""
    with torch.no_grad():
        x = torch.tensor(codes)
        logits, _ = model(x[:-1, None])
        return float(torch.nn.functional.cross_entropy(logits[:, 0], x[1:]) / np.log(2))


def seconds(work: Callable[[], object]) -> float:
    """Return how long the processor worked."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(seed: int, epochs: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return, for each epoch, the bits on held-out text and the seconds of training, each of ours and of PyTorch's."""
    sonnets = datasets.load_sonnets().removesuffix("\n").split("\n\n")
    letters = Vocabulary(datasets.load_sonnets())
    train, test = letters.encode("\n\n".join(sonnets[:40]) + "\n\n"), letters.encode("\n\n".join(sonnets[40:]) + "\n")
    ours = CharacterModel(len(letters), FEATURES, HIDDEN, rng=np.random.default_rng(seed)).astype(np.float32)
    theirs, pieces = Rival(ours), streams(train, STREAMS, STEPS)
    their_pieces = [(torch.tensor(x.copy()), torch.tensor(y.copy())) for x, y in pieces]
    optimizer = nn.Adam(ours.parameters(), RATE)
    their_optimizer = torch.optim.Adam([p for p in theirs.parameters() if p.requires_grad], RATE)
    bits, times = [], []
    for _ in range(epochs):
        times.append(
            (
                seconds(lambda: train_epoch(ours, pieces, optimizer)),
                seconds(lambda: rival_epoch(theirs, their_pieces, their_optimizer)),
            )
        )
        bits.append((bits_per_character(ours, test), rival_bits(theirs, test)))
    return bits, times


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=36)
    options = parser.parse_args()
    torch.set_num_threads(1)
    runs = [compare(seed, options.epochs) for seed in range(options.seeds)]
    bits = np.array([one for one, _ in runs])
    times = np.array([one for _, one in runs])
    print(
        f"Embedding({FEATURES}), LSTM({HIDDEN}), Dense; {STREAMS} streams, pieces of {STEPS} steps, Adam({RATE}), "
        f"{options.epochs} epochs; {options.seeds} seeds: the mean, and the lowest to the highest.\n"
    )
    print("| | ours | PyTorch |\n| --- | --- | --- |")
    rows = [
        ("bits per character held out, best epoch", bits.min(axis=1)),
        ("the best epoch, counted from 1", bits.argmin(axis=1) + 1),
        ("bits per character held out, last epoch", bits[:, -1]),
        ("seconds of one core, all epochs", times.sum(axis=1)),
    ]
    for name, values in rows:
        cells = [f"{v.mean():.2f} ({v.min():.2f} to {v.max():.2f})" for v in values.T]
        print(mirror.line([name, *cells]))


if __name__ == "__main__":
    main()
