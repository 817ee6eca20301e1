import numpy as np
import pytest

from gradschool.nn import SoftmaxCrossEntropy

# Two examples whose probabilities are 1/8, 2/8, 5/8 and 1/4, 1/4, 1/2.
LOGITS = np.log([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]]) + np.array([[7.0], [-3.0]])
P = np.array([[1 / 8, 2 / 8, 5 / 8], [1 / 4, 1 / 4, 1 / 2]])


def test_worked_by_hand():
    loss = SoftmaxCrossEntropy()
    assert loss(LOGITS, np.array([2, 0])) == pytest.approx(-(np.log(5 / 8) + np.log(1 / 4)) / 2, rel=1e-14)
    np.testing.assert_allclose(loss.backward(), [[1 / 16, 1 / 8, -3 / 16], [-3 / 8, 1 / 8, 1 / 4]], rtol=1e-13)


def test_soft_targets_worked_by_hand():
    loss = SoftmaxCrossEntropy()
    target = np.array([[0.5, 0.5, 0], [0, 0, 1]])
    want = -(0.5 * np.log(1 / 8) + 0.5 * np.log(2 / 8) + np.log(1 / 2)) / 2
    assert loss(LOGITS, target) == pytest.approx(want, rel=1e-14)
    np.testing.assert_allclose(loss.backward(), (P - target) / 2, rtol=1e-13)


def test_smoothing_worked_by_hand():
    """0.3 of a target is spread over three classes: 0.8 for the true one, 0.1 for each other."""
    loss = SoftmaxCrossEntropy(smoothing=0.3)
    smoothed = np.array([[0.1, 0.1, 0.8], [0.8, 0.1, 0.1]])
    for target in (np.array([2, 0]), np.array([[0, 0, 1], [1, 0, 0]])):
        assert loss(LOGITS, target) == pytest.approx(-np.sum(smoothed * np.log(P)) / 2, rel=1e-14)
        np.testing.assert_allclose(loss.backward(), (P - smoothed) / 2, rtol=1e-12)


@pytest.mark.parametrize("ignore", [-100, -1, 0, 2, 7])
def test_an_ignored_example_is_as_if_it_were_not_there(ignore):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(5, 4)), np.array([1, ignore, 3, ignore, 1])
    loss, counted = SoftmaxCrossEntropy(ignore=ignore, smoothing=0.1), labels != ignore
    value, gradient = loss(logits, labels), loss.backward()
    assert value == pytest.approx(loss(logits[counted], labels[counted]), rel=1e-14)
    np.testing.assert_allclose(gradient[counted], loss.backward(), rtol=1e-13)
    np.testing.assert_array_equal(gradient[~counted], 0)


def test_a_sequence_is_its_steps_in_a_row():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(3, 2, 4)), rng.integers(4, size=(3, 2))
    loss = SoftmaxCrossEntropy()
    value, gradient = loss(logits, labels), loss.backward()
    assert value == pytest.approx(loss(logits.reshape(6, 4), labels.reshape(6)), rel=1e-14)
    np.testing.assert_allclose(gradient.reshape(6, 4), loss.backward(), rtol=1e-14)


def test_the_gradient_is_the_slope():
    rng = np.random.default_rng(0)
    logits, direction = rng.normal(size=(2, 6, 4))
    labels = rng.integers(4, size=6)
    loss, h = SoftmaxCrossEntropy(smoothing=0.2, ignore=1), 1e-5
    ends = [loss(logits + sign * h * direction, labels) for sign in (1, -1)]
    loss(logits, labels)
    assert np.sum(loss.backward() * direction) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e3, 1e4, 1e30])
