"""Grading on a Dask cluster of two worker processes, on loopback: the same reports, whatever becomes of the workers."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from grader import dask_cluster
from gradschool.grader import cluster as module
from gradschool.grader.cli import app
from gradschool.grader.cluster import Workers, connect
from gradschool.grader.errors import ClassroomError, IsolationError, SubmissionError
from gradschool.grader.gradebook import Book
from gradschool.grader.sandbox.choose import choose
from gradschool.grader.session import grade_classroom

distributed = pytest.importorskip("distributed")
MAIN = "from gradschool.grader.main import main; main()"


@pytest.fixture(scope="module")
def isolation():
    """The strongest isolation that this machine has."""
    try:
        return choose("auto").name
    except IsolationError:
        return "limits"


@pytest.fixture(scope="module")
def cluster(built, tmp_path_factory):
    with dask_cluster.cluster(tmp_path_factory.mktemp("cluster")) as made:
        made.add(built.root, workers=2)
        yield made


@pytest.fixture
def mine(graded, tmp_path, draft, submit):
    """A classroom of a dozen."""
    made = graded.copy(tmp_path / "class")
    for number in range(7):
        submit(made.root, f"student{number}", draft().put("exercise-double", f"double = {number}").bytes())
    return made


def in_json(reports):
    return [report.to_json() for report in reports]


def test_the_reports_are_the_same_byte_for_byte_on_one_core_on_two_and_on_a_cluster(mine, cluster, isolation):
    def printed(*options):
        command = [sys.executable, "-c", MAIN, "grade", mine.root, "--json", "--force", "--isolation", isolation]
        done = subprocess.run([*command, *options], cwd=mine.tiny.root, capture_output=True, timeout=120)
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout

    one, two = printed("--workers", "1"), printed("--workers", "2")
    assert len(json.loads(one)) == 12
    assert printed("--scheduler", cluster.address) == two == one


def test_a_cluster_goes_on_where_this_machine_stopped_and_the_other_way_round(mine, cluster, isolation, tmp_path):
    told, said, log = [], [], tmp_path / "log"
    course, chosen = mine.tiny.course(), choose(isolation)
    alone = grade_classroom(course, mine.root, students=["right", "stub"], isolation=chosen.record)
    with connect(cluster.address, isolation, said.append) as executor:
        every = grade_classroom(course, mine.root, executor=executor, log=log, tell=lambda *what: told.append(what))
        assert executor.most == 4
    assert said == [f"the workers of {cluster.address}: {chosen.description}"]
    assert log.read_text().count("as before") == 2
    assert [report for report in every if report.student in ("right", "stub")] == alone
    again = grade_classroom(course, mine.root, isolation=chosen.record, log=tmp_path / "again")
    assert (tmp_path / "again").read_text().count("as before") == 12
    assert in_json(again) == in_json(every)
    assert Book(mine.root).scores("01_tiny") == {report.student: report.points for report in every}


def test_workers_that_are_killed_are_replaced_and_cost_nothing(mine, cluster, isolation):
    rng, killed = random.Random(5), []
    with connect(cluster.address, isolation) as executor:

        def kill(job, done, total):
            if done in (2, 6):
                pids = executor._client.run(os.getpid, on_error="ignore")
                killed.append(rng.choice(sorted(pids.values())))
                os.kill(killed[-1], signal.SIGKILL)

        faulty = grade_classroom(mine.tiny.course(), mine.root, executor=executor, force=True, tell=kill)
    assert len(killed) == 2
    assert not any(report.failed for report in faulty)
    with connect(cluster.address, isolation) as executor:
        assert in_json(grade_classroom(mine.tiny.course(), mine.root, executor=executor, force=True)) == in_json(faulty)


def test_a_worker_with_another_version_of_the_course_is_named(mine, tiny, cluster, isolation):
    tiny.change(tiny.checks, "What should become of 3?", "What should become of 4?")
    with connect(cluster.address, isolation) as executor, pytest.raises(ClassroomError) as raised:
        grade_classroom(tiny.course(), mine.root, executor=executor)
    assert str(raised.value).startswith("the worker tcp://127.0.0.1:")
    assert "it has another version of the course; update it and start it again. There: 01_tiny " in str(raised.value)


def test_a_cluster_that_is_lost_ends_the_run_and_the_same_command_goes_on(mine, isolation, tmp_path):
    with dask_cluster.cluster(tmp_path) as own:
        own.add(mine.tiny.root, threads=2)

        def stop(job, done, total):
            if done == 3:
                own.close()

        with connect(own.address, isolation) as executor, pytest.raises(ClassroomError) as raised:
            grade_classroom(
                mine.tiny.course(), mine.root, executor=executor, force=True, tell=stop, log=tmp_path / "a.log"
            )
    assert str(raised.value).startswith(f"the cluster {own.address} was lost: ")
    assert str(raised.value).endswith("recorded: the same command, given again, goes on from there")
    rest = grade_classroom(
        mine.tiny.course(), mine.root, isolation=choose(isolation).record, log=tmp_path / "b.log", workers=2
    )
    assert len(rest) == 12
    assert (tmp_path / "b.log").read_text().count("as before") == (tmp_path / "a.log").read_text().count(" s: ")


def test_a_cluster_without_workers_says_so_and_is_not_waited_for_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    said = []
    with dask_cluster.cluster(tmp_path) as own, pytest.raises(ClassroomError) as raised:
        connect(own.address, "limits", said.append).__enter__()
    assert said == [f"the cluster {own.address} has no workers; waiting for one"]
    assert str(raised.value).startswith(
        f"the cluster {own.address} has had no workers for 0.5 seconds; start one with `dask worker {own.address}`. "
    )
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    with pytest.raises(ClassroomError) as raised:
        connect(own.address).__enter__()
    assert str(raised.value).startswith(f"the cluster {own.address} can't be reached: ")
    assert str(raised.value).endswith("Give the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786")


@pytest.mark.parametrize("address", ["tcp//10.0.0.1:8786", "10.0.0.1", "", "tcp://10.0.0.1:8786 -x"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ClassroomError, match="is no address of a cluster"):
        connect(address).__enter__()


def test_the_extra_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClassroomError) as raised:
        connect("tcp://127.0.0.1:1").__enter__()
    assert str(raised.value) == "a cluster needs the package distributed: install gradschool[cluster]"


# Workers of all sorts, made up


def examined(**other):
    return json.dumps(
        {
            "grader": module.grader_digest(),
            "version": "Python 3",
            "course": "",
            "refusal": "",
            "record": "landlock: landlock",
            "description": "isolation landlock",
            **other,
        }
    )


class FakeClient:
    """A client of a cluster whose workers answer as they are told."""

    def __init__(self, answers):
        self.answers = answers

    def nthreads(self):
        if isinstance(self.answers, Exception):
            raise self.answers
        return dict.fromkeys(self.answers, 3)

    def run(self, function, wanted, workers, on_error):
        return {address: self.answers[address] for address in workers}

    def submit(self, function, *given, pure, retries):
        assert {type(each) for each in given} == {str, bytes}
        assert (pure, retries) == (False, 3)
        return FakeFuture(self.answers)


class FakeFuture:
    """A future that ends at once."""

    def __init__(self, outcome):
        self.outcome = outcome

    def result(self):
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


def workers(answers, said=None):
    return Workers(FakeClient(answers), "tcp://s:1", "auto", (said if said is not None else []).append)


def test_every_sort_of_isolation_is_said_once_and_all_are_named_in_the_run():
    said = []
    executor = workers({}, said)
    executor._client.answers = {
        "tcp://a:1": examined(),
        "tcp://b:1": examined(record="limits: limits", description="isolation limits"),
        "tcp://c:1": examined(),
        "tcp://gone:1": OSError("it went"),
    }
    executor.meet()
    assert said == ["the workers of tcp://s:1: isolation landlock", "the workers of tcp://s:1: isolation limits"]
    assert executor.isolation == "landlock: landlock; limits: limits"
    assert executor.most == 2 * 3 * 3  # of those that are still there


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (
            examined(refusal="it has no sandbox", kind="isolation"),
            IsolationError,
            "the worker tcp://a:1: it has no sandb",
        ),
        (examined(refusal="no course in /", kind="other"), ClassroomError, "the worker tcp://a:1: no course in /"),
        (examined(grader="abc"), ClassroomError, "the worker tcp://a:1 has another version of the grader; update it"),
        (
            ModuleNotFoundError("No module named 'gradschool'"),
            ClassroomError,
            "the worker tcp://a:1 can't grade: No mod",
        ),
    ],
)
def test_a_worker_that_is_of_no_use_is_named(answer, kind, said):
    with pytest.raises(kind) as raised:
        workers({"tcp://a:1": answer}).meet()
    assert str(raised.value).startswith(said)


def nothing_comes(pending, timeout, return_when):
    raise TimeoutError


def test_workers_that_all_go_are_waited_for_a_while(monkeypatch):
    now, said = [0.0], []
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(distributed, "wait", nothing_comes)
    executor = workers({"tcp://a:1": examined()}, said)
    executor.meet()
    executor._client.answers = {}
    for now[0] in range(0, 120, 3):
        executor.wait([], 0.0)
    assert said[1:] == ["the cluster tcp://s:1 has no workers; waiting for one"]
    now[0] = 123.0
    with pytest.raises(ClassroomError, match="has had no workers for 120 seconds"):
        executor.wait([], 0.0)


def test_a_scheduler_that_goes_is_lost():
    executor = workers(OSError("Stream is closed"))
    with pytest.raises(ClassroomError, match="the cluster tcp://s:1 was lost: Stream is closed"):
        executor.meet()


@pytest.mark.parametrize(
    ("outcome", "kind", "said"),
    [
        (module.CancelledError(), ClassroomError, "the cluster tcp://s:1 was lost: "),
        (OSError("closed"), ClassroomError, "the cluster tcp://s:1 was lost: "),
        (("tcp://a:1", b'{"refusal": "why"}'), ClassroomError, "the worker tcp://a:1 does not grade: why"),
        (("tcp://a:1", b'{"failure": "why"}'), SubmissionError, "the worker tcp://a:1 failed on it: why"),
        (distributed.KilledWorker("task", "worker", 3), SubmissionError, "4 workers died while it was graded"),
    ],
)
def test_what_goes_wrong_with_a_submission_is_told(graded, lesson, draft, fast, outcome, kind, said):
    executor = workers(outcome)
    with executor.take(graded.tiny.course(), lesson, 7, fast) as send, pytest.raises(kind) as raised:
        executor.result(send(draft().submission()))
    assert str(raised.value).startswith(said)


def test_workers_of_this_machine_and_a_cluster_can_t_both_be_asked_for(tmp_path):
    done = CliRunner().invoke(app, ["grade", str(tmp_path), "--scheduler", "tcp://10.0.0.1:8786", "--workers", "2"])
    assert done.exit_code == 2
    assert "a cluster uses all workers it has" in " ".join(done.output.replace("│", " ").split())
