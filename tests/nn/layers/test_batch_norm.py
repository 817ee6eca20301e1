import numpy as np
import pytest

from gradschool.nn import BatchNorm, check_gradient, numeric_gradient
from gradschool.nn.layers.batch_norm import backward_by_graph, backward_closed, centre, normalize


def test_worked_by_hand():
    layer = BatchNorm(2, momentum=0.25, epsilon=0.0)
    layer.gamma.value[...], layer.beta.value[...] = [10, 1], [0, 5]
    x = np.array([[1.0, 0], [3, 0], [1, 6], [3, 6]])
    y = layer.forward(x, train=True)
    np.testing.assert_allclose(y, [[-10, 4], [10, 4], [-10, 6], [10, 6]], rtol=1e-14)
    np.testing.assert_allclose(layer.running_mean, [0.5, 0.75], rtol=1e-14)  # means 2 and 3
    np.testing.assert_allclose(layer.running_var, [0.75 + 1 / 3, 0.75 + 3], rtol=1e-14)  # unbiased: 4/3 and 12
    dx = layer.backward(np.array([[4.0, 0], [0, 0], [0, 0], [0, 3]]))
    np.testing.assert_allclose(layer.beta.grad, [4, 3], rtol=1e-14)
    np.testing.assert_allclose(layer.gamma.grad, [-4, 3], rtol=1e-14)
    # 10/1 · (dy − 1 + x̂) in the first column, 1/3 · (dy − 3/4 − 3/4 x̂) in the second
    np.testing.assert_allclose(dx, [[20, 0], [0, 0], [-20, -0.5], [0, 0.5]], atol=1e-14)


def test_evaluation_takes_the_running_statistics_and_leaves_them():
    layer = BatchNorm(2, epsilon=0.0)
    layer.running_mean[...], layer.running_var[...] = [1, -1], [4, 0.25]
    layer.gamma.value[...], layer.beta.value[...] = [3, 1], [0, 7]
    np.testing.assert_allclose(layer.forward(np.array([[5.0, 0]])), [[6, 9]], rtol=1e-14)
    np.testing.assert_allclose(layer.backward(np.array([[2.0, 1]])), [[3, 2]], rtol=1e-14)
    np.testing.assert_allclose(layer.gamma.grad, [4, 2], rtol=1e-14)
    np.testing.assert_allclose(layer.beta.grad, [2, 1], rtol=1e-14)
    np.testing.assert_array_equal(layer.running_mean, [1, -1])
    np.testing.assert_array_equal(layer.running_var, [4, 0.25])


@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4, 5)])
def test_a_batch_in_training_comes_out_with_mean_beta_and_spread_gamma(shape):
    rng = np.random.default_rng(1)
    layer = BatchNorm(3, epsilon=1e-12)
    layer.gamma.value[...], layer.beta.value[...] = [1, 2, 3], [-1, 0, 1]
    y = layer.forward(rng.normal(9, 5, size=shape), train=True)
    others = tuple(axis for axis in range(len(shape)) if axis != 1)
    np.testing.assert_allclose(y.mean(axis=others), [-1, 0, 1], atol=1e-12)
    np.testing.assert_allclose(y.std(axis=others), [1, 2, 3], rtol=1e-10)


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 2, 4)])
def test_every_entry_of_every_gradient_is_the_slope(shape, train):
    rng = np.random.default_rng(2)
    layer = BatchNorm(3)
    layer.gamma.value += rng.normal(size=3)
    layer.running_mean += rng.normal(size=3)
    errors = check_gradient(layer, rng.normal(9, 2, size=shape), rng=rng, train=train)
    assert set(errors) == {"x", "gamma", "beta"}
    assert max(errors.values()) < 1e-7


def test_the_mean_may_be_large_beside_the_spread():
    rng = np.random.default_rng(4)
    x = (1e4 + rng.normal(size=(64, 3))).astype(np.float32)
    want = (x.astype(float) - x.astype(float).mean(axis=0)) / x.astype(float).std(axis=0)
    y = BatchNorm(3).astype(np.float32).forward(x, train=True)
    np.testing.assert_allclose(y, want, atol=0.01)


