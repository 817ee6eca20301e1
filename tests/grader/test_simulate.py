"""A made-up class: every kind of submission, every mistake, and the plan of what was planted."""

from __future__ import annotations

import json

import pytest

from gradschool.grader.planting import Planted, touched
from gradschool.grader.session import grade_classroom
from gradschool.grader.simulate import compare, read_plan, simulate, write_plan

KINDS = [
    "not attempted",
    "no notebook",
    "a syntax error",
    "an exception",
    "an infinite loop in a function",
    "an infinite loop in a cell",
    "a deleted check cell",
    "an edited check cell",
    "extra cells",
    "a cell twice",
    "right",
]


def files(root):
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("name", ["01_linear_regression", "02_dense"])
def test_a_class_of_24_has_every_kind_once_and_every_mistake_of_the_lesson(course, tmp_path, name):
    lesson = course.lesson(name)
    planted = simulate(tmp_path, [lesson], 24, 0)
    assert [plan.student for plan in planted] == [f"student{i:03d}" for i in range(1, 25)]
    kinds = [plan.kind for plan in planted]
    once = {*KINDS, *(f"right, {style.name}" for style in lesson.styles[:2])}
    if name == "02_dense":  # a class can hold two mistakes at once; a function of lesson 1 holds one
        once.add("two mistakes at once")
    assert {kind: kinds.count(kind) for kind in once} == dict.fromkeys(once, 1)
    assert set(kinds) - once == {"mistakes"}
    named = {(check.name, mistake.text) for check in lesson.checks.values() for mistake in check.mistakes}
    found = {(check, one) for plan in planted for check, both in plan.mistakes.items() for one in both.split("; and ")}
    assert found == named
    for plan in planted:
        assert (tmp_path / "submitted" / plan.student / name / f"{name}.ipynb").exists()
        assert set(plan.mistakes) | set(plan.states) <= set(lesson.checks)
        assert not set(plan.mistakes) & set(plan.states)
        if plan.kind.startswith("right"):
            assert plan.states == dict.fromkeys(lesson.checks, "right")
    assert read_plan(tmp_path) == planted


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_class(built, tmp_path):
    for folder, seed in (("a", 5), ("b", 5), ("c", 6)):
        (tmp_path / folder).mkdir()
        simulate(tmp_path / folder, [built.lesson()], 16, seed)
    a, b, c = (files(tmp_path / folder) for folder in "abc")
    assert a == b
    assert a.keys() == c.keys()
    assert a["simulated.json"] != c["simulated.json"]


def test_a_class_smaller_than_the_kinds_is_cut(built, tmp_path):
    planted = simulate(tmp_path, [built.lesson()], 3, 0)
    assert len(planted) == 3
    assert {plan.kind for plan in planted} <= {"not attempted", "no notebook", "two mistakes at once", "mistakes"}


def test_grading_a_simulated_class_finds_what_was_planted(graded, fast, tmp_path):
    mine = graded.copy(tmp_path / "class")
    names = {p.name for p in (mine.root / "submitted").iterdir()}
    planted = simulate(mine.root, [mine.tiny.lesson()], 18, 1)
    limits = type(fast)(cell_seconds=1.0, check_seconds=1.0, seconds=30.0)
    students = [plan.student for plan in planted]
    assert not names & set(students)
    reports = grade_classroom(mine.tiny.course(), mine.root, students=students, limits=limits)
    found, total, missed = compare(read_plan(mine.root), [report.to_json() for report in reports])
    assert missed == []
    assert found == total > 40


def test_the_plan_is_read_back_as_it_was_written(tmp_path):
    planted = [Planted("ada", "01_tiny", "mistakes", {"a": "ü"}, {"b": "right"}), Planted("bob", "01_tiny", "right")]
    assert read_plan(tmp_path) == []
    write_plan(tmp_path, planted)
    assert read_plan(tmp_path) == planted
    assert json.loads((tmp_path / "simulated.json").read_text())[1] == {
        "student": "bob",
        "lesson": "01_tiny",
        "kind": "right",
        "mistakes": {},
        "states": {},
    }


def test_compare_counts_what_was_found_and_names_what_was_missed():
    planted = [
        Planted("ada", "01_tiny", "mistakes", {"a": "wrong sign", "b": "too much"}, {"c": "right"}),
        Planted("bob", "01_tiny", "mistakes", {"a": "wrong sign"}),
        Planted("zoe", "02_tiny", "mistakes", {"a": "is not graded"}),
    ]
    checks = [
        {"name": "a", "mistake": "wrong sign", "state": "wrong"},
        {"name": "b", "mistake": None, "state": "partly"},
        {"name": "c", "mistake": None, "state": "error"},
    ]
    reports = [{"student": s, "lesson": "01_tiny", "checks": checks} for s in ("ada", "bob", "zoe")]
    assert compare(planted, reports) == (
        2,
        4,
        [
            "ada 01_tiny b: planted 'too much', found None",
            "ada 01_tiny c: planted 'right', found 'error'",
        ],
    )


def test_what_an_overlay_touches_are_functions_and_the_methods_of_classes():
    class Dense:
        rate = 1

        def forward(self): ...

        def backward(self): ...

    class Empty: ...

    assert touched({"Dense": Dense, "predict": len}) == {"Dense.forward", "Dense.backward", "predict"}
    assert touched({"Empty": Empty}) == {"Empty"}
