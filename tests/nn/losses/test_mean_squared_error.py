import numpy as np
import pytest

from gradschool.nn import MeanSquaredError


def test_worked_by_hand():
    """Differences 1, -2, 0, 3 in two rows of two: (1 + 4 + 0 + 9) / 4."""
    loss = MeanSquaredError()
    prediction, target = np.array([[1.0, 0.0], [5.0, 3.0]]), np.array([[0.0, 2.0], [5.0, 0.0]])
    assert loss.forward(prediction, target) == 3.5
    np.testing.assert_array_equal(loss.backward(), [[0.5, -1], [0, 1.5]])


def test_the_value_is_a_python_float_and_the_call_is_forward():
    loss = MeanSquaredError()
    assert type(loss(np.ones((2, 3)), np.zeros((2, 3)))) is float
    assert loss(np.ones((2, 3)), np.zeros((2, 3))) == 1


def test_the_gradient_is_the_slope():
    rng = np.random.default_rng(0)
    loss = MeanSquaredError()
    prediction, target, direction = rng.normal(size=(3, 6, 4))
    loss.forward(prediction, target)
    want = np.sum(loss.backward() * direction)
    h = 1e-5
    ends = [loss.forward(prediction + sign * h * direction, target) for sign in (1, -1)]
    assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(want, rel=1e-8)


def test_agrees_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    prediction, target = np.random.default_rng(0).normal(size=(2, 6, 4))
    assert MeanSquaredError()(prediction, target) == pytest.approx(metrics.mean_squared_error(target, prediction))


def test_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    prediction, target = np.random.default_rng(0).normal(size=(2, 6, 4))
    theirs = torch.tensor(prediction, requires_grad=True)
    value = torch.nn.MSELoss()(theirs, torch.tensor(target))
    value.backward()
    loss = MeanSquaredError()
    assert loss(prediction, target) == pytest.approx(value.item(), rel=1e-14)
    np.testing.assert_allclose(loss.backward(), theirs.grad.numpy(), rtol=1e-13)


def test_arguments_stay_as_they_were_and_float32_is_kept():
    prediction, target = np.random.default_rng(0).normal(size=(2, 6, 4)).astype(np.float32)
    before = prediction.copy(), target.copy()
    loss = MeanSquaredError()
    loss(prediction, target)
    assert loss.backward().dtype == np.float32
    np.testing.assert_array_equal((prediction, target), before)


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError) as caught:
        MeanSquaredError()(np.zeros((5, 1)), np.zeros(5))
    assert str(caught.value) == "MeanSquaredError takes a prediction and a target of one shape, got (5, 1) and (5,)"


@pytest.mark.parametrize("target", [np.float64, np.int64, np.float32])
def test_the_gradient_has_the_dtype_of_the_prediction_whatever_the_target_has(target):
    loss = MeanSquaredError()
    assert loss(np.ones((2, 3), np.float32), np.full((2, 3), 3, target)) == 4
    assert loss.backward().dtype == np.float32


def test_whole_numbers_are_numbers():
    """In uint8, 1 - 2 is 255."""
    loss = MeanSquaredError()
    assert loss(np.array([[1]], np.uint8), np.array([[2]], np.uint8)) == 1
    assert loss.backward() == -2
