import numpy as np
import pytest

from gradschool.nn import LayerNorm


def test_worked_by_hand():
    layer = LayerNorm(4, epsilon=0.0)
    layer.gamma.value[...], layer.beta.value[...] = [1, 1, 1, 2], [0, 0, 5, 0]
    np.testing.assert_allclose(layer.forward(np.array([[1.0, 3, 1, 3]])), [[-1, 1, 4, 2]], rtol=1e-14)
    dx = layer.backward(np.array([[4.0, 0, 0, 2]]))
    np.testing.assert_allclose(layer.gamma.grad, [-4, 0, 0, 2], atol=1e-14)
    np.testing.assert_allclose(layer.beta.grad, [4, 0, 0, 2], atol=1e-14)
    # dx̂ = (4, 0, 0, 4): its mean is 2, the mean of dx̂ x̂ is 0, and the spread of x is 1
    np.testing.assert_allclose(dx, [[2, -2, -2, 2]], atol=1e-14)


@pytest.mark.parametrize(("features", "axes"), [(5, (2,)), ((4, 5), (1, 2))])
def test_every_example_comes_out_with_mean_0_and_spread_1(features, axes):
    x = np.random.default_rng(1).normal(9, 5, size=(3, 4, 5))
    y = LayerNorm(features, epsilon=1e-12).forward(x)
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=axes), 1, rtol=1e-10)


def test_a_sequence_is_normalised_step_by_step():
    rng = np.random.default_rng(2)
    x, layer = rng.normal(size=(3, 4, 5)), LayerNorm(5)
    layer.gamma.value += rng.normal(size=5)
    steps = [layer.forward(step) for step in x]
    np.testing.assert_allclose(layer.forward(x), steps, rtol=1e-12)


def test_a_number_and_a_shape_of_one_number_are_the_same():
    x = np.random.default_rng(3).normal(size=(6, 4))
    np.testing.assert_array_equal(LayerNorm(4).forward(x), LayerNorm((4,)).forward(x))


@pytest.mark.parametrize(
    ("features", "shape", "text"),
    [
        (4, (3, 5), "LayerNorm(4) takes x of shape (…, 4), got (3, 5)"),
        (4, (4,), "LayerNorm(4) takes x of shape (…, 4), got (4,); x[None] is a batch of one"),
        ((2, 3), (7, 3, 2), "LayerNorm((2, 3)) takes x of shape (…, 2, 3), got (7, 3, 2)"),
        ((2, 3), (3,), "LayerNorm((2, 3)) takes x of shape (…, 2, 3), got (3,)"),
    ],
)
def test_the_error_says_what_to_do_next(features, shape, text):
    with pytest.raises(ValueError) as caught:
        LayerNorm(features).forward(np.zeros(shape))
    assert str(caught.value) == text


@pytest.mark.parametrize("features", [0, (), (3, 0)])
def test_features_are_numbers_of_1_or_more(features):
    with pytest.raises(ValueError, match=r"^features is a number of 1 or more, or a shape of such numbers, got "):
        LayerNorm(features)


def test_nothing_decays():
    assert [parameter.decay for parameter in LayerNorm(2).parameters()] == [False, False]
