"""What the tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gradschool.grader.course import Course


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return two processes a core for `pytest -n auto`: many tests wait for a sandbox, a database or a limit."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def course() -> Course:
    """The course of this checkout, its lessons read once."""
    return Course(Path(__file__).resolve().parents[1])
