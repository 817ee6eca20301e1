"""Project 2: against finite differences, the library's own layers, and PyTorch where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from gradschool import datasets, nn
from gradschool.nn.projects.mnist import (
    cnn,
    dense_network,
    loss_and_gradients,
    output_gradients,
    train_one_cycle,
    train_two_layers,
)


def parts(rng, n=5, d=4, hidden=6, classes=3):
    X, y = rng.normal(size=(n, d)), rng.integers(classes, size=n)
    return X, y, [rng.normal(size=s) for s in ((d, hidden), (hidden,), (hidden, classes), (classes,))]


@pytest.mark.parametrize("which", range(4))
def test_the_gradients_of_two_layers_are_those_of_finite_differences(which):
    X, y, weights = parts(np.random.default_rng(0))
    _, gradients = loss_and_gradients(X, y, *weights)
    numeric = np.zeros_like(weights[which])
    for i in range(numeric.size):
        ends = []
        for step in (1e-6, -1e-6):
            moved = [w.copy() for w in weights]
            moved[which].flat[i] += step
            ends.append(loss_and_gradients(X, y, *moved)[0])
        numeric.flat[i] = (ends[0] - ends[1]) / 2e-6
    np.testing.assert_allclose(gradients[which], numeric, rtol=1e-5, atol=1e-8)


def test_two_layers_from_formulas_are_the_library_s():
    X, y, (W1, b1, W2, b2) = parts(np.random.default_rng(1))
    first, last = nn.Dense(4, 6, rng=np.random.default_rng(0)), nn.Dense(6, 3, rng=np.random.default_rng(0))
    first.W.value[...], first.b.value[...], last.W.value[...], last.b.value[...] = W1, b1, W2, b2
    model, loss = nn.Sequential(first, nn.ReLU(), last), nn.SoftmaxCrossEntropy()
    value = loss.forward(model.forward(X), y)
    model.backward(loss.backward())
    mine, gradients = loss_and_gradients(X, y, W1, b1, W2, b2)
    assert mine == pytest.approx(value, rel=1e-12)
    for gradient, parameter in zip(gradients, model.parameters(), strict=True):
        np.testing.assert_allclose(gradient, parameter.grad, rtol=1e-10, atol=1e-14)


def test_a_true_class_that_is_far_behind_costs_what_it_should():
    one = np.ones((1, 1))
    loss, gradients = loss_and_gradients(one, np.array([1]), one, np.zeros(1), np.array([[2000.0, 0.0]]), np.zeros(2))
    assert loss == 2000
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_nothing_is_changed_but_what_is_returned():
    X, y, weights = parts(np.random.default_rng(2))
    before = [w.copy() for w in (X, *weights)]
    loss_and_gradients(X, y, *weights)
    for old, new in zip(before, (X, *weights), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_training_by_formulas_is_that_of_the_library():
    X, y, _ = parts(np.random.default_rng(3), n=11)
    recipe = {"hidden": 7, "classes": 3, "size": 4, "rate": 0.3}
    start = train_two_layers(X, y, epochs=0, rng=np.random.default_rng(5), **recipe)
    mine = train_two_layers(X, y, epochs=3, rng=np.random.default_rng(5), **recipe)
    rng = np.random.default_rng(5)
    model = nn.Sequential(nn.Dense(4, 7, rng=rng), nn.ReLU(), nn.Dense(7, 3, rng=rng))
    for parameter, value in zip(model.parameters(), start, strict=True):
        parameter.value[...] = value
    rng = np.random.default_rng(5)
    rng.normal(size=4 * 7 + 7 * 3)  # what the first weights took
    optimizer = nn.SGD(model.parameters(), 0.3)
    nn.fit(
        model, X, y, loss=nn.SoftmaxCrossEntropy(), optimizer=optimizer, epochs=3, batch_size=4, rng=rng, progress=False
    )
    for value, parameter in zip(mine, model.parameters(), strict=True):
        np.testing.assert_allclose(value, parameter.value, rtol=1e-10, atol=1e-13)


def test_the_first_weights_have_he_s_spread_and_the_dtype_of_x():
    X = np.zeros((1, 400), np.float32)
    W1, b1, W2, b2 = train_two_layers(
        X, np.zeros(1, int), hidden=300, epochs=0, size=1, rate=0.1, rng=np.random.default_rng(0)
    )
    assert W1.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert W2.std() == pytest.approx(np.sqrt(2 / 300), rel=0.05)
    assert [a.shape for a in (W1, b1, W2, b2)] == [(400, 300), (300,), (300, 10), (10,)]
    X = np.random.default_rng(1).normal(size=(6, 5)).astype(np.float32)
    trained = train_two_layers(X, np.arange(6), hidden=4, epochs=2, size=4, rate=0.1, rng=np.random.default_rng(0))
    assert {a.dtype for a in trained} == {np.dtype(np.float32)}


def test_the_gradients_at_the_output_are_those_of_the_library_s_layers():
    rng = np.random.default_rng(4)
    A, y = 3 * rng.normal(size=(6, 4)), rng.integers(4, size=6)
    sigmoid, squared, entropy = nn.Sigmoid(), nn.MeanSquaredError(), nn.SoftmaxCrossEntropy()
    squared.forward(sigmoid.forward(A), datasets.one_hot(y, 4))
    entropy.forward(A, y)
    first, second = output_gradients(A, y)
    np.testing.assert_allclose(first, sigmoid.backward(squared.backward()), rtol=1e-12)
    np.testing.assert_allclose(second, entropy.backward(), rtol=1e-10, atol=1e-15)


def test_the_push_of_squared_errors_is_largest_at_an_output_of_a_third():
    s = np.linspace(0.01, 0.99, 99)
    A = np.zeros((99, 2))
    A[:, 0] = np.log(s / (1 - s))
    squared, _ = output_gradients(A, np.zeros(99, int))
    assert s[np.argmin(squared[:, 0])] == pytest.approx(0.33)


def names(model):
    return [type(layer).__name__ for layer in model.layers]


def test_dense_networks_have_the_layers_that_were_asked_for():
    rng = np.random.default_rng(0)
    common = {"init": nn.he_normal, "rng": rng}
    assert names(dense_network((5, 4, 3, 2), activation=nn.Sigmoid, squash=True, **common)) == ["Dense", "Sigmoid"] * 3
    network = dense_network((5, 4, 2), activation=nn.ReLU, dropout=0.2, **common)
    assert names(network) == ["Dense", "ReLU", "Dropout", "Dense"]
    assert network.forward(np.ones((3, 5))).shape == (3, 2)


@pytest.mark.parametrize("side", [8, 28])
def test_the_convolutional_network_takes_images_of_its_side(side):
    model = cnn(side, rng=np.random.default_rng(0))
    stage = ["Conv2d", "MaxPool2d", "BatchNorm", "ReLU"]
    assert names(model) == [*stage, *stage, "Flatten", "Dropout", "Dense"]
    assert model.forward(np.ones((2, 1, side, side))).shape == (2, 10)


def test_one_cycle_is_what_fit_does_with_the_schedule():
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(14, 1, 8, 8)), rng.integers(10, size=14)
    mine, theirs = (cnn(8, channels=(2, 3), rng=np.random.default_rng(8)) for _ in range(2))
    losses = train_one_cycle(mine, X, y, epochs=3, size=4, maximum=0.02, rng=np.random.default_rng(9))
    optimizer = nn.Adam(theirs.parameters(), nn.OneCycleLR(0.02, 12))
    history = nn.fit(
        theirs,
        X,
        y,
        loss=nn.SoftmaxCrossEntropy(),
        optimizer=optimizer,
        epochs=3,
        batch_size=4,
        rng=np.random.default_rng(9),
        progress=False,
    )
    assert losses == pytest.approx(history["loss"], rel=1e-10)
    for own, other in zip(mine.state().values(), theirs.state().values(), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-9, atol=1e-12)


def test_a_cycle_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(10)
    X, y = rng.normal(size=(14, 5)), rng.integers(4, size=14)
    model = dense_network((5, 6, 4), activation=nn.ReLU, init=nn.he_normal, rng=rng)
    other = torch.nn.Sequential(torch.nn.Linear(5, 6), torch.nn.ReLU(), torch.nn.Linear(6, 4)).double()
    with torch.no_grad():
        for parameter, own in zip(other.parameters(), model.parameters(), strict=True):
            parameter.copy_(torch.tensor(own.value.T))
    train_one_cycle(model, X, y, epochs=3, size=4, maximum=0.05, rng=np.random.default_rng(11))
    optimizer = torch.optim.Adam(other.parameters(), 0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=12, cycle_momentum=False)
    rng = np.random.default_rng(11)
    for _ in range(3):
        order = rng.permutation(14)
        for start in range(0, 14, 4):
            rows = order[start : start + 4]
            value = torch.nn.functional.cross_entropy(other(torch.tensor(X[rows])), torch.tensor(y[rows]))
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            schedule.step()
    for own, parameter in zip(model.parameters(), other.parameters(), strict=True):
        np.testing.assert_allclose(own.value.T, parameter.detach().numpy(), rtol=1e-7, atol=1e-9)
