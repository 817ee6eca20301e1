"""A made-up class: submissions of every kind that a grader meets, and what each should get.

The plan is written to `simulated.json` beside `submitted/`, so that a grading can be compared with what was planted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from gradschool.grader.lesson import Lesson
from gradschool.grader.planting import Planted, make_class

PLAN = "simulated.json"


def simulate(root: Path, lessons: Iterable[Lesson], students: int, seed: int) -> list[Planted]:
    """Fill `submitted/` of the classroom `root` with a class, and return what was planted."""
    planted: list[Planted] = []
    for lesson in lessons:
        random = Random(f"{seed}/{lesson.name}")
        names = [f"student{i:03d}" for i in range(1, students + 1)]
        for number, (plan, content) in enumerate(make_class(lesson, students, random)):
            student = names[number]
            folder = root / "submitted" / student / lesson.name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{lesson.name}.ipynb").write_bytes(content)
            planted.append(Planted(student, lesson.name, plan.kind, plan.mistakes, plan.states))
    write_plan(root, planted)
    return planted


def write_plan(root: Path, planted: Sequence[Planted]) -> None:
    """Write what was planted into the classroom `root`."""
    (root / PLAN).write_text(json.dumps([asdict(p) for p in planted], indent=1, ensure_ascii=False) + "\n")


def read_plan(root: Path) -> list[Planted]:
    """Return what was planted in the classroom `root`; nothing if its class is not simulated."""
    if not (root / PLAN).exists():
        return []
    return [Planted(**row) for row in json.loads((root / PLAN).read_text())]


def compare(planted: Sequence[Planted], reports: Iterable[Mapping[str, Any]]) -> tuple[int, int, list[str]]:
    """Return how many of the planted findings a grading found, of how many, and what it missed."""
    by_key = {(r["student"], r["lesson"]): {c["name"]: c for c in r["checks"]} for r in reports}
    found, total, missed = 0, 0, []
    for plan in planted:
        if (plan.student, plan.lesson) not in by_key:
            continue
        checks = by_key[plan.student, plan.lesson]
        wanted = [(n, "mistake", m) for n, m in plan.mistakes.items()] + [
            (n, "state", s) for n, s in plan.states.items()
        ]
        for name, what, value in wanted:
            total += 1
            if checks[name][what] == value:
                found += 1
            else:
                missed.append(f"{plan.student} {plan.lesson} {name}: planted {value!r}, found {checks[name][what]!r}")
    return found, total, missed
