"""What is kept of a report: enough to print it, and to give it back when the same submission is graded again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gradschool.grader.grade import Report


@dataclass(frozen=True)
class Summary:
    """A report without the submission, the outputs and the arrays: a few kilobytes, whatever the student wrote."""

    student: str
    lesson: str
    points: float
    max_points: float
    diagnosis: str
    trouble: str = ""
    """Why the submission, or a part of it, could not be graded; empty if all of it was."""
    notes: tuple[str, ...] = ()
    text: str = '{"checks": []}'
    """The report as JSON."""
    failed: bool = False
    """Whether the grader itself failed: nothing was recorded, and grading again tries again."""

    @property
    def unread(self) -> bool:
        """Whether nothing of the submission was graded."""
        return bool(self.trouble) and self.trouble == self.diagnosis

    @property
    def checks(self) -> list[dict[str, Any]]:
        """What each check found, as JSON has it."""
        checks: list[dict[str, Any]] = json.loads(self.text)["checks"]
        return checks

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        report: dict[str, Any] = json.loads(self.text)
        return report

    def dump(self) -> str:
        """Return all of it as a text of ASCII, which any database can hold."""
        return json.dumps(
            {
                "diagnosis": self.diagnosis,
                "trouble": self.trouble,
                "notes": list(self.notes),
                "report": self.to_json(),
            }
        )


def load(text: str) -> Summary:
    """Return the summary that was dumped."""
    kept = json.loads(text)
    report = kept["report"]
    return Summary(
        report["student"],
        report["lesson"],
        report["points"],
        report["max_points"],
        kept["diagnosis"],
        kept["trouble"],
        tuple(kept["notes"]),
        json.dumps(report),
    )


def summarize(report: Report) -> Summary:
    """Return the summary of a report."""
    ended = report.executed.ended
    stopped = report.executed.stopped_at
    trouble = report.prepared.problem or (
        f"the run did not come to its end: {ended}" if ended else f"it stopped in the cell {stopped}" if stopped else ""
    )
    made = report.to_json()
    return Summary(
        report.student,
        report.lesson,
        made["points"],
        made["max_points"],
        report.diagnosis,
        trouble,
        report.notes,
        json.dumps(made),
    )


def failure(student: str, lesson: str, max_points: float, why: str) -> Summary:
    """Return the summary of a submission on which the grader itself failed."""
    made = {"student": student, "lesson": lesson, "points": 0.0, "max_points": float(max_points), "checks": []}
    return Summary(student, lesson, 0.0, float(max_points), why, why, (), json.dumps(made), failed=True)
