"""Measure grading against the bare execution and against nbgrader: `python benchmarks/grading.py [--write]`.

Every measurement is made in a process of its own, and what is compared is measured in turns. `--write` puts the tables
into grading.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
from classes import COURSE, LESSON, names
from run import table

FOLDER = Path(__file__).parent
BEGIN, END = "<!-- measured: grading.py writes between these lines -->", "<!-- end of what was measured -->"
PROGRAMS = Path(sys.executable).parent
FEW = 4
"""The submissions that nbgrader grades in a run: each takes it seconds."""

Row = list[str]
Found = list[dict[str, float]]
"""What was measured in each round, by name, in seconds unless the name says otherwise."""


@dataclass(frozen=True)
class Goal:
    """A ratio of two measurements, and what it is meant to keep."""

    what: str
    part: str
    whole: str
    at_most: float

    def row(self, found: Found) -> Row:
        """Return the ratio's median over the rounds, its range, and whether the goal is kept."""
        ratios = [one[self.part] / one[self.whole] for one in found if self.part in one and self.whole in one]
        middle = float(np.median(ratios))
        spread = f"{_ratio(middle)} ({_ratio(min(ratios))} to {_ratio(max(ratios))})"
        return [self.what, spread, _ratio(self.at_most), "yes" if middle <= self.at_most else "**no**"]


GOALS = [
    Goal("`grade` under way, one worker / bare execution", "one", "bare", 2.0),
    Goal("`grade` under way, one worker / `nbgrader autograde` under way", "one", "nbgrader", 1 / 25),
    Goal("`grade`, one worker, whole command / bare execution", "command", "bare", 2.0),
    Goal("`grade`, one worker / `nbgrader autograde`, whole commands", "command", "nbgrader command", 1 / 25),
    Goal("`grade` under way, two workers / one worker", "two", "one", 1 / 1.8),
    Goal("time per submission, a large class / a small one", "large", "small", 1.1),
    Goal("memory of the grader, a large class / a small one", "large, bytes", "small, bytes", 1.1),
    Goal("`gradschool export` / `nbgrader export`, whole commands", "export", "nbgrader export", 1 / 20),
    Goal("`gradschool export` / `nbgrader export`, without imports", "export within", "nbgrader export within", 1 / 20),
]  # fmt: skip


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value > 0.2 else f"1/{1 / value:.0f}"


