"""A runner that puts each submission into a sandbox, from warm processes that it keeps as long as they are of use."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from gradschool.grader.sandbox.choose import Isolation
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import Executed, Task, collect, request
from gradschool.grader.sandbox.retry import run_until_done
from gradschool.grader.sandbox.run import Runner, run
from gradschool.grader.sandbox.warm import Broken, Nursery
from gradschool.grader.submission import Prepared

GRACE = 1.0
"""Seconds beyond its own limit after which a cell or check that does not heed it is ended from outside."""
TRIES = 3


@contextmanager
def sandboxed(isolation: Isolation) -> Iterator[Runner]:
    """Give a runner whose sandboxes are of this isolation; threads may use it at the same time."""
    if isolation.name == "limits":
        yield run
        return
    pool = Pool(isolation)
    try:
        yield lambda prepared, task, limits: run_until_done(prepared, task, limits, pool.once)
    finally:
        pool.close()


class Pool:
    """Warm processes, of which each runs one submission at a time."""

    def __init__(self, isolation: Isolation) -> None:
        self._isolation = isolation
        self._idle: list[Nursery] = []
        self._lock = threading.Lock()

    def once(self, prepared: Prepared, task: Task, limits: Limits) -> Executed:
        """Run a submission once, in another warm process if one breaks.

        Raises:
            Broken: they all did.
        """
        message = request(prepared, task, limits)
        given = asdict(limits) | {"lesson": prepared.lesson}
        cells = sum(cell.runs for cell in prepared.cells)
        checks = max((min(spec.seconds, limits.check_seconds) for spec, _ in task.checks), default=0.0)

        def patience(messages: int) -> float:
            return GRACE + (limits.cell_seconds if messages < cells else checks)

        reason = ""
        for _ in range(TRIES):
            nursery = self._take(task.root)
            try:
                frames, ended = nursery.run(message, given, patience, limits.output)
            except Broken as error:
                nursery.close()
                reason = str(error)
            else:
                self._put_back(nursery)
                return collect(prepared, frames, ended)
        raise Broken(f"its sandbox broke {TRIES} times: {reason}")

    def close(self) -> None:
        """End the warm processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for nursery in idle:
            nursery.close()

    def _take(self, root: Path) -> Nursery:
        with self._lock:
            others = [nursery for nursery in self._idle if nursery.root != root]
            mine = [nursery for nursery in self._idle if nursery.root == root]
            self._idle = mine[1:]
        for nursery in others:
            nursery.close()
        return mine[0] if mine else Nursery(self._isolation, root)

    def _put_back(self, nursery: Nursery) -> None:
        with self._lock:
            self._idle.append(nursery)
