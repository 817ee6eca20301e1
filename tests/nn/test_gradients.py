import numpy as np
import pytest

from gradschool.nn import Dense, check_gradient, numeric_gradient
from gradschool.nn.gradients import relative_error


def test_the_gradient_of_a_known_function():
    """d/dx sin x = cos x, which NumPy knows."""
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, 3, 4))
    np.testing.assert_allclose(numeric_gradient(np.sin, x, dy), np.cos(x) * dy, atol=1e-9)


def test_a_map_to_another_shape_and_a_scalar():
    rng = np.random.default_rng(0)
    x, A, dy = rng.normal(size=5), rng.normal(size=(5, 2)), rng.normal(size=2)
    np.testing.assert_allclose(numeric_gradient(lambda v: v @ A, x, dy), A @ dy, atol=1e-9)
    assert numeric_gradient(lambda v: v**2, np.array(3.0), np.array(2.0)) == pytest.approx(12)


def test_the_difference_is_central():
    """For x³ the central difference is 3 x² + h², worked by hand."""
    assert numeric_gradient(lambda v: v**3, np.array([2.0]), np.array([1.0]), h=0.1) == pytest.approx(12.01)


def test_x_is_neither_changed_nor_taken_for_integers():
    x = np.array([1, 2, 3])
    np.testing.assert_allclose(numeric_gradient(lambda v: v**2, x, np.ones(3)), [2, 4, 6], atol=1e-8)
    np.testing.assert_array_equal(x, [1, 2, 3])


@pytest.mark.parametrize(
    ("a", "b", "error"), [([0.0], [0.1], 0.1), ([90.0], [110.0], 0.1), ([1.0, 2.0], [1.0, 2.0], 0), ([], [], 0)]
)
def test_relative_error_has_a_floor(a, b, error):
    assert relative_error(np.array(a), np.array(b)) == pytest.approx(error)


class Wrong(Dense):
    def backward(self, dy):
        dx = super().backward(dy)
        self.b.grad -= dy.sum(axis=0) / 2
        return dx


def test_check_gradient_finds_the_parameter_that_is_wrong():
    rng = np.random.default_rng(0)
    errors = check_gradient(Wrong(5, 3, rng=rng), rng.normal(size=(6, 5)), rng=rng)
    assert errors["x"] < 1e-9
    assert errors["W"] < 1e-9
    assert errors["b"] > 0.1


def test_check_gradient_samples_large_arrays_and_leaves_the_layer_as_it_was():
    rng = np.random.default_rng(0)
    layer, x = Dense(40, 30, rng=rng), rng.normal(size=(6, 40))
    W, before = layer.W.value.copy(), x.copy()
    layer.W.grad += 7
    assert max(check_gradient(layer, x, rng=rng).values()) < 1e-8
    np.testing.assert_array_equal(layer.W.value, W)
    np.testing.assert_array_equal(x, before)
    assert not layer.W.grad.any()


def test_check_gradient_takes_whole_numbers_for_numbers():
    errors = check_gradient(
        Dense(3, 2, rng=np.random.default_rng(0)), np.arange(6).reshape(2, 3), rng=np.random.default_rng(1)
    )
    assert max(errors.values()) < 1e-8


def test_check_gradient_refuses_float32():
    layer = Dense(3, 2, rng=np.random.default_rng(0)).astype(np.float32)
    with pytest.raises(ValueError, match=r"takes float64 parameters, .*; layer\.astype\(float\) has them$"):
        check_gradient(layer, np.ones((2, 3)), rng=np.random.default_rng(1))
