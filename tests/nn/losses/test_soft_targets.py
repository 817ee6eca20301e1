import numpy as np
import pytest

from gradschool.nn.losses.soft_targets import soft_targets

LABELS = np.array([2, 0])


@pytest.mark.parametrize("target", [LABELS, LABELS.astype(np.uint8), np.eye(4)[LABELS], np.eye(4, dtype=int)[LABELS]])
@pytest.mark.parametrize(
    ("smoothing", "want"),
    [(0.0, [[0, 0, 1, 0], [1, 0, 0, 0]]), (0.2, [[0.05, 0.05, 0.85, 0.05], [0.85, 0.05, 0.05, 0.05]])],
)
def test_worked_by_hand(target, smoothing, want):
    before = target.copy()
    np.testing.assert_allclose(soft_targets(target, (2, 4), smoothing=smoothing), want, rtol=1e-15)
    np.testing.assert_array_equal(target, before)


def test_labels_and_probabilities_are_told_by_their_shape():
    """A sequence of 2 steps, 3 examples each, and 3 classes."""
    labels = np.array([[0, 1, 2], [2, 2, 1]])
    np.testing.assert_array_equal(soft_targets(labels, (2, 3, 3)), np.eye(3)[labels])
    one_hot = np.eye(3, dtype=int)[[2, 0]]
    np.testing.assert_array_equal(soft_targets(one_hot, (2, 3)), one_hot)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_dtype_is_the_one_that_is_asked(smoothing):
    assert soft_targets(LABELS, (2, 3), smoothing=smoothing).dtype == np.float64
    assert soft_targets(LABELS, (2, 3), smoothing=smoothing, dtype=np.float32).dtype == np.float32
