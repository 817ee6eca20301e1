"""What is known of a check on either side: its fields, its JSON and its outcome."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gradschool.lab.spec import SORTS, Outcome, Spec, load_function

OUTCOME = Outcome(
    text="mean squared error",
    name="measure",
    source='def measure(arrays, judge):\n    return np.mean((arrays["theta"] - judge["y"]) ** 2)\n',
    uses=("theta",),
    at_most=2.0,
)
SPEC = Spec("train", ("f", "g"), "`f` trains.", 3, "outcome", "def train(nn): return {}", outcome=OUTCOME)


def test_the_sorts_are_four():
    assert SORTS == ("value", "gradient", "property", "outcome")


def test_a_spec_has_these_defaults():
    spec = Spec("n", ("f",), "words", 1, "value", "source")
    assert (spec.needs, spec.whole, spec.rtol, spec.seconds, spec.outcome) == ((), False, 1e-6, 10.0, None)


@pytest.mark.parametrize(
    "spec",
    [
        Spec("n", ("f",), "words", 1, "value", "source"),
        Spec("n", (), "ü", 0.5, "property", "s", needs=("a", "b"), whole=True, rtol=1e-3, seconds=2.5),
        SPEC,
    ],
)
def test_a_spec_comes_back_from_json_as_it_was(spec):
    again = Spec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert type(again.of) is type(again.needs) is tuple


def test_a_field_that_is_not_known_is_left_out():
    assert Spec.from_json({**SPEC.to_json(), "later": 1}) == SPEC


def test_arguments_numeric_gradients_and_what_the_outcome_uses_are_not_compared():
    names = ["dX", "numeric dX", "x after the call", "theta", "loss"]
    assert SPEC.compared(dict.fromkeys(names)) == ["dX", "loss"]
    assert Spec("n", ("f",), "words", 1, "value", "s").compared(dict.fromkeys(names)) == ["dX", "theta", "loss"]


@pytest.mark.parametrize(
    ("low", "high", "band", "inside", "outside"),
    [
        (None, 3200.0, "at most 3200", [3200.0, 0.0, -np.inf], [3200.1, np.inf]),
        (0.95, None, "at least 0.95", [0.95, 1.0, np.inf], [0.94, -np.inf]),
        (0.5, 2, "at least 0.5 and at most 2", [0.5, 1, 2], [0.4, 2.1]),
    ],
)
def test_a_band_is_told_and_holds_its_ends(low, high, band, inside, outside):
    outcome = Outcome("text", "name", "source", ("a",), low, high)
    assert outcome.band == band
    assert [outcome.holds(m) for m in inside] == [True] * len(inside)
    assert [outcome.holds(m) for m in outside] == [False] * len(outside)
    assert outcome.holds(np.nan) is False


def test_an_outcome_is_measured_as_a_plain_float():
    measured = OUTCOME.measure({"theta": np.array([1.0, 3.0])}, {"y": np.zeros(2)})
    assert type(measured) is float
    assert measured == 5.0


def test_measuring_what_overflows_does_not_warn():
    assert OUTCOME.measure({"theta": np.array([1e200])}, {"y": np.zeros(1)}) == np.inf
    assert np.isnan(OUTCOME.measure({"theta": np.array([np.inf])}, {"y": np.array([np.inf])}))


def test_a_function_is_loaded_with_numpy_and_nothing_else():
    assert load_function("def f(x):\n    return np.sum(x)\n", "f")([1, 2]) == 3
    with pytest.raises(NameError):
        load_function("def f():\n    return pytest\n", "f")()


def test_a_loaded_function_names_its_check_in_a_traceback():
    assert load_function("def f(): pass", "f").__code__.co_filename == "<check f>"


@pytest.mark.parametrize(
    "body", ["1 / 0", "judge['none']", "np.ones(2)[5]", "np.ones(2) @ np.ones(3)", "np.ones(2)", "None"]
)
def test_an_outcome_that_can_not_be_measured_is_nan(body):
    outcome = Outcome("text", "measure", f"def measure(arrays, judge):\n    return {body}\n", ())
    assert np.isnan(outcome.measure({}, {}))
