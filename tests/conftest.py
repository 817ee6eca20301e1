"""What the tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Before NumPy is imported: as many processes as cores, each with as many threads, would wait for each other."""

from gradschool.grader.course import Course  # noqa: E402


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return two processes a core for `pytest -n auto`: many tests wait for a sandbox, a database or a limit."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def course() -> Course:
    """The course of this checkout, its lessons read once."""
    return Course(Path(__file__).resolve().parents[1])
