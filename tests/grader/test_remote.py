"""What a worker of a cluster does, without a cluster."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gradschool.grader import remote
from gradschool.grader.errors import IsolationError
from gradschool.grader.executors import Graded
from gradschool.grader.grade import grade
from gradschool.grader.submission import Submission
from gradschool.grader.wire import pack, unpack


@pytest.fixture(autouse=True)
def fresh(monkeypatch, built):
    """A worker that was started just now, in the folder of the tiny course."""
    monkeypatch.chdir(built.root)
    for each in (remote._open, remote._sandbox, remote._as_loaded):
        each.cache_clear()
    yield
    remote._open.cache_clear()


@pytest.fixture
def class_of_five(draft):
    odd = draft().add("print('\ud800 \x00 <b>')").add("\ud800", cell_type="markdown")
    return [
        draft().submission("right"),
        draft("student").submission("stub"),
        draft().put("exercise-double", "def double(x):\n    return x * x\n").submission("squared"),
        Submission("\udcff", "01_tiny", b"", "the folder holds no notebook", ("A note.",)),
        odd.delete("exercise-Scale").submission("odd"),
    ]


def test_a_report_comes_out_of_a_parcel_as_it_went_in_but_for_the_evidence(class_of_five, key, fast):
    for submission in class_of_five:
        graded = Graded(grade(submission, key, limits=fast), 1.25, "limits")
        report = graded.report
        found = unpack(pack(graded))
        assert found == replace(graded, report=replace(report, executed=replace(report.executed, evidence={})))
        assert found.report.to_json() == report.to_json()
        assert (found.report.diagnosis, found.report.points) == (report.diagnosis, report.points)


def test_threads_of_a_worker_grade_as_this_machine_does(built, class_of_five, lesson, key, fast):
    asked = remote.job(built.course(), lesson, 12345, fast, "limits")

    def there(submission):
        return unpack(remote.work(asked, *remote.message(submission)))

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(there, class_of_five))
    here = [grade(submission, key, limits=fast) for submission in class_of_five]
    assert [each.report.to_json() for each in found] == [report.to_json() for report in here]
    assert {each.isolation for each in found} == {"limits: limits"}


def test_what_is_sent_names_no_folder_of_the_classroom_and_no_answer(graded, lesson, fast):
    asked = remote.job(graded.tiny.course(), lesson, 7, fast, "auto")
    assert set(json.loads(asked)) == {"lesson", "digest", "grader", "version", "seed", "limits", "isolation"}
    assert str(graded.root) not in asked
    about, content = remote.message(Submission("ada", "01_tiny", b"{}"))
    assert json.loads(about) == {"student": "ada", "problem": "", "notes": []}
    assert content == b"{}"


def refusal(asked):
    return json.loads(remote.work(asked, *remote.message(Submission("ada", "01_tiny", b""))))["refusal"]


def test_another_version_of_the_lesson_is_refused_and_both_are_named(tiny, fast):
    tiny.change(tiny.checks, "What should become of 3?", "What should become of 4?")
    asked = remote.job(tiny.course(), tiny.lesson(), 7, fast, "limits")
    said = refusal(asked)
    assert said.startswith("it has another version of the course; update it and start it again. There: 01_tiny ")
    assert f"Here: 01_tiny {json.loads(asked)['digest'][:12]}, grader " in said
    assert said.count("NumPy") == 2


def test_a_lesson_that_it_does_not_have_is_refused(built, lesson, fast):
    asked = remote.job(built.course(), lesson, 7, fast, "limits").replace('"01_tiny"', '"02_new"')
    assert "There: 02_new unknown, " in refusal(asked)


def test_a_course_that_changed_under_a_worker_is_refused_until_it_is_started_again(tiny, fast, monkeypatch):
    monkeypatch.chdir(tiny.root)
    remote.examine("limits")
    tiny.change(tiny.module, "half of x", "a half of x")
    asked = remote.job(tiny.course(), tiny.lesson(), 7, fast, "limits")
    assert refusal(asked) == "the course has changed since it was started; start it again"
    remote._as_loaded.cache_clear()
    assert b'"refusal"' not in remote.work(asked, *remote.message(Submission("ada", "01_tiny", b"")))


def test_a_machine_without_a_sandbox_says_so(monkeypatch, built, lesson, fast):
    def choose(wanted):
        raise IsolationError("this machine has no sandbox")

    monkeypatch.setattr(remote, "choose", choose)
    found = json.loads(remote.examine("auto"))
    assert (found["refusal"], found["kind"]) == ("this machine has no sandbox", "isolation")
    assert refusal(remote.job(built.course(), lesson, 7, fast, "auto")) == "this machine has no sandbox"


def test_a_failure_of_the_grader_is_told_after_a_second_try(monkeypatch, built, lesson, fast):
    tries = []

    def failing(*_, **__):
        tries.append(1)
        raise RuntimeError("a bug")

    monkeypatch.setattr("gradschool.grader.executors.grade", failing)
    asked = remote.job(built.course(), lesson, 7, fast, "limits")
    answer = remote.work(asked, *remote.message(Submission("ada", "01_tiny", b"")))
    assert json.loads(answer) == {"failure": "RuntimeError: a bug"}
    assert len(tries) == 2


def test_few_keys_are_kept_and_the_folder_of_one_that_is_in_use_stays(built, lesson, fast):
    about = json.loads(remote.job(built.course(), lesson, 0, fast, "limits"))
    what = about["lesson"], about["digest"], about["grader"]
    first = remote._open(*what, 0, "")
    folder = first.key.task.root
    folders = [remote._open(*what, seed, "").key.task.root for seed in range(1, remote.MOST_KEYS + 2)]
    assert folder.exists()
    del first
    assert not folder.exists()
    assert [each.exists() for each in folders] == [False] + [True] * remote.MOST_KEYS
