"""One measurement of grading, in the process that `grading.py` starts for it; printed as JSON."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from classes import COURSE, LESSON, make_class, make_grades, names

FOLDER = Path(__file__).parent


def grade(root: str, workers: str, students: str) -> dict[str, float]:
    """Return what it takes to grade that many submissions: once under way per submission, and at the start."""
    from gradschool.grader.sandbox.choose import choose
    from gradschool.grader.sandbox.isolation import family
    from gradschool.grader.sandbox.pool import sandboxed
    from gradschool.grader.session import grade_classroom

    count, done_at = int(students), {}
    start = perf_counter()
    chosen = choose()
    with sandboxed(chosen) as runner:
        reports = grade_classroom(
            COURSE,
            Path(root),
            [LESSON],
            names(count),
            workers=int(workers),
            force=True,
            tell=lambda job, done, total: done_at.setdefault(done, perf_counter()),
            runner=runner,
            isolation=chosen.record,
        )
        memory = peak(os.getpid())
        warm = max(map(peak, family.descendants(os.getpid())), default=0)
    wrong = [report.student for report in reports if report.points != report.max_points]
    if wrong or len(reports) != count:
        raise SystemExit(
            f"of {count} right submissions {len(reports)} were graded, and these not with full marks: {wrong}"
        )
    first = max(1, count // 10)  # the pipeline is full by then
    cpu = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "each": (done_at[count] - done_at[first]) / (count - first),
        "start": done_at[1] - start,
        "cpu": cpu / count,
        "memory": memory,
        "warm": warm,
    }


def bare(root: str, students: str) -> dict[str, float]:
    """Return what it takes to run the same cells and probes with the same cases, and nothing else."""
    from gradschool.grader.classroom import secret_seed
    from gradschool.grader.grade import open_key
    from gradschool.grader.sandbox.configure import modules
    from gradschool.grader.sandbox.isolation.paths import importable
    from gradschool.grader.sandbox.limits import Limits
    from gradschool.grader.sandbox.messages import request
    from gradschool.grader.sandbox.run import WORKER, environment
    from gradschool.grader.submission import find_submission, prepare

    lesson = COURSE.lesson(LESSON)
    with open_key(COURSE, lesson, secret_seed(Path(root))) as key, tempfile.TemporaryDirectory() as scratch:
        for name in names(int(students)):
            submission = find_submission(Path(root) / "submitted" / name / LESSON, name, LESSON)
            message = b"".join(request(prepare(submission, lesson), key.task, Limits()))
            (Path(scratch) / f"request-{name}").write_bytes(message)
        path = [str(key.task.root), *importable()]
        config = {"worker": str(WORKER.parent), "path": path, "modules": modules(key.task.root)}
        (Path(scratch) / "config.json").write_text(json.dumps(config))
        (Path(scratch) / "public.npz").write_bytes((key.task.root / "public.npz").read_bytes())
        (Path(scratch) / f"{LESSON}.ipynb").write_text("{}")
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(FOLDER / "grading_bare.py")],
            cwd=scratch,
            env=environment(scratch),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    taken = json.loads(done.stdout)
    cpu = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    return {"each": sum(taken) / len(taken), "median": float(np.median(taken)), "cpu": cpu / len(taken)}


def export(root: str, side: str) -> dict[str, float]:
    """Return the seconds that writing all grades takes within a process that has imported what it needs."""
    file = Path(root) / f"{side}.csv"
    if side == "ours":
        from gradschool.grader import export as exporter
        from gradschool.grader.gradebook import Book

        start = perf_counter()
        exporter.write(exporter.by_lesson(Book(Path(root)).rows()), file)
    else:
        from nbgrader.api import Gradebook
        from nbgrader.plugins import CsvExportPlugin

        start = perf_counter()
        with Gradebook(f"sqlite:///{root}/gradebook.db", "gradschool") as gradebook:
            CsvExportPlugin(to=str(file)).export(gradebook)
    seconds = perf_counter() - start
    return {"seconds": seconds, "rows": len(file.read_text().splitlines()) - 1}


def peak(process: int) -> int:
    """Return the most memory that a process has had, in bytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def make(root: str, kind: str, students: str) -> dict[str, float]:
    """Make a classroom and return the seconds that it took."""
    start = perf_counter()
    if kind == "grades":
        make_grades(Path(root), int(students))
    else:
        make_class(Path(root), int(students), stock=kind == "stock")
    return {"seconds": perf_counter() - start}


def main(kind: str, *arguments: str) -> None:
    """Print what was measured."""
    measure: dict[str, Any] = {"grade": grade, "bare": bare, "export": export, "make": make}
    print(json.dumps(measure[kind](*arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
