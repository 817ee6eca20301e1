"""Every update rule, worked by hand."""

import numpy as np
import pytest

from gradschool.nn import SGD, Adadelta, Adagrad, Adam, AdamW, Parameter, RMSprop


def path(make, gradients, *, start=0.0, **options):
    """The values after each step, from `start`, with the gradients as given."""
    parameter = Parameter([start])
    optimizer = make([parameter], **options)
    values = []
    for gradient in gradients:
        parameter.grad[...] = gradient
        optimizer.step()
        values.append(parameter.value.item())
    return values


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [-0.1, -0.3, -0.7]),
        # v = 1, 0.5 · 1 + 2 = 2.5, 0.5 · 2.5 + 4 = 5.25
        ({"momentum": 0.5}, [-0.1, -0.35, -0.875]),
        # v = 1, undamped; 0.5 · 1 + 0.75 · 2 = 2; 0.5 · 2 + 0.75 · 4 = 4
        ({"momentum": 0.5, "dampening": 0.25}, [-0.1, -0.3, -0.7]),
        # g + 0.5 v = 1.5, 3.25, 6.625
        ({"momentum": 0.5, "nesterov": True}, [-0.15, -0.475, -1.1375]),
    ],
)
def test_sgd(options, expected):
    assert path(SGD, [1, 2, 4], learning_rate=0.1, **options) == pytest.approx(expected, rel=1e-14)


def test_a_new_rate_acts_on_all_of_the_velocity():
    """v = 1, then 0.5; the second step is half as long as 0.1 · 0.5, because its rate is 0.05."""
    assert path(SGD, [1, 0], learning_rate=lambda step: 0.1 / (step + 1), momentum=0.5) == pytest.approx([-0.1, -0.125])


def test_adagrad():
    """s = 9, 25, 169: steps of 3/3, 4/5 and 12/13."""
    steps = [0.1, 0.1 + 0.08, 0.1 + 0.08 + 0.1 * 12 / 13]
    assert path(Adagrad, [3, 4, 12], learning_rate=0.1, epsilon=0) == pytest.approx([-s for s in steps], rel=1e-14)


def test_adagrad_from_an_accumulator():
    """s = 16 + 9 = 25, and ε = 1 outside the root: 3 / (5 + 1)."""
    got = path(Adagrad, [3], learning_rate=0.1, epsilon=1.0, initial_accumulator=16)
    assert got == pytest.approx([-0.05], rel=1e-14)


def test_adadelta():
    """With ρ = 1/2 and ε = 1: v = 3, Δ = √(1/4) · √6, so u = 3/4; then v = 3/2, Δ = 0; then v = 15/4, ….

    g = √6: v = 6/2 = 3 and Δ = √((0 + 1)/(3 + 1)) √6 = √6/2; u = 1/2 · 6/4 = 3/4.
    g = 0: v = 3/2, Δ = 0, u = 3/8.
    g = √6: v = 3/4 + 3 = 15/4 and Δ = √((11/8)/(19/4)) √6 = √(11/38) √6.
    """
    first, third = np.sqrt(6) / 2, np.sqrt(6 * 11 / 38)
    got = path(Adadelta, [np.sqrt(6), 0, np.sqrt(6)], learning_rate=0.1, rho=0.5, epsilon=1.0)
    assert got == pytest.approx([-0.1 * first, -0.1 * first, -0.1 * (first + third)], rel=1e-14)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # v = 3/4 · 16 = 12 from α = 1/4; then v = 3 + 3/4 · 4 = 6
        ({}, [4 / np.sqrt(12), 2 / np.sqrt(6)]),
        # ε = 1 outside the root
        ({"epsilon": 1.0}, [4 / (np.sqrt(12) + 1), 2 / (np.sqrt(6) + 1)]),
        # b = Δ₁, then Δ₁/2 + Δ₂
        ({"momentum": 0.5}, [4 / np.sqrt(12), 2 / np.sqrt(12) + 2 / np.sqrt(6)]),
        # ḡ = 3, then 3/4 + 3/2 = 9/4: variances of 12 - 9 = 3 and 6 - 81/16 = 15/16
        ({"centered": True}, [4 / np.sqrt(3), 2 / np.sqrt(15 / 16)]),
    ],
)
def test_rmsprop(options, expected):
    got = path(RMSprop, [4, 2], **{"learning_rate": 0.1, "alpha": 0.25, "epsilon": 0.0, **options})
    assert got == pytest.approx(-0.1 * np.cumsum(expected), rel=1e-14)


def test_centred_rmsprop_survives_a_variance_of_nearly_nothing():
    """Of a gradient that stays the same, v − ḡ² ends at zero but for rounding, on either side of it."""
    parameter = Parameter(np.zeros(1000, dtype=np.float32))
    optimizer = RMSprop([parameter], 1e-12, alpha=0.5, centered=True)
    parameter.grad[...] = np.random.default_rng(0).normal(size=1000)
    for _ in range(60):
        optimizer.step()
    assert np.isfinite(parameter.value).all()


def test_adam():
    """β = (1/2, 3/4), ε = 0. g = 4: m̂ = 4, v̂ = 16. g = 0: m = 1, m̂ = 1/(3/4); v = 3, v̂ = 3/(7/16).

    g = -2: m = 1/2 - 1 = -1/2, m̂ = -1/2/(7/8) = -4/7; v = 9/4 + 1 = 13/4, v̂ = 13/4/(37/64) = 208/37.
    """
    steps = [4 / 4, (4 / 3) / np.sqrt(48 / 7), (-4 / 7) / np.sqrt(208 / 37)]
    got = path(Adam, [4, 0, -2], learning_rate=0.1, betas=(0.5, 0.75), epsilon=0.0)
    assert got == pytest.approx(-0.1 * np.cumsum(steps), rel=1e-14)


@pytest.mark.parametrize("make", [Adam, AdamW])
@pytest.mark.parametrize("g", [1e-12, 1e-8, 1e-6, 1.0, 1e6])
def test_adams_first_step_is_the_rate_times_g_over_g_plus_epsilon(make, g):
    """m̂ = g and √v̂ = |g|, so with g = ε = 1e-8 the step is half the rate: ε stands outside the root, uncorrected."""
    got = path(make, [g], learning_rate=0.1, weight_decay=0.0)
    assert got == pytest.approx([-0.1 * g / (g + 1e-8)], rel=1e-12)


def test_where_the_decay_enters():
    """θ = 2, g = -3, η = 0.1, λ = 0.5, ε = 0. Adam: the sign of -3 + 1; AdamW: 2 · 0.95, then the sign of -3."""
    options = {"start": 2.0, "learning_rate": 0.1, "weight_decay": 0.5, "epsilon": 0.0}
    assert path(Adam, [-3], **options) == pytest.approx([2.1], rel=1e-14)
    assert path(AdamW, [-3], **options) == pytest.approx([2.0], rel=1e-14)
    assert path(Adam, [-0.9], **options) == pytest.approx([1.9], rel=1e-14)
    assert path(AdamW, [-0.9], **options) == pytest.approx([2.0], rel=1e-14)
