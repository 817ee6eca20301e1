"""Grade the submissions of a classroom and record them: one writer, as many workers as are asked for.

find ──▶ recall, if nothing changed ────────────────▶ summary
  └────▶ an executor, 2 · workers ──▶ record ──▶ summary

A submission is found when there is room for it and dropped when it is recorded, so that memory does not grow with the
class.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradschool.grader.classroom import secret_seed
from gradschool.grader.course import Course
from gradschool.grader.digests import run_digest, submission_digest
from gradschool.grader.errors import ClassroomError, Interrupted, SubmissionError
from gradschool.grader.executors import Executor, Send, threads
from gradschool.grader.gradebook import Book
from gradschool.grader.interruption import Stop, stop_on_interrupt
from gradschool.grader.journal import LOG, Journal, open_journal
from gradschool.grader.lesson import Lesson
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.run import Runner, run
from gradschool.grader.submission import find_submission
from gradschool.grader.summary import Summary, failure

Tell = Callable[[str, int, int], None]
"""What is told of the progress: the job, what is done, and of how much."""
WAIT_SECONDS = 1.0
"""How long the executor is waited for at a time."""


def grade_classroom(
    course: Course,
    root: Path,
    lessons: Iterable[str] = (),
    students: Iterable[str] = (),
    *,
    workers: int = 0,
    limits: Limits | None = None,
    feedback: bool = False,
    force: bool = False,
    db: str = "",
    log: Path | None = None,
    tell: Tell = lambda job, done, total: None,
    say: Callable[[str], None] = lambda line: None,
    runner: Runner = run,
    isolation: str = "",
    executor: Executor | None = None,
) -> list[Summary]:
    """Grade the submissions in the classroom `root` and return what was found, in the order of lessons and students.

    What was graded before, and would be graded alike, comes back from the gradebook.

    Args:
        course: the lessons.
        root: the classroom's folder.
        lessons: which lessons; all that have submissions if none is named.
        students: which students; all if none is named.
        workers: how many submissions are run at a time; as many as there are cores if 0.
        limits: what a student's process may use.
        feedback: whether to write nbgrader's HTML feedback.
        force: whether to grade again what did not change.
        db: the URL of the gradebook, in the place of the one in the classroom's configuration.
        log: where a line for each submission is written; `logs/grade.log` in the classroom if it is not given.
        tell: is told of the progress.
        say: is told of delays, in words.
        runner: what executes the students' code.
        isolation: what keeps the students' code from the rest of the machine, in words; it is kept with the grades.
        executor: who grades, in the place of threads of this machine with this runner.

    Raises:
        ClassroomError: there is no such classroom, or a lesson or a student that is named has no submission.
        Interrupted: it was asked to stop; what was graded until then is recorded.
    """
    book, seed = Book(root, db), secret_seed(root)
    named, limits, workers = list(students), limits or Limits(), workers or os.cpu_count() or 1
    todo = _find_students(book, [course.resolve(name) for name in lessons], course.names, named)
    summaries: list[Summary] = []
    with (
        open_journal(log or root / LOG) as journal,
        stop_on_interrupt(_both(journal, say)) as stop,
        book.opened(_both(journal, say)),
        nullcontext(executor) if executor else threads(workers, runner, isolation or _name(runner)) as chosen,
    ):
        flight = _Flight(chosen, stop)
        for name, there in todo.items():
            lesson = course.lesson(name)
            digest = run_digest(course, lesson, seed, limits, chosen.isolation)
            journal.say(f"grading {len(there)} of {name}; isolation: {chosen.isolation}; digest {digest}")
            tell(f"grading {name}", 0, len(there))
            with chosen.take(course, lesson, seed, limits) as send:
                run_of = _Run(book, lesson, digest, force, chosen, send)
                done: list[Summary] = []
                for summary, seconds in _grade_lesson(run_of, there, flight, stop):
                    done.append(summary)
                    journal.submission(summary, seconds)
                    tell(f"grading {name}", len(done), len(there))
            summaries += sorted(done, key=lambda summary: summary.student)
            if stop.asked:
                break
            for number, summary in enumerate(done if feedback else (), start=1):
                if not summary.failed:
                    book.feedback(name, summary.student)
                tell(f"feedback on {name}", number, len(done))
                if stop.asked:
                    break
        if stop.asked:
            total = sum(len(there) for there in todo.values())
            raise Interrupted(
                f"interrupted: {sum(not s.failed for s in summaries)} of {total} submissions are graded and recorded; "
                "the same command, given again, goes on from there"
            )
    return summaries


def _find_students(book: Book, lessons: list[str], every: Iterable[str], named: list[str]) -> dict[str, list[str]]:
    """Return the students to grade for each lesson that has any, in the order of both."""
    todo: dict[str, list[str]] = {}
    for name in lessons or every:
        present = book.students(name)
        if missing := [s for s in named if s not in present]:
            raise ClassroomError(f"there is no submission of {name} by {', '.join(missing)} in {book.root}/submitted")
        if not present and lessons:
            raise ClassroomError(f"there is no submission of {name} in {book.root}/submitted")
        if present:
            todo[name] = named or present
    if not todo:
        raise ClassroomError(
            f"there are no submissions in {book.root}/submitted: put them at submitted/STUDENT/LESSON/LESSON.ipynb"
        )
    return todo


def _both(journal: Journal, say: Callable[[str], None]) -> Callable[[str], None]:
    """Return what tells both."""

    def both(line: str) -> None:
        journal.say(line)
        say(line)

    return both


@dataclass(frozen=True)
class _Run:
    """The grading of one lesson."""

    book: Book
    lesson: Lesson
    digest: str
    force: bool
    executor: Executor
    send: Send


class _Flight:
    """The submissions that are being graded, a bounded number."""

    def __init__(self, executor: Executor, stop: Stop) -> None:
        self._executor, self._stop = executor, stop
        self._pending: dict[Any, tuple[str, str]] = {}

    def add(self, sent: Any, student: str, digest: str) -> None:
        """Wait for a student's submission, too."""
        self._pending[sent] = (student, digest)

    def landed(self, last: bool = False) -> Iterator[tuple[str, str, Any]]:
        """Return what is graded, waiting until there is room for another, or, at the last, until all is."""
        while self._pending and (last or len(self._pending) >= self._executor.most):
            for sent in self._executor.wait(list(self._pending), WAIT_SECONDS):
                yield *self._pending.pop(sent), sent
            self._stop.tell()


