"""An executor on other machines: the workers of a Dask cluster. Only this file opens a socket to another machine.

    writer ──job, notebook's bytes──▶ scheduler ──▶ a worker: remote.work
           ◀─────────report─────────           ◀──

A worker that dies is replaced: Dask gives what it had to another, up to the scheduler's `allowed-failures`. Dask's own
messages are pickles, which execute what their sender likes: let only machines that you trust reach the scheduler and
the workers. What comes from a student crosses as bytes and JSON, and is no object before `wire.py` has made it one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from gradschool.grader import remote
from gradschool.grader.course import Course
from gradschool.grader.digests import grader_digest
from gradschool.grader.errors import ClassroomError, IsolationError, SubmissionError
from gradschool.grader.executors import Graded, Send
from gradschool.grader.lesson import Lesson
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.submission import Submission
from gradschool.grader.wire import unpack

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10.0
PATIENCE = 120.0
"""Seconds for which a cluster may be without workers."""
LOOK_SECONDS = 2.0
"""How often the workers are counted while reports are waited for."""
RETRIES = 3
CANCELLED = (CancelledError, asyncio.CancelledError)
LOGS = ("distributed", "distributed.client", "tornado.application")
SETTINGS = {"distributed.admin.large-graph-warning-threshold": "1GB"}
GOES_ON = "What was graded before is recorded: the same command, given again, goes on from there"
EXAMPLE = "Give the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786"
ADDRESS = re.compile(r"([a-z]+://)?[^\s/]+:\d+(/\S*)?")

Say = Callable[[str], None]


@contextmanager
def connect(address: str, isolation: str = "auto", say: Say = lambda line: None) -> Iterator[Workers]:
    """Give the executor of the cluster whose scheduler is at `address`, such as `tcp://10.0.0.1:8786`.

    Args:
        address: of the scheduler.
        isolation: what is wanted on each worker; each chooses by itself what it has of it.
        say: is told of the workers' isolation and of delays.

    Raises:
        ClassroomError: the cluster can't be reached, has no workers, or one with another version of the course.
        IsolationError: a worker has no sandbox of the isolation that is wanted.
    """
    if not ADDRESS.fullmatch(address):
        raise ClassroomError(f"{address!r} is no address of a cluster. {EXAMPLE}")
    try:
        import dask
        import distributed
    except ModuleNotFoundError as error:
        raise ClassroomError(f"a cluster needs the package {error.name}: install gradschool[cluster]") from None
    for name in LOGS:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is raised, and said in our words
    with dask.config.set(SETTINGS):
        try:
            client = distributed.Client(address, timeout=CONNECT_SECONDS)
        except (OSError, ValueError, TypeError) as error:
            raise ClassroomError(f"the cluster {address} can't be reached: {_line(error)}. {EXAMPLE}") from None
        with client:
            workers = Workers(client, address, isolation, say)
            workers.meet()
            yield workers


class Workers:
    """The workers of a cluster. Each is examined before it is given anything."""

    def __init__(self, client: Client, address: str, wanted: str, say: Say) -> None:
        self.isolation = ""
        self.most = 1
        self._client, self._address, self._wanted, self._say = client, address, wanted, say
        self._examined: dict[str, str] = {}
        self._told: set[str] = set()
        self._looked = self._last_seen = monotonic()

    def meet(self) -> None:
        """Wait for the first worker; its isolation, and that of others that are there, are those of the run.

        Raises:
            ClassroomError: none comes.
        """
        self._look()
        while not self._examined:
            with suppress(TimeoutError):
                self._client.wait_for_workers(1, timeout=PATIENCE)
            self._look()
        self.isolation = "; ".join(sorted(set(self._examined.values())))

    @contextmanager
    def take(self, course: Course, lesson: Lesson, seed: int, limits: Limits) -> Iterator[Send]:
        """Return what has a submission of a lesson graded, on the cases that `seed` gives."""
        job = remote.job(course, lesson, seed, limits, self._wanted)

        def send(submission: Submission) -> Any:
            return self._client.submit(_work, job, *remote.message(submission), pure=False, retries=RETRIES)

        yield send

    def wait(self, pending: Collection[Any], seconds: float) -> Collection[Any]:
        """Return which of what was sent is done, waiting so long for the first.

        Raises:
            ClassroomError: there have been no workers for a while, or the cluster is lost.
            IsolationError: a new worker has no sandbox of the isolation that is wanted.
        """
        from distributed import wait

        try:
            done: Collection[Any] = wait(pending, timeout=seconds, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            done = ()
        except (*CANCELLED, OSError):
            raise self._lost("the connection was cut") from None
        if monotonic() - self._looked > LOOK_SECONDS:
            self._look()
        return done

    def result(self, future: Any) -> Graded:
        """Return what was found, or raise why nothing was.

        Raises:
            ClassroomError: the cluster is lost, or the worker refuses to grade.
            SubmissionError: this submission could not be graded.
        """
        from distributed import KilledWorker

        try:
            worker, answer = future.result()
        except (*CANCELLED, OSError):
            raise self._lost("the connection was cut") from None
        except KilledWorker as error:
            raise SubmissionError(f"{error.allowed_failures + 1} workers died while it was graded") from None
        said = json.loads(answer)
        if "refusal" in said:
            raise ClassroomError(f"the worker {worker} does not grade: {said['refusal']}")
        if "failure" in said:
            raise SubmissionError(f"the worker {worker} failed on it: {said['failure']}")
        return unpack(answer)

    def _look(self) -> None:
        try:
            threads = self._client.nthreads()
            new = [address for address in threads if address not in self._examined]
            answers = self._client.run(remote.examine, self._wanted, workers=new, on_error="return") if new else {}
        except (*CANCELLED, OSError) as error:
            raise self._lost(_line(error)) from None
        for address, answer in answers.items():
            self._examine(address, answer)
        self._looked = monotonic()
        if there := [count for address, count in threads.items() if address in self._examined]:
            self._last_seen, self.most = self._looked, 2 * sum(there)
            self._told.discard(self._nobody)
            return
        self._tell(self._nobody)
        if self._looked - self._last_seen >= PATIENCE:
            raise ClassroomError(
                f"the cluster {self._address} has had no workers for {PATIENCE:g} seconds; start one with "
                f"`dask worker {self._address}`. {GOES_ON}"
            )

    def _examine(self, address: str, answer: Any) -> None:
        """Raise why a worker can't be used, or enter it."""
        if isinstance(answer, OSError):
            return  # it has gone since
        if isinstance(answer, BaseException):
            raise ClassroomError(
                f"the worker {address} can't grade: {_line(answer)}; install gradschool[instructor,cluster] and the "
                "course there"
            )
        found = json.loads(answer)
        if refusal := found["refusal"]:
            kind = IsolationError if found["kind"] == "isolation" else ClassroomError
            raise kind(f"the worker {address}: {refusal}")
        if found["grader"] != grader_digest():
            raise ClassroomError(
                f"the worker {address} has another version of the grader; update it and start it again. "
                f"There: {found['version']}. Here: {remote.version()}"
            )
        self._examined[address] = found["record"]
        self._tell(f"the workers of {self._address}: {found['description']}")

    @property
    def _nobody(self) -> str:
        return f"the cluster {self._address} has no workers; waiting for one"

    def _tell(self, line: str) -> None:
        """Say a line that was not said before."""
        if line not in self._told:
            self._told.add(line)
            self._say(line)

    def _lost(self, why: str) -> ClassroomError:
        return ClassroomError(f"the cluster {self._address} was lost: {why}. {GOES_ON}")


def _work(job: str, about: str, content: bytes) -> tuple[str, bytes]:
    """Return the address of this worker and what it found on a submission."""
    from distributed import get_worker

    return get_worker().address, remote.work(job, about, content)


def _line(error: BaseException) -> str:
    """Return the first line of what an error says, or its name."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
