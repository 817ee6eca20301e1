"""The tables are nbgrader's own, as far as they are named; and what only reads grades does not import nbgrader."""

from __future__ import annotations

import subprocess
import sys

import pytest
from nbgrader.api import Base

from gradschool.grader import tables


@pytest.mark.parametrize("name", tables.TABLES.tables)
def test_each_column_is_as_nbgrader_makes_it(name):
    theirs = Base.metadata.tables[name]
    for column in tables.TABLES.tables[name].columns:
        there = theirs.columns[column.name]
        assert repr(column.type) == repr(there.type), column
        assert column.primary_key == there.primary_key, column
        if not callable(getattr(there.default, "arg", None)):
            assert getattr(column.default, "arg", None) == getattr(there.default, "arg", None), column


@pytest.mark.parametrize("name", ["submitted_assignment", "submitted_notebook", "grade", "comment", "student"])
def test_what_is_entered_here_has_all_that_nbgrader_wants(name):
    here = tables.TABLES.tables[name].columns
    wanted = [c for c in Base.metadata.tables[name].columns if not c.nullable or c.default is not None]
    assert {column.name for column in wanted} <= set(here.keys())


def test_ids_are_like_nbgrader_s():
    assert len(tables.new_id()) == 32
    assert int(tables.new_id(), 16) != int(tables.new_id(), 16)


def test_exporting_imports_neither_nbgrader_nor_nbformat():
    program = (
        "import sys, gradschool.grader.cli, gradschool.grader.export, gradschool.grader.database\n"
        "print([name for name in ('nbgrader', 'nbformat', 'jupytext', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
