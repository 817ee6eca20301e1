"""A submission's cells in the lesson's own order, ready to run.

What a student must not change (setup, checks) is restored. What was written there instead still runs, as a cell of the
student's own, because a function or an import may stand in it; for the same reason all versions of a cell run, in
their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gradschool.grader.errors import SubmissionError
from gradschool.grader.lesson import OPEN, Cell, Lesson
from gradschool.grader.submission.asides import is_python, without_asides
from gradschool.grader.submission.matching import Matcher
from gradschool.grader.submission.names import shown
from gradschool.grader.submission.reading import Notebook, read_notebook
from gradschool.grader.submission.values import Prepared, PreparedCell, RawCell, Submission

MOST_EXTRAS = 2_000
MOST_NOTES = 40
FEW = 3
"""Of so many checks or exercises the same is said one by one."""
FENCED = re.compile(r"\s*```\w*\n(.*?)\n?```\s*", re.DOTALL)
CHECK_CALL = re.compile(r"check\([^()]*\)[ \t;]*")
COMMON_ASIDE = re.compile(r"%(?:matplotlib|config|load_ext|autoreload|%)")
"""Lines that so many notebooks hold that no note is taken of them."""


def prepare(submission: Submission, lesson: Lesson) -> Prepared:
    """Return the submission, ready to run. One that can't be read has no cells and a `problem`."""
    try:
        if submission.problem:
            raise SubmissionError(submission.problem)
        made = _Arranged(lesson, read_notebook(submission.content))
    except SubmissionError as error:
        return Prepared(submission.student, submission.lesson, (), submission.notes, str(error))
    notes = _shortened([*submission.notes, *made.notes])
    return Prepared(submission.student, lesson.name, tuple(made.cells), notes, missing=frozenset(made.missing))


