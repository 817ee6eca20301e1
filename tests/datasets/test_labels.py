import numpy as np
import pytest
from sklearn.preprocessing import label_binarize

from gradschool.datasets import load_digits, one_hot


def test_by_hand():
    rows = one_hot(np.array([1, 0, 1]), 3)
    assert rows.tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 0]]
    assert rows.dtype == np.float64


def test_equals_scikit_learn_s():
    y = load_digits().y
    np.testing.assert_array_equal(one_hot(y, 10), label_binarize(y, classes=range(10)))


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_any_integer_dtype_will_do(dtype):
    assert one_hot(np.array([2], dtype=dtype), 3).tolist() == [[0, 0, 1]]


def test_no_labels_make_no_rows():
    assert one_hot(np.array([], dtype=int), 3).shape == (0, 3)


def test_y_must_be_flat():
    with pytest.raises(ValueError) as error:
        one_hot(np.zeros((3, 1), dtype=int), 2)
    assert str(error.value) == "one_hot takes y of shape (N,), got (3, 1); flatten it with np.ravel(y)"


@pytest.mark.parametrize(("wrong", "dtype"), [([0.0, 1.0], "float64"), ([True, False], "bool"), (["0", "1"], "<U1")])
def test_y_must_be_of_integers(wrong, dtype):
    with pytest.raises(TypeError) as error:
        one_hot(wrong, 2)
    assert str(error.value) == (
        f"one_hot takes y of integers, got {dtype}; "
        "if they are whole numbers, convert them with np.asarray(y, dtype=int)"
    )


@pytest.mark.parametrize(("y", "found"), [([0, 1, 3], "y[2] = 3"), ([0, -1, 1], "y[1] = -1")])
def test_labels_must_be_in_range(y, found):
    with pytest.raises(ValueError) as error:
        one_hot(y, 3)
    assert str(error.value) == (
        f"one_hot takes labels from 0 to 2 for 3 classes, got {found}; "
        "pass more classes, or number the labels from 0 with np.unique(y, return_inverse=True)[1]"
    )


def test_classes_must_be_a_positive_integer():
    with pytest.raises(TypeError) as error:
        one_hot([0], 2.0)
    assert str(error.value) == "one_hot takes classes, an integer, got 2.0; convert it with int(classes)"
    with pytest.raises(ValueError) as error:
        one_hot([0], 0)
    assert str(error.value) == "one_hot takes classes of at least 1, got 0; pass a larger classes"
