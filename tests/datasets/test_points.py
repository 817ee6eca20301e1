import numpy as np

from gradschool.datasets import make_140_points


def test_shapes_dtypes_and_counts():
    X, y = make_140_points(rng=np.random.default_rng(0))
    assert (X.shape, X.dtype) == ((140, 2), np.float64)
    assert (y.shape, y.dtype) == ((140,), np.int64)
    assert (np.sum(y == 1), np.sum(y == -1)) == (100, 40)


def test_the_points_are_shuffled():
    _, y = make_140_points(rng=np.random.default_rng(0))
    assert np.sum(y[:70] == 1) < 70


def test_clouds_have_their_centers_and_unit_variance():
    rng = np.random.default_rng(0)
    draws = [make_140_points(rng=rng) for _ in range(500)]
    X, y = np.concatenate([X for X, _ in draws]), np.concatenate([y for _, y in draws])
    for sign in (1, -1):
        np.testing.assert_allclose(X[y == sign].mean(axis=0), sign, atol=0.03)
        np.testing.assert_allclose(np.cov(X[y == sign].T), np.eye(2), atol=0.04)
