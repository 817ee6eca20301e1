"""A student's own library: the modules of `gradschool.nn` with the bodies that they wrote in their notebooks.

notebooks ──grade──▶ which parts pass ──splice──▶ DIR/gradschool/nn, its tests, and a program that trains a network

A part that does not pass its checks is taken from the reference, and listed. What rests on it is then judged with the
reference's in its place, so that one mistake does not cost the parts that call it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradschool.grader.authoring import PUBLIC_SEED
from gradschool.grader.blanking import definition
from gradschool.grader.course import Course
from gradschool.grader.errors import ClassroomError
from gradschool.grader.grade import open_key, report
from gradschool.grader.lesson import Cell, Lesson
from gradschool.grader.release import PARTS
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.run import Runner
from gradschool.grader.splice import Part, Scope, SpliceError, splice
from gradschool.grader.submission import Prepared, find_submission, prepare
from gradschool.lab.judge import Verdict

TEMPLATE = Path(__file__).with_name("assembled")
TESTS = ("nn", "pytorch")
STORY = "README.md"
TITLE = "# A neural-network library, written by hand"
"""The first line of that file, by which a folder is known to hold an assembled library."""


@dataclass(frozen=True)
class Piece:
    """An exercise in the assembled library: whose it is."""

    lesson: str
    name: str
    module: str
    why: str = ""
    """Why it is the reference's; nothing if it is the student's."""

    @property
    def own(self) -> bool:
        """Whether it is the student's."""
        return not self.why


def assemble(
    course: Course,
    notebooks: Path,
    to: Path,
    names: Iterable[str] = (),
    *,
    runner: Runner,
    limits: Limits | None = None,
    tell: Callable[[str, int, int], None] = lambda job, done, total: None,
) -> list[Piece]:
    """Write the library of the student whose notebooks are in the folder `notebooks`, and return whose each part is.

    Args:
        course: the course.
        notebooks: a folder with a folder for each lesson, or with the notebooks themselves.
        to: where to write; a library that was assembled there before is replaced.
        names: the lessons whose notebooks are read; of the others every part is the reference's.
        runner: runs the notebooks, in whatever keeps them from this machine.
        limits: of a notebook.
        tell: is told how far it is.

    Raises:
        ClassroomError: `to` holds other things, or `notebooks` is no folder.
    """
    if not notebooks.is_dir():
        raise ClassroomError(f"{notebooks} is no folder")
    if to.exists() and any(to.iterdir()) and not _is_assembled(to):
        raise ClassroomError(f"{to} holds other files; give a new folder")
    lessons = course.lessons(names)
    homes = {name: module for lesson in course.lessons() for name, module in _homes(course, lesson).items()}
    pieces: list[Piece] = []
    made: dict[str, str] = {}
    for number, lesson in enumerate(lessons):
        tell("checking the notebooks", number, len(lessons))
        folder = notebooks / lesson.name
        submission = find_submission(folder if folder.is_dir() else notebooks, "", lesson.name)
        prepared, why = _judged(course, lesson, prepare(submission, lesson), runner, limits or Limits())
        scope = Scope.of(cell.source for cell in prepared.cells if cell.cell_type == "code" and cell.runs)
        for cell in lesson.of_kind("exercise"):
            own = [piece.name for piece in pieces if piece.own]
            reason = why.get(cell.name) or _put_in(course, cell, scope, homes, own, made)
            pieces.append(Piece(lesson.name, cell.name, homes[cell.name], reason))
    tell("checking the notebooks", len(lessons), len(lessons))
    _write(course, to, made, pieces)
    return pieces


def _judged(
    course: Course, lesson: Lesson, prepared: Prepared, runner: Runner, limits: Limits
) -> tuple[Prepared, dict[str, str]]:
    """Put the reference in the place of one failing exercise after the other, from the first, until all checks pass.

    Return the notebook that passes, and for each exercise that is the reference's why it is.
    """
    if prepared.problem:
        return prepared, dict.fromkeys(_exercises(lesson), prepared.problem)
    why: dict[str, str] = {}
    with open_key(course, lesson, PUBLIC_SEED) as key:
        while True:
            graded = report(prepared, runner(prepared, key.task, limits), key, limits)
            failing = _first_failing(lesson, {v.name: v for v in graded.verdicts}, why)
            if failing is None:
                return prepared, why
            name, verdict = failing
            why[name] = f"{verdict.name}: {verdict.mistake or (verdict.findings or (verdict.state,))[0].rstrip('.')}"
            prepared = _with_reference(prepared, next(c for c in lesson.of_kind("exercise") if c.name == name))


