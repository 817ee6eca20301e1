import numpy as np
import pytest

from gradschool.nn import metrics

SCORES = np.array([[0.1, 0.5, 0.4], [2.0, 1.0, 0.0], [0.0, 0.0, 0.0], [-1.0, -3.0, -2.0]])
"""The order of the classes, best first: 1 2 0, 0 1 2, 0 1 2 (tied), 0 2 1."""


def test_accuracy_worked_by_hand():
    assert metrics.accuracy(SCORES, np.array([1, 0, 1, 2])) == 0.5
    assert metrics.accuracy(SCORES, np.eye(3)[[1, 0, 1, 2]]) == 0.5
    assert metrics.accuracy(np.array([1, 0, 0, 0]), np.array([1, 0, 1, 2])) == 0.5
    assert metrics.accuracy(SCORES.reshape(2, 2, 3), np.array([[1, 0], [1, 2]])) == 0.5


def test_top_k_worked_by_hand():
    target = np.array([0, 0, 1, 2])
    assert [metrics.top_k(k)(SCORES, target) for k in (1, 2, 3)] == [0.25, 0.75, 1]
    assert metrics.top_k(2).__name__ == "top_2"
    assert metrics.top_k(2)(SCORES, np.eye(3)[target]) == 0.75


def test_a_score_that_is_not_a_number_is_not_among_the_best():
    assert metrics.top_k(2)(np.full((4, 3), np.nan), np.array([0, 1, 2, 0])) == 0


@pytest.mark.parametrize("target", [np.array([0, 2, 1]), np.eye(3)[[0, 2, 1]]])
def test_a_row_with_nan_is_never_right(target):
    scores = np.array([[np.nan, 1.0, 0.0], [1.0, np.nan, 2.0], [0.0, 1.0, -np.inf]])
    assert metrics.accuracy(scores, target) == metrics.top_k(1)(scores, target) == pytest.approx(1 / 3)


@pytest.mark.parametrize("ignore", [-100, 0, 7])
def test_examples_of_a_class_may_be_left_out(ignore):
    """By hand: 1 2 0 for 1, 0 1 2 for 2, 0 1 2 (tied) for 1, 0 2 1 for 2, and two that do not count."""
    target = np.array([[1, ignore, 2], [1, 2, ignore]])
    scores = np.stack([SCORES[[0, 0, 1]], SCORES[[2, 3, 3]]])
    assert metrics.accuracy(scores, target, ignore=ignore) == 0.25
    assert metrics.accuracy(scores.argmax(axis=-1), target, ignore=ignore) == 0.25
    assert metrics.top_k(2, ignore=ignore)(scores, target) == 0.75
    want = [[0, 0, 0], [1, 1, 0], [2, 0, 0]]
    np.testing.assert_array_equal(metrics.confusion_matrix(scores, target, ignore=ignore), want)
    np.testing.assert_array_equal(metrics.confusion_matrix(scores.argmax(axis=-1), target, 3, ignore=ignore), want)


def test_probabilities_have_no_class_to_leave_out():
    assert metrics.accuracy(SCORES, np.eye(3)[[1, 0, 1, 2]], ignore=0) == 0.5


@pytest.mark.parametrize("metric", [metrics.accuracy, metrics.confusion_matrix])
def test_only_ignored_examples_and_other_shapes_are_refused(metric):
    with pytest.raises(
        ValueError, match=r"\(ignore=2\) takes at least one example that counts, got only ignored ones$"
    ):
        metric(SCORES, np.full(4, 2), ignore=2)
    with pytest.raises(ValueError, match=r"got \(4, 3\) and \(5,\)$"):
        metric(SCORES, np.ones(5, int), ignore=2)


def test_top_1_is_the_accuracy_ties_included():
    rng = np.random.default_rng(0)
    scores, target = rng.integers(3, size=(200, 4)).astype(float), rng.integers(4, size=200)
    assert metrics.top_k(1)(scores, target) == metrics.accuracy(scores, target)


def test_binary_accuracy_worked_by_hand():
    logits, target = np.array([[-1.0], [0.2], [0.0], [3.0]]), np.array([[0], [1], [1], [0]])
    assert metrics.binary_accuracy(logits, target) == 0.5
    assert metrics.binary_accuracy(logits, target.astype(bool), threshold=0.5) == 0.25


def test_errors_worked_by_hand():
    prediction, target = np.array([[1.0, 0.0], [5.0, 3.0]]), np.array([[0, 2], [5, 0]])
    assert metrics.mean_absolute_error(prediction, target) == 1.5
    assert metrics.mean_squared_error(prediction, target) == 3.5
    assert metrics.root_mean_squared_error(prediction, target) == pytest.approx(3.5**0.5)


def test_unsigned_numbers_do_not_wrap_around():
    assert metrics.mean_absolute_error(np.array([0], np.uint8), np.array([200], np.uint8)) == 200


def test_r2_worked_by_hand():
    """Two outputs: 1 - 2/18 and 1 - 4/2, and their mean."""
    prediction = np.array([[1.0, 1.0], [2.0, 4.0], [6.0, 3.0]])
    target = np.array([[0.0, 1.0], [3.0, 2.0], [6.0, 3.0]])
    assert metrics.r2_score(prediction[:, 0], target[:, 0]) == pytest.approx(8 / 9)
    assert metrics.r2_score(prediction, target) == pytest.approx((8 / 9 - 1) / 2)


