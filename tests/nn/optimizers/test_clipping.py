import numpy as np
import pytest

from gradschool.nn import Parameter, clip_norm, clip_value


def with_gradients(*gradients, dtype=np.float64):
    parameters = [Parameter(np.zeros(np.shape(gradient), dtype=dtype)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad[...] = gradient
    return parameters


def test_the_norm_is_that_of_all_gradients_together():
    """√(1 + 4 + 4 + 16) = 5: halved, they have the norm 2.5, less the 1e-6 that stands beside 5."""
    a, b = parameters = with_gradients([[1.0, 2.0]], [2.0, -4.0])
    grad = a.grad
    assert clip_norm(iter(parameters), 2.5) == pytest.approx(5, rel=1e-15)
    assert a.grad is grad
    np.testing.assert_allclose(a.grad, [[0.5, 1.0]], rtol=1e-6)
    np.testing.assert_allclose(b.grad, [1.0, -2.0], rtol=1e-6)


@pytest.mark.parametrize("maximum", [5.1, np.inf])
def test_a_smaller_norm_is_left_alone(maximum):
    [a] = with_gradients([3.0, 4.0])
    assert clip_norm([a], maximum) == 5
    np.testing.assert_array_equal(a.grad, [3, 4])


@pytest.mark.parametrize("gradient", [[0.0, 0.0], []])
def test_a_norm_of_zero(gradient):
    [a] = with_gradients(gradient)
    assert clip_norm([a], 1.0) == 0
    assert not a.grad.any()


@pytest.mark.parametrize(
    ("gradient", "norm", "expected"),
    [([1.0, np.inf], np.inf, [0, np.nan]), ([1.0, np.nan], np.nan, [np.nan, np.nan])],
)
def test_a_norm_that_is_not_finite(gradient, norm, expected):
    [a] = with_gradients(gradient)
    np.testing.assert_equal(clip_norm([a], 1.0), norm)
    np.testing.assert_array_equal(a.grad, expected)


def test_a_gradient_whose_square_float32_cannot_hold():
    [a] = with_gradients([3e30, 4e30], dtype=np.float32)
    assert clip_norm([a], 1.0) == pytest.approx(5e30, rel=1e-6)
    assert a.grad.dtype == np.float32
    np.testing.assert_allclose(a.grad, [0.6, 0.8], rtol=1e-6)


def test_values_are_clipped_one_by_one_and_in_place():
    a, b = with_gradients([[0.5, -3.0]], [np.inf, np.nan])
    grad = a.grad
    clip_value([a, b], 1.0)
    assert a.grad is grad
    np.testing.assert_array_equal(a.grad, [[0.5, -1]])
    np.testing.assert_array_equal(b.grad, [1, np.nan])


@pytest.mark.parametrize("bound", [0.0, -1.0, np.nan])
@pytest.mark.parametrize(("clip", "name"), [(clip_norm, "maximum"), (clip_value, "limit")])
def test_a_bound_is_above_zero(clip, name, bound):
    with pytest.raises(ValueError) as caught:
        clip(with_gradients([1.0]), bound)
    assert str(caught.value) == f"{clip.__name__}({name}={bound}) takes a number above 0"
