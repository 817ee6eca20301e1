import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from gradschool.datasets import make_spirals


def test_shapes_and_dtypes():
    X, y = make_spirals(7, rng=np.random.default_rng(0))
    assert (X.shape, X.dtype) == ((7, 2), np.float64)
    assert (y.shape, y.dtype) == ((7,), np.int64)


def test_arms_are_of_equal_size_or_differ_by_one():
    _, y = make_spirals(20, classes=3, rng=np.random.default_rng(0))
    assert np.bincount(y).tolist() == [7, 7, 6]


@pytest.mark.parametrize("turns", [0.5, 1.0, -2.0])
def test_without_noise_radius_and_angle_belong_to_the_arm(turns):
    X, y = make_spirals(200, classes=4, turns=turns, noise=0, rng=np.random.default_rng(0))
    r = np.hypot(*X.T)
    assert r.min() >= 0.1
    assert r.max() < 1
    unwound = np.arctan2(X[:, 1], X[:, 0]) / (2 * np.pi) - turns * r
    np.testing.assert_allclose(np.exp(2j * np.pi * (unwound - y / 4)), 1, atol=1e-12)


def test_without_turns_an_arm_is_a_ray():
    X, y = make_spirals(50, classes=2, turns=0, noise=0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(X[:, 1], 0, atol=1e-12)
    np.testing.assert_array_equal(X[:, 0] > 0, y == 0)


def test_noise_is_the_standard_deviation_around_the_arm():
    still, _ = make_spirals(100_000, noise=0, rng=np.random.default_rng(0))
    moved, _ = make_spirals(100_000, noise=0.1, rng=np.random.default_rng(0))
    np.testing.assert_allclose((moved - still).std(axis=0), 0.1, rtol=0.02)


@pytest.mark.parametrize("classes", [2, 3])
def test_neighbours_part_the_arms_and_a_line_does_not(classes):
    X, y = make_spirals(600, classes=classes, rng=np.random.default_rng(0))
    assert KNeighborsClassifier(5).fit(X[:300], y[:300]).score(X[300:], y[300:]) > 0.97
    assert LogisticRegression().fit(X, y).score(X, y) < 0.75


def test_turns_must_be_finite():
    with pytest.raises(ValueError) as error:
        make_spirals(4, turns=np.nan, rng=np.random.default_rng(0))
    assert str(error.value) == "make_spirals takes a finite number of turns, got nan; pass turns=1.0 for one turn"


def test_classes_must_be_positive():
    with pytest.raises(ValueError) as error:
        make_spirals(4, classes=0, rng=np.random.default_rng(0))
    assert str(error.value) == "make_spirals takes classes of at least 1, got 0; pass a larger classes"
