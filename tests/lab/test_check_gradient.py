"""The gradient check that a notebook calls."""

from __future__ import annotations

import numpy as np
import pytest

from gradschool.lab import check_gradient

X = np.array([1.0, -2.0, 3.0])


def square(x):
    return (x**2).sum()


def test_a_right_gradient_has_a_small_error():
    error = check_gradient(square, X, 2 * X)
    assert type(error) is float
    assert error < 1e-9


def test_a_wrong_entry_gives_its_relative_error():
    # The true entry is 6: |5 - 6| / (5 + 6).
    assert check_gradient(square, X, np.array([2.0, -4.0, 5.0])) == pytest.approx(1 / 11)


def test_small_entries_are_compared_absolutely():
    assert check_gradient(square, np.array([0.0]), np.array([0.25])) == pytest.approx(0.25)


def test_dy_weighs_what_the_function_returns():
    dy = np.array([1.0, 10.0, 100.0])
    assert check_gradient(lambda x: x**2, X, 2 * X * dy, dy) < 1e-9
    assert check_gradient(lambda x: x**2, X, 2 * X, dy) > 0.5


def test_a_list_is_a_gradient():
    assert check_gradient(square, X, [2.0, -4.0, 6.0]) < 1e-9


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_is_never_good(bad):
    assert np.isnan(check_gradient(square, X, np.array([2.0, bad, 6.0])))
    assert np.isnan(check_gradient(square, X, np.full(3, bad)))


def test_beyond_two_hundred_entries_the_drawn_ones_decide():
    x = np.ones((30, 30))
    assert check_gradient(square, x, 2 * x) < 1e-6
    assert check_gradient(square, x, 3 * x) == pytest.approx(0.2)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError) as raised:
        check_gradient(square, np.ones((2, 3)), np.ones((3, 2)))
    assert str(raised.value) == "a gradient has the shape of what it is the gradient of, (2, 3); got (3, 2)"


def test_a_function_that_returns_another_shape_is_refused():
    with pytest.raises(ValueError) as raised:
        check_gradient(lambda x: x, X, X, np.ones(2))
    assert str(raised.value) == "f(x) should return numbers of the shape of dy, (2,)"
