"""Load a script of the course that stands in no package: checks, styles, figures."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from gradschool.grader.errors import LessonError


def load_script(path: Path) -> ModuleType:
    """Return the module that a file defines, run anew.

    Raises:
        LessonError: there is no such file.
    """
    spec = importlib.util.spec_from_file_location(f"_{path.parent.name}_{path.stem}", path)
    if spec is None or spec.loader is None or not path.exists():
        raise LessonError(f"{path} does not exist")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
