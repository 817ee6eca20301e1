import numpy as np
import pytest

from gradschool.nn import Embedding


def table():
    """Three tokens of two features."""
    layer = Embedding(3, 2, rng=np.random.default_rng(0))
    layer.W.value[...] = [[1, 2], [3, 4], [5, 6]]
    return layer


def test_worked_by_hand():
    layer = table()
    np.testing.assert_array_equal(layer.forward(np.array([2, 0, 2])), [[5, 6], [1, 2], [5, 6]])
    dx = layer.backward(np.array([[1.0, 10], [2, 20], [4, 40]]))
    np.testing.assert_array_equal(layer.W.grad, [[2, 20], [0, 0], [5, 50]])
    np.testing.assert_array_equal(dx, [0, 0, 0])
    assert dx.dtype == layer.W.value.dtype


def test_accumulate_adds_the_same():
    one, two, x, dy = table(), table(), np.array([[1, 1], [0, 1]]), np.arange(8.0).reshape(2, 2, 2)
    for layer in (one, two):
        layer.forward(x)
    one.backward(dy)
    two.accumulate(dy)
    np.testing.assert_array_equal(one.W.grad, two.W.grad)


@pytest.mark.parametrize("shape", [(), (0,), (4,), (2, 3), (2, 0, 3)])
def test_indices_of_any_shape_get_an_axis_of_features(shape):
    layer = table()
    y = layer.forward(np.full(shape, 1))
    np.testing.assert_array_equal(y, np.broadcast_to([3.0, 4.0], (*shape, 2)))
    assert layer.backward(y).shape == shape
    np.testing.assert_array_equal(layer.W.grad[1], np.array([3, 4]) * np.prod(shape))


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64])
def test_any_kind_of_whole_number_is_an_index(dtype):
    layer = table()
    layer.forward(np.array([2, 0], dtype=dtype))
    layer.backward(np.ones((2, 2)))
    np.testing.assert_array_equal(layer.W.grad, [[1, 1], [0, 0], [1, 1]])


def test_it_is_a_product_with_one_hot_rows():
    rng = np.random.default_rng(1)
    layer, x, dy = Embedding(7, 4, rng=rng), rng.integers(7, size=50), rng.normal(size=(50, 4))
    one_hot = np.eye(7)[x]
    np.testing.assert_allclose(layer.forward(x), one_hot @ layer.W.value, rtol=1e-12)
    layer.backward(dy)
    np.testing.assert_allclose(layer.W.grad, one_hot.T @ dy, rtol=1e-12, atol=1e-14)


def test_a_table_in_the_order_of_fortran_gets_its_gradient_too():
    layer = Embedding(3, 2, init=lambda shape, *, rng: np.ones(shape, order="F"), rng=np.random.default_rng(0))
    layer.forward(np.array([1]))
    layer.backward(np.array([[5.0, 6]]))
    np.testing.assert_array_equal(layer.W.grad, [[0, 0], [5, 6], [0, 0]])


def test_starts_standard_normal_or_as_init_draws_it():
    layer = Embedding(400, 50, rng=np.random.default_rng(5))
    assert layer.W.value.std() == pytest.approx(1, abs=0.03)
    assert layer.W.value.mean() == pytest.approx(0, abs=0.04)
    assert layer.W.decay
    given = Embedding(4, 5, init=lambda shape, *, rng: rng.uniform(size=shape), rng=np.random.default_rng(6))
    np.testing.assert_array_equal(given.W.value, np.random.default_rng(6).uniform(size=(4, 5)))


@pytest.mark.parametrize(
    ("x", "text"),
    [
        ([[0, 3]], "Embedding(3, 2) takes x of whole numbers from 0 to 2, got 3; is every token in the vocabulary?"),
        ([-1], "Embedding(3, 2) takes x of whole numbers from 0 to 2, got -1; is every token in the vocabulary?"),
        ([1.0], "Embedding(3, 2) takes x of whole numbers from 0 to 2, got float64; x.astype(int) if they are whole"),
        ([True], "Embedding(3, 2) takes x of whole numbers from 0 to 2, got bool; x.astype(int) if they are whole"),
    ],
)
def test_the_error_says_what_to_do_next(x, text):
    with pytest.raises(ValueError) as caught:
        table().forward(np.array(x))
    assert str(caught.value) == text
