import numpy as np
import pytest

from gradschool.nn import MeanAbsoluteError


def test_worked_by_hand():
    """Differences 1, −2, 0, 3 in two rows of two: (1 + 2 + 0 + 3) / 4."""
    loss = MeanAbsoluteError()
    prediction, target = np.array([[1.0, 0.0], [5.0, 3.0]]), np.array([[0.0, 2.0], [5.0, 0.0]])
    assert loss(prediction, target) == 1.5
    np.testing.assert_array_equal(loss.backward(), [[0.25, -0.25], [0, 0.25]])


def test_the_value_is_a_python_float_and_arguments_stay_as_they_were():
    prediction, target = np.random.default_rng(0).normal(size=(2, 6, 4)).astype(np.float32)
    before, loss = (prediction.copy(), target.copy()), MeanAbsoluteError()
    assert type(loss(prediction, target)) is float
    assert loss.backward().dtype == np.float32
    np.testing.assert_array_equal((prediction, target), before)


@pytest.mark.parametrize("target", [np.array([1, 2]), np.array([1.0, 2.0])])
def test_the_gradient_has_the_dtype_of_the_prediction(target):
    loss = MeanAbsoluteError()
    assert loss(np.array([3, 0], dtype=np.float32), target) == 2
    assert loss.backward().dtype == np.float32


@pytest.mark.parametrize(
    ("prediction", "target", "text"),
    [
        (
            (5, 1),
            (5,),
            "MeanAbsoluteError takes a prediction and a target of one shape, got (5, 1) and (5,); "
            "target.reshape(5, 1) if its entries are in the order of the prediction's",
        ),
        ((5, 2), (2,), "MeanAbsoluteError takes a prediction and a target of one shape, got (5, 2) and (2,)"),
        ((0, 2), (0, 2), "MeanAbsoluteError takes the mean of one entry or more, got an empty batch, of shape (0, 2)"),
    ],
)
def test_shapes_that_would_broadcast_and_empty_batches_are_refused(prediction, target, text):
    with pytest.raises(ValueError) as caught:
        MeanAbsoluteError()(np.zeros(prediction), np.zeros(target))
    assert str(caught.value) == text
