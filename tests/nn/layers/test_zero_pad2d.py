import numpy as np
import pytest

from gradschool.nn import ZeroPad2d


@pytest.mark.parametrize(
    ("padding", "want"),
    [
        (1, [[0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 0]]),
        (0, [[1, 2]]),
        ((1, 0), [[0, 0], [1, 2], [0, 0]]),
        ((0, 1), [[0, 1, 2, 0]]),
        ((2, 0, 0, 1), [[0, 0, 1, 2], [0, 0, 0, 0]]),
        ((0, 1, 2, 0), [[0, 0, 0], [0, 0, 0], [1, 2, 0]]),
        ([0, 1, 2, 0], [[0, 0, 0], [0, 0, 0], [1, 2, 0]]),
    ],
)
def test_worked_by_hand(padding, want):
    layer = ZeroPad2d(padding)
    np.testing.assert_array_equal(layer.forward(np.array([[[[1.0, 2.0]]]])), [[want]])
    marked = np.where(np.array([[want]]) > 0, np.array([[want]]) * 10.0, 99)
    np.testing.assert_array_equal(layer.backward(marked), [[[[10, 20]]]])


def test_the_gradient_is_no_view_of_dy():
    layer = ZeroPad2d(0)
    dy = layer.forward(np.ones((1, 1, 2, 2)))
    assert not np.shares_memory(layer.backward(dy), dy)


@pytest.mark.parametrize(
    ("padding", "text"),
    [
        (-1, "padding is 0 or more, got -1"),
        ((0, -1), "padding is 0 or more, got (0, -1)"),
        ((0, 0, 0, -2), "padding is 0 or more, got (0, -2)"),
        ((1, 2, 3), "padding is a whole number or a pair (h, w) of them, got (1, 2, 3)"),
        (0.5, "padding is a whole number or a pair (h, w) of them, got 0.5"),
    ],
)
def test_what_is_no_padding_is_refused(padding, text):
    with pytest.raises(ValueError) as caught:
        ZeroPad2d(padding)
    assert str(caught.value) == text


def test_the_error_says_what_to_do_next():
    with pytest.raises(ValueError) as caught:
        ZeroPad2d(1).forward(np.zeros((8, 28, 28)))
    assert str(caught.value) == (
        "ZeroPad2d(1) takes x of shape (N, C, H, W), got (8, 28, 28); x[:, None] gives grey images their channel"
    )
