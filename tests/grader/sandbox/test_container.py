"""How a container is asked for, told by an engine that is a script."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from gradschool.grader.sandbox import container
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.process import converse

ENGINE = """#!{python}
import json, sys
with open({log!r}, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] == "image":
    print("no such image", file=sys.stderr)
    sys.exit({missing})
if sys.argv[1] == "run":
    sys.stdin.buffer.read(5)
    message = b"ready"
    sys.stdout.buffer.write(len(message).to_bytes(8, "little") + message)
    sys.stdout.buffer.flush()
    {then}
"""


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """What makes an engine; it returns the file with a line of JSON for each call."""

    def make(name="podman", missing=0, then="pass"):
        log, program = tmp_path / "log", tmp_path / name
        program.write_text(ENGINE.format(python=sys.executable, log=str(log), missing=missing, then=then))
        program.chmod(0o755)
        monkeypatch.setenv("GRADSCHOOL_CONTAINER_ENGINE", str(program))
        return log

    return make


def pairs(command, option):
    """Return the values that an option is given."""
    return [value for word, value in pairwise(command) if word == option]


def test_a_container_has_no_network_no_rights_and_its_limits(engine, monkeypatch):
    engine()
    monkeypatch.setenv("GRADSCHOOL_IMAGE", "course:2")
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "hunter2")
    limits = Limits(scratch=1000, memory=10_000, processes=7)
    command = list(container.launch(Path("/somewhere"), limits).command)
    for option, value in {
        "--network": "none",
        "--cap-drop": "all",
        "--security-opt": "no-new-privileges",
        "--user": "65534:65534",
        "--pids-limit": "7",
        "--memory": "21000",
        "--tmpfs": "/scratch:rw,size=1000,mode=1777",
        "--pull": "never",
    }.items():
        assert pairs(command, option) == [value]
    assert {"--rm", "--interactive", "--read-only", "--read-only-tmpfs=false"} <= set(command)
    assert pairs(command, "--volume") == ["/somewhere/engine:/engine:ro,z", "/somewhere/course:/course:ro,z"]
    assert command[-3:] == ["course:2", "-I", "/engine/inside.py"]
    assert "hunter2" not in str(command)
    assert "PATH" not in {value.partition("=")[0] for value in pairs(command, "--env")}


def test_docker_is_not_given_what_only_podman_knows(engine):
    engine("docker")
    assert "--read-only-tmpfs=false" not in container.launch(Path("/somewhere"), Limits()).command


def test_a_container_that_does_not_end_is_killed_by_its_name(engine):
    log = engine(then="import signal; signal.pause()")
    launch = container.launch(Path("/somewhere"), Limits())
    short = replace(launch, end=lambda process: (process.kill(), launch.end(process)))
    heard = converse(short, b"hello", lambda messages: 60.0 if not messages else 0.0, 2**20, 60.0)
    assert (heard.frames, heard.ended) == ([b"ready"], "silence")
    run, kill = (line.split('"') for line in log.read_text().splitlines())
    name = next(word for word in run if word.startswith("gradschool-"))
    assert kill[1::2] == ["kill", name]


def test_an_engine_without_the_image_says_how_to_build_it(engine):
    engine(missing=1)
    assert "podman has no image 'gradschool' (no such image); build one by `podman build -t gradschool -f" in (
        container.available()
    )
    engine()
    assert container.available() == ""


def test_a_machine_without_an_engine_says_so(monkeypatch):
    monkeypatch.setenv("GRADSCHOOL_CONTAINER_ENGINE", "there-is-no-such-engine")
    assert "no program podman or docker" in container.available()


def test_an_engine_that_does_not_answer_is_none(engine, monkeypatch):
    engine()

    def late(*_, **__):
        raise subprocess.TimeoutExpired("podman", 60)

    monkeypatch.setattr(subprocess, "run", late)
    assert container.available() == "podman does not answer"