def test_nothing_overflows(size, dtype):
    """The first example is right and costs nothing, the second is wrong by `size`."""
    loss = SoftmaxCrossEntropy()
    logits = np.array([[-size, size, 0], [-size, -size, 0]], dtype=dtype)
    assert loss(logits, np.array([1, 0])) == pytest.approx(size / 2, rel=1e-6)
    np.testing.assert_array_equal(loss.backward(), np.array([[0, 0, 0], [-0.5, 0, 0.5]], dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target", [np.array([0]), np.array([[0.75, 0.0, 0.25]])])
def test_a_masked_class_is_as_if_it_were_not_there(target, dtype):
    """Its logit is −∞, its probability 0, and its target too."""
    loss, masked = SoftmaxCrossEntropy(), np.array([[1, -np.inf, 2]], dtype=dtype)
    left = [0, 2]
    value, gradient = loss(masked, target), loss.backward()
    without = loss(masked[:, left], target if target.ndim == 1 else target[:, left])
    assert value == pytest.approx(without, rel=1e-6)
    np.testing.assert_allclose(gradient[:, left], loss.backward(), rtol=1e-6)
    assert gradient[0, 1] == 0
    if target.ndim == 1:
        assert value == pytest.approx(np.log1p(np.e), rel=1e-6)  # 1.3133, as PyTorch has it


def test_a_masked_class_that_is_true_costs_infinitely_much():
    assert SoftmaxCrossEntropy()(np.array([[1, -np.inf, 2]]), np.array([1])) == np.inf


@pytest.mark.parametrize("labels", [np.array([2, 0]), np.eye(3)[[2, 0]], np.eye(3, dtype=int)[[2, 0]]])
@pytest.mark.parametrize("options", [{}, {"smoothing": 0.1}, {"ignore": 2}])
def test_float32_is_kept_and_arguments_stay_as_they_were(labels, options):
    logits, loss = LOGITS.astype(np.float32), SoftmaxCrossEntropy(**options)
    before = logits.copy(), labels.copy()
    assert type(loss(logits, labels)) is float
    assert loss.backward().dtype == np.float32
    np.testing.assert_array_equal(logits, before[0])
    np.testing.assert_array_equal(labels, before[1])


def test_labels_may_be_a_list():
    assert SoftmaxCrossEntropy()(LOGITS, [2, 0]) == SoftmaxCrossEntropy()(LOGITS, np.array([2, 0]))


TAKES = (
    "SoftmaxCrossEntropy takes, for logits of shape (4, 3), "
    "whole labels of shape (4,) or probabilities of shape (4, 3), "
)
NOTHING = "SoftmaxCrossEntropy takes one example or more, got none, or only ignored ones"
SUM = (
    "SoftmaxCrossEntropy takes probabilities, of sum 1 over the classes; "
    "BinaryCrossEntropy is for several classes at once"
)


@pytest.mark.parametrize(
    ("logits", "target", "text"),
    [
        ((4, 3), np.array([0, 1, 3, 2]), "SoftmaxCrossEntropy takes labels from 0 to 2, got 3"),
        ((4, 3), np.array([0, 1, -1, 2]), "SoftmaxCrossEntropy takes labels from 0 to 2, got -1"),
        (
            (4, 3),
            np.zeros(4),
            TAKES + "got float64 of shape (4,); target.astype(int) are labels, if the numbers are whole",
        ),
        ((4, 3), np.zeros((4, 1), dtype=int), TAKES + "got int64 of shape (4, 1); target[..., 0] is of that shape"),
        ((4, 3), np.zeros((1, 3)), TAKES + "got float64 of shape (1, 3)"),
        ((4, 3), np.zeros(3, dtype=int), TAKES + "got int64 of shape (3,)"),
        ((4, 3), np.ones((4, 3)), SUM),
        ((4, 3), np.tile([2.0, -1.0, 0.0], (4, 1)), SUM),
        ((), np.array(0), "SoftmaxCrossEntropy takes logits with the classes on the last axis, got a single number"),
        ((4, 3), np.full(4, 9), NOTHING),
        ((0, 3), np.zeros(0, dtype=int), NOTHING),
        ((0, 3), np.zeros((0, 3)), NOTHING),
    ],
)
def test_what_makes_no_sense_is_refused(logits, target, text):
    with pytest.raises(ValueError) as caught:
        SoftmaxCrossEntropy(ignore=9)(np.zeros(logits), target)
    assert str(caught.value) == text


def test_smoothing_is_a_share():
    with pytest.raises(ValueError, match=r"^SoftmaxCrossEntropy\(smoothing=1.5\) takes a smoothing from 0 to 1$"):
        SoftmaxCrossEntropy(smoothing=1.5)
