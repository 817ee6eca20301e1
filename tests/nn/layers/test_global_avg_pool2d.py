import numpy as np
import pytest

from gradschool.nn import GlobalAvgPool2d


def test_worked_by_hand():
    x = np.array([[[[1.0, 2, 6]], [[-1, 0, 1]]], [[[3, 3, 3]], [[0, 0, 9]]]])
    layer = GlobalAvgPool2d()
    np.testing.assert_array_equal(layer.forward(x), [[3, 0], [3, 3]])
    dx = layer.backward(np.array([[3.0, 6], [-3, 0]]))
    np.testing.assert_array_equal(dx, [[[[1, 1, 1]], [[2, 2, 2]]], [[[-1, -1, -1]], [[0, 0, 0]]]])


def test_backward_is_the_adjoint_of_forward():
    rng = np.random.default_rng(2)
    x, dy = rng.normal(size=(4, 3, 5, 6)), rng.normal(size=(4, 3))
    layer = GlobalAvgPool2d()
    assert np.sum(layer.forward(x) * dy) == pytest.approx(np.sum(x * layer.backward(dy)), rel=1e-12)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((5, 9), "GlobalAvgPool2d() takes x of shape (N, C, H, W), got (5, 9)"),
        ((5, 9, 0, 3), "GlobalAvgPool2d() takes images with pixels, got x of shape (5, 9, 0, 3)"),
    ],
)
def test_what_has_no_mean_is_refused(shape, text):
    with pytest.raises(ValueError) as caught:
        GlobalAvgPool2d().forward(np.zeros(shape))
    assert str(caught.value).startswith(text)
