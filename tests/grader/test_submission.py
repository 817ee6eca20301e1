"""What is made of a student's files before anything runs."""

from __future__ import annotations

import json
import os
import stat

import pytest

from gradschool.grader.submission import Submission, files, find_submission, prepare, read_notebook
from gradschool.grader.submission.reading import MOST_SOURCE

NAME = "01_tiny"
DONE = "def double(x):\n    return 2 * x"


def prepared(lesson, content):
    return prepare(Submission("ada", NAME, content), lesson)


def cell_of(made, cell_id):
    return next(cell for cell in made.cells if cell.id == cell_id)


def lesson_ids(lesson):
    return [cell.id for cell in lesson.cells]


class TestFiles:
    def test_the_notebook_of_the_lesson_s_name_is_read(self, tmp_path):
        (tmp_path / f"{NAME}.ipynb").write_bytes(b"mine")
        (tmp_path / "other.ipynb").write_bytes(b"other")
        note = "01_tiny.ipynb was graded; the folder also holds other.ipynb. Hand in one notebook."
        assert find_submission(tmp_path, "ada", NAME) == Submission("ada", NAME, b"mine", notes=(note,))

    def test_the_only_notebook_is_read_under_any_name(self, tmp_path):
        (tmp_path / "homework final.ipynb").write_bytes(b"mine")
        (tmp_path / "data.csv").write_bytes(b"1")
        note = "The notebook is called homework final.ipynb, and should be called 01_tiny.ipynb."
        assert find_submission(tmp_path, "ada", NAME) == Submission("ada", NAME, b"mine", notes=(note,))

    def problem(self, folder):
        found = find_submission(folder, "ada", NAME)
        assert found.content == b""
        return found.problem

    def test_no_notebook_is_a_problem(self, tmp_path):
        assert self.problem(tmp_path) == "the folder should hold 01_tiny.ipynb, and holds no notebook"

    def test_a_folder_that_does_not_exist_is_a_problem(self, tmp_path):
        assert self.problem(tmp_path / "none") == "there is no folder of 01_tiny"

    def test_two_notebooks_of_other_names_are_a_problem(self, tmp_path):
        for name in ("b.ipynb", "a.ipynb"):
            (tmp_path / name).write_bytes(b"{}")
        assert self.problem(tmp_path) == "the folder should hold 01_tiny.ipynb, and holds a.ipynb, b.ipynb"

    def test_a_link_is_a_problem(self, tmp_path):
        (tmp_path / "secret").write_bytes(b"of another")
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / f"{NAME}.ipynb").symlink_to(tmp_path / "secret")
        assert self.problem(tmp_path / "in") == "01_tiny.ipynb is a link, not an ordinary file"

    def test_a_link_to_nothing_is_a_problem(self, tmp_path):
        (tmp_path / f"{NAME}.ipynb").symlink_to(tmp_path / "nothing")
        assert self.problem(tmp_path) == "01_tiny.ipynb is a link, not an ordinary file"

    def test_a_folder_or_a_pipe_in_its_place_is_a_problem(self, tmp_path):
        (tmp_path / "a" / f"{NAME}.ipynb").mkdir(parents=True)
        assert self.problem(tmp_path / "a") == "01_tiny.ipynb is a folder, not an ordinary file"
        (tmp_path / "b").mkdir()
        os.mkfifo(tmp_path / "b" / f"{NAME}.ipynb")
        assert self.problem(tmp_path / "b") == "01_tiny.ipynb is a pipe, not an ordinary file"

    def test_a_huge_file_is_a_problem(self, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "MOST_FILE", 1_000_000)
        (tmp_path / f"{NAME}.ipynb").write_bytes(b" " * 3_000_000)
        assert self.problem(tmp_path) == "01_tiny.ipynb has 3 MB, more than the 1 MB that are read"

    def test_a_file_that_can_t_be_read_is_a_problem(self, tmp_path, monkeypatch):
        (tmp_path / f"{NAME}.ipynb").write_bytes(b"{}")

        opened = os.open

        def refuse(path, flags, *rest, **options):
            if flags & os.O_DIRECTORY:
                return opened(path, flags, *rest, **options)
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
        assert self.problem(tmp_path) == "the submission can't be read: Permission denied"

    def test_a_file_that_becomes_a_pipe_before_it_is_opened_is_a_problem(self, tmp_path, monkeypatch):
        os.mkfifo(tmp_path / f"{NAME}.ipynb")
        monkeypatch.setattr(files, "_entries", lambda *where: [files.Entry(f"{NAME}.ipynb", stat.S_IFREG)])
        assert self.problem(tmp_path) == "01_tiny.ipynb is a pipe, not an ordinary file"

    def test_a_file_that_becomes_a_link_or_goes_before_it_is_opened_is_a_problem(self, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "_entries", lambda *where: [files.Entry(f"{NAME}.ipynb", stat.S_IFREG)])
        assert self.problem(tmp_path) == "the submission can't be read: No such file or directory"
        (tmp_path / f"{NAME}.ipynb").symlink_to("/etc/passwd")
        assert self.problem(tmp_path).startswith("the submission can't be read: ")

    def test_a_file_that_grows_while_it_is_read_is_read_to_its_limit(self, tmp_path, monkeypatch):
        path = tmp_path / f"{NAME}.ipynb"
        path.write_bytes(b" " * 100)
        skim = files._skimmed

        def grow(stream):
            with path.open("ab") as more:
                more.write(b"[]" * 100)
            return skim(stream)

        monkeypatch.setattr(files, "_skimmed", grow)
        found = find_submission(tmp_path, "ada", NAME)
        assert len(found.content) == 300
        assert found.notes == ("01_tiny.ipynb was changed while it was read; grade it again.",)

    def test_a_problem_of_the_files_is_that_of_the_prepared(self, lesson):
        made = prepare(Submission("ada", NAME, b"", "no notebook"), lesson)
        assert (made.cells, made.problem, made.student, made.lesson) == ((), "no notebook", "ada", NAME)


