"""Run a submission until all of it has had its try: what ends the process costs what it is worth and no more.

If a process ends early, what it sent before counts. The rest starts again in a new process without the cell that ended
it, or, if it was a check that did, without that check. All tries together have the time of the submission.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import Broken, CellResult, Executed, Task
from gradschool.grader.submission import Prepared
from gradschool.lab.evidence import Case, Evidence, Fault

Once = Callable[[Prepared, Task, Limits], Executed]


def run_until_done(prepared: Prepared, task: Task, limits: Limits, once: Once) -> Executed:
    """Return what a submission gave, in as many runs of `once` as it takes and the limits allow."""
    stop = time.monotonic() + limits.seconds
    cells: dict[str, CellResult] = {}
    evidence: dict[str, list[Evidence]] = {}
    first_stop, todo, left, known = "", list(task.checks), prepared, {cell.id for cell in prepared.cells}
    for _ in range(limits.attempts):
        seconds = stop - time.monotonic()
        if seconds <= 0:
            return Executed(cells, evidence, "time", first_stop)
        try:
            part = once(left, replace(task, checks=todo), replace(limits, seconds=seconds))
        except Broken as error:
            return Executed(cells, evidence, str(error), first_stop)
        cells = {**{name: result for name, result in part.cells.items() if name in known}, **cells}
        evidence |= {spec.name: list(part.evidence[spec.name]) for spec, _ in todo if spec.name in part.evidence}
        todo = [(spec, cases) for spec, cases in todo if spec.name not in evidence]
        if not part.ended:
            whole = all(_is_whole(evidence.get(spec.name, ()), cases) for spec, cases in task.checks)
            return Executed(cells, evidence, "" if whole else "it left out what checks gave", first_stop)
        if part.stopped_at:
            first_stop = first_stop or part.stopped_at
            cells[part.stopped_at] = CellResult("", _error(part.ended, limits))
            left = replace(left, cells=tuple(cell for cell in left.cells if cell.id != part.stopped_at))
        elif todo:
            spec, _ = todo.pop(0)
            evidence[spec.name] = [Evidence(fault=_fault(part.ended, min(spec.seconds, limits.check_seconds)))]
        if not todo and not part.stopped_at:
            return Executed(cells, evidence, "", first_stop)
    return Executed(cells, evidence, part.ended, first_stop)


def _is_whole(found: Sequence[Evidence], cases: Sequence[Case]) -> bool:
    """Return whether all cases of a check gave something, or one gave a fault, after which there are no more."""
    return len(found) >= len(cases) or any(one.fault is not None for one in found)


def _error(ended: str, limits: Limits) -> tuple[str, str]:
    if ended in ("time", "silence"):
        return "TimeIsUp", f"the cell was still running after {limits.cell_seconds:g} seconds"
    return "ProcessEnded", f"the process ended in this cell: {ended}"


def _fault(ended: str, seconds: float) -> Fault:
    if ended in ("time", "silence"):
        return Fault("timeout", f"it was still running after {seconds:g} seconds")
    return Fault("error", f"the student's process ended in this check: {ended}")
