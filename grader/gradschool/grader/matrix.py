"""The table of mistakes against checks: which exist, and how each is told from the others."""

from __future__ import annotations

from typing import Any

from gradschool.grader.authoring import Check
from gradschool.grader.course import Course
from gradschool.grader.lesson import Lesson
from gradschool.grader.reference import Reference
from gradschool.lab.judge import judge


def matrix(course: Course, lesson: Lesson, seed: int = 0) -> list[dict[str, Any]]:
    """Return a row for each mistake of each check of a lesson: what its check found, and what it was taken for."""
    reference = Reference(lesson)
    rows = []
    for check in lesson.checks.values():
        answers = reference.answers(check, seed)
        for variant, mistake in zip(check.mistakes, answers.mistakes, strict=True):
            verdict = judge(check.spec, answers, mistake.evidence, reveal=False)
            rows.append(
                {
                    "lesson": lesson.name,
                    "check": check.name,
                    "mistake": variant.text,
                    "state": verdict.state,
                    "points": verdict.points,
                    "max_points": verdict.max_points,
                    "named": verdict.mistake,
                    "right": verdict.state != "right" and verdict.mistake == variant.text,
                }
            )
    return rows


def readme(course: Course) -> str:
    """Return the page that lists the lessons, their checks and the mistakes that these know."""
    lines = [
        "# The lessons",
        "",
        "<!-- Built by `gradschool build` from the lessons and their checks: edit those, not this page. -->",
        "",
        "| lesson | builds | exercises, questions | checks | points | named mistakes | minutes | rests on | figures |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lessons = course.lessons()
    for lesson in lessons:
        builds = ", ".join(f"`{cell.name}`" for cell in lesson.of_kind("exercise"))
        mistakes = sum(len(check.mistakes) for check in lesson.checks.values())
        rests = ", ".join(lesson.rests_on) or "nothing"
        figures = ", ".join(f"[{name}](../figures/{name}.png)" for cell in lesson.cells for name in cell.figures)
        numbers = f"{len(lesson.exercises)} | {len(lesson.checks)} | {lesson.points:g} | {mistakes} | {lesson.minutes}"
        lines.append(
            f"| [{lesson.name}]({lesson.place}.md) {lesson.title} | {builds} | {numbers} | {rests} | {figures} |"
        )
    lines += [
        "",
        "Every mistake below fails its check, is named by it, and is taken for no other; `gradschool matrix` shows the",
        "same table with what each check found.",
    ]
    for lesson in lessons:
        lines += [
            "",
            f"## {lesson.name}: {lesson.title}",
            "",
            "| check | of | sort | points | mistakes it names |",
            "|---|---|---|---|---|",
        ]
        lines += [_row(lesson.checks[cell.name]) for cell in lesson.of_kind("check")]
    return "\n".join(lines) + "\n"


def _row(check: Check) -> str:
    spec = check.spec
    mistakes = "<br>".join(_cell(m.text) for m in check.mistakes)
    of = ", ".join(f"`{name}`" for name in spec.of)
    return f"| `{spec.name}` | {of} | {'question' if check.is_question else spec.sort} | {spec.points:g} | {mistakes} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
