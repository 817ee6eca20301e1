"""The exceptions, and the status that each ends the program with."""

import re

import pytest

from gradschool.grader import errors


@pytest.mark.parametrize(
    ("name", "code"),
    [("GradschoolError", 1), ("LessonError", 3), ("StaleError", 4), ("ClassroomError", 5), ("Interrupted", 130)],
)
def test_each_error_has_the_status_that_the_module_s_table_gives(name, code):
    error = getattr(errors, name)
    assert error.exit_code == code
    assert f"{name} " in errors.__doc__
    assert f" {code}" in next(line for line in errors.__doc__.splitlines() if f"{name} " in line)


def test_every_error_of_the_module_is_one_of_the_program_s():
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    assert {error.__name__ for error in found} == set(re.findall(r"\w+Error\b|Interrupted", errors.__doc__))
    assert all(issubclass(error, errors.GradschoolError) for error in found)
