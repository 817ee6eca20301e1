import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import keras
from gradschool.nn.keras import layers as L

O = keras.optimizers

RULES = [
    ("sgd", lambda p: nn.SGD(p, 0.01)),
    ("adam", lambda p: nn.Adam(p, 0.001, epsilon=1e-7)),
    ("Adam", lambda p: nn.Adam(p, 0.001, epsilon=1e-7)),
    ("adamw", lambda p: nn.AdamW(p, 0.001, epsilon=1e-7, weight_decay=0.004)),
    ("adagrad", lambda p: nn.Adagrad(p, 0.001, epsilon=1e-7, initial_accumulator=0.1)),
    ("adadelta", lambda p: nn.Adadelta(p, 0.001, rho=0.95, epsilon=1e-7)),
    ("rmsprop", lambda p: nn.RMSprop(p, 0.001, alpha=0.9, epsilon=1e-7)),
    (O.SGD, lambda p: nn.SGD(p, 0.01)),
    (lambda: O.SGD(0.1, momentum=0.9, nesterov=True), lambda p: nn.SGD(p, 0.1, momentum=0.9, nesterov=True)),
    (lambda: O.Adam(0.1, beta_1=0.8, beta_2=0.9), lambda p: nn.Adam(p, 0.1, betas=(0.8, 0.9), epsilon=1e-7)),
    (lambda: O.RMSprop(0.1, rho=0.8, momentum=0.5, centered=True), lambda p: nn.RMSprop(
        p, 0.1, alpha=0.8, momentum=0.5, centered=True, epsilon=1e-7)),
    (lambda: nn.Adam, nn.Adam),
    (lambda: lambda parameters: nn.SGD(parameters, 0.3), lambda p: nn.SGD(p, 0.3)),
]  # fmt: skip


def pair(optimizer, rng):
    """A compiled model, and a network with its weights."""
    model = keras.Sequential([L.Input(3), L.Dense(2)])
    model.compile(optimizer, "mse")
    network = nn.Sequential(nn.Dense(3, 2, rng=rng))
    for parameter, weights in zip(network.parameters(), model.get_weights(), strict=True):
        parameter.value[...] = weights
    return model, network


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(("given", "rule"), RULES)
def test_the_steps_are_those_of_the_library(given, rule, rng):
    chosen = given() if callable(given) and not isinstance(given, type) else given
    model, network = pair(chosen, rng)
    optimizer, loss = rule(network.parameters()), nn.MeanSquaredError()
    for _ in range(3):
        x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
        model.train_on_batch(x, y)
        loss.forward(network.forward(x), y)
        network.zero_grad()
        network.backward(loss.backward())
        optimizer.step()
    for parameter, weights in zip(network.parameters(), model.get_weights(), strict=True):
        np.testing.assert_allclose(weights, parameter.value, rtol=1e-12, atol=1e-14)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("limit", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_clipping(limit, rng):
    x, y = rng.normal(size=(5, 3)), 100 * rng.normal(size=(5, 2))
    model, network = pair(O.SGD(1.0, **{limit: 0.5}), rng)
    before = model.get_weights()
    loss = nn.MeanSquaredError()
    loss.forward(network.forward(x), y)
    network.backward(loss.backward())
    gradients = [parameter.grad for parameter in network.parameters()]
    norms = [np.sqrt(np.sum(g**2)) for g in gradients]
    want = {
        "clipnorm": [0.5 * g / norm for g, norm in zip(gradients, norms, strict=True)],
        "clipvalue": [np.clip(g, -0.5, 0.5) for g in gradients],
        "global_clipnorm": [0.5 * g / np.hypot(*norms) for g in gradients],
    }[limit]
    model.train_on_batch(x, y)
    for old, new, step in zip(before, model.get_weights(), want, strict=True):
        np.testing.assert_allclose(old - new, step, rtol=1e-5)


def test_the_learning_rate_can_be_read_and_set(rng):
    adam = O.Adam(0.1)
    assert adam.learning_rate == 0.1
    model, _ = pair(adam, rng)
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()[0]
    model.fit(np.ones((4, 3)), np.zeros((4, 2)), verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before)
    assert adam.learning_rate == adam.lr == 0.0
    assert adam.iterations == 2


S = O.schedules


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (S.ExponentialDecay(0.1, 2, 0.25), {0: 0.1, 1: 0.05, 2: 0.025, 4: 0.00625}),
        (S.ExponentialDecay(0.1, 2, 0.25, staircase=True), {0: 0.1, 1: 0.1, 2: 0.025, 3: 0.025}),
        (S.InverseTimeDecay(0.1, 2, 1.0), {0: 0.1, 1: 0.1 / 1.5, 2: 0.05}),
        (S.InverseTimeDecay(0.1, 2, 1.0, staircase=True), {1: 0.1, 2: 0.05, 3: 0.05}),
        (S.PiecewiseConstantDecay([3, 5], [1.0, 0.5, 0.1]), {0: 1.0, 3: 1.0, 4: 0.5, 5: 0.5, 6: 0.1}),
        (S.PolynomialDecay(1.0, 10, 0.2), {0: 1.0, 5: 0.6, 10: 0.2, 99: 0.2}),
        (S.PolynomialDecay(1.0, 10, 0.2, power=2), {5: 0.4}),
        (S.PolynomialDecay(1.0, 10, 0.2, cycle=True), {10: 0.2, 15: 0.4, 20: 0.2}),
        (S.CosineDecay(1.0, 10, alpha=0.1), {0: 1.0, 5: 0.55, 10: 0.1, 99: 0.1}),
        (S.CosineDecay(0.0, 10, warmup_target=1.0, warmup_steps=4), {0: 0.0, 2: 0.5, 4: 1.0, 9: 0.5, 14: 0.0}),
    ],
)
def test_schedules(schedule, rates):
    assert {step: schedule(step) for step in rates} == pytest.approx(rates)


def test_a_schedule_counts_steps_and_stands_in_the_history(rng):
    model, _ = pair(O.SGD(S.PiecewiseConstantDecay([1], [0.5, 0.25])), rng)
    history = model.fit(np.ones((4, 3)), np.ones((4, 2)), batch_size=2, epochs=2, verbose=0).history
    assert history["learning_rate"] == [0.5, 0.25]
    with pytest.raises(ValueError, match="1 boundaries take 2 values, got 1"):
        S.PiecewiseConstantDecay([1], [0.5])


def test_compile_begins_anew(rng):
    model, _ = pair("adam", rng)
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    model.compile("adam", "mse")
    assert model.optimizer.iterations == 0
