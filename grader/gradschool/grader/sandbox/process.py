"""A process that is started for one submission: it is given the request, heard until it is silent too long, and ended.

Its standard input is the request, of which a part can be kept back until as many messages have come as tell that the
cells have run; its standard output is the channel on which the messages come.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from gradschool.grader.sandbox.isolation import family
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import PIPE, Frames, Task
from gradschool.grader.submission import Prepared

Patience = Callable[[int], float]
"""For how many seconds the next message is waited for, by the number of messages that came."""

GRACE = 1.0
"""Seconds beyond its own limit after which a cell or check that does not heed it is ended from outside."""
END_SECONDS = 10.0
"""For how long a process that has nothing more to say may take to end."""
SAID = 1000


def end_descendants(process: subprocess.Popen[bytes]) -> None:
    """Kill what the process has started, where that can be found out."""
    if sys.platform == "linux" and process.poll() is None:
        for pid in family.descendants(process.pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True)
class Launch:
    """How a process is started."""

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: str
    """The folder that it is started in."""
    prepare: Callable[[], None] | None = None
    """What is done in the new process before the command."""
    end: Callable[[subprocess.Popen[bytes]], None] = end_descendants
    """Ends what the process has started."""


@dataclass(frozen=True)
class Heard:
    """What came of a process."""

    frames: list[bytes]
    ended: str
    """Why it was ended: `"time"`, `"silence"`, a complaint about what it sent; empty if it ended by itself."""
    status: int
    """The exit status of the command."""
    said: str
    """The end of what it wrote on its standard error."""


def patience_of(prepared: Prepared, task: Task, limits: Limits) -> Patience:
    """Return how long each message of a submission is waited for: first come those of the cells."""
    cells = sum(cell.runs for cell in prepared.cells)
    checks = max((min(spec.seconds, limits.check_seconds) for spec, _ in task.checks), default=0.0)
    return lambda messages: GRACE + (limits.cell_seconds if messages < cells else checks)


def converse(
    launch: Launch,
    request: bytes,
    patience: Patience,
    most: int,
    seconds: float,
    later: bytes = b"",
    after: int = 0,
) -> Heard:
    """Start a process, give it the request, and return what it sends; it and all that it started are dead then.

    What is sent `later` is added to the request when as many messages as `after` says have come.
    """
    stop = time.monotonic() + seconds
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            launch.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=launch.folder,
            env=dict(launch.environment),
            bufsize=0,
            start_new_session=True,
            preexec_fn=launch.prepare,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        come = threading.Event()
        with process.stdin:
            feeder = threading.Thread(target=_feed, args=(os.dup(process.stdin.fileno()), request, later, come))
        feeder.daemon = True
        feeder.start()

        def wait(messages: int) -> float:
            if messages >= after:
                come.set()
            return patience(messages)

        try:
            frames, ended = _hear(process.stdout, wait, most, stop)
            if not ended:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(END_SECONDS)
        finally:
            _end(process, launch)
            come.set()
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - SAID))
        return Heard(frames, ended, process.returncode, errors.read().decode(errors="replace").strip())


def _feed(pipe: int, request: bytes, later: bytes, come: threading.Event) -> None:
    """Write the request, and what comes later when it may; a process that does not read keeps nobody else waiting."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(pipe, "wb", buffering=0) as file:
        for part in (request, later):
            view = memoryview(part)
            while view:
                view = view[file.write(view) :]
            come.wait()


def _hear(pipe: IO[bytes], patience: Patience, most: int, stop: float) -> tuple[list[bytes], str]:
    """Return the messages that come until the last writer is dead, and why that was not waited for, if it was not."""
    pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_pump, args=(os.dup(pipe.fileno()), pieces, most), daemon=True).start()
    frames = Frames(most)

    def read(seconds: float) -> bytes | None:
        try:
            return pieces.get(timeout=seconds)
        except queue.Empty:
            return None

    late = hear(read, frames, patience, stop)
    return frames.whole, frames.complaint or late


def hear(read: Callable[[float], bytes | None], frames: Frames, patience: Patience, stop: float) -> str:
    """Feed `frames` until what is read ends or is wrong; return why that was not waited for, if it was not.

    `read` waits for so many seconds and returns what has come: nothing at the end, None if nothing came in time.
    """
    deadline = time.monotonic() + patience(0)
    while not frames.complaint:
        data = read(max(0.0, min(deadline, stop) - time.monotonic()))
        if data is None:
            return "silence" if deadline < stop else "time"
        if not data:
            break
        before = len(frames.whole)
        frames.feed(data)
        if len(frames.whole) > before:
            deadline = time.monotonic() + patience(len(frames.whole))
    return ""


def _pump(source: int, pieces: queue.SimpleQueue[bytes], most: int) -> None:
    """Pass on what can be read, up to a little more than `most` bytes; an empty piece is the end."""
    left = most + PIPE
    with contextlib.suppress(OSError):
        while left > 0 and (data := os.read(source, PIPE)):
            left -= len(data)
            pieces.put(data)
    os.close(source)
    pieces.put(b"")


def _end(process: subprocess.Popen[bytes], launch: Launch) -> None:
    """End the process and what it started, as far as it is known: by the launch, and in the process's session."""
    if process.poll() != 0:
        launch.end(process)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