def test_views_that_are_not_contiguous_pass():
    rng = np.random.default_rng(5)
    x, dy = rng.normal(size=(4, 5, 3, 2)).transpose(3, 2, 1, 0), rng.normal(size=(4, 5, 3, 2)).transpose(3, 2, 1, 0)
    one, two = BatchNorm(3), BatchNorm(3)
    np.testing.assert_allclose(one.forward(x, train=True), two.forward(x.copy("C"), train=True), rtol=1e-12)
    np.testing.assert_allclose(one.backward(dy), two.backward(dy.copy("C")), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((4, 3), "BatchNorm(16) takes x of shape (N, 16) or (N, 16, H, W), got (4, 3)"),
        ((4, 5, 16), "BatchNorm(16) takes x of shape (N, 16) or (N, 16, H, W), got (4, 5, 16)"),
        (
            (4, 8, 8, 16),
            "BatchNorm(16) takes x of shape (N, 16) or (N, 16, H, W), got (4, 8, 8, 16); "
            "x.transpose(0, 3, 1, 2) if the channels come last",
        ),
        (
            (1, 16),
            "BatchNorm(16) needs two values of every feature in training, got one in x of shape (1, 16); "
            "take larger batches, and leave out a last one that is too small: fit(drop_last=True)",
        ),
        (
            (1, 16, 1, 1),
            "BatchNorm(16) needs two values of every feature in training, got one in x of shape (1, 16, 1, 1); "
            "take larger batches, and leave out a last one that is too small: fit(drop_last=True)",
        ),
        (
            (0, 16),
            "BatchNorm(16) needs two values of every feature in training, got an empty batch of shape (0, 16); "
            "take larger batches, and leave out a last one that is too small: fit(drop_last=True)",
        ),
    ],
)
def test_the_error_says_what_to_do_next(shape, text):
    layer = BatchNorm(16)
    with pytest.raises(ValueError) as caught:
        layer.forward(np.zeros(shape), train=True)
    assert str(caught.value) == text
    np.testing.assert_array_equal(layer.running_mean, np.zeros(16))


def test_a_batch_of_one_image_has_the_values_of_its_pixels():
    assert BatchNorm(2).forward(np.ones((1, 2, 1, 2)), train=True).shape == (1, 2, 1, 2)


def test_momentum_is_a_share():
    with pytest.raises(ValueError, match=r"^momentum is a share from 0 to 1 .*, got 1.5$"):
        BatchNorm(2, momentum=1.5)


def test_nothing_decays_and_the_running_statistics_are_saved():
    layer = BatchNorm(2)
    assert [parameter.decay for parameter in layer.parameters()] == [False, False]
    assert list(layer.state()) == ["gamma", "beta", "running_mean", "running_var"]


@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4, 5)])
def test_the_closed_form_and_the_graph_agree(shape):
    rng = np.random.default_rng(6)
    x, dy, gamma = rng.normal(9, 2, size=shape), rng.normal(size=shape), rng.normal(size=3)
    centred, mean, variance = centre(x)
    others = tuple(axis for axis in range(len(shape)) if axis != 1)
    np.testing.assert_allclose(mean, x.mean(axis=others), rtol=1e-12)
    np.testing.assert_allclose(variance, x.var(axis=others), rtol=1e-12)
    _, inverse = normalize(centred, variance, gamma, np.zeros(3), 0.1)
    dx, dgamma, dbeta = backward_closed(dy, centred, inverse, gamma)
    rows = [np.moveaxis(array, 1, -1).reshape(-1, 3) for array in (dy, centred)]
    by_graph = backward_by_graph(*rows, inverse, gamma)[-1]
    np.testing.assert_allclose(np.moveaxis(dx, 1, -1).reshape(-1, 3), by_graph, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(dbeta, rows[0].sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(dgamma, (rows[0] * rows[1] * inverse).sum(axis=0), rtol=1e-12)


def test_each_gradient_of_the_graph_is_a_slope():
    rng = np.random.default_rng(7)
    x, dy, gamma = rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), rng.normal(size=3)
    c, mean, variance = centre(x)
    s = 1 / np.sqrt(variance + 0.1)

    def from_centred(c):
        return gamma * c / np.sqrt(np.mean(c**2, axis=0) + 0.1)

    slopes = [
        numeric_gradient(lambda x_hat: gamma * x_hat, c * s, dy),
        numeric_gradient(lambda s: gamma * c * s, s, dy),
        numeric_gradient(lambda variance: gamma * c / np.sqrt(variance + 0.1), variance, dy),
        numeric_gradient(from_centred, c, dy),
        numeric_gradient(lambda mean: from_centred(x - mean), mean, dy),
        numeric_gradient(lambda x: from_centred(x - x.mean(axis=0)), x, dy),
    ]
    for claimed, slope in zip(backward_by_graph(dy, c, s, gamma), slopes, strict=True):
        np.testing.assert_allclose(claimed, slope, rtol=1e-7, atol=1e-9)
