"""One measurement, in the process that `run.py` starts for it on one thread; printed as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from cases import CASES, Step
from loops import conv2d_by_loops

from gradschool import nn

WARM = 5


def timed(step: Step) -> float:
    """Return the seconds of one step."""
    start = perf_counter()
    step()
    return perf_counter() - start


def alternately(steps: dict[str, Step], count: int) -> dict[str, list[float]]:
    """Return the seconds of each step by its name, `count` times, one step after the other after some to warm up."""
    for _ in range(WARM):
        for step in steps.values():
            step()
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(count):
        for name, step in steps.items():
            taken[name].append(timed(step))
    return taken


def pairs(name: str, count: int) -> dict[str, list[float]]:
    """Return the seconds of `count` steps of ours and of PyTorch's, each pair one after the other."""
    import torch

    torch.set_num_threads(1)
    case = CASES[name]
    ours, theirs = case.ours(case.batch), case.theirs(case.batch)
    return alternately({"ours": ours, "theirs": theirs}, count)


def growth(name: str, count: int) -> dict[str, list[float]]:
    """Return the seconds of `count` steps of ours at N and at 4 N, each pair one after the other."""
    case = CASES[name]
    small, large = case.ours(case.batch), case.ours(4 * case.batch)
    return alternately({"small": small, "large": large}, count)


def memory(name: str, side: str, times: int) -> dict[str, float]:
    """Return by how many bytes the process grows, at its peak, when it makes the case and takes three steps."""
    if side == "theirs":
        import torch

        torch.set_num_threads(1)
    case = CASES[name]
    make = case.ours if side == "ours" else case.theirs
    make(2)()  # what is loaded or set up at first use is no part of a step
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    step = make(times * case.batch)
    for _ in range(3):
        step()
    return {"bytes": _resident("VmHWM") - before}


def loops() -> dict[str, float]:
    """Return the seconds of Conv2d's forward and backward pass by nested loops, and by the library."""
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, 3, 16, 16)), rng.normal(size=(2, 8, 14, 14))
    layer = nn.Conv2d(3, 8, 3, rng=rng)

    def ours() -> None:
        layer.forward(x)
        layer.zero_grad()
        layer.backward(dy)

    want = conv2d_by_loops(x, layer.W.value, layer.b.value, dy)
    got = layer.forward(x), layer.backward(dy), layer.W.grad, layer.b.grad
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
    ours()
    return {
        "loops": float(
            np.median([timed(lambda: conv2d_by_loops(x, layer.W.value, layer.b.value, dy)) for _ in range(3)])
        ),
        "library": float(np.median([timed(ours) for _ in range(50)])),
    }


def _resident(field: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return float(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status has no {field}")


def main(kind: str, *arguments: str) -> None:
    """Print what was measured."""
    if kind == "loops":
        print(json.dumps(loops()))
    elif kind == "memory":
        print(json.dumps(memory(arguments[0], arguments[1], int(arguments[2]))))
    else:
        print(json.dumps({"pairs": pairs, "growth": growth}[kind](arguments[0], int(arguments[1]))))


if __name__ == "__main__":
    main(*sys.argv[1:])
