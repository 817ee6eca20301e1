"""Run a prepared submission in a process of its own, and collect what it sends.

Across this seam go the student's cells, the probes and the arguments of the cases; back come plain arrays. The expected
arrays, the mistakes, the judge's data and the solution of the lesson never cross it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import CellResult, Executed, Frames, Task, collect, request
from gradschool.grader.submission import Prepared

__all__ = ["CellResult", "Executed", "Runner", "Task", "run"]

WORKER = Path(__file__).with_name("worker.py")


Runner = Callable[[Prepared, Task, Limits], Executed]
"""What runs a submission; `run` is one, and a hardened sandbox is another."""


def run(prepared: Prepared, task: Task, limits: Limits) -> Executed:
    """Run the cells of a submission, then the probes, in a new process with limits, and return what it sent."""
    with tempfile.TemporaryDirectory(prefix="gradschool-", ignore_cleanup_errors=True) as scratch:
        (Path(scratch) / "public.npz").write_bytes((task.root / "public.npz").read_bytes())
        (Path(scratch) / f"{prepared.lesson}.ipynb").write_text("{}")  # marks the folder as the lesson's
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=environment(scratch),
            start_new_session=True,
            preexec_fn=_limiter(limits),
        )
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(limits.seconds, stop)
        timer.start()
        try:
            _send(process.stdin, request(prepared, task, limits))
            frames, complaint = _receive(process.stdout, limits.output)
        finally:
            timer.cancel()
            _kill(process)
            process.stdout.close()
        return collect(prepared, frames, complaint or ("time" if late.is_set() else ""))


def environment(scratch: str) -> dict[str, str]:
    """Return all that a student's process has of environment variables."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    folders = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR"), scratch)
    return {**kept, **threads, **folders, "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"}


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


def _send(pipe: IO[bytes], request: bytes) -> None:
    try:
        with pipe:
            pipe.write(request)
    except BrokenPipeError:
        pass


def _receive(pipe: IO[bytes], most: int) -> tuple[list[bytes], str]:
    """Return the messages that came, and what was wrong with them."""
    frames = Frames(most)
    while not frames.complaint and (data := os.read(pipe.fileno(), 2**20)):
        frames.feed(data)
    return frames.whole, frames.complaint


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started in its session."""
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()
