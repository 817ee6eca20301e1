"""Sine to cosine with a level that is told once: the three cells, and PyTorch's, on the same batches.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/projects/sequences.py [--steps 200] [--seeds 3]

Prints a Markdown table: the mean squared error over the last twenty steps of new sequences, where 0.083 is that of a
network that forgets the level, and the processor's seconds, of one thread. Both sides learn the same batches, whole
and in chunks, from the same first weights, with 1,000 weights (PyTorch's second biases stay at zero where ours has
none), Adam and clipping, in float32. A network that learns to hold the level is sensitive on its way: what differs in
the last digit after a step differs in the second after a hundred, in float64, too. So seeds are compared, not runs.
"""

from __future__ import annotations

import argparse
from time import process_time
from typing import Any

import mirror
import numpy as np

from gradschool import nn
from gradschool.nn.projects.sequences import CELLS, answers, hidden_units, train_chunks

Pair = tuple[np.ndarray, np.ndarray]


def levels(rng: np.random.Generator, steps: int, examples: int) -> Pair:
    """Return sines with a level told in the first step, (T, N, 2), and cosines plus the level, (T, N, 1)."""
    angle = 2 * np.pi * np.arange(steps)[:, None] / 20 + rng.uniform(0, 2 * np.pi, size=examples)
    level, told = rng.uniform(-0.5, 0.5, size=examples), np.zeros_like(angle)
    told[0] = level
    x, y = np.stack([np.sin(angle), told], axis=2), (np.cos(angle) + level)[:, :, None]
    return x.astype(np.float32), y.astype(np.float32)


def make(kind: str, forget_bias: float | None, seed: int) -> tuple[Any, Any]:
    """Return a cell and a head of ours."""
    rng = np.random.default_rng(seed)
    more = {} if forget_bias is None else {"forget_bias": forget_bias}
    hidden = hidden_units(kind, 2, 1, 1000)
    cell, head = CELLS[kind](2, hidden, rng=rng, **more), nn.TimeDistributed(nn.Dense(hidden, 1, rng=rng))
    cell.astype(np.float32)
    head.astype(np.float32)
    return cell, head


def ours(cell: Any, head: Any, batches: list[Pair], rates: np.ndarray, chunk: int, new: Pair) -> tuple[float, float]:
    """Train ours; return its error and the seconds of its training."""
    optimizer = nn.Adam(cell.parameters() + head.parameters(), rates[0])
    start = process_time()
    for rate, (x, y) in zip(rates, batches, strict=True):
        optimizer.learning_rate = float(rate)
        train_chunks(cell, head, x, y, optimizer=optimizer, chunk=chunk)
    seconds = process_time() - start
    return float(np.mean((answers(cell, head, new[0], chunk=chunk) - new[1])[-20:] ** 2)), seconds


def theirs(
    kind: str, cell: Any, head: Any, batches: list[Pair], rates: np.ndarray, chunk: int, new: Pair
) -> tuple[float, float]:
    """Train PyTorch's from the first weights of ours; return its error and the seconds of its training."""
    import torch

    torch.set_num_threads(1)
    hidden = cell.Wh.shape[0]
    layer, linear = getattr(torch.nn, kind)(2, hidden), torch.nn.Linear(hidden, 1)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.tensor(cell.Wx.value.T))
        layer.weight_hh_l0.copy_(torch.tensor(cell.Wh.value.T))
        layer.bias_ih_l0.copy_(torch.tensor(cell.b.value))
        layer.bias_hh_l0.zero_()
        linear.weight.copy_(torch.tensor(head.parameters()[0].value.T))
        linear.bias.zero_()
    if kind == "GRU":  # of its second biases ours has the candidate's, the last third
        layer.bias_hh_l0.register_hook(lambda grad: torch.cat([torch.zeros(2 * hidden), grad[2 * hidden :]]))
    else:
        layer.bias_hh_l0.requires_grad_(False)
    learnt = [p for p in [*layer.parameters(), *linear.parameters()] if p.requires_grad]
    optimizer, loss = torch.optim.Adam(learnt, rates[0]), torch.nn.MSELoss()
    start = process_time()
    for rate, (x, y) in zip(rates, batches, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = float(rate)
        state: Any = None
        for xs, ys in zip(torch.tensor(x).split(chunk), torch.tensor(y).split(chunk), strict=True):
            h, state = layer(xs, state)
            state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
            optimizer.zero_grad()
            loss(linear(h), ys).backward()
            torch.nn.utils.clip_grad_norm_(learnt, 1.0)
            optimizer.step()
    seconds = process_time() - start
    with torch.no_grad():
        error = (linear(layer(torch.tensor(new[0]))[0]).numpy() - new[1])[-20:]
    return float(np.mean(error**2)), seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200, help="the length of the sequences")
    parser.add_argument("--batches", type=int, default=300, help="how many batches of 16 are learnt")
    parser.add_argument("--seeds", type=int, default=3, help="how many trainings of each")
    given = parser.parse_args()
    rngs = [np.random.default_rng([1, seed]) for seed in range(given.seeds)]
    batches = [[levels(rng, given.steps, 16) for _ in range(given.batches)] for rng in rngs]
    new = levels(np.random.default_rng(2), given.steps, 200)
    print(f"Means of {given.seeds} seeds (smallest to largest); seconds of the processor.\n")
    head = ["cell", "units", "chunk", "error", "error, PyTorch", "s", "s, PyTorch"]
    print(mirror.line(head), mirror.line(["---"] * len(head)), sep="\n", flush=True)
    for name, kind, forget_bias, rate in [
        ("RNN", "RNN", None, 0.003),
        ("GRU", "GRU", None, 0.01),
        ("LSTM", "LSTM", None, 0.01),
        ("LSTM, forget bias 5", "LSTM", 5.0, 0.01),
    ]:
        rates = rate * (1 + np.cos(np.pi * np.arange(given.batches) / given.batches)) / 2
        for chunk in (given.steps, given.steps // 10):
            both = []
            for seed in range(given.seeds):
                mine = ours(*make(kind, forget_bias, seed), batches[seed], rates, chunk, new)
                both.append((*mine, *theirs(kind, *make(kind, forget_bias, seed), batches[seed], rates, chunk, new)))
            error, seconds, their_error, their_seconds = zip(*both, strict=True)
            errors = [mirror.spread(error, ".3f"), mirror.spread(their_error, ".3f")]
            times = [f"{np.mean(seconds):.1f}", f"{np.mean(their_seconds):.1f}"]
            units = hidden_units(kind, 2, 1, 1000)
            print(mirror.line([name, str(units), str(chunk), *errors, *times]), flush=True)


if __name__ == "__main__":
    main()
