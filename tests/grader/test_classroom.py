"""Making a classroom, and bringing one up to date."""

from __future__ import annotations

import stat

import nbformat
import pytest
from nbgrader.api import Gradebook

from gradschool.grader import classroom, notebooks
from gradschool.grader.errors import ClassroomError
from gradschool.grader.gradebook import Book, _quiet


def test_it_has_nbgrader_s_folders_a_configuration_a_seed_and_a_gradebook(graded):
    names = {path.name for path in graded.root.iterdir()}
    assert {*classroom.STAGES, "nbgrader_config.py", ".secret_seed", "gradebook.db"} <= names
    compile((graded.root / "nbgrader_config.py").read_text(), "nbgrader_config.py", "exec")


def test_the_release_is_the_student_s_folder_made_by_nbgrader(graded, lesson):
    source, release = graded.root / "source/01_tiny", graded.root / "release/01_tiny"
    assert "### BEGIN SOLUTION" in (source / "01_tiny.ipynb").read_text()
    released = nbformat.read(release / "01_tiny.ipynb", as_version=4)
    student = notebooks.notebook(lesson, "student")
    assert [cell.source for cell in released.cells] == [cell.source for cell in student.cells]
    files = {str(p.relative_to(source)) for p in source.rglob("*") if p.is_file()}
    assert {str(p.relative_to(release)) for p in release.rglob("*") if p.is_file()} == files
    assert {"public.npz", "gradschool/lab/session.py", "gradschool/nn/types.py"} <= files
    assert "gradschool/nn/tiny.py" not in files


def test_the_gradebook_knows_the_lesson_s_cells_and_points(graded, lesson):
    with _quiet(), Gradebook(f"sqlite:///{graded.root}/gradebook.db", "gradschool") as gradebook:
        notebook = gradebook.find_assignment("01_tiny").notebooks[0]
        assert {c.name: c.max_score for c in notebook.grade_cells} == {
            cell.id: cell.points for cell in lesson.of_kind("check")
        }
        assert {c.name for c in notebook.solution_cells} == {"exercise-double", "exercise-Scale"}
        assert {c.name for c in notebook.source_cells} == {
            cell.id for cell in lesson.of_kind("setup", "exercise", "check")
        }


def test_the_seed_is_secret_large_and_the_classroom_s_own(graded, built, tmp_path):
    file = graded.root / ".secret_seed"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert classroom.secret_seed(graded.root) > 2**32
    assert not list((graded.root / "release").rglob(".secret_seed"))


def test_making_it_again_keeps_seed_configuration_grades_and_submissions(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\n# mine\n")
    seed, scores = classroom.secret_seed(mine.root), Book(mine.root).scores("01_tiny")
    told = []
    classroom.init(mine.tiny.course(), mine.root, ["tiny"], told.append)
    assert told == ["01_tiny: source/ and release/ are ready"]
    assert classroom.secret_seed(mine.root) == seed
    assert config.read_text().endswith("# mine\n")
    assert Book(mine.root).scores("01_tiny") == scores
    assert sorted(p.name for p in (mine.root / "submitted").iterdir()) == sorted(graded.reports)


def test_a_folder_with_other_files_is_refused_and_left_alone(built, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ClassroomError) as raised:
        classroom.init(built.course(), tmp_path)
    assert str(raised.value) == f"{tmp_path} holds other files and no classroom; give a new folder"
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("content", [None, "", "not a number\n"])
def test_a_seed_that_is_missing_or_no_number_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / ".secret_seed").write_text(content)
    with pytest.raises(ClassroomError) as raised:
        classroom.secret_seed(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} is no classroom: it has no .secret_seed; `gradschool classroom init` makes it"
    )