class TestReading:
    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "the file is empty"),
            (b"\0\0\n", "the file is empty"),
            (b"%PDF-1.4", "the file is not a notebook: it is a PDF"),
            (b"PK\x03\x04", "the file is not a notebook: it is a ZIP archive"),
            (b"\xff\xfe\x00", "the file is not a notebook: it is not valid JSON"),
            (b"[" * 100_000, "the file is not a notebook: it is not valid JSON"),
            (b"[]", "the file is not a notebook: it has no list of cells"),
            (b"{}", "the file is not a notebook: it has no list of cells"),
            (b'"cells"', "the file is not a notebook: it has no list of cells"),
            (b'{"cells": {}}', "the file is not a notebook: it has no list of cells"),
            (b'{"worksheets": {"cells": []}}', "the file is not a notebook: it has no list of cells"),
        ],
    )
    def test_what_is_no_notebook_is_a_problem(self, lesson, content, problem):
        made = prepared(lesson, content)
        assert made.problem.split(";")[0] == problem
        assert "hand in the .ipynb file that Jupyter saves" in made.problem
        assert made.cells == ()

    def test_a_notebook_without_cells_misses_every_exercise(self, lesson):
        made = prepared(lesson, b'{"cells": []}')
        assert made.problem == ""
        assert made.missing == {"double", "Scale", "colour"}
        assert [cell.id for cell in made.cells] == lesson_ids(lesson)
        assert [cell.id for cell in made.cells if cell.runs] == ["setup-1"]
        assert "The cell of `double` is missing from the notebook." in made.notes

    def test_a_source_may_be_a_list_and_odd_cells_are_passed_over(self):
        cells = [
            {"cell_type": "code", "source": ["a = 1\n", 5, "b = 2"], "id": "x"},
            {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "g"}}},
            {"cell_type": "code", "source": 5},
            {"cell_type": "heading", "source": "x"},
            {"source": "x"},
            {"cell_type": ["code"], "source": "x"},
            "text",
            None,
            {"cell_type": "raw", "source": "r", "metadata": {"nbgrader": {"grade_id": 7}}, "id": 8},
        ]
        read = read_notebook(json.dumps({"cells": cells}).encode()).cells
        assert [(c.source, c.cell_type, c.ids) for c in read] == [
            ("a = 1\nb = 2", "code", ("x",)),
            ("", "code", ("g",)),
            ("x", "markdown", ()),
            ("r", "raw", ()),
        ]

    def test_lone_surrogates_are_replaced(self):
        (cell,) = read_notebook(b'{"cells": [{"cell_type": "code", "source": "a = \'\\ud800\'"}]}').cells
        assert cell.source == "a = '?'"

    def test_a_cell_with_a_long_source_is_left_out(self):
        content = json.dumps({"cells": [{"cell_type": "code", "source": "x" * (MOST_SOURCE + 5)}]}).encode()
        read = read_notebook(content)
        assert read.cells == []
        assert read.notes[0] == "A cell of 200 kB was left out: 200 kB are read."


