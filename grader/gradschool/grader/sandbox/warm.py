"""A warm process as the grader sees it: started once, asked for each submission, ended with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gradschool.grader.errors import IsolationError
from gradschool.grader.sandbox.choose import Isolation
from gradschool.grader.sandbox.configure import configuration
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import PIPE, Broken, Frames
from gradschool.grader.sandbox.process import END_SECONDS, Patience, hear

PROGRAM = Path(__file__).with_name("forkserver.py")
MOST = 65536
START_SECONDS = 120.0
ANSWER_SECONDS = 10.0


class WarmProcess:
    """A warm process.

    Args:
        isolation: what each submission is put into.
        root: the folder with the lesson's part of `gradschool`.
        selftest: whether to try the sandbox instead of running submissions.

    Raises:
        IsolationError: it does not start.
    """

    def __init__(self, isolation: Isolation, root: Path, *, selftest: bool = False) -> None:
        self.root = root
        self._files = contextlib.ExitStack()
        own = self._files.enter_context(tempfile.TemporaryDirectory(prefix="gradschool-", ignore_cleanup_errors=True))
        os.chmod(own, 0o711)
        config = configuration(isolation, root, own, selftest=selftest)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._files.enter_context(self._control)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(PROGRAM), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=config["environment"],
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._number = 0
        try:
            self._control.send(json.dumps(config).encode())
            answer = self._answer(START_SECONDS)
        except (Broken, OSError) as error:
            answer = {"failed": str(error)}
        if "ready" not in answer:
            self.close()
            raise IsolationError(f"a sandbox of {isolation.name} does not start: {answer.get('failed', 'no reason')}")

    def run(
        self, request: bytes, limits: dict[str, Any], patience: Patience, most: int, later: bytes = b"", after: int = 0
    ) -> tuple[list[bytes], str]:
        """Run one submission, and return the messages it sent and why it ended early, if it did.

        What is sent `later` is added to the request when as many messages as `after` says have come.

        Raises:
            Broken: the warm process is gone; another one is needed.
            IsolationError: the sandbox can't be entered.
        """
        self._number += 1
        (reading, writing), (waiting, telling) = os.pipe(), os.pipe()
        with (
            os.fdopen(reading, "rb", buffering=0) as results,
            os.fdopen(telling, "wb", buffering=0) as more,
            os.fdopen(os.memfd_create("request"), "w+b", buffering=0) as file,
        ):
            with os.fdopen(writing, "wb"), os.fdopen(waiting, "rb"):
                _write(file.fileno(), request, 0)
                message = json.dumps({**limits, "name": str(self._number)}).encode()
                try:
                    socket.send_fds(self._control, [message], [file.fileno(), writing, waiting])
                except OSError as error:
                    raise Broken(str(error)) from None
            frames = Frames(most)

            def wait(messages: int) -> float:
                if messages >= after and not more.closed:
                    _write(file.fileno(), later, len(request))
                    more.close()  # which is how the process is told; a pipe that is written to may be full
                return patience(messages)

            def read(seconds: float) -> bytes | None:
                return os.read(results.fileno(), PIPE) if select.select([results], [], [], seconds)[0] else None

            late = hear(read, frames, wait, time.monotonic() + limits["seconds"] + 1)
            if late or frames.complaint or not self._answers(END_SECONDS):
                self._stop()
            answer = self._answer(ANSWER_SECONDS)
        if "failed" in answer:
            raise IsolationError(f"a sandbox can't be entered any more: {answer['failed']}")
        return frames.whole, frames.complaint or late or words(answer)

    def try_out(self, given: dict[str, Any]) -> list[str]:
        """Return what a process in the sandbox could do of what it must not be able to do.

        Raises:
            Broken: it could not be entered.
        """
        limits = {**asdict(Limits(seconds=START_SECONDS)), "lesson": ""}
        frames, ended = self.run(json.dumps(given).encode(), limits, lambda _: START_SECONDS, MOST)
        if ended or len(frames) != 1:
            raise Broken(ended or "nothing came out of it")
        return [str(each) for each in json.loads(frames[0])]

    def _stop(self) -> None:
        with contextlib.suppress(OSError):
            self._control.send(b"stop")

    def _answers(self, seconds: float) -> bool:
        """Return whether there is an answer within so many seconds; a process may close its files and go on."""
        return bool(select.select([self._control], [], [], seconds)[0])

    def _answer(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        try:
            message = self._control.recv(MOST)
        except OSError as error:
            raise Broken(f"the warm process did not answer: {error}") from None
        if not message:
            raise Broken("the warm process ended")
        answer = json.loads(message)
        assert isinstance(answer, dict)
        return answer

    def close(self) -> None:
        """End the process and all that it started."""
        self._control.close()
        try:
            self._process.wait(ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._files.close()


def _write(file: int, content: bytes, at: int) -> None:
    """Write to a file from a place on, wherever it is read meanwhile."""
    done = 0
    while done < len(content):
        done += os.pwrite(file, content[done:], at + done)


def words(answer: dict[str, Any]) -> str:
    """Return why a student's process ended, in words; nothing if it ended as one that is done does."""
    if answer.get("why") == "time":
        return "time"
    if answer.get("why") in ("memory", "scratch"):
        return {"memory": "it used too much memory", "scratch": "it wrote too much to its folder"}[answer["why"]]
    status = os.waitstatus_to_exitcode(int(answer.get("status", 0)))
    if status >= 0:
        return ""
    return {-9: "it was killed, for its use of time or memory", -11: "it crashed", -24: "time"}.get(
        status, f"it was ended by signal {-status}"
    )
