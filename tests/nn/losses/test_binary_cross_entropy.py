import numpy as np
import pytest

from gradschool.nn import BinaryCrossEntropy


def test_worked_by_hand():
    """Logits 0, log 3 and −log 3 are the probabilities ½, ¾ and ¼; the targets 1, 0 and ½."""
    loss = BinaryCrossEntropy()
    want = -(np.log(1 / 2) + np.log(1 / 4) + (np.log(1 / 4) + np.log(3 / 4)) / 2) / 3
    assert loss(np.array([0, np.log(3), -np.log(3)]), np.array([1, 0, 0.5])) == pytest.approx(want, rel=1e-14)
    np.testing.assert_allclose(loss.backward(), [-1 / 6, 1 / 4, -1 / 12], rtol=1e-14)


def test_the_gradient_is_the_slope():
    rng = np.random.default_rng(0)
    prediction, direction = rng.normal(size=(2, 6, 4))
    target = rng.uniform(size=(6, 4))
    loss, h = BinaryCrossEntropy(), 1e-5
    ends = [loss(prediction + sign * h * direction, target) for sign in (1, -1)]
    loss(prediction, target)
    assert np.sum(loss.backward() * direction) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e3, 1e4, 1e30])
def test_nothing_overflows(size, dtype):
    """Two logits that are right cost nothing, and two that are wrong their size."""
    loss = BinaryCrossEntropy()
    prediction = np.array([size, -size, size, -size], dtype=dtype)
    assert loss(prediction, np.array([1, 0, 0, 1])) == pytest.approx(size / 2, rel=1e-6)
    np.testing.assert_array_equal(loss.backward(), np.array([0, 0, 0.25, -0.25], dtype=dtype))
    assert loss.backward().dtype == dtype


def test_a_nearly_certain_logit_has_its_small_cost():
    assert BinaryCrossEntropy()(np.array([40.0]), np.array([1.0])) == pytest.approx(np.exp(-40), rel=1e-14)
    assert BinaryCrossEntropy()(np.array([-40.0]), np.array([0])) == pytest.approx(np.exp(-40), rel=1e-14)


def test_arguments_stay_as_they_were():
    rng = np.random.default_rng(0)
    prediction, target = rng.normal(size=(6, 4)), rng.integers(2, size=(6, 4)).astype(bool)
    before, loss = (prediction.copy(), target.copy()), BinaryCrossEntropy()
    assert type(loss.forward(prediction, target)) is float
    loss.backward()
    np.testing.assert_array_equal(prediction, before[0])
    np.testing.assert_array_equal(target, before[1])


@pytest.mark.parametrize(
    ("prediction", "target", "text"),
    [
        (
            np.zeros((5, 1)),
            np.zeros(5),
            "BinaryCrossEntropy takes a prediction and a target of one shape, got (5, 1) and (5,); "
            "target.reshape(5, 1) if its entries are in the order of the prediction's",
        ),
        (np.zeros(3), np.array([-1, 1, 1]), "BinaryCrossEntropy takes targets from 0 to 1, got -1 to 1"),
        (np.zeros(3), np.array([0, 2, 1]), "BinaryCrossEntropy takes targets from 0 to 1, got 0 to 2"),
        (np.zeros(2), np.array([0, np.nan]), "BinaryCrossEntropy takes targets from 0 to 1, got nan to nan"),
        (
            np.zeros(0),
            np.zeros(0),
            "BinaryCrossEntropy takes the mean of one entry or more, got an empty batch, of shape (0,)",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(prediction, target, text):
    with pytest.raises(ValueError) as caught:
        BinaryCrossEntropy()(prediction, target)
    assert str(caught.value) == text
