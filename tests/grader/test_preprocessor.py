"""The engine in nbgrader's own autograde: the same grades, the same notebook, whatever the button."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import warnings
from pathlib import Path

import nbformat
import pytest
from grader.conftest import SQUARED
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from gradschool.grader import classroom
from gradschool.grader.gradebook import Book, _quiet


def autograde(root, student):
    """Have nbgrader autograde a submission as formgrader's button does, and return what it says."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    with _quiet():
        api = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)
        return api.autograde("01_tiny", student, force=True)


def cards(path):
    made = nbformat.read(path, as_version=4)
    return {c.id: c.outputs for c in made.cells if c.cell_type == "code"}


@pytest.mark.parametrize("student", ["right", "squared", "stub", "leaver"])
def test_formgrader_s_button_gives_the_marks_and_the_notebook_of_the_engine(graded, tmp_path, student):
    mine = graded.copy(tmp_path / "class")
    before = cards(mine.notebook("autograded", student))
    (mine.root / "gradebook.db").unlink()
    Book(mine.root).assign("01_tiny")
    result = autograde(mine.root, student)
    assert result["success"], result
    assert Book(mine.root).scores("01_tiny") == {student: graded.reports[student].points}
    assert cards(mine.notebook("autograded", student)) == before


def test_duplicated_and_damaged_cells_do_not_stop_nbgrader(graded, tmp_path, draft, submit):
    mine = graded.copy(tmp_path / "class")
    messy = draft()
    messy.delete("check-scale_forward").cells.append(dict(messy.cell("exercise-double")))
    messy.cell("check-double_values")["metadata"]["nbgrader"]["points"] = 90
    submit(mine.root, "messy", messy.bytes())
    result = autograde(mine.root, "messy")
    assert result["success"], result
    assert Book(mine.root).scores("01_tiny")["messy"] == 9


def test_a_check_that_is_mended_while_the_server_runs_is_used_at_the_next_click(tiny, tmp_path, draft, submit):
    root = tmp_path / "class"
    classroom.init(tiny.course(), root, log=lambda line: None)
    submit(root, "ada", draft().put("exercise-double", SQUARED).bytes())
    assert autograde(root, "ada")["success"]
    assert "x is squared, not doubled" in (root / "autograded/ada/01_tiny/01_tiny.ipynb").read_text()
    tiny.change(tiny.checks, "x is squared, not doubled", "x is multiplied by itself")
    assert autograde(root, "ada")["success"]
    assert "x is multiplied by itself" in (root / "autograded/ada/01_tiny/01_tiny.ipynb").read_text()


def test_the_command_line_of_nbgrader_uses_the_engine_from_anywhere(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace(repr(str(graded.root)), repr(str(mine.root))))
    program = Path(sysconfig.get_path("scripts")) / "nbgrader"
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [program, "autograde", "01_tiny", "--student", "squared", "--force"],
        cwd=mine.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    text = json.dumps(cards(mine.notebook("autograded", "squared")))
    assert "x is squared, not doubled" in text
    assert Book(mine.root).scores("01_tiny")["squared"] == 6


def test_an_assignment_that_is_no_lesson_is_refused_with_what_to_do(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    source = mine.root / "source/essay"
    source.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), source / "essay.ipynb")
    Book(mine.root).assign("essay")
    folder = mine.root / "submitted/right/essay"
    folder.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), folder / "essay.ipynb")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(mine.root)).load_config()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)
        result = api.autograde("essay", "right", force=True)
    assert not result["success"]
    assert "essay/essay is no lesson of the course" in result["log"] + result["error"]
    assert Book(mine.root).scores("01_tiny") == {n: r.points for n, r in graded.reports.items()}
