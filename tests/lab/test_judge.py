"""Verdicts: the points, the state and every sentence that a student reads."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from gradschool.lab.evidence import Evidence, Fault
from gradschool.lab.judge import Answers, Mistake, Verdict, judge
from gradschool.lab.spec import Outcome, Spec

SPEC = Spec("dense_backward", ("Dense",), "`backward` returns dX and adds dW and db.", 2, "gradient", "")

X = [np.array([[0.5, 1.25], [2.75, -3.5], [4.0, 0.625]]), np.array([[8.0, 9.5], [7.0, -6.25], [5.5, 3.0]])]
CASES = [{"x": x} for x in X]
EXPECTED = [
    Evidence(
        {
            "dX": 1.37 * x,
            "dW": np.outer(x[0], [2.11, 4.19, 7.93]),
            "db": x.sum(axis=0) + 11.71,
            "x after the call": x,
        }
    )
    for x in X
]


def changed(evidence=EXPECTED, **functions):
    """Return the evidence with some of its arrays changed, or left out where the function is None."""
    made = []
    for e in evidence:
        arrays = {k: v for k, v in e.arrays.items() if not (k in functions and functions[k] is None)}
        made.append(replace(e, arrays={k: functions[k](v) if k in functions else v for k, v in arrays.items()}))
    return made


def half(a):
    return a / 2


def negative(a):
    return -a


MEAN = Mistake("db is averaged, not summed", "Each row adds its own share.", changed(db=lambda a: a / 3))
SIGN = Mistake("dX has the wrong sign", "Is dX subtracted?", changed(dX=negative))


def verdict(evidence, *, spec=SPEC, cases=CASES, expected=EXPECTED, mistakes=(), reveal=False, **more):
    answers = Answers(cases, expected, mistakes, **({"more": more.pop("more")} if "more" in more else {}))
    return judge(spec, answers, evidence, reveal=reveal, **more)


# Right, partly, wrong


def test_what_the_reference_gives_is_right():
    assert verdict(EXPECTED) == Verdict(
        "dense_backward", "Dense", "`backward` returns dX and adds dW and db.", 2, 2, "right"
    )


def test_a_difference_within_the_tolerance_is_right():
    assert verdict(changed(dX=lambda a: a * (1 + 5e-7))).state == "right"
    assert verdict(changed(dX=lambda a: a * (1 + 5e-6))).state == "partly"
    assert verdict(changed(dX=lambda a: a * (1 + 5e-6)), spec=replace(SPEC, rtol=1e-4)).state == "right"


@pytest.mark.parametrize(
    ("wrong", "points", "state"),
    [(("dX",), 1.33, "partly"), (("dX", "dW"), 0.67, "partly"), (("dX", "dW", "db"), 0.0, "wrong")],
)
def test_each_right_array_earns_its_share_rounded_to_hundredths(wrong, points, state):
    got = verdict(changed(**dict.fromkeys(wrong, half)))
    assert (got.points, got.max_points, got.state, len(got.findings)) == (points, 2, state, len(wrong))


def test_an_array_that_is_wrong_in_one_case_earns_nothing():
    evidence = [EXPECTED[0], changed(db=half)[1]]
    got = verdict(evidence)
    assert got.points == 1.33
    assert got.findings == (
        "`db` is wrong in 1 of 2 cases: all 2 entries differ; every entry is 1/2 times what was expected; "
        "the worst is entry [0].",
    )


def test_a_whole_check_gives_no_partial_credit():
    got = verdict(changed(dX=half), spec=replace(SPEC, whole=True))
    assert (got.points, got.state) == (0.0, "wrong")
    assert verdict(EXPECTED, spec=replace(SPEC, whole=True)).points == 2


def test_a_single_case_is_not_counted():
    got = verdict(changed(dX=half)[:1], cases=CASES[:1], expected=EXPECTED[:1], reveal=True)
    assert got.findings == (
        "`dX` is wrong: all 6 entries differ; every entry is 1/2 times what was expected; "
        "the worst is entry [2, 0]: 2.74, and 5.48 was expected.",
    )


def test_several_exercises_are_named():
    assert verdict(EXPECTED, spec=replace(SPEC, of=("f", "g"))).of == "f, g"


def test_a_print_of_the_students_is_told_for_public_cases_only():
    printed = [replace(EXPECTED[0], notes=("your code printed: [1.5 2.5]", "RuntimeWarning: overflow")), *EXPECTED[1:]]
    assert verdict(printed, reveal=True).notes == ("your code printed: [1.5 2.5]", "RuntimeWarning: overflow")
    assert verdict(printed, reveal=False).notes == ("RuntimeWarning: overflow",)


def test_notes_are_told_once():
    evidence = [replace(e, notes=("RuntimeWarning: overflow", f"case {i}")) for i, e in enumerate(EXPECTED)]
    notes = ("RuntimeWarning: overflow", "case 0", "case 1")
    assert verdict(evidence).notes == notes
    assert verdict([*evidence[:1], replace(evidence[1], fault=Fault("error", "ValueError"))]).notes == notes


# Arrays that are missing, odd or changed


def test_an_array_that_is_missing_is_wrong():
    got = verdict(changed(dW=None))
    assert (got.points, got.state) == (1.33, "partly")
    assert got.findings == ("`dW` is wrong in 2 of 2 cases: it was not returned.",)


def test_no_arrays_at_all_are_wrong():
    got = verdict([Evidence(), Evidence()])
    assert (got.points, got.state) == (0.0, "wrong")
    assert got.findings == (
        *(f"`{name}` is wrong in 2 of 2 cases: it was not returned." for name in ("dX", "dW", "db")),
        "The argument `x` was changed by the call; it must stay as it was.",
    )


def test_a_value_that_is_no_array_is_told_as_what_it_is():
    evidence = [replace(e, odd={"dX": "None"}) for e in changed(dX=None)]
    assert verdict(evidence).findings == ("`dX` is wrong in 2 of 2 cases: it is None, not an array of numbers.",)


def test_a_value_that_is_odd_and_an_array_is_odd():
    evidence = [replace(e, odd={"dX": "a dict"}) for e in EXPECTED]
    assert verdict(evidence).findings == ("`dX` is wrong in 2 of 2 cases: it is a dict, not an array of numbers.",)


def test_further_arrays_change_nothing():
    evidence = [replace(e, arrays={**e.arrays, "verdict": np.array("right")}, odd={"other": "None"}) for e in EXPECTED]
    assert verdict(evidence).state == "right"
    assert verdict(changed(evidence, dX=half)).points == 1.33


def test_a_changed_argument_counts_as_one_more_array_that_is_wrong():
    got = verdict(changed(**{"x after the call": lambda a: a + 1}))
    assert (got.points, got.state) == (1.5, "partly")
    assert got.findings == ("The argument `x` was changed by the call; it must stay as it was.",)


@pytest.mark.parametrize("change", [None, lambda a: a.astype(int), lambda a: a.T, lambda a: a * (1 + 1e-8)])
def test_every_change_of_an_argument_counts(change):
    got = verdict(changed(**{"x after the call": change}))
    assert got.findings == ("The argument `x` was changed by the call; it must stay as it was.",)


# What may be shown


def entries(values):
    """Return the values as they may be printed, to four digits and more."""
    return {f"{abs(float(v)):.{n}g}".replace(".", "").strip("0") for v in np.ravel(values) for n in (3, 4, 6)}


WRONGS = [
    {"dX": half},
    {"dX": lambda a: a + 0.73},
    {"dX": lambda a: np.where(a == a.max(), a + 1.39, a)},
    {"dX": lambda a: np.where(a == a.max(), np.nan, a)},
    {"dX": lambda a: a.astype(np.float32)},
    {"dX": lambda a: a.T, "dW": lambda a: a.round().astype(int), "db": lambda a: a * 1.913},
    {"dX": np.zeros_like, "dW": lambda a: a[:, ::-1], "db": negative},
    {"x after the call": lambda a: a * 2},
]


@pytest.mark.parametrize("wrong", WRONGS)
def test_without_reveal_no_value_of_a_case_or_an_answer_is_shown(wrong):
    evidence = changed(**wrong)
    got = verdict(evidence, mistakes=[MEAN, SIGN])
    assert got.findings
    secret = set()
    for arrays in (*(e.arrays for e in EXPECTED), *CASES):
        for array in arrays.values():
            secret |= {digits for digits in entries(array) if len(digits) > 1}
    told = set(re.findall(r"\d+", got.message.replace(".", ""))) | set(re.findall(r"\d+", got.message))
    assert not secret & told
    assert "expected" not in re.sub("what was expected|the expected value", "", got.message)
    assert "case 0" not in got.message


def test_with_reveal_the_case_and_the_worst_entry_are_shown():
    evidence = [EXPECTED[0], changed(dX=lambda a: np.where(a == a.max(), a + 1.39, a))[1]]
    assert verdict(evidence, reveal=True).findings == (
        "`dX` is wrong in 1 of 2 cases (case 1): 1 of 6 entries differ; the worst is entry [0, 1]: "
        "14.405, and 13.015 was expected.",
    )
    assert verdict(evidence, reveal=False).findings == (
        "`dX` is wrong in 1 of 2 cases: 1 of 6 entries differ; the worst is entry [0, 1].",
    )


# Mistakes


def test_a_known_mistake_is_named_with_its_hint():
    got = verdict(changed(db=lambda a: a / 3), mistakes=[SIGN, MEAN])
    assert (got.mistake, got.hint, got.points) == ("db is averaged, not summed", "Each row adds its own share.", 1.33)
    assert got.message == (
        "`db` is wrong in 2 of 2 cases: all 2 entries differ; every entry is 1/3 (here 3 = x.shape[0]) times what was "
        "expected; the worst is entry [0]. What went wrong: db is averaged, not summed. "
        "Hint: Each row adds its own share."
    )


def test_a_mistake_in_some_cases_only_is_not_named():
    got = verdict([EXPECTED[0], changed(db=lambda a: a / 3)[1]], mistakes=[MEAN, SIGN])
    assert (got.mistake, got.hint) == (None, "")


def test_another_mistake_is_not_named():
    assert verdict(changed(db=lambda a: a / 4), mistakes=[MEAN, SIGN]).mistake is None


def test_a_mistake_that_changes_an_argument_is_named():
    change = {"x after the call": lambda a: a + 1}
    known = Mistake("the argument is changed", "Copy it.", changed(**change))
    got = verdict(changed(**change), mistakes=[MEAN, known])
    assert (got.mistake, got.hint) == ("the argument is changed", "Copy it.")


def test_a_mistake_that_returns_something_odd_is_named():
    odd = [replace(e, odd={"dX": "None"}) for e in changed(dX=None)]
    known = Mistake("nothing is returned", "What does a function without `return` give?", odd)
    assert verdict(odd, mistakes=[SIGN, known]).mistake == "nothing is returned"
    other = [replace(e, odd={"dX": "a dict"}) for e in changed(dX=None)]
    assert verdict(other, mistakes=[replace(known, evidence=odd)]).mistake is None


def test_a_mistake_with_a_fault_is_never_named():
    failing = Mistake("it fails", "", [replace(e, fault=Fault("error", "no")) for e in changed(dX=half)])
    assert verdict(changed(dX=half), mistakes=[failing]).mistake is None


def test_a_mistake_that_would_make_a_right_array_wrong_is_not_named():
    both = Mistake("W is transposed", "How many rows has W?", changed(dX=negative, dW=half))
    argument = Mistake("x is negated in place", "Whose is x?", changed(dX=negative, **{"x after the call": negative}))
    for mistake in (both, argument):
        assert verdict(changed(dX=negative), mistakes=(mistake,)).mistake is None
        assert verdict(changed(dX=negative), mistakes=(mistake, SIGN)).mistake == "dX has the wrong sign"
        assert verdict(changed(mistake.evidence, db=half), mistakes=(mistake, MEAN)).mistake is None
        third = changed(mistake.evidence, db=lambda a: a / 3)
        assert verdict(third, mistakes=(mistake, MEAN)).mistake == f"{mistake.text}; and db is averaged, not summed"


def test_two_mistakes_that_share_the_wrong_arrays_are_both_named():
    got = verdict(changed(db=lambda a: a / 3, dX=negative), mistakes=[MEAN, SIGN])
    assert got.mistake == "dX has the wrong sign; and db is averaged, not summed"
    assert got.hint == "Is dX subtracted? Each row adds its own share."
    assert got.points == 0.67


def test_two_mistakes_are_not_named_if_one_of_the_wrong_arrays_is_of_neither():
    got = verdict(changed(db=lambda a: a / 3, dX=negative, dW=half), mistakes=[MEAN, SIGN])
    assert (got.mistake, got.hint) == (None, "")


def test_two_mistakes_that_give_the_same_array_are_not_guessed_between():
    one = Mistake("one", "", changed(db=lambda a: a / 3, dW=half))
    other = Mistake("other", "", changed(db=lambda a: a / 3, dW=negative))
    assert verdict(changed(db=lambda a: a / 3, dW=lambda a: a * 7), mistakes=[one, other]).mistake is None


def test_further_mistakes_are_computed_when_none_of_the_known_fits():
    calls = []
    both = Mistake("both at once", "Two things.", changed(dX=lambda a: a * 5))

    def more():
        calls.append(1)
        return [both]

    got = verdict(changed(dX=lambda a: a * 5), mistakes=[MEAN, SIGN], more=more)
    assert (got.mistake, got.hint, calls) == ("both at once", "Two things.", [1])


def test_further_mistakes_are_not_computed_without_need():
    def more():
        raise AssertionError

    assert verdict(EXPECTED, mistakes=[MEAN], more=more).state == "right"
    assert verdict(changed(db=lambda a: a / 3), mistakes=[MEAN], more=more).mistake == MEAN.text


# A gradient and the student's own forward pass


def with_numeric(evidence, numeric):
    return [replace(e, arrays={**e.arrays, "numeric dX": n}) for e, n in zip(evidence, numeric, strict=True)]


OWN = "`dX` is the gradient of your own forward pass, so look for the fault in the forward pass."
NOT_OWN = "`dX` is not the gradient of your own forward pass: finite differences of it give another."


def told(evidence):
    got = verdict(evidence, expected=with_numeric(EXPECTED, [e.arrays["dX"] for e in EXPECTED]))
    return got.findings[1:]


def test_a_wrong_gradient_of_the_own_forward_pass_points_to_the_forward_pass():
    wrong = changed(dX=half)
    assert told(with_numeric(wrong, [e.arrays["dX"] + 1e-7 for e in wrong])) == (OWN,)


def test_a_wrong_gradient_that_is_not_of_the_own_forward_pass_is_told_so():
    assert told(with_numeric(changed(dX=half), [e.arrays["dX"] for e in EXPECTED])) == (NOT_OWN,)


def test_one_case_that_does_not_fit_is_enough():
    wrong = changed(dX=half)
    assert told(with_numeric(wrong, [wrong[0].arrays["dX"], EXPECTED[1].arrays["dX"]])) == (NOT_OWN,)


def test_entries_that_were_not_computed_are_left_out():
    wrong = changed(dX=half)
    drawn = [np.where(np.arange(6).reshape(3, 2) % 2, e.arrays["dX"], np.nan) for e in wrong]
    assert told(with_numeric(wrong, drawn)) == (OWN,)
    nothing = [np.full((3, 2), np.nan)] * 2
    assert told(with_numeric(wrong, nothing)) == ()


def test_the_own_forward_pass_is_not_blamed_for_a_wrong_dtype_or_shape():
    single = changed(dX=lambda a: a.astype(np.float32))
    assert told(with_numeric(single, [e.arrays["dX"] for e in EXPECTED])) == ()
    short = [changed(dX=lambda a: a[:2])[0], EXPECTED[1]]
    assert told(with_numeric(short, [e.arrays["dX"] for e in EXPECTED])) == ()


def test_a_case_that_is_right_does_not_speak_for_a_wrong_one():
    wrong = [changed(dX=half)[0], EXPECTED[1]]
    assert told(with_numeric(wrong, [e.arrays["dX"] for e in EXPECTED])) == (NOT_OWN,)
    assert told(with_numeric(wrong, [e.arrays["dX"] for e in wrong])) == (OWN,)


@pytest.mark.parametrize(
    "numeric", [np.full((3, 2), "a"), np.zeros((2, 3)), np.zeros((3, 2), int), np.zeros((3, 2), complex), np.zeros(())]
)
def test_a_hostile_finite_difference_says_nothing(numeric):
    assert told(with_numeric(changed(dX=half), [numeric, numeric])) == ()


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e308])
def test_a_finite_difference_that_overflows_does_not_warn(value):
    wrong = changed(dX=lambda a: np.where(a > 0, np.inf, -1e308))
    assert len(told(with_numeric(wrong, [np.full((3, 2), value)] * 2))) == 1


def test_a_finite_difference_is_not_compared_with_the_reference():
    evidence = with_numeric(EXPECTED, [np.zeros((3, 2))] * 2)
    assert verdict(evidence, expected=with_numeric(EXPECTED, [np.ones((3, 2))] * 2)).state == "right"


def test_a_finite_difference_does_not_hide_a_mistake():
    evidence = with_numeric(changed(dX=negative), [np.zeros((3, 2))] * 2)
    got = verdict(evidence, mistakes=[SIGN])
    assert got.mistake == "dX has the wrong sign"
    assert len(got.findings) == 1


# Faults


def faulty(kind, message, where="", **options):
    return verdict([EXPECTED[0], Evidence(fault=Fault(kind, message, where))], **options)


def test_an_exercise_that_is_not_written_is_not_attempted():
    got = faulty("not attempted", "Dense.backward")
    assert (got.state, got.points, got.max_points, got.mistake, got.hint) == ("not attempted", 0.0, 2, None, "")
    assert got.findings == ("`Dense.backward` is not written yet.",)


def test_an_earlier_exercise_that_is_not_written_is_what_this_rests_on():
    got = faulty("not attempted", "relu")
    assert (got.state, got.findings) == ("not attempted", ("This rests on `relu`, which is not written yet.",))


def test_a_loop_that_never_ends_is_out_of_time():
    got = faulty("timeout", "it was still running after 10 seconds")
    assert (got.state, got.points) == ("timeout", 0.0)
    assert got.findings == ("Your code did not finish: it was still running after 10 seconds.",)
    assert got.hint == "Look for a loop that never ends, or for loops over single entries where arrays would do."


def test_an_error_is_told_with_the_students_line():
    got = faulty("error", "ValueError: no", "line 3 of its cell, in `f`: return 1 / 0")
    assert (got.state, got.points, got.hint) == ("error", 0.0, "")
    assert got.findings == (
        "Your code raised ValueError: no.",
        "It happened at line 3 of its cell, in `f`: return 1 / 0",
    )


def test_an_error_with_none_asks_for_a_return_that_is_missing():
    message = "TypeError: unsupported operand type(s) for *: 'NoneType' and 'float'"
    assert faulty("error", message).hint.startswith("Something there is None. Does each of your functions return")
    assert faulty("error", message, spec=NEEDS, earlier=EARLIER).hint.startswith(f"{MEND} Something there is None.")


def test_an_error_without_a_line_is_told_as_it_is():
    assert faulty("error", "`Dense` is not defined").findings == ("`Dense` is not defined.",)


@pytest.mark.parametrize("evidence", [[], EXPECTED[:1]])
def test_evidence_that_ends_too_early_is_an_error(evidence):
    got = verdict(evidence)
    assert (got.state, got.points) == ("error", 0.0)
    assert got.findings == ("the process ended before this check was done.",)


def test_more_evidence_than_cases_earns_nothing_more():
    got = verdict([*changed(dX=half), *EXPECTED])
    assert (got.points, got.state) == (1.33, "partly")


# What a check rests on

NEEDS = replace(SPEC, needs=("dense_forward", "parameters"))
EARLIER = {
    "dense_forward": Verdict("dense_forward", "Dense", "", 1, 1, "right"),
    "parameters": Verdict("parameters", "Dense", "", 0, 1, "wrong"),
}
MEND = "This rests on `parameters`, which is not right yet: mend that one first."


def test_a_failure_that_rests_on_another_says_to_mend_that_one_first():
    assert verdict(changed(dX=half), spec=NEEDS, earlier=EARLIER).hint == MEND
    assert faulty("error", "ValueError", spec=NEEDS, earlier=EARLIER).hint == MEND


def test_the_mistake_of_the_other_is_told():
    earlier = {"dense_forward": replace(EARLIER["parameters"], mistake="b is not added")}
    assert verdict(changed(dX=half), spec=NEEDS, earlier=earlier).hint == (
        "This rests on `dense_forward`, which is not right yet (b is not added): mend that one first."
    )


def test_a_named_mistake_keeps_its_own_hint():
    assert verdict(changed(dX=negative), spec=NEEDS, earlier=EARLIER, mistakes=[SIGN]).hint == SIGN.hint


@pytest.mark.parametrize("earlier", [None, {}, {"dense_forward": EARLIER["dense_forward"]}])
def test_without_an_earlier_failure_there_is_nothing_to_mend(earlier):
    assert verdict(changed(dX=half), spec=NEEDS, earlier=earlier).hint == ""


# Outcomes

TRAIN = Spec(
    "train",
    ("train",),
    "`train` reaches the loss.",
    4,
    "outcome",
    "",
    outcome=Outcome(
        "mean squared error on held-out data",
        "measure",
        'def measure(arrays, judge):\n    return np.mean((judge["X"] @ arrays["theta"] - judge["y"]) ** 2)\n',
        ("theta",),
        at_most=2.0,
    ),
)
DATA = {"X": np.eye(3), "y": np.zeros(3)}


def trained(theta, *, steps=(1.0, 2.0), spec=TRAIN, mistakes=(), odd=None):
    arrays = {"steps": np.array(steps)} | ({} if theta is None else {"theta": np.asarray(theta)})
    expected = [Evidence({"steps": np.array([1.0, 2.0]), "theta": np.ones(3)})]
    cases = [{"seed": 0, "judge": DATA}]
    return verdict([Evidence(arrays, odd or {})], spec=spec, cases=cases, expected=expected, mistakes=mistakes)


@pytest.mark.parametrize("theta", [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [-1.2, 1.3, 0.1]])
def test_an_outcome_in_its_band_is_right_whatever_the_weights(theta):
    got = trained(theta)
    assert (got.state, got.points) == ("right", 4)


@pytest.mark.parametrize(
    ("theta", "measured"),
    [([3.0, 3.0, 3.0], "9"), ([2.0, 1.0, 1.5], "2.417"), ([1e200] * 3, "inf")],
)
def test_an_outcome_out_of_its_band_is_told_with_the_band(theta, measured):
    got = trained(theta)
    assert (got.state, got.points) == ("partly", 2.0)
    assert got.findings == (f"The mean squared error on held-out data should be at most 2, and is {measured}.",)


def test_an_outcome_and_an_array_share_the_points():
    got = trained([3.0] * 3, steps=(1.0, 5.0))
    assert (got.state, got.points, len(got.findings)) == ("wrong", 0.0, 2)
    assert trained([1.0] * 3, steps=(1.0, 5.0)).points == 2.0


def test_a_band_with_two_ends_is_told_with_both():
    spec = replace(TRAIN, outcome=replace(TRAIN.outcome, at_least=0.5))
    assert trained([0.0] * 3, spec=spec).findings == (
        "The mean squared error on held-out data should be at least 0.5 and at most 2, and is 0.",
    )


@pytest.mark.parametrize(
    ("theta", "odd", "finding"),
    [
        (None, {}, "`theta` is missing, so the outcome can't be computed."),
        (None, {"theta": "None"}, "`theta` is None, so the outcome can't be computed."),
        (np.ones((3, 1)), {}, "`theta` has shape (3, 1) (float64), not (3,) (float64)."),
        (np.ones(3, int), {}, "`theta` has shape (3,) (int64), not (3,) (float64)."),
        (np.full(3, "a"), {}, "`theta` has shape (3,) (<U1), not (3,) (float64)."),
        (np.full(3, np.nan), {}, "The mean squared error on held-out data can't be computed from what was returned."),
    ],
)
def test_an_outcome_that_can_not_be_computed_is_told_why(theta, odd, finding):
    got = trained(theta, odd=odd)
    assert (got.findings, got.points) == ((finding,), 2.0)


def test_a_mistake_that_misses_the_band_is_named():
    known = Mistake(
        "the bias is never updated",
        "What moves b?",
        [Evidence({"steps": np.array([1.0, 2.0]), "theta": np.full(3, 3.0)})],
    )
    assert trained([3.0] * 3, mistakes=[known]).mistake == "the bias is never updated"
    assert trained([4.0] * 3, mistakes=[known]).mistake is None


def test_a_mistake_that_differs_where_it_was_measured_first_is_named_though_the_end_is_another():
    early = Mistake(
        "the steps are halved", "Halved?", [Evidence({"steps": np.array([0.5, 1.0]), "theta": np.full(3, 3.0)})]
    )
    got = trained([4.0] * 3, steps=(0.5, 1.0), mistakes=[early])
    assert (got.mistake, len(got.findings)) == ("the steps are halved", 2)
    assert trained([1.0] * 3, steps=(0.5, 1.0), mistakes=[early]).mistake == "the steps are halved"


def test_an_outcome_that_raises_is_told_and_does_not_stop_the_judge():
    source = "def measure(arrays, judge):\n    return np.arange(3)[arrays['theta'].astype(int)].sum()\n"
    spec = replace(TRAIN, outcome=replace(TRAIN.outcome, source=source))
    assert trained([7.0] * 3, spec=spec).findings == (
        "The mean squared error on held-out data can't be computed from what was returned.",
    )


def test_a_mistake_is_no_match_for_an_array_that_was_not_returned():
    odd = Mistake("nothing is returned", "", [replace(e, odd={"dX": "None"}) for e in changed(dX=None)])
    assert verdict(changed(dX=None), mistakes=[odd]).mistake is None


# Questions

QUESTION = Spec("pieces", ("pieces",), "", 1, "value", 'def pieces(nn):\n    return {"pieces": nn.answer("pieces")}\n')


@pytest.mark.parametrize(
    ("given", "right", "said"),
    [
        (7.0, 6.0, "`answer` is wrong: it is not the right answer."),
        (3.0, 6.0, "`answer` is wrong: it is not the right answer."),
        ("left", "right", "`answer` is wrong: it is not the right answer."),
        ([2.0, 3.0], [2.0, 4.0], "`answer` is wrong: it is not the right answer."),
        ([2.0, 3.0], 6.0, "`answer` is wrong: it has shape (2,), not ()."),
        ("six", 6.0, "`answer` is wrong: it holds text (<U3), not floats (float64)."),
    ],
)
def test_a_wrong_answer_to_a_question_does_not_show_the_right_one(given, right, said):
    evidence = [Evidence({"answer": np.asarray(given)})]
    answers = Answers([{}], [Evidence({"answer": np.asarray(right)})], [])
    got = judge(QUESTION, answers, evidence, reveal=True)
    assert (got.state, got.findings) == ("wrong", (said,))
