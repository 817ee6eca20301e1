"""The gradebook in PostgreSQL: a cluster of the test's own, restarted while a class is graded."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from nbgrader.api import Gradebook

from grader import postgres
from gradschool.grader import classroom, gradebook
from gradschool.grader.errors import ClassroomError
from gradschool.grader.gradebook import Book, _quiet
from gradschool.grader.session import grade_classroom

pytest.importorskip("psycopg")
PROGRAMS = postgres.programs()
pytestmark = pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres.Cluster]:
    assert PROGRAMS is not None
    with postgres.cluster(PROGRAMS) as made:
        yield made


@pytest.fixture
def moved(graded, cluster, tmp_path):
    """The classroom, with its gradebook in PostgreSQL, empty."""
    mine = graded.copy(tmp_path / "class")
    (mine.root / "gradebook.db").unlink()
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = {cluster.url!r}\n")
    classroom.init(mine.tiny.course(), mine.root, log=lambda line: None)
    return mine


def test_a_class_is_graded_into_postgresql_and_nbgrader_reads_it(moved, cluster, monkeypatch):
    first = moved.grade(feedback=True, force=True)
    assert {name: report.points for name, report in first.items()} == Book(moved.root).scores("01_tiny")
    assert {n: r.to_json() for n, r in first.items()} == {n: r.to_json() for n, r in moved.reports.items()}
    with _quiet(), Gradebook(cluster.url, "gradschool") as book:
        book.add_assignment("second")
        submission = book.find_submission("01_tiny", "squared")
        assert (submission.score, submission.max_score) == (6, 9)
        assert sorted(s.student_id for s in book.assignment_submissions("01_tiny")) == sorted(first)
        assert {d["id"]: d["score"] for d in book.student_dicts()} == {n: r.points for n, r in first.items()}
        book.remove_assignment("second")
    monkeypatch.setattr("gradschool.grader.executors.grade", None)  # nothing is graded again
    again = moved.grade()
    assert {n: r.to_json() for n, r in again.items()} == {n: r.to_json() for n, r in first.items()}


def test_a_restart_delays_a_run_and_loses_nothing(moved, cluster):
    restarted, said = [], []
    starter = threading.Timer(2, cluster.start)

    def tell(job, done, total):
        if done == 1 and not restarted:
            cluster.stop()
            restarted.append(True)
            starter.start()

    reports = moved.grade(force=True, workers=1, tell=tell, say=said.append)
    starter.join()
    assert restarted
    assert {n: r.to_json() for n, r in reports.items()} == {n: r.to_json() for n, r in moved.reports.items()}
    assert Book(moved.root).scores("01_tiny") == {n: r.points for n, r in reports.items()}
    assert len(said) >= 1
    assert said[0].startswith("waiting for the gradebook: ")


def test_a_gradebook_that_stays_away_is_named_without_its_password(graded, tmp_path, monkeypatch):
    mine = graded.copy(tmp_path / "class")
    monkeypatch.setattr(gradebook.Book, "patience", 0.5)
    with pytest.raises(ClassroomError) as raised:
        grade_classroom(mine.tiny.course(), mine.root, db=f"postgresql://ada:secret@/grades?host={tmp_path}")
    assert "secret" not in str(raised.value)
    assert str(raised.value).startswith("the gradebook postgresql+psycopg://ada:***@")
    assert "the same command goes on from here" in str(raised.value)
