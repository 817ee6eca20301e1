"""The whole loop at a go: build, make a classroom, simulate a class, grade it, and count what was found."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from gradschool.grader import build, classroom, simulate
from gradschool.grader.course import Course
from gradschool.grader.database import CONFIG
from gradschool.grader.errors import ClassroomError, IsolationError
from gradschool.grader.sandbox.choose import Isolation, choose
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.pool import sandboxed
from gradschool.grader.session import Tell, grade_classroom
from gradschool.grader.summary import Summary


@dataclass(frozen=True)
class Demo:
    """What the demonstration showed."""

    reports: list[Summary]
    lines: list[str]
    missed: list[str]


def run_demo(course: Course, root: Path, names: Sequence[str], students: int, seed: int, tell: Tell) -> Demo:
    """Run the whole loop for the lessons that are named in the folder `root`, emptied first if it is a classroom.

    Raises:
        ClassroomError: `root` is something else.
    """
    if root.exists():
        if any(root.iterdir()) and not (root / CONFIG).exists():
            raise ClassroomError(f"{root} holds other files and no classroom; give a new folder")
        shutil.rmtree(root)
    start = monotonic()
    tell("building the lessons", 0, 1)
    build.build(course, names, log=lambda line: None)
    tell("building the lessons", 1, 1)
    tell("making the classroom", 0, 1)
    classroom.init(course, root, names, log=lambda line: None)
    tell("making the classroom", 1, 1)
    lessons = course.lessons(names)
    planted = []
    for number, lesson in enumerate(lessons):
        tell("simulating the class", number, len(lessons))
        planted += simulate.simulate(root, [lesson], students, seed)
    simulate.write_plan(root, planted)
    tell("simulating the class", len(lessons), len(lessons))
    limits = replace(Limits(), cell_seconds=5.0)  # its endless cells are known to be endless
    chosen = _choose()
    with sandboxed(chosen) as runner:
        reports = grade_classroom(
            course, root, names, limits=limits, feedback=True, tell=tell, runner=runner, isolation=chosen.record
        )
    found, total, missed = simulate.compare(planted, [report.to_json() for report in reports])
    mistakes = sum(len(plan.mistakes) for plan in planted)
    pages = root / "feedback" / reports[0].student / reports[0].lesson / f"{reports[0].lesson}.html"
    lines = [
        chosen.description,
        *missed,
        f"{found} of {total} planted findings were made, {mistakes} of them named mistakes "
        f"({len(reports)} submissions, {monotonic() - start:.0f} s).",
        f"The feedback that students get: {root / 'feedback'}/STUDENT/LESSON/LESSON.html, for example",
        f"  {pages.resolve()}",
        f"The gradebook: {(root / 'gradebook.db').resolve()}; `nbgrader` and its formgrader open the folder as it is.",
    ]
    return Demo(reports, lines, missed)


def _choose() -> Isolation:
    """Return the best isolation there is: the made-up students are no strangers, so that limits will do for them."""
    try:
        return choose()
    except IsolationError:
        return choose("limits")
