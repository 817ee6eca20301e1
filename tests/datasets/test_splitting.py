import numpy as np
import pytest

from gradschool.datasets import load_digits, split


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("n", "test", "training", "held_out"), [(8, 0.25, 6, 2), (442, 0.25, 332, 110), (2, 0.5, 1, 1), (100, 0.07, 93, 7)]
)
def test_sizes_add_up(n, test, training, held_out):
    parts = split(np.zeros((n, 2)), np.zeros(n), test=test, rng=rng())
    assert [len(part) for part in parts] == [training, held_out, training, held_out]


def test_every_row_is_in_one_part_once_beside_its_label():
    y = np.arange(40)
    X_train, X_test, y_train, y_test = split(10.0 * y[:, None], y, rng=rng())
    assert sorted([*y_train, *y_test]) == list(range(40))
    np.testing.assert_array_equal(X_train[:, 0], 10 * y_train)
    np.testing.assert_array_equal(X_test[:, 0], 10 * y_test)


def test_rows_are_shuffled():
    _, _, y_train, y_test = split(np.zeros((40, 1)), np.arange(40), rng=rng())
    assert y_train.tolist() != sorted(y_train)
    assert y_test.tolist() != list(range(10))


def test_images_and_dtypes_are_kept():
    X, y, *_ = load_digits()
    X_train, X_test, y_train, y_test = split(X.astype(np.float32), y, rng=rng())
    assert X_train.shape[1:] == X_test.shape[1:] == (8, 8)
    assert X_train.dtype == X_test.dtype == np.float32
    assert y_train.dtype == y_test.dtype == np.int64


def test_parts_are_copies():
    X, y = np.ones((8, 2)), np.ones(8)
    for part in split(X, y, rng=rng()):
        part[...] = 0
    assert X.all()
    assert y.all()


@pytest.mark.parametrize(
    ("X", "y", "shapes"), [(np.ones((4, 2)), np.ones(5), "(4, 2) and (5,)"), (1.0, 1.0, "() and ()")]
)
def test_x_and_y_must_have_as_many_rows(X, y, shapes):
    with pytest.raises(ValueError) as error:
        split(X, y, rng=rng())
    assert str(error.value) == (
        f"split takes X and y with a row for each example, got shapes {shapes}; "
        "check that both come from the same data set"
    )


@pytest.mark.parametrize("test", [0, 1, -0.5, 100, float("nan")])
def test_the_share_must_be_between_0_and_1(test):
    with pytest.raises(ValueError) as error:
        split(np.ones((4, 2)), np.ones(4), test=test, rng=rng())
    assert str(error.value) == (
        f"split takes test between 0 and 1, got {test}; for 100 examples pass test=100 / len(X)"
    )


@pytest.mark.parametrize(("n", "test", "training", "held_out"), [(1, 0.25, 1, 0), (3, 0.9, 0, 3), (0, 0.5, 0, 0)])
def test_no_part_may_be_empty(n, test, training, held_out):
    with pytest.raises(ValueError) as error:
        split(np.ones((n, 2)), np.ones(n), test=test, rng=rng())
    assert str(error.value) == (
        f"split with test={test} makes {training} training and {held_out} test examples of {n}; "
        "pass more examples or another test"
    )
