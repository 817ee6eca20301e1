"""The command line: help, output and the status that each command returns."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gradschool.grader import cli
from gradschool.grader.errors import Interrupted
from gradschool.grader.sandbox.limits import Limits

COMMANDS = [
    [],
    ["build"],
    ["run"],
    ["figures"],
    ["matrix"],
    ["release"],
    ["classroom"],
    ["classroom", "init"],
    ["classroom", "simulate"],
    ["grade"],
    ["mistakes"],
    ["export"],
    ["demo"],
    ["assemble"],
]


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs the program as its script does, and returns its status and output."""

    def main(*arguments, folder=None):
        if folder is not None:
            monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["gradschool", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return main


def words(text):
    """Return the text with its lines joined, as the width of the terminal may break it anywhere."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_a_help_that_says_what_it_does(command):
    result = CliRunner().invoke(cli.app, [*command, "--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    assert f"Usage: root {' '.join(command)}".strip() in words(result.output)
    assert re.search(r"\.( |$)", words(result.output))


def test_every_command_is_among_those_tested():
    names = {command.callback.__name__ for command in cli.app.registered_commands}
    assert names == {"build", "figures", "matrix", "release", "grade", "mistakes", "export", "demo", "assemble", "run"}
    assert {c.name for c in cli.classroom.registered_commands} == {"init", "simulate"}


def test_the_grader_starts_without_the_parsers_that_jsonschema_would_make():
    """To import them takes seconds; jsonschema, which nbformat imports, does without them."""
    program = "import gradschool.grader.grade, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"nbformat", "jsonschema"} <= set(done.stdout.split())
    assert "lark" not in done.stdout.split()


def test_an_unknown_command_or_option_has_status_2(run, tmp_path):
    assert run("teach")[0] == 2
    assert run("build", "--chek")[0] == 2
    assert run("grade")[0] == 2
    assert run("classroom", "simulate", tmp_path, "--students", 0)[0] == 2


def test_an_unknown_lesson_has_status_1(run, built):
    code, out, err = run("matrix", "7", folder=built.root)
    assert (code, out) == (1, "")
    assert words(err) == "gradschool: no lesson is called '7'; there are 01_tiny "


def test_a_lesson_that_is_not_in_order_has_status_3(run, tiny):
    tiny.change(tiny.text, "points: 9", "points: 10")
    code, _, err = run("build", folder=tiny.root)
    assert code == 3
    assert "the checks are worth 9 points, and the front matter says 10" in words(err)
    assert "Traceback" not in err


def test_a_stale_file_has_status_4_and_is_named(run, tiny):
    tiny.change(tiny.text, "minutes: 10", "minutes: 20")
    code, _, err = run("build", "--check", folder=tiny.root)
    assert code == 4
    assert words(err) == (
        "gradschool: stale, run `gradschool build` (or `make figures` for a picture): lessons/README.md "
    )


@pytest.mark.parametrize("command", [["grade"], ["classroom", "simulate"]])
def test_a_folder_that_is_no_classroom_has_status_5(run, built, tmp_path, command):
    code, _, err = run(*command, tmp_path, folder=built.root)
    assert code == 5
    assert "is no classroom: it has no nbgrader_config.py; `gradschool classroom init` makes one" in words(err)


def test_a_library_is_not_assembled_in_a_folder_with_other_files(run, built, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    code, _, err = run("assemble", tmp_path, "--to", tmp_path, "--isolation", "limits", folder=built.root)
    assert code == 5
    assert "holds other files; give a new folder" in words(err)


def test_a_classroom_is_not_made_in_a_folder_with_other_files(run, built, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    for command in (["classroom", "init"], ["demo"]):
        code, _, err = run(*command, tmp_path, folder=built.root)
        assert code == 5
        assert "holds other files and no classroom; give a new folder" in words(err)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_fresh_files_are_counted(run, built):
    assert run("build", "--check", folder=built.root) == (0, "5 built files match their sources\n", "")
    assert run("build", "--check", "--quiet", folder=built.folder) == (0, "", "")


def test_figures_are_drawn_by_name(run, tiny):
    tiny.figure.with_suffix(".png").unlink()
    assert run("figures", "line", folder=tiny.root) == (0, "figures/line.png\n", "")
    assert tiny.figure.with_suffix(".png").exists()
    assert run("figures", "curve", folder=tiny.root)[0] == 3


def test_the_matrix_as_json_has_a_row_for_each_mistake_all_right(run, built):
    code, out, err = run("matrix", "--json", "--seed", 3, folder=built.root)
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert len(rows) == 6
    assert all(row["right"] for row in rows)
    assert set(rows[0]) == {"lesson", "check", "mistake", "state", "points", "max_points", "named", "right"}


def test_the_matrix_as_a_table_fails_where_a_mistake_is_not_named(run, tiny, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    code, out, _ = run("matrix", folder=tiny.root)
    assert code == 0
    assert "x is squared, not doubled" in out
    tiny.change(tiny.checks, "return x * x", "return x + x")
    code, out, _ = run("matrix", folder=tiny.root)
    assert code == 1
    assert "no: None" in out


def test_a_release_is_written_for_each_lesson_and_named(run, built, tmp_path):
    code, out, _ = run("release", tmp_path / "out", folder=built.root)
    assert (code, words(out)) == (0, f"{tmp_path}/out/01_tiny ")
    assert (tmp_path / "out/01_tiny/01_tiny.ipynb").exists()


@pytest.fixture
def classroom(graded, monkeypatch):
    """Return the classroom, and keep what a grading would run from running: the reports are those of the fixture."""
    asked = {}

    def grade_classroom(course, root, lessons, students, **options):
        asked.update(options, root=root, lessons=lessons, students=students)
        options["tell"]("grading 01_tiny", 0, 5)
        options["tell"]("grading 01_tiny", 5, 5)
        return list(graded.reports.values())

    monkeypatch.setattr("gradschool.grader.session.grade_classroom", grade_classroom)
    return graded, asked


def test_grading_prints_a_table_of_points_and_diagnoses(run, classroom):
    graded, asked = classroom
    code, out, _ = run("grade", graded.root, folder=graded.tiny.root)
    assert code == 0
    assert "01_tiny" in out
    line = next(line for line in out.splitlines() if "squared" in line)
    assert [part.strip() for part in line.split("│")[1:-1]] == [
        "squared",
        "6 / 9",
        "3 / 5",
        "double_values: x is squared, not doubled",
    ]
    assert "all right" in out
    assert "nothing was attempted" in out
    assert (asked["workers"], asked["limits"], asked["feedback"]) == (0, Limits(), False)


def test_the_options_of_grading_reach_the_session(run, classroom):
    graded, asked = classroom
    run(
        *("grade", graded.root, "--lesson", "1", "--student", "right", "--student", "stub", "--workers", 3),
        *("--cell-seconds", 2, "--check-seconds", 4, "--feedback", "--force"),
        *("--db", "sqlite:///other.db", "--log", "there.log"),
        folder=graded.tiny.root,
    )
    assert (asked["lessons"], asked["students"], asked["workers"]) == (["1"], ["right", "stub"], 3)
    assert (asked["limits"].cell_seconds, asked["limits"].check_seconds) == (2, 4)
    assert (asked["feedback"], asked["force"], asked["db"]) == (True, True, "sqlite:///other.db")
    assert asked["log"] == Path("there.log")


def test_reports_as_json_are_all_that_is_printed(run, classroom):
    graded, _ = classroom
    code, out, err = run("grade", graded.root, "--json", folder=graded.tiny.root)
    assert (code, err) == (0, "")
    reports = json.loads(out)
    assert reports == [report.to_json() for report in graded.reports.values()]
    assert set(reports[0]) == {"student", "lesson", "points", "max_points", "checks"}
    assert set(reports[0]["checks"][0]) == {"name", "points", "max_points", "state", "mistake", "message", "rests_on"}


def test_what_could_not_be_graded_is_named_at_the_end_with_the_reason(run, classroom):
    graded, _ = classroom
    code, out, _ = run("grade", graded.root, folder=graded.tiny.root)
    assert code == 0
    end = out[out.index("2 of 5 submissions could not be graded, or not all of them:") :]
    assert "  01_tiny leaver: it stopped in the cell exercise-Scale" in end
    assert "  01_tiny unreadable: the file is not a notebook: it is " in end
    assert "squared" not in end


def test_a_failure_of_the_grader_itself_has_status_1(run, classroom, monkeypatch):
    graded, _ = classroom
    failed = replace(graded.reports["stub"], failed=True, trouble="the grader failed on it: a bug")
    monkeypatch.setattr("gradschool.grader.session.grade_classroom", lambda *_, **__: [failed])
    code, out, _ = run("grade", graded.root, folder=graded.tiny.root)
    assert code == 1
    assert "01_tiny stub: the grader failed on it: a bug" in out


def test_an_interrupted_run_has_status_130_and_says_how_to_go_on(run, graded, monkeypatch):
    def grade_classroom(*_, **__):
        raise Interrupted("interrupted: 1 of 5 submissions are graded and recorded; the same command goes on")

    monkeypatch.setattr("gradschool.grader.session.grade_classroom", grade_classroom)
    code, _, err = run("grade", graded.root, folder=graded.tiny.root)
    assert code == 130
    assert words(err).startswith("gradschool: interrupted: 1 of 5 submissions are graded and recorded; ")


def test_the_grades_are_exported_and_counted(run, graded, tmp_path):
    to = tmp_path / "grades.csv"
    code, out, _ = run("export", graded.root, "--to", to, "--lesson", "1", folder=graded.tiny.root)
    assert (code, words(out)) == (0, f"5 rows are in {to} ")
    assert len(to.read_text().splitlines()) == 6
    code, out, _ = run("export", graded.root, "--to", to.with_suffix(".json"), "--by-student", folder=graded.tiny.root)
    assert {r["student_id"]: r["01_tiny"] for r in json.loads(to.with_suffix(".json").read_text())} == {
        name: report.points for name, report in graded.reports.items()
    }


def test_a_student_without_a_submission_has_status_5(run, graded):
    code, _, err = run("grade", graded.root, "--student", "zoe", folder=graded.tiny.root)
    assert code == 5
    assert "there is no submission of 01_tiny by zoe" in words(err)


def test_simulating_says_how_many_submissions_and_mistakes(run, graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    code, out, _ = run("classroom", "simulate", mine.root, "--students", 3, "--seed", 4, folder=mine.tiny.root)
    assert code == 0
    assert re.fullmatch(r"3 submissions with \d+ planted mistakes are in \S+/class/submitted ", words(out))
    assert len(list((mine.root / "submitted").glob("student*"))) == 3


def test_a_classroom_is_brought_up_to_date(run, graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    code, out, _ = run("classroom", "init", mine.root, "--lesson", "tiny", folder=mine.tiny.root)
    assert (code, out) == (0, "01_tiny: source/ and release/ are ready\n")


def test_a_path_below_this_folder_is_shown_relative_to_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(cli.here(tmp_path / "a")) == "a"
    assert cli.here(tmp_path.parent) == tmp_path.parent