def _grade_lesson(
    run: _Run, students: list[str], flight: _Flight, stop: Stop
) -> Iterator[tuple[Summary, float | None]]:
    """Return what was found, and the seconds it took where it was not recalled, in the order in which it is done."""
    for student in students:
        if stop.asked:
            break
        submission = find_submission(run.book.path("submitted", student, run.lesson.name), student, run.lesson.name)
        digest = submission_digest(run.digest, submission)
        known = None if run.force else run.book.recall(student, run.lesson.name, digest)
        if known is not None:
            yield known, None
            continue
        flight.add(run.send(submission), student, digest)
        for landed in flight.landed():
            yield _record(run, *landed)
    for landed in flight.landed(last=True):
        yield _record(run, *landed)


def _record(run: _Run, student: str, digest: str, sent: Any) -> tuple[Summary, float]:
    """Record a report and return its summary. One that the grader failed on costs nobody else anything."""
    try:
        graded = run.executor.result(sent)
        return run.book.record(graded.report, run.lesson, digest, graded.isolation), graded.seconds
    except ClassroomError:
        raise
    except SubmissionError as error:
        why = f"it was not recorded: {error}"
    except Exception as error:
        why = f"the grader failed on it: {type(error).__name__}: {error}"
    return failure(student, run.lesson.name, run.lesson.points, why), 0.0


def _name(runner: Runner) -> str:
    """Return a name for what runs the students' code."""
    return f"{getattr(runner, '__module__', '')}.{getattr(runner, '__qualname__', type(runner).__qualname__)}"
