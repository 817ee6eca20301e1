"""What the tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gradschool.grader.sandbox.limits import ONE_THREAD

os.environ |= ONE_THREAD  # before NumPy is imported: two threads in each of many processes would wait for each other

from gradschool.grader.course import Course

LONG = ("test_class.py", "test_assemble.py", "test_a_grader_that_is_not_root", "test_cluster.py", "test_jupyterlab.py")
"""Tests of a minute each: they begin first, so that no process is left with one when all others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first, and leave the order as it is otherwise."""
    items.sort(key=lambda item: not any(part in item.nodeid for part in LONG))


@pytest.fixture(scope="session")
def course() -> Course:
    """The course of this checkout, its lessons read once."""
    return Course(Path(__file__).resolve().parents[1])
