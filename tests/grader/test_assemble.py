"""A student's own library, made of their notebooks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gradschool.grader import notebooks
from gradschool.grader.assemble import STORY, assemble
from gradschool.grader.errors import ClassroomError
from gradschool.grader.planting import plant
from gradschool.grader.reference import Reference
from gradschool.grader.sandbox.run import run


def write(
    course, folder: Path, lesson: str, *, mistakes: dict[str, str] | None = None, cells: dict[str, str] | None = None
) -> None:
    """Write a solved notebook; `mistakes` are, for a check, the one that is made, `cells` an exercise's own source."""
    source = course.lesson(lesson)
    notebook = notebooks.notebook(source, "solved")
    right = Reference(source).names()
    for check, text in (mistakes or {}).items():
        (mistake,) = [m for m in source.checks[check].mistakes if m.text == text]
        plant(source, notebook, [mistake.overlay], right)
    for exercise, text in (cells or {}).items():
        (cell,) = [c for c in notebook.cells if c.id == notebooks.cell_id(f"exercise-{exercise}")]
        cell.source = text
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{source.name}.ipynb").write_text(notebooks.text(notebook))


def without_imports(root: Path) -> dict[str, list[str]]:
    """Return the lines of each module, but for what it imports from the others: there the plain forms stand."""
    return {
        name: [line for line in text.decode().splitlines() if not line.startswith("from gradschool.nn.")]
        for name, text in files(root).items()
    }


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_references_solutions_give_the_library_back(course, tmp_path):
    names = [lesson.name for lesson in course.lessons() if not lesson.is_project]
    for name in names:
        write(course, tmp_path / "notebooks", name)
    pieces = assemble(course, tmp_path / "notebooks", tmp_path / "mine", names, runner=run)
    assert [piece for piece in pieces if not piece.own] == []
    assert [piece.lesson for piece in pieces] == sorted(piece.lesson for piece in pieces)
    assert without_imports(tmp_path / "mine/gradschool/nn") == without_imports(course.library)
    assert files(tmp_path / "mine/tests/nn") == files(course.root / "tests/nn")
    conv2d = (tmp_path / "mine/gradschool/nn/layers/conv2d.py").read_text()
    assert "from gradschool.nn.layers.correlation import correlate\n" in conv2d
    assert "fast_correlation" not in conv2d
    plain = "layers or Conv2d or MaxPool2d or RNN"  # of the last three the library has faster forms than the lessons
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/nn/layers", "tests/pytorch"]
    tests = subprocess.run([*asked, "-k", plain], cwd=tmp_path / "mine", capture_output=True, text=True, check=False)
    assert tests.returncode == 0, tests.stdout[-2000:]
    assert int(re.search(r"(\d+) passed", tests.stdout)[1]) > 2000
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path / "mine", capture_output=True, text=True, check=True
    )
    assert float(re.search(r"unseen digits read: ([\d.]+)%", done.stdout)[1]) > 95


@pytest.fixture(scope="module")
def planted(course, tmp_path_factory):
    """The library of a student with three mistakes in two notebooks, and without a third notebook."""
    root = tmp_path_factory.mktemp("planted")
    write(
        course,
        root / "notebooks/02_dense",
        "2",
        mistakes={"dense_backward": "db is averaged over the batch, not summed"},
    )
    write(
        course,
        root / "notebooks/03_activations",
        "3",
        mistakes={
            "sigmoid_values": "there is a minus where the plus should be",
            "tanh_backward": "the square is missing",
        },
    )
    return root / "mine", assemble(course, root / "notebooks", root / "mine", ["2", "3", "4"], runner=run)


def test_a_wrong_part_is_the_references_and_what_rests_on_it_is_not(planted):
    _, pieces = planted
    wrong = {piece.name: piece.why for piece in pieces if not piece.own and piece.lesson[:2] != "04"}
    assert wrong == {
        "Dense": "dense_backward: db is averaged over the batch, not summed",
        "sigmoid": "sigmoid_values: there is a minus where the plus should be",
        "Tanh": "tanh_backward: the square is missing",
    }


def test_without_a_notebook_all_of_its_parts_are_the_references(planted):
    _, pieces = planted
    missing = [piece for piece in pieces if piece.lesson == "04_softmax_cross_entropy"]
    assert [piece.name for piece in missing][:2] == ["log_sum_exp", "Softmax"]
    assert all("holds no notebook" in piece.why for piece in missing)


def test_the_list_of_parts_stands_beside_the_library(planted):
    to, pieces = planted
    text = (to / STORY).read_text()
    assert f"{sum(piece.own for piece in pieces)} of the {len(pieces)} parts" in text
    assert "| 02_dense | `Sequential` | `gradschool.nn.sequential` | mine |" in text
    assert "| the reference's: tanh_backward: the square is missing |" in text


HE = """from math import sqrt


def spread(inputs):
    return sqrt(2 / inputs)


def he_normal(shape, *, rng):
    # as the lesson says
    return spread(shape[0]) * rng.normal(size=shape)
"""


def test_the_bodies_are_the_students_and_the_library_runs_with_them(course, tmp_path):
    write(course, tmp_path / "notebooks", "2", cells={"he_normal": HE})
    to = tmp_path / "mine"
    pieces = assemble(course, tmp_path / "notebooks", to, ["2"], runner=run)
    assert all(piece.own for piece in pieces)
    module = (to / "gradschool/nn/initializers.py").read_text()
    assert "from math import sqrt\n" in module
    assert "def spread(inputs):\n    return sqrt(2 / inputs)\n\n\ndef he_normal(shape: tuple[int, ...]" in module
    assert "    # as the lesson says\n    return spread(shape[0]) * rng.normal(size=shape)\n\n\ndef lecun" in module
    asked = "from gradschool import nn; import numpy as np; print(nn.he_normal((50, 400), rng=np.random).std())"
    done = subprocess.run([sys.executable, "-c", asked], cwd=to, capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(0.2, rel=0.02)


def test_the_library_is_written_again_over_the_one_of_before(course, tmp_path):
    to = tmp_path / "mine"
    (tmp_path / "notebooks").mkdir()
    first = assemble(course, tmp_path / "notebooks", to, ["1"], runner=run)
    (to / "gradschool/nn/old.py").write_text("")
    assert assemble(course, tmp_path / "notebooks", to, ["1"], runner=run) == first
    assert not (to / "gradschool/nn/old.py").exists()
    assert first[0].name == "predict"
    assert first[0].module == "gradschool.nn.linear_regression"


def test_a_folder_with_other_files_is_left_alone(course, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ClassroomError, match="holds other files; give a new folder"):
        assemble(course, tmp_path, tmp_path, runner=run)
    with pytest.raises(ClassroomError, match="nowhere is no folder"):
        assemble(course, tmp_path / "nowhere", tmp_path / "mine", runner=run)