def measure(*arguments: object) -> dict[str, float]:
    """Return what one process measured."""
    print("...", *arguments, flush=True)
    program = [sys.executable, str(FOLDER / "grading_measure.py"), *map(str, arguments)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))} failed:\n{done.stderr}")
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def command(folder: Path, program: str, *arguments: str) -> float:
    """Return the seconds that a command takes, its start included."""
    print("...", program, *arguments[:4], flush=True)
    path = os.pathsep.join([str(PROGRAMS), os.environ["PATH"]])
    start = perf_counter()
    done = subprocess.run(
        [PROGRAMS / program, *arguments],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{program} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return seconds


def one_class(root: Path, students: int) -> dict[str, float]:
    """Measure a class on one worker, on two, bare, and as the command that an instructor gives."""
    one, bare, two = (
        measure("grade", root, 1, students),
        measure("bare", root, students),
        measure("grade", root, 2, students),
    )
    named = [part for name in names(students) for part in ("--student", name)]
    whole = command(
        COURSE.root, "gradschool", "grade", str(root), "--lesson", LESSON, "--force", "--workers", "1", *named
    )
    return {
        "one": one["each"],
        "one, CPU": one["cpu"],
        "two": two["each"],
        "two, CPU": two["cpu"],
        "bare": bare["each"],
        "bare, CPU": bare["cpu"],
        "start": one["start"],
        "command": whole / students,
    }


def theirs(root: Path) -> dict[str, float]:
    """Measure nbgrader on a few of the same submissions; what one more takes is free of its start."""
    least = command(root, "nbgrader", "autograde", LESSON, "--student", names(1)[0], "--force")
    most = command(root, "nbgrader", "autograde", LESSON, "--force")
    return {"nbgrader": (most - least) / (FEW - 1), "nbgrader command": most / FEW}


def sizes(root: Path, few: int, many: int) -> dict[str, float]:
    """Measure a small class and a large one, on two workers."""
    found = {}
    for name, students in (("small", few), ("large", many)):
        measured = measure("grade", root, 2, students)
        found |= {name: measured["each"], f"{name}, bytes": measured["memory"], f"{name}, warm bytes": measured["warm"]}
    return found


def exports(root: Path) -> dict[str, float]:
    """Measure both exports of the same gradebook, as commands and within a process."""
    return {
        "export": command(COURSE.root, "gradschool", "export", str(root), "--to", str(root / "ours.csv")),
        "nbgrader export": command(root, "nbgrader", "export", "--to", "theirs.csv"),
        "export within": measure("export", root, "ours")["seconds"],
        "nbgrader export within": measure("export", root, "theirs")["seconds"],
    }


def times(found: Found, options: argparse.Namespace) -> list[Row]:
    """Return a row for each measurement: what it is, and its median."""

    def row(what: str, name: str, unit: str = "ms", scale: float = 1e3) -> Row:
        values = [one[name] for one in found if name in one]
        return [what, f"{np.median(values) * scale:.{0 if unit != 's' else 2}f} {unit}"]

    few, many, students = options.few, options.many, options.students
    return [
        row("bare execution of a submission", "bare"),
        row("the same, processor time, the start of the warm process included", "bare, CPU"),
        row(f"`grade`, a submission of a class of {students}, one worker", "one"),
        row("the same, two workers", "two"),
        row("on one worker, processor time of all processes, their start included", "one, CPU"),
        row("`grade`, from its start to the first grade", "start", "s", 1),
        row(f"`gradschool grade`, whole command, a submission of {students}, one worker", "command"),
        row("`nbgrader autograde`, one more submission", "nbgrader"),
        row(f"`nbgrader autograde`, whole command, a submission of {FEW}", "nbgrader command"),
        row(f"`grade`, two workers, a submission of {few}", "small"),
        row(f"`grade`, two workers, a submission of {many}", "large"),
        row(f"most memory of the grader, {few} submissions", "small, bytes", "MiB", 2**-20),
        row(f"most memory of the grader, {many} submissions", "large, bytes", "MiB", 2**-20),
        row(f"most memory of a warm process, {many} submissions", "large, warm bytes", "MiB", 2**-20),
        row(f"`gradschool export`, {options.rows} rows, whole command", "export", "s", 1),
        row(f"`nbgrader export`, {options.rows} rows, whole command", "nbgrader export", "s", 1),
        row("`gradschool export`, without imports", "export within", "s", 1),
        row("`nbgrader export`, without imports", "nbgrader export within", "s", 1),
    ]


def conditions(rounds: int) -> str:
    """Return the machine and the versions, in a sentence."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0]
    return (
        f"{model}, {os.cpu_count()} cores, load {load:.1f} before; {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, NumPy {np.__version__}, nbgrader {version('nbgrader')}; "
        f"medians of {rounds} rounds (the range in parentheses)."
    )


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each comparison is made (default 3)")
    parser.add_argument("--students", type=int, default=100, help="the class that is compared with others")
    parser.add_argument("--few", type=int, default=50, help="the small class")
    parser.add_argument("--many", type=int, default=1000, help="the large class")
    parser.add_argument("--rows", type=int, default=2000, help="the rows that are exported")
    parser.add_argument("--write", action="store_true", help="put the tables into grading.md")
    options = parser.parse_args()
    said, found = conditions(options.rounds), list[dict[str, float]]()
    print(said)
    with tempfile.TemporaryDirectory(prefix="gradschool-bench-") as folder:
        ours, stock, grades = (Path(folder) / name for name in ("class", "stock", "grades"))
        measure("make", ours, "class", max(options.students, options.many))
        measure("make", stock, "stock", FEW)
        measure("make", grades, "grades", options.rows // len(COURSE.names))
        for number in range(options.rounds):
            found.append(one_class(ours, options.students) | theirs(stock))
            if number < max(1, options.rounds - 1):
                found[-1] |= sizes(ours, options.few, options.many) | exports(grades)
    tables = [
        table(["ratio", "median (range)", "at most", "kept"], [goal.row(found) for goal in GOALS]),
        table(["measured", "median"], times(found, options)),
    ]
    print(*tables, sep="\n\n")
    if options.write:
        page = FOLDER / "grading.md"
        before, rest = page.read_text().split(BEGIN)
        page.write_text("\n\n".join([before + BEGIN, said, *tables, END]) + rest.split(END)[1])


if __name__ == "__main__":
    main()
