import numpy as np
import pytest

from gradschool.nn import AvgPool2d


def test_worked_by_hand():
    x = np.array([[[[1.0, 5, 2, 0], [3, 7, 8, 6]]]])
    layer = AvgPool2d(2)
    np.testing.assert_array_equal(layer.forward(x), [[[[4, 4]]]])
    dx = layer.backward(np.array([[[[4.0, 8]]]]))
    np.testing.assert_array_equal(dx, [[[[1, 1, 2, 2], [1, 1, 2, 2]]]])


def test_a_pixel_in_several_windows_gets_a_share_of_all():
    layer = AvgPool2d(2, stride=1)
    layer.forward(np.ones((1, 1, 3, 3)))
    dx = layer.backward(np.array([[[[4.0, 40], [400, 4000]]]]))
    np.testing.assert_array_equal(dx[0, 0], [[1, 11, 10], [101, 1111, 1010], [100, 1100, 1000]])


def test_the_padding_counts_as_zeros():
    layer = AvgPool2d(2, padding=1)
    np.testing.assert_array_equal(layer.forward(np.full((1, 1, 2, 2), 8.0)), np.full((1, 1, 2, 2), 2))
    np.testing.assert_array_equal(layer.backward(np.full((1, 1, 2, 2), 8.0)), np.full((1, 1, 2, 2), 2))


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [(2, None, 0), (3, 1, 1), ((3, 2), (2, 1), (1, 0)), (2, 3, 1), ((1, 5), 2, (0, 2))],
)
def test_backward_is_the_adjoint_of_forward(kernel, stride, padding):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, 3, 8, 9))
    layer = AvgPool2d(kernel, stride=stride, padding=padding)
    y = layer.forward(x)
    dy = rng.normal(size=y.shape)
    assert np.sum(y * dy) == pytest.approx(np.sum(x * layer.backward(dy)), rel=1e-12)


def test_a_window_with_nan_gives_nan_and_the_others_do_not():
    x = np.ones((1, 1, 2, 4))
    x[0, 0, 1, 0] = np.nan
    np.testing.assert_array_equal(AvgPool2d(2).forward(x), [[[[np.nan, 1]]]])


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match=r"^AvgPool2d\(3\) takes x of shape \(N, C, H, W\), got \(5, 9\)"):
        AvgPool2d(3).forward(np.zeros((5, 9)))
    with pytest.raises(ValueError, match=r"^padding is half of the kernel or less, got 2 for a kernel of 3;"):
        AvgPool2d(3, padding=2)
