"""A tiny course in a folder of its own, to test refusals fast, and a classroom of it, graded once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nbgrader import api

from gradschool.grader import build, classroom, figures, notebooks
from gradschool.grader.course import Course
from gradschool.grader.grade import Key, open_key
from gradschool.grader.lesson import Lesson
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.session import grade_classroom
from gradschool.grader.submission import Submission
from gradschool.grader.summary import Summary

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = "01_tiny"

LIBRARY = '''"""The library of the tiny course."""

import numpy as np


def double(x):
    """Return twice x."""
    # A comment above the first statement belongs to the solution.
    doubled = x + x
    return doubled


class Scale:
    """Y = a X."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        """Return a X."""
        self.x = x
        return self.factor * x

    def backward(self, dy):
        """Return dX, and keep the gradient of a.

        dy has the shape of x.
        """
        self.slope = float(np.sum(self.x * dy))
        return self.factor * dy


def halve(x):
    """Return half of x; no exercise names it."""
    return x / 2


def empty(x):
    """Return nothing: there is no body to blank."""
'''

TEXT = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3, language: python}
gradschool:
  title: A tiny lesson
  minutes: 10
  rests_on: []
  gives: [gradschool.nn.types]
  points: 9
---

# A tiny lesson

Some text.

![A straight line.](../../figures/line.png)

```{code-cell}
:setup: true

import numpy as np

from gradschool import lab, nn

check = lab.open_lesson("01_tiny")
```

## Doubling

Write `double`.

```{code-cell}
:exercise: gradschool.nn.tiny.double
```

```{code-cell}
:check: double_values
```

```{code-cell}
:check: double_outcome
```

Now a class.

```{code-cell}
:exercise: gradschool.nn.tiny.Scale
:blank: [forward, backward]
```

```{code-cell}
:check: scale_forward
```

```{code-cell}
:check: scale_backward
```

```{code-cell}
:question: colour

# Is the sky "red" or "blue"?
colour = None
```

```{code-cell}
:check: colour
```

```{code-cell}
if lab.done("double_values"):
    print(double(np.ones(2)))
```
"""

CHECKS = '''"""How the tiny lesson is graded."""

import numpy as np

from gradschool.grader.authoring import check, question


@check(of="double", points=2, sort="value")
def double_values(nn, x):
    """`double` returns twice x."""
    return {"y": nn.double(x)}


@double_values.cases
def _(rng):
    for size in (1, 3, 5):
        yield {"x": rng.normal(size=size)}


@double_values.mistake("x is squared, not doubled", hint="What should become of 3?")
def _(nn):
    def double(x):
        return x * x

    return {"double": double}


@double_values.mistake("x comes back as it went in", hint="Twice, not once.")
def _(nn):
    def double(x):
        return x.copy()

    return {"double": double}


@check(of="double", points=1, sort="outcome", needs=["double_values"])
def double_outcome(nn, x):
    """What `double` gives fits the targets."""
    return {"doubled": nn.double(x)}


@double_outcome.cases
def _(rng):
    x = rng.normal(size=20)
    yield {"x": x, "judge": {"want": 2 * x + 7.0}}


@double_outcome.outcome("distance to the targets", at_most=1e-6, uses=["doubled"])
def _(arrays, judge):
    return np.max(np.abs(arrays["doubled"] + 7.0 - judge["want"]))


@double_outcome.mistake("x is tripled", hint="One too many.", control=True)
def _(nn):
    def double(x):
        return 3 * x

    return {"double": double}


@check(of="Scale", points=2, sort="value")
def scale_forward(nn, factor, x):
    """`forward` returns a X."""
    return {"y": nn.Scale(factor).forward(x)}


@scale_forward.cases
def _(rng):
    for factor in (2.5, -3.5):
        yield {"factor": factor, "x": rng.normal(size=(3, 2))}


@scale_forward.mistake("the factor is added", hint="A factor multiplies.")
def _(nn):
    class Scale(nn.Scale):
        def forward(self, x):
            self.x = x
            return self.factor + x

    return {"Scale": Scale}


@check(of="Scale", points=3, sort="gradient", needs=["scale_forward"])
def scale_backward(nn, factor, x, dy):
    """`backward` returns dX and keeps the gradient of a."""
    layer = nn.Scale(factor)
    layer.forward(x)
    return {"dX": layer.backward(dy), "slope": layer.slope}


@scale_backward.cases
def _(rng):
    for factor in (2.5, -3.5):
        yield {"factor": factor, "x": rng.normal(size=(3, 2)), "dy": rng.normal(size=(3, 2))}


@scale_backward.mistake("dX is divided by a", hint="The chain rule multiplies.")
def _(nn):
    class Scale(nn.Scale):
        def backward(self, dy):
            self.slope = float(np.sum(self.x * dy))
            return dy / self.factor

    return {"Scale": Scale}


colour = question(
    "colour",
    "The colour of the sky.",
    answer="blue",
    points=1,
    wrong={"red": ("the evening is taken for the day", "Look up at noon.")},
)
'''

