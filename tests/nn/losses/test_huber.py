import numpy as np
import pytest

from gradschool.nn import Huber


def test_worked_by_hand():
    """Differences 1, −4, 0, 2 and delta 2: ½, 2 · (4 − 1), 0 and ½ · 4, in all 8.5, over 4 entries."""
    loss = Huber(delta=2)
    prediction, target = np.array([[1.0, 0.0], [5.0, 3.0]]), np.array([[0.0, 4.0], [5.0, 1.0]])
    assert loss(prediction, target) == 8.5 / 4
    np.testing.assert_array_equal(loss.backward(), [[0.25, -0.5], [0, 0.5]])


def test_the_gradient_is_the_slope():
    prediction, target, direction = 2 * np.random.default_rng(0).normal(size=(3, 6, 4))
    loss, h = Huber(0.7), 1e-6
    ends = [loss(prediction + sign * h * direction, target) for sign in (1, -1)]
    loss(prediction, target)
    assert np.sum(loss.backward() * direction) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_differences_do_not_overflow(dtype):
    loss = Huber()
    assert loss(np.array([1e30, -1e30], dtype=dtype), np.zeros(2)) == pytest.approx(1e30)
    np.testing.assert_array_equal(loss.backward(), np.array([0.5, -0.5], dtype=dtype))
    assert loss.backward().dtype == dtype


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match=r"^Huber\(delta=0\) takes a delta above 0$"):
        Huber(0)
    with pytest.raises(
        ValueError, match=r"^Huber\(delta=1.0\) takes a prediction and a target of one shape, got \(5, "
    ):
        Huber()(np.zeros((5, 1)), np.zeros(5))
