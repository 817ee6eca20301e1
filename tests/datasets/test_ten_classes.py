"""The made set of ten classes: its counts, its spreads, and the best rule against the odds written out."""

import numpy as np
import pytest

from gradschool.datasets import make_ten_classes, ten_classes


def test_shapes_and_counts():
    X, y = make_ten_classes(103, rng=np.random.default_rng(0))
    assert (X.shape, X.dtype, y.dtype) == ((103, 128), np.float64, np.int64)
    assert sorted(np.bincount(y).tolist()) == [10] * 7 + [11] * 3


def test_features_fall_and_their_mean_square_is_about_1():
    X, _ = make_ten_classes(4000, rng=np.random.default_rng(0))
    spread = X.std(axis=0)
    assert np.all(spread[:8].mean() > 3 * spread[40:].max())
    assert np.mean(X**2) == pytest.approx(1, abs=0.25)


def test_a_problem_keeps_its_centers_and_another_has_others():
    np.testing.assert_array_equal(ten_classes.centers(3), ten_classes.centers(3))
    assert not np.allclose(ten_classes.centers(3), ten_classes.centers(4))
    with pytest.raises(ValueError, match="make_ten_classes takes problem of at least 0, got -1"):
        make_ten_classes(5, problem=-1, rng=np.random.default_rng(0))


def test_probabilities_are_those_of_thirty_normal_clouds():
    X, _ = make_ten_classes(5, problem=2, rng=np.random.default_rng(0))
    odds = np.zeros((5, 10))
    for n in range(5):
        for c in range(10):
            for j in range(3):
                distance = X[n] / ten_classes.spreads() - ten_classes.centers(2)[c, j]
                odds[n, c] += np.exp(60 - np.sum(distance**2) / 2)
    expected = odds / odds.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(ten_classes.class_probabilities(X, problem=2), expected, rtol=1e-9)


def test_the_best_rule_is_right_as_often_as_it_says():
    X, y = make_ten_classes(8000, rng=np.random.default_rng(1))
    probabilities = ten_classes.class_probabilities(X)
    right = np.mean(np.argmax(probabilities, axis=1) == y)
    assert right == pytest.approx(probabilities.max(axis=1).mean(), abs=0.02)
    assert 0.6 < right < 0.68