class TestCells:
    def test_a_finished_notebook_keeps_its_cells_in_order_and_has_no_notes(self, lesson, draft):
        made = prepared(lesson, draft().bytes())
        assert [cell.id for cell in made.cells] == lesson_ids(lesson)
        assert (made.notes, made.problem, made.missing) == ((), "", frozenset())
        assert [cell.id for cell in made.cells if cell.runs] == [
            *("setup-1", "exercise-double", "exercise-Scale", "question-colour")
        ]
        assert cell_of(made, "exercise-double").source == next(lesson.of_kind("exercise")).solved

    def test_cells_in_another_order_are_put_back_into_the_lesson_s(self, lesson, draft):
        mine = draft()
        mine.cells.reverse()
        assert [cell.id for cell in prepared(lesson, mine.bytes()).cells] == lesson_ids(lesson)

    def test_a_deleted_check_is_put_back(self, lesson, draft):
        made = prepared(lesson, draft().delete("check-double_values").bytes())
        assert [cell.id for cell in made.cells] == lesson_ids(lesson)
        assert cell_of(made, "check-double_values").source == 'check("double_values")'
        assert made.notes == ("The check `double_values` was deleted from the notebook, and put back.",)

    @pytest.mark.parametrize("change", [{"source": "2.0  # full marks"}, {"cell_type": "markdown"}])
    def test_an_edited_or_retyped_check_is_put_back(self, lesson, draft, change):
        mine = draft()
        mine.cell("check-double_values").update(change)
        made = prepared(lesson, mine.bytes())
        cell = cell_of(made, "check-double_values")
        assert (cell.source, cell.cell_type, cell.runs) == ('check("double_values")', "code", False)
        assert made.notes == ("The check `double_values` was changed in the notebook, and put back as it was.",)

    def test_an_edited_setup_cell_is_restored(self, lesson, draft):
        made = prepared(lesson, draft().put("setup-1", "check = print").bytes())
        cell = cell_of(made, "setup-1")
        assert "lab.open_lesson" in cell.source
        assert "check = print" not in cell.source
        assert cell.runs

    def test_an_edited_demonstration_runs_as_it_was_edited_and_an_untouched_one_does_not_run(self, lesson, draft):
        demo = next(lesson.of_kind("demo"))
        assert not cell_of(prepared(lesson, draft().bytes()), demo.id).runs
        edited = cell_of(prepared(lesson, draft().put(demo.id, "helper = 1").bytes()), demo.id)
        assert (edited.source, edited.runs) == ("helper = 1", True)

    def test_a_stub_beside_the_done_cell_does_not_count(self, lesson, draft):
        for before in (True, False):
            mine = draft()
            stub = json.loads(json.dumps(draft("student").cell("exercise-double"))) | {"id": "copied"}
            mine.cells.insert(mine.place("exercise-double") + (not before), stub)
            made = prepared(lesson, mine.bytes())
            assert "doubled = x + x" in cell_of(made, "exercise-double").source
            assert [cell.id for cell in made.cells] == lesson_ids(lesson)
            assert made.notes == ()

    def test_of_two_done_cells_the_last_is_graded_and_a_note_says_so(self, lesson, draft):
        mine = draft()
        again = json.loads(json.dumps(mine.cell("exercise-double"))) | {"id": "copied", "source": DONE}
        mine.cells.insert(mine.place("exercise-double") + 1, again)
        made = prepared(lesson, mine.bytes())
        assert cell_of(made, "exercise-double").source == DONE
        assert made.notes == (
            "There are 2 different cells of `double`; all are run in their order, so that the last definition counts.",
        )

    def test_an_exercise_in_a_cell_of_the_student_s_own_counts_where_its_own_is_gone(self, lesson, draft):
        mine = draft().delete("exercise-double").add(f"import math\n\n{DONE}")
        made = prepared(lesson, mine.bytes())
        assert cell_of(made, "exercise-double").source == f"import math\n\n{DONE}"
        assert made.missing == frozenset()

    def test_an_exercise_in_a_cell_of_the_student_s_own_after_the_stub_runs_after_it(self, lesson, draft):
        mine = draft("student").add(DONE)
        made = prepared(lesson, mine.bytes())
        ids = [cell.id for cell in made.cells]
        extra = made.cells[-1]
        assert (extra.kind, extra.source, extra.runs) == ("extra", DONE, True)
        assert ids.index(extra.id) > ids.index("exercise-double")

    def test_an_exercise_in_a_cell_of_the_student_s_own_before_the_stub_takes_its_place(self, lesson, draft):
        mine = draft("student")
        mine.add(DONE, at=mine.place("exercise-double"))
        made = prepared(lesson, mine.bytes())
        assert cell_of(made, "exercise-double").source == DONE
        assert made.notes == ()

    def test_a_missing_exercise_is_noted_and_nothing_runs_for_it(self, lesson, draft):
        made = prepared(lesson, draft().delete("exercise-Scale").bytes())
        cell = cell_of(made, "exercise-Scale")
        assert (cell.runs, cell.source) == (False, "# The cell of Scale is missing from the submission.\n")
        assert made.missing == {"Scale"}
        assert made.notes == ("The cell of `Scale` is missing from the notebook.",)

    def test_cells_of_the_student_s_own_stay_where_they_were(self, lesson, draft):
        mine = draft()
        mine.add("x = 5", at=0)
        mine.add("My notes.", at=mine.place("exercise-Scale"), cell_type="markdown")
        mine.add("  \n", at=mine.place("exercise-Scale"))
        mine.add("raw", cell_type="raw")
        made = prepared(lesson, mine.bytes())
        kinds = [cell.kind for cell in made.cells]
        assert kinds[0] == kinds[-1] == "extra"
        at = [cell.id for cell in made.cells].index("exercise-Scale")
        assert [(c.source, c.cell_type, c.runs) for c in made.cells[at - 2 : at]] == [
            ("My notes.", "markdown", False),
            ("  \n", "code", False),
        ]
        assert (made.cells[0].source, made.cells[0].runs) == ("x = 5", True)
        assert (made.cells[-1].cell_type, made.cells[-1].runs) == ("markdown", False)
        ids = [cell.id for cell in made.cells]
        assert len(set(ids)) == len(ids)

    def test_an_own_cell_that_takes_the_id_of_an_extra_does_not_clash(self, lesson, draft):
        mine = draft().add("a = 1", at=0)
        mine.cells[0]["id"] = "extra-1"
        ids = [cell.id for cell in prepared(lesson, mine.add("b = 1", at=1).bytes()).cells]
        assert len(set(ids)) == len(ids)

    def test_without_nbgrader_s_metadata_the_ids_of_the_cells_do(self, lesson, draft):
        mine = draft()
        for cell in mine.cells:
            cell["metadata"] = {}
        assert prepared(lesson, mine.bytes()) == prepared(lesson, draft().bytes())

    def test_without_the_ids_of_the_cells_nbgrader_s_metadata_does_for_what_it_marks(self, lesson, draft):
        mine = draft()
        for cell in mine.cells:
            del cell["id"]
        made = prepared(lesson, mine.bytes())
        assert "doubled = x + x" in cell_of(made, "exercise-double").source
        assert "colour = 'blue'" in cell_of(made, "question-colour").source  # found by what it answers
        assert made.missing == frozenset()

    def test_without_any_ids_an_exercise_is_found_by_what_its_cell_defines(self, lesson, draft):
        mine = draft()
        for cell in mine.cells:
            del cell["id"]
            cell["metadata"] = {}
        made = prepared(lesson, mine.bytes())
        assert "doubled = x + x" in cell_of(made, "exercise-double").source
        assert "self.slope" in cell_of(made, "exercise-Scale").source
        assert {cell.id for cell in made.cells if cell.kind != "extra"} == set(lesson_ids(lesson))

    def test_a_longer_name_is_not_taken_for_the_exercise(self, lesson, draft):
        mine = draft().delete("exercise-double").add("def double_all(xs):\n    return xs")
        assert prepared(lesson, mine.bytes()).missing == {"double"}


def test_a_notebook_of_a_million_cells_keeps_nobody_waiting(lesson):
    cells = b",".join([b'{"cell_type":"code","source":" 1"}'] * 100_000)
    made = prepare(Submission("ada", "01_tiny", b'{"cells":[' + cells + b"]}"), lesson)
    assert made.notes[-1] == "Of the 100000 cells of the student's own, 2000 were read."
    assert len(made.cells) < 3_000
