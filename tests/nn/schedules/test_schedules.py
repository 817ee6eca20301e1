"""What all schedules do, and each of them worked by hand. PyTorch's whole curves are in tests/pytorch."""

import numpy as np
import pytest

from gradschool.nn import (
    SGD,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    OneCycleLR,
    Parameter,
    PolynomialLR,
    Schedule,
    SequentialLR,
    StepLR,
    WarmupLR,
)

BY_HAND = {
    # name: schedule, rates of the first steps
    "constant": (ConstantLR(0.9), [0.3] * 5 + [0.9, 0.9]),
    "linear": (LinearLR(0.8, 0.25, 0.75, 4), [0.2, 0.3, 0.4, 0.5, 0.6, 0.6]),
    "linear, up to the initial rate": (LinearLR(0.9, total_steps=2), [0.3, 0.6, 0.9, 0.9]),
    "lambda": (LambdaLR(0.5, lambda step: step + 1), [0.5, 1.0, 1.5, 2.0]),
    "multiplicative": (MultiplicativeLR(0.5, lambda step: step + 1), [0.5, 1.0, 3.0, 12.0]),
    "step": (StepLR(0.8, 3, 0.5), [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2]),
    "step, every step": (StepLR(0.8, 1), [0.8, 0.08, 0.008]),
    "multi-step": (MultiStepLR(0.8, [2, 3, 5], 0.5), [0.8, 0.8, 0.4, 0.2, 0.2, 0.1, 0.1]),
    "multi-step, none": (MultiStepLR(0.8, []), [0.8, 0.8]),
    "exponential": (ExponentialLR(0.8, 0.5), [0.8, 0.4, 0.2, 0.1]),
    "polynomial": (PolynomialLR(0.8, 4), [0.8, 0.6, 0.4, 0.2, 0, 0]),
    "polynomial, squared": (PolynomialLR(1.6, 4, 2.0), [1.6, 0.9, 0.4, 0.1, 0, 0]),
    # cos 60° = 1/2, cos 90° = 0, cos 120° = -1/2; after the end it rises again
    "cosine": (CosineAnnealingLR(0.8, 3), [0.8, 0.6, 0.2, 0.0, 0.2, 0.6, 0.8, 0.6]),
    "cosine with a minimum": (CosineAnnealingLR(0.5, 2, 0.1), [0.5, 0.3, 0.1, 0.3, 0.5]),
    "restarts": (CosineAnnealingWarmRestarts(0.8, 2), [0.8, 0.4, 0.8, 0.4, 0.8]),
    "longer and longer": (
        CosineAnnealingWarmRestarts(0.9, 1, 2, 0.1),
        [0.9, 0.9, 0.5, 0.9, 0.5 + 0.4 / 2**0.5, 0.5, 0.5 - 0.4 / 2**0.5, 0.9],
    ),
    # up from 0.9 / 9 to 0.9 in steps 0, 1, 2; down to 0.1 / 10 in step 5
    "one cycle": (
        OneCycleLR(0.9, 6, 0.5, 9, 10, anneal="linear"),
        [0.1, 0.5, 0.9, 0.9 - 0.89 / 3, 0.01 + 0.89 / 3, 0.01, 0.01],
    ),
    "one cycle, cosine": (OneCycleLR(0.9, 6, 0.5, 9, 10), [0.1, 0.5, 0.9, 0.6775, 0.2325, 0.01, 0.01]),
    "one cycle of one step": (OneCycleLR(0.9, 1, 0.3, 9, 10), [0.01, 0.01]),
    "one cycle that starts at the top": (OneCycleLR(0.9, 4, 0.25, 9, 10, "linear"), [0.9, 0.9 - 0.89 / 3]),
    "warm-up": (WarmupLR(StepLR(0.8, 2, 0.5), 4, 0.5), [0.4, 0.5, 0.6, 0.7, 0.8, 0.8, 0.4, 0.4, 0.2]),
    "warm-up from nothing": (WarmupLR(lambda step: 0.9 - step, 3, 0.0), [0.0, 0.3, 0.6, 0.9, -0.1]),
    "no warm-up": (WarmupLR(StepLR(0.8, 1), 0), [0.8, 0.08]),
    "in sequence": (
        SequentialLR([StepLR(0.8, 1, 0.5), lambda step: 10 + step, ConstantLR(0.9, 0.5, 1)], [3, 5]),
        [0.8, 0.4, 0.2, 10, 11, 0.45, 0.9],
    ),
    "a sequence of one": (SequentialLR([StepLR(0.8, 1, 0.5)], []), [0.8, 0.4]),
}
SCHEDULES = {name: schedule for name, (schedule, _) in BY_HAND.items()}


