"""How what ends a process is found and left out, told by what a made-up process sends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import Broken, CellResult, Executed, Task
from gradschool.grader.sandbox.retry import run_until_done
from gradschool.grader.submission import Prepared, PreparedCell
from gradschool.lab.evidence import Evidence
from gradschool.lab.spec import Spec

CELLS = tuple(PreparedCell(name, "extra", "code", "", True) for name in "abcd")
PREPARED = Prepared("ada", "01_tiny", CELLS)


def spec(name):
    return Spec(name=name, of=(), words="", points=1.0, sort="value", source="", seconds=3.0)


TASK = Task(Path("nowhere"), [], [(spec(name), [{}]) for name in ("one", "two", "three")])


def process(deadly, ended="it ended by itself"):
    """Return a runner whose process ends at what is `deadly`, and the list of what each of its runs was given."""
    runs = []

    def once(prepared, task, limits):
        cells, checks = [cell.id for cell in prepared.cells], [one.name for one, _ in task.checks]
        runs.append((cells, checks, limits.seconds))
        done = {}
        for cell in cells:
            if cell in deadly:
                return Executed(done, {}, ended, cell)
            done[cell] = CellResult(f"run {len(runs)}")
        evidence = {}
        for check in checks:
            if check in deadly:
                return Executed(done, evidence, ended, "")
            evidence[check] = [Evidence()]
        return Executed(done, evidence)

    return once, runs


def test_a_submission_that_ends_as_it_should_runs_once():
    once, runs = process(())
    executed = run_until_done(PREPARED, TASK, Limits(), once)
    assert len(runs) == 1
    assert (set(executed.cells), set(executed.evidence), executed.ended) == (set("abcd"), {"one", "two", "three"}, "")


def test_each_cell_and_check_that_ends_the_process_is_left_out_of_the_next_run():
    once, runs = process(("b", "c", "two"))
    executed = run_until_done(PREPARED, TASK, Limits(), once)
    assert [(cells, checks) for cells, checks, _ in runs] == [
        (list("abcd"), ["one", "two", "three"]),
        (list("acd"), ["one", "two", "three"]),
        (list("ad"), ["one", "two", "three"]),
        (list("ad"), ["three"]),
    ]
    assert executed.cells["a"] == CellResult("run 1")
    assert executed.cells["b"].error == ("ProcessEnded", "the process ended in this cell: it ended by itself")
    assert executed.evidence["two"][0].fault.message == "the student's process ended in this check: it ended by itself"
    assert [executed.evidence[name][0].fault for name in ("one", "three")] == [None, None]
    assert (executed.ended, executed.stopped_at) == ("", "b")


@pytest.mark.parametrize("ended", ["time", "silence"])
def test_what_did_not_end_is_said_to_have_run_too_long(ended):
    once, _ = process(("b", "two"), ended)
    executed = run_until_done(PREPARED, TASK, Limits(cell_seconds=2.0), once)
    assert executed.cells["b"].error == ("TimeIsUp", "the cell was still running after 2 seconds")
    fault = executed.evidence["two"][0].fault
    assert (fault.kind, fault.message) == ("timeout", "it was still running after 3 seconds")


def test_all_runs_together_have_the_time_and_the_number_of_tries_of_the_limits():
    once, runs = process("abcd")
    executed = run_until_done(PREPARED, TASK, Limits(attempts=2), once)
    assert len(runs) == 2
    assert (executed.ended, executed.stopped_at, dict(executed.evidence)) == ("it ended by itself", "a", {})
    assert runs[1][2] < runs[0][2] <= Limits().seconds
    assert run_until_done(PREPARED, TASK, Limits(seconds=0.0), once).ended == "time"


def test_evidence_for_a_check_that_was_not_asked_for_and_cells_that_are_not_there_do_not_count():
    def once(prepared, task, limits):
        ended = "" if len(task.checks) < 3 else "it ended by itself"
        given = {one.name: [Evidence(notes=(str(len(task.checks)),))] for one, _ in TASK.checks}
        asked = given if not ended else {"one": given["one"]}
        return Executed({cell.id: CellResult() for cell in CELLS} | {"forged": CellResult()}, asked, ended, "")

    executed = run_until_done(PREPARED, TASK, Limits(), once)
    assert set(executed.cells) == set("abcd")
    assert executed.evidence["one"][0].notes == ("3",)
    assert executed.evidence["two"][0].fault is not None
    assert executed.evidence["three"][0].notes == ("1",)


def test_a_sandbox_that_breaks_keeps_what_came_before():
    ending, _ = process(("two",))

    def once(prepared, task, limits):
        if len(task.checks) < 3:
            raise Broken("its sandbox broke 3 times")
        return ending(prepared, task, limits)

    executed = run_until_done(PREPARED, replace(TASK), Limits(), once)
    assert executed.ended == "its sandbox broke 3 times"
    assert set(executed.evidence) == {"one", "two"}


def test_a_process_that_says_it_is_done_and_left_out_what_a_check_gave_is_not_believed():
    executed = run_until_done(PREPARED, TASK, Limits(), lambda *given: Executed({}, {"one": [Evidence()]}))
    assert (executed.ended, set(executed.evidence)) == ("it left out what checks gave", {"one"})
