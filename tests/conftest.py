"""What the tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradschool.grader.course import Course


@pytest.fixture(scope="session")
def course() -> Course:
    """The course of this checkout, its lessons read once."""
    return Course(Path(__file__).resolve().parents[1])
