import numpy as np
import pytest

from gradschool.nn import MaxPool2d


def test_worked_by_hand():
    x = np.array([[[[1.0, 5, 2, 0], [3, 4, 8, 7], [0, -1, -3, -2], [-5, -4, -6, -7]]]])
    layer = MaxPool2d(2)
    np.testing.assert_array_equal(layer.forward(x), [[[[5, 8], [0, -2]]]])
    dx = layer.backward(np.array([[[[1.0, 2], [3, 4]]]]))
    np.testing.assert_array_equal(dx, [[[[0, 1, 0, 0], [0, 0, 2, 0], [3, 0, 0, 4], [0, 0, 0, 0]]]])


def test_a_pixel_that_wins_several_windows_gets_the_gradient_of_all():
    x = np.array([[[[0.0, 1, 0], [2, 9, 3], [0, 4, 0]]]])
    layer = MaxPool2d(2, stride=1)
    np.testing.assert_array_equal(layer.forward(x), np.full((1, 1, 2, 2), 9))
    dx = layer.backward(np.array([[[[1.0, 20], [300, 4000]]]]))
    np.testing.assert_array_equal(dx, [[[[0, 0, 0], [0, 4321, 0], [0, 0, 0]]]])


@pytest.mark.parametrize(
    ("window", "winner"),
    [
        ([[7, 7], [7, 7]], (0, 0)),
        ([[0, 7], [7, 7]], (0, 1)),  # by columns it would be (1, 0)
        ([[0, 0], [7, 7]], (1, 0)),
        ([[-np.inf, -np.inf], [-np.inf, -np.inf]], (0, 0)),
    ],
)
def test_the_first_of_several_maxima_row_by_row_gets_the_gradient(window, winner):
    layer = MaxPool2d(2)
    layer.forward(np.array(window, dtype=float)[None, None])
    want = np.zeros((2, 2))
    want[winner] = 5
    np.testing.assert_array_equal(layer.backward(np.full((1, 1, 1, 1), 5.0))[0, 0], want)


def test_the_padding_is_never_the_maximum_and_gets_no_gradient():
    layer = MaxPool2d(3, stride=2, padding=1)
    x = np.full((1, 1, 3, 3), -3.0)
    np.testing.assert_array_equal(layer.forward(x), np.full((1, 1, 2, 2), -3.0))
    dx = layer.backward(np.array([[[[1.0, 2], [3, 4]]]]))
    np.testing.assert_array_equal(dx[0, 0], [[1, 2, 0], [3, 4, 0], [0, 0, 0]])


def test_what_the_last_window_does_not_reach_is_ignored():
    x = np.zeros((1, 1, 3, 5))
    x[..., 2, :] = x[..., 4] = 9
    layer = MaxPool2d(2)
    np.testing.assert_array_equal(layer.forward(x), np.zeros((1, 1, 1, 2)))
    dx = layer.backward(np.ones((1, 1, 1, 2)))
    np.testing.assert_array_equal(dx[0, 0], [[1, 0, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])


@pytest.mark.parametrize("pixel", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_window_with_nan_gives_nan_and_the_others_do_not(pixel):
    x = np.ones((1, 1, 2, 4))
    x[(0, 0, *pixel)] = np.nan
    np.testing.assert_array_equal(MaxPool2d(2).forward(x), [[[[np.nan, 1]]]])


def test_a_window_may_have_more_pixels_than_a_byte_counts():
    x = np.zeros((1, 1, 2, 600))
    x[0, 0, 1, 299] = x[0, 0, 0, 300 + 270] = 1
    layer = MaxPool2d((2, 300))
    np.testing.assert_array_equal(layer.forward(x), [[[[1, 1]]]])
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1, 1, 2))), x)


def test_agrees_with_loops_over_every_window():
    rng = np.random.default_rng(3)
    x = rng.integers(4, size=(2, 3, 8, 9)).astype(float)
    layer = MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0))
    y, dx = layer.forward(x), np.zeros((2, 3, 10, 9))
    dy = rng.normal(size=y.shape)
    padded = np.pad(x, [(0, 0), (0, 0), (1, 1), (0, 0)], constant_values=-np.inf)
    for n, c, i, j in np.ndindex(y.shape):
        window = padded[n, c, 2 * i : 2 * i + 3, j : j + 2]
        assert y[n, c, i, j] == window.max()
        row, column = divmod(int(window.argmax()), 2)
        dx[n, c, 2 * i + row, j + column] += dy[n, c, i, j]
    np.testing.assert_allclose(layer.backward(dy), dx[:, :, 1:9], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((5, 28, 28), "MaxPool2d(2) takes x of shape (N, C, H, W), got (5, 28, 28)"),
        ((2, 3, 28, 1), "a window that spans 2 pixels is larger than an image of 1"),
        ((2, 3, 0, 4), "a window that spans 2 pixels is larger than an image of 0; "),
    ],
)
def test_an_image_that_has_no_window_is_refused(shape, text):
    with pytest.raises(ValueError) as caught:
        MaxPool2d(2).forward(np.zeros(shape))
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"kernel": 0}, "kernel is 1 or more, got 0"),
        ({"kernel": 2, "stride": 0}, "stride is 1 or more, got 0"),
        ({"kernel": 2, "padding": -1}, "padding is 0 or more, got -1"),
        (
            {"kernel": (4, 3), "padding": 2},
            "padding is half of the kernel or less, got 2 for a kernel of (4, 3); "
            "a window of nothing but padding has no value",
        ),
    ],
)
def test_sizes_that_make_no_sense_are_refused(options, text):
    with pytest.raises(ValueError) as caught:
        MaxPool2d(**options)
    assert str(caught.value) == text
