"""The course: its root folder, its lessons, and which modules of the library each lesson's students have."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from gradschool.grader.errors import GradschoolError
from gradschool.grader.lesson import Lesson, read_lesson, texts

LIBRARY = Path("solutions/gradschool/nn")


class Course:
    """The lessons in the folder `root`, read when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lessons: dict[str, Lesson] = {}

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """Return the course that `start` (by default this folder) stands in, or the one this program is part of.

        Raises:
            GradschoolError: there is none.
        """
        here = start or Path.cwd()
        for folder in (here, *here.parents, *Path(__file__).resolve().parents):
            if (folder / LIBRARY).is_dir() and (folder / "lessons").is_dir():
                return cls(folder)
        raise GradschoolError(
            f"no course in {here} or above it: run this in a checkout of Gradschool, or give --course"
        )

    @property
    def library(self) -> Path:
        """The folder of the reference solution."""
        return self.root / LIBRARY

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the lessons, in order."""
        return tuple(texts(self.root))

    def resolve(self, name: str) -> str:
        """Return the full name of a lesson that is given in full, by its number or by a part of its name."""
        number = f"{int(name):02d}_" if name.isdigit() else None
        fitting = [n for n in self.names if n == name] or [
            n for n in self.names if (n.startswith(number) if number else name in n)
        ]
        if len(fitting) != 1:
            raise GradschoolError(f"no lesson is called {name!r}; there are {', '.join(self.names)}")
        return fitting[0]

    def lesson(self, name: str) -> Lesson:
        """Return a lesson, given in full, by its number or by a part of its name."""
        full = self.resolve(name)
        if full not in self._lessons:
            self._lessons[full] = read_lesson(texts(self.root)[full].parent, self.library)
        return self._lessons[full]

    def lessons(self, names: Iterable[str] = ()) -> list[Lesson]:
        """Return the lessons that are named, or all of them; a number names all that begin with it."""
        return [self.lesson(full) for name in (list(names) or self.names) for full in self._numbered(name)]

    def _numbered(self, name: str) -> list[str]:
        """Return the names that begin with a number, or else the name as it is."""
        if not name.isdigit():
            return [name]
        return [full for full in self.names if full.startswith(f"{int(name):02d}_")] or [name]

    def modules(self, lesson: Lesson) -> list[str]:
        """Return the modules that a student of `lesson` has: those that earlier lessons built, and those given.

        A package that is given stands for all of its modules but those that this lesson or a later one builds.
        """
        place = self.names.index(lesson.name)
        earlier = [self.lesson(name) for name in self.names[:place]]
        own = set(lesson.builds)
        given = [m for each in (*earlier, lesson) for name in each.gives for m in self._given(name, place)]
        built = [m for each in earlier for m in each.builds]
        return [m for m in dict.fromkeys(["gradschool.nn.types", *given, *built]) if m not in own]

    def _given(self, name: str, place: int) -> list[str]:
        """Return the modules that a name in a lesson's `gives` stands for."""
        folder = self.root / "solutions" / Path(*name.split("."))
        if not folder.is_dir():
            return [name]
        files = [file for file in sorted(folder.rglob("*.py")) if file.name != "__init__.py"]
        modules = [".".join(file.relative_to(self.root / "solutions").with_suffix("").parts) for file in files]
        later = {module for each in self.names[place:] for module in self.lesson(each).builds}
        return [module for module in modules if module not in later]
