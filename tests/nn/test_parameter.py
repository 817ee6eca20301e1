import numpy as np
import pytest

from gradschool.nn import Parameter


def test_the_gradient_starts_at_zero_with_the_shape_and_dtype_of_the_value():
    parameter = Parameter(np.ones((3, 2), dtype=np.float32))
    assert parameter.shape == parameter.grad.shape == (3, 2)
    assert parameter.grad.dtype == np.float32
    assert not parameter.grad.any()


def test_it_holds_a_copy():
    value = np.ones(3)
    parameter = Parameter(value)
    parameter.value += 1
    np.testing.assert_array_equal(value, [1, 1, 1])


@pytest.mark.parametrize("value", [[1, 2], np.array([True, False]), 3])
def test_what_is_not_floating_becomes_float64(value):
    parameter = Parameter(value)
    assert parameter.value.dtype == parameter.grad.dtype == np.float64


def test_zero_grad_keeps_the_array():
    parameter = Parameter(np.ones(2))
    grad = parameter.grad
    grad += 3
    parameter.zero_grad()
    assert parameter.grad is grad
    assert not grad.any()


def test_repr_says_what_matters():
    assert repr(Parameter(np.zeros(4), decay=False)) == "Parameter(shape=(4,), dtype=float64, decay=False)"
