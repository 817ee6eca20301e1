"""What a worker of a cluster sends to the writer: a report as JSON, without the arrays that only the judge needed."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from gradschool.grader.executors import Graded
from gradschool.grader.grade import Report
from gradschool.grader.sandbox.run import CellResult, Executed
from gradschool.grader.submission import Prepared, PreparedCell
from gradschool.lab.judge import Verdict


def pack(graded: Graded) -> bytes:
    """Return what was found as bytes."""
    report = replace(graded.report, executed=replace(graded.report.executed, evidence={}))
    fields = asdict(replace(graded, report=report))
    fields["report"]["prepared"]["missing"] = sorted(report.prepared.missing)
    return json.dumps(fields).encode()


def unpack(content: bytes) -> Graded:
    """Return what was packed."""
    fields = _with_tuples(json.loads(content))
    report = fields.pop("report")
    verdicts = tuple(Verdict(**each) for each in report.pop("verdicts"))
    prepared, executed = report.pop("prepared"), report.pop("executed")
    prepared["cells"] = tuple(PreparedCell(**each) for each in prepared["cells"])
    prepared["missing"] = frozenset(prepared["missing"])
    executed["cells"] = {name: CellResult(**each) for name, each in executed["cells"].items()}
    made = Report(verdicts=verdicts, prepared=Prepared(**prepared), executed=Executed(**executed), **report)
    return Graded(report=made, **fields)


def _with_tuples(value: Any) -> Any:
    """Return the value with tuples where JSON has lists: the report has no others."""
    if isinstance(value, list):
        return tuple(_with_tuples(each) for each in value)
    if isinstance(value, dict):
        return {name: _with_tuples(each) for name, each in value.items()}
    return value
