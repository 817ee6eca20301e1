"""A runner that puts each submission into a sandbox, from warm processes that it keeps as long as they are of use.

Sandboxes that another program makes have no warm process; they come from `Cold`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from gradschool.grader.sandbox.choose import Isolation
from gradschool.grader.sandbox.cold import LAUNCHERS, Cold
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import Broken, Executed, Task, collect, request
from gradschool.grader.sandbox.process import patience_of
from gradschool.grader.sandbox.retry import run_until_done
from gradschool.grader.sandbox.run import Runner, run
from gradschool.grader.sandbox.warm import WarmProcess
from gradschool.grader.submission import Prepared

TRIES = 3


@contextmanager
def sandboxed(isolation: Isolation) -> Iterator[Runner]:
    """Give a runner whose sandboxes are of this isolation; threads may use it at the same time."""
    if isolation.name == "limits":
        yield run
        return
    with closing(Cold(isolation) if isolation.name in LAUNCHERS else Pool(isolation)) as source:
        yield lambda prepared, task, limits: run_until_done(prepared, task, limits, source.once)


class Pool:
    """Warm processes, of which each runs one submission at a time."""

    def __init__(self, isolation: Isolation) -> None:
        self._isolation = isolation
        self._idle: list[WarmProcess] = []
        self._lock = threading.Lock()

    def once(self, prepared: Prepared, task: Task, limits: Limits) -> Executed:
        """Run a submission once, in another warm process if one breaks.

        Raises:
            Broken: they all did.
        """
        cells, checks = request(prepared, task, limits)
        count = sum(cell.runs for cell in prepared.cells)
        given = asdict(limits) | {"lesson": prepared.lesson}
        patience = patience_of(prepared, task, limits)
        reason = ""
        for _ in range(TRIES):
            warm = self._take(task.root)
            try:
                frames, ended = warm.run(cells, given, patience, limits.output, checks, count)
            except Broken as error:
                warm.close()
                reason = str(error)
            else:
                self._put_back(warm)
                return collect(prepared, frames, ended)
        raise Broken(f"its sandbox broke {TRIES} times: {reason}")

    def close(self) -> None:
        """End the warm processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for warm in idle:
            warm.close()

    def _take(self, root: Path) -> WarmProcess:
        with self._lock:
            others = [warm for warm in self._idle if warm.root != root]
            mine = [warm for warm in self._idle if warm.root == root]
            self._idle = mine[1:]
        for warm in others:
            warm.close()
        return mine[0] if mine else WarmProcess(self._isolation, root)

    def _put_back(self, warm: WarmProcess) -> None:
        with self._lock:
            self._idle.append(warm)