@pytest.mark.parametrize(("prediction", "r2"), [([0.1, 0.1, 0.1], 1), ([0.1, 0.1, 0.2], 0)])
def test_r2_of_a_constant_target(prediction, r2):
    target = np.full(3, 0.1)
    assert metrics.r2_score(prediction, target) == r2
    theirs = pytest.importorskip("sklearn.metrics")
    assert theirs.r2_score(target + 0.4, np.add(prediction, 0.4)) == r2


def test_r2_of_what_is_not_a_number_is_none():
    assert np.isnan(metrics.r2_score([[np.nan, 1.0], [0.0, 1.0]], np.ones((2, 2))))


def test_confusion_matrix_worked_by_hand():
    predicted, true = np.array([0, 2, 1, 1, 2]), np.array([0, 1, 1, 1, 0])
    want = [[1, 0, 1], [0, 2, 1], [0, 0, 0]]
    np.testing.assert_array_equal(metrics.confusion_matrix(predicted, true), want)
    np.testing.assert_array_equal(metrics.confusion_matrix(np.eye(3)[predicted], true), want)
    assert metrics.confusion_matrix(predicted, true, classes=5).shape == (5, 5)


def test_pairs_of_small_whole_numbers_do_not_wrap_around():
    """The number of the last pair, 29 · 30 + 29, is no uint8."""
    true, predicted = np.array([29, 29, 3], dtype=np.uint8), np.array([29, 1, 29], dtype=np.uint8)
    matrix = metrics.count_pairs(predicted, true, 30)
    assert matrix.shape == (30, 30)
    assert [tuple(pair) for pair in np.argwhere(matrix)] == [(3, 29), (29, 1), (29, 29)]


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_scikit_learn(seed):
    theirs = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    scores, true = rng.normal(size=(60, 5)), rng.integers(5, size=60)
    predicted = scores.argmax(axis=1)
    assert metrics.accuracy(scores, true) == pytest.approx(theirs.accuracy_score(true, predicted))
    np.testing.assert_array_equal(
        metrics.confusion_matrix(scores, true), theirs.confusion_matrix(true, predicted, labels=range(5))
    )
    for k in range(1, 5):
        want = theirs.top_k_accuracy_score(true, scores, k=k, labels=range(5))
        assert metrics.top_k(k)(scores, true) == pytest.approx(want)
    prediction, target = scores[:, :3], rng.normal(3, size=(60, 3))
    for name in ("r2_score", "mean_absolute_error", "mean_squared_error", "root_mean_squared_error"):
        ours, others = getattr(metrics, name), getattr(theirs, name)
        if name != "root_mean_squared_error":  # theirs takes the root output by output, and then the mean
            assert ours(prediction, target) == pytest.approx(others(target, prediction), rel=1e-12)
        assert ours(prediction[:, 0], target[:, 0]) == pytest.approx(others(target[:, 0], prediction[:, 0]), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "prediction", "target", "message"),
    [
        ("accuracy", np.ones(4), np.ones(4, int), "takes scores of shape (…, C) for C > 1 classes, got (4,); binary_"),
        ("accuracy", np.ones((4, 1)), np.ones(4, int), "for C > 1 classes, got (4, 1); binary_accuracy is for one"),
        ("accuracy", np.ones((4, 3)), np.ones(5, int), "and classes (…) or probabilities (…, C), got (4, 3) and (5,)"),
        ("accuracy", np.ones((4, 3)), np.ones(4), "whole numbers, got float64; y.astype(int) makes them so"),
        ("accuracy", np.ones((4, 3)), np.full(4, 3), "classes from 0 to 2 for scores of shape (4, 3), got 3 to 3"),
        ("accuracy", np.ones((0, 3)), np.ones(0, int), "takes at least one example, got a target of shape (0,)"),
        ("binary_accuracy", np.ones((4, 1)), np.ones(4), "a target of one shape, got (4, 1) and (4,)"),
        ("binary_accuracy", np.ones(2), np.array([1, 2]), "takes targets of 0 and 1, got 2"),
        ("r2_score", np.ones((4, 1)), np.ones(4), "a target of one shape, got (4, 1) and (4,)"),
        ("r2_score", np.ones(1), np.ones(1), "takes at least two examples: one has no spread"),
        ("mean_absolute_error", np.ones(0), np.ones(0), "takes at least one example, got a target of shape (0,)"),
        ("mean_squared_error", np.ones(2), np.ones(3), "a target of one shape, got (2,) and (3,)"),
        ("root_mean_squared_error", np.ones(2), np.ones(3), "a target of one shape, got (2,) and (3,)"),
        ("confusion_matrix", np.array([0, -1]), np.array([0, 1]), "classes from 0 to 1, got -1 to 0"),
    ],
)
def test_what_is_refused(name, prediction, target, message):
    with pytest.raises(ValueError) as caught:
        getattr(metrics, name)(prediction, target)
    assert str(caught.value).startswith(f"{name} takes ")
    assert message in str(caught.value)


def test_top_k_needs_as_many_classes():
    with pytest.raises(
        ValueError, match=r"top_k\(4\) takes scores of shape \(…, C\) with C of 4 or more, got \(4, 3\)"
    ):
        metrics.top_k(4)(SCORES, np.zeros(4, int))
    with pytest.raises(ValueError, match=r"top_k\(0\): k is at least 1"):
        metrics.top_k(0)
