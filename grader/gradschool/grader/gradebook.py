"""nbgrader's gradebook and files: the only file that imports nbgrader.

Grades, autograded notebooks and feedback stand where nbgrader puts them, so that its own commands and its formgrader
work on a classroom before and after.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sysconfig
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from gradschool.grader import notebooks
from gradschool.grader.errors import ClassroomError
from gradschool.grader.grade import Report
from gradschool.grader.lesson import Cell, Lesson
from gradschool.grader.notebooks import cell_id, nbgrader_metadata, text
from gradschool.lab.card import as_html, as_text
from gradschool.lab.judge import Verdict

CONFIG = "nbgrader_config.py"


class Book:
    """The gradebook and the folders of a classroom, as its nbgrader_config.py describes them."""

    def __init__(self, root: Path) -> None:
        if not (root / CONFIG).exists():
            raise ClassroomError(f"{root} is no classroom: it has no {CONFIG}; `gradschool classroom init` makes one")
        self.root = root.resolve()
        config: Config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        config.CourseDirectory.root = str(self.root)
        self.coursedir = CourseDirectory(config=config)
        self._api = NbGraderAPI(coursedir=self.coursedir, config=config)
        self._config = config

    def path(self, stage: str, student: str, lesson: str) -> Path:
        """Return the folder of a stage (`submitted`, `autograded`, `feedback`, …) for a student and a lesson."""
        folder = getattr(self.coursedir, f"{stage}_directory")
        return Path(self.coursedir.format_path(folder, student, lesson))

    def students(self, lesson: str) -> list[str]:
        """Return the students whose submission of a lesson is there, in order."""
        folder = self.path("submitted", "*", lesson)
        return sorted(p.parent.name for p in self.root.glob(str(folder.relative_to(self.root))) if p.is_dir())

    def assign(self, lesson: str) -> None:
        """Have nbgrader make `release/` of `source/` and enter the lesson in the gradebook.

        Raises:
            ClassroomError: nbgrader could not.
        """
        with _quiet():
            result = self._api.generate_assignment(lesson, force=True)
        if not result["success"]:
            raise ClassroomError(f"nbgrader could not make the release of {lesson}:\n{_reason(result)}")

    def feedback(self, lesson: str, student: str | None = None) -> None:
        """Have nbgrader write the feedback on a lesson, for a student or for all.

        Raises:
            ClassroomError: nbgrader could not.
        """
        students = [student] if student else sorted(p.parent.name for p in self.root.glob(f"autograded/*/{lesson}"))
        for name in students:
            with _quiet():
                result = self._api.generate_feedback(lesson, name, force=True)
            if not result["success"]:
                raise ClassroomError(f"nbgrader could not write the feedback for {name}:\n{_reason(result)}")

    def record(self, report: Report, lesson: Lesson) -> Path:
        """Write a report into the gradebook and the autograded notebook, and return the latter's path.

        Manual grades and late penalties are kept as nbgrader keeps them. Recording a report again changes nothing.
        """
        made = autograded(report, lesson)
        path = self.path("autograded", report.student, report.lesson) / f"{report.lesson}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        path.write_text(text(made), encoding="utf-8", newline="\n")
        submitted = self.path("submitted", report.student, report.lesson)
        timestamp = self.coursedir.get_existing_timestamp(str(submitted))
        with _quiet(), Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            gradebook.update_or_create_student(report.student)
            when = {"timestamp": timestamp} if timestamp else {}
            gradebook.update_or_create_submission(report.lesson, report.student, **when)
            notebook = gradebook.find_submission_notebook(report.lesson, report.lesson, report.student)
            grades = {grade.name: grade for grade in notebook.grades}
            comments = {comment.name: comment for comment in notebook.comments}
            for cell in made.cells:
                marks = cell.metadata.get("nbgrader", {})
                if marks.get("grade") and marks["grade_id"] in grades:
                    grade = grades[marks["grade_id"]]
                    grade.auto_score = determine_grade(cell)[0]
                    grade.needs_manual_grade = grade.manual_score is not None
                elif marks.get("solution") and marks["grade_id"] in comments:
                    untouched = compute_checksum(cell) == marks["checksum"]
                    comments[marks["grade_id"]].auto_comment = "No response." if untouched else None
            gradebook.db.commit()
        self._penalize(report, made)
        return path

    def _penalize(self, report: Report, made: Any) -> None:
        resources = {
            "nbgrader": {
                "notebook": report.lesson,
                "assignment": report.lesson,
                "student": report.student,
                "db_url": self.coursedir.db_url,
            }
        }
        with _quiet():
            AssignLatePenalties(config=self._config).preprocess(made, resources)

    def scores(self, lesson: str) -> dict[str, float]:
        """Return each student's score for a lesson as the gradebook has it."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            return {s.student_id: float(s.score) for s in gradebook.assignment_submissions(lesson)}