class _Arranged:
    """The cells of a notebook in the lesson's order, with what there is to say of them."""

    def __init__(self, lesson: Lesson, notebook: Notebook) -> None:
        self.cells: list[PreparedCell] = []
        self.notes = list(notebook.notes)
        self.missing: set[str] = set()
        self._matcher = Matcher(lesson)
        self._raw = notebook.cells
        self._texts = {cell.student.strip() for cell in lesson.of_kind("text")}
        self._extras = 0
        self._asides: list[str] = []
        self._deleted: list[str] = []
        self._elsewhere: list[str] = []
        matched = self._matcher.match(notebook.cells)
        self._compare(lesson, notebook, [cell for cell in lesson.cells if cell.id in matched.found])
        self.notes += [f"The cell of `{name}` was split in two, and put together again." for name in matched.split]
        if matched.former:
            self._note(f"Cells of another edition of this lesson: {matched.former}. Work in the newest edition.")
        self._add_extras(matched.extras.get("", ()))
        for mine in lesson.cells:
            self._add(mine, matched.found.get(mine.id, ()))
            self._add_extras(matched.extras.get(mine.id, ()))
        self._find_missing(lesson, matched.found)
        self._note_each(self._deleted, "The check {} was deleted from the notebook, and put back.")
        self._note_each(self._elsewhere, "{} has no cell of its own; the cell that defines it is run.")
        self._extras += matched.left_out
        if self._extras > MOST_EXTRAS:
            self._note(f"Of the {self._extras} cells of the student's own, {MOST_EXTRAS} were read.")
        if lines := list(dict.fromkeys(line for line in self._asides if not COMMON_ASIDE.match(line))):
            listed = ", ".join(shown(line, 40) for line in lines[:3]) + (", …" if len(lines) > 3 else "")
            self._note(f"Nobody answers while a notebook is graded; these lines do nothing then: {listed}")

    def _note(self, text: str) -> None:
        self.notes.append(text)

    def _note_each(self, names: Sequence[str], text: str) -> None:
        """Say something of a few names; of many once."""
        if len(names) <= FEW:
            self.notes += [text.format(f"`{name}`") for name in names]
        else:
            self._note(f"{text.format(f'`{names[0]}`')} The same is true of {len(names) - 1} more.")

    def _compare(self, lesson: Lesson, notebook: Notebook, found: Iterable[Cell]) -> None:
        """Say if the notebook is of another lesson; refuse it if nothing in it is of this one."""
        opened = (OPEN.search(cell.source) for cell in notebook.cells)
        other = notebook.lesson or next((match[1] for match in opened if match), lesson.name)
        kinds = {cell.kind for cell in found}
        if other != lesson.name and not kinds & {"exercise", "question"}:
            raise SubmissionError(f"it is the notebook of {shown(other)}; hand in that of {lesson.name}")
        if other != lesson.name:
            self._note(f"The notebook says that it is of {shown(other)}, not of {lesson.name}.")
        elif notebook.cells and not kinds:
            self._note(f"No cell of the notebook is one of {lesson.name}'s.")

    def _add(self, mine: Cell, versions: Sequence[RawCell]) -> None:
        match mine.kind:
            case "exercise" | "question":
                self._add_answer(mine, versions)
            case "check":
                self._add_check(mine, versions)
            case "setup":
                self._add_setup(mine, versions)
            case "demo":
                self._add_demo(mine, versions)
            case _:
                texts = [v for v in versions if v.cell_type != "code"]
                source = texts[-1].source if texts else mine.student
                self.cells.append(PreparedCell(mine.id, mine.kind, "markdown", source, runs=False))
                self._add_extras(_changed(mine, [v for v in versions if v.cell_type == "code"]))

    def _add_answer(self, mine: Cell, versions: Sequence[RawCell]) -> None:
        code = [v for v in versions if v.cell_type == "code"]
        if versions and not code:
            self._note(f"The cell of `{mine.name}` was turned into text; it is graded as code.")
            versions = [replace(v, source=m[1] if (m := FENCED.fullmatch(v.source)) else v.source) for v in versions]
        if not versions and (rescued := self._in_text(mine)):
            self._note(f"`{mine.name}` was found in a cell of text; it is graded as code.")
            code = [rescued]
        changed = _changed(mine, code or versions)
        if len(changed) > 1:
            self._note(
                f"There are {len(changed)} different cells of `{mine.name}`; all are run in their order, "
                "so that the last definition counts."
            )
        defining = [v for v in changed if self._matcher.definition(mine.name, v.source)]
        chosen = (defining or changed or code or list(versions))[-1:]
        at = changed.index(chosen[0]) if changed else 0
        self._add_extras(changed[:at])
        source = chosen[0].source if chosen else f"# The cell of {mine.name} is missing from the submission.\n"
        self._append(PreparedCell(mine.id, mine.kind, "code", source, runs=bool(chosen)))
        self._add_extras(changed[at + 1 :])

    def _in_text(self, mine: Cell) -> RawCell | None:
        """Return the code of an exercise that was merged into a cell of text, if no cell of code defines it."""
        defines = self._matcher.definition
        if any(cell.cell_type == "code" and defines(mine.name, cell.source) for cell in self._raw):
            return None
        for cell in self._raw:
            match = defines(mine.name, cell.source) if cell.source.strip() not in self._texts else None
            if match is not None:
                return RawCell((), "code", cell.source[match.start() :].split("\n```")[0])
        return None

    def _add_check(self, mine: Cell, versions: Sequence[RawCell]) -> None:
        if not versions:
            self._deleted.append(mine.name)
        elif any(v.source.strip() != mine.student or v.cell_type != "code" for v in versions):
            self._note(f"The check `{mine.name}` was changed in the notebook, and put back as it was.")
        self._add_extras(v for v in versions if v.cell_type == "code" and not _only_checks(v.source))
        self.cells.append(PreparedCell(mine.id, "check", "code", mine.student, runs=False))

    def _add_setup(self, mine: Cell, versions: Sequence[RawCell]) -> None:
        changed = _changed(mine, [v for v in versions if v.cell_type == "code"])
        if changed:
            self._note("A setup cell was changed in the notebook. It is run as it was changed, then as it was.")
        elif not any(v.cell_type == "code" and v.source.strip() for v in versions):
            self._note("A setup cell was deleted from the notebook, and put back.")
        self._add_extras(changed)
        self.cells.append(PreparedCell(mine.id, "setup", "code", mine.student, runs=True))

    def _add_demo(self, mine: Cell, versions: Sequence[RawCell]) -> None:
        changed = _changed(mine, [v for v in versions if v.cell_type == "code"])
        self._add_extras(changed[:-1])
        source = changed[-1].source if changed else mine.student
        self._append(PreparedCell(mine.id, "demo", "code", source, runs=bool(changed)))

    def _append(self, cell: PreparedCell) -> None:
        source, asides = without_asides(cell.source) if cell.runs else (cell.source, [])
        self._asides += asides
        self.cells.append(PreparedCell(cell.id, cell.kind, cell.cell_type, source, cell.runs))

    def _add_extras(self, extras: Iterable[RawCell]) -> None:
        for cell in extras:
            self._extras += 1
            if self._extras > MOST_EXTRAS:
                continue
            runs = cell.cell_type == "code" and not _only_checks(cell.source) and is_python(cell.source)
            kept = "code" if cell.cell_type == "code" else "markdown"
            self._append(PreparedCell(f"extra-{len(self.cells)}", "extra", kept, cell.source, runs))

    def _find_missing(self, lesson: Lesson, found: Iterable[str]) -> None:
        for mine in lesson.of_kind("exercise", "question"):
            own = next(cell for cell in self.cells if cell.id == mine.id)
            if mine.id in found or own.runs:
                continue
            if any(cell.runs and self._matcher.definition(mine.name, cell.source) for cell in self.cells):
                self._elsewhere.append(mine.name)
            else:
                self.missing.add(mine.name)
                self._note(f"The cell of `{mine.name}` is missing from the notebook.")


def _changed(mine: Cell, versions: Sequence[RawCell]) -> list[RawCell]:
    """Return the versions of a cell that differ from the lesson's and from each other, each where it stands last."""
    last = {v.source.strip(): v for v in versions}
    return [v for v in versions if last[v.source.strip()] is v and v.source.strip() not in ("", mine.student.strip())]


def _only_checks(source: str) -> bool:
    """Return whether a cell does nothing but call checks, which grading does anyway."""
    lines = (line.strip() for line in source.split("\n"))
    return all(not line or line.startswith("#") or CHECK_CALL.fullmatch(line) for line in lines)


def _shortened(notes: Sequence[str]) -> tuple[str, ...]:
    """Return the notes, each once, and not more than anyone reads."""
    distinct = list(dict.fromkeys(notes))
    more = len(distinct) - MOST_NOTES
    return tuple(distinct if more <= 0 else [*distinct[:MOST_NOTES], f"There are {more} more notes."])
