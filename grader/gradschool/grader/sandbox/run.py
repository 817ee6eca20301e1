"""Run a prepared submission in a process of its own, and collect what it sends.

Across this seam go the student's cells, the probes and the arguments of the cases; back come plain arrays. The expected
arrays, the mistakes, the judge's data and the solution of the lesson never cross it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from gradschool.grader.sandbox.limits import ONE_THREAD, Limits
from gradschool.grader.sandbox.messages import CellResult, Executed, Task, collect, request
from gradschool.grader.sandbox.process import Launch, converse, patience_of
from gradschool.grader.sandbox.retry import run_until_done
from gradschool.grader.submission import Prepared

__all__ = ["CellResult", "Executed", "Runner", "Task", "run"]

WORKER = Path(__file__).with_name("worker.py")
START_SECONDS = 20.0
"""What a process may take until it is ready to run the first cell."""

Runner = Callable[[Prepared, Task, Limits], Executed]
"""What runs a submission; `run` is one, and a hardened sandbox is another."""


def run(prepared: Prepared, task: Task, limits: Limits) -> Executed:
    """Return what a submission gave, run in processes of its own with limits and without a sandbox."""
    return run_until_done(prepared, task, limits, run_once)


def run_once(prepared: Prepared, task: Task, limits: Limits) -> Executed:
    """Run the cells of a submission, then the probes, in a new process with limits, and return what it sent."""
    patience = patience_of(prepared, task, limits)
    with tempfile.TemporaryDirectory(prefix="gradschool-", ignore_cleanup_errors=True) as scratch:
        (Path(scratch) / "public.npz").write_bytes((task.root / "public.npz").read_bytes())
        (Path(scratch) / f"{prepared.lesson}.ipynb").write_text("{}")  # marks the folder as the lesson's
        heard = converse(
            Launch([sys.executable, "-I", "-S", str(WORKER)], environment(scratch), scratch, _limiter(limits)),
            b"".join(request(prepared, task, limits)),
            lambda messages: patience(messages) + (0 if messages else START_SECONDS),
            limits.output,
            limits.seconds,
        )
        return collect(prepared, heard.frames, heard.ended)


def environment(scratch: str) -> dict[str, str]:
    """Return all that a student's process has of environment variables."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    folders = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR"), scratch)
    return {**kept, **ONE_THREAD, **folders, "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"}


def _limiter(limits: Limits) -> Callable[[], None] | None:
    """Return what sets the limits in the new process, or None where there are none (Windows)."""
    if sys.platform == "win32":
        return None
    import resource

    def limit() -> None:
        cpu = int(limits.seconds) + 5
        for what, most in (
            (resource.RLIMIT_CPU, cpu),
            (resource.RLIMIT_FSIZE, limits.file_size),
            (resource.RLIMIT_AS, limits.memory + 2**30),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))

    return limit
