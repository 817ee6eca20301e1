"""Run a prepared submission in a process of its own, and collect what it sends.

Across this seam go the student's cells, the probes and the arguments of the cases; back come plain arrays. The expected
arrays, the mistakes, the judge's data and the solution of the lesson never cross it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.submission import Prepared
from gradschool.lab import codec
from gradschool.lab.evidence import Case, Evidence
from gradschool.lab.spec import Spec

WORKER = Path(__file__).with_name("worker.py")
SMALL_MESSAGE = 100_000


@dataclass(frozen=True)
class CellResult:
    """What a cell did when it ran."""

    printed: str = ""
    error: tuple[str, str] | None = None
    """The name of the exception and its message."""


@dataclass(frozen=True)
class Executed:
    """What a submission gave when it ran: all that is known of it on this side."""

    cells: Mapping[str, CellResult] = field(default_factory=dict)
    evidence: Mapping[str, Sequence[Evidence]] = field(default_factory=dict)
    ended: str = ""
    """Why the process stopped before it was done; empty if it was done."""
    stopped_at: str = ""
    """The cell that it did not come out of, if it was in one."""


@dataclass(frozen=True)
class Task:
    """What a student's process is to do, apart from the student's own cells."""

    root: Path
    """A folder that holds the lesson's part of the package `gradschool`, and its public cases."""
    exercises: Sequence[str]
    checks: Sequence[tuple[Spec, Sequence[Case]]]


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
            env=_environment(scratch),
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
            _send(process.stdin, _request(prepared, task, limits))
            frames, complaint = _receive(process.stdout, limits.output)
        finally:
            timer.cancel()
            _kill(process)
            process.stdout.close()
        return _collect(prepared, frames, complaint or ("time" if late.is_set() else ""))


def _environment(scratch: str) -> dict[str, str]:
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


def _request(prepared: Prepared, task: Task, limits: Limits) -> bytes:
    arrays: dict[str, Any] = {}
    checks = []
    for spec, cases in task.checks:
        sent = []
        for case in cases:
            names = {}
            for key, value in case.items():
                if isinstance(value, np.ndarray) and key != "judge":
                    names[key] = f"a{len(arrays)}"
                    arrays[names[key]] = value
            given = {k: v for k, v in case.items() if k != "judge" and not isinstance(v, np.ndarray)}
            sent.append((given, names))
        checks.append((_stripped(spec, limits).to_json(), sent))
    packages = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    meta = {
        "path": [str(task.root), *packages],
        "cells": [(cell.id, cell.source) for cell in prepared.cells if cell.runs],
        "exercises": list(task.exercises),
        "cell_seconds": limits.cell_seconds,
        "checks": checks,
    }
    return codec.pack(meta, arrays)


def _stripped(spec: Spec, limits: Limits) -> Spec:
    """Return the check without what only the judge needs."""
    seconds = min(spec.seconds, limits.check_seconds)
    return Spec(**{**vars(spec), "outcome": None, "words": "", "points": 0.0, "seconds": seconds})


def _send(pipe: IO[bytes], request: bytes) -> None:
    try:
        with pipe:
            pipe.write(request)
    except BrokenPipeError:
        pass


def _receive(pipe: IO[bytes], most: int) -> tuple[list[bytes], str]:
    """Return the messages that came, and what was wrong with them."""
    frames: list[bytes] = []
    total = 0
    while True:
        head = pipe.read(8)
        if len(head) < 8:
            return frames, ""
        size = int.from_bytes(head, "little")
        total += size
        if total > most:
            return frames, f"it sent more than {most / 2**20:.0f} MB"
        body = pipe.read(size)
        if len(body) < size:
            return frames, ""
        frames.append(body)


def _collect(prepared: Prepared, frames: Sequence[bytes], complaint: str) -> Executed:
    cells: dict[str, CellResult] = {}
    evidence: dict[str, list[Evidence]] = {}
    done = False
    for frame in frames:
        try:
            meta = codec.unpack(frame)[0] if len(frame) < SMALL_MESSAGE else {}
            if isinstance(meta, dict) and isinstance(meta.get("cell"), str):
                cells.setdefault(meta["cell"], _cell_result(meta))
            elif isinstance(meta, dict) and meta.get("end") is True:
                done = True
            else:
                name, one = codec.unpack_evidence(frame)
                evidence.setdefault(name, []).append(one)
        except (codec.MessageError, IndexError, KeyError, TypeError):
            complaint = complaint or "it sent a message that can't be read"
    if done and not complaint:
        return Executed(cells, evidence)
    waiting = [cell.id for cell in prepared.cells if cell.runs and cell.id not in cells]
    return Executed(cells, evidence, complaint or "it ended by itself", waiting[0] if waiting else "")


def _cell_result(meta: Mapping[str, Any]) -> CellResult:
    error = meta.get("error")
    pair = None if error is None else (codec.text(error[0], 100), codec.text(error[1]))
    return CellResult(codec.text(meta.get("printed"), 2000), pair)


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
