"""The public cases of a lesson: one file that lets a student check their work with no solution on their machine.

An npz archive. `lesson` holds JSON: the checks and, for each case of each, which arrays belong to it. The other
members are those arrays, each once. Nothing in it is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradschool.lab.evidence import AnyArray, Case, Evidence
from gradschool.lab.judge import Answers, Mistake
from gradschool.lab.spec import Spec


@dataclass(frozen=True)
class Lesson:
    """A lesson as its public cases show it."""

    name: str
    title: str
    checks: Mapping[str, tuple[Spec, Answers]]

    @property
    def exercises(self) -> frozenset[str]:
        """The names that only the notebook may define."""
        return frozenset(name for spec, _ in self.checks.values() for name in spec.of)


class _Shelf:
    """The arrays of an archive, each under a number, equal ones once."""

    def __init__(self) -> None:
        self.arrays: dict[str, AnyArray] = {}
        self._seen: dict[tuple[Any, ...], str] = {}

    def put(self, arrays: Mapping[str, AnyArray]) -> dict[str, str]:
        return {name: self._key(np.asarray(array)) for name, array in arrays.items()}

    def _key(self, array: AnyArray) -> str:
        content = (array.dtype.str, array.shape, array.tobytes())
        if content not in self._seen:
            self._seen[content] = f"a{len(self._seen)}"
            self.arrays[self._seen[content]] = array
        return self._seen[content]


def save(path: Path, lesson: Lesson) -> None:
    """Write the public cases of a lesson to `path`."""
    shelf = _Shelf()

    def cases(collection: Sequence[Case]) -> list[Any]:
        return [
            {
                "given": {k: v for k, v in case.items() if k != "judge" and not isinstance(v, np.ndarray)},
                "arrays": shelf.put({k: v for k, v in case.items() if isinstance(v, np.ndarray)}),
                "judge": shelf.put(case.get("judge", {})),
            }
            for case in collection
        ]

    def evidence(collection: Sequence[Evidence]) -> list[Any]:
        return [{"arrays": shelf.put(e.arrays), "odd": dict(e.odd)} for e in collection]

    checks = [
        {
            "spec": spec.to_json(),
            "cases": cases(answers.cases),
            "expected": evidence(answers.expected),
            "mistakes": [[m.text, m.hint, evidence(m.evidence)] for m in answers.mistakes],
        }
        for spec, answers in lesson.checks.values()
    ]
    index = json.dumps({"name": lesson.name, "title": lesson.title, "checks": checks}, ensure_ascii=False)
    np.savez_compressed(path, lesson=np.frombuffer(index.encode(), dtype=np.uint8), **shelf.arrays)  # type: ignore[arg-type]


def load(path: Path) -> Lesson:
    """Return the lesson whose public cases are in `path`."""
    with np.load(path, allow_pickle=False) as archive:
        index = json.loads(archive["lesson"].tobytes())
        arrays = {name: archive[name] for name in archive.files if name != "lesson"}

    def pick(names: Mapping[str, str]) -> dict[str, AnyArray]:
        return {name: arrays[key] for name, key in names.items()}

    def case(stored: Mapping[str, Any]) -> Case:
        given = {k: tuple(v) if isinstance(v, list) else v for k, v in stored["given"].items()}
        return {**given, **pick(stored["arrays"]), "judge": pick(stored["judge"])}

    def evidence(stored: Sequence[Mapping[str, Any]]) -> list[Evidence]:
        return [Evidence(pick(e["arrays"]), e["odd"]) for e in stored]

    checks = {}
    for stored in index["checks"]:
        spec = Spec.from_json(stored["spec"])
        mistakes = [Mistake(text, hint, evidence(e)) for text, hint, e in stored["mistakes"]]
        answers = Answers([case(c) for c in stored["cases"]], evidence(stored["expected"]), mistakes)
        checks[spec.name] = (spec, answers)
    return Lesson(index["name"], index["title"], checks)
