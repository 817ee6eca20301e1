"""The project of the ten classes: weights counted by hand, first weights by their interval, the formula in NumPy."""

from itertools import pairwise

import numpy as np
import pytest

from gradschool import datasets
from gradschool.nn.projects import features


def test_the_network_has_the_weights_that_a_count_by_hand_gives():
    model = features.deep_network(128, 10, seed=0)
    widths = [128, 120, 112, 96, 64, 32, 24, 16, 10]
    assert model.count_params() == sum(a * b + b for a, b in pairwise(widths)) == 49_530


def test_first_weights_fill_he_s_interval_and_the_last_layer_s_glorot_s():
    kernels = [w for w in features.deep_network(128, 10, seed=0).get_weights() if w.ndim == 2]
    for W in kernels[:-1]:
        assert np.abs(W).max() == pytest.approx(np.sqrt(6 / len(W)), rel=0.05)
    assert np.abs(kernels[-1]).max() == pytest.approx(np.sqrt(6 / 26), rel=0.05)


def test_the_network_computes_what_its_formula_says():
    model, x = features.deep_network(5, 3, seed=0), np.random.default_rng(0).normal(size=(4, 5))
    weights = model.get_weights()
    h = x
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        z = h @ W + b
        h = np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)
    z = h @ weights[-2] + weights[-1]
    expected = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4)


def test_learning_is_repeatable_and_leaves_the_data_as_they_are():
    x, y = datasets.make_ten_classes(300, rng=np.random.default_rng(0))
    before, runs = x.copy(), []
    for _ in range(2):
        model = features.deep_network(128, 10, seed=1)
        history = features.learn(model, x, y, epochs=2, rng=np.random.default_rng(2))
        runs.append((history.history["val_loss"], model.predict(x)))
    assert runs[0][0] == runs[1][0]
    np.testing.assert_array_equal(runs[0][1], runs[1][1])
    np.testing.assert_array_equal(x, before)


def test_the_better_guess_names_classes_and_beats_a_linear_rule():
    x, y = datasets.make_ten_classes(2000, rng=np.random.default_rng(0))
    new, right = datasets.make_ten_classes(1000, rng=np.random.default_rng(1))
    guesses = features.better_guess(x, y, new, seed=0)
    assert guesses.shape == (1000,)
    A, B = (np.column_stack([rows, np.ones(len(rows))]) for rows in (x, new))
    linear = B @ np.linalg.lstsq(A, np.eye(10)[y], rcond=None)[0]
    assert np.mean(guesses == right) > np.mean(np.argmax(linear, axis=1) == right) + 0.03
