"""The course: where it is found, how lessons are named, and which modules a lesson's students have."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradschool.grader.course import Course
from gradschool.grader.errors import GradschoolError


def test_a_course_is_found_from_a_folder_below_its_root(built):
    assert Course.find(built.folder).root == built.root
    assert Course.find(built.root).root == built.root


def test_outside_a_course_the_one_of_this_program_is_found(tmp_path, course):
    assert Course.find(tmp_path).root == course.root


def test_where_no_course_is_anywhere_it_says_how_to_name_one(tmp_path, monkeypatch):
    monkeypatch.setattr("gradschool.grader.course.LIBRARY", Path("nowhere"))
    with pytest.raises(GradschoolError) as raised:
        Course.find(tmp_path)
    assert str(raised.value).startswith(f"no course in {tmp_path} or above it: run this in a checkout of Gradschool")


def test_the_lessons_are_in_order(course):
    assert course.names[:2] == ("01_linear_regression", "02_dense")
    assert [name[:3] for name in course.names[:11]] == [f"{number:02}_" for number in range(1, 12)]
    assert [name[:5] for name in course.names[11:]] == [f"12_{number}_" for number in range(1, 6)]
    assert [lesson.name for lesson in course.lessons()] == list(course.names)
    assert [lesson.name for lesson in course.lessons(["2"])] == ["02_dense"]


@pytest.mark.parametrize("name", ["02_dense", "2", "02", "dense"])
def test_a_lesson_is_named_in_full_or_by_its_number_or_by_a_part(course, name):
    assert course.resolve(name) == "02_dense"
    assert course.lesson(name) is course.lesson("02_dense")


@pytest.mark.parametrize("name", ["99", "attention", "0"])
def test_a_lesson_that_does_not_exist_is_refused_with_those_that_do(course, name):
    with pytest.raises(GradschoolError) as raised:
        course.lesson(name)
    assert str(raised.value) == f"no lesson is called {name!r}; there are {', '.join(course.names)}"


def test_the_number_of_the_projects_names_them_all(course):
    assert [lesson.name for lesson in course.lessons(["12", "1"])] == [*course.names[11:], course.names[0]]
    assert [lesson.is_project for lesson in course.lessons(["12", "1"])] == [True] * 5 + [False]
    assert course.lesson("12_5").place == "12_projects/12_5_characters/12_5_characters"


def test_a_package_that_is_given_stands_for_all_of_it_but_what_is_built_now_or_later(course):
    modules = course.modules(course.lesson("12_1"))
    assert {"gradschool.nn.layers.lstm", "gradschool.nn.keras.layers.core", "gradschool.nn.training.fit"} <= set(
        modules
    )
    later = {module for lesson in course.lessons(["12"]) for module in lesson.builds}
    assert not later & set(modules)
    assert set(course.lesson("12_1").builds) < set(course.modules(course.lesson("12_2")))


def test_a_part_that_several_lessons_have_is_refused(course):
    with pytest.raises(GradschoolError, match=r"^no lesson is called 'e'; there are "):
        course.resolve("e")


def test_a_student_has_the_types_what_is_given_and_what_earlier_lessons_built(course):
    first, second, third, *_ = course.lessons()
    assert course.modules(first) == ["gradschool.nn.types"]
    assert set(first.builds) == {"gradschool.nn.linear_regression", "gradschool.nn.penalties"}
    modules = course.modules(second)
    assert set(modules) == {"gradschool.nn.types", *first.builds, *second.gives}
    assert len(modules) == len(set(modules))
    assert not set(modules) & set(second.builds)
    assert set(course.modules(third)) == {*modules, *second.builds, *third.gives}
