"""Which cell of a submission is which of the lesson's: by nbgrader's id, by the cell's own, or by what it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradschool.grader.lesson import Cell, Lesson
from gradschool.grader.notebooks import cell_id
from gradschool.grader.submission.values import RawCell

PATTERNS = {
    "exercise": r"^(?:async +def|def|class) +{}\b",
    "question": r"^{} *=[^=]",
    "check": r"\A\s*check\( *[\"']{}[\"'] *\)\s*\Z",
}
"""How a cell shows which one of the lesson's it is, should its ids be lost."""

MOST_CELLS = 5_000
"""A notebook has a few hundred cells. Of one with more, those that come later must be the lesson's own by their ids."""
BEGINS_INDENTED = re.compile(r"(?:[ \t]*+(?:#.*+)?\n)*+[ \t]+[^ \t\n#]")
OUR_IDS = re.compile(r"(?:text|demo)-[0-9a-f]{8}(?:-\d+)?|setup-\d+|(?:exercise|question|check)-\w+")


@dataclass(frozen=True)
class Matched:
    """A submission's cells, sorted."""

    found: Mapping[str, Sequence[RawCell]]
    """The versions of each of the lesson's cells, as they stood one after the other."""
    extras: Mapping[str, Sequence[RawCell]]
    """The student's own cells, by the lesson's cell that they stand behind."""
    split: tuple[str, ...] = ()
    """The exercises whose cell was split in the middle of a body."""
    former: int = 0
    """How many cells have an id like the lesson's that is none of its."""
    left_out: int = 0
    """How many cells were not looked at, because there are too many."""


class Matcher:
    """Says which cell is which of a lesson."""

    def __init__(self, lesson: Lesson) -> None:
        own = {cell.id: cell for cell in lesson.cells}
        self._ids = {cell_id(cell.id): cell for cell in lesson.cells} | own
        self._released = {(cell.kind == "text", cell.student.strip()): cell for cell in lesson.cells}
        self._named = [
            (cell, re.compile(PATTERNS[cell.kind].format(re.escape(cell.name)), re.MULTILINE))
            for cell in lesson.of_kind(*PATTERNS)
        ]

    def match(self, raw: Sequence[RawCell]) -> Matched:
        """Return the cells, sorted."""
        looked_at = [cell for place, cell in enumerate(raw) if place < MOST_CELLS or self._by_id(cell)]
        whole, split = self._joined(looked_at)
        found: dict[str, list[RawCell]] = {}
        extras: dict[str, list[RawCell]] = {}
        anchor, former = "", 0
        for cell in whole:
            mine = self._by_id(cell) or self._by_content(cell, found)
            former += mine is None and any(OUR_IDS.fullmatch(name) for name in cell.ids)
            if mine is None:
                extras.setdefault(anchor, []).append(cell)
            else:
                anchor = mine.id
                found.setdefault(mine.id, []).append(cell)
        return Matched(found, extras, split, former, len(raw) - len(looked_at))

    def definition(self, name: str, source: str) -> re.Match[str] | None:
        """Return where a source defines an exercise or answers a question."""
        if name not in source:  # ten times as fast as a pattern
            return None
        patterns = (pattern for cell, pattern in self._named if cell.name == name and cell.kind != "check")
        return next((match for pattern in patterns if (match := pattern.search(source))), None)

    def _joined(self, raw: Sequence[RawCell]) -> tuple[list[RawCell], tuple[str, ...]]:
        """Return the cells with the pieces of a body put together, and the exercises whose bodies these are.

        A cell that begins within a block goes on with the exercise before it, unless it uses that exercise.
        """
        cells: list[RawCell] = []
        split: list[str] = []
        owner: Cell | None = None
        for cell in raw:
            mine = self._by_id(cell)
            if (
                owner is not None
                and mine in (None, owner)
                and cell.cell_type == "code"
                and BEGINS_INDENTED.match(cell.source)
                and not re.search(rf"\b{re.escape(owner.name)}\b", cell.source)
            ):
                cells[-1] = replace(cells[-1], source=f"{cells[-1].source}\n{cell.source}")
                split.append(owner.name)
                continue
            cells.append(cell)
            owner = mine or self._by_content(cell, {})
            owner = owner if owner is not None and owner.kind == "exercise" and cell.cell_type == "code" else None
        return cells, tuple(dict.fromkeys(split))

    def _by_id(self, cell: RawCell) -> Cell | None:
        return next((self._ids[name] for name in cell.ids if name in self._ids), None)

    def _by_content(self, cell: RawCell, found: Mapping[str, Any]) -> Cell | None:
        code, source = cell.cell_type == "code", cell.source.strip()
        if (mine := self._released.get((not code, source))) is not None:
            return mine
        if not code:
            return None
        named = (each for each in self._named if each[0].name in cell.source and each[0].id not in found)
        return next((mine for mine, pattern in named if pattern.search(cell.source)), None)
