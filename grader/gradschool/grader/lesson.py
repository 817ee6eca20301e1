"""A lesson as its author wrote it: the text with its cells, and the checks.

A cell of the text names what it stands for (`:exercise:`, `:check:`, `:question:`, `:setup:`); here the source is put
in from the library, blanked for the student, marked for the instructor.
"""

from __future__ import annotations

import ast
import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradschool.grader.authoring import Check, Style, collect_styles
from gradschool.grader.blanking import (
    BEGIN,
    END,
    STUB,
    definition,
    find_bodies,
    replace_bodies,
    simple_statements,
    without_methods,
)
from gradschool.grader.errors import LessonError
from gradschool.grader.scripts import load_script

FIGURE = re.compile(r"!\[([^\]]*)\]\((?:\.\./)+figures/([\w-]+)\.png\)")
LESSONS = "lessons"
OPEN = re.compile(r'^check = lab\.open_lesson\("([\w-]+)"\)$', re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A cell of a lesson, in its three forms."""

    kind: str
    """`"text"`, `"setup"`, `"demo"`, `"exercise"`, `"question"` or `"check"`."""
    id: str
    student: str
    solved: str = ""
    instructor: str = ""
    name: str = ""
    """Of an exercise, a question or a check: what it defines or calls."""
    points: float = 0.0
    figures: tuple[str, ...] = ()
    lines: frozenset[str] = field(default_factory=frozenset)
    """Of an exercise: the statements of its solution, which no student may be shown."""


@dataclass(frozen=True)
class Lesson:
    """A lesson as its author wrote it."""

    name: str
    folder: Path
    root: Path
    """The root folder of the course."""
    title: str
    minutes: int
    points: float
    rests_on: tuple[str, ...]
    gives: tuple[str, ...]
    cells: tuple[Cell, ...]
    checks: Mapping[str, Check]
    styles: tuple[Style, ...]
    builds: tuple[str, ...]
    """The modules of the library that the exercises come from."""

    @property
    def place(self) -> str:
        """Where the text stands in the folder of the lessons, without its suffix."""
        return (self.folder.relative_to(self.root / LESSONS) / self.name).as_posix()

    @property
    def is_project(self) -> bool:
        """Whether it stands in a folder with others of its kind: it is graded by what its networks reach."""
        return self.place.count("/") > 1

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names that the student defines, in order."""
        return tuple(cell.name for cell in self.cells if cell.kind in ("exercise", "question"))

    def of_kind(self, *kinds: str) -> Iterator[Cell]:
        """Return the cells of these kinds, in order."""
        return (cell for cell in self.cells if cell.kind in kinds)


def texts(root: Path) -> dict[str, Path]:
    """Return the texts of the course in the folder `root` by their lessons' names, in order.

    A lesson is `NN_topic/NN_topic.md`; projects stand one folder deeper.
    """
    number = "[0-9][0-9]_"
    found = [
        *(root / LESSONS).glob(f"{number}*/{number}*.md"),
        *(root / LESSONS).glob(f"{number}*/{number}*/{number}*.md"),
    ]
    return {text.parent.name: text for text in sorted(found, key=lambda text: text.parent.name)}


def read_lesson(folder: Path, library: Path) -> Lesson:
    """Return the lesson in `folder`, its exercises taken from the modules in the folder `library`.

    Raises:
        LessonError: something that the lesson names does not exist, or its points do not add up.
    """
    name, root = folder.name, library.parents[2]
    text = folder / f"{name}.md"
    if not text.exists():
        raise LessonError(f"{folder} holds no {name}.md")
    import jupytext  # takes a second, which a command that reads no lesson need not wait

    notebook = jupytext.read(text)
    about = notebook.metadata.get("gradschool")
    if not isinstance(about, Mapping) or not {"title", "minutes", "points"} <= set(about):
        raise LessonError(f"{text}: the front matter needs `gradschool:` with title, minutes and points")
    checks = _load_checks(folder)
    reader = _Reader(text, library, checks)
    cells = tuple(reader.cell(cell) for cell in notebook.cells)
    lesson = Lesson(
        name=name,
        folder=folder,
        root=root,
        title=str(about["title"]),
        minutes=int(about["minutes"]),
        points=float(about["points"]),
        rests_on=tuple(about.get("rests_on", ())),
        gives=tuple(about.get("gives", ())),
        cells=cells,
        checks=checks,
        styles=_load_styles(folder),
        builds=tuple(dict.fromkeys(reader.modules)),
    )
    validate(lesson, text)
    return lesson


class _Reader:
    """Turns the cells of one text into cells of a lesson."""

    def __init__(self, text: Path, library: Path, checks: Mapping[str, Check]) -> None:
        self.text, self.library, self.checks = text, library, checks
        self.modules: list[str] = []
        self._ids: dict[str, int] = {}

    def cell(self, cell: Any) -> Cell:
        options, source = cell.metadata, cell.source
        if cell.cell_type != "code":
            figures = tuple(match[2] for match in FIGURE.finditer(source))
            return Cell("text", self._by_content("text", source), source, figures=figures)
        known = {"setup", "exercise", "blank", "omit", "question", "check"}
        if extra := set(options) - known:
            raise LessonError(
                f"{self.text}: a cell has the unknown option {sorted(extra)[0]!r}; there are {sorted(known)}"
            )
        if "exercise" in options:
            return self._exercise(options["exercise"], _listed(options.get("blank")), _listed(options.get("omit")))
        if "question" in options:
            return self._question(options["question"], source)
        if "check" in options:
            name = options["check"]
            line = f'check("{name}")'
            points = self._check(name).spec.points
            return Cell("check", f"check-{name}", line, line, line, name, points)
        kind = "setup" if options.get("setup") else "demo"
        cell_id = self._numbered("setup") if kind == "setup" else self._by_content("demo", source)
        return Cell(kind, cell_id, source, source, source)

    def _exercise(self, path: str, names: list[str], omit: list[str]) -> Cell:
        module, _, name = path.rpartition(".")
        file = self.library / (module.removeprefix("gradschool.nn").lstrip(".").replace(".", "/") + ".py")
        if not module.startswith("gradschool.nn.") or not file.exists():
            raise LessonError(f"{self.text}: the exercise {path} names no module of the library")
        self.modules.append(module)
        source = definition(file, name)
        if source is None:
            raise LessonError(f"{self.text}: the exercise {path} names nothing that {file.name} defines")
        try:
            source = without_methods(source, omit)
        except KeyError as error:
            raise LessonError(f"{self.text}: {path} has no {error.args[0]} to omit") from None
        bodies = find_bodies(source, names)
        if missing := set(names) - {body.name for body in bodies}:
            raise LessonError(f"{self.text}: {path} has no {sorted(missing)[0]} to blank")
        if not bodies:
            raise LessonError(f"{self.text}: {path} is a class: say with :blank: which of its methods to blank")
        return Cell(
            "exercise",
            f"exercise-{name}",
            replace_bodies(source, bodies, lambda body: STUB),
            source,
            replace_bodies(source, bodies, lambda body: (BEGIN, *body.lines, END)),
            name,
            lines=frozenset(line for body in bodies for line in body.statements),
        )

    def _question(self, name: str, source: str) -> Cell:
        check = self._check(name)
        if not check.is_question:
            raise LessonError(f"{self.text}: the question {name} is a check with a probe; make it with question()")
        if not source.endswith(f"{name} = None"):
            source = f"{source}\n{name} = None".lstrip()
        solved = source.removesuffix("None") + repr(check.answer)
        return Cell("question", f"question-{name}", source, solved, source, name)

    def _check(self, name: str) -> Check:
        if name not in self.checks:
            raise LessonError(f"{self.text}: checks.py has no check {name!r}; it has {', '.join(self.checks)}")
        return self.checks[name]

    def _by_content(self, kind: str, source: str) -> str:
        return self._numbered(f"{kind}-{hashlib.sha256(source.encode()).hexdigest()[:8]}", first="")

    def _numbered(self, stem: str, first: str = "-1") -> str:
        self._ids[stem] = self._ids.get(stem, 0) + 1
        return stem + (first if self._ids[stem] == 1 else f"-{self._ids[stem]}")


def _listed(option: Any) -> list[str]:
    """Return the names that an option of a cell gives: one, several or none."""
    return [option] if isinstance(option, str) else list(option or [])


def validate(lesson: Lesson, text: Path) -> None:
    """Raise LessonError if the lesson's parts do not fit together, or if it shows a solution."""
    used = [cell.name for cell in lesson.of_kind("check")]
    if unused := set(lesson.checks) - set(used):
        raise LessonError(f"{text}: the check {sorted(unused)[0]!r} of checks.py is not used")
    if repeated := {name for name in used if used.count(name) > 1}:
        raise LessonError(f"{text}: the check {sorted(repeated)[0]!r} is used twice")
    if repeated := {name for name in lesson.exercises if lesson.exercises.count(name) > 1}:
        raise LessonError(f"{text}: the exercise {sorted(repeated)[0]!r} is used twice")
    for check in lesson.checks.values():
        for name in check.spec.of:
            if name not in lesson.exercises:
                raise LessonError(
                    f"{text}: the check {check.name!r} is of {name!r}, which is no exercise of the lesson"
                )
        for need in check.spec.needs:
            if need not in lesson.checks:
                raise LessonError(f"{text}: the check {check.name!r} needs {need!r}, which is no check of the lesson")
    total = sum(check.spec.points for check in lesson.checks.values())
    if not math.isclose(total, lesson.points):
        raise LessonError(f"{text}: the checks are worth {total:g} points, and the front matter says {lesson.points:g}")
    known = texts(lesson.root)
    for earlier in lesson.rests_on:
        if earlier not in known:
            raise LessonError(f"{text}: it rests on {earlier}, and there is no such lesson")
    first = next(lesson.of_kind("setup"), None)
    opened = OPEN.search(first.student) if first else None
    if opened is None or opened[1] != lesson.name:
        raise LessonError(f'{text}: the first setup cell has no line check = lab.open_lesson("{lesson.name}")')
    for cell in lesson.cells:
        for figure in cell.figures:
            if not (lesson.root / "figures" / f"{figure}.png").exists():
                raise LessonError(f"{text}: there is no figures/{figure}.png; `make figures` draws it from {figure}.py")
    refuse_shown_solutions(lesson, text)


def refuse_shown_solutions(lesson: Lesson, text: Path) -> None:
    """Raise LessonError if a cell of the student's notebook shows a statement of a solution."""
    hidden = {line: cell.name for cell in lesson.of_kind("exercise") for line in cell.lines if len(line) >= 12}
    for cell in lesson.cells:
        for shown in _shown(cell):
            if shown in hidden:
                raise LessonError(
                    f"{text}: the cell {cell.id} shows a line of the solution of {hidden[shown]}: {shown}"
                )


def _shown(cell: Cell) -> Iterator[str]:
    if cell.kind == "text":
        for line in cell.student.splitlines():
            for part in [line, *re.findall(r"`([^`]+)`", line)]:
                try:
                    yield from simple_statements(ast.parse(part.strip()).body)
                except (SyntaxError, ValueError):
                    continue
    else:
        source = "\n".join("" if line.lstrip()[:1] in ("%", "!") else line for line in cell.student.splitlines())
        yield from simple_statements(ast.parse(source).body)


def _load_checks(folder: Path) -> dict[str, Check]:
    module = load_script(folder / "checks.py")
    checks = {name: value for name, value in vars(module).items() if isinstance(value, Check) and name != "_"}
    for name, value in checks.items():
        if name != value.name:
            raise LessonError(f"{folder.name}/checks.py: the check {value.name!r} is bound to the name {name!r}")
    return checks


def _load_styles(folder: Path) -> tuple[Style, ...]:
    if not (folder / "styles.py").exists():
        return ()
    collect_styles()
    load_script(folder / "styles.py")
    return tuple(collect_styles())
