"""The autograded notebook of a report: what was submitted, what its cells printed, and the cards of the checks.

nbgrader makes the feedback of it, so it holds nothing that a student may not see. It is made as plain JSON, and what is
the lesson's own is made once for a class: nbformat validates each cell and each output that it makes, which would take
as long as running a submission does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import nbformat

from gradschool.grader import notebooks
from gradschool.grader.discretion import Discretion
from gradschool.grader.grade import Report
from gradschool.grader.harmless import harmless
from gradschool.grader.lesson import Cell, Lesson
from gradschool.grader.notebooks import cell_id, nbgrader_metadata
from gradschool.grader.submission import PreparedCell
from gradschool.lab.card import as_html, as_text
from gradschool.lab.judge import Verdict

Checksum = Callable[[Any], str]
"""nbgrader's checksum of a cell."""
Json = dict[str, Any]

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class Template:
    """What the autograded notebooks of a lesson have in common."""

    def __init__(self, lesson: Lesson, checksum: Checksum) -> None:
        self.lesson = lesson
        self.cells = {cell.id: cell for cell in lesson.cells}
        self.texts = {
            cell.id: json.loads(json.dumps(notebooks.node(lesson, cell, "student"))) for cell in lesson.of_kind("text")
        }
        marks = {cell.id: nbgrader_metadata(cell) for cell in lesson.cells}
        self.marks = {name: _marked(self.cells[name], found, checksum) for name, found in marks.items() if found}

    def untouched(self) -> list[PreparedCell]:
        """Return the lesson's own cells, for a submission that could not be read."""
        kinds = {"text": "markdown"}
        return [PreparedCell(c.id, c.kind, kinds.get(c.kind, "code"), c.student, runs=False) for c in self.lesson.cells]


def autograded(report: Report, template: Template) -> Json:
    """Return the notebook of a report."""
    shown = Discretion(cell.source for cell in report.prepared.cells if cell.runs)
    told = report.verdicts if report.prepared.problem else map(shown.verdict, report.verdicts)
    verdicts = {verdict.name: verdict for verdict in told}
    cells: list[Json] = []
    if note := _notes(report):
        cells.append(_markdown("gradschool-notes", note))
    count = 0
    for cell in report.prepared.cells or template.untouched():
        mine = template.cells.get(cell.id)
        if cell.cell_type == "markdown":
            source = harmless(cell.source.replace("attachment:", "missing:"))  # the student's own pictures are not kept
            cells.append(template.texts.get(cell.id) or _markdown(cell_id(cell.id), source))
            continue
        count += 1
        made = _code(cell_id(cell.id), cell.source, template.marks.get(cell.id))
        if mine is not None and mine.kind == "check":
            made |= {"execution_count": count, "outputs": _card(verdicts[mine.name], count)}
        elif cell.runs and cell.id in report.executed.cells:
            made |= {"execution_count": count, "outputs": _outputs(report.executed.cells[cell.id])}
        cells.append(made)
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def text(made: Json) -> str:
    """Return a notebook as it is written to a file: a cell a line."""
    cells = ",\n".join(json.dumps(cell, ensure_ascii=False, sort_keys=True) for cell in made["cells"])
    rest = json.dumps({name: value for name, value in made.items() if name != "cells"}, sort_keys=True)
    return f'{{"cells": [\n{cells}\n], {rest[1:]}\n'


def graded_cells(made: Json) -> dict[str, Any]:
    """Return the cells that nbgrader has grades or comments for, by its name for them, as it reads them."""
    marked = (cell for cell in made["cells"] if "nbgrader" in cell["metadata"])
    return {cell["metadata"]["nbgrader"]["grade_id"]: nbformat.from_dict(cell) for cell in marked}


def _markdown(name: str, source: str) -> Json:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _code(name: str, source: str, marks: Json | None) -> Json:
    metadata = {"nbgrader": marks} if marks else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def _marked(cell: Cell, marks: Mapping[str, Any], checksum: Checksum) -> Json:
    """Return nbgrader's metadata with the checksum of the cell as it was released."""
    released = nbformat.v4.new_code_cell(cell.student, metadata={"nbgrader": dict(marks)})
    return {**marks, "cell_type": "code", "checksum": checksum(released)}


def _card(verdict: Verdict, count: int) -> list[Json]:
    """Return a check's outputs: the card, then the points, a plain number that nbgrader reads as partial credit."""
    card = {"text/html": as_html(verdict), "text/plain": as_text(verdict)}
    points = {"text/plain": repr(float(verdict.points))}
    return [
        {"output_type": "display_data", "metadata": {}, "data": card},
        {"output_type": "execute_result", "metadata": {}, "data": points, "execution_count": count},
    ]


def _outputs(result: Any) -> list[Json]:
    outputs: list[Json] = []
    if result.printed:
        outputs.append({"output_type": "stream", "name": "stdout", "text": result.printed})
    if result.error:
        name, message = result.error
        told = {"ename": name, "evalue": message, "traceback": [f"{name}: {message}"]}
        outputs.append({"output_type": "error", **told})
    return outputs


def _notes(report: Report) -> str:
    notes = list(report.notes)
    if report.prepared.problem:
        notes.insert(0, f"This submission could not be graded: {report.prepared.problem}.")
    if not notes:
        return ""
    return "**Notes of the grader**\n\n" + "\n".join(f"- {note}" for note in notes)
