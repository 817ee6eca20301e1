"""Grade a submission: prepare, run, judge. Only `run` executes foreign code.

Submission ──prepare──▶ Prepared ──run──▶ Executed ──judge──▶ Report
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradschool.grader.course import Course
from gradschool.grader.lesson import Lesson
from gradschool.grader.reference import all_answers
from gradschool.grader.release import package
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.run import Executed, Runner, Task, run
from gradschool.grader.submission import Prepared, Submission, prepare
from gradschool.lab.evidence import Evidence, Fault
from gradschool.lab.judge import Answers, Verdict, judge

COMMENT = re.compile(r"#.*")


@dataclass(frozen=True)
class Report:
    """What grading one submission found."""

    student: str
    lesson: str
    verdicts: tuple[Verdict, ...]
    prepared: Prepared
    executed: Executed
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """The points earned."""
        return round(sum(v.points for v in self.verdicts), 2)

    @property
    def max_points(self) -> float:
        """The points that could be earned."""
        return sum(v.max_points for v in self.verdicts)

    @property
    def diagnosis(self) -> str:
        """What is said first of what is not right: a named mistake if there is one."""
        if self.prepared.problem:
            return self.prepared.problem
        left = [v for v in self.verdicts if v.state != "right"]
        for verdict in left:
            if verdict.mistake:
                return f"{verdict.name}: {verdict.mistake}"
        for verdict in left:
            if verdict.state != "not attempted":
                return f"{verdict.name}: {verdict.findings[0] if verdict.findings else verdict.state}"
        if len(left) == len(self.verdicts):
            return "nothing was attempted"
        if left:
            more = f" and {len(left) - 3} more" if len(left) > 3 else ""
            return f"not attempted: {', '.join(v.name for v in left[:3])}{more}"
        return "all right"

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {
            "student": self.student,
            "lesson": self.lesson,
            "points": float(self.points),
            "max_points": float(self.max_points),
            "checks": [
                {
                    "name": v.name,
                    "points": float(v.points),
                    "max_points": float(v.max_points),
                    "state": v.state,
                    "mistake": v.mistake,
                    "message": v.message,
                    "rests_on": v.rests_on,
                }
                for v in self.verdicts
            ],
        }


@dataclass(frozen=True)
class Key:
    """What is needed to grade a lesson: the answers to one draw of cases, and what a student's process gets."""

    lesson: Lesson
    answers: Mapping[str, Answers]
    task: Task


@contextmanager
def open_key(course: Course, lesson: Lesson, seed: int) -> Iterator[Key]:
    """Make the key of a lesson for the cases that `seed` gives, and a folder for the students' processes."""
    answers = all_answers(lesson, seed)
    with tempfile.TemporaryDirectory(prefix="gradschool-") as folder:
        package(course, lesson, Path(folder))
        (Path(folder) / "public.npz").write_bytes((lesson.folder / "public.npz").read_bytes())
        order = [cell.name for cell in lesson.of_kind("check")]
        checks = [(lesson.checks[name].spec, answers[name].cases) for name in order]
        yield Key(lesson, answers, Task(Path(folder), lesson.exercises, checks))


def grade(submission: Submission, key: Key, *, limits: Limits | None = None, runner: Runner = run) -> Report:
    """Grade one submission; `runner` is the only step that executes foreign code."""
    limits = limits or Limits()
    prepared = prepare(submission, key.lesson)
    executed = Executed() if prepared.problem else runner(prepared, key.task, limits)
    return report(prepared, executed, key, limits)


def report(prepared: Prepared, executed: Executed, key: Key, limits: Limits) -> Report:
    """Judge what a submission gave."""
    verdicts: dict[str, Verdict] = {}
    for spec, _ in key.task.checks:
        evidence = executed.evidence.get(spec.name, ())
        if fault := _fault_outside(prepared, executed, spec.of, evidence, key.answers[spec.name], limits):
            evidence = [Evidence(fault=fault)]
        verdicts[spec.name] = judge(spec, key.answers[spec.name], evidence, reveal=False, earlier=verdicts)
    notes = list(prepared.notes)
    if executed.stopped_at:
        notes.append(f"The notebook stopped in the cell {executed.stopped_at} and did not come out of it.")
    return Report(prepared.student, prepared.lesson, tuple(verdicts.values()), prepared, executed, tuple(notes))


def _fault_outside(
    prepared: Prepared,
    executed: Executed,
    exercises: Iterable[str],
    evidence: Any,
    answers: Answers,
    limits: Limits,
) -> Fault | None:
    """Return the fault that explains a check whose evidence is missing or says only that a name is missing."""
    if prepared.problem:
        return Fault("error", f"the submission could not be graded: {prepared.problem}")
    faulty = [e.fault for e in evidence if e.fault is not None]
    if faulty and "is not defined: run the cell" in faulty[0].message:
        return _why_undefined(prepared, executed, exercises, faulty[0].message) or faulty[0]
    if faulty or len(evidence) >= len(answers.expected):
        return None
    if executed.ended == "time":
        return Fault("timeout", f"the {limits.seconds:g} seconds of the submission were used up")
    return Fault("error", f"the student's process stopped before this check was done: {executed.ended}")


def _why_undefined(prepared: Prepared, executed: Executed, exercises: Iterable[str], message: str) -> Fault | None:
    sources = {cell.id: cell.source for cell in prepared.cells}
    for name in exercises:
        if name in prepared.missing:
            return Fault("error", f"the cell of `{name}` is missing, and no other cell defines it")
        for cell in (f"exercise-{name}", f"question-{name}"):
            result = executed.cells.get(cell)
            if result is not None and result.error is not None:
                if result.error[0] == "TimeIsUp":
                    return Fault("timeout", result.error[1].replace("the cell", f"the cell of `{name}`", 1))
                return Fault("error", f"the cell of `{name}` did not run: {': '.join(result.error)}")
            if cell in sources and message.startswith(f"`{name}` "):
                if not COMMENT.sub("", sources[cell]).strip():
                    return Fault("not attempted", name)
                return Fault("error", f"no cell defines `{name}`; a name that was changed is not found")
    return None


def grade_all(
    submissions: Iterable[Submission], key: Key, *, workers: int, limits: Limits | None = None, runner: Runner = run
) -> Iterator[Report]:
    """Grade submissions, several at a time, and return the reports as they are done."""
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(grade, submission, key, limits=limits, runner=runner) for submission in submissions]
        for future in as_completed(futures):
            yield future.result()
