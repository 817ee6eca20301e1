"""A student's folder: what is in it, what is not, and that it works on its own."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig

import pytest

from gradschool.grader.release import library_files, release

LESSONS = ["01_linear_regression", "02_dense"]


@pytest.fixture(scope="module", params=LESSONS)
def released(request, course, tmp_path_factory):
    """Return a lesson and its student's folder."""
    lesson = course.lesson(request.param)
    folder = tmp_path_factory.mktemp("release") / lesson.name
    release(course, lesson, folder)
    return lesson, folder


def isolated(folder, code):
    """Run code as a student would who has NumPy and this folder and nothing else of the course."""
    packages = list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))
    start = f"import sys; sys.path[:0] = [{str(folder)!r}]; sys.path += {packages!r}\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", start + code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_holds_the_notebook_the_public_cases_and_the_package(released, course):
    lesson, folder = released
    assert sorted(p.name for p in folder.iterdir()) == sorted([f"{lesson.name}.ipynb", "public.npz", "gradschool"])
    assert sorted(p.name for p in (folder / "gradschool").iterdir()) == ["datasets", "lab", "nn"]
    assert not list(folder.rglob("__pycache__"))
    assert (folder / "public.npz").read_bytes() == (lesson.folder / "public.npz").read_bytes()


def test_no_file_holds_a_module_or_a_statement_of_this_or_a_later_lesson_s_solution(released, course):
    lesson, folder = released
    later = course.lessons(course.names[course.names.index(lesson.name) :])
    files = {p: p.read_text() for p in folder.rglob("*") if p.suffix in (".py", ".ipynb", ".md")}
    assert files
    taught = [each for each in later if not each.is_project]  # a project's lines use the library, as any text may
    hidden = {line for each in taught for cell in each.of_kind("exercise") for line in cell.lines if len(line) >= 25}
    assert len(hidden) >= 10
    for path, text in files.items():
        assert not [line for line in hidden if line in text or json.dumps(line)[1:-1] in text], path
    for each in later:
        for module in each.builds:
            assert not (folder / f"{module.replace('.', '/')}.py").exists()


def test_what_earlier_lessons_built_is_there(course):
    files = {str(path) for path in library_files(course, course.lesson("02_dense"))}
    assert {"__init__.py", "types.py", "linear_regression.py", "penalties.py", "layers/__init__.py"} <= files
    assert not {"layers/dense.py", "sequential.py", "optimizers/gradient_descent.py"} & files


def test_the_lab_works_with_this_folder_only(released):
    lesson, folder = released
    code = (
        "from gradschool import lab, nn, datasets\n"
        f"check = lab.open_lesson({lesson.name!r})\n"
        f"for name in {list(lesson.checks)!r}:\n"
        "    assert check(name) == 0.0, name\n"
        "assert datasets.load_diabetes()[0].shape == (442, 10)\n"
        "print(lab.__file__); print(nn.__file__)\n"
    )
    printed = isolated(folder, code)
    assert f"✗ {next(iter(lesson.checks))}: stopped by an error" in printed
    assert printed.splitlines()[-2:] == [
        str(folder / "gradschool/lab/__init__.py"),
        str(folder / "gradschool/nn/__init__.py"),
    ]


def test_a_name_of_this_or_a_later_lesson_says_why_it_is_not_here(released):
    lesson, folder = released
    names = [
        "Dense",
        "Sequential",
        "GradientDescent",
        *(["linear_regression", "L2"] if lesson.name == LESSONS[0] else []),
    ]
    code = (
        "from gradschool import nn\n"
        f"for name in {names!r}:\n"
        "    try:\n"
        "        getattr(nn, name)\n"
        "    except AttributeError as error:\n"
        "        print(error)\n"
    )
    assert isolated(folder, code).splitlines() == [
        f"gradschool.nn.{name} is not here: the lesson that builds it comes later, or is this one" for name in names
    ]


def test_the_grader_is_not_there(released):
    _, folder = released
    code = (
        "for name in ('gradschool.grader', 'gradschool.nn.sequential'):\n"
        "    try:\n"
        "        __import__(name)\n"
        "    except ModuleNotFoundError as error:\n"
        "        print(error)\n"
    )
    assert isolated(folder, code).splitlines() == [
        "No module named 'gradschool.grader'",
        "No module named 'gradschool.nn.sequential'",
    ]


def test_releasing_again_leaves_nothing_of_before(tiny, tmp_path):
    folder = tmp_path / "release"
    release(tiny.course(), tiny.lesson(), folder)
    (folder / "gradschool/nn/old.py").write_text("x = 1\n")
    (folder / "notes.txt").write_text("mine")
    release(tiny.course(), tiny.lesson(), folder)
    assert not (folder / "gradschool/nn/old.py").exists()
    assert (folder / "notes.txt").read_text() == "mine"
    assert sorted(p.name for p in (folder / "gradschool/nn").iterdir()) == ["__init__.py", "types.py"]
