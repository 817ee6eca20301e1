"""A container engine, podman or docker, makes the sandbox, of an image that the instructor has built.

`GRADSCHOOL_CONTAINER_ENGINE` names the engine's program, else it is the first that is found; `GRADSCHOOL_IMAGE` names
the image, else it is `gradschool`, which `grader/Containerfile` describes. The image holds Python and the packages that
a notebook may use; nothing of the course is in it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import uuid
from pathlib import Path

from gradschool.grader.sandbox.isolation import namespaces, view
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.process import Launch
from gradschool.grader.sandbox.run import environment

ENGINES = ("podman", "docker")
ENGINE = "/engine"
OTHERS = 4096
"""Processes that other containers' nobody may have, where that is one user to the kernel."""
END_SECONDS = 30.0
ASK_SECONDS = 60.0


def engine() -> str | None:
    """Return the engine's program, or None if there is none."""
    names = (os.environ.get("GRADSCHOOL_CONTAINER_ENGINE") or " ".join(ENGINES)).split()
    return next((found for name in names if (found := shutil.which(name))), None)


def image() -> str:
    """Return the name of the image."""
    return os.environ.get("GRADSCHOOL_IMAGE") or "gradschool"


def available() -> str:
    """Return why there are no containers here, or nothing."""
    program = engine()
    if program is None:
        return "there is no program podman or docker; GRADSCHOOL_CONTAINER_ENGINE may name another"
    try:
        done = _ask(program, "image", "inspect", image())
    except subprocess.TimeoutExpired:
        return f"{Path(program).name} does not answer"
    if done.returncode:
        return (
            f"{Path(program).name} has no image {image()!r} ({done.stderr.strip()[-200:]}); build one by "
            f"`{Path(program).name} build -t {image()} -f grader/Containerfile grader`, or name one in GRADSCHOOL_IMAGE"
        )
    return ""


def launch(folder: Path, limits: Limits) -> Launch:
    """Return what starts `inside.py`; `folder` holds the engine and the course."""
    program, name = engine() or ENGINES[0], f"gradschool-{uuid.uuid4().hex}"
    memory = 2 * limits.memory + limits.scratch
    variables = {key: value for key, value in environment(view.SCRATCH).items() if key != "PATH"}
    local = ("--read-only-tmpfs=false",) if Path(program).name == "podman" else ()

    def end(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            _ask(program, "kill", name)
            process.wait(END_SECONDS)

    return Launch(
        [
            *(program, "run", "--rm", "--interactive", "--name", name, "--pull", "never", "--log-driver", "none"),
            *("--network", "none", "--ipc", "none", "--hostname", "sandbox"),
            *("--user", f"{namespaces.NOBODY}:{namespaces.NOBODY}"),
            *("--cap-drop", "all", "--security-opt", "no-new-privileges"),
            *("--ulimit", f"nofile={limits.files}:{limits.files}"),
            *("--ulimit", f"nproc={limits.processes + OTHERS}:{limits.processes + OTHERS}"),
            *("--pids-limit", str(limits.processes), "--memory", str(memory), "--memory-swap", str(memory)),
            *("--read-only", *local, "--tmpfs", f"{view.SCRATCH}:rw,size={limits.scratch},mode=1777"),
            *("--volume", f"{folder / 'engine'}:{ENGINE}:ro,z", "--volume", f"{folder / 'course'}:{view.COURSE}:ro,z"),
            *(option for key, value in variables.items() for option in ("--env", f"{key}={value}")),
            *("--workdir", view.SCRATCH, "--entrypoint", "python", image(), "-I", f"{ENGINE}/inside.py"),
        ],
        os.environ,  # where the engine keeps its containers; they get none of it
        "/",
        end=end,
    )


def _ask(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=ASK_SECONDS, check=False)
