"""A student's folder for a lesson: the notebook, the public cases, and the part of `gradschool` that it rests on.

It needs NumPy, Matplotlib and JupyterLab and nothing else: a notebook finds the package beside itself. It holds no
solution of this lesson or a later one.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from gradschool.grader.course import Course
from gradschool.grader.lesson import Lesson

PARTS = {"lab": "lessons/gradschool/lab", "datasets": "datasets/gradschool/datasets"}


def release(course: Course, lesson: Lesson, folder: Path) -> None:
    """Write the student's folder of a lesson."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(lesson.folder / f"{lesson.name}.ipynb", folder)
    shutil.copy(lesson.folder / "public.npz", folder)
    package(course, lesson, folder)


def package(course: Course, lesson: Lesson, folder: Path) -> None:
    """Write `gradschool` as a student of the lesson has it: the lab, the data sets, the modules of earlier lessons."""
    target = folder / "gradschool"
    if target.exists():
        shutil.rmtree(target)
    for name, source in PARTS.items():
        shutil.copytree(course.root / source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in library_files(course, lesson):
        copy = target / "nn" / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(course.library / file, copy)


def library_files(course: Course, lesson: Lesson) -> list[Path]:
    """Return the files of the library that a student of the lesson has, relative to it."""
    files = [Path("__init__.py")]
    for module in course.modules(lesson):
        path = Path(*module.split(".")[2:])
        files += [parent / "__init__.py" for parent in path.parents if parent != Path(".")]
        files.append(path.with_suffix(".py"))
    return [file for file in dict.fromkeys(files) if (course.library / file).exists()]
