"""A student's hour in a browser: JupyterLab on a released folder, an exercise typed in, its card read."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gradschool.grader.course import Course
from gradschool.grader.lesson import definition, find_bodies
from gradschool.grader.release import release

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

CHROMIUM = os.environ.get("GRADSCHOOL_CHROMIUM") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LESSON, EXERCISE, CHECK = "02_dense", "glorot_uniform", "glorot_values"
TOKEN = "only-for-this-test"
PATIENCE = 30_000
"""The milliseconds that a slow machine may take over any one thing."""
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # keep every cell in the page, also those out of sight
}

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: `apt install chromium`, or name one in GRADSCHOOL_CHROMIUM"
)


@pytest.fixture(scope="module")
def folder(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's folder of the lesson, with no solutions in it."""
    folder = tmp_path_factory.mktemp("student") / LESSON
    release(course, course.lesson(LESSON), folder)
    return folder


@pytest.fixture(scope="module")
def lab_url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on the student's folder, with a home of its own and no reason to call anyone."""
    home = tmp_path_factory.mktemp("home")
    for name, values in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    places = {
        "HOME": "",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "MPLCONFIGDIR": "matplotlib",
        "XDG_CACHE_HOME": "cache",
        "XDG_CONFIG_HOME": "xdg",
    }
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONWARNINGS")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={folder}",
            f"--IdentityProvider.token={TOKEN}",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.news_url=None",
            "--LabApp.extension_manager=readonly",
        ],
        env=kept | {variable: str(home / place) for variable, place in places.items()},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as server:
        log: list[str] = []
        ready = threading.Event()
        listener = threading.Thread(target=_listen, args=(server.stderr, log, ready))
        listener.start()
        try:
            started = ready.wait(60) and server.poll() is None
            assert started, "JupyterLab did not start:\n" + "".join(log)
            yield f"http://127.0.0.1:{port}/lab/tree/{LESSON}.ipynb?token={TOKEN}"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
            listener.join(20)


def _listen(stream: Any, log: list[str], ready: threading.Event) -> None:
    """Keep what the server says, and tell when it is running or has ended."""
    for line in stream:
        log.append(line)
        if "is running at" in line:
            ready.set()
    ready.set()


@pytest.fixture
def notebook(lab_url: str) -> Iterator[Notebook]:
    """The lesson, open in Chromium."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            notebook = Notebook(page)
            page.goto(lab_url)
            notebook.wait_until_idle()
            yield notebook
        finally:
            browser.close()


class Notebook:
    """What a student does with a notebook: reads, types and runs cells."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.abroad: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Any) -> None:
        where = urlsplit(request.url)
        if where.scheme in ("http", "https", "ws", "wss") and where.hostname != "127.0.0.1":
            self.abroad.append(request.url)

    def wait_until_idle(self) -> None:
        """Wait for the status bar to say so: until the kernel answers, Shift+Enter does nothing."""
        expect(self.page.locator("#jp-main-statusbar").get_by_text("| Idle")).to_be_visible()

    def cell(self, text: str) -> Any:
        """The one code cell that holds this text."""
        found = self.page.locator(".jp-CodeCell").filter(
            has=self.page.locator(".jp-Cell-inputArea").filter(has_text=text)
        )
        expect(found).to_have_count(1)
        return found

    def run(self, cell: Any) -> Any:
        """Click into a cell, press Shift+Enter, and return its outputs once it has run."""
        prompt = cell.locator(".jp-InputArea-prompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))
        return cell.locator(".jp-OutputArea")

    def type_body(self, cell: Any, lines: list[str], over: int) -> None:
        """Select the last lines of a cell, as many as `over`, and type these over them."""
        keyboard = self.page.keyboard
        cell.locator(".cm-content").click()
        keyboard.press("Control+End")
        for _ in range(over - 1):
            keyboard.press("Shift+ArrowUp")
        keyboard.press("Shift+Home")  # up to the indentation
        keyboard.type(lines[0].strip())
        for line in lines[1:]:
            keyboard.press("Enter")
            keyboard.press("Shift+Home")  # the editor has indented the line; the text brings its own
            keyboard.type(line)
        shown = cell.locator(".cm-line").all_inner_texts()
        assert [line.rstrip() for line in shown[-len(lines) :]] == lines

    def add_below(self, cell: Any, line: str) -> Any:
        """Add a cell below, with this line, and return it."""
        cell.locator(".jp-InputArea-prompt").click()
        self.page.keyboard.press("b")
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(line)
        return self.cell(line)


def test_a_student_types_an_exercise_and_its_card_says_what_is_right_and_what_went_wrong(
    course: Course, folder: Path, notebook: Notebook
) -> None:
    lesson = course.lesson(LESSON)
    check = lesson.checks[CHECK]
    source = definition(course.library / "initializers.py", EXERCISE)
    assert source is not None
    (solution,) = find_bodies(source, [])
    right = [solution.indent + line for line in solution.lines]
    assert not list(folder.rglob("initializers.py"))
    assert all(right[1].strip() not in file.read_text() for file in folder.rglob("*.py"))

    first = notebook.cell('lab.open_lesson("02_dense")')
    notebook.run(first)
    where = notebook.add_below(first, "print(lab.__file__, nn.__file__)")
    imported = notebook.run(where).inner_text().split()
    assert imported == [str(folder / "gradschool" / part / "__init__.py") for part in ("lab", "nn")]
    notebook.run(notebook.cell("datasets.load_digits()"))
    picture = notebook.run(notebook.cell('ax.imshow(image.reshape(8, 8), cmap="Greys")'))
    expect(picture.locator("img")).to_be_visible()
    expect(notebook.page.locator("mjx-container").first).to_be_attached()  # the formulas are set

    exercise, card = notebook.cell(f"def {EXERCISE}"), notebook.cell(f'check("{CHECK}")')
    notebook.run(exercise)
    expect(notebook.run(card)).to_contain_text(f"{CHECK}: not attempted (0 / {check.spec.points:g})")

    notebook.type_body(exercise, right, over=2)
    notebook.run(exercise)
    told = notebook.run(card)
    expect(told).to_contain_text(f"{CHECK}: right ({check.spec.points:g} / {check.spec.points:g})")
    expect(told).not_to_contain_text("What went wrong")

    mistake = next(m for m in check.mistakes if m.text == "the root is forgotten")
    wrong = [line.replace("np.sqrt(6 / (fan_in + fan_out))", "6 / (fan_in + fan_out)") for line in right]
    assert wrong != right
    notebook.type_body(exercise, wrong, over=len(right))
    notebook.run(exercise)
    told = notebook.run(card)
    expect(told).to_contain_text(f"What went wrong: {mistake.text}.")
    expect(told).to_contain_text(f"Hint: {mistake.hint}")
    expect(told).not_to_contain_text(f"{CHECK}: right")
    assert notebook.abroad == []
