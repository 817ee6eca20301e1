"""Building, and finding what is stale."""

from __future__ import annotations

import json

import nbformat
import numpy as np
import pytest

from gradschool.grader import build, notebooks
from gradschool.grader.errors import LessonError, StaleError
from gradschool.lab import public

ALL = [
    "lessons/01_tiny/01_tiny.ipynb",
    "lessons/01_tiny/public.npz",
    "solutions/notebooks/01_tiny.ipynb",
    "figures/line.png",
    "lessons/README.md",
]


def stale(tiny):
    with pytest.raises(StaleError) as raised:
        build.check(tiny.course())
    start = "stale, run `gradschool build` (or `make figures` for a picture): "
    assert str(raised.value).startswith(start)
    return str(raised.value).removeprefix(start).split(", ")


def test_the_committed_files_of_a_lesson_and_of_a_project_are_fresh(course):
    """Those of all the others are compared by `make fresh`."""
    names = ["01", "12_1"]
    compared = build.check(course, names)
    for lesson in course.lessons(names):
        assert f"lessons/{lesson.place}.ipynb" in compared
        assert f"{lesson.folder.relative_to(course.root)}/public.npz" in compared
        assert f"solutions/notebooks/{lesson.name}.ipynb" in compared
    assert compared[-1] == "lessons/README.md"
    assert len(compared) == len(set(compared))


def test_what_was_built_is_fresh(tiny):
    assert build.check(tiny.course()) == ALL


def test_building_twice_gives_the_same_bytes(tiny):
    files = [path for path in ALL if path != "figures/line.png"]
    first = {path: (tiny.root / path).read_bytes() for path in files}
    told = []
    build.build(tiny.course(), log=told.append)
    assert {path: (tiny.root / path).read_bytes() for path in files} == first
    assert told == [
        "lessons/01_tiny: student notebook and public cases",
        "solutions/notebooks/01_tiny.ipynb: solved and executed",
        "lessons/README.md: the table of checks and mistakes",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("text", "Some text.", "Some other text.", [ALL[0], ALL[2]]),
        ("text", "minutes: 10", "minutes: 12", [ALL[4]]),
        ("text", "title: A tiny", "title: The tiny", [ALL[1], ALL[4]]),
        ("checks", "What should become of 3?", "What is twice 3?", [ALL[1]]),
        ("checks", "(1, 3, 5)", "(1, 3, 6)", [ALL[1]]),
        ("checks", "return x * x", "return x**3", [ALL[1]]),
        ("checks", "x is squared, not doubled", "x is squared", [ALL[1], ALL[4]]),
        ("checks", 'sort="gradient"', 'sort="property"', [ALL[1], ALL[4]]),
        ("module", "doubled = x + x", "doubled = 2 * x", [ALL[2]]),
        ("module", "doubled = x + x", "doubled = 4 * x / 2 + 1", [ALL[1], ALL[2]]),
        ("module", "Return twice x.", "Return x doubled.", [ALL[0], ALL[2]]),
        ("figure", "[0, 1]", "[0, 2]", [ALL[3]]),
    ],
)
def test_each_built_file_that_a_change_of_its_source_makes_stale_is_named(tiny, file, old, new, named):
    tiny.change(getattr(tiny, file), old, new)
    assert stale(tiny) == named


def test_points_that_change_make_all_but_the_picture_stale(tiny):
    tiny.change(tiny.checks, "points=2, sort", "points=4, sort")
    tiny.change(tiny.text, "points: 9", "points: 11")
    assert stale(tiny) == [ALL[0], ALL[1], ALL[2], ALL[4]]


@pytest.mark.parametrize("path", ALL)
def test_a_built_file_that_is_missing_is_named(tiny, path):
    if path == "figures/line.png":  # without it the lesson itself is not in order
        tiny.figure.unlink()
    else:
        (tiny.root / path).unlink()
    assert stale(tiny) == [path]