def _first_failing(
    lesson: Lesson, verdicts: Mapping[str, Verdict], known: Mapping[str, str]
) -> tuple[str, Verdict] | None:
    """Return the first exercise, not yet known, that fails a check: one of its own before a training outcome."""
    checks = [c for c in lesson.checks.values() if not c.is_question and verdicts[c.name].state != "right"]
    for outcomes in (False, True):
        for name in _exercises(lesson):
            for check in checks:
                if name in check.spec.of and name not in known and (check.spec.sort == "outcome") is outcomes:
                    return name, verdicts[check.name]
    return None


def _with_reference(prepared: Prepared, exercise: Cell) -> Prepared:
    """Return the notebook with the reference's solution of an exercise, after whatever the student wrote for it."""
    cells = []
    last = max(i for i, cell in enumerate(prepared.cells) if cell.id == exercise.id)
    for i, cell in enumerate(prepared.cells):
        cells.append(replace(cell, source=f"{exercise.solved}\n") if i == last else cell)
    return replace(prepared, cells=tuple(cells), missing=prepared.missing - {exercise.name})


def _put_in(
    course: Course,
    cell: Cell,
    scope: Scope,
    homes: Mapping[str, str],
    own: Collection[str],
    made: dict[str, str],
) -> str:
    """Put a student's exercise into the library's module in `made`; return why not, if it can't be."""
    file = _file(homes[cell.name])
    module = made.get(file) or (course.library / file).read_text(encoding="utf-8")
    try:
        made[file] = splice(module, Part(cell.name, homes[cell.name], cell.student), scope, homes, own)
    except SpliceError as error:
        return str(error)
    return ""


def _write(course: Course, to: Path, made: Mapping[str, str], pieces: Sequence[Piece]) -> None:
    if to.exists():
        for name in ("gradschool", "tests"):
            shutil.rmtree(to / name, ignore_errors=True)
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(course.library, to / "gradschool/nn", ignore=without)
    shutil.copytree(course.root / PARTS["datasets"], to / "gradschool/datasets", ignore=without)
    for name in TESTS:
        shutil.copytree(course.root / "tests" / name, to / "tests" / name, ignore=without)
    for file, source in made.items():
        (to / "gradschool/nn" / file).write_text(source, encoding="utf-8", newline="\n")
    for template in sorted(TEMPLATE.iterdir()):
        if template.is_file():
            shutil.copy(template, to / template.name.removesuffix(".in"))
    (to / STORY).write_text(_story(pieces), encoding="utf-8", newline="\n")


def _is_assembled(folder: Path) -> bool:
    story = folder / STORY
    return story.is_file() and story.read_text(encoding="utf-8", errors="replace").startswith(TITLE)


def _story(pieces: Sequence[Piece]) -> str:
    """Return the list of parts, whose each is, as Markdown."""
    own = [piece for piece in pieces if piece.own]
    lines = [
        TITLE,
        "",
        f"{len(own)} of the {len(pieces)} parts that the course asks for were written in notebooks; the others, and",
        "all that the course gives, are the reference's. `make` trains a network with it, `make test` runs its tests.",
        "",
        "| lesson | part | module | whose |",
        "|---|---|---|---|",
    ]
    for piece in pieces:
        whose = "mine" if piece.own else "the reference's: " + piece.why.replace("|", "\\|").replace("\n", " ")
        lines.append(f"| {piece.lesson} | `{piece.name}` | `{piece.module}` | {whose} |")
    return "\n".join(lines) + "\n"


def _exercises(lesson: Lesson) -> list[str]:
    return [cell.name for cell in lesson.of_kind("exercise")]


def _homes(course: Course, lesson: Lesson) -> dict[str, str]:
    """Return the module of the library in which each exercise of a lesson is defined."""
    homes = {}
    for name in _exercises(lesson):
        for module in lesson.builds:
            if definition(course.library / _file(module), name) is not None:
                homes[name] = module
                break
    return homes


def _file(module: str) -> str:
    return "/".join(module.split(".")[2:]) + ".py"