def autograded(report: Report, lesson: Lesson) -> Any:
    """Return the notebook of a report: what was submitted, and the cards of the checks."""
    verdicts = {verdict.name: verdict for verdict in report.verdicts}
    mine = {cell.id: cell for cell in lesson.cells}
    made = nbformat.v4.new_notebook()
    made.nbformat_minor = 5
    made.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    if note := _notes(report):
        made.cells.append(nbformat.v4.new_markdown_cell(note, id="gradschool-notes"))
    count = 0
    for cell in report.prepared.cells or _untouched(lesson):
        lesson_cell = mine.get(cell.id)
        if cell.cell_type == "markdown":
            source = cell.source.replace("attachment:", "missing:")  # a picture of the student's own is not kept
            added = nbformat.v4.new_markdown_cell(source, id=cell_id(cell.id))
            made.cells.append(added if lesson_cell is None else notebooks.node(lesson, lesson_cell, "student"))
            continue
        count += 1
        node = nbformat.v4.new_code_cell(cell.source, id=cell_id(cell.id))
        if lesson_cell is not None and (marks := nbgrader_metadata(lesson_cell)):
            node.metadata["nbgrader"] = nbformat.from_dict(_marked(lesson_cell, marks))
        if lesson_cell is not None and lesson_cell.kind == "check":
            node.execution_count = count
            node.outputs = _card(verdicts[lesson_cell.name], count)
        elif cell.runs and cell.id in report.executed.cells:
            node.execution_count = count
            node.outputs = _outputs(report.executed.cells[cell.id])
        made.cells.append(node)
    return made


def _marked(cell: Cell, marks: Mapping[str, Any]) -> dict[str, Any]:
    """Return nbgrader's metadata with the checksum of the cell as it was released."""
    released = nbformat.v4.new_code_cell(cell.student, metadata={"nbgrader": dict(marks)})
    return {**marks, "cell_type": "code", "checksum": compute_checksum(released)}


def _card(verdict: Verdict, count: int) -> list[Any]:
    """Return a check's outputs: the card, then the points, a plain number that nbgrader reads as partial credit."""
    card = {"text/html": as_html(verdict), "text/plain": as_text(verdict)}
    points = {"text/plain": repr(float(verdict.points))}
    return [
        nbformat.v4.new_output("display_data", data=card),
        nbformat.v4.new_output("execute_result", data=points, execution_count=count),
    ]


def _outputs(result: Any) -> list[Any]:
    outputs = []
    if result.printed:
        outputs.append(nbformat.v4.new_output("stream", name="stdout", text=result.printed))
    if result.error:
        name, message = result.error
        outputs.append(nbformat.v4.new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"]))
    return outputs


def _untouched(lesson: Lesson) -> list[Any]:
    """Return the lesson's own cells, for a submission that could not be read."""
    from gradschool.grader.submission import PreparedCell

    kinds = {"text": "markdown"}
    return [PreparedCell(c.id, c.kind, kinds.get(c.kind, "code"), c.student, runs=False) for c in lesson.cells]


def _notes(report: Report) -> str:
    notes = list(report.notes)
    if report.prepared.problem:
        notes.insert(0, f"This submission could not be graded: {report.prepared.problem}.")
    if not notes:
        return ""
    return "**Notes of the grader**\n\n" + "\n".join(f"- {note}" for note in notes)


def _reason(result: Mapping[str, Any]) -> str:
    return str(result.get("error") or result.get("log") or "it does not say why")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep nbgrader's log and the warnings of what it imports from the terminal, and the working folder as it was.

    nbgrader starts `alembic` by name, so the programs of this environment are put on the path.
    """
    before, here, path = logging.root.manager.disable, Path.cwd(), os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), path])
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        os.environ["PATH"] = path
        os.chdir(here)
