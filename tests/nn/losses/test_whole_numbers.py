"""Predictions and targets that are whole numbers or booleans, in dtypes in which differences wrap around."""

import numpy as np
import pytest

from gradschool import nn

ONE, TWO = np.array([[1]], np.uint8), np.array([[2]], np.uint8)


def test_worked_by_hand():
    assert nn.MeanAbsoluteError()(ONE, TWO) == 1
    assert nn.Huber()(ONE, TWO) == 0.5
    assert nn.BinaryCrossEntropy()(TWO, ONE) == pytest.approx(np.log1p(np.exp(-2)), rel=1e-14)
    assert nn.SoftmaxCrossEntropy()(np.array([[1, 2]], np.uint8), [0]) == pytest.approx(np.log1p(np.e), rel=1e-14)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, bool])
@pytest.mark.parametrize(
    "loss", [nn.MeanAbsoluteError(), nn.Huber(), nn.BinaryCrossEntropy(), nn.SoftmaxCrossEntropy()]
)
def test_the_dtype_changes_nothing(loss, dtype):
    prediction = np.array([[0, 120, 3], [1, 0, 0]]).astype(dtype)
    target = np.array([[1, 0, 0], [0, 0, 1]]).astype(dtype)
    want = loss(prediction.astype(np.float64), target.astype(np.float64)), loss.backward()
    assert loss(prediction, target) == pytest.approx(want[0], rel=1e-14)
    assert loss.backward().dtype == np.float64
    np.testing.assert_allclose(loss.backward(), want[1], rtol=1e-14)
