"""Measure the library against PyTorch: `python benchmarks/run.py [CASE ...] [--pairs 60] [--write]`.

Every measurement is made in a process of its own, on one thread. `--write` puts the tables into README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from cases import CASES

from gradschool.grader.sandbox.limits import ONE_THREAD

FOLDER = Path(__file__).parent
BEGIN, END = "<!-- measured: run.py writes between these lines -->", "<!-- end of what was measured -->"


def measure(*arguments: str) -> Any:
    """Return what one process measured."""
    command = [sys.executable, str(FOLDER / "measure.py"), *arguments]
    done = subprocess.run(command, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def quartiles(values: Any) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper one."""
    lower, middle, upper = np.percentile(values, [25, 50, 75])
    return float(lower), float(middle), float(upper)


def time_row(name: str, count: int) -> list[str]:
    """Return a row: the case, both medians, the ratio with its quartiles, what we mean to keep, and whether it is."""
    case, taken = CASES[name], measure("pairs", name, str(count))
    ours, theirs = np.array(taken["ours"]), np.array(taken["theirs"])
    lower, ratio, upper = quartiles(ours / theirs)
    goal = "" if case.at_most is None else f"{case.at_most:g}"
    kept = "" if case.at_most is None else ("yes" if ratio <= case.at_most else "**no**")
    return [
        case.what,
        f"{np.median(ours) * 1e3:.2f}",
        f"{np.median(theirs) * 1e3:.2f}",
        f"{ratio:.2f} ({lower:.2f} to {upper:.2f})",
        goal,
        kept,
    ]


def growth_row(name: str, count: int) -> list[str]:
    """Return a row: the case, time and memory at N and 4 N, ours, and memory against PyTorch's."""
    case, taken = CASES[name], measure("growth", name, str(count))
    _, times, _ = quartiles(np.array(taken["large"]) / np.array(taken["small"]))
    small, large = (measure("memory", name, "ours", times)["bytes"] for times in ("1", "4"))
    theirs = measure("memory", name, "theirs", "4")["bytes"]
    row = [case.what, f"{times:.1f}", f"{small / 2**20:.1f}", f"{large / 2**20:.1f}", f"{theirs / 2**20:.1f}"]
    return [*row, f"{large / theirs:.1f}"]


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def conditions() -> str:
    """Return the machine and the versions."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")), platform.processor()
    )
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return (
        f"{model}, one thread; {platform.system()}, Python {platform.python_version()}, NumPy {np.__version__} with "
        f"{blas['name']} {blas['version']}, PyTorch {version('torch')}; float32"
    )


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all without")
    parser.add_argument("--pairs", type=int, default=60, help="steps of each side, one after the other (default 60)")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    options = parser.parse_args()
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"there is no case {sorted(unknown)[0]!r}; there are {', '.join(CASES)}")
    if options.write and options.cases:
        parser.error("--write is for all cases")
    chosen = options.cases or list(CASES)

    text = [f"{conditions()}; medians of {options.pairs} pairs.", "### Time of a step"]
    print(text[0])
    rows = []
    for name in chosen:
        rows.append(time_row(name, options.pairs))
        print(*rows[-1], sep="  |  ", flush=True)
    text.append(table(["case", "ours, ms", "PyTorch, ms", "ours / PyTorch (quartiles)", "at most", "kept"], rows))
    rows = []
    for name in chosen:
        rows.append(growth_row(name, max(10, options.pairs // 3)))
        print(*rows[-1], sep="  |  ", flush=True)
    text += [
        "### From N to 4 N",
        table(
            ["case", "time, times", "memory at N, MiB", "at 4 N, MiB", "PyTorch at 4 N, MiB", "ours / PyTorch"], rows
        ),
    ]
    if not options.cases:
        taken = measure("loops")
        line = (
            f"Nested loops over (2, 3, 16, 16) to 8 channels, 3x3, float64, forward and backward: "
            f"{taken['loops'] * 1e3:.0f} ms; `Conv2d`: {taken['library'] * 1e3:.2f} ms, "
            f"{taken['loops'] / taken['library']:.0f} times faster."
        )
        print(line)
        text += ["### Against loops", line]
    if options.write:
        readme = FOLDER / "README.md"
        before, rest = readme.read_text().split(BEGIN)
        after = rest.split(END)[1]
        readme.write_text(before + "\n\n".join([BEGIN, *text, END]) + after)


if __name__ == "__main__":
    main()
