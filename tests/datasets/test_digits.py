"""The oracle is scikit-learn's copy."""

import numpy as np
from sklearn.datasets import load_digits as sklearn_digits

from gradschool.datasets import Dataset, load_digits


def test_equals_scikit_learn_s_copy_divided_by_16():
    ours, theirs = load_digits(), sklearn_digits()
    np.testing.assert_array_equal(ours.X * 16, theirs.images)
    np.testing.assert_array_equal(ours.y, theirs.target)


def test_shapes_dtypes_and_names():
    data = load_digits()
    assert isinstance(data, Dataset)
    assert (data.X.shape, data.X.dtype) == ((1797, 8, 8), np.float64)
    assert (data.y.shape, data.y.dtype) == ((1797,), np.int64)
    assert data.features == ()
    assert data.targets == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")


def test_pixels_go_from_blank_to_full():
    X = load_digits().X
    assert (X.min(), X.max()) == (0, 1)


def test_the_first_image_is_a_zero_with_an_empty_middle():
    X, y, *_ = load_digits()
    assert y[0] == 0
    assert X[0, 4, 3] == 0
    assert X[0, 4, 1] > 0
    assert X[0, 4, 5] > 0


def test_each_call_returns_arrays_of_its_own():
    first = load_digits()
    first.X[...] = 0
    first.y[...] = 0
    X, y, *_ = load_digits()
    assert X.any()
    assert y.any()