STYLES = '''"""Right answers in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("loops")
def _(nn):
    def double(x):
        return np.array([2 * v for v in x])

    class Scale:
        def __init__(self, factor):
            self.factor = factor

        def forward(self, x):
            self.x = x
            return np.array([[self.factor * v for v in row] for row in x])

        def backward(self, dy):
            self.slope = sum(float(a) * float(b) for a, b in zip(self.x.flat, dy.flat))
            return np.array([[self.factor * v for v in row] for row in dy])

    return {"double": double, "Scale": Scale}
'''

FIGURE = '''"""A straight line."""

from matplotlib.figure import Figure


def draw():
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, 1], color="#0072B2")
    return figure
'''


class Tiny:
    """A tiny course in the folder `root`, whose sources a test changes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "lessons" / TINY
        self.text = self.folder / f"{TINY}.md"
        self.checks = self.folder / "checks.py"
        self.styles = self.folder / "styles.py"
        self.module = root / "solutions/gradschool/nn/tiny.py"
        self.figure = root / "figures/line.py"
        self.notebook = self.folder / f"{TINY}.ipynb"

    def course(self) -> Course:
        """Return the course as its files are now."""
        return Course(self.root)

    def lesson(self) -> Lesson:
        """Return the lesson as its files are now."""
        return self.course().lesson(TINY)

    @staticmethod
    def change(file: Path, old: str, new: str) -> None:
        """Replace `old`, which the file must hold, once."""
        text = file.read_text()
        assert old in text, f"{file.name} holds no {old!r}"
        file.write_text(text.replace(old, new, 1))


def write_tiny(root: Path) -> Tiny:
    """Write the sources of the tiny course."""
    tiny = Tiny(root)
    shutil.copytree(
        REPOSITORY / "lessons/gradschool", root / "lessons/gradschool", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(
        REPOSITORY / "datasets/gradschool", root / "datasets/gradschool", ignore=shutil.ignore_patterns("__pycache__")
    )
    for folder in (tiny.folder, tiny.module.parent, tiny.figure.parent):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("__init__.py", "types.py"):
        shutil.copy(REPOSITORY / "solutions/gradschool/nn" / name, tiny.module.parent)
    tiny.module.write_text(LIBRARY)
    tiny.text.write_text(TEXT)
    tiny.checks.write_text(CHECKS)
    tiny.styles.write_text(STYLES)
    tiny.figure.write_text(FIGURE)
    return tiny


@pytest.fixture(scope="session", autouse=True)
def asked_once() -> Iterator[None]:
    """nbgrader starts a program for every new gradebook, to be told which version its tables have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "get_alembic_version", cache(api.get_alembic_version))
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """The tiny course, built. Tests read it and leave it as it is."""
    tiny = write_tiny(tmp_path_factory.mktemp("built"))
    figures.draw(tiny.figure.parent)
    build.build(tiny.course(), log=lambda line: None)
    return tiny


@pytest.fixture
def tiny(built: Tiny, tmp_path: Path) -> Tiny:
    """A copy of the built tiny course, which a test may change."""
    root = tmp_path / "tiny"
    shutil.copytree(built.root, root, ignore=shutil.ignore_patterns("__pycache__"))
    return Tiny(root)


@pytest.fixture(scope="session")
def lesson(built: Tiny) -> Lesson:
    """The tiny lesson."""
    return built.lesson()


