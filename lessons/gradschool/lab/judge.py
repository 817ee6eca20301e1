"""Judge what a probe gave: compare it with the expected arrays and with those of the known mistakes.

The judge never runs the student's code. It needs the evidence, the cases, and the answers: in a notebook those of the
public cases, which ship with the lesson; in a grader those of the secret ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradschool.lab.compare import Difference, difference, equal
from gradschool.lab.evidence import AFTER, PRINTED, Case, Evidence, Fault
from gradschool.lab.raised import kind_of
from gradschool.lab.spec import NUMERIC, Spec

AND = "; and "
"""What stands between two mistakes that are named at once."""


@dataclass(frozen=True)
class Mistake:
    """A wrong variant of the reference that students write, and what its probe gives."""

    text: str
    hint: str
    evidence: Sequence[Evidence]


@dataclass(frozen=True)
class Answers:
    """What the judge knows of a check and the student's process does not."""

    cases: Sequence[Case]
    expected: Sequence[Evidence]
    mistakes: Sequence[Mistake]
    more: Callable[[], Sequence[Mistake]] = tuple
    """Further mistakes, computed when none of the known ones fits: two at once."""


@dataclass(frozen=True)
class Verdict:
    """What a check found, in the order in which it is told."""

    name: str
    of: str
    words: str
    points: float
    max_points: float
    state: str
    """`"right"`, `"partly"`, `"wrong"`, `"error"`, `"timeout"` or `"not attempted"`."""
    findings: tuple[str, ...] = ()
    mistake: str | None = None
    hint: str = ""
    notes: tuple[str, ...] = ()
    rests_on: str = ""
    """The earlier check that is to be mended first, if this one fails for no reason of its own."""

    @property
    def message(self) -> str:
        """All that is told, as one text."""
        went_wrong = [f"What went wrong: {self.mistake}."] if self.mistake else []
        hint = [f"Hint: {self.hint}"] if self.hint else []
        return " ".join([*self.findings, *went_wrong, *hint])


def judge(
    spec: Spec,
    answers: Answers,
    evidence: Sequence[Evidence],
    *,
    reveal: bool,
    earlier: Mapping[str, Verdict] | None = None,
) -> Verdict:
    """Return the verdict on what the probe gave.

    Args:
        spec: the check.
        answers: the cases, what the reference gave for them, and what each mistake gave.
        evidence: what the student's code gave, case by case.
        reveal: whether values of the cases and the answers may be shown; only for public cases.
        earlier: verdicts on other checks, for the check's `needs`.
    """
    faults = [e.fault for e in evidence if e.fault is not None]
    if not faults and len(evidence) < len(answers.expected):
        faults = [Fault("error", "the process ended before this check was done")]
    if faults:
        return _faulty(spec, faults[0], _notes(evidence, reveal), earlier or {})
    wrong, total = _examine(spec, answers, evidence, reveal)
    notes = _notes(evidence, reveal)
    of = ", ".join(spec.of)
    if not wrong:
        return Verdict(spec.name, of, spec.words, spec.points, spec.points, "right", notes=notes)
    share = 0.0 if spec.whole else 1 - len(wrong) / total
    points = min(spec.points, max(0.0, round(spec.points * share, 2)))
    mistake, hint = _name_mistake(spec, answers, evidence, wrong)
    findings, rests_on = list(wrong.values()), ""
    if mistake is None:
        findings += _own_gradient(spec, answers, evidence, wrong)
        rests_on, hint = _mend_first(spec, earlier or {})
    return Verdict(
        spec.name,
        of,
        spec.words,
        points,
        spec.points,
        "partly" if points > 0 else "wrong",
        findings=tuple(findings),
        mistake=mistake,
        hint=hint,
        notes=notes,
        rests_on=rests_on,
    )


