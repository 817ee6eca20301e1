"""What goes to a student's process and what comes back, as bytes; what comes back may come from anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gradschool.grader.sandbox.isolation.paths import importable
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.submission import Prepared
from gradschool.lab import codec
from gradschool.lab.evidence import Case, Evidence
from gradschool.lab.spec import Spec

SMALL_MESSAGE = 100_000
PIPE = 2**16
"""Bytes that a pipe holds. To ask for more at a time makes room that is not used, and leaves gaps in the memory."""
PRICE = 2**14
"""What each message counts beyond its own bytes, so that a flood of empty ones is over soon."""
MOST_HEADER = 2**20
"""Bytes of a message that are no arrays; as Python's lists, they are some fifty times as large."""


class Broken(Exception):
    """A sandbox is gone, or does not do what it should."""


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


def request(prepared: Prepared, task: Task, limits: Limits) -> tuple[bytes, bytes]:
    """Return the cells, then the probes and the arguments of the cases, and nothing that only the judge needs.

    The first part has its length before it, so that the second can be kept back until the cells have run: what a cell
    prints is shown to the student, and it can't be a secret case that has not come yet.
    """
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
    meta = {
        "path": [str(task.root), *importable()],
        "cells": [(cell.id, cell.source) for cell in prepared.cells if cell.runs],
        "exercises": list(task.exercises),
        "cell_seconds": limits.cell_seconds,
    }
    cells = codec.pack(meta, {})
    return len(cells).to_bytes(8, "little") + cells, codec.pack(checks, arrays)


def _stripped(spec: Spec, limits: Limits) -> Spec:
    """Return the check without what only the judge needs."""
    seconds = min(spec.seconds, limits.check_seconds)
    return Spec(**{**vars(spec), "outcome": None, "words": "", "points": 0.0, "seconds": seconds})


class Frames:
    """The messages in a stream of bytes, as they come; no more than `most` bytes of them are kept."""

    def __init__(self, most: int) -> None:
        self.whole: list[bytes] = []
        self.complaint = ""
        self._most, self._total = most, 0
        self._partial = bytearray()
        self._size = -1

    def feed(self, data: bytes) -> None:
        """Take the next bytes; after a complaint, nothing is taken."""
        if self.complaint:
            return
        self._partial += data
        while True:
            if self._size < 0 and len(self._partial) >= 8:
                self._size = int.from_bytes(self._partial[:8], "little")
                self._total += self._size + PRICE
                del self._partial[:8]
                if self._total > self._most:
                    self.complaint = f"it sent more than {self._most / 2**20:.0f} MB"
                    return
            if self._size < 0 or len(self._partial) < self._size:
                return
            self.whole.append(bytes(self._partial[: self._size]))
            del self._partial[: self._size]
            self._size = -1


def collect(prepared: Prepared, frames: Sequence[bytes], complaint: str) -> Executed:
    """Return what the messages of a student's process say; `complaint` is what is known to be wrong with them."""
    cells: dict[str, CellResult] = {}
    evidence: dict[str, list[Evidence]] = {}
    done, sent = False, {cell.id for cell in prepared.cells if cell.runs}
    for number, frame in enumerate(frames):
        try:
            meta = codec.unpack(frame)[0] if len(frame) < SMALL_MESSAGE else {}
            if isinstance(meta, dict) and isinstance(meta.get("cell"), str):
                if meta["cell"] in sent and number < len(sent):  # the cases are sent after that
                    cells.setdefault(meta["cell"], _cell_result(meta))
            elif isinstance(meta, dict) and meta.get("end") is True:
                done = True
            else:
                name, one = codec.unpack_evidence(frame, MOST_HEADER)
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