@pytest.mark.parametrize("path", [ALL[0], ALL[2], ALL[4]])
def test_a_built_file_that_is_edited_by_hand_is_named(tiny, path):
    tiny.change(tiny.root / path, "iny", "INY")
    assert stale(tiny) == [path]


def test_public_cases_that_differ_by_more_than_the_last_digits_are_named_and_others_are_not(tiny):
    path = tiny.folder / "public.npz"
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    name = next(n for n, a in arrays.items() if a.dtype.kind == "f" and a.size == 3)
    np.savez_compressed(path, **{**arrays, name: arrays[name] * (1 + 1e-12)})
    assert build.check(tiny.course()) == ALL
    np.savez_compressed(path, **{**arrays, name: arrays[name] * (1 + 1e-3)})
    assert stale(tiny) == [ALL[1]]


def test_outputs_of_the_solved_notebook_are_not_compared(tiny):
    path = build.solved_path(tiny.course(), tiny.lesson())
    solved = nbformat.read(path, as_version=4)
    for cell in solved.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    path.write_text(notebooks.text(solved))
    assert build.check(tiny.course()) == ALL


def test_the_solved_notebook_is_run_into_another_folder_as_a_page_too(built, lesson, tmp_path):
    said = []
    build.run(built.course(), ["1"], tmp_path / "runs", said.append)
    assert said == [str(tmp_path / "runs/01_tiny.html")]
    run = nbformat.read(tmp_path / "runs/01_tiny.ipynb", as_version=4)
    committed = nbformat.read(build.solved_path(built.course(), lesson), as_version=4)
    assert run.cells == committed.cells
    assert "<pre>[2. 2.]" in (tmp_path / "runs/01_tiny.html").read_text()


def test_the_solved_notebook_is_executed_and_gets_full_marks(built, lesson):
    solved = nbformat.read(build.solved_path(built.course(), lesson), as_version=4)
    nbformat.validate(solved)
    points = {
        cell.id: json.loads(cell.outputs[-1].data["text/plain"])
        for cell in solved.cells
        if cell.id.startswith("check-")
    }
    assert points == {f"check-{name}": float(check.spec.points) for name, check in lesson.checks.items()}
    assert solved.cells[-1].outputs[0].text == "[2. 2.]\n"


def test_the_public_cases_are_those_of_the_public_seed(built, lesson):
    loaded = public.load(built.folder / "public.npz")
    assert (loaded.name, loaded.title) == ("01_tiny", "A tiny lesson")
    assert list(loaded.checks) == [cell.name for cell in lesson.of_kind("check")]
    (spec, answers) = loaded.checks["double_values"]
    assert spec == lesson.checks["double_values"].spec
    for case, drawn in zip(answers.cases, lesson.checks["double_values"].draw(0, "01_tiny"), strict=True):
        assert np.array_equal(case["x"], drawn["x"])


def test_a_solved_notebook_that_raises_is_refused(tiny):
    tiny.change(tiny.text, "    print(double(np.ones(2)))", "    print(double(np.ones(2)) / nothing)")
    with pytest.raises(LessonError) as raised:
        build.build(tiny.course(), log=lambda line: None)
    assert str(raised.value).startswith("lessons/01_tiny: the solved notebook raises\n")
    assert "NameError: name 'nothing' is not defined" in str(raised.value)


def test_a_solved_notebook_that_ends_its_kernel_or_takes_too_long_is_refused(tiny):
    ends = "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    tiny.change(tiny.text, "    print(double(np.ones(2)))", ends)
    with pytest.raises(LessonError, match="the kernel of the solved notebook was ended; was there enough memory"):
        build.build(tiny.course(), log=lambda line: None)
    tiny.change(tiny.text, ends, "    while True: pass")
    course = tiny.course()
    with pytest.raises(LessonError, match="a cell of the solved notebook takes too long"):
        build.run_solved(course, course.lesson("01_tiny"), seconds=1)


def test_only_the_named_lessons_are_built_and_checked(tiny):
    assert build.check(tiny.course(), ["1"]) == ALL
