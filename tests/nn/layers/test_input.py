import numpy as np
import pytest

from gradschool.nn import Input


@pytest.mark.parametrize("made", [Input(1, 28, 28), Input((1, 28, 28)), Input([1, 28, 28])])
def test_what_has_the_shape_passes(made):
    x = np.zeros((5, 1, 28, 28))
    assert made.shape == (1, 28, 28)
    assert made.forward(x) is x
    assert made.backward(x) is x


def test_an_example_may_be_a_number():
    assert Input().forward(np.zeros(4)).shape == (4,)


@pytest.mark.parametrize(
    ("made", "shape", "text"),
    [
        (Input(784), (784,), "Input(784) takes x of shape (N, 784), got (784,); x[None] is a batch of one"),
        (
            Input(1, 28, 28),
            (32, 784),
            "Input(1, 28, 28) takes x of shape (N, 1, 28, 28), got (32, 784); "
            "x.reshape(-1, 1, 28, 28) if its rows are examples",
        ),
        (Input(4), (3, 5), "Input(4) takes x of shape (N, 4), got (3, 5)"),
        (Input(4), (), "Input(4) takes x of shape (N, 4), got ()"),
        (Input(2), (0, 3), "Input(2) takes x of shape (N, 2), got (0, 3)"),
        (Input(), (3, 5), "Input() takes x of shape (N,), got (3, 5)"),
    ],
)
def test_another_shape_is_refused_with_advice(made, shape, text):
    with pytest.raises(ValueError) as caught:
        made.forward(np.zeros(shape))
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((0,), "Input takes sizes of 1 or more, without the axis of the batch, got (0,)"),
        ((2.5,), "Input takes whole numbers, or one tuple of them, got (2.5,)"),
        (((None, 3),), "Input takes whole numbers, or one tuple of them, got ((None, 3),)"),
    ],
)
def test_a_shape_that_is_none_is_refused(shape, text):
    with pytest.raises(ValueError) as caught:
        Input(*shape)
    assert str(caught.value) == text