def _faulty(spec: Spec, fault: Fault, notes: tuple[str, ...], earlier: Mapping[str, Verdict]) -> Verdict:
    of = ", ".join(spec.of)
    rests_on = hint = ""
    if fault.kind == "not attempted":
        state = "not attempted"
        what = f"`{fault.message}`"
        if fault.message == spec.name:
            findings = [f"{what} is not answered yet."]  # a question: its check has its name
        elif fault.message.split(".")[0] in spec.of:
            findings = [f"{what} is not written yet."]
        else:
            findings = [f"This rests on {what}, which is not written yet."]
    elif fault.kind == "timeout":
        state, findings = "timeout", [f"Your code did not finish: {fault.message}."]
        hint = "Look for a loop that never ends, or for loops over single entries where arrays would do."
    else:
        state, findings = "error", [f"Your code raised {fault.message}." if fault.where else f"{fault.message}."]
        if fault.where:
            findings.append(f"It happened at {fault.where}")
        rests_on, hint = _mend_first(spec, earlier)
        if kind := kind_of(fault.message):
            hint = f"{hint} {kind.hint}".strip()
    return Verdict(spec.name, of, spec.words, 0.0, spec.points, state, tuple(findings), None, hint, notes, rests_on)


def _notes(evidence: Sequence[Evidence], reveal: bool) -> tuple[str, ...]:
    """Return the warnings and prints of the student's code; a print may hold a case, so it is kept to public ones."""
    notes = dict.fromkeys(note for e in evidence for note in e.notes)
    return tuple(note for note in notes if reveal or not note.startswith(PRINTED))


def _examine(spec: Spec, answers: Answers, evidence: Sequence[Evidence], reveal: bool) -> tuple[dict[str, str], int]:
    """Return what is said of each returned name that is wrong, and how many there are."""
    names = spec.compared({**answers.expected[0].arrays})
    wrong: dict[str, str] = {}
    for name in names:
        found = [
            (i, d)
            for i, (case, got, want) in enumerate(zip(answers.cases, evidence, answers.expected, strict=False))
            if (d := _one(spec, name, case, got, want)) is not None
        ]
        if found:
            wrong[name] = _tell(f"`{name}`", found, len(answers.expected), reveal)
    total = len(names)
    changed = sorted(
        {
            name
            for got, want in zip(evidence, answers.expected, strict=False)
            for name in want.arrays
            if name.endswith(AFTER) and not equal(got.arrays.get(name), want.arrays[name], 0.0)
        }
    )
    for name in changed:
        total += 1
        wrong[name] = f"The argument `{name.removesuffix(AFTER)}` was changed by the call; it must stay as it was."
    if spec.outcome is not None:
        total += 1
        if missed := _outcome(spec, answers, evidence):
            wrong[spec.outcome.text] = missed
    return wrong, total


def _one(spec: Spec, name: str, case: Case, got: Evidence, want: Evidence) -> Difference | None:
    if name in got.odd:
        return Difference(f"it is {got.odd[name]}, not an array of numbers")
    if name not in got.arrays:
        return Difference("it was not returned")
    found = difference(got.arrays[name], want.arrays[name], spec.rtol, case)
    if found is not None and spec.is_question and found.values:
        return Difference("it is not the right answer")  # anything more would give it away
    return found


def _tell(name: str, found: Sequence[tuple[int, Difference]], cases: int, reveal: bool) -> str:
    case, first = found[0]
    often = f" in {len(found)} of {cases} cases" if cases > 1 else ""
    number = f" (case {case})" if reveal and cases > 1 else ""
    values = f": {first.values}" if reveal and first.values else ""
    return f"{name} is wrong{often}{number}: {first.words}{values}."


def _outcome(spec: Spec, answers: Answers, evidence: Sequence[Evidence]) -> str:
    """Return what is said of the outcome if it misses its band in a case, else nothing."""
    outcome = spec.outcome
    assert outcome is not None
    for case, got, want in zip(answers.cases, evidence, answers.expected, strict=False):
        for name in outcome.uses:
            if name in got.odd or name not in got.arrays:
                return f"`{name}` is {got.odd.get(name, 'missing')}, so the outcome can't be computed."
            mine, theirs = got.arrays[name], want.arrays[name]
            if mine.shape != theirs.shape or mine.dtype.kind != theirs.dtype.kind:
                return f"`{name}` has shape {mine.shape} ({mine.dtype}), not {theirs.shape} ({theirs.dtype})."
        measured = outcome.measure(got.arrays, case["judge"])
        if measured != measured:
            return f"The {outcome.text} can't be computed from what was returned."
        if not outcome.holds(measured):
            return f"The {outcome.text} should be {outcome.band}, and is {measured:.4g}."
    return ""