@pytest.fixture(scope="session")
def key(built: Tiny, lesson: Lesson) -> Iterator[Key]:
    """The key of the tiny lesson for secret cases."""
    with open_key(built.course(), lesson, 12345) as key:
        yield key


class Draft:
    """A student's notebook of a lesson in the making, as plain JSON."""

    def __init__(self, lesson: Lesson, form: str = "solved") -> None:
        self.lesson = lesson
        self.data: dict[str, Any] = json.loads(notebooks.text(notebooks.notebook(lesson, form)))

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The cells."""
        return self.data["cells"]

    def cell(self, cell_id: str) -> dict[str, Any]:
        """Return the cell of this id."""
        return next(cell for cell in self.cells if cell["id"] == cell_id)

    def put(self, cell_id: str, source: str) -> Draft:
        """Give a cell another source."""
        self.cell(cell_id)["source"] = source
        return self

    def add(self, source: str, at: int | None = None, cell_type: str = "code") -> Draft:
        """Add a cell of the student's own, at the end if no place is given."""
        cell = {"cell_type": cell_type, "id": f"own-{len(self.cells)}", "metadata": {}, "source": source}
        self.cells.insert(len(self.cells) if at is None else at, cell)
        return self

    def place(self, cell_id: str) -> int:
        """Return where a cell stands."""
        return self.cells.index(self.cell(cell_id))

    def delete(self, cell_id: str) -> Draft:
        """Delete a cell."""
        self.cells.remove(self.cell(cell_id))
        return self

    def bytes(self) -> bytes:
        """Return the file."""
        return json.dumps(self.data).encode()

    def submission(self, student: str = "ada") -> Submission:
        """Return the submission."""
        return Submission(student, self.lesson.name, self.bytes())


@pytest.fixture
def draft(lesson: Lesson) -> Callable[..., Draft]:
    """What makes a student's notebook of the tiny lesson."""
    return lambda form="solved": Draft(lesson, form)


@dataclass(frozen=True)
class Class:
    """A classroom of the tiny lesson, graded once, with feedback."""

    tiny: Tiny
    root: Path
    reports: dict[str, Summary]

    def notebook(self, stage: str, student: str) -> Path:
        """Return the path of a student's notebook."""
        return self.root / stage / student / TINY / f"{TINY}.ipynb"

    def grade(self, **options: Any) -> dict[str, Summary]:
        """Grade again."""
        reports = grade_classroom(self.tiny.course(), self.root, limits=FAST, **options)
        return {report.student: report for report in reports}

    def copy(self, folder: Path) -> Class:
        """Return a copy, which a test may change."""
        shutil.copytree(self.root, folder)
        return Class(self.tiny, folder, self.reports)


FAST = Limits(cell_seconds=5.0, check_seconds=5.0, seconds=60.0)
SQUARED = "def double(x):\n    return x * x\n"


def hand_in(root: Path, student: str, content: bytes, timestamp: str = "") -> None:
    """Put a submission of the tiny lesson into a classroom."""
    folder = root / "submitted" / student / TINY
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{TINY}.ipynb").write_bytes(content)
    if timestamp:
        (folder / "timestamp.txt").write_text(timestamp)


@pytest.fixture(scope="session")
def graded(built: Tiny, lesson: Lesson, tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The classroom. Tests read it and leave it as it is."""
    root = tmp_path_factory.mktemp("classroom") / "class"
    classroom.init(built.course(), root, log=lambda line: None)
    hand_in(root, "right", Draft(lesson).bytes())
    hand_in(root, "squared", Draft(lesson).put("exercise-double", SQUARED).bytes())
    hand_in(root, "stub", Draft(lesson, "student").bytes())
    hand_in(root, "unreadable", b"%PDF-1.4 no notebook")
    hand_in(root, "leaver", Draft(lesson).put("exercise-Scale", "import os\nos._exit(0)").bytes())
    first = Class(built, root, {})
    return Class(built, root, first.grade(feedback=True))


@pytest.fixture(scope="session")
def fast() -> Limits:
    """Limits that end what is endless soon."""
    return FAST


@pytest.fixture(scope="session")
def submit() -> Callable[..., None]:
    """What puts a submission of the tiny lesson into a classroom."""
    return hand_in
