"""Digests: they change with what a grade depends on, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradschool.grader import digests
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.submission import Submission


def test_the_digest_of_a_lesson_is_the_same_wherever_the_course_stands(built, tiny):
    course = built.course()
    assert digests.lesson_digest(course, course.lessons()[0]) == digests.lesson_digest(tiny.course(), tiny.lesson())


@pytest.mark.parametrize("part", ["text", "checks", "module", "public", "lab"])
def test_it_changes_with_each_of_its_parts(built, tiny, part):
    path, old, new = {
        "text": (tiny.text, "Some text.", "Some words."),
        "checks": (tiny.checks, "Twice, not once.", "Twice!"),
        "module": (tiny.module, "half of x", "a half of x"),
        "public": (tiny.folder / "public.npz", "", ""),
        "lab": (tiny.root / "lessons/gradschool/lab/judge.py", "Judge what", "Judge all that"),
    }[part]
    if part == "public":
        path.write_bytes(path.read_bytes() + b" ")
    else:
        tiny.change(path, old, new)
    assert digests.lesson_digest(tiny.course(), tiny.lesson()) != digests.lesson_digest(built.course(), built.lesson())


def test_styles_and_figures_do_not_change_it(built, tiny):
    tiny.change(tiny.styles, "Right answers", "Answers")
    tiny.figure.with_suffix(".png").write_bytes(b"another picture")
    assert digests.lesson_digest(tiny.course(), tiny.lesson()) == digests.lesson_digest(built.course(), built.lesson())


def test_the_digest_of_a_run_changes_with_seed_limits_and_isolation(built):
    course = built.course()
    lesson = course.lessons()[0]
    ways = [(1, Limits(), "a"), (2, Limits(), "a"), (1, Limits(seconds=9.0), "a"), (1, Limits(), "b")]
    assert len({digests.run_digest(course, lesson, *way) for way in ways}) == 4


def test_the_digest_of_a_submission_changes_with_whose_it_is_and_what_it_holds():
    made = [("ada", b"1", ""), ("bob", b"1", ""), ("ada", b"2", ""), ("ada", b"", "a link"), ("ada", b"", "a pipe")]
    found = {digests.submission_digest("r", Submission(who, "01_tiny", what, why)) for who, what, why in made}
    assert len(found) == 5
    assert digests.submission_digest("r", Submission("\udcff", "01_tiny", b"")) not in found


def test_the_modules_that_only_carry_exist():
    here = Path(digests.__file__).parent
    assert {name for name in digests.CARRIES if not (here / f"{name}.py").exists()} == set()
