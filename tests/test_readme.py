"""The README says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.main import get_command

from gradschool import datasets
from gradschool.grader.authoring import PUBLIC_SEED
from gradschool.grader.cli import app
from gradschool.grader.course import Course
from gradschool.grader.reference import Reference
from gradschool.lab.card import as_text
from gradschool.lab.judge import judge

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def test_the_card_in_the_readme_is_the_one_that_a_student_sees(course: Course) -> None:
    lesson = course.lesson("02_dense")
    check = lesson.checks["dense_backward"]
    answers = Reference(lesson).answers(check, PUBLIC_SEED)
    (mistake,) = [m for m in answers.mistakes if m.text == "db is averaged over the batch, not summed"]
    card = as_text(judge(check.spec, answers, mistake.evidence, reveal=True))
    assert f"```\n{card}\n```" in README


def test_every_make_verb_and_command_of_the_documents_exists() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "".join((ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md", "grader/README.md"))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= verbs
    commands = set(get_command(app).commands)
    assert set(re.findall(r"(?:^|`)gradschool ([a-z]+)", text, re.MULTILINE)) <= commands


def test_the_table_of_lessons_names_every_lesson(course: Course) -> None:
    for lesson in course.lessons():
        assert f"(lessons/{lesson.place}.ipynb)" in README


def test_every_link_leads_somewhere() -> None:
    for document in ("README.md", "CONTRIBUTING.md", "lessons/README.md", "grader/README.md", "benchmarks/README.md"):
        path = ROOT / document
        for link in re.findall(r"\]\(([^)#\s]+)\)", re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(), flags=re.S)):
            assert link.startswith("https://") or (path.parent / link).exists(), (document, link)


def test_the_network_in_the_readme_can_be_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    few = datasets.Dataset(rng.random((50, 1, 28, 28), np.float32), rng.integers(10, size=50), (), ())
    monkeypatch.setattr(datasets, "load_mnist", lambda: few)
    by_hand, on_the_tape = re.findall(r"```python\n(.*?)```", README, re.S)
    names: dict[str, Any] = {}
    exec(by_hand, names)
    assert names["model"].forward(few.X).shape == (50, 10)
    names |= {"rows": rng.random((32, 64)), "labels": rng.integers(10, size=32)}
    exec(on_the_tape, names)
    before = names["loss"].item()
    assert names["criterion"](names["model"](names["rows"]), names["labels"]).item() < before