@pytest.mark.parametrize("name", BY_HAND)
def test_worked_by_hand(name):
    schedule, expected = BY_HAND[name]
    assert [schedule(step) for step in range(len(expected))] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_values_are_the_rates_of_the_first_steps(name):
    schedule = SCHEDULES[name]
    for steps in (0, 1, 40):
        values = schedule.values(steps)
        assert values.dtype == np.float64
        np.testing.assert_array_equal(values, [schedule(step) for step in range(steps)])


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_has_no_memory(name):
    schedule = SCHEDULES[name]
    forwards = [schedule(step) for step in range(20)]
    assert [schedule(step) for step in reversed(range(20))] == forwards[::-1]


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_rate_is_a_plain_float_and_a_step_may_be_numpys(name):
    rate = SCHEDULES[name](np.int64(3))
    assert type(rate) is float
    assert rate == SCHEDULES[name](3)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_step_far_away_is_finite(name):
    assert np.isfinite(SCHEDULES[name](100))
    if not name.startswith(("lambda", "multiplicative")):
        assert np.isfinite(SCHEDULES[name](10**6))


@pytest.mark.parametrize("step", [-1, 2.5])
@pytest.mark.parametrize("name", SCHEDULES)
def test_there_is_no_such_step(name, step):
    schedule = SCHEDULES[name]
    with pytest.raises(ValueError) as caught:
        schedule(step)
    assert str(caught.value) == f"{type(schedule).__name__} takes a step of 0, 1, 2, …, got {step}"


@pytest.mark.parametrize("schedule", [ExponentialLR(0.1, 2.0), StepLR(0.1, 1, 2.0), WarmupLR(StepLR(0.1, 1, 2.0), 3)])
def test_a_rate_beyond_all_floats_is_refused(schedule):
    """2 to the power of 1,024 is the first that float64 lacks."""
    assert schedule(1023) > 1e300
    with pytest.raises(ValueError, match=r"LR has no rate for step 5\d{3}: it is larger than the largest float$"):
        schedule(5003)


def test_two_schedules_with_the_same_numbers_are_equal_and_neither_can_be_changed():
    schedule = StepLR(0.1, 3)
    assert schedule == StepLR(initial=0.1, step_size=3, gamma=0.1)
    assert repr(schedule) == "StepLR(initial=0.1, step_size=3, gamma=0.1)"
    with pytest.raises(AttributeError):
        schedule.gamma = 0.5


def test_the_base_class_has_no_rate():
    with pytest.raises(NotImplementedError, match="Schedule has no rate yet"):
        Schedule()(0)


@pytest.mark.parametrize(
    ("returned", "told"),
    [(None, "None for step 3, not a number; look for a missing return"), ([1], r"\[1\] for step 3, n")],
)
def test_a_rate_that_is_no_number_is_told(returned, told):
    class Odd(Schedule):
        def rate(self, step):
            return returned

    with pytest.raises(TypeError, match=f"^Odd.rate returned {told}"):
        Odd()(3)


