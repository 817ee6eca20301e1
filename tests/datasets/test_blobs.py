import numpy as np
import pytest

from gradschool.datasets import make_blobs

CENTERS = np.array([(0.0, 0.0, 1.0), (5.0, -5.0, 2.0)])


def test_shapes_and_dtypes():
    X, y = make_blobs(7, CENTERS, rng=np.random.default_rng(0))
    assert (X.shape, X.dtype) == ((7, 3), np.float64)
    assert (y.shape, y.dtype) == ((7,), np.int64)


@pytest.mark.parametrize(("n", "sizes"), [(6, [3, 3]), (7, [4, 3]), (1, [1, 0])])
def test_blobs_are_of_equal_size_or_differ_by_one(n, sizes):
    _, y = make_blobs(n, CENTERS, rng=np.random.default_rng(0))
    assert np.bincount(y, minlength=2).tolist() == sizes


def test_without_spread_every_point_is_its_center():
    X, y = make_blobs(20, CENTERS, scale=0, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(X, CENTERS[y])
    assert y.tolist() != sorted(y.tolist())


def test_means_and_standard_deviations_are_what_was_asked_for():
    X, y = make_blobs(100_000, CENTERS, scale=2, rng=np.random.default_rng(0))
    for k in range(2):
        np.testing.assert_allclose(X[y == k].mean(axis=0), CENTERS[k], atol=0.05)
        np.testing.assert_allclose(X[y == k].std(axis=0), 2, atol=0.05)


def test_centers_may_be_a_list_of_whole_numbers():
    X, _ = make_blobs(4, [(0, 1), (2, 3)], rng=np.random.default_rng(0))
    assert X.dtype == np.float64


@pytest.mark.parametrize(("wrong", "shape"), [([0, 1], "(2,)"), (3, "()"), ([], "(0,)"), (np.zeros((2, 0)), "(2, 0)")])
def test_centers_must_have_a_row_for_each_blob(wrong, shape):
    with pytest.raises(ValueError) as error:
        make_blobs(4, wrong, rng=np.random.default_rng(0))
    assert str(error.value) == (
        f"make_blobs takes centers of shape (K, D), one row a blob, got {shape}; "
        "write them as a list of points: [(0, 0), (3, 3)]"
    )


def test_centers_must_be_finite():
    with pytest.raises(ValueError) as error:
        make_blobs(4, [(0, np.nan)], rng=np.random.default_rng(0))
    assert str(error.value) == "make_blobs takes finite centers, got NaN or infinity; replace these coordinates"
