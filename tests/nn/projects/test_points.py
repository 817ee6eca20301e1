"""Project 1: against numbers worked by hand, scikit-learn, the densities, and a training without the loop."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import r2_score

from gradschool import datasets, nn
from gradschool.nn.projects.points import best_guess, points_network, r_squared, train_points


def test_the_best_guess_by_hand():
    X = np.array([[0.0, 0.0], [50.0, 50.0], [-50.0, -50.0]])
    assert best_guess(X) == pytest.approx([60 / 140, 1.0, -1.0])  # (100 - 40) / 140 half-way between the clouds
    assert best_guess(X[:1], positive=3, negative=3) == pytest.approx([0.0])


def test_the_best_guess_is_what_the_densities_say():
    X = np.random.default_rng(0).normal(size=(20, 2))
    plus, minus = (n * np.exp(-0.5 * np.sum((X - sign) ** 2, axis=1)) for n, sign in ((30, 1), (90, -1)))
    assert best_guess(X, positive=30, negative=90) == pytest.approx((plus - minus) / (plus + minus))


def test_the_mean_of_y_near_a_point_is_the_best_guess():
    rng = np.random.default_rng(0)
    X, y = (
        np.concatenate(parts) for parts in zip(*[datasets.make_140_points(rng=rng) for _ in range(400)], strict=True)
    )
    near = np.abs(X - [0.2, -0.6]).max(axis=1) < 0.25
    assert near.sum() > 500
    assert np.mean(y[near]) == pytest.approx(np.mean(best_guess(X[near])), abs=4 / np.sqrt(near.sum()))


@pytest.mark.parametrize(("left", "right"), [((9,), (9,)), ((9, 1), (9,)), ((9,), (9, 1)), ((9, 1), (9, 1))])
def test_r_squared_is_that_of_scikit_learn(left, right):
    rng = np.random.default_rng(1)
    target = rng.normal(size=9) + 4
    prediction = target + rng.normal(size=9)
    assert r_squared(prediction.reshape(left), target.reshape(right)) == pytest.approx(r2_score(target, prediction))


def test_r_squared_of_a_function_that_is_wrong_for_ten_of_140_points():
    target = np.repeat([1.0, -1.0], [100, 40])
    prediction = target.copy()
    prediction[:10] *= -1
    assert r_squared(prediction, target) == pytest.approx(1 - 10 * 4 / (140 * (1 - (60 / 140) ** 2)))


def test_the_networks_have_the_layers_that_were_asked_for():
    def names(**options):
        return [type(layer).__name__ for layer in points_network(rng=np.random.default_rng(0), **options).layers]

    assert names() == ["Dense", "ReLU", "Dense", "Tanh"]
    assert names(outputs=2) == ["Dense", "ReLU", "Dense"]
    assert names(norm=True, dropout=0.2) == ["Dense", "ReLU", "BatchNorm", "Dropout", "Dense", "Tanh"]
    assert sum(p.value.size for p in points_network(rng=np.random.default_rng(0)).parameters()) == 13


def test_the_training_is_what_fit_does():
    X, y = datasets.make_140_points(rng=np.random.default_rng(0))
    target = y[:, None].astype(float)
    models, losses = [], []
    for train in ("train_points", "fit"):
        rng = np.random.default_rng(1)
        model = points_network(norm=True, dropout=0.2, rng=rng)
        options = {
            "loss": nn.MeanSquaredError(),
            "optimizer": nn.Adam(model.parameters(), 0.01),
            "epochs": 3,
            "rng": rng,
        }
        if train == "fit":
            losses.append(nn.fit(model, X, target, batch_size=16, progress=False, **options)["loss"])
        else:
            losses.append(train_points(model, X, target, size=16, measure=dict, **options)["loss"])
        models.append(model)
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)
    for mine, theirs in zip(models[0].state().values(), models[1].state().values(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10)


def test_what_is_measured_after_each_epoch_is_recorded():
    calls = iter(range(10))
    model = points_network(rng=np.random.default_rng(0))
    history = train_points(
        model,
        np.ones((4, 2)),
        np.ones((4, 1)),
        loss=nn.MeanSquaredError(),
        optimizer=nn.SGD(model.parameters(), 0.1),
        epochs=3,
        size=2,
        rng=np.random.default_rng(0),
        measure=lambda: {"calls": next(calls)},
    )
    assert history["calls"] == [0, 1, 2]
    assert len(history["loss"]) == 3


def test_a_training_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    X, y = datasets.make_140_points(rng=np.random.default_rng(0))
    target = y[:, None].astype(float)
    model = points_network(rng=np.random.default_rng(1))
    other = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1), torch.nn.Tanh()).double()
    with torch.no_grad():
        for parameter, own in zip(other.parameters(), model.parameters(), strict=True):
            parameter.copy_(torch.tensor(own.value.T))
    options = {"loss": nn.MeanSquaredError(), "optimizer": nn.Adam(model.parameters(), 0.01), "epochs": 4, "size": 2}
    train_points(model, X, target, **options, rng=np.random.default_rng(2), measure=dict)
    optimizer, rng = torch.optim.Adam(other.parameters(), 0.01), np.random.default_rng(2)
    for _ in range(4):
        order = rng.permutation(140)
        for rows in order.reshape(70, 2):
            value = torch.nn.functional.mse_loss(other(torch.tensor(X[rows])), torch.tensor(target[rows]))
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
    for own, parameter in zip(model.parameters(), other.parameters(), strict=True):
        np.testing.assert_allclose(own.value.T, parameter.detach().numpy(), rtol=1e-7, atol=1e-9)