def test_an_optimizer_follows_its_schedule():
    """1 - 0.8 - 0.4 - 0.2, with a gradient of 1."""
    parameter = Parameter([1.0])
    optimizer = SGD([parameter], ExponentialLR(0.8, 0.5))
    parameter.grad += 1
    for _ in range(3):
        optimizer.step()
    assert parameter.value == pytest.approx(-0.4)
    assert optimizer.learning_rate == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: StepLR(-0.1, 3), "StepLR(initial=-0.1) takes a finite number of 0 or more"),
        (lambda: StepLR(0.1, 0), "StepLR(step_size=0) takes a whole number of 1 or more"),
        (lambda: StepLR(0.1, 2.5), "StepLR(step_size=2.5) takes a whole number of 1 or more"),
        (lambda: StepLR(0.1, 3, -1), "StepLR(gamma=-1) takes a finite number of 0 or more"),
        (lambda: ExponentialLR(np.nan, 0.5), "ExponentialLR(initial=nan) takes a finite number of 0 or more"),
        (lambda: ExponentialLR(0.1, np.inf), "ExponentialLR(gamma=inf) takes a finite number of 0 or more"),
        (
            lambda: MultiStepLR(0.1, [5, 3]),
            "MultiStepLR(milestones=[5, 3]) takes steps of 1 or more, each later than the one before",
        ),
        (
            lambda: MultiStepLR(0.1, [0, 3]),
            "MultiStepLR(milestones=[0, 3]) takes steps of 1 or more, each later than the one before",
        ),
        (lambda: ConstantLR(0.1, -1), "ConstantLR(factor=-1) takes a finite number of 0 or more"),
        (lambda: ConstantLR(0.1, 1, -1), "ConstantLR(total_steps=-1) takes a whole number of 0 or more"),
        (lambda: LinearLR(0.1, end_factor=-1), "LinearLR(end_factor=-1) takes a finite number of 0 or more"),
        (lambda: LinearLR(0.1, total_steps=0), "LinearLR(total_steps=0) takes a whole number of 1 or more"),
        (lambda: LambdaLR(-1, abs), "LambdaLR(initial=-1) takes a finite number of 0 or more"),
        (lambda: MultiplicativeLR(-1, abs), "MultiplicativeLR(initial=-1) takes a finite number of 0 or more"),
        (lambda: PolynomialLR(0.1, 0), "PolynomialLR(total_steps=0) takes a whole number of 1 or more"),
        (lambda: PolynomialLR(0.1, 5, -1), "PolynomialLR(power=-1) takes a finite number of 0 or more"),
        (lambda: CosineAnnealingLR(0.1, 0), "CosineAnnealingLR(total_steps=0) takes a whole number of 1 or more"),
        (lambda: CosineAnnealingLR(0.1, 5, -1), "CosineAnnealingLR(minimum=-1) takes a finite number of 0 or more"),
        (
            lambda: CosineAnnealingWarmRestarts(0.1, 5, 0),
            "CosineAnnealingWarmRestarts(multiple=0) takes a whole number of 1 or more",
        ),
        (lambda: OneCycleLR(0.1, 0), "OneCycleLR(total_steps=0) takes a whole number of 1 or more"),
        (lambda: OneCycleLR(0.1, 5, 1.5), "OneCycleLR(warm=1.5) takes a finite number of 0 to 1"),
        (lambda: OneCycleLR(0.1, 5, 0.3, 0), "OneCycleLR(start_divisor=0) takes a finite number of 1 or more"),
        (lambda: OneCycleLR(0.1, 5, anneal="cosine"), "OneCycleLR(anneal='cosine') takes 'cos' or 'linear'"),
        (lambda: WarmupLR(abs, -1), "WarmupLR(steps=-1) takes a whole number of 0 or more"),
        (lambda: WarmupLR(abs, 5, 2), "WarmupLR(start_factor=2) takes a finite number of 0 to 1"),
        (
            lambda: SequentialLR([abs, abs], [3, 5]),
            "SequentialLR takes a milestone for each schedule but the first, got 2 for 2",
        ),
        (lambda: SequentialLR([], []), "SequentialLR takes a milestone for each schedule but the first, got 0 for 0"),
        (
            lambda: SequentialLR([abs] * 3, [3, 3]),
            "SequentialLR(milestones=[3, 3]) takes steps of 1 or more, each later than the one before",
        ),
    ],
)
def test_wrong_arguments(make, text):
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == text
