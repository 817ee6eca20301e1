"""What the class gets wrong, counted from what was kept of the reports."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest
from grader.conftest import SQUARED
from rich.console import Console

from gradschool.grader import cli
from gradschool.grader.gradebook import Book
from gradschool.grader.mistakes import COLUMNS, UNNAMED, Row, count
from gradschool.grader.summary import Summary, failure
from gradschool.lab.evidence import Evidence, Fault
from gradschool.lab.judge import Answers, judge
from gradschool.lab.spec import Spec

SQUARE = "x is squared, not doubled"


def found(name, state="right", mistake=None, rests_on="", message=""):
    """Return what a check found, as JSON has it."""
    return {"name": name, "state": state, "mistake": mistake, "rests_on": rests_on, "message": message}


def summary(student, *checks, lesson="01_tiny"):
    """Return the summary of a submission with these checks."""
    return Summary(student, lesson, 0.0, 9.0, "", text=json.dumps({"checks": list(checks)}))


def test_the_class_of_the_tests_is_counted_by_hand(graded):
    rows = {(row.check, row.words): (row.who, row.of) for row in Book(graded.root).mistakes()}
    assert rows["double_values", SQUARE] == (("squared",), 4)
    assert rows["colour", "not attempted"][0] == ("stub",)
    assert all("unreadable" not in who and "right" not in who for who, _ in rows.values())


def test_the_most_frequent_comes_first_and_the_named_before_the_others():
    rows = count(
        [
            summary("cleo", found("a", "wrong"), found("b", "error"), found("c", "wrong", "m")),
            summary("ada", found("a", "partly"), found("b"), found("c", "partly", "m")),
            summary("bob", found("a"), found("b", "timeout"), found("c", "wrong", "n")),
            summary("ada", found("z", "not attempted"), lesson="00_first"),
        ]
    )
    assert rows == [
        Row("00_first", "z", "not attempted", None, ("ada",), 1),
        Row("01_tiny", "c", "wrong", "m", ("ada", "cleo"), 3),
        Row("01_tiny", "a", "wrong", None, ("ada", "cleo"), 3),
        Row("01_tiny", "c", "wrong", "n", ("bob",), 3),
        Row("01_tiny", "b", "timeout", None, ("bob",), 3),
        Row("01_tiny", "b", "error", None, ("cleo",), 3),
    ]
    assert [row.words for row in rows[1:3]] == ["m", UNNAMED]
    assert rows[1].share == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (
            "ValueError: operands could not be broadcast together with shapes (5,3) (5,)",
            "two shapes do not fit: one has an axis less",
        ),
        ("TypeError: unsupported operand type(s) for *: 'NoneType' and 'float'", "something is None"),
        ("NameError: name 'dW' is not defined", "NameError"),
        ("ZeroDivisionError", "ZeroDivisionError"),
        ("Nonsense: <b>look</b>", None),
        ("print: it is a function", None),
        ("int: it is a type", None),
    ],
)
def test_errors_are_counted_by_their_kind(raised, kind):
    fault = Fault("error", raised, "line 3 of its cell, in `f`: x = NoneType")
    spec, answers = Spec("a", ("f",), "", 1, "value", ""), Answers([{}], [Evidence()], [])
    message = judge(spec, answers, [Evidence(fault=fault)], reveal=False).message
    (row,) = count([summary(who, found("a", "error", message=message)) for who in ("ada", "bob")])
    assert (row.who, row.state, row.mistake, row.error) == (("ada", "bob"), "error", None, kind)
    assert row.words == (f"stopped by an error: {kind}" if kind else "stopped by an error")
    assert row.record()["error"] == kind


def test_errors_of_two_kinds_are_two_rows():
    messages = {
        "ada": "Your code raised NameError: x.",
        "bob": "the cell of `f` did not run: SyntaxError: incomplete input (line 5: return ((). Hint: See NoneType.",
        "cleo": "y was killed.",
    }
    rows = count([summary(who, found("a", "error", message=message)) for who, message in messages.items()])
    assert {row.who: row.error for row in rows} == {("ada",): "NameError", ("bob",): "SyntaxError", ("cleo",): None}


def test_two_mistakes_at_once_are_counted_each():
    rows = count([summary("ada", found("a", "wrong", "m; and n"))])
    assert [(row.mistake, row.who) for row in rows] == [("m", ("ada",)), ("n", ("ada",))]


def test_what_follows_from_an_earlier_check_and_what_could_not_be_read_is_not_counted():
    rows = count(
        [
            summary("ada", found("a", "wrong"), found("b", "error", rests_on="a")),
            failure("bob", "01_tiny", 9.0, "it is a PDF"),
        ]
    )
    assert [(row.check, row.who, row.of) for row in rows] == [("a", ("ada",), 1)]


def test_a_failure_that_follows_from_another_says_so_in_the_report(graded, tmp_path, draft, submit):
    mine = graded.copy(tmp_path / "class")
    added = "def double(x):\n    return x + 3\n"
    submit(mine.root, "added", draft().put("exercise-double", added).bytes())
    checks = {check["name"]: check for check in mine.grade(students=["added"])["added"].checks}
    assert (checks["double_values"]["mistake"], checks["double_values"]["rests_on"]) == (None, "")
    assert checks["double_outcome"]["rests_on"] == "double_values"
    rows = [row.check for row in Book(mine.root).mistakes() if "added" in row.who]
    assert rows == ["double_values"]


def test_a_submission_that_nbgrader_s_gradebook_no_longer_has_is_not_counted(graded, tmp_path, submit, draft):
    mine = graded.copy(tmp_path / "class")
    program = [sys.executable, "-m", "nbgrader", "db", "student", "remove", "squared", "--force"]
    subprocess.run(program, cwd=mine.root, check=True, capture_output=True, timeout=120)
    assert all("squared" not in row.who for row in Book(mine.root).mistakes())
    submit(mine.root, "another", draft().put("exercise-double", SQUARED).bytes())
    mine.grade(students=["another"])
    assert ("another",) in [row.who for row in Book(mine.root).mistakes() if row.mistake == SQUARE]


def test_the_command_prints_the_table_or_writes_it(graded, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(graded.tiny.root)
    monkeypatch.setattr(cli, "console", lambda: Console(width=120))

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["gradschool", "mistakes", str(graded.root), *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().out

    code, out = run("--most", 1, "--lesson", "tiny")
    assert code == 0
    assert "what the class gets wrong in 01_tiny" in out
    assert "more: gradschool mistakes" in out
    code, out = run()
    line = next(line for line in out.splitlines() if SQUARE in line)
    assert "1 / 4" in line
    assert "25%" in line
    records = json.loads(run("--json")[1])
    assert {tuple(record) for record in records} == {COLUMNS}
    assert run("--to", tmp_path / "m.csv") == (0, f"{len(records)} rows are in {tmp_path}/m.csv\n")
    with (tmp_path / "m.csv").open(newline="") as file:
        assert [row["who"] for row in csv.DictReader(file)] == [record["who"] for record in records]


def test_where_nothing_is_wrong_the_file_has_a_head_and_no_rows(graded, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(graded.tiny.root)
    monkeypatch.setattr(Book, "mistakes", lambda book, lessons: [])
    monkeypatch.setattr("sys.argv", ["gradschool", "mistakes", str(graded.root), "--to", str(tmp_path / "m.csv")])
    with pytest.raises(SystemExit):
        cli.main()
    assert (tmp_path / "m.csv").read_text().strip() == ",".join(COLUMNS)
    monkeypatch.setattr("sys.argv", ["gradschool", "mistakes", str(graded.root)])
    with pytest.raises(SystemExit):
        cli.main()
    assert "nothing is wrong in what was graded so far" in capsys.readouterr().out
