import numpy as np
import pytest

from gradschool.nn import Dense, Layer, predict


class Noting(Layer):
    """A function as a layer, which notes the sizes of its batches."""

    def __init__(self, function, axis=0):
        self.function, self.axis, self.sizes = function, axis, []

    def forward(self, x, *, train=False):
        assert not train
        self.sizes.append(x.shape[self.axis])
        return self.function(x)


@pytest.mark.parametrize(("size", "sizes"), [(3, [3, 3, 1]), (7, [7]), (1024, [7])])
def test_the_batches_together_are_the_whole(size, sizes):
    x = np.random.default_rng(0).normal(size=(7, 3))
    model = Noting(np.cumsum)
    model.function = lambda x: np.cumsum(x, axis=1)
    np.testing.assert_array_equal(predict(model, x, batch_size=size), np.cumsum(x, axis=1))
    assert model.sizes == sizes


def test_an_empty_set_has_an_empty_prediction():
    assert predict(Dense(3, 2, rng=np.random.default_rng(0)), np.zeros((0, 3))).shape == (0, 2)


def test_sequences():
    x = np.random.default_rng(0).normal(size=(4, 5, 3))
    model = Noting(lambda x: 2 * x, axis=1)
    np.testing.assert_array_equal(predict(model, x, batch_size=2, batch_axis=1), 2 * x)
    assert model.sizes == [2, 2, 1]
    last = Noting(lambda x: x[-1], axis=1)
    np.testing.assert_array_equal(predict(last, x, batch_size=2, batch_axis=(1, 0)), x[-1])


def test_an_output_that_lost_the_batch_is_refused():
    with pytest.raises(ValueError) as caught:
        predict(Noting(lambda x: x[-1], axis=1), np.zeros((4, 5, 3)), batch_size=2, batch_axis=1)
    assert str(caught.value) == (
        "the batch, axis 1 of x (4, 2, 3), is not axis 1 of the output (2, 3); "
        "say where it is: batch_axis=(1, the axis of the output)"
    )