def _name_mistake(
    spec: Spec, answers: Answers, evidence: Sequence[Evidence], wrong: Mapping[str, str]
) -> tuple[str | None, str]:
    """Return the text and the hint of the mistake that gives the same, or of several that share what is wrong."""
    for mistakes in (answers.mistakes, answers.more):
        known = mistakes() if callable(mistakes) else mistakes
        for mistake in known:
            if _same(spec, mistake, evidence, None):
                return mistake.text, mistake.hint
    parts: dict[str, str] = {}
    outcome = spec.outcome.text if spec.outcome is not None else None  # it follows from the arrays
    for name in wrong:
        if name == outcome:
            continue
        fitting = [
            m
            for m in answers.mistakes
            if _same(spec, m, evidence, name)
            and name in (broken := _broken(spec, m, answers))
            and broken <= wrong.keys()
        ]
        if len(fitting) != 1:
            return None, ""
        parts[fitting[0].text] = fitting[0].hint
    return AND.join(parts) or None, " ".join(parts.values())


def _same(spec: Spec, mistake: Mistake, evidence: Sequence[Evidence], only: str | None) -> bool:
    """Return whether the evidence is what the mistake gives: in all arrays, or in one."""
    if len(mistake.evidence) != len(evidence) or any(e.fault is not None for e in mistake.evidence):
        return False
    for got, theirs in zip(evidence, mistake.evidence, strict=True):
        if got.odd != theirs.odd if only is None else got.odd.get(only) != theirs.odd.get(only):
            return False
        names = [n for n in {**got.arrays, **theirs.arrays} if not n.startswith(NUMERIC)] if only is None else [only]
        for name in names:
            if not equal(got.arrays.get(name), theirs.arrays.get(name), max(spec.rtol, min(10 * spec.rtol, 1e-3))):
                return False
    return True


def _broken(spec: Spec, mistake: Mistake, answers: Answers) -> set[str]:
    """Return the names of the arrays that the mistake makes wrong in some case; those of an outcome are left out."""
    uses = () if spec.outcome is None else spec.outcome.uses
    return {
        name
        for got, want in zip(mistake.evidence, answers.expected, strict=False)
        for name in want.arrays
        if not (name.startswith(NUMERIC) or name in uses)
        and not equal(got.arrays.get(name), want.arrays[name], spec.rtol)
    }


def _own_gradient(spec: Spec, answers: Answers, evidence: Sequence[Evidence], wrong: Mapping[str, str]) -> list[str]:
    """Say whether a wrong gradient is at least the gradient of the student's own forward, where it is wrong."""
    told = []
    for name in wrong:
        at_fault = [
            e
            for case, e, want in zip(answers.cases, evidence, answers.expected, strict=False)
            if _one(spec, name, case, e, want) is not None
        ]
        pairs: list[tuple[Any, Any]] = [(e.arrays.get(name), e.arrays.get(NUMERIC + name)) for e in at_fault]
        if not all(_comparable(got, numeric) for got, numeric in pairs):
            continue  # a difference says nothing of a wrong shape or dtype
        agree = [_agree(got, numeric) for got, numeric in pairs if not np.isnan(numeric).all()]
        if agree and all(agree):
            told.append(
                f"`{name}` is the gradient of your own forward pass, so look for the fault in the forward pass."
            )
        elif agree:
            told.append(
                f"`{name}` is not the gradient of your own forward pass: finite differences of it give another."
            )
    return told


def _comparable(got: Any, numeric: Any) -> bool:
    if got is None or numeric is None:
        return False
    return bool(got.shape == numeric.shape and got.dtype == numeric.dtype == np.float64)


def _agree(got: Any, numeric: Any) -> bool:
    """Return whether a gradient is that of the finite differences, where these were computed."""
    known = ~np.isnan(numeric)
    with np.errstate(all="ignore"):
        scale = 1.0 + float(np.abs(numeric[known]).max())
        return bool((np.abs(got[known] - numeric[known]) < 1e-5 * scale).all())


def _mend_first(spec: Spec, earlier: Mapping[str, Verdict]) -> tuple[str, str]:
    """Return an earlier check on which this one rests, if one failed, and the advice to mend it first."""
    for need in spec.needs:
        verdict = earlier.get(need)
        if verdict is not None and verdict.state != "right":
            cause = f" ({verdict.mistake})" if verdict.mistake else ""
            return need, f"This rests on `{need}`, which is not right yet{cause}: mend that one first."
    return "", ""
