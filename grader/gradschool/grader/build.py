"""Build what is made of a lesson, or say which built file is stale."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from gradschool.grader import notebooks
from gradschool.grader.authoring import PUBLIC_SEED
from gradschool.grader.course import Course
from gradschool.grader.errors import LessonError, StaleError
from gradschool.grader.figures import is_stale as figure_is_stale
from gradschool.grader.lesson import Lesson
from gradschool.grader.matrix import readme
from gradschool.grader.reference import all_answers
from gradschool.lab import public

Log = Callable[[str], None]


def build(course: Course, names: Iterable[str] = (), log: Log = print) -> None:
    """Write the built files of the lessons that are named, or of all."""
    for lesson in course.lessons(names):
        (lesson.folder / f"{lesson.name}.ipynb").write_text(_student(lesson), encoding="utf-8", newline="\n")
        public.save(lesson.folder / "public.npz", public_lesson(lesson))
        log(f"{lesson.folder.relative_to(course.root)}: student notebook and public cases")
        solved = solved_path(course, lesson)
        solved.parent.mkdir(parents=True, exist_ok=True)
        solved.write_text(notebooks.text(run_solved(course, lesson)), encoding="utf-8", newline="\n")
        log(f"{solved.relative_to(course.root)}: solved and executed")
    (course.root / "lessons/README.md").write_text(readme(course), encoding="utf-8", newline="\n")
    log("lessons/README.md: the table of checks and mistakes")


def check(course: Course, names: Iterable[str] = ()) -> list[str]:
    """Return the paths of the built files that were compared.

    Outputs of the solved notebooks are not compared here: `pytest --nbval` runs them. Arrays of the public cases
    may differ in their last digits, as they do from one processor to another.

    Raises:
        StaleError: some do not match their sources; it names them.
    """
    compared: list[str] = []
    stale: list[str] = []

    def see(path: Path, fresh: bool) -> None:
        compared.append(str(path.relative_to(course.root)))
        if not fresh:
            stale.append(compared[-1])

    for lesson in course.lessons(names):
        student = lesson.folder / f"{lesson.name}.ipynb"
        see(student, _read(student) == _student(lesson))
        see(lesson.folder / "public.npz", _same_public(lesson.folder / "public.npz", lesson))
        see(solved_path(course, lesson), _same_cells(solved_path(course, lesson), lesson))
    for figure in sorted({name for lesson in course.lessons(names) for cell in lesson.cells for name in cell.figures}):
        see(course.root / "figures" / f"{figure}.png", not figure_is_stale(course.root / "figures", figure))
    see(course.root / "lessons/README.md", _read(course.root / "lessons/README.md") == readme(course))
    if stale:
        raise StaleError("stale, run `gradschool build` (or `make figures` for a picture): " + ", ".join(stale))
    return compared


def solved_path(course: Course, lesson: Lesson) -> Path:
    """Return where the solved notebook of a lesson stands."""
    return course.root / "solutions/notebooks" / f"{lesson.name}.ipynb"


def public_lesson(lesson: Lesson) -> public.Lesson:
    """Return the lesson with the answers to its public cases."""
    answers = all_answers(lesson, PUBLIC_SEED)
    checks = {cell.name: (lesson.checks[cell.name].spec, answers[cell.name]) for cell in lesson.of_kind("check")}
    return public.Lesson(lesson.name, lesson.title, checks)


def run_solved(course: Course, lesson: Lesson, seconds: int | None = 300) -> Any:
    """Return the solved notebook with its outputs; a cell has so many seconds, or as many as it needs.

    Raises:
        LessonError: a cell raises or takes longer, or ends the kernel.
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    made = notebooks.notebook(lesson, "solved")
    try:
        return notebooks.execute(made, solved_path(course, lesson).parent, seconds)
    except CellExecutionError as error:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
        raise LessonError(f"lessons/{lesson.name}: the solved notebook raises\n{plain}") from None
    except CellTimeoutError as error:
        raise LessonError(f"lessons/{lesson.name}: a cell of the solved notebook takes too long\n{error}") from None
    except DeadKernelError:
        raise LessonError(
            f"lessons/{lesson.name}: the kernel of the solved notebook was ended; was there enough memory?"
        ) from None


def run(course: Course, names: Iterable[str], to: Path, log: Log = print) -> None:
    """Run the solved notebooks of the lessons that are named with the data of this machine; write them and their pages.

    Raises:
        LessonError: a cell raises.
    """
    from nbconvert import HTMLExporter

    to.mkdir(parents=True, exist_ok=True)
    exporter = HTMLExporter(embed_images=True)
    for lesson in course.lessons(names):
        made = run_solved(course, lesson, seconds=None)
        (to / f"{lesson.name}.ipynb").write_text(notebooks.text(made), encoding="utf-8", newline="\n")
        page, _ = exporter.from_notebook_node(made)
        (to / f"{lesson.name}.html").write_text(page, encoding="utf-8", newline="\n")
        log(str(to / f"{lesson.name}.html"))


def _student(lesson: Lesson) -> str:
    return notebooks.text(notebooks.notebook(lesson, "student"))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _same_cells(path: Path, lesson: Lesson) -> bool:
    if not path.exists():
        return False
    found, fresh = nbformat.reads(_read(path), as_version=4), notebooks.notebook(lesson, "solved")
    for made in (found, fresh):
        for cell in made.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                cell.metadata.pop("execution", None)
    return notebooks.text(found) == notebooks.text(fresh)


def _same_public(path: Path, lesson: Lesson) -> bool:
    if not path.exists():
        return False
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "public.npz")
        public.save(fresh, public_lesson(lesson))
        with np.load(io.BytesIO(path.read_bytes())) as old, np.load(fresh) as new:
            return set(old.files) == set(new.files) and all(_near(old[n], new[n]) for n in new.files)


def _near(a: Any, b: Any) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype.kind != "f":
        return bool(np.array_equal(a, b))
    finite = np.abs(b[np.isfinite(b)])
    return bool(np.allclose(a, b, rtol=1e-6, atol=1e-9 * float(finite.max(initial=1.0)), equal_nan=True))
