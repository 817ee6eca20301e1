"""A Dask cluster of a test's own, made by the two commands of the README, on loopback; gone when the test is done."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class Cluster:
    """A scheduler, and the programs that start its workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs: list[subprocess.Popen[str]] = []
        self.scheduler, self.address = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0", says=r"Scheduler at: +(\S+)"
        )

    def add(self, course: Path, workers: int = 1, threads: int = 1) -> None:
        """Start workers that find the course in a folder, and return when the last is there."""
        self._start(
            *("dask_worker", self.address, "--nworkers", str(workers), "--nthreads", str(threads)),
            *("--local-directory", str(self.folder)),
            says=r"Registered to: +(\S+)",
            times=workers,
            course=course,
        )

    def _start(
        self, module: str, *options: str, says: str, times: int = 1, course: Path | None = None
    ) -> tuple[subprocess.Popen[str], str]:
        """Start a program, and return it and what it says when it is ready."""
        command = [sys.executable, "-m", f"distributed.cli.{module}", *options, "--no-dashboard"]
        program = subprocess.Popen(
            command, cwd=course or self.folder, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self._programs.append(program)
        assert program.stderr is not None
        lines = []
        for line in program.stderr:
            lines.append(line)
            if found := re.search(says, line):
                times -= 1
                if times == 0:
                    threading.Thread(target=_drain, args=[program.stderr], daemon=True).start()
                    return program, found[1]
        raise AssertionError("".join(lines))

    def close(self) -> None:
        """End all programs and the workers they started."""
        for program in self._programs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()


def _drain(pipe: IO[str]) -> None:
    with pipe:
        for _ in pipe:
            pass


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Return a cluster without workers."""
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.close()
