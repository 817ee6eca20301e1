"""The notebooks of a lesson; nbgrader and nbformat are the oracles."""

from __future__ import annotations

import ast
import base64
import copy

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearSolutions

from gradschool.grader import notebooks
from gradschool.grader.lesson import END

LESSONS = ["01_linear_regression", "02_dense"]
each_lesson = pytest.mark.parametrize("name", LESSONS)


def statements(source):
    """Return the simple statements of a cell in one normal form, found independently of the builder."""
    lines = ["" if line.lstrip()[:1] in ("%", "!") else line for line in source.splitlines()]
    simple = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)
    return {ast.unparse(node) for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, simple)}


@each_lesson
@pytest.mark.parametrize("form", notebooks.FORMS)
def test_nbformat_and_nbgrader_accept_every_form(course, name, form):
    made = notebooks.notebook(course.lesson(name), form)
    nbformat.validate(made)
    MetadataValidator().validate_nb(made)
    ids = [cell.id for cell in made.cells]
    assert len(set(ids)) == len(ids)
    assert made.metadata.gradschool.form == form
    assert made.metadata.gradschool.lesson == name


@each_lesson
def test_nbgrader_makes_the_student_s_cells_of_the_instructor_s(course, name):
    lesson = course.lesson(name)
    released, _ = ClearSolutions().preprocess(copy.deepcopy(notebooks.notebook(lesson, "instructor")), {})
    student = notebooks.notebook(lesson, "student")
    assert [cell.source for cell in released.cells] == [cell.source for cell in student.cells]
    assert [cell.metadata.get("nbgrader") for cell in released.cells] == [
        cell.metadata.get("nbgrader") for cell in student.cells
    ]


@each_lesson
def test_the_student_s_notebook_holds_no_statement_of_a_solution(course, name):
    lesson = course.lesson(name)
    shown = set()
    for cell in notebooks.notebook(lesson, "student").cells:
        if cell.cell_type == "code":
            assert END not in cell.source
            shown |= statements(cell.source)
    for cell in lesson.of_kind("exercise"):
        hidden = statements(cell.solved) - statements(cell.student)
        assert hidden, cell.name
        assert not {line for line in hidden & shown if len(line) >= 12}, cell.name
        assert cell.student.count("raise NotImplementedError()") == cell.instructor.count(END) > 0


@each_lesson
def test_the_figures_are_attached(course, name):
    lesson = course.lesson(name)
    made = notebooks.notebook(lesson, "student")
    named = [figure for cell in lesson.cells for figure in cell.figures]
    attached = {}
    for cell in made.cells:
        assert "../../figures/" not in cell.source
        attached |= cell.get("attachments", {})
        for figure in cell.get("attachments", {}):
            assert f"](attachment:{figure})" in cell.source
    assert set(attached) == {f"{figure}.png" for figure in named}
    assert named
    for figure in named:
        picture = (course.root / "figures" / f"{figure}.png").read_bytes()
        assert base64.b64decode(attached[f"{figure}.png"]["image/png"]) == picture


def test_the_points_of_the_check_cells_are_those_of_the_lesson(course):
    for lesson in course.lessons():
        made = notebooks.notebook(lesson, "student")
        points = [c.metadata.nbgrader.points for c in made.cells if c.metadata.get("nbgrader", {}).get("grade")]
        assert sum(points) == lesson.points


def test_what_each_kind_of_cell_is_to_nbgrader(lesson):
    marks = {cell.id: notebooks.nbgrader_metadata(cell) for cell in lesson.cells}
    assert marks["setup-1"] == {
        "schema_version": 3,
        "grade_id": "setup-1",
        "grade": False,
        "solution": False,
        "locked": True,
        "task": False,
    }
    exercise, check = marks["exercise-double"], marks["check-double_values"]
    assert (exercise["solution"], exercise["locked"], exercise["grade"]) == (True, False, False)
    assert (check["solution"], check["locked"], check["grade"], check["points"]) == (False, True, True, 2)
    assert marks["question-colour"] == {}


def test_setup_and_check_cells_can_be_neither_edited_nor_deleted_and_others_can(lesson):
    for cell, mine in zip(notebooks.notebook(lesson, "student").cells, lesson.cells, strict=True):
        fixed = mine.kind in ("setup", "check")
        assert cell.metadata.get("editable", True) is not fixed
        assert cell.metadata.get("deletable", True) is not fixed


def test_the_same_notebook_is_the_same_text_that_ends_with_one_newline(lesson):
    first, second = (notebooks.text(notebooks.notebook(lesson, "student")) for _ in range(2))
    assert first == second
    assert first.endswith("}\n")
    assert nbformat.reads(first, as_version=4) == notebooks.notebook(lesson, "student")


def test_an_id_is_made_of_what_nbformat_allows():
    assert notebooks.cell_id("check-a.b c/ü") == "check-a-b-c--"
    assert notebooks.cell_id("x" * 100) == "x" * 64


def test_pieces_of_one_stream_are_joined_and_others_are_not():
    def stream(name, text):
        return nbformat.v4.new_output("stream", name=name, text=text)

    picture = nbformat.v4.new_output("display_data", data={"text/plain": "p"})
    pieces = [stream("stdout", "a"), stream("stdout", "b"), stream("stderr", "c"), picture, stream("stdout", "d")]
    joined = notebooks._joined(pieces)
    assert [(o.get("name"), o.get("text")) for o in joined] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        (None, None),
        ("stdout", "d"),
    ]
