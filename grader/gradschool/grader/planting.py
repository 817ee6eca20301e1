"""Plant mistakes in submissions: which go together in one notebook, and how they look there.

A mistake is written over the reference; here its text goes into a solved notebook as a student would have written it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import CodeType
from typing import Any

import nbformat

from gradschool.grader import notebooks
from gradschool.grader.authoring import PUBLIC_SEED, Check, Overlay, Variant, overlay_source
from gradschool.grader.lesson import Cell, Lesson
from gradschool.grader.reference import Reference
from gradschool.lab.judge import AND, Verdict, judge
from gradschool.lab.names import Names
from gradschool.lab.probe import run_probe


@dataclass(frozen=True)
class Planted:
    """A student's submission of a lesson: what it is, and what grading it should find."""

    student: str
    lesson: str
    kind: str
    mistakes: Mapping[str, str] = field(default_factory=dict)
    """For a check: the mistake that it should name."""
    states: Mapping[str, str] = field(default_factory=dict)
    """For a check: the state that it should report."""


Notebook = Any
Made = tuple[Planted, bytes]
Item = tuple[Check, Variant]


@dataclass
class Slot:
    """A submission in the making: what it is, what it replaces, and what is done to the notebook last."""

    kind: str
    overlays: list[Overlay] = field(default_factory=list)
    mistakes: dict[str, str] = field(default_factory=dict)
    """What the overlays are, by the name of the check that names it."""
    items: list[Item] = field(default_factory=list)
    """The mistakes that are put in."""
    states: dict[str, str] = field(default_factory=dict)
    spoilt: frozenset[str] = frozenset()
    """The exercises that can't hold a mistake here, because this kind of submission breaks them."""
    broken: Overlay | None = None
    """What stands for the broken exercises while mistakes are fitted in."""
    change: Callable[[Notebook], bytes | None] = lambda notebook: None
    full: bool = False
    """Whether no mistake is put in."""


def make_class(lesson: Lesson, students: int, random: Random) -> list[Made]:
    """Return a submission for each student: each kind once, and each mistake as far as there is room."""
    builder = Planter(lesson)
    slots = [*builder.specials(), *builder.right_styles()][:students]
    slots += [Slot("mistakes") for _ in range(students - len(slots))]
    builder.fill(slots)
    made = [builder.make(slot) for slot in slots]
    random.shuffle(made)
    return made


def touched(replaced: Mapping[str, Any]) -> set[str]:
    """Return what an overlay replaces: functions, and methods, of which several of a class can be wrong at once."""
    touched = set()
    for name, value in replaced.items():
        methods = [m for m, f in vars(value).items() if callable(f)] if isinstance(value, type) else []
        touched |= {f"{name}.{method}" for method in methods} or {name}
    return touched


