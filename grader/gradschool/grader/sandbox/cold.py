"""A runner that has another program make the sandboxes: for each submission a new one, with a new Python in it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gradschool.grader.sandbox import bubblewrap, container
from gradschool.grader.sandbox.choose import Isolation
from gradschool.grader.sandbox.configure import configuration
from gradschool.grader.sandbox.isolation import first, resources
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import Broken, Executed, Task, collect, request
from gradschool.grader.sandbox.process import Heard, Launch, Patience, converse, patience_of
from gradschool.grader.sandbox.warm import words
from gradschool.grader.submission import Prepared

HERE = Path(__file__).parent
ENGINE = ("inside.py", "worker.py", "isolation")
LAUNCHERS: dict[str, Callable[[Path, Limits], Launch]] = {
    "bubblewrap": bubblewrap.launch,
    "container": container.launch,
}
"""What starts `inside.py` in a sandbox, of a folder with the sub-folders `engine` and `course`."""
START_SECONDS = 60.0
MOST = 65536


class Cold:
    """A place from which sandboxes are made: it holds copies that anybody may read, whoever the originals belong to."""

    def __init__(self, isolation: Isolation) -> None:
        self._isolation = isolation
        self._own = tempfile.TemporaryDirectory(prefix="gradschool-", ignore_cleanup_errors=True)
        self._folders: dict[Path, Path] = {}
        self._lock = threading.Lock()
        os.chmod(self._own.name, 0o755)
        self._config = configuration(isolation, Path(self._own.name), "", selftest=False)

    def once(self, prepared: Prepared, task: Task, limits: Limits) -> Executed:
        """Run a submission once.

        Raises:
            Broken: its sandbox was not made.
        """
        patience = patience_of(prepared, task, limits)
        cells, checks = request(prepared, task, limits)
        count = sum(cell.runs for cell in prepared.cells)
        heard = self._run(task.root, cells, limits, patience, limits.output, checks, count, lesson=prepared.lesson)
        if heard.frames[:1] != [first.READY]:
            raise Broken(f"its sandbox was not made: {heard.said or heard.ended or heard.status}")
        return collect(prepared, heard.frames[1:], heard.ended or words(first.reason(heard.status)))

    def try_out(self, given: dict[str, Any]) -> list[str]:
        """Return what a process in the sandbox could do of what it must not be able to do.

        Raises:
            Broken: it was not made.
        """
        root = Path(self._own.name) / "nothing"
        root.mkdir(exist_ok=True)
        limits = Limits(seconds=START_SECONDS)
        allowed = ["signal the warm process", *(["signal the grader"] if given["grader"] == 1 else [])]
        message = json.dumps(given | {"allowed": allowed}).encode()  # process 1 is `inside.py`, which no signal reaches
        heard = self._run(root, message, limits, lambda _: START_SECONDS, MOST, selftest=True)
        if heard.ended or len(heard.frames) != 2:
            raise Broken(heard.said or heard.ended or "nothing came out of it")
        return [str(each) for each in json.loads(heard.frames[1])]

    def close(self) -> None:
        """Delete the copies."""
        self._own.cleanup()

    def _run(
        self,
        root: Path,
        message: bytes,
        limits: Limits,
        patience: Patience,
        most: int,
        later: bytes = b"",
        after: int = 0,
        *,
        lesson: str = "",
        selftest: bool = False,
    ) -> Heard:
        user = self._config["user"]
        others = 0 if user is None else resources.processes_of(user)
        if self._isolation.name == "container":
            others = container.OTHERS
        given = {"limits": asdict(limits) | {"lesson": lesson}, "others": others, "size": len(message)}
        config = self._config | given | {"selftest": selftest}
        launch = LAUNCHERS[self._isolation.name](self._folder(root), limits)
        return converse(
            launch,
            json.dumps(config).encode() + b"\n" + message,
            lambda messages: patience(messages - 1) if messages else START_SECONDS,
            most,
            limits.seconds + 1,
            later,
            after + 1,  # one message is that it is ready
        )

    def _folder(self, root: Path) -> Path:
        """Return a folder with copies of the engine and of the lesson's part of `gradschool`."""
        with self._lock:
            if root not in self._folders:
                folder = Path(tempfile.mkdtemp(dir=self._own.name))
                shutil.copytree(root, folder / "course", ignore=shutil.ignore_patterns("__pycache__"))
                (folder / "engine").mkdir()
                for name in ENGINE:
                    copy = shutil.copytree if (HERE / name).is_dir() else shutil.copy
                    copy(HERE / name, folder / "engine" / name)
                _open_to_all(folder)
                self._folders[root] = folder
            return self._folders[root]


def _open_to_all(folder: Path) -> None:
    """Let anybody read a folder and all that is in it."""
    os.chmod(folder, 0o755)
    for parent, folders, files in os.walk(folder):
        for name in folders:
            os.chmod(os.path.join(parent, name), 0o755)
        for name in files:
            os.chmod(os.path.join(parent, name), 0o644)
