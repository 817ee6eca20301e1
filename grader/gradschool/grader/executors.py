"""Who grades: an executor takes submissions and gives back what was found, several at a time.

That of this machine is threads, each of which waits for one student's process; `cluster.py` has one on other machines.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from time import monotonic
from typing import Any, Protocol

from gradschool.grader.course import Course
from gradschool.grader.grade import Key, Report, grade, open_key
from gradschool.grader.lesson import Lesson
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.run import Runner
from gradschool.grader.submission import Submission


@dataclass(frozen=True)
class Graded:
    """A report, and how it was come by."""

    report: Report
    seconds: float
    isolation: str
    """What kept the submission from the rest of the machine that it ran on."""


Send = Callable[[Submission], Any]
"""What has a submission graded; what it returns can be waited for, and asked for its result."""


class Executor(Protocol):
    """What grades several submissions at a time."""

    @property
    def isolation(self) -> str:
        """What keeps the students' code from the machines, in words."""

    @property
    def most(self) -> int:
        """How many submissions it is given at a time."""

    def take(self, course: Course, lesson: Lesson, seed: int, limits: Limits) -> AbstractContextManager[Send]:
        """Return what has a submission of a lesson graded, on the cases that `seed` gives."""

    def wait(self, pending: Collection[Any], seconds: float) -> Collection[Any]:
        """Return which of what was sent is done, waiting so long for the first.

        Raises:
            ClassroomError: nobody is left to do it.
        """

    def result(self, sent: Any) -> Graded:
        """Return what was found, or raise why nothing was."""


class ThreadExecutor:
    """The threads of this machine. A lesson's key, which takes seconds, is made when the first submission needs it."""

    def __init__(self, pool: ThreadPoolExecutor, most: int, runner: Runner, isolation: str) -> None:
        self.most, self.isolation = most, isolation
        self._pool, self._runner = pool, runner

    @contextmanager
    def take(self, course: Course, lesson: Lesson, seed: int, limits: Limits) -> Iterator[Send]:
        """Return what has a submission of a lesson graded, on the cases that `seed` gives."""
        with ExitStack() as kept:
            key = cache(partial(kept.enter_context, open_key(course, lesson, seed)))
            yield lambda submission: self._pool.submit(attempt, submission, key(), limits, self._runner, self.isolation)

    def wait(self, pending: Collection[Any], seconds: float) -> Collection[Any]:
        """Return which of what was sent is done, waiting so long for the first."""
        return wait(pending, seconds, FIRST_COMPLETED).done

    def result(self, sent: Any) -> Graded:
        """Return what was found, or raise why nothing was."""
        found: Graded = sent.result()
        return found


@contextmanager
def threads(workers: int, runner: Runner, isolation: str) -> Iterator[ThreadExecutor]:
    """Give an executor of so many threads. At the end, what they have begun is waited for, and the rest dropped."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield ThreadExecutor(pool, 2 * workers, runner, isolation)
    finally:
        pool.shutdown(cancel_futures=True)


def attempt(submission: Submission, key: Key, limits: Limits, runner: Runner, isolation: str) -> Graded:
    """Return the report on a submission and the seconds it took; what fails is tried a second time."""
    start = monotonic()
    try:
        report = grade(submission, key, limits=limits, runner=runner)
    except Exception:
        report = grade(submission, key, limits=limits, runner=runner)
    return Graded(report, monotonic() - start, isolation)