def _mentioned(code: Any) -> set[str]:
    """Return the names that a function mentions, and those inside of it."""
    code = getattr(code, "__code__", code)
    inner = [_mentioned(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return {*code.co_names, *(name for names in inner for name in names)}


class Planter:
    """Makes submissions of a lesson."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.reference = Reference(lesson)
        self.answers = {n: self.reference.answers(c, PUBLIC_SEED) for n, c in lesson.checks.items()}
        self.code = [c for c in lesson.checks.values() if not c.is_question]
        self.right = self.reference.names()
        replaced = {(c.name, v.text): v.overlay(self.right) for c in self.code for v in c.mistakes}
        self.touched = {key: touched(names) for key, names in replaced.items()}
        self.rests = {name: self._rests_on(check) for name, check in lesson.checks.items()}
        self.verdicts: dict[tuple[str, tuple[Overlay, ...]], Verdict] = {}

    def right_styles(self) -> list[Slot]:
        """Return the solution as the library has it, and in the lesson's other styles."""
        states = dict.fromkeys(self.lesson.checks, "right")
        styles = [Slot(f"right, {s.name}", [s.overlay], states=states, full=True) for s in self.lesson.styles[:2]]
        return [Slot("right", states=states, full=True), *styles]

    def fill(self, slots: Sequence[Slot]) -> None:
        """Put every mistake of the lesson into a slot where it does not hide another, and is not hidden.

        The hardest to place come first: outcomes, which most exercises can hide, then what rests on other exercises,
        then what shares its exercise with many. One that fits nowhere drives others out, if these fit elsewhere.
        """
        there = {(name, text) for slot in slots for name, both in slot.mistakes.items() for text in both.split(AND)}
        todo = [(c, v) for c in self.lesson.checks.values() for v in c.mistakes if (c.name, v.text) not in there]
        crowd = {name: sum(name in c.spec.of for c, _ in todo) for name in self.lesson.exercises}

        def rank(item: Item) -> tuple[bool, bool, int]:
            spec = item[0].spec
            return spec.sort != "outcome", not spec.needs, -max(crowd[name] for name in spec.of)

        todo.sort(key=rank)
        room = [slot for slot in slots if not slot.full]
        left = [item for item in todo if not (self._place(room, item) or self._squeeze(room, item))]
        for item in left:
            for slot in room:
                if self._shows(slot, item):
                    slot.mistakes[item[0].name] = item[1].text
                    break

    def _place(self, room: Sequence[Slot], item: Item) -> bool:
        """Put a mistake into the emptiest slot that it fits into, and return whether there is one."""
        slot = next((s for s in sorted(room, key=lambda s: len(s.items)) if self._fits(s, [*s.items, item])), None)
        if slot is not None:
            slot.items.append(item)
        return slot is not None

    def _squeeze(self, room: Sequence[Slot], item: Item) -> bool:
        """Put a mistake into a slot whose others, as far as they conflict with it, all fit elsewhere."""
        for slot in sorted(room, key=lambda s: len(s.items)):
            if not self._fits(slot, [item]):
                continue
            before = [list(s.items) for s in room]
            homeless = []
            slot.items = [item]
            for old in before[room.index(slot)]:
                if self._fits(slot, [*slot.items, old]):
                    slot.items.append(old)
                else:
                    homeless.append(old)
            others = [s for s in room if s is not slot]
            if all(self._place(others, old) for old in homeless):
                return True
            for each, items in zip(room, before, strict=True):
                each.items = items
        return False

    def _shows(self, slot: Slot, item: Item) -> bool:
        """Return whether the slot already shows this mistake: another check's may be the same in other words."""
        check, variant = item
        taken = {*slot.mistakes, *(c.name for c, _ in slot.items)}
        return check.name not in taken and self._verdict(slot, slot.items, check).mistake == variant.text

    def _fits(self, slot: Slot, items: Sequence[Item]) -> bool:
        """Return whether the slot's own mistakes and these are all named when all are made at once."""
        if self._crowded(items) or any(name in slot.spoilt for check, _ in items for name in check.spec.of):
            return False
        wanted = {**slot.mistakes, **{check.name: variant.text for check, variant in items}}
        planted = [self.lesson.checks[name] for name in wanted if not self.lesson.checks[name].is_question]
        planted.sort(key=lambda check: check.spec.sort == "outcome")  # the slow ones last
        return all(self._verdict(slot, items, check).mistake == wanted[check.name] for check in planted)

    def _verdict(self, slot: Slot, items: Sequence[Item], check: Check) -> Verdict:
        """Return what a check finds in a slot with these mistakes."""
        broken = [slot.broken] if slot.broken else []
        return self._judge(check, *broken, *self._overlays(slot, items))

    def _judge(self, check: Check, *overlays: Overlay) -> Verdict:
        """Return what a check finds in the reference with these names replaced; found once for those that matter."""
        matter = self._that_matter(check, overlays)
        key = check.name, tuple(matter)
        if key not in self.verdicts:
            answers = self.answers[check.name]
            evidence = run_probe(check.spec, self.reference.names(*matter), answers.cases)
            self.verdicts[key] = judge(check.spec, answers, evidence, reveal=False)
        return self.verdicts[key]

    def _that_matter(self, check: Check, overlays: Sequence[Overlay]) -> list[Overlay]:
        """Return the overlays that replace what a check rests on, or what such an overlay itself calls."""
        names, matter = set(self.rests[check.name]), set[int]()
        found = True
        while found:
            found = False
            for number, overlay in enumerate(overlays):
                if number not in matter and names & set(overlay(self.right)):
                    matter.add(number)
                    names |= _mentioned(overlay) & set(self.lesson.exercises)
                    found = True
        return [overlays[number] for number in sorted(matter)]

    def _rests_on(self, check: Check) -> set[str]:
        """Return the exercises without which a check can't run."""
        if check.is_question:
            return set()
        return {name for name in self.lesson.exercises if not self._runs_without(check, name)}

    def _runs_without(self, check: Check, exercise: str) -> bool:
        names = self.reference.names(lambda nn: {exercise: None})
        return run_probe(check.spec, names, self.answers[check.name].cases)[-1].fault is None

    def _overlays(self, slot: Slot, items: Sequence[Item]) -> list[Overlay]:
        """Return what a slot replaces, in the order of the notebook's cells: a later cell builds on an earlier one."""
        overlays = [*slot.overlays, *(variant.overlay for check, variant in items if not check.is_question)]
        return sorted(overlays, key=self._place_of)

    def _place_of(self, overlay: Overlay) -> int:
        """Return the number of the last exercise that an overlay replaces."""
        exercises = list(self.lesson.exercises)
        return max(exercises.index(name) for name in overlay(self.right))

    def _crowded(self, items: Sequence[Item]) -> bool:
        """Return whether two of these are of one check or replace the same thing."""
        code = [item for item in items if not item[0].is_question]
        touched = [part for check, variant in code for part in self.touched[check.name, variant.text]]
        return len({check.name for check, _ in items}) < len(items) or len(set(touched)) < len(touched)

    def make(self, slot: Slot) -> Made:
        """Return the submission of a slot."""
        notebook = notebooks.notebook(self.lesson, "solved")
        plant(self.lesson, notebook, self._overlays(slot, slot.items), self.right)
        for check, variant in slot.items:
            if check.is_question:
                _cell(notebook, f"question-{check.name}").source = f"{check.name} = {variant.answer!r}"
        mistakes = {**slot.mistakes, **{check.name: variant.text for check, variant in slot.items}}
        states = {name: state for name, state in slot.states.items() if name not in mistakes}
        if slot.items and set(slot.states.values()) == {"right"}:
            states = {}  # a check that rests on what is wrong may fail too
        content = slot.change(notebook) or notebooks.text(notebook).encode()
        return Planted("", self.lesson.name, slot.kind, mistakes, states), content

    def specials(self) -> list[Slot]:
        """Return a slot for each kind of submission that is more than right or wrong."""
        first, last = self.code[0], self.code[-1]
        target = self._leaf()
        of_target = [c.name for c in self.code if c.spec.of == (target.name,)]  # others may not come to call it
        untouched = notebooks.notebook(self.lesson, "student")

        def broken(nn: Any) -> Mapping[str, Any]:
            return {target.name: None}

        def breaks(kind: str, state: str, tail: str) -> Slot:
            def change(notebook: Notebook) -> None:
                _cell(notebook, target.id).source += tail

            states = dict.fromkeys(of_target, state)
            return Slot(kind, states=states, spoilt=frozenset({target.name}), broken=broken, change=change)

        def loop(notebook: Notebook) -> None:
            _cell(notebook, target.id).source += "\n\nwhile True:\n    pass\n"

        def delete(notebook: Notebook) -> None:
            notebook.cells = [c for c in notebook.cells if c.id != f"check-{last.name}"]

        def edit(notebook: Notebook) -> None:
            _cell(notebook, f"check-{first.name}").source = f"{first.spec.points:.1f}  # full marks, please"

        def extra(notebook: Notebook) -> None:
            at = notebook.cells.index(_cell(notebook, target.id)) + 1
            notebook.cells.insert(at, nbformat.v4.new_code_cell("print('trying things out', 1 / 0)", id="trying"))
            notebook.cells.insert(at, nbformat.v4.new_markdown_cell("My notes.", id="my-notes"))

        def double(notebook: Notebook) -> None:
            at = notebook.cells.index(_cell(notebook, target.id))
            copied = nbformat.from_dict(_cell(untouched, target.id))
            copied.id = "copied"  # as JupyterLab does; nbgrader's id stays
            notebook.cells.insert(at, copied)

        checks = self.lesson.checks
        name = target.name
        endless = f"\n\n\ndef {name}(*args, **kwargs):\n    while True:\n        pass\n"
        raising = f"\n\n\ndef {name}(*args, **kwargs):\n    return [][0]\n"
        return [
            Slot(
                "not attempted",
                states=dict.fromkeys(checks, "not attempted"),
                change=lambda notebook: notebooks.text(untouched).encode(),
                full=True,
            ),
            Slot(
                "no notebook",
                states=dict.fromkeys(checks, "error"),
                change=lambda notebook: b"%PDF-1.4 not a notebook\n",
                full=True,
            ),
            self._two_at_once(),
            breaks("a syntax error", "error", "\n    return ((\n"),
            breaks("an exception", "error", raising),
            breaks("an infinite loop in a function", "timeout", endless),
            Slot("an infinite loop in a cell", states=dict.fromkeys(checks, "right"), change=loop),
            Slot("a deleted check cell", states=dict.fromkeys(checks, "right"), change=delete),
            Slot("an edited check cell", states=dict.fromkeys(checks, "right"), change=edit),
            Slot("extra cells", states=dict.fromkeys(checks, "right"), change=extra),
            Slot("a cell twice", states=dict.fromkeys(checks, "right"), change=double),
        ]

    def _leaf(self) -> Cell:
        """Return the exercise to break: nothing rests on it, it rests on nothing, and it has the fewest mistakes."""

        def rank(cell: Cell) -> tuple[bool, int]:
            own = [c for c in self.code if cell.name in c.spec.of]
            return any(c.spec.needs for c in own), sum(len(c.mistakes) for c in own)

        for cell in sorted(self.lesson.of_kind("exercise"), key=rank):
            if all(cell.name not in self.rests[c.name] for c in self.code if cell.name not in c.spec.of):
                return cell
        return list(self.lesson.of_kind("exercise"))[-1]

    def _two_at_once(self) -> Slot:
        """Return a slot with two mistakes in one exercise, both named."""
        for check in sorted(self.code, key=lambda c: -len(c.mistakes)):
            if check.spec.sort == "outcome":
                continue
            for a in check.mistakes:
                for b in reversed(check.mistakes):
                    both = f"{a.text}{AND}{b.text}"
                    if self._judge(check, a.overlay, b.overlay).mistake == both:
                        return Slot(
                            "two mistakes at once",
                            [a.overlay, b.overlay],
                            mistakes={check.name: both},
                            spoilt=frozenset(check.spec.of),
                        )
        return Slot("mistakes")  # each replaces the whole exercise: the last would hide the first


def plant(lesson: Lesson, notebook: Notebook, overlays: Sequence[Overlay], right: Names) -> None:
    """Put what the overlays define into the cells of what they replace; `right` are the lesson's own names."""
    for overlay in overlays:
        replaced = list(overlay(right))
        cell = _cell(notebook, f"exercise-{replaced[-1]}")
        prefix = "_right_" if "_right_" not in cell.source else f"_before_{cell.source.count('_right_')}_"
        source = overlay_source(overlay, lesson.exercises, prefix)
        aliases = [n for n in lesson.exercises if f"{prefix}{n}" in source]
        if len(replaced) == 1 and not aliases:
            cell.source = source
        else:
            keep = "".join(f"{prefix}{n} = {n}\n" for n in aliases)
            cell.source = f"{cell.source}\n\n\n{keep}\n\n{source}"


def _cell(notebook: Notebook, cell_id: str) -> Any:
    return next(c for c in notebook.cells if c.id == notebooks.cell_id(cell_id))
