"""Notebooks made of a lesson's cells: the student's, the instructor's, the solved one.

Cells carry nbgrader's metadata, schema 3, and an id that stays the same from build to build, so that a
submission's cells can be matched even where their metadata is lost.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import nbformat

from gradschool.grader.lesson import FIGURE, Cell, Lesson
from gradschool.grader.sandbox.limits import ONE_THREAD

FORMS = ("student", "solved", "instructor")


def notebook(lesson: Lesson, form: str) -> Any:
    """Return the notebook of a lesson in one of its forms, without outputs."""
    cells = [node(lesson, cell, form) for cell in lesson.cells]
    made = nbformat.v4.new_notebook(cells=cells, metadata=_metadata(lesson, form))
    made.nbformat_minor = 5
    return made


def text(made: Any) -> str:
    """Return a notebook as it is written to a file: the same text for the same notebook."""
    written: str = nbformat.writes(made, version=nbformat.NO_CONVERT)
    return written.rstrip("\n") + "\n"


def _metadata(lesson: Lesson, form: str) -> dict[str, Any]:
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "gradschool": {
            "lesson": lesson.name,
            "form": form,
            "built_from": f"lessons/{lesson.place}.md, by gradschool build: edit there, not here",
        },
    }


def node(lesson: Lesson, cell: Cell, form: str) -> Any:
    """Return a cell of a lesson as it stands in the notebook of a form."""
    if cell.kind == "text":
        made = nbformat.v4.new_markdown_cell(FIGURE.sub(r"![\1](attachment:\2.png)", cell.student))
        if cell.figures:
            made.attachments = {f"{name}.png": {"image/png": _picture(lesson, name)} for name in cell.figures}
    else:
        made = nbformat.v4.new_code_cell(getattr(cell, form))
        if marks := nbgrader_metadata(cell):
            made.metadata["nbgrader"] = marks
        if cell.kind in ("setup", "check"):
            made.metadata["editable"] = False
            made.metadata["deletable"] = False
    made.id = cell_id(cell.id)
    return made


def cell_id(name: str) -> str:
    """Return `name` as nbformat allows it for the id of a cell: at most 64 of its letters."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)[:64]


def nbgrader_metadata(cell: Cell) -> dict[str, Any]:
    """Return what nbgrader knows a cell by; nothing for cells that it need not know."""
    if cell.kind not in ("setup", "exercise", "check"):
        return {}
    marks: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": cell.id,
        "grade": cell.kind == "check",
        "solution": cell.kind == "exercise",
        "locked": cell.kind != "exercise",
        "task": False,
    }
    return {**marks, "points": cell.points} if cell.kind == "check" else marks


def _picture(lesson: Lesson, name: str) -> str:
    data = (lesson.root / "figures" / f"{name}.png").read_bytes()
    return base64.b64encode(data).decode()


def execute(made: Any, folder: Path, seconds: int | None = 300) -> Any:
    """Return the notebook with the outputs of its code, run in `folder`; a cell has so many seconds.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raises.
    """
    from nbclient import NotebookClient

    client = NotebookClient(
        made, timeout=seconds, kernel_name="python3", resources={"metadata": {"path": str(folder)}}, record_timing=False
    )
    client.execute(
        stderr=subprocess.DEVNULL,  # what a kernel says of itself; what cells print comes another way
        env=os.environ | ONE_THREAD,  # last digits don't depend on the number of cores
    )
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    made.metadata["language_info"] = {"name": "python"}
    return made


def _joined(outputs: Any) -> list[Any]:
    """Return the outputs with neighbouring pieces of one stream joined: where they are cut depends on timing."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last is not None and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined
